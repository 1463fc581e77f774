"""One call takes the id of a message, locks what it is about in order, and says what is known of it.

Each statement within sees what was committed before it began, as if it were sent by itself. No rule is in
here: what the answer means, the acts say.
"""

from django.db import migrations

FORWARD = """
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
            reserved_value, quantity_tolerance, value_tolerance
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
BACKWARD = "DROP FUNCTION take_message(json);"


class Migration(migrations.Migration):
    dependencies = [("licensing", "0095_photos_are_seen_small")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
