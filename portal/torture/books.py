"""What the books of a trial's licences say, read past the portal."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import Any

import psycopg

from portal.torture.stack import Stack

Line = tuple[str, int]  # number of the licence, and of the line
Balances = dict[Line, tuple[Decimal, Decimal]]  # what is reserved and what is used

LINES = """
SELECT licence.reference, line.number, line.unit, line.granted
FROM licensing_licenceline AS line JOIN licensing_licence AS licence ON licence.id = line.licence_id
WHERE licence.reference = ANY(%s) ORDER BY licence.id, line.number
"""
# Each of the two writes its change while it holds the licence's lock, so their numbers tell who was first.
CHANGED_AFTERWARDS = """
SELECT count(*) FROM licensing_licencechange AS later
JOIN licensing_licence AS licence ON licence.id = later.licence_id
WHERE later.what = 'balance' AND licence.reference = ANY(%s) AND later.id > (
    SELECT min(id) FROM licensing_licencechange
    WHERE licence_id = later.licence_id AND what = 'status'
)
"""
# Licences with all that took their place: `first` is the number that the chain began with.
CHAINS = """
WITH RECURSIVE chain AS (
    SELECT reference AS first, id, reference FROM licensing_licence WHERE reference = ANY(%s)
    UNION ALL
    SELECT chain.first, later.id, later.reference
    FROM chain JOIN licensing_licence AS later ON later.replaces_id = chain.id
)
"""
# Amended goods keep their numbers.
BALANCES = f"""
{CHAINS}
SELECT chain.first, line.number, sum(line.reserved), sum(line.used)
FROM licensing_licenceline AS line JOIN chain ON chain.id = line.licence_id
GROUP BY chain.first, line.number
"""
LATER = f"{CHAINS} SELECT first, reference FROM chain WHERE first <> reference ORDER BY id"
# All of it, to the last decimal, has gone from what is replaced and has arrived on what follows.
LEFT_BEHIND = """
SELECT count(*) FROM licensing_licenceline AS line
    JOIN licensing_licence AS licence ON licence.id = line.licence_id
WHERE licence.status = 'replaced'
    AND (line.used, line.reserved, line.used_value, line.reserved_value) <> (0, 0, 0, 0)
"""
CARRIED = f"""
{CHAINS}
SELECT count(*) FILTER (WHERE entry.reserved > 0)
FROM licensing_ledgerentry AS entry
    JOIN licensing_licenceline AS line ON line.id = entry.line_id
    JOIN chain ON chain.id = line.licence_id
WHERE entry.kind = 'carry'
"""
CARRIED_UNEQUALLY = f"""
{CHAINS}
SELECT count(*) FROM (
    SELECT chain.first FROM licensing_ledgerentry AS entry
        JOIN licensing_licenceline AS line ON line.id = entry.line_id
        JOIN chain ON chain.id = line.licence_id
    WHERE entry.kind = 'carry' GROUP BY chain.first, line.number
    HAVING (sum(entry.quantity), sum(entry.reserved), sum(entry.value), sum(entry.reserved_value))
        <> (0, 0, 0, 0)
) AS unequal
"""
OVERDRAWN = """
SELECT count(*) FROM licensing_licenceline
WHERE least(used, reserved, used_value, reserved_value) < 0
    OR used + reserved > granted + granted * quantity_tolerance / 100
    OR used_value + reserved_value > value + value * value_tolerance / 100
"""
# Balances beside the ledger, the ledger, and what is open of the reservations, to the last decimal.
UNEQUAL = """
SELECT count(*) FROM licensing_licenceline AS line
LEFT JOIN (
    SELECT line_id, sum(quantity) AS used, sum(reserved) AS reserved, sum(value) AS used_value,
        sum(reserved_value) AS reserved_value
    FROM licensing_ledgerentry GROUP BY line_id
) AS entries ON entries.line_id = line.id
LEFT JOIN (
    SELECT line_id, sum(open_quantity) AS reserved, sum(open_value) AS reserved_value
    FROM licensing_reservation GROUP BY line_id
) AS open ON open.line_id = line.id
WHERE (line.used, line.reserved, line.used_value, line.reserved_value) IS DISTINCT FROM
      (coalesce(entries.used, 0), coalesce(entries.reserved, 0), coalesce(entries.used_value, 0),
       coalesce(entries.reserved_value, 0))
   OR (line.reserved, line.reserved_value) IS DISTINCT FROM
      (coalesce(open.reserved, 0), coalesce(open.reserved_value, 0))
"""
OUTCOMES = "SELECT client_key, outcome FROM licensing_usage WHERE client_key = ANY(%s)"
IRREGULAR = "SELECT count(*) FROM licensing_irregularity"


def balances_of(stack: Stack, numbers: Collection[str]) -> Balances:
    """Return the balances of the licences by line, those of what took their place included."""
    return {
        (reference, line): (reserved, used)
        for reference, line, reserved, used in rows(stack, BALANCES, list(numbers))
    }


def firsts_of(stack: Stack, numbers: Collection[str]) -> dict[str, str]:
    """Return for each number of a chain, which one of `numbers` began, that first one."""
    return {later: first for first, later in rows(stack, LATER, list(numbers))}


def rows(stack: Stack, query: str, *values: Any) -> list[Any]:
    with psycopg.connect(stack.database) as connection:
        return connection.execute(query, values).fetchall()


def number(stack: Stack, query: str, *values: Any) -> int:
    [(count,)] = rows(stack, query, *values)
    return int(count)
