"""One statement for one question: the key, the licence, its lines and its parties, from the primary database.

Prepared once for each connection; each thread has a connection of its own.
"""

import json
import threading
from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

import psycopg
from psycopg.conninfo import make_conninfo

from licensing.actions.customs import PARTIES_AT_THE_BORDER
from portal.border.answer import Facts, Line

ROLES = ", ".join(f"'{role.value}'" for role in PARTIES_AT_THE_BORDER)
QUESTION = f"""
SELECT key.id, key.scopes, key.role, key.is_stale,
    licence.reference, licence.status, licence.name, licence.tax_id, licence.valid_from, licence.valid_to,
    licence.starts_at, licence.ends_at, licence.destination, licence.conditions,
    (SELECT json_agg(json_build_array(role, name, country) ORDER BY id) FROM licensing_party
        WHERE application_id = licence.application_id AND role IN ({ROLES}))::text,
    (SELECT json_agg(json_build_array(number, description, hs_code, control_code, unit, granted::text,
            used::text, reserved::text, quantity_tolerance::text, is_replaced) ORDER BY number)
        FROM licensing_licenceline WHERE licence_id = licence.id)::text,
    now(),
    CASE WHEN licence.status = 'replaced' THEN (
        WITH RECURSIVE later AS (
            SELECT one.id, one.reference, one.status FROM licensing_licence AS one
                WHERE one.replaces_id = licence.id
            UNION ALL
            SELECT one.id, one.reference, one.status
                FROM later JOIN licensing_licence AS one ON one.replaces_id = later.id
        )
        SELECT reference FROM later WHERE status <> 'replaced'
    ) END
FROM (VALUES (1)) AS question
LEFT JOIN LATERAL (
    SELECT api.id, api.scopes, account.role,
        api.last_used_at IS NULL OR api.last_used_at <= now() - interval '1 minute' AS is_stale
    FROM licensing_apikey AS api JOIN licensing_user AS account ON account.id = api.account_id
    WHERE api.digest = $1 AND api.revoked_at IS NULL AND api.expires_at > now() AND account.is_active
) AS key ON true
LEFT JOIN LATERAL (
    SELECT licence.*, application.destination, holder.name, holder.tax_id
    FROM licensing_licence AS licence
    JOIN licensing_application AS application ON application.id = licence.application_id
    JOIN licensing_organisation AS holder ON holder.id = licence.holder_id
    WHERE licence.reference = $2
) AS licence ON key.id IS NOT NULL
"""
# Whoever else notes the same use is not waited for.
NOTE_USE = """
UPDATE licensing_apikey SET last_used_at = now() WHERE id = (
    SELECT id FROM licensing_apikey WHERE id = $1 FOR NO KEY UPDATE SKIP LOCKED
)
"""
# The portal's own limits are for pages; here a slow answer is worse than none.
OPTIONS = "-c statement_timeout=2000 -c lock_timeout=500 -c default_transaction_read_only=off"


class Key(NamedTuple):
    id: int
    scopes: Collection[str]
    role: str
    is_stale: bool  # whether its use should be noted


class Found(NamedTuple):
    """What the database says: None for a key that opens nothing, or a licence that there is not."""

    key: Key | None
    facts: Facts | None
    at: datetime  # by the database's clock


class Lookup:
    """The connections of one process."""

    def __init__(self, database: dict[str, Any]) -> None:
        """Take Django's description of the database, as settings.DATABASES has it."""
        self.conninfo = make_conninfo(
            dbname=database["NAME"],
            user=database["USER"],
            password=database["PASSWORD"] or None,
            host=database["HOST"] or None,
            port=database["PORT"] or None,
            sslmode=database["OPTIONS"].get("sslmode"),
            options=OPTIONS,
            application_name="border",
            connect_timeout=2,
            # A stand-by may lag behind a revocation.
            target_session_attrs="read-write",
            tcp_user_timeout=3000,
        )
        self.own = threading.local()

    def ask(self, digest: bytes, reference: str) -> Found:
        """Return the key with this digest and the licence with this reference. Raises psycopg.Error."""
        row = self._execute(QUESTION, (digest, reference)).fetchone()
        assert row is not None
        key = None if row[0] is None else Key(*row[:4])
        return Found(key, facts_of(row) if row[4] is not None else None, row[16])

    def note_use(self, key_id: int) -> None:
        self._execute(NOTE_USE, (key_id,))

    def answers(self) -> bool:
        try:
            return self._execute("SELECT 1", ()).fetchone() == (1,)
        except psycopg.Error:
            return False

    def _execute(self, query: str, values: tuple[Any, ...]) -> psycopg.RawCursor[Any]:
        """Execute on this thread's connection. One that broke while nobody asked is replaced, once."""
        cursor: psycopg.RawCursor[Any] | None = getattr(self.own, "cursor", None)
        if cursor is not None:
            try:
                return cursor.execute(query, values, prepare=True)
            except psycopg.OperationalError:
                if not cursor.connection.broken:
                    raise
                self.own.cursor = None
        connection = psycopg.connect(self.conninfo, autocommit=True)
        cursor = self.own.cursor = psycopg.RawCursor(connection)
        return cursor.execute(query, values, prepare=True)


def facts_of(row: tuple[Any, ...]) -> Facts:
    parties, lines = row[14], row[15]
    read: list[Any] = [
        json.loads(parties) if parties else (),
        [line_of(one) for one in json.loads(lines)] if lines else (),
        row[17] or "",
    ]
    return Facts(*row[4:14], *read)


def line_of(one: list[Any]) -> Line:
    read: list[Any] = [*one[:5], *map(Decimal, one[5:-1]), one[-1]]
    return Line(*read)
