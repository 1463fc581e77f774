"""What the database enforces of amendments: whose they are, that a licence is replaced by one alone and for good,
and that whatever is carried over leaves one line and arrives on another."""

from django.db import migrations

AMENDMENTS = """
CREATE FUNCTION an_amendment_is_the_holders() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM licensing_application AS application
            JOIN licensing_licence AS licence ON licence.holder_id = application.organisation_id
            WHERE application.id = NEW.application_id AND licence.id = NEW.licence_id
                AND licence.status = 'active' AND application.status = 'draft'
    ) THEN
        RAISE EXCEPTION 'an amendment is a draft of the holder about a licence in force'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER an_amendment_is_the_holders BEFORE INSERT ON licensing_amendment
    FOR EACH ROW EXECUTE FUNCTION an_amendment_is_the_holders();

CREATE FUNCTION an_amendment_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (NEW.application_id, NEW.licence_id, NEW.by_id, NEW.at)
        IS DISTINCT FROM (OLD.application_id, OLD.licence_id, OLD.by_id, OLD.at)
        OR (NEW.is_open AND NOT OLD.is_open) THEN
        RAISE EXCEPTION 'an amendment stays' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER an_amendment_stays BEFORE UPDATE OR DELETE ON licensing_amendment
    FOR EACH ROW EXECUTE FUNCTION an_amendment_stays();
CREATE TRIGGER table_is_never_emptied BEFORE TRUNCATE ON licensing_amendment
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE FUNCTION an_amendment_closes_with_its_application() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE licensing_amendment SET is_open = false WHERE application_id = NEW.id AND is_open;
    RETURN NULL;
END $$;
CREATE TRIGGER an_amendment_closes_with_its_application AFTER UPDATE OF status ON licensing_application
    FOR EACH ROW WHEN (NEW.status IN ('approved', 'refused', 'withdrawn'))
    EXECUTE FUNCTION an_amendment_closes_with_its_application();
"""

LINES = """
CREATE FUNCTION goods_amend_a_line_of_their_licence() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM licensing_amendment AS amendment
            JOIN licensing_goodsline AS goods ON goods.application_id = amendment.application_id
            JOIN licensing_licenceline AS line ON line.licence_id = amendment.licence_id
            WHERE amendment.id = NEW.amendment_id AND goods.id = NEW.goods_id AND line.id = NEW.line_id
    ) THEN
        RAISE EXCEPTION 'goods amend a line of their licence' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER goods_amend_a_line_of_their_licence BEFORE INSERT ON licensing_amendedline
    FOR EACH ROW EXECUTE FUNCTION goods_amend_a_line_of_their_licence();

CREATE TRIGGER rows_are_never_changed BEFORE UPDATE ON licensing_amendedline
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER table_is_never_emptied BEFORE TRUNCATE ON licensing_amendedline
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE FUNCTION only_drafts_lose_lines() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM licensing_amendment AS amendment
            JOIN licensing_application AS application ON application.id = amendment.application_id
            WHERE amendment.id = OLD.amendment_id AND application.status <> 'draft'
    ) THEN
        RAISE EXCEPTION 'what was handed in is not deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER only_drafts_lose_lines BEFORE DELETE ON licensing_amendedline
    FOR EACH ROW EXECUTE FUNCTION only_drafts_lose_lines();
"""

# The new licence comes first, then what is open and used is carried over, then the old one says that it is
# replaced. At the end of the transaction all of it must have happened.
REPLACED = """
CREATE FUNCTION a_replacement_follows_an_amendment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.replaces_id IS DISTINCT FROM (
        SELECT licence_id FROM licensing_amendment WHERE application_id = NEW.application_id
    ) THEN
        RAISE EXCEPTION 'a licence replaces what its application amends, and nothing else'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER a_replacement_follows_an_amendment BEFORE INSERT ON licensing_licence
    FOR EACH ROW EXECUTE FUNCTION a_replacement_follows_an_amendment();

CREATE FUNCTION a_replacement_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a replacement stays' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER a_replacement_stays BEFORE UPDATE OF replaces_id ON licensing_licence FOR EACH ROW
    WHEN (OLD.replaces_id IS DISTINCT FROM NEW.replaces_id) EXECUTE FUNCTION a_replacement_stays();
CREATE TRIGGER replaced_is_for_good BEFORE UPDATE OF status ON licensing_licence FOR EACH ROW
    WHEN (OLD.status = 'replaced' AND NEW.status <> 'replaced') EXECUTE FUNCTION a_replacement_stays();
CREATE TRIGGER a_line_stays_replaced BEFORE UPDATE ON licensing_licenceline FOR EACH ROW
    WHEN (OLD.is_replaced AND NOT NEW.is_replaced OR OLD.continues_id IS DISTINCT FROM NEW.continues_id)
    EXECUTE FUNCTION a_replacement_stays();

CREATE FUNCTION what_is_replaced_has_its_replacement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM licensing_licence WHERE replaces_id = NEW.id)
        OR EXISTS (SELECT FROM licensing_licenceline WHERE licence_id = NEW.id AND NOT is_replaced) THEN
        RAISE EXCEPTION 'what is replaced has its replacement' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER what_is_replaced_has_its_replacement BEFORE INSERT OR UPDATE OF status ON licensing_licence
    FOR EACH ROW WHEN (NEW.status = 'replaced') EXECUTE FUNCTION what_is_replaced_has_its_replacement();

CREATE FUNCTION what_has_a_replacement_is_replaced() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM licensing_licence WHERE id = NEW.replaces_id AND status = 'replaced') THEN
        RAISE EXCEPTION 'what has a replacement is replaced' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER what_has_a_replacement_is_replaced AFTER INSERT ON licensing_licence
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.replaces_id IS NOT NULL)
    EXECUTE FUNCTION what_has_a_replacement_is_replaced();
"""

CARRIED = """
CREATE FUNCTION a_line_continues_one_like_it() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM licensing_licenceline AS before
            JOIN licensing_licence AS licence ON licence.replaces_id = before.licence_id
            WHERE before.id = NEW.continues_id AND licence.id = NEW.licence_id
                AND (before.unit, before.currency) = (NEW.unit, NEW.currency)
    ) THEN
        RAISE EXCEPTION 'a line continues one like it, of the licence that is replaced'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER a_line_continues_one_like_it BEFORE INSERT ON licensing_licenceline FOR EACH ROW
    WHEN (NEW.continues_id IS NOT NULL) EXECUTE FUNCTION a_line_continues_one_like_it();

CREATE FUNCTION what_is_carried_over_arrives() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    is_whole boolean;
BEGIN
    WITH RECURSIVE before AS (
        SELECT id, continues_id FROM licensing_licenceline WHERE id = NEW.line_id
        UNION ALL
        SELECT line.id, line.continues_id FROM licensing_licenceline AS line
            JOIN before ON line.id = before.continues_id
    ), after AS (
        SELECT id FROM licensing_licenceline WHERE id = NEW.line_id
        UNION ALL
        SELECT line.id FROM licensing_licenceline AS line JOIN after ON line.continues_id = after.id
    )
    SELECT (sum(quantity), sum(reserved), sum(value), sum(reserved_value)) = (0, 0, 0, 0) INTO is_whole
        FROM licensing_ledgerentry WHERE kind = 'carry'
            AND line_id IN (SELECT id FROM before UNION SELECT id FROM after);
    IF NOT is_whole THEN
        RAISE EXCEPTION 'what is carried over arrives' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER what_is_carried_over_arrives AFTER INSERT ON licensing_ledgerentry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.kind = 'carry')
    EXECUTE FUNCTION what_is_carried_over_arrives();
"""

FUNCTIONS = (
    "an_amendment_is_the_holders",
    "an_amendment_stays",
    "an_amendment_closes_with_its_application",
    "goods_amend_a_line_of_their_licence",
    "only_drafts_lose_lines",
    "a_replacement_follows_an_amendment",
    "a_replacement_stays",
    "what_is_replaced_has_its_replacement",
    "what_has_a_replacement_is_replaced",
    "a_line_continues_one_like_it",
    "what_is_carried_over_arrives",
)
BACKWARDS = "".join(f"DROP FUNCTION {name}() CASCADE;\n" for name in FUNCTIONS) + """
DROP TRIGGER table_is_never_emptied ON licensing_amendment;
DROP TRIGGER table_is_never_emptied ON licensing_amendedline;
DROP TRIGGER rows_are_never_changed ON licensing_amendedline;
"""


class Migration(migrations.Migration):
    dependencies = [("licensing", "0103_amendments")]

    operations = [migrations.RunSQL(AMENDMENTS + LINES + REPLACED + CARRIED, BACKWARDS)]
