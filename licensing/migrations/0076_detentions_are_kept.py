"""What the database enforces of detained goods: rows that are only added, and two people who let them go."""

from django.db import migrations

TABLES = (
    "licensing_detention",
    "licensing_detentionnote",
    "licensing_detentionphoto",
    "licensing_detentionanswer",
    "licensing_detentionconfirmation",
    "licensing_detentionreminder",
)


def append_only(table: str) -> str:
    return f"""
CREATE TRIGGER rows_are_only_added BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER table_is_never_emptied BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""


# A constraint says that the second person is another than the first. Here: the first is truly who answered, and
# what is confirmed is the newest answer and lets the goods go.
TWO_PEOPLE = """
CREATE FUNCTION two_people_let_goods_go() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    first licensing_detentionanswer;
BEGIN
    SELECT * INTO first FROM licensing_detentionanswer WHERE id = NEW.answer_id;
    IF first.by_id <> NEW.first_by_id THEN
        RAISE EXCEPTION 'the first person is who answered' USING ERRCODE = 'check_violation';
    END IF;
    IF first.verdict <> 'release' THEN
        RAISE EXCEPTION 'only letting go takes a second person' USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (
        SELECT FROM licensing_detentionanswer WHERE detention_id = first.detention_id AND id > first.id
    ) THEN
        RAISE EXCEPTION 'only the newest answer is confirmed' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER two_people_let_goods_go BEFORE INSERT ON licensing_detentionconfirmation
    FOR EACH ROW EXECUTE FUNCTION two_people_let_goods_go();

CREATE FUNCTION goods_let_go_are_gone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM licensing_detentionconfirmation AS confirmation
            JOIN licensing_detentionanswer AS answer ON answer.id = confirmation.answer_id
            WHERE answer.detention_id = NEW.detention_id
    ) THEN
        RAISE EXCEPTION 'goods let go are gone' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER goods_let_go_are_gone BEFORE INSERT ON licensing_detentionanswer
    FOR EACH ROW EXECUTE FUNCTION goods_let_go_are_gone();
"""

FORWARDS = "".join(map(append_only, TABLES)) + TWO_PEOPLE
BACKWARDS = (
    "".join(
        f"DROP TRIGGER rows_are_only_added ON {table}; DROP TRIGGER table_is_never_emptied ON {table};"
        for table in TABLES
    )
    + "DROP TRIGGER two_people_let_goods_go ON licensing_detentionconfirmation;"
    "DROP TRIGGER goods_let_go_are_gone ON licensing_detentionanswer;"
    "DROP FUNCTION two_people_let_goods_go(); DROP FUNCTION goods_let_go_are_gone();"
)


class Migration(migrations.Migration):
    dependencies = [("licensing", "0075_detentions")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
