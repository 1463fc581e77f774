"""What the database itself enforces beyond constraints: numbers, append-only tables, two people."""

from django.db import migrations

SEQUENCES = """
CREATE SEQUENCE application_numbers;
CREATE SEQUENCE licence_numbers;
"""

APPEND_ONLY = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
"""

TABLES = (
    "licensing_event",
    "licensing_recommendation",
    "licensing_decision",
    "licensing_usage",
    "licensing_ledgerentry",
    "licensing_storedfile",
    "licensing_licencedocument",
)


def append_only(table: str) -> str:
    return f"""
CREATE TRIGGER rows_are_only_added BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER table_is_never_emptied BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""


# The second person is another than the first, the recommendation is of the same application, says the same,
# and is the newest one.
TWO_PEOPLE = """
CREATE FUNCTION two_people_decide() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    first licensing_recommendation;
BEGIN
    SELECT * INTO first FROM licensing_recommendation
        WHERE application_id = NEW.application_id ORDER BY id DESC LIMIT 1;
    IF first.id IS DISTINCT FROM NEW.recommendation_id THEN
        RAISE EXCEPTION 'a decision follows the newest recommendation of its application'
            USING ERRCODE = 'check_violation';
    END IF;
    IF first.by_id <> NEW.recommended_by_id OR first.by_id = NEW.by_id THEN
        RAISE EXCEPTION 'two people decide' USING ERRCODE = 'check_violation';
    END IF;
    IF first.outcome <> NEW.outcome THEN
        RAISE EXCEPTION 'a decision agrees with what was recommended' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER two_people_decide BEFORE INSERT ON licensing_decision
    FOR EACH ROW EXECUTE FUNCTION two_people_decide();

CREATE FUNCTION a_licence_follows_an_approval() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM licensing_decision
        WHERE id = NEW.decision_id AND application_id = NEW.application_id AND outcome = 'approve'
    ) THEN
        RAISE EXCEPTION 'a licence follows an approval of its application' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER a_licence_follows_an_approval BEFORE INSERT OR UPDATE OF decision_id, application_id
    ON licensing_licence FOR EACH ROW EXECUTE FUNCTION a_licence_follows_an_approval();
"""

# What was granted never changes after issue; only the balances move.
GRANTED = """
CREATE FUNCTION what_was_granted_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.licence_id, NEW.goods_id, NEW.number, NEW.hs_code, NEW.unit, NEW.granted, NEW.value, NEW.currency)
        IS DISTINCT FROM
       (OLD.licence_id, OLD.goods_id, OLD.number, OLD.hs_code, OLD.unit, OLD.granted, OLD.value, OLD.currency)
       OR NEW.description <> OLD.description OR NEW.control_code <> OLD.control_code THEN
        RAISE EXCEPTION 'what was granted stays' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER what_was_granted_stays BEFORE UPDATE ON licensing_licenceline
    FOR EACH ROW EXECUTE FUNCTION what_was_granted_stays();
"""

DRAFT_ONLY = """
CREATE FUNCTION only_drafts_lose_parts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM licensing_application WHERE id = OLD.application_id AND status <> 'draft') THEN
        RAISE EXCEPTION 'what was handed in is not deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN OLD;
END $$;
"""

PARTS = ("licensing_goodsline", "licensing_party", "licensing_document", "licensing_endusedeclaration")


def draft_only(table: str) -> str:
    return f"""
CREATE TRIGGER only_drafts_lose_parts BEFORE DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION only_drafts_lose_parts();
"""


FORWARD = "".join(
    [
        SEQUENCES,
        APPEND_ONLY,
        *map(append_only, TABLES),
        TWO_PEOPLE,
        GRANTED,
        DRAFT_ONLY,
        *map(draft_only, PARTS),
    ]
)

BACKWARD = """
DROP FUNCTION refuse_change() CASCADE;
DROP FUNCTION two_people_decide() CASCADE;
DROP FUNCTION a_licence_follows_an_approval() CASCADE;
DROP FUNCTION what_was_granted_stays() CASCADE;
DROP FUNCTION only_drafts_lose_parts() CASCADE;
DROP SEQUENCE application_numbers;
DROP SEQUENCE licence_numbers;
"""


class Migration(migrations.Migration):
    dependencies = [("licensing", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
