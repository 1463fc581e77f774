"""What was suggested of goods, and how officers assessed them, is only ever added."""

from django.db import migrations

FORWARD = """
CREATE TRIGGER rows_are_only_added BEFORE UPDATE OR DELETE ON licensing_goodsassessment
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER table_is_never_emptied BEFORE TRUNCATE ON licensing_goodsassessment
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE FUNCTION a_suggestion_goes_with_its_draft() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM licensing_goodsline AS line
            JOIN licensing_application AS application ON application.id = line.application_id
            WHERE line.id = OLD.line_id AND application.status <> 'draft'
    ) THEN
        RAISE EXCEPTION 'what was handed in is not deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER a_suggestion_goes_with_its_draft BEFORE DELETE ON licensing_goodssuggestion
    FOR EACH ROW EXECUTE FUNCTION a_suggestion_goes_with_its_draft();
CREATE TRIGGER suggestions_are_never_changed BEFORE UPDATE ON licensing_goodssuggestion
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER table_is_never_emptied BEFORE TRUNCATE ON licensing_goodssuggestion
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""

BACKWARD = """
DROP TRIGGER rows_are_only_added ON licensing_goodsassessment;
DROP TRIGGER table_is_never_emptied ON licensing_goodsassessment;
DROP TRIGGER suggestions_are_never_changed ON licensing_goodssuggestion;
DROP TRIGGER table_is_never_emptied ON licensing_goodssuggestion;
DROP FUNCTION a_suggestion_goes_with_its_draft() CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("licensing", "0082_goods_are_classified")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
