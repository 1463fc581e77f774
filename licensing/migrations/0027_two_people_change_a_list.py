"""What the database itself enforces of exceptions with lists: they stay, and each takes two people.

A version or an import that carries an approval is traced back: the number is of a decision that agreed, made by
somebody else than who asked, about this very version or this very file.
"""

from django.db import migrations

TABLES = ("licensing_listrequest", "licensing_listdecision", "licensing_listalarm")


def append_only(table: str) -> str:
    return f"""
CREATE TRIGGER rows_are_only_added BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER table_is_never_emptied BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""


# A constraint compares the two people. Here: the first is truly who asked.
WHO_ASKED = """
CREATE FUNCTION a_list_decision_names_who_asked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM licensing_listrequest WHERE id = NEW.request_id AND by_id = NEW.asked_by_id) THEN
        RAISE EXCEPTION 'the first person is who asked' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER a_list_decision_names_who_asked BEFORE INSERT ON licensing_listdecision
    FOR EACH ROW EXECUTE FUNCTION a_list_decision_names_who_asked();
"""

# An import with an approval is the one agreed to: of that version, or of the very file that was refused, which
# is kept under its SHA-256.
IMPORT = """
CREATE FUNCTION an_import_is_what_was_agreed_to() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.approval IS NOT NULL AND NOT EXISTS (
        SELECT FROM licensing_listdecision decision
        JOIN licensing_listrequest request ON request.id = decision.request_id
        LEFT JOIN screening_importrun refused ON refused.id = request.run_id
        WHERE decision.id = NEW.approval AND decision.outcome = 'approve' AND request.source = NEW.source
            AND ((request.version_id IS NOT NULL AND request.version_id = NEW.restores_id)
                OR (request.run_id IS NOT NULL AND NEW.restores_id IS NULL AND refused.path = NEW.path))
    ) THEN
        RAISE EXCEPTION 'an import with an approval is what two people agreed to'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER an_import_is_what_was_agreed_to BEFORE INSERT ON screening_importrun
    FOR EACH ROW EXECUTE FUNCTION an_import_is_what_was_agreed_to();
"""

VERSION = """
CREATE FUNCTION a_version_is_what_was_agreed_to() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.approval IS NOT NULL AND NOT EXISTS (
        SELECT FROM screening_importrun run
        WHERE run.approval = NEW.approval AND run.source = NEW.source
            AND run.restores_id IS NOT DISTINCT FROM NEW.restores_id
            AND (run.restores_id IS NOT NULL OR right(run.path, 64) = NEW.sha256)
    ) THEN
        RAISE EXCEPTION 'a version with an approval is what two people agreed to'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER a_version_is_what_was_agreed_to BEFORE INSERT ON screening_listversion
    FOR EACH ROW EXECUTE FUNCTION a_version_is_what_was_agreed_to();
"""

FORWARD = "".join([*map(append_only, TABLES), WHO_ASKED, IMPORT, VERSION])
DROP_TRIGGERS = "".join(
    f"DROP TRIGGER rows_are_only_added ON {table}; DROP TRIGGER table_is_never_emptied ON {table};"
    for table in TABLES
)
BACKWARD = f"""
{DROP_TRIGGERS}
DROP FUNCTION a_list_decision_names_who_asked() CASCADE;
DROP FUNCTION an_import_is_what_was_agreed_to() CASCADE;
DROP FUNCTION a_version_is_what_was_agreed_to() CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("licensing", "0026_lists_take_two_people"),
        ("screening", "0006_going_back_takes_an_approval"),
    ]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
