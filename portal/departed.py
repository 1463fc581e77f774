"""What was recorded of goods that had left, as people read it: reported, counted, and what is irregular."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from licensing.errors import said
from licensing.models import LicenceLine, Usage


@dataclass(frozen=True, slots=True)
class Departed:
    """One item of a report."""

    item: int
    licence: str
    line: int
    reported: Decimal
    unit: str  # as reported
    counted: Decimal
    counted_unit: str  # the line's own, where there is such a line
    irregular: tuple[str, ...]  # why officers look into it


def lines_of(usage: Usage) -> list[Departed]:
    """Return the items of a report that was recorded, in its order."""
    told = usage.answer.get("lines", [])
    units = _units(one["licence"] for one in told)
    return [
        Departed(
            one["item"],
            one["licence"],
            one["line"],
            Decimal(one["quantity"]),
            one["unit"],
            Decimal(one["counted"]),
            units.get((one["licence"], one["line"]), one["unit"]),
            tuple(said(reason) for reason in one["irregular"]),
        )
        for one in told
    ]


def _units(licences: Iterable[str]) -> dict[tuple[str, int], str]:
    lines = LicenceLine.objects.filter(licence__reference__in=set(licences))
    return {
        (reference, number): unit
        for reference, number, unit in lines.values_list("licence__reference", "number", "unit")
    }
