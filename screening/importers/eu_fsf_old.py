"""European Union financial sanctions in the forms before 1.1: the old XML (WHOLE) and the CSV form 1.0.

Both say the same under the same words: an entity with names, births, documents, citizenships, addresses. In
the XML they stand inside their entity; in the CSV each has a row of its own that repeats the entity. The
date is day/month/year; countries have three letters. The CSV is still published at
https://webgate.ec.europa.eu/fsd/fsf (csvFullSanctionsList), the XML was until 2018.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import chain
from xml.etree.ElementTree import Element

from screening.importers.aliases import main_first, scripted
from screening.importers.countries import code_of, codes_in
from screening.importers.dates import day_first, edtf, iso_day
from screening.importers.files import Readable
from screening.importers.rows import AddressRow, EntityRow, IdentifierRow, Publication
from screening.importers.shelf import Shelf
from screening.importers.tables import cells, lines, table
from screening.importers.xml import records, tidy
from screening.models import EntityKind, NameKind
from screening.refusals import BadList

KINDS = {"P": EntityKind.PERSON, "E": EntityKind.ORGANISATION}
TAGS = {"NAME": "naal", "BIRTH": "birt", "PASSPORT": "iden", "CITIZEN": "citi", "ADDRESS": "addr"}
HEAD = {
    "id": "Entity_logical_id",
    "type": "Subject_type",
    "programme": "Programme",
    "remark": "Entity_remark",
    "reg_date": "Leba_publication_date",
    "reference": "EU_ref_num",
}
NEEDED = (*HEAD.values(), "Naal_wholename", "Birt_date", "Iden_number", "Citi_country", "Addr_city")
# "AD001095 (passport-National passport) ((issued by fax))": number, code, kind, note
DOCUMENT = re.compile(r"(.*?)\s*\(([a-z]+)-([^()]*)\)\s*(.*)", re.DOTALL)
ABOUT = re.compile(r"^(.*\d)\s*\(approximative\)$")

Part = dict[str, str]  # what one element or row says, the keys in small letters


@dataclass(frozen=True, slots=True)
class Found:
    """An entity as both forms give it: what is said once, and what is said several times."""

    head: Part
    parts: dict[str, list[Part]] = field(default_factory=lambda: {kind: [] for kind in TAGS.values()})


def parse_xml(file: Readable) -> tuple[Publication, Iterator[EntityRow]]:
    """Return the edition and its rows, one for each entity. Raises BadList."""
    elements = records(file, "WHOLE", ("ENTITY",))
    published_on = _day(next(elements).get("Date", ""), "Date")
    return Publication(published_on.isoformat(), published_on), (_row(_from_xml(e)) for e in elements)


def parse_csv(file: Readable) -> tuple[Publication, Iterator[EntityRow]]:
    """Return the edition and its rows, one for each entity. Raises BadList.

    The name of the first column was written in several ways, so its place counts.
    """
    rows = cells(lines(file), delimiter=";")
    _line, columns = next(rows, (0, [""]))
    shelf, dated = Shelf(), ""
    for _line, row in table(chain([(1, ["Date_file", *columns[1:]])], rows), NEEDED):
        dated = dated or row["Date_file"]
        shelf.put("entity", row[HEAD["id"]], row)
    published_on = _day(dated, "Date_file")
    found = (_from_rows(entity) for _id, entity in shelf.each("entity"))
    return Publication(published_on.isoformat(), published_on), (_row(entity) for entity in found)


def _day(written: str, where: str) -> date:
    if day := iso_day(day_first(written)):
        return day
    raise BadList("no-date", where=where)


def _from_xml(element: Element) -> Found:
    found = Found(_part((key.lower(), value) for key, value in element.attrib.items()))
    for child in element:
        if kind := TAGS.get(child.tag):
            said = _part((part.tag.lower(), tidy(part.text or "")) for part in child)
            said["reg_date"] = child.get("reg_date", "")
            found.parts[kind].append(said)
    return found


def _part(said: Iterable[tuple[str, str]]) -> Part:
    """Return what is said, "" for what is not."""
    return defaultdict(str, said)


def _from_rows(rows: list[Part]) -> Found:
    found = Found(_part((key, rows[0][column]) for key, column in HEAD.items()))
    for row in rows:
        for kind, parts in found.parts.items():
            if said := _said(row, f"{kind.capitalize()}_"):
                parts.append(said)
    return found


def _said(row: Part, prefix: str) -> Part:
    """Return what the row says in the columns of one part, {} when it is about another."""
    cells = ((column, tidy(cell)) for column, cell in row.items() if column.startswith(prefix))
    part = _part((column.removeprefix(prefix), cell) for column, cell in cells)
    part["reg_date"] = part["leba_publication_date"]
    return part if part["logical_id"] else {}


def _row(found: Found) -> EntityRow:
    head, parts = found.head, found.parts
    return EntityRow(
        source_id=head["id"],
        kind=KINDS.get(head["type"], EntityKind.OTHER),
        names=main_first([scripted(name, NameKind.ALIAS) for part in parts["naal"] if (name := _name(part))]),
        reference=head["reference"],
        countries=codes_in(
            part["country"] for several in parts.values() for part in several if "country" in part
        ),
        dates_of_birth=_each(_born(part["date"]) for part in parts["birt"]),
        places_of_birth=_each(_joined(part, ("place", "country")) for part in parts["birt"]),
        positions=_each(part[key] for key in ("title", "function") for part in parts["naal"]),
        programmes=_each(head["programme"].split(",")),
        identifiers=tuple(_document(part) for part in parts["iden"] if part["number"]),
        addresses=tuple(_addresses(parts["addr"])),
        listed_on=iso_day(_listed(found)),
        remarks=head["remark"].strip().strip("()"),
    )


def _name(part: Part) -> str:
    parts = (part[key] for key in ("firstname", "middlename", "lastname"))
    return part["wholename"] or tidy(" ".join(parts))


def _each(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(tidy(text) for text in texts if text.strip()))


def _born(written: str) -> str:
    about = ABOUT.match(written)
    return edtf(f"circa {about[1]}" if about else written)


def _joined(part: Part, keys: tuple[str, ...]) -> str:
    return ", ".join(part[key] for key in keys if part[key])


def _document(part: Part) -> IdentifierRow:
    match = DOCUMENT.fullmatch(part["number"])
    number, kind, note = (match[1], match[3], match[4]) if match else (part["number"], "", "")
    return IdentifierRow(tidy(kind), tidy(number), code_of(part["country"]), note.strip("()[] "))


def _addresses(parts: list[Part]) -> Iterator[AddressRow]:
    for part in parts:
        if line := _joined(part, ("number", "street", "zipcode", "city", "country")):
            yield AddressRow(line, code_of(part["country"]), part["other"])


def _listed(found: Found) -> str:
    """Return the earliest day on which an act names the entity; its head gives the latest."""
    days = (part["reg_date"] for part in (found.head, *found.parts["naal"]))
    return min((day for day in days if day), default="")
