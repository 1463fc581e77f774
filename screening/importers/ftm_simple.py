"""OpenSanctions collections as a simple table (targets.simple.csv): targets with names, numbers, countries.

Source: https://www.opensanctions.org/datasets. A cell holds several values parted by semicolons; one with a
semicolon or a quotation mark in it stands in quotation marks. The newest "last_seen" is the edition. What
kind of alias or number a value is, flags, owners and ties are only in the FollowTheMoney form (ftm_json).
"""

import csv
import re
from collections.abc import Iterator

from screening.importers.aliases import main_first, scripted
from screening.importers.countries import codes_in
from screening.importers.dates import edtf, iso_day
from screening.importers.files import Readable
from screening.importers.ftm_rows import KINDS
from screening.importers.rows import AddressRow, EntityRow, IdentifierRow, NameRow, Publication
from screening.importers.shelf import Shelf
from screening.importers.tables import cells, lines, table
from screening.importers.xml import tidy
from screening.models import EntityKind, NameKind
from screening.refusals import BadList

NEEDED = (
    "id",
    "schema",
    "name",
    "aliases",
    "birth_date",
    "countries",
    "addresses",
    "identifiers",
    "sanctions",
    "dataset",
    "last_seen",
)
IMO = re.compile(r"IMO\s?(\d{7})")
MMSI = re.compile(r"\d{9}")
CALL_SIGN = re.compile(r"(?=.*[A-Z])[A-Z\d]{3,7}")


def parse(file: Readable) -> tuple[Publication, Iterator[EntityRow]]:
    """Return the edition and its rows, one for each target. Raises BadList."""
    shelf, newest = Shelf(), ""
    for _line, row in table(cells(lines(file)), NEEDED):
        newest = max(newest, row["last_seen"])
        shelf.put("target", row["id"], row)
    published_on = iso_day(newest)
    if not published_on:
        raise BadList("no-date", where="last_seen")
    rows = (_row(row) for _id, several in shelf.each("target") for row in several)
    return Publication(newest, published_on), rows


def several(cell: str) -> tuple[str, ...]:
    """Return the values of a cell, each once."""
    values = next(csv.reader([cell.replace("\n", " ")], delimiter=";"), [])
    return tuple(dict.fromkeys(text for value in values if (text := tidy(value))))


def _row(row: dict[str, str]) -> EntityRow:
    kind = KINDS.get(row["schema"], EntityKind.OTHER)
    return EntityRow(
        source_id=row["id"],
        kind=kind,
        names=main_first(_names(row)),
        countries=codes_in(several(row["countries"])),
        dates_of_birth=tuple(date for text in several(row["birth_date"]) if (date := edtf(text))),
        programmes=_programmes(row),
        identifiers=tuple(_identifier(kind, number) for number in several(row["identifiers"])),
        addresses=tuple(AddressRow(line) for line in several(row["addresses"])),
        remarks="\n".join(several(row["sanctions"])),
    )


def _names(row: dict[str, str]) -> list[NameRow]:
    name = tidy(row["name"])
    rows = [NameRow(name, NameKind.PRIMARY)] if name else []
    return rows + [scripted(alias, NameKind.ALIAS) for alias in several(row["aliases"])]


def _programmes(row: dict[str, str]) -> tuple[str, ...]:
    found = several(row.get("program_ids", "")) or several(row["dataset"])
    return tuple(name[:200] for name in found)


def _identifier(kind: EntityKind, number: str) -> IdentifierRow:
    """Return the number with the kind its form shows; only ships and their owners have such forms."""
    if match := IMO.fullmatch(number):
        return IdentifierRow("IMO number", match[1])
    if kind == EntityKind.VESSEL and MMSI.fullmatch(number):
        return IdentifierRow("MMSI", number)
    if kind == EntityKind.VESSEL and CALL_SIGN.fullmatch(number):
        return IdentifierRow("Call sign", number)
    return IdentifierRow("Identifier", number)
