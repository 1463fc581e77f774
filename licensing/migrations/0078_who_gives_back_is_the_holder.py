"""What the database enforces of licences given back: the request stays, and without one none is taken back."""

from django.db import migrations

FORWARDS = """
CREATE TRIGGER rows_are_only_added BEFORE UPDATE OR DELETE ON licensing_surrenderrequest
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER table_is_never_emptied BEFORE TRUNCATE ON licensing_surrenderrequest
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE FUNCTION only_the_holder_gives_back() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM licensing_licence AS licence
            JOIN licensing_user AS person ON person.id = NEW.by_id
            WHERE licence.id = NEW.licence_id AND person.organisation_id = licence.holder_id
    ) THEN
        RAISE EXCEPTION 'only the holder gives a licence back' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER only_the_holder_gives_back BEFORE INSERT ON licensing_surrenderrequest
    FOR EACH ROW EXECUTE FUNCTION only_the_holder_gives_back();

CREATE FUNCTION what_is_taken_back_was_given_back() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM licensing_surrenderrequest WHERE licence_id = NEW.id) THEN
        RAISE EXCEPTION 'what is taken back was given back' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER what_is_taken_back_was_given_back BEFORE INSERT OR UPDATE OF status ON licensing_licence
    FOR EACH ROW WHEN (NEW.status = 'surrendered') EXECUTE FUNCTION what_is_taken_back_was_given_back();
"""

BACKWARDS = """
DROP TRIGGER rows_are_only_added ON licensing_surrenderrequest;
DROP TRIGGER table_is_never_emptied ON licensing_surrenderrequest;
DROP FUNCTION only_the_holder_gives_back() CASCADE;
DROP FUNCTION what_is_taken_back_was_given_back() CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("licensing", "0077_licences_are_given_back")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
