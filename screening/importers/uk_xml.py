"""United Kingdom Sanctions List, the XML form (UK-Sanctions-List.xml) of the Foreign Office.

Source: https://www.gov.uk/government/publications/the-uk-sanctions-list, published after each change; the
only United Kingdom list since January 2026. <DateGenerated> says when, as day/month/year. Days of birth have
"dd" and "mm" for what is not known; kinds of names are spelt in several ways. The file carries no count.
"""

from collections.abc import Iterator
from itertools import chain
from xml.etree.ElementTree import Element

from screening.importers.aliases import main_first
from screening.importers.dates import day_first, iso_day
from screening.importers.files import Readable
from screening.importers.rows import (
    AddressRow,
    EntityRow,
    IdentifierRow,
    NameRow,
    Publication,
    RelationRow,
)
from screening.importers.uk_rows import countries, documents, name_row
from screening.importers.vessels import flags, imo_numbers, vessel
from screening.importers.xml import records, text, texts
from screening.models import EntityKind, NameKind, RelationKind
from screening.refusals import BadList

KINDS = {"individual": EntityKind.PERSON, "entity": EntityKind.ORGANISATION, "ship": EntityKind.VESSEL}
NAME_PARTS = ("Name1", "Name2", "Name3", "Name4", "Name5", "Name6")
ADDRESS_PARTS = (*(f"AddressLine{number}" for number in range(1, 7)), "AddressPostalCode", "AddressCountry")
PERSON, FIRM, SHIP = "IndividualDetails/Individual/", "EntityDetails/Entity/", "ShipDetails/Ship/"
COUNTRY_PATHS = (
    PERSON + "Nationalities/Nationality",
    PERSON + "BirthDetails/Location/CountryOfBirth",
    "Addresses/Address/AddressCountry",
    SHIP + "CurrentBelievedFlagOfShips/CurrentBelievedFlagOfShip",
    SHIP + "PreviousFlags/PreviousFlag",
)
DOCUMENTS = {
    "Passport": (PERSON + "PassportDetails/Passport", "Passport"),
    "National identification": (
        PERSON + "NationalIdentifierDetails/NationalIdentifier",
        "NationalIdentifier",
    ),
}
RELATIONS = {
    FIRM + "ParentCompanies/ParentCompany": RelationKind.OWNED_BY,
    FIRM + "Subsidiaries/Subsidiary": RelationKind.OWNS,
    SHIP + "CurrentOwnerOperators/CurrentOwnerOperator": RelationKind.OWNED_BY,
}
SHIP_FACTS = {
    "type": SHIP + "TypeOfShipDetails/TypeOfShip",
    "tonnage": SHIP + "TonnageOfShipDetails/TonnageOfShip",
    "length": SHIP + "LengthOfShipDetails/LengthOfShip",
    "built": SHIP + "YearsBuilt/YearBuilt",
    "owner": SHIP + "CurrentOwnerOperators/CurrentOwnerOperator",
}


def parse(file: Readable) -> tuple[Publication, Iterator[EntityRow]]:
    """Return the edition and its rows, one for each designation. Raises BadList."""
    elements = records(file, "Designations", ("DateGenerated", "Designation"))
    next(elements)
    head = next(elements, None)
    written = head.text or "" if head is not None and head.tag == "DateGenerated" else ""
    published_on = iso_day(day_first(written)) or iso_day(written)
    if not published_on:
        raise BadList("no-date", where="DateGenerated")
    return Publication(published_on.isoformat(), published_on), (_row(element) for element in elements)


def _row(element: Element) -> EntityRow:
    kind = KINDS.get(text(element, "IndividualEntityShip").lower(), EntityKind.OTHER)
    return EntityRow(
        source_id=text(element, "UniqueID"),
        kind=kind,
        names=main_first(list(_names(element))),
        reference=text(element, "UNReferenceNumber"),
        countries=countries(chain.from_iterable(texts(element, path) for path in COUNTRY_PATHS)),
        dates_of_birth=_dates_of_birth(element),
        places_of_birth=tuple(_places(element)),
        positions=texts(element, "Titles/Title") + texts(element, PERSON + "Positions/Position"),
        programmes=texts(element, "RegimeName"),
        identifiers=tuple(_identifiers(element)),
        addresses=tuple(_addresses(element)),
        relations=tuple(_relations(element)),
        vessel=_vessel(element) if kind == EntityKind.VESSEL else (),
        listed_on=iso_day(day_first(text(element, "DateDesignated"))),
        remarks="\n".join(_remarks(element)),
    )


def _names(element: Element) -> Iterator[NameRow]:
    for found in element.iterfind("Names/Name"):
        if name := " ".join(part for tag in NAME_PARTS if (part := text(found, tag))):
            yield name_row(name, text(found, "NameType"), text(found, "AliasStrength"))
    for name in texts(element, "NonLatinNames/NonLatinName/NameNonLatinScript"):
        yield NameRow(name, NameKind.ORIGINAL_SCRIPT)


def _dates_of_birth(element: Element) -> tuple[str, ...]:
    found = (day_first(written) for written in texts(element, PERSON + "DOBs/DOB"))
    return tuple(dict.fromkeys(date for date in found if date))


def _places(element: Element) -> Iterator[str]:
    for place in element.iterfind(PERSON + "BirthDetails/Location"):
        parts = (text(place, "TownOfBirth"), text(place, "CountryOfBirth"))
        if any(parts):
            yield ", ".join(part for part in parts if part)


def _identifiers(element: Element) -> Iterator[IdentifierRow]:
    yield from imo_numbers(texts(element, SHIP + "IMONumbers/IMONumber"))
    yield from dict.fromkeys(chain.from_iterable(_documents(element, kind) for kind in DOCUMENTS))
    for number in texts(element, FIRM + "BusinessRegistrationNumbers/BusinessRegistrationNumber"):
        yield IdentifierRow("Business registration", number)


def _documents(element: Element, kind: str) -> Iterator[IdentifierRow]:
    path, tag = DOCUMENTS[kind]
    for found in element.iterfind(path):
        notes = texts(found, f"{tag}AdditionalInformation")
        yield from documents(kind, texts(found, f"{tag}Number"), notes)


def _addresses(element: Element) -> Iterator[AddressRow]:
    for address in element.iterfind("Addresses/Address"):
        if line := ", ".join(part for tag in ADDRESS_PARTS if (part := text(address, tag))):
            yield AddressRow(line, "".join(countries((text(address, "AddressCountry"),))[:1]))


def _relations(element: Element) -> Iterator[RelationRow]:
    for path, kind in RELATIONS.items():
        yield from (RelationRow(kind, name) for name in texts(element, path))


def _vessel(element: Element) -> tuple[tuple[str, str], ...]:
    facts = {fact: ", ".join(texts(element, path)) for fact, path in SHIP_FACTS.items()}
    now, before = (flags(texts(element, path)) for path in COUNTRY_PATHS[-2:])
    return vessel({**facts, "flag": now, "former-flags": before})


def _remarks(element: Element) -> Iterator[str]:
    for tag in ("SanctionsImposed", "OtherInformation", "UKStatementofReasons"):
        yield from texts(element, tag)
