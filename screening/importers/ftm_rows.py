"""Join the entities of FollowTheMoney on a shelf into rows."""

import re
from collections.abc import Iterator
from datetime import date
from itertools import chain
from typing import Any

from screening.importers.aliases import main_first, scripted
from screening.importers.countries import code_of, codes_in
from screening.importers.dates import edtf, iso_day
from screening.importers.ftm_edges import EDGES, Edge
from screening.importers.rows import AddressRow, EntityRow, IdentifierRow, NameRow, RelationRow
from screening.importers.shelf import Shelf
from screening.importers.vessels import flags, imo_numbers, vessel
from screening.importers.xml import tidy
from screening.models import EntityKind, NameKind, RelationKind
from screening.refusals import BadList

KINDS = {
    "Person": EntityKind.PERSON,
    "LegalEntity": EntityKind.ORGANISATION,
    "Organization": EntityKind.ORGANISATION,
    "PublicBody": EntityKind.ORGANISATION,
    "Company": EntityKind.ORGANISATION,
    "Vessel": EntityKind.VESSEL,
    "Airplane": EntityKind.AIRCRAFT,
}
# Entities that are no parties, though they have names.
NO_PARTIES = {"Address", "Position", "Occupancy", "Program", "Event", "Document", "Note"}
NAMES = {
    "name": NameKind.ALIAS,
    "alias": NameKind.ALIAS,
    "previousName": NameKind.FORMER,
    "weakAlias": NameKind.WEAK_ALIAS,
    "abbreviation": NameKind.WEAK_ALIAS,
}
COUNTRIES = (
    "country",
    "nationality",
    "citizenship",
    "jurisdiction",
    "mainCountry",
    "birthCountry",
    "flag",
    "pastFlags",
)
NUMBERS = {
    "mmsi": "MMSI",
    "callSign": "Call sign",
    "leiCode": "LEI",
    "registrationNumber": "Registration number",
    "taxNumber": "Tax number",
    "vatCode": "VAT number",
    "innCode": "INN",
    "ogrnCode": "OGRN",
    "kppCode": "KPP",
    "okpoCode": "OKPO",
    "uscCode": "USCC",
    "dunsCode": "DUNS",
    "swiftBic": "SWIFT/BIC",
    "bikCode": "BIK",
    "idNumber": "Identity number",
    "passportNumber": "Passport",
    "socialSecurityNumber": "Social security number",
    "licenseNumber": "Licence",
    "uniqueEntityId": "UEI",
    "cageCode": "CAGE",
    "crsNumber": "CRS number",
    "serialNumber": "Serial number",
    "publicKey": "Wallet",
}
DOCUMENTS = ("number", "passportNumber")
TONNAGES = ("tonnage", "grossRegisteredTonnage", "deadweightTonnage")
SHARE = re.compile(r"(\d{1,3}(?:[.,]\d+)?)\s*%?")

Entity = dict[str, Any]


def rows(shelf: Shelf) -> Iterator[EntityRow]:
    """Yield the listed parties, in the order of the file. Raises BadList if one is there twice."""
    for number, several in shelf.each("thing"):
        if len(several) > 1:
            raise BadList("twice", source_id=number)
        if is_listed(several[0]):
            yield _row(shelf, several[0])


def is_listed(entity: Entity) -> bool:
    """Say whether the entity is a party that somebody listed, and not only one that is named by such."""
    schema = entity["schema"]
    if schema in NO_PARTIES:
        return False
    said = entity.get("target")
    return bool(said or _all(entity, "topics") or (said is None and schema in KINDS))


def _all(entity: Entity, *names: str) -> tuple[str, ...]:
    """Return the values of the properties, each once."""
    found = chain.from_iterable(_values(entity, name) for name in names)
    return tuple(dict.fromkeys(text for value in found if (text := tidy(value))))


def _values(entity: Entity, name: str) -> list[str]:
    values: list[str] = entity["properties"].get(name, [])
    return values


def _row(shelf: Shelf, entity: Entity) -> EntityRow:
    kind = KINDS.get(entity["schema"], EntityKind.OTHER)
    belongs, relations = shelf.of("belongs", entity["id"]), tuple(_relations(shelf, entity))
    sanctions = [found for found in belongs if found["schema"] == "Sanction"]
    documents = [found for found in belongs if found["schema"] != "Sanction"]
    addresses = tuple(_addresses(shelf, entity))
    return EntityRow(
        source_id=entity["id"],
        kind=kind,
        names=_names(entity),
        reference=_reference(sanctions),
        countries=codes_in((*_all(entity, *COUNTRIES), *(address.country for address in addresses))),
        dates_of_birth=tuple(date for text in _all(entity, "birthDate") if (date := edtf(text))),
        places_of_birth=_all(entity, "birthPlace"),
        positions=_all(entity, "position", "title"),
        programmes=_programmes(entity, sanctions),
        identifiers=tuple(dict.fromkeys((*_numbers(entity), *_documents(documents)))),
        addresses=addresses,
        relations=relations,
        vessel=_vessel(shelf, entity, relations) if kind == EntityKind.VESSEL else (),
        listed_on=_listed_on(sanctions),
        remarks="\n".join(_remarks(entity, sanctions)),
    )


def _names(entity: Entity) -> tuple[NameRow, ...]:
    caption = tidy(str(entity.get("caption") or ""))
    names = [scripted(name, kind) for word, kind in NAMES.items() for name in _all(entity, word)]
    # The caption is the one of the names that OpenSanctions shows; for what has none it is a number.
    if caption and (not names or caption in _all(entity, "name")):
        names.insert(0, NameRow(caption, NameKind.PRIMARY))
    return main_first(names)


def _reference(sanctions: list[Entity]) -> str:
    found = (text for sanction in sanctions for text in _all(sanction, "unscId", "authorityId"))
    return next((text for text in found if len(text) <= 80), "")


def _programmes(entity: Entity, sanctions: list[Entity]) -> tuple[str, ...]:
    """Return the programmes: their ids, or else their names, or else the data sets that list the entity."""
    said = (entity, *sanctions)
    ids = [text for one in said for text in _all(one, "programId")]
    names = [text[:200] for one in said for text in _all(one, "program")]
    datasets = [str(name)[:200] for name in entity.get("datasets") or []]
    return tuple(dict.fromkeys(ids or names or datasets))


def _numbers(entity: Entity) -> Iterator[IdentifierRow]:
    yield from imo_numbers(_all(entity, "imoNumber"))
    for name, kind in NUMBERS.items():
        yield from (IdentifierRow(kind, number) for number in _all(entity, name))


def _documents(documents: list[Entity]) -> Iterator[IdentifierRow]:
    for document in documents:
        kind = next(iter(_all(document, "type")), document["schema"])
        country = next(iter(codes_in(_all(document, "country"))), "")
        note = "; ".join(_all(document, "authority", "startDate", "endDate", "summary"))
        yield from (IdentifierRow(kind, number, country, note) for number in _all(document, *DOCUMENTS))


def _addresses(shelf: Shelf, entity: Entity) -> Iterator[AddressRow]:
    written = []
    for number in _all(entity, "addressEntity"):
        for address in shelf.of("thing", number):
            country = next(iter(codes_in(_all(address, "country"))), "")
            line = ", ".join(_all(address, "full") or _all(address, "street", "city", "region", "postalCode"))
            written.append(line)
            yield AddressRow(line, country, "; ".join(_all(address, "remarks")))
    yield from (AddressRow(line) for line in _all(entity, "address") if line not in written)


def _relations(shelf: Shelf, entity: Entity) -> Iterator[RelationRow]:
    for tie in shelf.of("edge", entity["id"]):
        edge = EDGES[tie["schema"]]
        for here, there, kind in ((*edge.ends, edge.kinds[0]), (*edge.ends[::-1], edge.kinds[1])):
            if entity["id"] in _values(tie, here):
                for number in _values(tie, there):
                    yield from _relation(shelf, kind, number, tie, edge)
    for word, kind in (("parent", RelationKind.OWNED_BY), ("owner", RelationKind.OWNED_BY)):
        for number in _values(entity, word):
            yield from _relation(shelf, kind, number)


def _relation(
    shelf: Shelf, kind: RelationKind, number: str, tie: Entity | None = None, edge: Edge | None = None
) -> Iterator[RelationRow]:
    """Yield the tie to a party the file describes; what it does not describe has no name to give."""
    for other in shelf.of("thing", number)[:1]:
        name = next(iter(_names(other)), None)
        note = "; ".join(_all(tie, *edge.words)) if tie and edge else ""
        if name:
            yield RelationRow(kind, name.name, number if is_listed(other) else "", _share(tie), note)


def _share(tie: Entity | None) -> str:
    """Return the percent owned, "" when the tie says none or something else."""
    found = (SHARE.fullmatch(text) for text in (_all(tie, "percentage") if tie else ()))
    return next((match[1].replace(",", ".") for match in found if match), "")


def _vessel(shelf: Shelf, entity: Entity, relations: tuple[RelationRow, ...]) -> tuple[tuple[str, str], ...]:
    owners = dict.fromkeys(tie.name for tie in relations if tie.kind == RelationKind.OWNED_BY)
    operators = [
        tie.name for n in _values(entity, "operator") for tie in _relation(shelf, RelationKind.LINKED, n)
    ]
    return vessel(
        {
            "flag": next((code for text in _all(entity, "flag") if (code := code_of(text))), ""),
            "former-flags": flags(_all(entity, "pastFlags")),
            "type": ", ".join(_all(entity, "type")),
            "tonnage": next(iter(_all(entity, *TONNAGES)), ""),
            "built": next(iter(_all(entity, "buildDate")), ""),
            "owner": ", ".join(owners),
            "operator": ", ".join(operators),
        }
    )


def _listed_on(sanctions: list[Entity]) -> date | None:
    days = (iso_day(text) for one in sanctions for text in _all(one, "listingDate", "startDate"))
    return min((day for day in days if day), default=None)


def _remarks(entity: Entity, sanctions: list[Entity]) -> Iterator[str]:
    if topics := _all(entity, "topics"):
        yield f"Topics: {', '.join(topics)}"
    yield from _all(entity, "notes", "summary", "description")
    for sanction in sanctions:
        if said := ": ".join(
            _all(sanction, "authority")[:1] + _all(sanction, "reason", "summary", "provisions")
        ):
            yield said
