"""OFAC lists in the legacy XML form: SDN.XML and CONSOLIDATED.XML of the United States Treasury.

Source: https://sanctionslistservice.ofac.treas.gov, SDN.XML (the SDN list) and CONSOLIDATED.XML (the others),
published without a fixed rhythm, often weekly. The head says the date and how many entries follow; the
publisher's own spelling of its tag is "publshInformation". Names are LAST, First for individuals.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime
from xml.etree.ElementTree import Element

from screening.importers.aliases import unique
from screening.importers.countries import country_code
from screening.importers.dates import edtf
from screening.importers.files import Readable
from screening.importers.rows import AddressRow, EntityRow, IdentifierRow, NameRow, Publication
from screening.importers.xml import records, text, texts
from screening.models import EntityKind, NameKind
from screening.names import script
from screening.refusals import BadList

HEADS = ("publshInformation", "publishInformation")
KINDS = {
    "Individual": EntityKind.PERSON,
    "Entity": EntityKind.ORGANISATION,
    "Vessel": EntityKind.VESSEL,
    "Aircraft": EntityKind.AIRCRAFT,
}
ADDRESS_PARTS = ("address1", "address2", "address3", "city", "stateOrProvince", "postalCode", "country")
COUNTRY_PATHS = (
    "addressList/address/country",
    "nationalityList/nationality/country",
    "citizenshipList/citizenship/country",
    "idList/id/idCountry",
    "vesselInfo/vesselFlag",
)
# What idList also holds, though it identifies nobody.
NO_IDENTIFIER = re.compile(
    "sanctions|directive|executive order|target type|issuer name|date|organization type|gender|"
    "nationality of|caatsa|ticker|information",
    re.IGNORECASE,
)
# vesselInfo says "callSign" once for the ship; each becomes an identifier of this kind.
VESSEL_NUMBERS = {"callSign": "Call sign"}
VESSEL_FACTS = ("vesselType", "vesselFlag", "vesselOwner", "tonnage", "grossRegisteredTonnage")


def parse(file: Readable) -> tuple[Publication, Iterator[EntityRow]]:
    """Return the edition and its rows, one for each entry. Raises BadList, also if the count is wrong."""
    elements = records(file, "sdnList", (*HEADS, "sdnEntry"))
    next(elements)
    head = next(elements, None)
    if head is None or head.tag not in HEADS:
        raise BadList("no-date", where=HEADS[0])
    published_on = _published_on(text(head, "Publish_Date"))
    said = text(head, "Record_Count")
    return Publication(published_on.isoformat(), published_on), _rows(elements, said)


def _published_on(published: str) -> date:
    try:
        return datetime.strptime(published, "%m/%d/%Y").date()  # noqa: DTZ007 - a bare date, in no time zone
    except ValueError as error:
        raise BadList("no-date", where="Publish_Date") from error


def _rows(elements: Iterator[Element], said: str) -> Iterator[EntityRow]:
    found = 0
    for element in elements:
        found += 1
        yield _row(element)
    if said != str(found):
        raise BadList("count-differs", said=said or "-", found=found)


def _row(element: Element) -> EntityRow:
    return EntityRow(
        source_id=text(element, "uid"),
        kind=KINDS.get(text(element, "sdnType"), EntityKind.OTHER),
        names=_names(element),
        countries=_countries(element),
        dates_of_birth=_dates_of_birth(element),
        places_of_birth=texts(element, "placeOfBirthList/placeOfBirthItem/placeOfBirth"),
        positions=texts(element, "title"),
        programmes=texts(element, "programList/program"),
        identifiers=tuple(_identifiers(element)),
        addresses=tuple(_addresses(element)),
        remarks="\n".join((*texts(element, "remarks"), *_facts(element))),
    )


def _names(element: Element) -> tuple[NameRow, ...]:
    primary = _name(element)
    rows = [NameRow(primary, NameKind.PRIMARY)] if primary else []
    rows += [NameRow(name, _kind(alias, name)) for alias in element.iter("aka") if (name := _name(alias))]
    return unique(rows)


def _name(element: Element) -> str:
    return " ".join(part for tag in ("firstName", "lastName") if (part := text(element, tag)))


def _kind(alias: Element, name: str) -> NameKind:
    if text(alias, "category") == "weak":
        return NameKind.WEAK_ALIAS
    if script(name) not in ("", "Latin"):
        return NameKind.ORIGINAL_SCRIPT
    return NameKind.FORMER if text(alias, "type") == "f.k.a." else NameKind.ALIAS


def _countries(element: Element) -> tuple[str, ...]:
    codes = {country_code(name) for path in COUNTRY_PATHS for name in texts(element, path)}
    return tuple(sorted(codes - {""}))


def _dates_of_birth(element: Element) -> tuple[str, ...]:
    found = texts(element, "dateOfBirthList/dateOfBirthItem/dateOfBirth")
    return tuple(dict.fromkeys(date for written in found if (date := edtf(written))))


def _identifiers(element: Element) -> Iterator[IdentifierRow]:
    for item in element.iter("id"):
        if not NO_IDENTIFIER.search(text(item, "idType")):
            country = country_code(text(item, "idCountry"))
            yield IdentifierRow(text(item, "idType"), text(item, "idNumber"), country)
    for ship in element.iter("vesselInfo"):
        for tag, kind in VESSEL_NUMBERS.items():
            if number := text(ship, tag):
                yield IdentifierRow(kind, number)


def _facts(element: Element) -> Iterator[str]:
    """Yield what the entry says beside names, numbers and addresses, as lines of remarks."""
    for item in element.iter("id"):
        if NO_IDENTIFIER.search(text(item, "idType")):
            yield f"{text(item, 'idType').rstrip(' :-')}: {text(item, 'idNumber')}"
    for ship in element.iter("vesselInfo"):
        for tag in VESSEL_FACTS:
            if fact := text(ship, tag):
                yield f"{tag}: {fact}"


def _addresses(element: Element) -> Iterator[AddressRow]:
    for address in element.iter("address"):
        if line := ", ".join(part for tag in ADDRESS_PARTS if (part := text(address, tag))):
            yield AddressRow(line, country_code(text(address, "country")))
