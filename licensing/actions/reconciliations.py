"""Compare customs' books of a day with ours: what left, by declaration and line of a licence.

Both sides know a movement by its declaration, so a message that came late is found where it is and does not
look lost. Goods that left beyond a licence count on both sides; officers look into them.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from licensing.country import pack
from licensing.errors import ReasonCode, Refused
from licensing.models import (
    Action,
    EntryKind,
    Event,
    Irregularity,
    LedgerEntry,
    LicenceLine,
    Organisation,
    Reconciliation,
    User,
)
from licensing.permissions import Permission, has
from licensing.units import converted, plain

ZERO = Decimal(0)
LEFT = (EntryKind.USE, EntryKind.POST, EntryKind.DEPART)
# What a difference is
MISSING_HERE, MISSING_THERE, DIFFERING, OTHER_DAY = "missing-here", "missing-there", "differing", "other-day"


@dataclass(frozen=True, slots=True)
class Total:
    """What left under a line of a licence with one declaration on the day, by customs' books."""

    licence: str
    line: int
    declaration: str
    quantity: Decimal
    unit: str  # UN/ECE Recommendation 20


Key = tuple[str, int, str]  # licence, line, declaration


@dataclass(slots=True)
class Ours:
    """What we recorded of one movement, in the line's unit."""

    that_day: Decimal = ZERO
    in_all: Decimal = ZERO  # other days included
    unit: str = ""  # where it is not the line's: of goods that no line covers, or counts


@transaction.atomic
def compare(day: date, totals: Iterable[Total], *, by: User, at: datetime) -> Reconciliation:
    """Compare and keep what was found. Changes no book; somebody looks into each difference."""
    if not has(by, Permission.REPORT_USAGE) or by.organisation is None:
        raise Refused(_("Your role does not allow this."), code="not-allowed")
    if day > pack().legal_day(at):
        raise Refused(_("This day has not come yet."), code=ReasonCode.DAY_TO_COME)
    theirs = _grouped(totals)
    ours = _ours(by.organisation, day, {key[2] for key in theirs})
    keys = sorted(theirs.keys() | {key for key, one in ours.items() if one.that_day})
    units = _units(keys)
    found = [_difference(key, theirs.get(key, []), ours.get(key, Ours()), units.get(key[:2])) for key in keys]
    differences = [one for one in found if one]
    result = Reconciliation.objects.create(
        system=by.organisation,
        day=day,
        asked_count=sum(len(rows) for rows in theirs.values()),
        matched_count=len(found) - len(differences),
        differences_count=len(differences),
        differences=differences,
        by=by,
        at=at,
    )
    Event.objects.create(
        organisation=by.organisation,
        action=Action.RECONCILE,
        by=by,
        at=at,
        data={"day": day.isoformat(), "differences": len(differences), "reconciliation": result.pk},
    )
    return result


def _grouped(totals: Iterable[Total]) -> dict[Key, list[Total]]:
    grouped: dict[Key, list[Total]] = defaultdict(list)
    for total in totals:
        grouped[total.licence, total.line, total.declaration].append(total)
    return grouped


def _ours(system: Organisation, day: date, declarations: set[str]) -> dict[Key, Ours]:
    """Return what we recorded that day, or as left on it, and whatever day of the declarations they name."""
    country = pack()
    start, end = country.start_of(day), country.end_of(day)
    that_day = Q(at__gte=start, at__lt=end, usage__left_at=None)
    that_day |= Q(usage__left_at__gte=start, usage__left_at__lt=end)
    of_theirs = Q(usage__client__organisation=system) & (that_day | Q(usage__declaration__in=declarations))
    found: dict[Key, Ours] = defaultdict(Ours)
    places: dict[int, tuple[Key, bool]] = {}  # by number of the entry
    left = LedgerEntry.objects.filter(of_theirs, kind__in=LEFT).values_list(
        "line__licence__reference",
        "line__number",
        "usage__declaration",
        "quantity",
        Coalesce("usage__left_at", "at"),
        "pk",
    )
    for licence, line, declaration, quantity, moment, pk in left:
        places[pk] = (licence, line, declaration), country.legal_day(moment) == day
        _add(found, places[pk], quantity)
    reversed_ones = LedgerEntry.objects.filter(
        kind=EntryKind.CORRECT, confirmation__correction__entry__in=places
    )
    for pk, quantity in reversed_ones.values_list("confirmation__correction__entry", "quantity"):
        _add(found, places[pk], quantity)
    for irregular in Irregularity.objects.filter(of_theirs).select_related("usage", "line"):
        key = (irregular.number, irregular.line_number, irregular.usage.declaration)
        beyond = _not_counted(irregular)
        if beyond is None:
            found[key].unit = irregular.unit
        _add(
            found,
            (key, country.legal_day(irregular.usage.left_at or irregular.at) == day),
            irregular.quantity if beyond is None else beyond,
        )
    return found


def _add(found: dict[Key, Ours], place: tuple[Key, bool], quantity: Decimal) -> None:
    key, is_that_day = place
    found[key].in_all += quantity
    found[key].that_day += quantity if is_that_day else ZERO


def _not_counted(irregular: Irregularity) -> Decimal | None:
    """Return what left beyond the licence, in the line's unit; None where it can't be said in that."""
    if irregular.line is None:
        return None
    reported = converted(irregular.quantity, irregular.unit, irregular.line.unit)
    return None if reported is None else reported - irregular.counted


def _units(keys: Iterable[Key]) -> dict[tuple[str, int], str]:
    references = {key[0] for key in keys}
    lines = LicenceLine.objects.filter(licence__reference__in=references)
    return {
        (reference, number): unit
        for reference, number, unit in lines.values_list(F("licence__reference"), "number", "unit")
    }


def _difference(key: Key, theirs: list[Total], ours: Ours, unit: str | None) -> dict[str, Any] | None:
    """Return how the two books differ about one movement; None if they don't."""
    unit = ours.unit or unit
    asked = _sum(theirs, unit)
    kind = _kind(asked, ours)
    if kind is None:
        return None
    licence, line, declaration = key
    return {
        "kind": kind,
        "licence": licence,
        "line": line,
        "declaration": declaration,
        "theirs": plain(sum((total.quantity for total in theirs), ZERO) if asked is None else asked),
        "ours": plain(ours.that_day or ours.in_all),
        "unit": theirs[0].unit if asked is None or unit is None else unit,
    }


def _kind(asked: Decimal | None, ours: Ours) -> str | None:
    if asked == ours.that_day:
        return None
    if asked == ours.in_all:
        return OTHER_DAY
    if not ours.in_all:
        return MISSING_HERE
    return MISSING_THERE if asked == ZERO else DIFFERING


def _sum(theirs: list[Total], unit: str | None) -> Decimal | None:
    """Return their sum in the line's unit; None if they use a unit that is like no other there."""
    amounts = [converted(total.quantity, total.unit, unit or total.unit) for total in theirs]
    known = [amount for amount in amounts if amount is not None]
    return sum(known, ZERO) if len(known) == len(amounts) else None
