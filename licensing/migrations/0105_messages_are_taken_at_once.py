"""One call takes the id of a message, locks what it is about in order, and says what is known of it; another
books what the acts make of that.

Each statement within sees what was committed before it began, as if it were sent by itself. What a message may
do is not said here but by the acts; functions only save the way to the database and the planning.
"""

from django.db import migrations

TAKE = """
CREATE FUNCTION take_message(asked json) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    -- client, client_key: the id. licences: numbers. system, declaration, version, kind: the movement, or no
    -- system where a message has none. items: whose reservations name further licences; null means all.
    -- spelled: the declaration as detentions spell it.
    given record;
    ids bigint[];
    licences json;
    lines json;
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
    ids := ARRAY(SELECT id FROM licensing_licence WHERE reference = ANY (given.licences));
    IF given.system IS NOT NULL AND (given.items IS NULL OR cardinality(given.items) > 0) THEN
        ids := ids || ARRAY(
            SELECT line.licence_id FROM licensing_reservation AS one
            JOIN licensing_licenceline AS line ON line.id = one.line_id
            WHERE one.system_id = given.system AND one.declaration = given.declaration
                AND one.open_quantity > 0 AND (given.items IS NULL OR one.item = ANY (given.items))
        );
    END IF;
    SELECT json_agg(row_to_json(locked)) INTO licences FROM (
        SELECT id, reference, status, starts_at, ends_at, application_id, decision_id, holder_id
        FROM licensing_licence WHERE id = ANY (ids) ORDER BY id FOR UPDATE
    ) AS locked;
    SELECT json_agg(row_to_json(locked)) INTO lines FROM (
        SELECT id, licence_id, goods_id, number, unit, granted, used, reserved, value, currency, used_value,
            reserved_value, quantity_tolerance, value_tolerance, continues_id, is_replaced
        FROM licensing_licenceline WHERE licence_id = ANY (ids) ORDER BY id FOR UPDATE
    ) AS locked;
    IF given.system IS NOT NULL THEN
        SELECT json_agg(row_to_json(locked)) INTO reservations FROM (
            SELECT id, usage_id, line_id, system_id, declaration, version, item, quantity, value,
                open_quantity, open_value, made_at, expires_at
            FROM licensing_reservation
            WHERE system_id = given.system AND declaration = given.declaration AND open_quantity > 0
            ORDER BY id FOR UPDATE
        ) AS locked;
        SELECT json_agg(item ORDER BY item) INTO known FROM licensing_ledgerentry
            WHERE system_id = given.system AND declaration = given.declaration
                AND version = given.version AND kind = given.kind;
    END IF;
    RETURN json_build_object(
        'licences', coalesce(licences, '[]'),
        'lines', coalesce(lines, '[]'),
        'reservations', coalesce(reservations, '[]'),
        'known', coalesce(known, '[]'),
        'with_terms', ARRAY(
            SELECT licence.id FROM licensing_licence AS licence
            JOIN licensing_decision AS decision ON decision.id = licence.decision_id
            JOIN licensing_terms AS terms ON terms.recommendation_id = decision.recommendation_id
            WHERE licence.id = ANY (ids)
        ),
        'was_detained', EXISTS (SELECT FROM licensing_detention WHERE declaration = given.spelled)
    );
END $$;
"""
# Row by row, so that each is looked up by its key however many there are. What is open of a reservation moves
# as the entries under it say, so that both can't differ. False: a licence that something is taken from is not
# in force, and the caller undoes all of it.
BOOK = """
CREATE FUNCTION book_moves(asked json) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    given record;
    change record;
BEGIN
    SELECT * INTO given FROM json_to_record(asked) AS it (
        usage bigint, system bigint, declaration text, version integer, at timestamptz, moves json
    );
    FOR change IN
        SELECT move.line, bool_or(move.takes) AS takes, sum(move.quantity) AS quantity,
            sum(move.reserved) AS reserved, sum(move.value) AS value,
            sum(move.reserved_value) AS reserved_value
        FROM json_to_recordset(given.moves) AS move (line bigint, takes boolean, quantity numeric,
            reserved numeric, value numeric, reserved_value numeric)
        GROUP BY move.line ORDER BY move.line
    LOOP
        UPDATE licensing_licenceline AS line
        SET used = line.used + change.quantity, reserved = line.reserved + change.reserved,
            used_value = line.used_value + change.value,
            reserved_value = line.reserved_value + change.reserved_value
        WHERE line.id = change.line AND (NOT change.takes OR EXISTS (
            SELECT FROM licensing_licence AS licence
            WHERE licence.id = line.licence_id AND licence.status = 'active'
                AND licence.starts_at <= given.at AND licence.ends_at > given.at
        ));
        IF NOT FOUND THEN
            RETURN false;
        END IF;
    END LOOP;
    FOR change IN
        SELECT move.reservation, sum(move.reserved) AS reserved, sum(move.reserved_value) AS reserved_value
        FROM json_to_recordset(given.moves) AS move (reservation bigint, reserved numeric,
            reserved_value numeric)
        WHERE move.reservation IS NOT NULL GROUP BY move.reservation
        HAVING sum(move.reserved) < 0  -- one that a licence's replacement made came with what is open
        ORDER BY move.reservation
    LOOP
        UPDATE licensing_reservation AS one
        SET open_quantity = one.open_quantity + change.reserved,
            open_value = one.open_value + change.reserved_value
        WHERE one.id = change.reservation;
    END LOOP;
    WITH moves AS (
        SELECT * FROM json_to_recordset(given.moves) AS move (line bigint, kind text, quantity numeric,
            reserved numeric, value numeric, reserved_value numeric, item integer, reservation bigint,
            expires_at timestamptz, confirmation bigint)
    ), made AS (
        INSERT INTO licensing_reservation (usage_id, line_id, system_id, declaration, version, item,
            quantity, value, open_quantity, open_value, made_at, expires_at)
        SELECT given.usage, line, given.system, given.declaration, given.version, item,
            reserved, reserved_value, reserved, reserved_value, given.at, expires_at
        FROM moves WHERE kind = 'reserve'
        RETURNING id, item
    )
    INSERT INTO licensing_ledgerentry (usage_id, line_id, kind, quantity, reserved, value, reserved_value,
        reservation_id, confirmation_id, system_id, declaration, version, item, at)
    SELECT given.usage, line, kind, quantity, reserved, value, reserved_value,
        coalesce(reservation, made.id), confirmation, given.system, given.declaration, given.version,
        moves.item, given.at
    FROM moves LEFT JOIN made ON moves.kind = 'reserve' AND made.item = moves.item;
    RETURN true;
END $$;
"""
BACKWARD = "DROP FUNCTION take_message(json); DROP FUNCTION book_moves(json);"


class Migration(migrations.Migration):
    dependencies = [("licensing", "0104_licences_are_replaced")]
    operations = [migrations.RunSQL(TAKE + BOOK, BACKWARD)]
