"""What a customs code hints at: entries of a control list, goods that evaders seek, goods under sanctions.

A hint is evidence of nothing, neither that goods are listed nor that they are not.
"""

import csv
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from screening.codes import DATA
from screening.control_models import ControlTable, HsCorrelation, TableKind, WatchedGoods

HIGH_PRIORITY = DATA / "high_priority_goods.csv"
HEADING, SUBHEADING = 4, 6  # digits of the Harmonized System


@dataclass(frozen=True, slots=True)
class Hints:
    """What is known of one customs code at a moment."""

    tier: str = ""  # of the Common High Priority List
    entries: tuple[tuple[str, ControlTable], ...] = ()  # codes of a control list, and whose table says so
    measures: tuple[tuple[str, ControlTable], ...] = ()  # sanctions on goods: "annex XXIII"


@lru_cache
def high_priority() -> dict[str, str]:
    """Return the tier of each six-digit code."""
    lines = HIGH_PRIORITY.read_text(encoding="utf-8").splitlines()
    rows = csv.DictReader(line for line in lines if not line.startswith("#"))
    return {row["hs"]: row["tier"] for row in rows}


@lru_cache
def high_priority_day() -> date:
    for line in HIGH_PRIORITY.read_text(encoding="utf-8").splitlines():
        if line.startswith("# published_on: "):
            return date.fromisoformat(line.removeprefix("# published_on: "))
    raise ValueError(f"{HIGH_PRIORITY.name} does not say its day")


def tier_of(hs_code: str) -> str:
    return high_priority().get(hs_code[:SUBHEADING], "")


def hints_for(hs_codes: Collection[str], at: datetime) -> dict[str, Hints]:
    """Return the hints of each code by the tables in force at a moment, in three queries however many."""
    wanted = {code for code in hs_codes if code}
    if not wanted:
        return {}
    tables = {table.pk: table for table in ControlTable.objects.in_force(at).select_related("list")}
    prefixes = {code[:length] for code in wanted for length in range(HEADING, len(code) + 1)}
    entries = _entries(tables, prefixes)
    measures = _measures(tables, prefixes)
    return {
        code: Hints(tier_of(code), _starting(entries, code), _starting(measures, code)) for code in wanted
    }


Found = list[tuple[str, str, ControlTable]]  # customs code, what it hints at, whose table


def _entries(tables: dict[int, ControlTable], prefixes: Collection[str]) -> Found:
    kinds = (TableKind.HS_HINTS, TableKind.HS_CORRELATION)
    rows = HsCorrelation.objects.filter(table__in=[t.pk for t in tables.values() if t.kind in kinds])
    found = (
        rows.filter(hs_code__in=prefixes)
        .order_by("entry__code")
        .values_list("hs_code", "entry__code", "table")
    )
    return [(hs, code, tables[table]) for hs, code, table in found]


def _measures(tables: dict[int, ControlTable], prefixes: Collection[str]) -> Found:
    rows = WatchedGoods.objects.filter(
        table__in=[t.pk for t in tables.values() if t.kind == TableKind.WATCHED_GOODS], hs_code__in=prefixes
    )
    return [(row.hs_code, row.measure, tables[row.table_id]) for row in rows.order_by("measure", "hs_code")]


def _starting(
    found: Iterable[tuple[str, str, ControlTable]], code: str
) -> tuple[tuple[str, ControlTable], ...]:
    meant = ((what, table) for hs, what, table in found if code.startswith(hs))
    return tuple({(what, table.pk): (what, table) for what, table in meant}.values())
