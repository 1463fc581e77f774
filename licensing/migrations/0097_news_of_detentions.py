"""What happens to detained goods is written down for customs systems in the transaction that does it."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION tell_of_a_detention(which bigint, what text, since timestamptz) RETURNS void LANGUAGE sql AS $$
    INSERT INTO licensing_licencenews (licence_id, detention_id, kind, at)
        SELECT detention.licence_id, detention.id, what, since
        FROM licensing_detention AS detention JOIN licensing_user AS officer ON officer.id = detention.by_id
        WHERE detention.id = which AND EXISTS (
            SELECT FROM licensing_webhookendpoint AS endpoint
            WHERE endpoint.organisation_id = officer.organisation_id AND endpoint.disabled_at IS NULL
        );
$$;

CREATE FUNCTION a_detention_is_news() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM tell_of_a_detention(NEW.id, 'opened', NEW.at);
    RETURN NULL;
END $$;
CREATE TRIGGER a_detention_is_news AFTER INSERT ON licensing_detention
    FOR EACH ROW EXECUTE FUNCTION a_detention_is_news();

CREATE FUNCTION an_answer_is_news() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM tell_of_a_detention(NEW.detention_id, 'answered', NEW.at);
    RETURN NULL;
END $$;
CREATE TRIGGER an_answer_is_news AFTER INSERT ON licensing_detentionanswer
    FOR EACH ROW EXECUTE FUNCTION an_answer_is_news();

CREATE FUNCTION letting_go_is_news() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM tell_of_a_detention(answer.detention_id, 'closed', NEW.at)
        FROM licensing_detentionanswer AS answer WHERE answer.id = NEW.answer_id;
    RETURN NULL;
END $$;
CREATE TRIGGER letting_go_is_news AFTER INSERT ON licensing_detentionconfirmation
    FOR EACH ROW EXECUTE FUNCTION letting_go_is_news();
"""
BACKWARD = """
DROP FUNCTION a_detention_is_news() CASCADE;
DROP FUNCTION an_answer_is_news() CASCADE;
DROP FUNCTION letting_go_is_news() CASCADE;
DROP FUNCTION tell_of_a_detention(bigint, text, timestamptz);
"""


class Migration(migrations.Migration):
    dependencies = [("licensing", "0096_detentions_by_machines")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
