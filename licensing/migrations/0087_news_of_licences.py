"""What happens to a licence is written down for customs systems in the transaction that does it."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION an_issue_is_news() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO licensing_licencenews (licence_id, kind, at) SELECT id, 'issued', issued_at FROM added
        WHERE EXISTS (SELECT FROM licensing_webhookendpoint WHERE disabled_at IS NULL);
    RETURN NULL;
END $$;
CREATE TRIGGER an_issue_is_news AFTER INSERT ON licensing_licence REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION an_issue_is_news();

CREATE FUNCTION a_change_of_status_is_news() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO licensing_licencenews (licence_id, kind, at)
        VALUES (NEW.id, CASE NEW.status WHEN 'active' THEN 'reinstated' ELSE NEW.status END, now());
    RETURN NULL;
END $$;
CREATE TRIGGER a_change_of_status_is_news AFTER UPDATE OF status ON licensing_licence FOR EACH ROW
    WHEN (OLD.status <> NEW.status) EXECUTE FUNCTION a_change_of_status_is_news();
"""
BACKWARD = """
DROP FUNCTION an_issue_is_news() CASCADE;
DROP FUNCTION a_change_of_status_is_news() CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("licensing", "0086_webhooks")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
