"""Swiss sanctions list (SECO), the XML form of the State Secretariat for Economic Affairs.

Source: https://www.sesam.search.admin.ch, "whole list", published after each change; the root says when. The
file begins with the programmes and ends with the places to which targets refer. A target keeps its history
("modification", with copies of what changed), and stays in the file after it was de-listed; such targets are
left out. Editions of the type "amendment" hold only what changed, and are refused. Written after the
published form and a small example of it.
"""

import re
from collections.abc import Iterator
from datetime import date
from xml.etree.ElementTree import Element, tostring

from defusedxml.ElementTree import fromstring

from screening.importers.aliases import main_first, scripted
from screening.importers.countries import code_of, country_code
from screening.importers.dates import edtf, iso_day
from screening.importers.files import Readable
from screening.importers.rows import (
    AddressRow,
    EntityRow,
    IdentifierRow,
    NameRow,
    Publication,
    RelationRow,
)
from screening.importers.shelf import Shelf
from screening.importers.vessels import imo_numbers, vessel
from screening.importers.xml import records, text, texts, tidy
from screening.models import EntityKind, NameKind, RelationKind
from screening.refusals import BadList

KINDS = {"individual": EntityKind.PERSON, "entity": EntityKind.ORGANISATION, "object": EntityKind.OTHER}
OBJECTS = {"vessel": EntityKind.VESSEL, "aircraft": EntityKind.AIRCRAFT}
NAME_KINDS = {"primary-name": NameKind.PRIMARY, "formerly-known-as": NameKind.FORMER}
NO_PART_OF_A_NAME = ("title",)
PLACE_PARTS = ("location", "area", "country")
ADDRESS_PARTS = ("c-o", "address-details", "p-o-box", "zip-code")
DATES = ("effective-date", "publication-date", "enactment-date")
# What "other-information" says in a fixed form: "IMO Number: 8405270", "Taxpayer identification number: 77".
NUMBERS = {
    "Tax number": re.compile(
        r"tax(?:payer identification| registration) number\s*:\s*([\w/-]+)", re.IGNORECASE
    ),
    "Registration number": re.compile(r"registration number\s*:\s*([\w/-]*\d[\w/-]*)", re.IGNORECASE),
    "MMSI": re.compile(r"\bMMSI(?: number)?\s*:\s*(\d{9})\b", re.IGNORECASE),
    "Call sign": re.compile(r"\bcall sign\s*:\s*(\w+)", re.IGNORECASE),
}
IMO = re.compile(r"\bIMO\b[^\d]*\d{7}\b.*", re.IGNORECASE)


def parse(file: Readable) -> tuple[Publication, Iterator[EntityRow]]:
    """Return the edition and its rows, one for each target in force. Raises BadList."""
    elements = records(
        file, "swiss-sanctions-list", ("sanctions-program", "target", "place"), right_below=True
    )
    published_on = _published_on(next(elements))
    shelf = Shelf()
    for element in elements:
        SHELVED[element.tag](shelf, element)
    rows = (_row(shelf, xml) for _id, several in shelf.each("target") for xml in several)
    return Publication(published_on.isoformat(), published_on), rows


def _published_on(root: Element) -> date:
    said = root.get("list-type", "whole-list")
    if said != "whole-list":
        raise BadList("part-of-list", said=said)
    if day := iso_day(root.get("date", "")):
        return day
    raise BadList("no-date", where="date")


def _shelve_programme(shelf: Shelf, element: Element) -> None:
    key = text(element, "program-key[@lang='eng']") or text(element, "program-key")
    name = text(element, "program-name[@lang='eng']") or text(element, "program-name")
    for measure in element.iterfind("sanctions-set"):
        if measure.get("lang", "eng") == "eng":
            said = [key, f"{name}, {tidy(measure.text or '')}"]
            shelf.put("programme", measure.get("ssid", ""), said)


def _shelve_place(shelf: Shelf, element: Element) -> None:
    shelf.put("place", element.get("ssid", ""), _place(element))


def _place(element: Element) -> list[str]:
    """Return the place as one line and the code of its country."""
    line = ", ".join(part for tag in PLACE_PARTS if (part := text(element, tag)))
    return [line, _code(element.find("country"))]


def _code(country: Element | None) -> str:
    if country is None:
        return ""
    code = country.get("iso-code") or country.get("code", "")
    return code_of(code) or country_code(tidy(country.text or ""))


def _shelve_target(shelf: Shelf, element: Element) -> None:
    number, names = element.get("ssid", ""), _names(element)
    if is_listed := _latest_change(element) != "de-listed":
        shelf.put("target", number, tostring(element, "unicode"))
    shelf.put("name", number, [names[0].name if names else "", is_listed])


SHELVED = {"sanctions-program": _shelve_programme, "place": _shelve_place, "target": _shelve_target}


def _latest_change(target: Element) -> str:
    """Return the type of the last change; of those on one day the first stands for the latest."""
    changes = target.findall("modification")
    latest = max(changes, key=_dated, default=None)
    return latest.get("modification-type", "") if latest is not None else ""


def _dated(change: Element) -> str:
    return next((change.get(key, "") for key in DATES if change.get(key)), "")


def _row(shelf: Shelf, xml: str) -> EntityRow:
    target = fromstring(xml)
    said = next((child for child in target if child.tag in KINDS), target)
    kind = OBJECTS.get(said.get("object-type", ""), KINDS.get(said.tag, EntityKind.OTHER))
    programmes = [found for number in _sets(target) for found in shelf.of("programme", number)]
    addresses = tuple(_addresses(shelf, said))
    return EntityRow(
        source_id=target.get("ssid", ""),
        kind=kind,
        names=_names(target),
        reference=text(target, "foreign-identifier"),
        countries=_countries(said, addresses),
        dates_of_birth=tuple(_dates_of_birth(said)) if kind == EntityKind.PERSON else (),
        places_of_birth=tuple(_places_of_birth(shelf, said)),
        positions=texts(said, "identity/name/name-part[@name-part-type='title']/value"),
        programmes=tuple(dict.fromkeys(key for key, _words in programmes if key)),
        identifiers=tuple(_identifiers(said, kind)),
        addresses=addresses,
        relations=tuple(_relations(shelf, said)),
        vessel=_vessel(said) if kind == EntityKind.VESSEL else (),
        listed_on=_listed_on(target),
        remarks="\n".join(_remarks(said, [words for _key, words in programmes])),
    )


def _sets(target: Element) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys((*target.get("sanctions-set-id", "").split(), *texts(target, "sanctions-set-id")))
    )


def _names(target: Element) -> tuple[NameRow, ...]:
    rows = []
    for identity in target.iterfind("./*/identity"):
        for name in identity.findall("name"):
            kind = _kind(name, is_main=identity.get("main") == "true")
            first, *variants = _spelt(name)
            rows += [NameRow(first, kind)] if first else []
            other = NameKind.ALIAS if kind == NameKind.PRIMARY else kind
            rows += [scripted(variant, other) for variant in variants if variant]
    return main_first(rows)


def _kind(name: Element, *, is_main: bool) -> NameKind:
    if name.get("quality") == "low":
        return NameKind.WEAK_ALIAS
    kind = NAME_KINDS.get(name.get("name-type", ""), NameKind.ALIAS)
    return NameKind.ALIAS if kind == NameKind.PRIMARY and not is_main else kind


def _spelt(name: Element) -> list[str]:
    """Return the name in the parts' order, then in each language and script in which a part is spelt."""
    found = [
        part for part in name.findall("name-part") if part.get("name-part-type") not in NO_PART_OF_A_NAME
    ]
    parts = sorted(found, key=_order)
    styles = dict.fromkeys(_style(variant) for part in parts for variant in part.findall("spelling-variant"))
    names = [tidy(" ".join(text(part, "value") for part in parts))]
    for style in styles:
        spelt = [
            [tidy(v.text or "") for v in part.findall("spelling-variant") if _style(v) == style]
            for part in parts
        ]
        for turn in range(max(map(len, spelt))):
            names.append(
                tidy(
                    " ".join(
                        _turn(own, turn) or text(part, "value")
                        for part, own in zip(parts, spelt, strict=True)
                    )
                )
            )
    return names


def _order(part: Element) -> int:
    order = part.get("order", "")
    return int(order) if order.isdecimal() else 0


def _style(variant: Element) -> tuple[str, str]:
    return variant.get("lang", ""), variant.get("script", "")


def _turn(spellings: list[str], turn: int) -> str:
    """Return one spelling; a part with fewer than the others keeps its last."""
    return spellings[min(turn, len(spellings) - 1)] if spellings else ""


def _countries(said: Element, addresses: tuple[AddressRow, ...]) -> tuple[str, ...]:
    codes = {_code(found) for found in said.iterfind("identity/nationality/country")}
    codes |= {_code(found) for found in said.iterfind("identity/identification-document/issuer")}
    return tuple(sorted((codes | {address.country for address in addresses}) - {""}))


def _dates_of_birth(said: Element) -> Iterator[str]:
    for born in said.iterfind("identity/day-month-year"):
        parts = [born.get(key, "") for key in ("year", "month", "day")]
        date = edtf("-".join(part.zfill(2) for part in parts if part))
        if date and born.get("calendar", "Gregorian") == "Gregorian":
            yield date


def _places_of_birth(shelf: Shelf, said: Element) -> Iterator[str]:
    for born in said.iterfind("identity/place-of-birth"):
        for line, _country in shelf.of("place", born.get("place-id", "")):
            yield line


def _identifiers(said: Element, kind: EntityKind) -> Iterator[IdentifierRow]:
    for document in said.iterfind("identity/identification-document"):
        notes = (text(document, tag) for tag in ("date-of-issue", "expiry-date", "remark"))
        words = document.get("document-type", "").replace("-", " ").capitalize()
        note = "; ".join(note for note in notes if note)
        if number := text(document, "number"):
            yield IdentifierRow(words, number, _code(document.find("issuer")), note)
    others = texts(said, "other-information")
    if kind == EntityKind.VESSEL:
        yield from imo_numbers(other for other in others if IMO.match(other))
    for words, pattern in NUMBERS.items():
        yield from (IdentifierRow(words, found[1]) for other in others if (found := pattern.search(other)))


def _addresses(shelf: Shelf, said: Element) -> Iterator[AddressRow]:
    for address in said.iterfind("identity/address"):
        (line, country), *_more = shelf.of("place", address.get("place-id", "")) or [_place(address)]
        parts = (*(text(address, tag) for tag in ADDRESS_PARTS), line)
        if whole := ", ".join(part for part in parts if part):
            yield AddressRow(whole, country, text(address, "remarks"))


def _relations(shelf: Shelf, said: Element) -> Iterator[RelationRow]:
    """Yield the ties; the list says only that there is one, and its type is a note."""
    for relation in said.iterfind("relation"):
        number = relation.get("target-id", "")
        for name, is_listed in shelf.of("name", number)[:1]:
            note = "; ".join(
                part for part in (relation.get("relation-type", ""), text(relation, "remark")) if part
            )
            yield RelationRow(RelationKind.LINKED, name, number if is_listed else "", note=note)


def _vessel(said: Element) -> tuple[tuple[str, str], ...]:
    countries = (_code(found) for found in said.iterfind("identity/nationality/country"))
    return vessel({"flag": next((code for code in countries if code), "")})


def _listed_on(target: Element) -> date | None:
    changes = target.findall("modification[@modification-type='listed']")
    return min((day for change in changes if (day := iso_day(_dated(change)))), default=None)


def _remarks(said: Element, measures: list[str]) -> Iterator[str]:
    yield from measures
    for tag in ("justification", "other-information"):
        yield from texts(said, tag)
