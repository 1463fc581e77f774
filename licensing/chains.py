"""Which licence took the place of which: amendments make chains, of licences and of their lines."""

from collections.abc import Collection
from typing import Any

from django.db import connection

from licensing.models import Licence, LicenceLine, LicenceStatus

NEWEST = """
WITH RECURSIVE chain AS (
    SELECT reference AS first, id, reference, status FROM licensing_licence
    WHERE reference = ANY(%s) AND status = %s
    UNION ALL
    SELECT chain.first, later.id, later.reference, later.status
    FROM chain JOIN licensing_licence AS later ON later.replaces_id = chain.id
)
SELECT first, reference FROM chain WHERE status <> %s
"""
NEWEST_LINE = """
WITH RECURSIVE chain AS (
    SELECT id, is_replaced FROM licensing_licenceline WHERE id = %s
    UNION ALL
    SELECT later.id, later.is_replaced
    FROM chain JOIN licensing_licenceline AS later ON later.continues_id = chain.id
)
SELECT id FROM chain WHERE NOT is_replaced
"""
LINES = """
WITH RECURSIVE chain AS (
    SELECT id, continues_id FROM licensing_licenceline WHERE id = %s
    UNION ALL
    SELECT earlier.id, earlier.continues_id
    FROM chain JOIN licensing_licenceline AS earlier ON earlier.id = chain.continues_id
)
SELECT id FROM chain
"""
CHAIN = """
WITH RECURSIVE earlier AS (
    SELECT id, replaces_id FROM licensing_licence WHERE id = %s
    UNION ALL
    SELECT one.id, one.replaces_id
    FROM earlier JOIN licensing_licence AS one ON one.id = earlier.replaces_id
), later AS (
    SELECT id FROM licensing_licence WHERE id = %s
    UNION ALL
    SELECT one.id FROM later JOIN licensing_licence AS one ON one.replaces_id = later.id
)
SELECT id FROM earlier UNION SELECT id FROM later
"""


def newest(references: Collection[str]) -> dict[str, str]:
    """Return, for each of the licences that was replaced, the number of the one that counts now."""
    return dict(_rows(NEWEST, [list(references), LicenceStatus.REPLACED, LicenceStatus.REPLACED]))


def newest_line(line_id: int) -> int | None:
    """Return the line that carries on the account of a line, itself if it was not replaced; None if no line
    does."""
    rows = _rows(NEWEST_LINE, [line_id])
    return rows[0][0] if rows else None


def lines_until(line: LicenceLine) -> list[int]:
    """Return the ids of the line and of all whose account it carries on."""
    if line.continues_id is None:
        return [line.pk]
    return [pk for (pk,) in _rows(LINES, [line.pk])]


def of(licence: Licence) -> list[Licence]:
    """Return the licence with all that it replaced and that replaced it, the first of them first."""
    if licence.replaces_id is None and licence.status != LicenceStatus.REPLACED:
        return [licence]
    ids = [pk for (pk,) in _rows(CHAIN, [licence.pk, licence.pk])]
    return list(Licence.objects.filter(pk__in=ids).prefetch_related("lines").order_by("pk"))


def _rows(query: str, values: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())
