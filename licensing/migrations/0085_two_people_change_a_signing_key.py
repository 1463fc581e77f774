"""What the database itself enforces of signing keys: they stay, and each change takes two people.

A key that is agreed to is the only one of its id; a key is revoked only if it was agreed to.
"""

from django.db import migrations

TABLES = ("licensing_signingkey", "licensing_keyrevocation", "licensing_keydecision")


def append_only(table: str) -> str:
    return f"""
CREATE TRIGGER rows_are_only_added BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER table_is_never_emptied BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""


# A constraint compares the two people. Here: the first is truly who asked.
WHO_ASKED = """
CREATE FUNCTION a_key_decision_names_who_asked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM licensing_signingkey WHERE id = NEW.key_id AND by_id = NEW.asked_by_id)
        AND NOT EXISTS (
            SELECT FROM licensing_keyrevocation WHERE id = NEW.revocation_id AND by_id = NEW.asked_by_id
        )
    THEN
        RAISE EXCEPTION 'the first person is who asked' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER a_key_decision_names_who_asked BEFORE INSERT ON licensing_keydecision
    FOR EACH ROW EXECUTE FUNCTION a_key_decision_names_who_asked();
"""

ONE_OF_A_KIND = """
CREATE FUNCTION a_trusted_key_is_the_only_one_of_its_id() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('signing-keys', 0));
    IF EXISTS (
        SELECT FROM licensing_keydecision other
        JOIN licensing_signingkey theirs ON theirs.id = other.key_id
        JOIN licensing_signingkey ours ON ours.id = NEW.key_id AND ours.kid = theirs.kid
        WHERE other.outcome = 'approve'
    ) THEN
        RAISE EXCEPTION 'a trusted key is the only one of its id' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER a_trusted_key_is_the_only_one_of_its_id BEFORE INSERT ON licensing_keydecision FOR EACH ROW
    WHEN (NEW.key_id IS NOT NULL AND NEW.outcome = 'approve')
    EXECUTE FUNCTION a_trusted_key_is_the_only_one_of_its_id();
"""

FORWARD = "".join([*map(append_only, TABLES), WHO_ASKED, ONE_OF_A_KIND])
DROP_TRIGGERS = "".join(
    f"DROP TRIGGER rows_are_only_added ON {table}; DROP TRIGGER table_is_never_emptied ON {table};"
    for table in TABLES
)
BACKWARD = f"""
{DROP_TRIGGERS}
DROP FUNCTION a_key_decision_names_who_asked() CASCADE;
DROP FUNCTION a_trusted_key_is_the_only_one_of_its_id() CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("licensing", "0084_offline_tokens")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
