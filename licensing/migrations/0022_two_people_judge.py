"""What the database itself enforces of judgements: they stay, say what was judged, and two people judge."""

from django.db import migrations

TABLES = ("licensing_hitjudgement", "licensing_hitconfirmation", "licensing_calibration")


def append_only(table: str) -> str:
    return f"""
CREATE TRIGGER rows_are_only_added BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER table_is_never_emptied BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""


# What is judged is what the hit says at that moment, not what somebody claims it says.
WHAT_IS_JUDGED = """
CREATE FUNCTION a_judgement_is_of_its_hit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM licensing_screeninghit
        WHERE id = NEW.hit_id
            AND (source, source_id, entity_id, entity_digest, party_digest)
                = (NEW.source, NEW.source_id, NEW.entity_id, NEW.entity_digest, NEW.party_digest)
    ) THEN
        RAISE EXCEPTION 'a judgement is of its hit' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER a_judgement_is_of_its_hit BEFORE INSERT ON licensing_hitjudgement
    FOR EACH ROW EXECUTE FUNCTION a_judgement_is_of_its_hit();
"""

# A constraint says that the second person is another than the first. Here: the first is truly who judged, and
# the second agrees with "somebody else", with the newest judgement of the
# hit, and while the hit still says what was judged.
TWO_PEOPLE = """
CREATE FUNCTION two_people_judge() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    first licensing_hitjudgement;
BEGIN
    SELECT * INTO first FROM licensing_hitjudgement WHERE id = NEW.judgement_id;
    IF first.by_id <> NEW.first_by_id THEN
        RAISE EXCEPTION 'the first person is who judged' USING ERRCODE = 'check_violation';
    END IF;
    IF first.judgement <> 'different' THEN
        RAISE EXCEPTION 'only "somebody else" takes a second person' USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (SELECT FROM licensing_hitjudgement WHERE hit_id = first.hit_id AND id > first.id) THEN
        RAISE EXCEPTION 'only the newest judgement of a hit is confirmed' USING ERRCODE = 'check_violation';
    END IF;
    IF NOT EXISTS (
        SELECT FROM licensing_screeninghit
        WHERE id = first.hit_id
            AND (entity_digest, party_digest) = (first.entity_digest, first.party_digest)
    ) THEN
        RAISE EXCEPTION 'what is confirmed still says what was judged' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER two_people_judge BEFORE INSERT ON licensing_hitconfirmation
    FOR EACH ROW EXECUTE FUNCTION two_people_judge();
"""

FORWARD = "".join([*map(append_only, TABLES), WHAT_IS_JUDGED, TWO_PEOPLE])
DROP_TRIGGERS = "".join(
    f"DROP TRIGGER rows_are_only_added ON {table}; DROP TRIGGER table_is_never_emptied ON {table};"
    for table in TABLES
)
BACKWARD = f"""
{DROP_TRIGGERS}
DROP FUNCTION a_judgement_is_of_its_hit() CASCADE;
DROP FUNCTION two_people_judge() CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("licensing", "0021_carry_judgements_over")]
    operations = [
        migrations.RemoveConstraint(
            model_name="screeninghit",
            name="judgement_has_who_when_and_why",
        ),
        migrations.RemoveField(
            model_name="screeninghit",
            name="judged_at",
        ),
        migrations.RemoveField(
            model_name="screeninghit",
            name="judged_by",
        ),
        migrations.RemoveField(
            model_name="screeninghit",
            name="judgement",
        ),
        migrations.RemoveField(
            model_name="screeninghit",
            name="judgement_reason",
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
