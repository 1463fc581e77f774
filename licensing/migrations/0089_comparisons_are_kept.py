"""What was found when books were compared stays."""

from django.db import migrations

FORWARD = """
CREATE TRIGGER rows_are_only_added BEFORE UPDATE OR DELETE ON licensing_reconciliation
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER table_is_never_emptied BEFORE TRUNCATE ON licensing_reconciliation
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""
BACKWARD = """
DROP TRIGGER rows_are_only_added ON licensing_reconciliation;
DROP TRIGGER table_is_never_emptied ON licensing_reconciliation;
"""


class Migration(migrations.Migration):
    dependencies = [("licensing", "0088_reconciliations")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
