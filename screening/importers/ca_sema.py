"""Canada: Consolidated Canadian Autonomous Sanctions List (SEMA and JVCFOA), XML.

Source: https://www.international.gc.ca, published after each change. The file names neither its day nor how
many records it holds, so its edition is the day of the newest listing. "Country" is the regulation, which
in most cases is a country; a record has no number of its own but its place in a schedule. Persons have
LastName and GivenName, the others EntityOrShip; a ship has its number.
"""

import re
from collections.abc import Iterator

from screening.importers.aliases import main_first, names_in
from screening.importers.countries import country_code
from screening.importers.dates import edtf, iso_day
from screening.importers.files import Readable
from screening.importers.rows import EntityRow, NameRow, Publication
from screening.importers.shelf import Shelf
from screening.importers.vessels import imo_numbers, vessel
from screening.importers.xml import records, tidy
from screening.models import EntityKind, NameKind
from screening.refusals import BadList

LANGUAGES = re.compile(r",?\s*\b(?:Bel[ao]russ?ian|Russian|Ukrainian|Arabic|Persian|Farsi)\s*:\s*")
# Before these a comma belongs to the name: "Nowhere Works Co., Ltd."
COMMA = re.compile(r",\s+(?!(?:Ltd|Limited|Inc|LLC|L\.L\.C|JSC|OJSC|OOO|Co|Corp|S\.A|GmbH|PLC|Pte|Pty)\b)")
EITHER = re.compile(r"\s+or\s+")  # "1963 or 1964"
YEARS = re.compile(r"(\d{4})\s*-\s*(\d{4})")

Record = dict[str, str]  # tag -> text


def parse(file: Readable) -> tuple[Publication, Iterator[EntityRow]]:
    """Return the edition and its rows, one for each record. Raises BadList."""
    elements = records(file, "data-set", ("record",))
    next(elements)
    shelf, newest = Shelf(), None
    for element in elements:
        record = {child.tag: tidy(child.text or "") for child in element}
        shelf.put("record", _key(record), record)
        listed_on = iso_day(record.get("DateOfListing", ""))
        newest = max(filter(None, (newest, listed_on)), default=None)
    if not newest:
        raise BadList("no-date", where="DateOfListing")
    rows = (_row(key, record) for key, several in shelf.each("record") for record in several)
    return Publication(newest.isoformat(), newest), rows


def _key(record: Record) -> str:
    """Return where the record stands: "Belarus | 1, Part 1 | 12"; no number at all if it does not say."""
    parts = (_regulation(record)[:40].strip(), record.get("Schedule", ""), record.get("Item", ""))
    return " | ".join(part for part in parts if part) if parts[2] else ""


def _regulation(record: Record) -> str:
    """Return the regulation in English; the list writes "English / French"."""
    return record.get("Country", "").split(" / ")[0].strip()


def _row(key: str, record: Record) -> EntityRow:
    kind = _kind(record)
    written, title = record.get("DateOfBirthOrShipBuildDate", ""), record.get("TitleOrShip", "")
    is_ship = kind == EntityKind.VESSEL
    return EntityRow(
        source_id=key,
        kind=kind,
        names=main_first(list(_names(record))),
        countries=tuple(filter(None, (country_code(_regulation(record)),))),
        dates_of_birth=() if is_ship else tuple(_births(written)),
        positions=(title,) if title and not is_ship else (),
        programmes=(_regulation(record)[:200],) if _regulation(record) else (),
        identifiers=imo_numbers((record.get("ShipIMONumber", ""),)),
        vessel=vessel({"type": title, "built": written}) if is_ship else (),
        listed_on=iso_day(record.get("DateOfListing", "")),
    )


def _kind(record: Record) -> EntityKind:
    if record.get("ShipIMONumber"):
        return EntityKind.VESSEL
    return EntityKind.ORGANISATION if record.get("EntityOrShip") else EntityKind.PERSON


def _names(record: Record) -> Iterator[NameRow]:
    person = tidy(f"{record.get('GivenName', '')} {record.get('LastName', '')}")
    name = record.get("EntityOrShip") or person
    if name:
        yield NameRow(name, NameKind.PRIMARY)
        yield from _in_both_languages(name) if record.get("EntityOrShip") else ()
    for field in _parts(record.get("Aliases", "")):
        yield from names_in(field, NameKind.ALIAS)


def _in_both_languages(name: str) -> Iterator[NameRow]:
    """Yield the names in "Nowhere Works (NW)" and "Nowhere Army/Armée de nulle part" on their own."""
    for half in _halves(name):
        yield from names_in(half, NameKind.ALIAS)


def _halves(name: str) -> list[str]:
    halves = name.split("/")
    return halves if len(halves) == 2 and all(len(half.split()) > 1 for half in halves) else [name]


def _parts(aliases: str) -> Iterator[str]:
    """Yield the names of the field: apart by semicolons, or by commas where there are none."""
    field = LANGUAGES.sub("; ", aliases)
    if ";" in aliases:
        yield from field.split(";")
        return
    for part in field.split(";"):
        yield from (half for name in COMMA.split(part) for half in _halves(name))


def _births(written: str) -> Iterator[str]:
    for text in EITHER.split(YEARS.sub(r"\1 to \2", written)):
        if date := edtf(text):
            yield date
