"""United Kingdom lists as tables: the OFSI Consolidated List (ConList.csv) and the UK Sanctions List as CSV.

Sources: https://www.gov.uk, "OFSI Consolidated List" (until January 2026, in the columns of 2018 and in those
of 2022) and "UK Sanctions List" (58 columns, the only list since). The first line says the date, the second
names the columns. A party has a row for each combination of its names, births and addresses, in alphabetical
order of the names, so that its rows lie apart. A field may hold several numbered values. OFSI wrote ConList
in Windows-1252 in 2018, so lines that are not UTF-8 are read as that.
"""

import re
from collections.abc import Iterator
from datetime import date
from itertools import zip_longest

from screening.importers.aliases import main_first
from screening.importers.dates import day_first, edtf, iso_day
from screening.importers.files import Readable
from screening.importers.rows import (
    AddressRow,
    EntityRow,
    IdentifierRow,
    NameRow,
    Publication,
    RelationRow,
)
from screening.importers.shelf import Shelf
from screening.importers.tables import cells, lines, table
from screening.importers.uk_rows import countries, documents, each, name_row, several
from screening.importers.vessels import flags, imo_numbers, vessel
from screening.importers.xml import tidy
from screening.models import EntityKind, NameKind, RelationKind
from screening.refusals import BadList

ENCODING = "cp1252"  # of lines of ConList that are not UTF-8
KINDS = {
    "individual": EntityKind.PERSON,
    "entity": EntityKind.ORGANISATION,
    "ship": EntityKind.VESSEL,
}
NAME_PARTS = ("name 1", "name 2", "name 3", "name 4", "name 5", "name 6")
ADDRESS_LINES = tuple(f"address {number}" for number in range(1, 7))
# One word for what the forms call differently: the columns in small letters, the first that a form has.
COLUMNS = {
    "id": ("unique id", "group id"),
    "kind": ("group type", "designation type"),
    "name kind": ("alias type", "name type"),
    "quality": ("alias quality", "alias strength"),
    "script": ("name non-latin script",),
    "title": ("title",),
    "position": ("position",),
    "born": ("dob", "d.o.b"),
    "town": ("town of birth",),
    "birth country": ("country of birth",),
    "nationality": ("nationality", "nationality(/ies)"),
    "passport": ("passport number", "passport details"),
    "passport note": ("passport details", "passport additional information"),
    "national": ("national identification number", "national identifier number", "ni number"),
    "national note": ("national identification details", "national identifier additional information"),
    "registration": ("business registration number (s)",),
    "country": ("country", "address country"),
    "post code": ("post/zip code", "address postal code"),
    "regime": ("regime", "regime name"),
    "listed": ("uk sanctions list date designated", "listed on", "date designated"),
    "reference": ("un reference number",),
    "other": ("other information",),
    "reason": ("uk statement of reasons",),
    "measures": ("sanctions imposed",),
    "imo": ("imo number",),
    "owner": ("current owner/operator (s)",),
    "flag": ("current believed flag of ship",),
    "former-flags": ("previous flags",),
    "type": ("type of ship",),
    "tonnage": ("tonnage of ship",),
    "length": ("length of ship",),
    "built": ("year built",),
    "parent": ("parent company",),
    "subsidiary": ("subsidiaries",),
    **{name: (name,) for name in NAME_PARTS},
    **{line: (line, line.replace("address", "address line")) for line in ADDRESS_LINES},
}
CONLIST = ("Group ID", "Group Type", "Name 6", "Alias Type", "Regime", "DOB", "Country", "Other Information")
SANCTIONS_LIST = (
    "Unique ID",
    "Designation Type",
    "Name 6",
    "Name type",
    "Regime Name",
    "D.O.B",
    "IMO number",
)
# ConList says of ships in one text what the UK Sanctions List has columns for: "(Flag of ship):Panama".
LABELLED = re.compile(r"\(([A-Za-z /]+)\)\s*:\s*(.*?)[\s.,;]*(?=\([A-Za-z /]+\)\s*:|$)", re.DOTALL)
LABELS = {
    "uk sanctions list ref": "reference",
    "imo number": "imo",
    "current owners": "owner",
    "flag of ship": "flag",
    "previous flags": "former-flags",
    "type of ship": "type",
    "tonnage of ship": "tonnage",
    "length of ship": "length",
    "year built": "built",
}
# Before 2022 a ship was an entity whose text starts with its number: "IMO: 8937675. MMSI: 445539000."
SHIP = re.compile(r"\(?IMO(?: number)?\)?\s*:", re.IGNORECASE)
MMSI = re.compile(r"\bMMSI:?\s*(\d{9})\b")
AFTER_IMO = re.compile(r"\bIMO\b[^\d]{0,12}(\d{7})\b", re.IGNORECASE)
SHIP_FACTS = ("type", "tonnage", "length", "built", "owner")


def parse_conlist(file: Readable) -> tuple[Publication, Iterator[EntityRow]]:
    """Return the edition and its rows, one for each Group ID. Raises BadList."""
    return _parse(file, CONLIST, fallback=ENCODING)


def parse_sanctions_list(file: Readable) -> tuple[Publication, Iterator[EntityRow]]:
    """Return the edition and its rows, one for each Unique ID. Raises BadList."""
    return _parse(file, SANCTIONS_LIST)


def _parse(
    file: Readable, needed: tuple[str, ...], *, fallback: str = ""
) -> tuple[Publication, Iterator[EntityRow]]:
    rows = cells(lines(file, fallback=fallback))
    _line, first = next(rows, (0, []))
    published_on = _date_in(" ".join(first))
    shelf = Shelf()
    for _line, row in table(rows, needed):
        said = _in_our_words(row)
        shelf.put("party", said["id"], said)
    parties = (_row(Party(said)) for _id, said in shelf.each("party"))
    return Publication(published_on.isoformat(), published_on), parties


def _date_in(line: str) -> date:
    """Return the date of "Last Updated 13/04/2018" or "Report Date: 13-Feb-2026"."""
    written = (line.split() or [""])[-1]
    if day := iso_day(day_first(written) or edtf(written.replace("-", " "))):
        return day
    raise BadList("no-date", where="Last Updated")


def _in_our_words(row: dict[str, str]) -> dict[str, str]:
    """Return the row under our words, with the facts of a ship taken out of its text."""
    cells_ = {column.lower(): tidy(cell) for column, cell in row.items()}
    said = {
        word: next((cells_[name] for name in names if name in cells_), "") for word, names in COLUMNS.items()
    }
    for label, value in LABELLED.findall(said["other"]):
        if word := LABELS.get(label.strip().lower()):
            said[word] = said[word] or value
    if not said["imo"] and SHIP.match(said["other"]):
        said["imo"] = " ".join(AFTER_IMO.findall(said["other"])[:1])
        said["kind"] = "Ship"
    return said


class Party:
    """What the rows of one party say."""

    def __init__(self, rows: list[dict[str, str]]) -> None:
        self.rows = rows

    def all(self, word: str) -> tuple[str, ...]:
        """Return all values under a word, numbered ones apart, each once."""
        return each(row[word] for row in self.rows)

    def whole(self, word: str) -> tuple[str, ...]:
        """Return the fields under a word as they are, each once."""
        return tuple(dict.fromkeys(row[word] for row in self.rows if row[word]))

    def first(self, word: str) -> str:
        return next(iter(self.whole(word)), "")


def _row(party: Party) -> EntityRow:
    kind = KINDS.get(party.first("kind").lower(), EntityKind.OTHER)
    born = (day_first(written) for written in party.all("born"))
    return EntityRow(
        source_id=party.first("id"),
        kind=kind,
        names=main_first(list(_names(party))),
        reference=party.first("reference")[:80],
        countries=_countries(party),
        dates_of_birth=tuple(dict.fromkeys(date for date in born if date)),
        places_of_birth=tuple(dict.fromkeys(place for row in party.rows for place in _places(row))),
        positions=party.all("title") + party.all("position"),
        programmes=party.whole("regime"),
        identifiers=tuple(_identifiers(party)),
        addresses=tuple(dict.fromkeys(address for row in party.rows for address in _addresses(row))),
        relations=tuple(_relations(party)),
        vessel=_vessel(party) if kind == EntityKind.VESSEL else (),
        listed_on=min(
            (day for text in party.whole("listed") if (day := iso_day(day_first(text)))), default=None
        ),
        remarks="\n".join(party.whole("measures") + party.whole("other") + party.whole("reason")),
    )


def _names(party: Party) -> Iterator[NameRow]:
    for row in party.rows:
        if name := " ".join(part for part in (row[part] for part in NAME_PARTS) if part):
            yield name_row(name, row["name kind"], row["quality"])
    for name in party.whole("script"):
        yield NameRow(name, NameKind.ORIGINAL_SCRIPT)


def _countries(party: Party) -> tuple[str, ...]:
    words = ("nationality", "birth country", "country", "flag", "former-flags")
    return countries(field for word in words for field in party.whole(word))


def _places(row: dict[str, str]) -> Iterator[str]:
    """Yield towns with their countries, which are numbered alike where there are several."""
    towns, states = several(row["town"]), several(row["birth country"])
    if len(towns) <= 1 or len(states) == 1:
        pairs = [(town, " / ".join(states)) for town in towns] or [("", state) for state in states]
    else:
        pairs = list(zip_longest(towns, states if len(states) == len(towns) else (), fillvalue=""))
    yield from (", ".join(part for part in pair if part) for pair in pairs)


def _identifiers(party: Party) -> Iterator[IdentifierRow]:
    yield from imo_numbers(party.whole("imo"))
    for number in dict.fromkeys(found for text in party.whole("other") for found in MMSI.findall(text)):
        yield IdentifierRow("MMSI", number)
    yield from documents("Passport", party.whole("passport"), party.whole("passport note"))
    yield from documents("National identification", party.whole("national"), party.whole("national note"))
    yield from (IdentifierRow("Business registration", number) for number in party.all("registration"))


def _addresses(row: dict[str, str]) -> Iterator[AddressRow]:
    parts = (*(row[line] for line in ADDRESS_LINES), row["post code"], row["country"])
    if line := ", ".join(part for part in parts if part):
        yield AddressRow(line, "".join(countries((row["country"],))[:1]))


def _relations(party: Party) -> Iterator[RelationRow]:
    for word, kind in (
        ("owner", RelationKind.OWNED_BY),
        ("parent", RelationKind.OWNED_BY),
        ("subsidiary", RelationKind.OWNS),
    ):
        yield from (RelationRow(kind, name) for name in party.all(word))


def _vessel(party: Party) -> tuple[tuple[str, str], ...]:
    facts = {fact: ", ".join(party.all(fact)) for fact in SHIP_FACTS}
    former = [flag for field in party.all("former-flags") for flag in field.split(",")]
    return vessel({**facts, "flag": flags(party.all("flag")), "former-flags": flags(map(str.strip, former))})
