"""What the Commerce Control List and its country chart ask of an entry and a destination.

The order is that of the regulations: each row of the entry's licence requirements, the paragraphs it is for,
then its column of the chart. A row that is prose, has conditions or refers elsewhere is for a person; a cell
without a mark only says that its own column asks for no licence, and never clears anything.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from enum import Enum, auto

from screening.control.grounds import Basis, Ground, Weight
from screening.control.wording import base
from screening.control_models import (
    ChartCell,
    ControlEdition,
    ControlTable,
    CountryGroupMember,
    EntryNote,
    LicenceRequirement,
    NoteKind,
    TableKind,
)

CHART_LIST = "us-ccl"
# Destinations without a row of their own, and whose row the regulations give them: Hong Kong (85 FR 83788),
# Liechtenstein (footnote 5 of the chart), the Cayman Islands (15 CFR 738.3(b)).
ROW_OF = {"HK": "CN", "LI": "CH", "KY": "GB"}
STEP = r"(?:[a-z]|\d{1,2})"
ONE_CODE = rf"(?:\d[A-E]\d{{3}}(?:\.{STEP})*|\.?[a-z](?:\.{STEP})*)"
CODES_ONLY = re.compile(
    rf"\s*(?:[A-Z]{{2}}\d?)\s+applies\s+to\s+(?P<all_but>(?:the\s+)?entire\s+entry,?\s+except\s+(?:for\s+)?)?"
    rf"(?P<codes>{ONE_CODE}(?:(?:,\s*(?:and|or)?|\s+(?:and|or))\s*{ONE_CODE})*)\s*\.?\s*"
)
CODE_IN_TEXT = re.compile(rf"(?<![\w.]){ONE_CODE}(?![\w])")
JOINING = frozenset({"and", "or"})
WORLDWIDE = re.compile(r"\b(?:any destination worldwide|all destinations)\b", re.IGNORECASE)
COLUMN_ALONE = re.compile(r"(?:[A-Z]{2}\s+Column\s+\d|Country\s+Chart|and|[\s,.;()])*")


class Fits(Enum):
    """Whether a row is for the goods."""

    YES = auto()
    PERHAPS = auto()  # its scope is prose, has conditions, or is narrower than the code asked about
    NO = auto()


@dataclass(frozen=True, slots=True)
class Place:
    """A destination as the chart and the groups know it."""

    country: str  # ISO 3166-1
    is_in_chart: bool
    columns: frozenset[str] = frozenset()
    footnotes: tuple[int, ...] = ()
    pointer: str = ""  # where the law speaks of it, if the chart gives it no mark
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chart:
    """The tables in force beside the list, and the destinations that were asked about."""

    chart: ControlTable | None
    groups: ControlTable | None
    places: dict[str, Place] = field(default_factory=dict)


def chart_for(tables: Iterable[ControlTable], countries: Collection[str]) -> Chart:
    """Read what the tables say of the countries, in two queries."""
    by_kind = {table.kind: table for table in tables if table.list.code == CHART_LIST}
    chart, groups = by_kind.get(TableKind.COUNTRY_CHART), by_kind.get(TableKind.COUNTRY_GROUPS)
    rows = {country: ROW_OF.get(country, country) for country in countries}
    asked = set(rows.values())
    cells = list(ChartCell.objects.filter(table=chart, country__in=asked)) if chart else []
    members = CountryGroupMember.objects.filter(table=groups, country__in=asked) if groups else []
    member_of: dict[str, list[str]] = {}
    for member in members:
        member_of.setdefault(member.country, []).append(member.group)
    places = {
        country: _place(country, [cell for cell in cells if cell.country == row], member_of.get(row, ()))
        for country, row in rows.items()
    }
    return Chart(chart, groups, places)


def _place(country: str, cells: list[ChartCell], groups: Iterable[str]) -> Place:
    return Place(
        country,
        is_in_chart=bool(cells),
        columns=frozenset(cell.column for cell in cells if cell.column),
        footnotes=tuple(sorted({note for cell in cells for note in cell.footnotes})),
        pointer=next((cell.pointer for cell in cells if cell.pointer), ""),
        groups=tuple(sorted(set(groups))),
    )


def grounds(
    code: str,
    edition: ControlEdition,
    rows: list[LicenceRequirement],
    notes: list[EntryNote],
    chart: Chart,
    country: str,
) -> list[Ground]:
    """Return what the list asks of `code` (3A001.b.2) for a destination.

    `rows` and `notes` are those of the entry at its top. There is always a ground for a person at least.
    """
    law = Basis(edition)
    place = chart.places.get(country, Place(country, is_in_chart=False))
    found = _of_place(place, chart)
    for row in rows:
        found += _of_row(code, row, place, chart, law)
    if not rows:
        found.append(Ground("us-no-row", Weight.PERSON, law, {"entry": base(code)}))
    found += [
        Ground("us-note", Weight.PERSON, law, {"text": note.text})
        for note in notes
        if note.kind == NoteKind.LICENCE
    ]
    if not any(ground.weight == Weight.NEEDED for ground in found):
        found.append(Ground("us-nothing-found", Weight.PERSON, law))
    return found


def _of_place(place: Place, chart: Chart) -> list[Ground]:
    where = {"country": place.country}
    found = []
    if chart.chart is None:
        return [Ground("us-no-chart", Weight.PERSON, CHART_LIST)]
    basis = Basis(chart.chart)
    if not place.is_in_chart:
        found.append(Ground("us-not-in-chart", Weight.PERSON, basis, where))
    if place.pointer:
        found.append(Ground("us-points-elsewhere", Weight.PERSON, basis, {**where, "text": place.pointer}))
    if place.footnotes:
        numbers = ", ".join(map(str, place.footnotes))
        found.append(Ground("us-footnotes", Weight.PERSON, basis, {**where, "numbers": numbers}))
    if place.groups and chart.groups:
        named = {**where, "groups": ", ".join(place.groups)}
        found.append(Ground("us-groups", Weight.FACT, Basis(chart.groups), named))
    return found


def _of_row(code: str, row: LicenceRequirement, place: Place, chart: Chart, law: Basis) -> list[Ground]:
    said = {"reason": row.reason or "–", "scope": row.scope, "prose": row.prose}
    how = fits(code, row)
    if how is Fits.NO:
        return [Ground("us-other-paragraph", Weight.FACT, law, said)]
    if not row.columns:
        everywhere = how is Fits.YES and WORLDWIDE.search(row.prose) and "except" not in row.prose.lower()
        return [
            Ground("us-worldwide", Weight.NEEDED, law, said)
            if everywhere
            else Ground("us-prose", Weight.PERSON, law, said)
        ]
    # Where no chart is loaded, that is said once; an empty cell of a chart nobody has says nothing.
    found = [_of_column(column, how, said, place, chart) for column in row.columns if chart.chart]
    if not COLUMN_ALONE.fullmatch(row.prose) and row.prose != row.scope:
        found.append(Ground("us-prose", Weight.PERSON, law, said))
    return found


def _of_column(column: str, how: Fits, said: dict[str, str], place: Place, chart: Chart) -> Ground:
    basis = Basis(chart.chart) if chart.chart else CHART_LIST
    details = {**said, "column": column, "country": place.country}
    if column not in place.columns:
        return Ground("us-no-mark", Weight.FACT, basis, details)
    if how is Fits.PERHAPS:
        return Ground("us-mark-perhaps", Weight.PERSON, basis, details)
    return Ground("us-mark", Weight.NEEDED, basis, details)


def fits(code: str, row: LicenceRequirement) -> Fits:
    """Say whether a row is for `code`. Only a scope that is codes and nothing else can leave it out."""
    if row.is_entire:
        return Fits.YES
    said = CODES_ONLY.fullmatch(row.scope)
    if not said or not row.scope_codes or len(row.scope_codes) != _count(said["codes"]):
        return Fits.PERHAPS
    inside = any(code == one or code.startswith(f"{one}.") for one in row.scope_codes)
    around = any(one.startswith(f"{code}.") for one in row.scope_codes)
    if around and not inside:
        return Fits.PERHAPS
    return Fits.YES if inside != bool(said["all_but"]) else Fits.NO


def _count(codes: str) -> int:
    return sum(word not in JOINING for word in CODE_IN_TEXT.findall(codes))
