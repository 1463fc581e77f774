"""The portal's own table, for lists that nobody publishes in a form of theirs: national lists, denials.

The columns and an example are in screening/README.md. The first line says the day of the edition; the second
names the columns, in any order. A cell may hold several values parted by semicolons. Every mistake is refused
with its line and column, since the list is written by people who can mend it.
"""

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import chain, zip_longest

from screening.birth import span_of
from screening.importers.aliases import unique
from screening.importers.countries import code_of
from screening.importers.dates import edtf, iso_day
from screening.importers.files import Readable
from screening.importers.rows import (
    AddressRow,
    EntityRow,
    IdentifierRow,
    NameRow,
    Publication,
    RelationRow,
)
from screening.importers.tables import cells, lines, table
from screening.importers.vessels import vessel
from screening.importers.xml import tidy
from screening.models import EntityKind, NameKind, RelationKind
from screening.refusals import BadList

EDITION = re.compile(r'"?#\s*edition:?\s*(\d{4}-\d\d-\d\d)"?[,\s]*', re.IGNORECASE)
NEEDED = ("id", "kind", "name")
NAMES = {
    "aliases": NameKind.ALIAS,
    "weak_aliases": NameKind.WEAK_ALIAS,
    "former_names": NameKind.FORMER,
    "original_script_names": NameKind.ORIGINAL_SCRIPT,
}
NUMBERS = {"imo": ("IMO number", 7), "mmsi": ("MMSI", 9)}  # column -> (kind, digits)
RELATIONS = {
    "owns": RelationKind.OWNS,
    "controlled_by": RelationKind.CONTROLLED_BY,
    "acts_for": RelationKind.ACTS_FOR,
    "led_by": RelationKind.LED_BY,
    "member_of": RelationKind.MEMBER_OF,
    "family": RelationKind.FAMILY,
    "linked_to": RelationKind.LINKED,
}
SHIP_FACTS = {  # column -> key of VESSEL_FACTS
    "flag": "flag",
    "former_flags": "former-flags",
    "ship_type": "type",
    "tonnage": "tonnage",
    "length": "length",
    "built": "built",
    "operator": "operator",
}
FLAGS = ("flag", "former_flags")
COLUMNS = (
    *NEEDED,
    "reference",
    *NAMES,
    "countries",
    "born",
    "places_of_birth",
    "positions",
    "identifiers",
    "addresses",
    "programme",
    "listed_on",
    *NUMBERS,
    "call_sign",
    *SHIP_FACTS,
    "owner",
    "owned_percent",
    *RELATIONS,
    "remarks",
)
SHARE = re.compile(r"(?:100(?:[.,]0+)?|\d{1,2}(?:[.,]\d+)?)")


def parse(file: Readable) -> tuple[Publication, Iterator[EntityRow]]:
    """Return the edition and its rows, one for each row of the table. Raises BadList."""
    text = lines(file)
    published_on = _edition(next(text, ""))
    rows = cells(text, first_line=2)
    head = next(rows, (2, []))
    for column in head[1]:
        if column.strip() and column.strip() not in COLUMNS:
            raise BadList("unknown-column", column=column.strip(), known=", ".join(COLUMNS))
    found = table(chain([head], rows), NEEDED)
    return Publication(published_on.isoformat(), published_on), (_row(Line(*line)) for line in found)


def _edition(first: str) -> date:
    match = EDITION.fullmatch(first)
    if match and (day := iso_day(match[1])):
        return day
    raise BadList("no-date", where="# edition: 2026-02-01")


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table, which knows how to say where a mistake is."""

    number: int
    cells: dict[str, str]

    def text(self, column: str) -> str:
        return tidy(self.cells.get(column, ""))

    def refusal(self, code: str, column: str, value: str = "", **details: str | int) -> BadList:
        return BadList(code, line=self.number, column=column, value=value[:60], **details)

    def needed(self, column: str) -> str:
        if text := self.text(column):
            return text
        raise self.refusal("cell-empty", column)

    def all(self, column: str, *, with_empty: bool = False) -> tuple[str, ...]:
        """Return the values of a cell, each once unless `with_empty` keeps every place."""
        cell = self.text(column)
        try:
            found = next(csv.reader([cell], delimiter=";", skipinitialspace=True, strict=True), [])
        except csv.Error as error:
            raise self.refusal("cell-quotes", column, cell) from error
        values = [tidy(value) for value in found]
        return tuple(values) if with_empty else tuple(dict.fromkeys(value for value in values if value))

    def each(self, column: str, code: str, read: Callable[[str], str]) -> tuple[str, ...]:
        """Return the values as `read` understands them. Raises the refusal `code` for one it does not."""
        for value in self.all(column):
            if not read(value):
                raise self.refusal(code, column, value)
        return tuple(dict.fromkeys(map(read, self.all(column))))


def _row(line: Line) -> EntityRow:
    kind = _kind(line)
    return EntityRow(
        source_id=line.needed("id"),
        kind=kind,
        names=_names(line),
        reference=line.text("reference"),
        countries=tuple(sorted(line.each("countries", "cell-country", _country))),
        dates_of_birth=line.each("born", "cell-date", _born),
        places_of_birth=line.all("places_of_birth"),
        positions=line.all("positions"),
        programmes=line.all("programme"),
        identifiers=tuple(_identifiers(line)),
        addresses=tuple(_addresses(line)),
        relations=tuple(_relations(line)),
        vessel=_vessel(line, kind),
        listed_on=_listed_on(line),
        remarks=line.cells.get("remarks", "").strip(),
    )


def _kind(line: Line) -> EntityKind:
    said = line.needed("kind").lower()
    if said not in EntityKind.values:
        raise line.refusal("cell-kind", "kind", said, known=", ".join(EntityKind.values))
    return EntityKind(said)


def _names(line: Line) -> tuple[NameRow, ...]:
    rows = [NameRow(line.needed("name"), NameKind.PRIMARY)]
    rows += [NameRow(name, kind) for column, kind in NAMES.items() for name in line.all(column)]
    return unique(rows)


def _country(text: str) -> str:
    return code_of(text) if len(text) == 2 else ""


def _born(text: str) -> str:
    return text if span_of(text) else edtf(text)


def _listed_on(line: Line) -> date | None:
    written = line.text("listed_on")
    day = iso_day(written) if len(written) == 10 else None
    if written and not day:
        raise line.refusal("cell-date", "listed_on", written)
    return day


def _identifiers(line: Line) -> Iterator[IdentifierRow]:
    for column, (kind, digits) in NUMBERS.items():
        for number in line.all(column):
            if not (len(number) == digits and number.isdecimal()):
                raise line.refusal("cell-number", column, number, digits=digits)
            yield IdentifierRow(kind, number)
    yield from (IdentifierRow("Call sign", sign) for sign in line.all("call_sign"))
    yield from (_identifier(line, written) for written in line.all("identifiers"))


def _identifier(line: Line, written: str) -> IdentifierRow:
    """Return "Passport:ZZ 1:CL" taken apart. With two colons, what stands behind the last is the country."""
    kind, _, rest = (part.strip() for part in written.partition(":"))
    number, colon, country = (part.strip() for part in rest.rpartition(":"))
    if not colon:
        number, country = rest, ""
    if not (kind and number) or (country and not _country(country)):
        raise line.refusal("cell-identifier", "identifiers", written)
    return IdentifierRow(kind, number, _country(country))


def _addresses(line: Line) -> Iterator[AddressRow]:
    for written in line.all("addresses"):
        text, _, country = (part.strip() for part in written.partition("|"))
        if country and not _country(country):
            raise line.refusal("cell-country", "addresses", written)
        yield AddressRow(text, _country(country))


def _relations(line: Line) -> Iterator[RelationRow]:
    owners, shares = line.all("owner"), line.all("owned_percent", with_empty=True)
    if len(shares) > len(owners):
        raise line.refusal("cell-share", "owned_percent", line.text("owned_percent"))
    for owner, share in zip_longest(owners, shares, fillvalue=""):
        if share and not SHARE.fullmatch(share):
            raise line.refusal("cell-share", "owned_percent", share)
        yield RelationRow(RelationKind.OWNED_BY, owner, share=share.replace(",", "."))
    for column, kind in RELATIONS.items():
        yield from (RelationRow(kind, name) for name in line.all(column))


def _vessel(line: Line, kind: EntityKind) -> tuple[tuple[str, str], ...]:
    facts = {}
    for column, key in SHIP_FACTS.items():
        values = line.each(column, "cell-country", _country) if column in FLAGS else line.all(column)
        if values and kind != EntityKind.VESSEL:
            raise line.refusal("cell-ship", column, values[0])
        facts[key] = ", ".join(values)
    return vessel({**facts, "owner": ", ".join(line.all("owner"))}) if kind == EntityKind.VESSEL else ()
