"""United Nations Security Council Consolidated List.

Source: https://scsanctions.un.org/resources/xml/en/consolidated.xml, published without a fixed rhythm; the
root says when (dateGenerated). Individuals have up to four name parts, entities FIRST_NAME only. One
ALIAS_NAME may hold several names, or a name in its own script in brackets. The file carries no count.
"""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from screening.importers.aliases import names_in, unique
from screening.importers.countries import country_code
from screening.importers.dates import edtf, iso_day
from screening.importers.files import Readable
from screening.importers.rows import AddressRow, EntityRow, IdentifierRow, NameRow, Publication
from screening.importers.xml import records, text, texts, tidy
from screening.models import EntityKind, NameKind
from screening.refusals import BadList

KINDS = {"INDIVIDUAL": EntityKind.PERSON, "ENTITY": EntityKind.ORGANISATION}
NAME_PARTS = ("FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME")
QUALITIES = {"Low": NameKind.WEAK_ALIAS, "f.k.a.": NameKind.FORMER}
ADDRESS_PARTS = ("STREET", "CITY", "STATE_PROVINCE", "ZIP_CODE", "COUNTRY")
PLACE_PARTS = ("STREET", "CITY", "STATE_PROVINCE", "COUNTRY")
COUNTRY_PATHS = (
    "NATIONALITY/VALUE",
    "INDIVIDUAL_ADDRESS/COUNTRY",
    "ENTITY_ADDRESS/COUNTRY",
    "INDIVIDUAL_PLACE_OF_BIRTH/COUNTRY",
    "INDIVIDUAL_DOCUMENT/COUNTRY_OF_ISSUE",
    "INDIVIDUAL_DOCUMENT/ISSUING_COUNTRY",
)


def parse(file: Readable) -> tuple[Publication, Iterator[EntityRow]]:
    """Return the edition and its rows, one for each individual and entity. Raises BadList."""
    elements = records(file, "CONSOLIDATED_LIST", KINDS)
    generated = next(elements).get("dateGenerated", "")
    published_on = iso_day(generated)
    if not published_on:
        raise BadList("no-date", where="dateGenerated")
    return Publication(generated, published_on), (_row(element) for element in elements)


def _row(element: Element) -> EntityRow:
    return EntityRow(
        source_id=text(element, "DATAID"),
        kind=KINDS[element.tag],
        names=_names(element),
        reference=text(element, "REFERENCE_NUMBER"),
        countries=_countries(element),
        dates_of_birth=_dates_of_birth(element),
        places_of_birth=_joined(element, "INDIVIDUAL_PLACE_OF_BIRTH", PLACE_PARTS),
        positions=texts(element, "TITLE/VALUE") + texts(element, "DESIGNATION/VALUE"),
        programmes=texts(element, "UN_LIST_TYPE"),
        identifiers=tuple(
            _identifier(document) for document in element.iter("INDIVIDUAL_DOCUMENT") if len(document)
        ),
        addresses=tuple(_addresses(element)),
        listed_on=iso_day(text(element, "LISTED_ON")),
        remarks=(element.findtext("COMMENTS1") or "").strip(),
    )


def _names(element: Element) -> tuple[NameRow, ...]:
    name = " ".join(part for tag in NAME_PARTS if (part := text(element, tag)))
    rows = [NameRow(name, NameKind.PRIMARY)] if name else []
    rows += names_in(name, NameKind.ALIAS)
    rows += [NameRow(own, NameKind.ORIGINAL_SCRIPT) for own in texts(element, "NAME_ORIGINAL_SCRIPT")]
    for alias in (*element.iter("INDIVIDUAL_ALIAS"), *element.iter("ENTITY_ALIAS")):
        kind = QUALITIES.get(text(alias, "QUALITY"), NameKind.ALIAS)
        rows += names_in(text(alias, "ALIAS_NAME"), kind)
    return unique(rows)


def _countries(element: Element) -> tuple[str, ...]:
    codes = {country_code(name) for path in COUNTRY_PATHS for name in texts(element, path)}
    return tuple(sorted(codes - {""}))


def _dates_of_birth(element: Element) -> tuple[str, ...]:
    found = [_date_of_birth(birth) for birth in element.iter("INDIVIDUAL_DATE_OF_BIRTH")]
    found += [edtf(born) for born in texts(element, "INDIVIDUAL_ALIAS/DATE_OF_BIRTH")]
    return tuple(dict.fromkeys(date for date in found if date))


def _date_of_birth(birth: Element) -> str:
    if from_ := text(birth, "FROM_YEAR"):
        return edtf(f"{from_} to {text(birth, 'TO_YEAR')}")
    date = edtf(text(birth, "DATE") or text(birth, "YEAR") or text(birth, "NOTE"))
    return f"{date}~" if date and text(birth, "TYPE_OF_DATE") == "APPROXIMATELY" else date


def _joined(element: Element, tag: str, parts: tuple[str, ...]) -> tuple[str, ...]:
    lines = (", ".join(part for name in parts if (part := text(found, name))) for found in element.iter(tag))
    return tuple(dict.fromkeys(line for line in lines if line))


def _identifier(document: Element) -> IdentifierRow:
    country = text(document, "COUNTRY_OF_ISSUE") or text(document, "ISSUING_COUNTRY")
    notes = (text(document, tag) for tag in ("TYPE_OF_DOCUMENT2", "DATE_OF_ISSUE", "CITY_OF_ISSUE", "NOTE"))
    return IdentifierRow(
        kind=text(document, "TYPE_OF_DOCUMENT"),
        number=text(document, "NUMBER"),
        country=country_code(country) if country else "",
        note="; ".join(note for note in notes if note),
    )


def _addresses(element: Element) -> Iterator[AddressRow]:
    for address in (*element.iter("INDIVIDUAL_ADDRESS"), *element.iter("ENTITY_ADDRESS")):
        line = ", ".join(part for tag in ADDRESS_PARTS if (part := text(address, tag)))
        note = tidy(address.findtext("NOTE") or "")
        if line or note:
            yield AddressRow(line, country_code(text(address, "COUNTRY")), note)
