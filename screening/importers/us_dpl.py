"""Denied Persons List of the Bureau of Industry and Security, United States Department of Commerce.

Source: https://www.bis.gov, dpl.txt: separated by tabs, with a head. The file has neither numbers nor a date.
A party has one line for each address, one behind the other; what it is named and the day its order takes
effect make one entry, and its id is the hash of both. The list does not say who is a person.
"""

import hashlib
from collections.abc import Iterator
from datetime import date, datetime
from itertools import groupby

from screening.importers.countries import country_of
from screening.importers.csv_rows import headed
from screening.importers.files import Readable
from screening.importers.ofac_terms import Facts
from screening.importers.rows import AddressRow, EntityRow, Publication
from screening.importers.us_names import names_of
from screening.importers.xml import tidy
from screening.models import EntityKind, NameKind
from screening.refusals import BadList

ADDRESS_PARTS = ("Street_Address", "City", "State", "Postal_Code", "Country")
REMARKED = {
    "FR_Citation": "Federal Register notice",
    "Standard_Order": "Standard order",
    "Action": "Action",
    "Last_Update": "Last update",
}
COLUMNS = ("Name", "Effective_Date", "Expiration_Date", *ADDRESS_PARTS, *REMARKED)
PROGRAMME = "Denied Persons List (DPL)"  # as the Consolidated Screening List names it

Line = dict[str, str]


def parse(file: Readable) -> tuple[Publication, Iterator[EntityRow]]:
    """Return the rows, one for each order against a party; the file says no date. Raises BadList."""
    return Publication(), _rows(headed(file, COLUMNS, delimiter="\t"))


def _rows(lines: Iterator[Line]) -> Iterator[EntityRow]:
    tidied = ({column: tidy(field) for column, field in line.items()} for line in lines)
    for number, (_same, lines_of_one) in enumerate(groupby(tidied, _key), start=1):
        yield _row(number, list(lines_of_one))


def _key(line: Line) -> tuple[str, str]:
    return line["Name"], line["Effective_Date"]


def _row(number: int, lines: list[Line]) -> EntityRow:
    first = lines[0]
    facts = Facts(EntityKind.OTHER)
    if until := _day(number, first["Expiration_Date"]):
        facts.remarks.append(f"In force until: {until}")
    for column, label in REMARKED.items():
        facts.remarks += [f"{label}: {line[column]}" for line in lines if line[column]]
    return facts.row(
        hashlib.sha256("\t".join(_key(first)).encode()).hexdigest()[:32],
        names_of(first["Name"], NameKind.PRIMARY),
        programmes=(PROGRAMME,),
        addresses=_addresses(lines),
        listed_on=_day(number, first["Effective_Date"]),
    )


def _addresses(lines: list[Line]) -> Iterator[AddressRow]:
    for line in lines:
        if text := ", ".join(line[part] for part in ADDRESS_PARTS if line[part]):
            yield AddressRow(text, country_of(line["Country"]))


def _day(number: int, written: str) -> date | None:
    """Return a day written 06/19/2003, None if there is none. Raises BadList."""
    try:
        return datetime.strptime(written, "%m/%d/%Y").date() if written else None  # noqa: DTZ007 - a bare date
    except ValueError as error:
        raise BadList("wrong-value", number=number, what=written[:40]) from error
