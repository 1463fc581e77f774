"""What the database enforces of the ledger: rows that are only added, two people, what others hear of it; and
the values and ids of what was written off before."""

from django.db import migrations

TABLES = (
    "licensing_messageid",
    "licensing_irregularity",
    "licensing_correction",
    "licensing_correctionconfirmation",
    "licensing_licencechange",
)


def append_only(table: str) -> str:
    return f"""
CREATE TRIGGER rows_are_only_added BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER table_is_never_emptied BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""


# Entries of before carry the share of the granted value that their quantity is, rounded down as ever since.
BEFORE = """
INSERT INTO licensing_messageid (client_id, client_key) SELECT client_id, client_key FROM licensing_usage;

ALTER TABLE licensing_ledgerentry DISABLE TRIGGER rows_are_only_added;
UPDATE licensing_ledgerentry AS entry SET value = trunc(line.value * entry.quantity / line.granted, 2)
    FROM licensing_licenceline AS line WHERE line.id = entry.line_id;
ALTER TABLE licensing_ledgerentry ENABLE TRIGGER rows_are_only_added;
UPDATE licensing_licenceline AS line SET used_value = entries.value
    FROM (SELECT line_id, sum(value) AS value FROM licensing_ledgerentry GROUP BY line_id) AS entries
    WHERE entries.line_id = line.id;
"""

# A tolerance is part of what was granted.
GRANTED = """
CREATE FUNCTION a_tolerance_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a tolerance stays' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER a_tolerance_stays BEFORE UPDATE ON licensing_licenceline FOR EACH ROW
    WHEN ((OLD.quantity_tolerance, OLD.value_tolerance)
          IS DISTINCT FROM (NEW.quantity_tolerance, NEW.value_tolerance))
    EXECUTE FUNCTION a_tolerance_stays();
"""

# What a reservation was made of never changes; what is open of it only shrinks.
RESERVED = """
CREATE FUNCTION a_reservation_only_shrinks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.usage_id, NEW.line_id, NEW.system_id, NEW.declaration, NEW.version, NEW.item, NEW.quantity,
        NEW.value, NEW.made_at, NEW.expires_at)
       IS DISTINCT FROM
       (OLD.usage_id, OLD.line_id, OLD.system_id, OLD.declaration, OLD.version, OLD.item, OLD.quantity,
        OLD.value, OLD.made_at, OLD.expires_at)
       OR NEW.open_quantity > OLD.open_quantity OR NEW.open_value > OLD.open_value THEN
        RAISE EXCEPTION 'a reservation only shrinks' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER a_reservation_only_shrinks BEFORE UPDATE ON licensing_reservation
    FOR EACH ROW EXECUTE FUNCTION a_reservation_only_shrinks();
"""

TWO_PEOPLE = """
CREATE FUNCTION two_people_correct() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    first licensing_correction;
BEGIN
    SELECT * INTO first FROM licensing_correction WHERE id = NEW.correction_id;
    IF first.by_id <> NEW.first_by_id THEN
        RAISE EXCEPTION 'the first person is who proposed' USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (
        SELECT FROM licensing_correction WHERE id > first.id
            AND (entry_id = first.entry_id OR irregularity_id = first.irregularity_id)
    ) THEN
        RAISE EXCEPTION 'only the newest proposal is confirmed' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER two_people_correct BEFORE INSERT ON licensing_correctionconfirmation
    FOR EACH ROW EXECUTE FUNCTION two_people_correct();

CREATE FUNCTION an_entry_is_reversed_exactly() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wrong licensing_ledgerentry;
BEGIN
    SELECT entry.* INTO wrong FROM licensing_ledgerentry AS entry
        JOIN licensing_correction AS correction ON correction.entry_id = entry.id
        JOIN licensing_correctionconfirmation AS confirmation ON confirmation.correction_id = correction.id
        WHERE confirmation.id = NEW.confirmation_id;
    IF (wrong.line_id, -wrong.quantity, -wrong.value) IS DISTINCT FROM (NEW.line_id, NEW.quantity, NEW.value) THEN
        RAISE EXCEPTION 'an entry is reversed exactly' USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (
        SELECT FROM licensing_ledgerentry AS entry
            JOIN licensing_correctionconfirmation AS confirmation ON confirmation.id = entry.confirmation_id
            JOIN licensing_correction AS correction ON correction.id = confirmation.correction_id
            WHERE correction.entry_id = wrong.id
    ) THEN
        RAISE EXCEPTION 'an entry is reversed once' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER an_entry_is_reversed_exactly BEFORE INSERT ON licensing_ledgerentry FOR EACH ROW
    WHEN (NEW.kind = 'correct') EXECUTE FUNCTION an_entry_is_reversed_exactly();
"""

# Whoever asks what changed reads by transaction: a number given early may be committed late.
CHANGES = """
CREATE FUNCTION licences_were_issued() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO licensing_licencechange (licence_id, what, xact, at)
        SELECT id, 'issued', pg_current_xact_id()::text::bigint, now() FROM added;
    RETURN NULL;
END $$;
CREATE TRIGGER licences_were_issued AFTER INSERT ON licensing_licence REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION licences_were_issued();

CREATE FUNCTION a_licence_changed_its_status() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO licensing_licencechange (licence_id, what, xact, at)
        VALUES (NEW.id, 'status', pg_current_xact_id()::text::bigint, now());
    RETURN NULL;
END $$;
CREATE TRIGGER a_licence_changed_its_status AFTER UPDATE OF status ON licensing_licence FOR EACH ROW
    WHEN (OLD.status <> NEW.status) EXECUTE FUNCTION a_licence_changed_its_status();

CREATE FUNCTION balances_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO licensing_licencechange (licence_id, what, xact, at)
        SELECT DISTINCT line.licence_id, 'balance', pg_current_xact_id()::text::bigint, now()
        FROM added JOIN licensing_licenceline AS line ON line.id = added.line_id;
    RETURN NULL;
END $$;
CREATE TRIGGER balances_changed AFTER INSERT ON licensing_ledgerentry REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION balances_changed();
"""

FORWARD = "".join([BEFORE, *map(append_only, TABLES), GRANTED, RESERVED, TWO_PEOPLE, CHANGES])
DROP_TRIGGERS = "".join(
    f"DROP TRIGGER rows_are_only_added ON {table}; DROP TRIGGER table_is_never_emptied ON {table};"
    for table in TABLES
)
BACKWARD = f"""
{DROP_TRIGGERS}
DROP FUNCTION a_tolerance_stays() CASCADE;
DROP FUNCTION a_reservation_only_shrinks() CASCADE;
DROP FUNCTION two_people_correct() CASCADE;
DROP FUNCTION an_entry_is_reversed_exactly() CASCADE;
DROP FUNCTION licences_were_issued() CASCADE;
DROP FUNCTION a_licence_changed_its_status() CASCADE;
DROP FUNCTION balances_changed() CASCADE;
DELETE FROM licensing_messageid;
"""


class Migration(migrations.Migration):
    dependencies = [("licensing", "0040_ledger")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
