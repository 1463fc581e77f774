"""European Union financial sanctions, the XML form 1.1 (xmlFullSanctionsList_1_1).

Source: https://webgate.ec.europa.eu/fsd/fsf, published after each act in the Official Journal. The root says
when (generationDate); everything stands in attributes. The file carries no count. One entry may be listed
by several regulations. It names persons and enterprises only; what ties them stands in free text.
"""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from screening.importers.aliases import main_first, scripted
from screening.importers.countries import code_of, country_code
from screening.importers.dates import edtf, iso_day
from screening.importers.files import Readable
from screening.importers.rows import AddressRow, EntityRow, IdentifierRow, NameRow, Publication
from screening.importers.xml import records, texts, tidy
from screening.models import EntityKind, NameKind
from screening.refusals import BadList

KINDS = {"P": EntityKind.PERSON, "E": EntityKind.ORGANISATION}
ADDRESS_PARTS = ("street", "poBox", "zipCode", "city", "place", "region")
PLACE_PARTS = ("place", "city", "region")
WITH_COUNTRY = ("citizenship", "birthdate", "identification", "address")
# Only in words, in the remark beside a name.
WEAK = ("low quality", "lo quality")
FORMER = ("formerly", "f.k.a", "former name")
DOUBTS = {
    "knownExpired": "expired",
    "knownFalse": "false",
    "reportedLost": "reported lost",
    "revokedByIssuer": "revoked by issuer",
}


def parse(file: Readable) -> tuple[Publication, Iterator[EntityRow]]:
    """Return the edition and its rows, one for each sanctioned entity. Raises BadList."""
    elements = records(file, "export", ("sanctionEntity",))
    generated = next(elements).get("generationDate", "")
    published_on = iso_day(generated)
    if not published_on:
        raise BadList("no-date", where="generationDate")
    return Publication(generated, published_on), (_row(element) for element in elements)


def _row(element: Element) -> EntityRow:
    return EntityRow(
        source_id=element.get("logicalId", ""),
        kind=_kind(element),
        names=main_first([_name(alias) for alias in element.findall("nameAlias") if _whole(alias)]),
        reference=element.get("euReferenceNumber", ""),
        countries=_countries(element),
        dates_of_birth=tuple(dict.fromkeys(date for b in element.findall("birthdate") if (date := _born(b)))),
        places_of_birth=_places(element),
        positions=_said(element, ("title", "function")),
        programmes=_programmes(element),
        identifiers=tuple(_identifiers(element)),
        addresses=tuple(_addresses(element)),
        listed_on=iso_day(_listed(element)),
        remarks="\n".join(_remarks(element)),
    )


def _kind(element: Element) -> EntityKind:
    codes = (subject.get("classificationCode", "") for subject in element.findall("subjectType"))
    return KINDS.get(next(codes, ""), EntityKind.OTHER)


def _name(alias: Element) -> NameRow:
    remark = " ".join(texts(alias, "remark")).lower()
    if alias.get("strong") == "false" or any(words in remark for words in WEAK):
        return NameRow(_whole(alias), NameKind.WEAK_ALIAS)
    if any(words in remark for words in FORMER):
        return NameRow(_whole(alias), NameKind.FORMER)
    return scripted(_whole(alias), NameKind.ALIAS)


def _whole(alias: Element) -> str:
    parts = (alias.get(key, "") for key in ("firstName", "middleName", "lastName"))
    return tidy(alias.get("wholeName", "")) or tidy(" ".join(parts))


def _countries(element: Element) -> tuple[str, ...]:
    codes = {_country(found) for tag in WITH_COUNTRY for found in element.findall(tag)}
    return tuple(sorted(codes - {""}))


def _country(element: Element) -> str:
    code = element.get("countryIso2Code", "")
    return code_of(code) or country_code(element.get("countryDescription", ""))


def _born(birth: Element) -> str:
    if birth.get("calendarType", "GREGORIAN") != "GREGORIAN":
        return ""
    if (from_ := birth.get("yearRangeFrom")) and (to := birth.get("yearRangeTo")):
        return edtf(f"{from_} to {to}")
    date = edtf(birth.get("birthdate", "")) or edtf(_parts_of_date(birth))
    return f"{date}~" if date and birth.get("circa") == "true" else date


def _parts_of_date(birth: Element) -> str:
    parts = (birth.get("year", ""), birth.get("monthOfYear", ""), birth.get("dayOfMonth", ""))
    return "-".join(part.zfill(2) for part in parts if part)


def _places(element: Element) -> tuple[str, ...]:
    places = (_line(birth, PLACE_PARTS) for birth in element.findall("birthdate"))
    return tuple(dict.fromkeys(place for place in places if place))


def _line(element: Element, parts: tuple[str, ...]) -> str:
    country = element.get("countryDescription", "")
    found = [tidy(element.get(part, "")) for part in parts]
    return ", ".join(part for part in (*found, "" if country == "UNKNOWN" else country) if part)


def _said(element: Element, keys: tuple[str, ...]) -> tuple[str, ...]:
    found = (tidy(alias.get(key, "")) for key in keys for alias in element.findall("nameAlias"))
    return tuple(dict.fromkeys(value for value in found if value))


def _programmes(element: Element) -> tuple[str, ...]:
    found = (regulation.get("programme", "") for regulation in element.findall("regulation"))
    return tuple(dict.fromkeys(programme for programme in found if programme))


def _identifiers(element: Element) -> Iterator[IdentifierRow]:
    for found in element.findall("identification"):
        doubts = [words for key, words in DOUBTS.items() if found.get(key) == "true"]
        note = "; ".join((*doubts, *texts(found, "remark")))
        kind = found.get("identificationTypeDescription", "") or found.get("identificationTypeCode", "")
        numbers = dict.fromkeys(tidy(found.get(key, "")) for key in ("number", "latinNumber"))
        for number in numbers:
            if number:
                yield IdentifierRow(kind, number, _country(found), note)


def _addresses(element: Element) -> Iterator[AddressRow]:
    for found in element.findall("address"):
        if line := _line(found, ADDRESS_PARTS):
            yield AddressRow(line, _country(found), "; ".join(texts(found, "remark")))


def _listed(element: Element) -> str:
    """Return the day of designation, or the earliest its regulations took effect where none is given."""
    days = [regulation.get("entryIntoForceDate", "") for regulation in element.findall("regulation")]
    return element.get("designationDate") or min((day for day in days if day), default="")


def _remarks(element: Element) -> Iterator[str]:
    yield from texts(element, "remark")
    if details := tidy(element.get("designationDetails", "")):
        yield details
    if number := element.get("unitedNationId"):
        yield f"United Nations: {number}"
