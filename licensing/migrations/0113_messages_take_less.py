"""What every message of customs writes costs the database less, and is checked as before.

A long condition of a CHECK or of a trigger's WHEN is read as text with every statement that writes to its table;
a function is read once for a connection. A trigger that names its columns is not looked at where a statement
leaves them alone. What is booked comes as columns, added up, so that it is not taken apart thrice.
"""

from importlib import import_module

from django.db import migrations
from django.db.models import BooleanField, CheckConstraint, F, Func

EARLIER = import_module("licensing.migrations.0108_messages_are_recorded_at_once")
TAKE = """
CREATE OR REPLACE FUNCTION take_message(asked json) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    -- client, client_key: the id. licences: numbers. system, declaration, version, kind: the movement, or no
    -- system where a message has none. items: whose reservations name further licences; null means all.
    -- spelled: the declaration as detentions spell it.
    given record;
    names text[];  -- of the licences, in the order of their ids
    wanted text;
    this bigint;
    ids bigint[] := '{}';
    locked json;
    licences json[] := '{}';
    lines json[] := '{}';  -- those of each licence
    has_terms boolean;
    with_terms bigint[] := '{}';
    reservations json;
    known json;
BEGIN
    SELECT * INTO given FROM json_to_record(asked) AS it (
        client bigint, client_key text, licences text[], system bigint, declaration text, version integer,
        kind text, items integer[], spelled text
    );
    INSERT INTO licensing_messageid (client_id, client_key) VALUES (given.client, given.client_key)
        ON CONFLICT (client_id, client_key) DO NOTHING;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    names := given.licences;
    IF given.system IS NOT NULL AND (given.items IS NULL OR cardinality(given.items) > 0) THEN
        names := names || ARRAY(
            SELECT licence.reference::text FROM licensing_reservation AS one
            JOIN licensing_licenceline AS line ON line.id = one.line_id
            JOIN licensing_licence AS licence ON licence.id = line.licence_id
            WHERE one.system_id = given.system AND one.declaration = given.declaration
                AND one.open_quantity > 0 AND (given.items IS NULL OR one.item = ANY (given.items))
        );
    END IF;
    IF cardinality(names) > 1 THEN
        names := ARRAY(
            SELECT licence.reference::text FROM unnest(names) AS it (name)
            JOIN licensing_licence AS licence ON licence.reference = it.name
            GROUP BY licence.id ORDER BY licence.id
        );
    END IF;
    FOREACH wanted IN ARRAY names LOOP
        SELECT licence.id, row_to_json(licence), EXISTS (
            SELECT FROM licensing_decision AS decision
            JOIN licensing_terms AS terms ON terms.recommendation_id = decision.recommendation_id
            WHERE decision.id = licence.decision_id
        ) INTO this, locked, has_terms FROM (
            SELECT id, reference, status, starts_at, ends_at, application_id, decision_id, holder_id
            FROM licensing_licence WHERE reference = wanted FOR UPDATE
        ) AS licence;
        CONTINUE WHEN NOT FOUND;
        ids := ids || this;
        licences := licences || locked;
        IF has_terms THEN
            with_terms := with_terms || this;
        END IF;
    END LOOP;
    FOREACH this IN ARRAY ids LOOP
        SELECT json_agg(row_to_json(line)) INTO locked FROM (
            SELECT id, licence_id, goods_id, number, unit, granted::text, used::text, reserved::text,
                value::text, currency, used_value::text, reserved_value::text, quantity_tolerance::text,
                value_tolerance::text, continues_id, is_replaced
            FROM licensing_licenceline WHERE licence_id = this ORDER BY id FOR UPDATE
        ) AS line;
        lines := lines || coalesce(locked, '[]');
    END LOOP;
    IF given.system IS NOT NULL THEN
        SELECT json_agg(row_to_json(reservation)) INTO reservations FROM (
            SELECT id, usage_id, line_id, system_id, declaration, version, item, quantity::text, value::text,
                open_quantity::text, open_value::text, made_at, expires_at
            FROM licensing_reservation
            WHERE system_id = given.system AND declaration = given.declaration AND open_quantity > 0
            ORDER BY id FOR UPDATE
        ) AS reservation;
        SELECT json_agg(item ORDER BY item) INTO known FROM licensing_ledgerentry
            WHERE system_id = given.system AND declaration = given.declaration
                AND version = given.version AND kind = given.kind;
    END IF;
    RETURN json_build_object(
        'licences', licences,
        'lines', lines,
        'reservations', coalesce(reservations, '[]'),
        'known', coalesce(known, '[]'),
        'with_terms', with_terms,
        'was_detained', EXISTS (SELECT FROM licensing_detention WHERE declaration = given.spelled)
    );
END $$;
"""
# Columns of what is booked. By line, each once: account, takes, used, reserved, used_value, reserved_value. By
# reservation that shrinks: shrinks, by_quantity, by_value. By entry: all that begin with entry_. False: a
# licence that something is taken from is not in force, and the caller undoes all of it.
BOOK = """
CREATE OR REPLACE FUNCTION book_moves(asked json, message bigint) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    given record;
    made bigint[];  -- the reservation of each entry
    one bigint;
BEGIN
    SELECT * INTO given FROM json_to_record(asked) AS it (
        system bigint, declaration text, version integer, at timestamptz,
        account bigint[], takes boolean[], used numeric[], reserved numeric[], used_value numeric[],
        reserved_value numeric[],
        shrinks bigint[], by_quantity numeric[], by_value numeric[],
        entry_line bigint[], entry_kind text[], entry_quantity numeric[], entry_reserved numeric[],
        entry_value numeric[], entry_reserved_value numeric[], entry_item integer[],
        entry_reservation bigint[], entry_expires_at timestamptz[], entry_confirmation bigint[]
    );
    FOR i IN 1 .. cardinality(given.account) LOOP
        UPDATE licensing_licenceline AS line
        SET used = line.used + given.used[i], reserved = line.reserved + given.reserved[i],
            used_value = line.used_value + given.used_value[i],
            reserved_value = line.reserved_value + given.reserved_value[i]
        WHERE line.id = given.account[i] AND (NOT given.takes[i] OR EXISTS (
            SELECT FROM licensing_licence AS licence
            WHERE licence.id = line.licence_id AND licence.status = 'active'
                AND licence.starts_at <= given.at AND licence.ends_at > given.at
        ));
        IF NOT FOUND THEN
            RETURN false;
        END IF;
    END LOOP;
    FOR i IN 1 .. cardinality(given.shrinks) LOOP
        UPDATE licensing_reservation AS held
        SET open_quantity = held.open_quantity + given.by_quantity[i],
            open_value = held.open_value + given.by_value[i]
        WHERE held.id = given.shrinks[i];
    END LOOP;
    made := given.entry_reservation;
    FOR i IN 1 .. cardinality(given.entry_kind) LOOP
        CONTINUE WHEN given.entry_kind[i] <> 'reserve';
        INSERT INTO licensing_reservation (usage_id, line_id, system_id, declaration, version, item,
            quantity, value, open_quantity, open_value, made_at, expires_at)
        VALUES (message, given.entry_line[i], given.system, given.declaration, given.version,
            given.entry_item[i], given.entry_reserved[i], given.entry_reserved_value[i],
            given.entry_reserved[i], given.entry_reserved_value[i], given.at, given.entry_expires_at[i])
        RETURNING id INTO one;
        made[i] := one;
    END LOOP;
    INSERT INTO licensing_ledgerentry (usage_id, line_id, kind, quantity, reserved, value, reserved_value,
        reservation_id, confirmation_id, system_id, declaration, version, item, at)
    SELECT message, given.entry_line[i], given.entry_kind[i], given.entry_quantity[i],
        given.entry_reserved[i], given.entry_value[i], given.entry_reserved_value[i], made[i],
        given.entry_confirmation[i], given.system, given.declaration, given.version, given.entry_item[i],
        given.at
    FROM generate_subscripts(given.entry_kind, 1) AS i;
    RETURN true;
END $$;
"""
# The number of the message, or null where book_moves says false.
RECORD = """
CREATE OR REPLACE FUNCTION record_message(asked json) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    -- The columns of the message; action, said: of its events; applications, licences: what these are about, side
    -- by side, or the client alone; booking: what book_moves is asked, or null.
    given record;
    message bigint;
BEGIN
    SELECT * INTO given FROM json_to_record(asked) AS it (
        kind text, licence bigint, client bigint, client_key text, body_digest text, declaration text,
        version integer, outcome text, answer jsonb, left_at timestamptz, at timestamptz, action text,
        said jsonb, applications bigint[], licences bigint[], booking json
    );
    INSERT INTO licensing_usage (kind, licence_id, client_id, client_key, body_digest, declaration, version,
        outcome, answer, left_at, at)
    VALUES (given.kind, given.licence, given.client, given.client_key, given.body_digest, given.declaration,
        given.version, given.outcome, given.answer, given.left_at, given.at)
    RETURNING id INTO message;
    FOR i IN 1 .. greatest(cardinality(given.licences), 1) LOOP
        INSERT INTO licensing_event (application_id, licence_id, account_id, list_source, action, by_id, at,
            before, after, data)
        VALUES (given.applications[i], given.licences[i],
            CASE cardinality(given.licences) WHEN 0 THEN given.client END, '', given.action, given.client,
            given.at, '{}', given.answer,
            given.said || jsonb_build_object('declaration', given.declaration, 'usage', message));
    END LOOP;
    IF given.booking IS NOT NULL AND NOT book_moves(given.booking, message) THEN
        RETURN NULL;
    END IF;
    RETURN message;
END $$;
"""
# As they were.
BEFORE = "".join(
    one.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
    for one in (EARLIER.TAKE, EARLIER.BOOK.removeprefix("DROP FUNCTION book_moves(json);"), EARLIER.RECORD)
)
CHECKS = """
CREATE FUNCTION action_is_known(action text) RETURNS boolean
IMMUTABLE PARALLEL SAFE LANGUAGE plpgsql AS $$
BEGIN
    RETURN action IN (
        'start', 'edit', 'submit', 'withdraw', 'take-on', 'screen', 'judge', 'confirm-judgement',
        'remember-judgement', 'revoke-judgement', 'assess-goods', 'consult', 'advise', 'withdraw-question',
        'request-information', 'answer', 'recommend', 'send-back', 'approve', 'refuse', 'render', 'suspend',
        'reinstate', 'revoke', 'ask-surrender', 'surrender', 'replace', 'record-usage', 'refuse-usage',
        'reserve', 'post', 'release', 'adjust', 'depart', 'run-out', 'exceed', 'propose-correction',
        'correct', 'ask-correction', 'decline-correction', 'detain', 'note-detention', 'answer-detention',
        'release-detention', 'remind-of-detention', 'register', 'invite', 'disable', 'enable', 'make-key',
        'revoke-key', 'bind-key', 'issue-token', 'end-session', 'send-link', 'calibrate', 'alert', 'hold',
        'upload-list', 'fetch-list', 'ask-list-change', 'approve-list-change', 'decline-list-change',
        'ask-key-change', 'approve-key-change', 'take-forms', 'reconcile', 'add-webhook', 'disable-webhook',
        'resend-webhook', 'end-webhook', 'decline-key-change'
    );
END $$;
CREATE FUNCTION is_within_what_was_granted(
    used numeric, reserved numeric, granted numeric, tolerance numeric
) RETURNS boolean IMMUTABLE PARALLEL SAFE LANGUAGE plpgsql AS $$
BEGIN
    RETURN used >= 0 AND reserved >= 0 AND used <= granted + granted * tolerance / 100 - reserved;
END $$;
CREATE FUNCTION tolerance_is_a_share(quantity_tolerance numeric, value_tolerance numeric) RETURNS boolean
IMMUTABLE PARALLEL SAFE LANGUAGE plpgsql AS $$
BEGIN
    RETURN quantity_tolerance >= 0 AND quantity_tolerance <= 100
        AND value_tolerance >= 0 AND value_tolerance <= 100;
END $$;
CREATE FUNCTION what_is_replaced_holds_nothing(
    is_replaced boolean, used numeric, reserved numeric, used_value numeric, reserved_value numeric
) RETURNS boolean IMMUTABLE PARALLEL SAFE LANGUAGE plpgsql AS $$
BEGIN
    RETURN NOT is_replaced OR used = 0 AND reserved = 0 AND used_value = 0 AND reserved_value = 0;
END $$;
CREATE FUNCTION entry_names_its_message(kind text, usage bigint) RETURNS boolean
IMMUTABLE PARALLEL SAFE LANGUAGE plpgsql AS $$
BEGIN
    RETURN usage IS NOT NULL OR kind IN ('expire', 'correct', 'carry');
END $$;
CREATE FUNCTION entry_names_its_confirmation(kind text, confirmation bigint) RETURNS boolean
IMMUTABLE PARALLEL SAFE LANGUAGE plpgsql AS $$
BEGIN
    RETURN (kind = 'correct') = (confirmation IS NOT NULL);
END $$;
CREATE FUNCTION entry_names_its_system(kind text, system bigint) RETURNS boolean
IMMUTABLE PARALLEL SAFE LANGUAGE plpgsql AS $$
BEGIN
    RETURN kind NOT IN ('reserve', 'post', 'depart') OR system IS NOT NULL;
END $$;
CREATE FUNCTION message_kind_is_known(kind text) RETURNS boolean
IMMUTABLE PARALLEL SAFE LANGUAGE plpgsql AS $$
BEGIN
    RETURN kind IN ('use', 'reserve', 'post', 'release', 'adjust', 'depart');
END $$;
"""
NO_CHECKS = """
DROP FUNCTION action_is_known(text);
DROP FUNCTION is_within_what_was_granted(numeric, numeric, numeric, numeric);
DROP FUNCTION tolerance_is_a_share(numeric, numeric);
DROP FUNCTION what_is_replaced_holds_nothing(boolean, numeric, numeric, numeric, numeric);
DROP FUNCTION entry_names_its_message(text, bigint);
DROP FUNCTION entry_names_its_confirmation(text, bigint);
DROP FUNCTION entry_names_its_system(text, bigint);
DROP FUNCTION message_kind_is_known(text);
"""
TRIGGERS = """
DROP TRIGGER what_was_granted_stays ON licensing_licenceline;
CREATE TRIGGER what_was_granted_stays BEFORE UPDATE OF licence_id, goods_id, number, description, hs_code,
    control_code, unit, granted, value, currency ON licensing_licenceline
    FOR EACH ROW EXECUTE FUNCTION what_was_granted_stays();
DROP TRIGGER a_tolerance_stays ON licensing_licenceline;
CREATE TRIGGER a_tolerance_stays BEFORE UPDATE OF quantity_tolerance, value_tolerance ON licensing_licenceline
    FOR EACH ROW WHEN ((OLD.quantity_tolerance, OLD.value_tolerance)
        IS DISTINCT FROM (NEW.quantity_tolerance, NEW.value_tolerance))
    EXECUTE FUNCTION a_tolerance_stays();
DROP TRIGGER a_line_stays_replaced ON licensing_licenceline;
CREATE TRIGGER a_line_stays_replaced BEFORE UPDATE OF is_replaced, continues_id ON licensing_licenceline
    FOR EACH ROW WHEN (OLD.is_replaced AND NOT NEW.is_replaced
        OR OLD.continues_id IS DISTINCT FROM NEW.continues_id)
    EXECUTE FUNCTION a_replacement_stays();
"""
OTHER_COLUMNS = (
    "licence_id, goods_id, number, description, hs_code,\n    control_code, unit, granted, value, currency",
    "quantity_tolerance, value_tolerance",
    "is_replaced, continues_id",
)


def says(model: str, name: str, function: str, *columns: str) -> list[migrations.operations.base.Operation]:
    """Put a function in the place of the condition of a constraint, under the same name."""
    check = Func(*map(F, columns), function=function, output_field=BooleanField())
    return [
        migrations.RemoveConstraint(model, name),
        migrations.AddConstraint(model, CheckConstraint(condition=check, name=name)),
    ]


def without_columns(triggers: str) -> str:
    for columns in OTHER_COLUMNS:
        triggers = triggers.replace(f" OF {columns} ON", " ON")
    return triggers


class Migration(migrations.Migration):
    dependencies = [("licensing", "0112_declarations_are_found")]
    operations = [
        migrations.RunSQL(TAKE + BOOK + RECORD, BEFORE),
        migrations.RunSQL(TRIGGERS, without_columns(TRIGGERS)),
        migrations.RunSQL(CHECKS, NO_CHECKS),
        *says("event", "event_action_is_known", "action_is_known", "action"),
        *says(
            "licenceline",
            "no_line_is_overdrawn",
            "is_within_what_was_granted",
            "used",
            "reserved",
            "granted",
            "quantity_tolerance",
        ),
        *says(
            "licenceline",
            "no_line_is_overdrawn_in_value",
            "is_within_what_was_granted",
            "used_value",
            "reserved_value",
            "value",
            "value_tolerance",
        ),
        *says(
            "licenceline",
            "a_tolerance_is_a_share_of_what_is_granted",
            "tolerance_is_a_share",
            "quantity_tolerance",
            "value_tolerance",
        ),
        *says(
            "licenceline",
            "nothing_stays_on_a_replaced_line",
            "what_is_replaced_holds_nothing",
            "is_replaced",
            "used",
            "reserved",
            "used_value",
            "reserved_value",
        ),
        *says(
            "ledgerentry",
            "an_entry_without_a_message_is_the_portals",
            "entry_names_its_message",
            "kind",
            "usage",
        ),
        *says(
            "ledgerentry",
            "an_entry_is_reversed_by_a_confirmed_correction",
            "entry_names_its_confirmation",
            "kind",
            "confirmation",
        ),
        *says("ledgerentry", "a_movement_names_its_system", "entry_names_its_system", "kind", "system"),
        *says("usage", "kind_of_message_is_known", "message_kind_is_known", "kind"),
    ]
