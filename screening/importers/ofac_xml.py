"""OFAC lists in the legacy XML form: SDN.XML and CONSOLIDATED.XML of the United States Treasury.

Source: https://sanctionslistservice.ofac.treas.gov, SDN.XML (the SDN list) and CONSOLIDATED.XML (the others),
published without a fixed rhythm, often weekly. The head says the date and how many entries follow; the
publisher's own spelling of its tag is "publshInformation". Names are LAST, First for individuals.
"""

from collections.abc import Iterator
from datetime import date, datetime
from xml.etree.ElementTree import Element

from screening.importers.countries import country_code
from screening.importers.files import Readable
from screening.importers.ofac_terms import KINDS, Facts
from screening.importers.rows import AddressRow, EntityRow, NameRow, Publication
from screening.importers.xml import records, text, texts
from screening.models import EntityKind, NameKind
from screening.names import script
from screening.refusals import BadList

HEADS = ("publshInformation", "publishInformation")
ADDRESS_PARTS = ("address1", "address2", "address3", "city", "stateOrProvince", "postalCode", "country")
# What stands in lists of its own, in the words of the other formats.
SAID = {
    "nationality": "nationalityList/nationality/country",
    "citizen": "citizenshipList/citizenship/country",
    "DOB": "dateOfBirthList/dateOfBirthItem/dateOfBirth",
    "POB": "placeOfBirthList/placeOfBirthItem/placeOfBirth",
}
VESSEL_TAGS = {
    "callSign": "Vessel Call Sign",
    "vesselType": "Vessel Type",
    "vesselFlag": "Vessel Flag",
    "vesselOwner": "Vessel Owner",
    "tonnage": "Vessel Tonnage",
    "grossRegisteredTonnage": "Vessel Gross Registered Tonnage",
}


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
    return _facts(element).row(
        text(element, "uid"),
        _names(element),
        positions=texts(element, "title"),
        programmes=texts(element, "programList/program"),
        addresses=_addresses(element),
    )


def _names(element: Element) -> tuple[NameRow, ...]:
    primary = _name(element)
    rows = [NameRow(primary, NameKind.PRIMARY)] if primary else []
    rows += [NameRow(name, _kind(alias, name)) for alias in element.iter("aka") if (name := _name(alias))]
    return tuple(rows)


def _name(element: Element) -> str:
    return " ".join(part for tag in ("firstName", "lastName") if (part := text(element, tag)))


def _kind(alias: Element, name: str) -> NameKind:
    if text(alias, "category") == "weak":
        return NameKind.WEAK_ALIAS
    if script(name) not in ("", "Latin"):
        return NameKind.ORIGINAL_SCRIPT
    return NameKind.FORMER if text(alias, "type") == "f.k.a." else NameKind.ALIAS


def _facts(element: Element) -> Facts:
    facts = Facts(KINDS.get(text(element, "sdnType"), EntityKind.OTHER))
    for remark in texts(element, "remarks"):
        facts.remark(remark)
    for label, path in SAID.items():
        for value in texts(element, path):
            facts.add(label, value)
    for item in element.iter("id"):
        facts.add(text(item, "idType"), text(item, "idNumber"), text(item, "idCountry"))
    for ship in element.iter("vesselInfo"):
        for tag, label in VESSEL_TAGS.items():
            facts.add(label, text(ship, tag))
    return facts


def _addresses(element: Element) -> Iterator[AddressRow]:
    for address in element.iter("address"):
        if line := ", ".join(part for tag in ADDRESS_PARTS if (part := text(address, tag))):
            yield AddressRow(line, country_code(text(address, "country")))
