"""A message is recorded in two calls: one that takes it, one that stores it and books what it moves.

Statements that look for one row after another keep their plan; what looks for a list of rows was planned anew
each time. What an entry may move is checked by functions, whose text the server reads once for a connection: a
long condition it reads for every row that is written.
"""

from importlib import import_module

from django.db import migrations
from django.db.models import BooleanField, CheckConstraint, F, Func

EARLIER = import_module("licensing.migrations.0105_messages_are_taken_at_once")
TAKE = """
CREATE OR REPLACE FUNCTION take_message(asked json) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    -- client, client_key: the id. licences: numbers. system, declaration, version, kind: the movement, or no
    -- system where a message has none. items: whose reservations name further licences; null means all.
    -- spelled: the declaration as detentions spell it.
    given record;
    wanted text;
    this bigint;
    ids bigint[] := '{}';
    locked json;
    licences json[] := '{}';
    lines json[] := '{}';  -- those of each licence
    with_terms bigint[] := '{}';
    reservations json;
    known json;
BEGIN
    SELECT * INTO given FROM json_to_record(asked) AS it (
        client bigint, client_key text, licences text[], system bigint, declaration text, version integer,
        kind text, items integer[], spelled text
    );
    INSERT INTO licensing_messageid (client_id, client_key) VALUES (given.client, given.client_key)
        ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    FOREACH wanted IN ARRAY given.licences LOOP
        SELECT id INTO this FROM licensing_licence WHERE reference = wanted;
        IF FOUND THEN
            ids := ids || this;
        END IF;
    END LOOP;
    IF given.system IS NOT NULL AND (given.items IS NULL OR cardinality(given.items) > 0) THEN
        ids := ids || ARRAY(
            SELECT line.licence_id FROM licensing_reservation AS one
            JOIN licensing_licenceline AS line ON line.id = one.line_id
            WHERE one.system_id = given.system AND one.declaration = given.declaration
                AND one.open_quantity > 0 AND (given.items IS NULL OR one.item = ANY (given.items))
        );
    END IF;
    IF cardinality(ids) > 1 THEN
        ids := ARRAY(SELECT DISTINCT unnest(ids) ORDER BY 1);
    END IF;
    FOREACH this IN ARRAY ids LOOP
        SELECT row_to_json(licence) INTO locked FROM (
            SELECT id, reference, status, starts_at, ends_at, application_id, decision_id, holder_id
            FROM licensing_licence WHERE id = this FOR UPDATE
        ) AS licence;
        licences := licences || locked;
    END LOOP;
    FOREACH this IN ARRAY ids LOOP
        SELECT json_agg(row_to_json(line)) INTO locked FROM (
            SELECT id, licence_id, goods_id, number, unit, granted, used, reserved, value, currency,
                used_value, reserved_value, quantity_tolerance, value_tolerance, continues_id, is_replaced
            FROM licensing_licenceline WHERE licence_id = this ORDER BY id FOR UPDATE
        ) AS line;
        lines := lines || coalesce(locked, '[]');
        IF EXISTS (
            SELECT FROM licensing_licence AS licence
            JOIN licensing_decision AS decision ON decision.id = licence.decision_id
            JOIN licensing_terms AS terms ON terms.recommendation_id = decision.recommendation_id
            WHERE licence.id = this
        ) THEN
            with_terms := with_terms || this;
        END IF;
    END LOOP;
    IF given.system IS NOT NULL THEN
        SELECT json_agg(row_to_json(reservation)) INTO reservations FROM (
            SELECT id, usage_id, line_id, system_id, declaration, version, item, quantity, value,
                open_quantity, open_value, made_at, expires_at
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
# As before, but the message comes beside what is booked, since it has no number yet when that is put together.
BOOK = "DROP FUNCTION book_moves(json);" + (
    EARLIER.BOOK.replace("book_moves(asked json)", "book_moves(asked json, message bigint)")
    .replace("usage bigint, system bigint", "system bigint")
    .replace("given.usage", "message")
)
# The number of the message, or null where book_moves says false.
RECORD = """
CREATE FUNCTION record_message(asked json) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    -- The columns of the message; action, said: of its events; concerned: what these are about; booking: what
    -- book_moves is asked, or null.
    given record;
    message bigint;
BEGIN
    SELECT * INTO given FROM json_to_record(asked) AS it (
        kind text, licence bigint, client bigint, client_key text, body_digest text, declaration text,
        version integer, outcome text, answer jsonb, left_at timestamptz, at timestamptz, action text,
        said jsonb, concerned json, booking json
    );
    INSERT INTO licensing_usage (kind, licence_id, client_id, client_key, body_digest, declaration, version,
        outcome, answer, left_at, at)
    VALUES (given.kind, given.licence, given.client, given.client_key, given.body_digest, given.declaration,
        given.version, given.outcome, given.answer, given.left_at, given.at)
    RETURNING id INTO message;
    INSERT INTO licensing_event (application_id, licence_id, account_id, list_source, action, by_id, at,
        before, after, data)
    SELECT about.application, about.licence, about.account, '', given.action, given.client, given.at,
        '{}', given.answer,
        given.said || jsonb_build_object('declaration', given.declaration, 'usage', message)
    FROM json_to_recordset(given.concerned) AS about (application bigint, licence bigint, account bigint);
    IF given.booking IS NOT NULL AND NOT book_moves(given.booking, message) THEN
        RETURN NULL;
    END IF;
    RETURN message;
END $$;
"""
CHECKS = """
CREATE FUNCTION entry_moves_what_its_kind_says(
    kind text, quantity numeric, reserved numeric, value numeric, reserved_value numeric
) RETURNS boolean IMMUTABLE PARALLEL SAFE LANGUAGE plpgsql AS $$
BEGIN
    RETURN CASE kind
        WHEN 'use' THEN quantity > 0 AND reserved = 0 AND value >= 0 AND reserved_value = 0
        WHEN 'reserve' THEN quantity = 0 AND reserved > 0 AND value = 0 AND reserved_value >= 0
        WHEN 'post' THEN quantity > 0 AND reserved = -quantity AND value >= 0 AND reserved_value <= 0
        WHEN 'release' THEN quantity = 0 AND reserved < 0 AND value = 0 AND reserved_value <= 0
        WHEN 'expire' THEN quantity = 0 AND reserved < 0 AND value = 0 AND reserved_value <= 0
        WHEN 'depart' THEN quantity > 0 AND reserved <= 0 AND reserved >= -quantity
            AND value >= 0 AND reserved_value <= 0
        WHEN 'correct' THEN quantity < 0 AND reserved = 0 AND value <= 0 AND reserved_value = 0
        WHEN 'carry' THEN (quantity <> 0 AND reserved = 0 AND reserved_value = 0)
            OR (reserved <> 0 AND quantity = 0 AND value = 0)
        ELSE false
    END;
END $$;
CREATE FUNCTION entry_names_its_reservation(kind text, reserved numeric, reservation bigint)
RETURNS boolean IMMUTABLE PARALLEL SAFE LANGUAGE plpgsql AS $$
BEGIN
    RETURN CASE kind
        WHEN 'use' THEN reservation IS NULL
        WHEN 'correct' THEN reservation IS NULL
        WHEN 'depart' THEN true
        WHEN 'carry' THEN (reserved = 0) = (reservation IS NULL)
        ELSE reservation IS NOT NULL
    END;
END $$;
"""
MOVES, RESERVATION = "a_ledger_entry_moves_what_its_kind_says", "what_was_reserved_names_its_reservation"


def replaced(name: str, function: str, *columns: str) -> list[migrations.operations.base.Operation]:
    check = Func(*map(F, columns), function=function, output_field=BooleanField())
    return [
        migrations.RemoveConstraint("ledgerentry", name),
        migrations.AddConstraint("ledgerentry", CheckConstraint(condition=check, name=name)),
    ]


class Migration(migrations.Migration):
    dependencies = [("licensing", "0107_goods_that_may_be_listed")]
    operations = [
        migrations.RunSQL(
            TAKE + BOOK + RECORD,
            EARLIER.BACKWARD.replace("book_moves(json)", "book_moves(json, bigint)")
            + "DROP FUNCTION record_message(json);"
            + EARLIER.TAKE
            + EARLIER.BOOK,
        ),
        migrations.RunSQL(
            CHECKS,
            "DROP FUNCTION entry_moves_what_its_kind_says(text, numeric, numeric, numeric, numeric);"
            "DROP FUNCTION entry_names_its_reservation(text, numeric, bigint);",
        ),
        *replaced(
            MOVES,
            "entry_moves_what_its_kind_says",
            "kind",
            "quantity",
            "reserved",
            "value",
            "reserved_value",
        ),
        *replaced(RESERVATION, "entry_names_its_reservation", "kind", "reserved", "reservation"),
    ]
