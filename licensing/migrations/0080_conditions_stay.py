"""What the database enforces of conditions as data: they are only added, as the recommendation they belong to."""

from django.db import migrations

TABLES = ("licensing_terms", "licensing_shipmentlimit")


def append_only(table: str) -> str:
    return f"""
CREATE TRIGGER rows_are_only_added BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER table_is_never_emptied BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""


# What was decided on is what was recommended: nothing is added once somebody has decided.
DECIDED = """
CREATE FUNCTION no_condition_after_the_decision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM licensing_decision WHERE recommendation_id = NEW.recommendation_id) THEN
        RAISE EXCEPTION 'no condition after the decision' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER no_condition_after_the_decision BEFORE INSERT ON licensing_terms
    FOR EACH ROW EXECUTE FUNCTION no_condition_after_the_decision();

CREATE FUNCTION no_limit_after_the_decision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM licensing_decision AS decision
            JOIN licensing_terms AS terms ON terms.recommendation_id = decision.recommendation_id
            WHERE terms.id = NEW.terms_id
    ) THEN
        RAISE EXCEPTION 'no condition after the decision' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER no_limit_after_the_decision BEFORE INSERT ON licensing_shipmentlimit
    FOR EACH ROW EXECUTE FUNCTION no_limit_after_the_decision();
"""

FORWARDS = "".join(map(append_only, TABLES)) + DECIDED
BACKWARDS = "".join(
    f"DROP TRIGGER rows_are_only_added ON {table}; DROP TRIGGER table_is_never_emptied ON {table};"
    for table in TABLES
) + (
    "DROP FUNCTION no_condition_after_the_decision() CASCADE;"
    "DROP FUNCTION no_limit_after_the_decision() CASCADE;"
)


class Migration(migrations.Migration):
    dependencies = [("licensing", "0079_conditions_as_data")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
