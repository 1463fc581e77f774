"""What the search found of goods, and what it made the portal ask, is only ever added."""

from django.db import migrations

FORWARD = """
CREATE TRIGGER a_check_goes_with_its_draft BEFORE DELETE ON licensing_goodscheck
    FOR EACH ROW EXECUTE FUNCTION a_suggestion_goes_with_its_draft();
CREATE TRIGGER checks_are_never_changed BEFORE UPDATE ON licensing_goodscheck
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER table_is_never_emptied BEFORE TRUNCATE ON licensing_goodscheck
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""

BACKWARD = """
DROP TRIGGER a_check_goes_with_its_draft ON licensing_goodscheck;
DROP TRIGGER checks_are_never_changed ON licensing_goodscheck;
DROP TRIGGER table_is_never_emptied ON licensing_goodscheck;
"""


class Migration(migrations.Migration):
    dependencies = [("licensing", "0101_goods_are_checked")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
