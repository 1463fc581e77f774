"""A block of numbers that was taken stays taken."""

from django.db import migrations

FORWARD = """
CREATE TRIGGER rows_are_only_added BEFORE UPDATE OR DELETE ON licensing_formblock
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER table_is_never_emptied BEFORE TRUNCATE ON licensing_formblock
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""
BACKWARD = """
DROP TRIGGER rows_are_only_added ON licensing_formblock;
DROP TRIGGER table_is_never_emptied ON licensing_formblock;
"""


class Migration(migrations.Migration):
    dependencies = [("licensing", "0090_form_blocks")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
