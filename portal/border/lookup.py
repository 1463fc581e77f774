"""One statement for one question: the key or token and all of the licence, from the primary database.

What few licences have is asked for by itself. Each thread has a connection of its own.
"""

import threading
from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

import orjson
import psycopg
from psycopg.conninfo import make_conninfo

from licensing import signing
from licensing.actions.customs import PARTIES_AT_THE_BORDER
from licensing.models import LicenceStatus
from licensing.signing import PublicKey
from licensing.terms import Limit, Stated
from portal.border.answer import Facts, Line
from portal.border.watch import Watch
from screening.prepared import Row, Statements

REPLACED = LicenceStatus.REPLACED.value
ROLES = ", ".join(f"'{role.value}'" for role in PARTIES_AT_THE_BORDER)
QUESTION = f"""
SELECT key.id, key.scopes, key.role, key.is_stale, key.certificate_sha256,
    licence.reference, licence.status, licence.name, licence.tax_id, licence.valid_from, licence.valid_to,
    licence.starts_at, licence.ends_at, licence.destination, licence.conditions,
    (SELECT json_agg(json_build_array(id, role, name, country)) FROM licensing_party
        WHERE application_id = licence.application_id AND role IN ({ROLES}))::text,
    (SELECT json_agg(json_build_array(number, description, hs_code, control_code, unit, granted::text,
            used::text, reserved::text, quantity_tolerance::text, value::text, used_value::text,
            reserved_value::text, value_tolerance::text, currency, is_replaced))
        FROM licensing_licenceline WHERE licence_id = licence.id)::text,
    (SELECT json_build_array(terms.ports, terms.regimes, terms.first_day, terms.last_day,
            terms.named_consignee, terms.quantity_tolerance::text, terms.value_tolerance::text)
        FROM licensing_decision AS decision
        JOIN licensing_terms AS terms ON terms.recommendation_id = decision.recommendation_id
        WHERE decision.id = licence.decision_id)::text,
    now()
FROM (VALUES (1)) AS question
LEFT JOIN LATERAL (
    SELECT api.id, shown.scopes, account.role, api.certificate_sha256,
        api.last_used_at IS NULL OR api.last_used_at <= now() - interval '1 minute' AS is_stale
    FROM (
        SELECT id AS key_id, scopes FROM licensing_apikey WHERE digest = $1
        UNION ALL
        SELECT key_id, scopes FROM licensing_accesstoken WHERE digest = $1 AND expires_at > now()
    ) AS shown
    JOIN licensing_apikey AS api ON api.id = shown.key_id
    JOIN licensing_user AS account ON account.id = api.account_id
    WHERE api.revoked_at IS NULL AND api.expires_at > now() AND account.is_active
) AS key ON true
LEFT JOIN LATERAL (
    SELECT licence.id, licence.reference, licence.status, licence.valid_from, licence.valid_to,
        licence.starts_at, licence.ends_at, licence.conditions, licence.application_id, licence.decision_id,
        application.destination, holder.name, holder.tax_id
    FROM licensing_licence AS licence
    JOIN licensing_application AS application ON application.id = licence.application_id
    JOIN licensing_organisation AS holder ON holder.id = licence.holder_id
    WHERE licence.reference = $2
) AS licence ON key.id IS NOT NULL
"""
# What only few licences have is asked for by itself: limits never change, and of a licence that was replaced
# once more meanwhile the newest is named.
LIMITS = """
SELECT line.number, most.most, line.unit
FROM licensing_licence AS licence
JOIN licensing_decision AS decision ON decision.id = licence.decision_id
JOIN licensing_terms AS terms ON terms.recommendation_id = decision.recommendation_id
JOIN licensing_shipmentlimit AS most ON most.terms_id = terms.id
JOIN licensing_licenceline AS line ON line.goods_id = most.goods_id AND line.licence_id = licence.id
WHERE licence.reference = $1 ORDER BY line.number
"""
REPLACEMENT = """
WITH RECURSIVE later AS (
    SELECT id, reference, status FROM licensing_licence WHERE reference = $1
    UNION ALL
    SELECT one.id, one.reference, one.status
        FROM later JOIN licensing_licence AS one ON one.replaces_id = later.id
)
SELECT reference FROM later WHERE status <> 'replaced'
"""
KEYS = """
SELECT key.kid, key.name, key.public_key, key.starts_at, key.ends_at, EXISTS (
    SELECT FROM licensing_keyrevocation AS revocation
    JOIN licensing_keydecision AS agreed ON agreed.revocation_id = revocation.id
    WHERE revocation.key_id = key.id AND agreed.outcome = 'approve'
)
FROM licensing_signingkey AS key JOIN licensing_keydecision AS decision ON decision.key_id = key.id
WHERE decision.outcome = 'approve'
"""
NEWEST_EDITION = """
SELECT max(document.edition) FROM licensing_licencedocument AS document
JOIN licensing_licence AS licence ON licence.id = document.licence_id WHERE licence.reference = $1
"""
# Whoever else notes the same use is not waited for.
NOTE_USE = """
UPDATE licensing_apikey SET last_used_at = now() WHERE id = (
    SELECT id FROM licensing_apikey WHERE id = $1 FOR NO KEY UPDATE SKIP LOCKED
)
"""
# The portal's own limits are for pages; here a slow answer is worse than none. In milliseconds.
PATIENCE = {"statement_timeout": 2000, "lock_timeout": 500}
OPTIONS = " ".join(f"-c {name}={most}" for name, most in PATIENCE.items())
OPTIONS += " -c default_transaction_read_only=off"


class Key(NamedTuple):
    id: int
    scopes: Collection[str]  # of the token, if one was shown
    role: str
    is_stale: bool  # whether its use should be noted
    certificate_sha256: str  # "" if it is bound to none


class Found(NamedTuple):
    """What the database says: None for a key or token that opens nothing, or a licence that there is not."""

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
            # That is for what was sent. A host that dies once it has the question is found out by probes, and
            # until then the thread waits: two hours, as systems have it.
            keepalives_idle=2,
            keepalives_interval=1,
            keepalives_count=2,
        )
        self.own = threading.local()
        self.watch = Watch()

    def ask(self, digest: bytes, reference: str) -> Found:
        """Return the licence with this reference, and the key that has this digest, or a token that has.

        Raises psycopg.Error.
        """
        [row] = self._execute(QUESTION, digest, reference)
        key = None if row[0] is None else Key(*row[:5])
        return Found(key, self._facts_of(*row[5:-1]) if row[5] is not None else None, row[-1])

    def _facts_of(self, *columns: Any) -> Facts:
        """Take what the question says of a licence, and ask for what is rare."""
        *own, parties, lines, terms = columns
        reference, status = own[:2]
        read: list[Any] = [
            # Sorted here: the database would take a tenth of the statement's time for it.
            [(role, name, country) for _id, role, name, country in sorted(orjson.loads(parties or "[]"))],
            [line_of(one) for one in sorted(orjson.loads(lines or "[]"))],
            stated_of(orjson.loads(terms), self._execute(LIMITS, reference)) if terms else None,
            self._execute(REPLACEMENT, reference)[0][0] if status == REPLACED else "",
        ]
        return Facts(*own, *read)

    def keys(self) -> list[PublicKey]:
        """Return every key that two people agreed to. Raises psycopg.Error."""
        return signing.keys_of(self._execute(KEYS))

    def newest_edition(self, reference: str) -> int | None:
        """Return the edition of the licence's newest document. Raises psycopg.Error."""
        [row] = self._execute(NEWEST_EDITION, reference)
        edition: int | None = row[0]
        return edition

    def note_use(self, key_id: int) -> None:
        self._execute(NOTE_USE, key_id)

    def answers(self) -> bool:
        try:
            return self._execute("SELECT 1") == [(1,)]
        except psycopg.Error:
            return False

    def _execute(self, statement: str, *values: Any) -> list[Row]:
        """Execute on this thread's connection. One that broke while nobody asked is replaced, once."""
        statements: Statements | None = getattr(self.own, "statements", None)
        if statements is not None and not statements.own.closed:  # by whomever; `broken` would be by others
            try:
                return self._waiting_for(statements, statement, values)
            except psycopg.OperationalError:
                if not statements.own.closed:
                    raise
        statements = self.own.statements = Statements(psycopg.connect(self.conninfo, autocommit=True))
        return self._waiting_for(statements, statement, values)

    def _waiting_for(self, statements: Statements, statement: str, values: tuple[Any, ...]) -> list[Row]:
        with self.watch.over(statements.pgconn.socket):
            return statements.execute(statement, values)


def stated_of(one: list[Any], limits: list[Row]) -> Stated:
    ports, regimes, first, last, named, quantity, value = one
    return Stated(
        ports,
        regimes,
        date.fromisoformat(first) if first else None,
        date.fromisoformat(last) if last else None,
        named,
        Decimal(quantity),
        Decimal(value),
        [Limit(*limit) for limit in limits],
    )


def line_of(one: list[Any]) -> Line:
    read: list[Any] = [*one[:5], *map(Decimal, one[5:-2]), *one[-2:]]
    return Line(*read)
