"""OFAC lists in the enhanced XML form: SDN_ENHANCED.XML and CONS_ENHANCED.XML of the United States Treasury.

Source: https://sanctionslistservice.ofac.treas.gov, schema ENHANCED_XML.xsd there; offered as XML and as ZIP.
publicationInfo says of which moment the data are, referenceValues the codes of countries. A name has one
translation for each script. Entries keep the numbers they have in the other forms. The file has no count.
"""

from collections.abc import Iterator
from datetime import date
from xml.etree.ElementTree import Element

from screening.importers.countries import country_of
from screening.importers.dates import iso_day
from screening.importers.files import Readable
from screening.importers.ofac_terms import KINDS, Facts, natural
from screening.importers.rows import AddressRow, EntityRow, NameRow, Publication
from screening.importers.xml import records, text, texts
from screening.models import EntityKind, NameKind, RelationKind
from screening.refusals import BadList

ROOT = "sanctionsData"
WANTED = ("publicationInfo", "referenceValue", "entity")
# The tie of an entry to the other party, in OFAC's words.
RELATIONS = {
    "Acting for or on behalf of": RelationKind.ACTS_FOR,
    "Owned or Controlled By": RelationKind.OWNED_BY,
    "Property in the interest of": RelationKind.OWNED_BY,
    "Owns, controls, or operates": RelationKind.OWNS,
    "Family member of": RelationKind.FAMILY,
    "Leader or official of": RelationKind.MEMBER_OF,
    "Principal Executive Officer": RelationKind.MEMBER_OF,
}
REMARKED = {
    "Sanctions type": "sanctionsTypes/sanctionsType",
    "Legal authority": "legalAuthorities/legalAuthority",
}
DOCUMENT_NOTES = {"issued": "issueDate", "expires": "expirationDate", "issued by": "issuingAuthority"}


def parse(file: Readable) -> tuple[Publication, Iterator[EntityRow]]:
    """Return the edition and its rows, one for each entity. Raises BadList."""
    elements = records(file, ROOT, WANTED)
    next(elements)
    head = next(elements, None)
    data_as_of = text(head, "dataAsOf") if head is not None else ""
    published_on = iso_day(data_as_of)
    if head is None or head.tag != "publicationInfo" or not published_on:
        raise BadList("no-date", where="dataAsOf")
    return Publication(data_as_of, published_on), _rows(elements)


def _rows(elements: Iterator[Element]) -> Iterator[EntityRow]:
    countries: dict[str, str] = {}  # number of a reference value -> ISO 3166-1 alpha-2
    for element in elements:
        if element.tag == "entity":
            yield _Entity(element, countries).row()
        elif code := country_of(text(element, "isoCode")):
            countries[element.get("refId", "")] = code


class _Entity:
    """One <entity> while it is read."""

    def __init__(self, element: Element, countries: dict[str, str]) -> None:
        self._element = element
        self._countries = countries

    def row(self) -> EntityRow:
        element, facts = self._element, self._facts()
        return facts.row(
            element.get("id", ""),
            _names(element, facts.kind),
            positions=texts(element, "generalInfo/title"),
            programmes=texts(element, "sanctionsPrograms/sanctionsProgram")
            + texts(element, "sanctionsLists/sanctionsList"),
            addresses=self._addresses(),
            listed_on=_listed_on(element),
        )

    def _facts(self) -> Facts:
        element = self._element
        facts = Facts(KINDS.get(text(element, "generalInfo/entityType"), EntityKind.OTHER))
        for remark in texts(element, "generalInfo/remarks"):
            facts.remark(remark)
        for label, path in REMARKED.items():
            facts.remarks += [f"{label}: {value}" for value in texts(element, path)]
        for feature in element.iterfind("features/feature"):
            self._feature(facts, feature)
        for document in element.iterfind("identityDocuments/identityDocument"):
            self._document(facts, document)
        for relation in element.iterfind("relationships/relationship"):
            _relation(facts, relation)
        return facts

    def _feature(self, facts: Facts, feature: Element) -> None:
        label = text(feature, "type")
        country = self._countries.get(text(feature, "valueRefId"), "")
        facts.add(label, country or text(feature, "value") or _dates(feature), note=text(feature, "comments"))

    def _document(self, facts: Facts, document: Element) -> None:
        notes = [f"{word} {said}" for word, tag in DOCUMENT_NOTES.items() if (said := text(document, tag))]
        notes += ["not valid"] if text(document, "isValid") == "false" else []
        notes += texts(document, "comments")
        number, country = text(document, "documentNumber"), self._country(document, "issuingCountry")
        facts.add(text(document, "type"), number, country, "; ".join(notes))

    def _addresses(self) -> Iterator[AddressRow]:
        for address in self._element.iterfind("addresses/address"):
            country = self._country(address, "country")
            for translation in address.iterfind("translations/translation"):
                parts, region = _address_parts(translation)
                if line := ", ".join((*parts, *texts(address, "country"), *region)):
                    yield AddressRow(line, country or country_of("".join(region)))

    def _country(self, element: Element, tag: str) -> str:
        found = element.find(tag)
        return (
            "" if found is None else self._countries.get(found.get("refId", ""), country_of(found.text or ""))
        )


def _address_parts(translation: Element) -> tuple[list[str], list[str]]:
    """Return the parts of an address, and apart its region, which may stand in place of a country."""
    parts: list[str] = []
    region: list[str] = []
    for part in translation.iterfind("addressParts/addressPart"):
        if value := text(part, "value"):
            (region if text(part, "type") == "REGION" else parts).append(value)
    return parts, region


def _names(element: Element, kind: EntityKind) -> list[NameRow]:
    """Return the names, the main one first, then in the order of the file."""
    found = [row for name in element.iterfind("names/name") for row in _translations(name, kind)]
    return sorted(found, key=lambda row: row.kind != NameKind.PRIMARY)


def _translations(name: Element, kind: EntityKind) -> Iterator[NameRow]:
    for translation in name.iterfind("translations/translation"):
        first, last = text(translation, "formattedFirstName"), text(translation, "formattedLastName")
        if said := f"{first} {last}".strip() if first else natural(last, kind):
            yield NameRow(said, _kind(name, translation))


def _kind(name: Element, translation: Element) -> NameKind:
    if text(name, "isLowQuality") == "true":
        return NameKind.WEAK_ALIAS
    if text(translation, "script") not in ("", "Latin"):
        return NameKind.ORIGINAL_SCRIPT
    if text(name, "isPrimary") == "true":
        return NameKind.PRIMARY
    return NameKind.FORMER if text(name, "aliasType") == "F.K.A." else NameKind.ALIAS


def _listed_on(element: Element) -> date | None:
    """Return the day the first of the lists named it, as entries move from one to another."""
    listed = element.iterfind("sanctionsLists/sanctionsList")
    return min((day for one in listed if (day := iso_day(one.get("datePublished", "")))), default=None)


def _dates(feature: Element) -> str:
    """Return the day or the range of a date that is not given in words."""
    first, last = (text(feature, f"valueDate/{tag}") for tag in ("fromDateBegin", "toDateEnd"))
    about = "circa " if text(feature, "valueDate/isApproximate") == "true" else ""
    return f"{about}{first}" if first == last else f"{about}{first} to {last}"


def _relation(facts: Facts, relation: Element) -> None:
    words = text(relation, "type")
    other = relation.find("relatedEntity")
    if other is not None:
        note = ", ".join((words, *texts(relation, "quality"), *texts(relation, "comments")))
        kind = RELATIONS.get(words, RelationKind.LINKED)
        facts.link(kind, other.text or "", other.get("entityId", ""), note)
