"""OFAC lists in the old CSV form: SDN.CSV, ALT.CSV and ADD.CSV, or CONS_PRIM, CONS_ALT and CONS_ADD.

Source: https://sanctionslistservice.ofac.treas.gov; described in "SDN Data Format" (dat_spec.txt). Give them
as one ZIP file, with SDN_COMMENTS.CSV or CONS_COMMENTS.CSV if you have it: it continues remarks longer than
1,000 letters, which end in the middle of a word without it. Names of members may have something before
them ("2021-04_sdn.csv"). The tables have no head and no date, "-0-" stands for nothing, the byte 0x1A may end
them. They were pure ASCII so far; a line that is not UTF-8 is read as Windows-1252. Each is in the order of
its entries, so they are read side by side. Persons are LAST, First; names in the remarks are weak aliases.
Programmes end after 50 letters together.
"""

import re
from collections.abc import Iterator
from itertools import chain

from screening.importers.csv_rows import headless
from screening.importers.files import Archive, Readable
from screening.importers.ofac_terms import (
    KINDS,
    NO_IDENTIFIER,
    SORTED,
    Facts,
    labelled,
    natural,
    written_number,
)
from screening.importers.rows import AddressRow, EntityRow, NameRow, Publication
from screening.importers.xml import tidy
from screening.models import EntityKind, NameKind
from screening.refusals import BadList

EMPTY = "-0-"
ENCODING = "cp1252"  # of lines that are not UTF-8
MEMBER = re.compile(r"(?:^|[_-])(sdn|prim|alt|add|comments)\.csv$")
WIDTHS = {"sdn": 12, "prim": 12, "alt": 5, "add": 6, "comments": 2}
NEEDED = {"main": "sdn.csv", "alt": "alt.csv", "add": "add.csv"}
ALIAS_KINDS = {"aka": NameKind.ALIAS, "fka": NameKind.FORMER, "nka": NameKind.ALIAS}
VESSEL_LABELS = (
    "Vessel Call Sign",
    "Vessel Type",
    "Vessel Tonnage",
    "Vessel Gross Registered Tonnage",
    "Vessel Flag",
    "Vessel Owner",
)
LONGEST_REMARKS = 1000  # letters in SDN.CSV; what is longer goes on in SDN_COMMENTS.CSV
WEAK_NAME = re.compile(r"(?:alt\. )?[afn]\.k\.a\. '(.+?)'?")
# "S.A.", "CO.": their full stop is not only that of the sentence.
ABBREVIATION = re.compile(r"\b(?:[A-Z]|BROS|CO|CORP|INC|LTD|LTDA)\.$")
# What a number looks like. Otherwise it is a sentence ("Passport issued in Nowhere"), but for WORDED.
NUMBER = re.compile(r"\d|^[A-Z][A-Z/.-]+$")
WORDED = ("Website", "Email Address")

Fields = list[str]


def parse(file: Readable) -> tuple[Publication, Iterator[EntityRow]]:
    """Return the rows, one for each entry; the files say no date. Raises BadList, also if they do not fit."""
    members = _members(file)
    return Publication(), _rows(members)


def _members(file: Readable) -> dict[str, Iterator[Fields]]:
    """Return the rows of each table: "main", "alt", "add" and, where there is one, "comments"."""
    names = file.names if isinstance(file, Archive) else ()
    found = {_part(match[1]): name for name in names if (match := MEMBER.search(name))}
    if not isinstance(file, Archive) or not NEEDED.keys() <= found.keys():
        raise BadList("archive-lacks", expected=", ".join(NEEDED.values()), found=", ".join(names) or "-")
    return {part: _table(file, part, name) for part, name in found.items()}


def _part(name: str) -> str:
    return "main" if name in ("sdn", "prim") else name


def _table(archive: Archive, part: str, name: str) -> Iterator[Fields]:
    width = WIDTHS["sdn" if part == "main" else part]
    for fields in headless(archive.member(name), width, fallback=ENCODING):
        *others, last = ("" if field.strip() == EMPTY else field for field in fields)
        yield [*map(tidy, others), last]  # the last may be remarks that go on in another table


class _Beside:
    """A table in the order of the entries, read beside the main one."""

    def __init__(self, name: str, rows: Iterator[Fields]) -> None:
        self._name = name
        self._rows = rows
        self._next = next(rows, None)

    def take(self, number: int) -> list[Fields]:
        """Return the rows of the entry `number`. Raises BadList for one the main table has passed over."""
        taken = []
        while self._next and (found := _number(self._next[0], self._name)) <= number:
            if found < number:
                raise BadList("belongs-to-nobody", file=self._name, number=found)
            taken.append(self._next)
            self._next = next(self._rows, None)
        return taken

    def finish(self) -> None:
        if self._next:
            raise BadList("belongs-to-nobody", file=self._name, number=self._next[0])


def _number(text: str, name: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise BadList("out-of-order", file=name, number=text[:40])
    return int(text)


def _rows(members: dict[str, Iterator[Fields]]) -> Iterator[EntityRow]:
    main = members["main"]
    beside = {
        part: _Beside(f"{part}.csv", members.get(part, iter(()))) for part in ("alt", "add", "comments")
    }
    before = -1
    for fields in main:
        number = _number(fields[0], "sdn.csv")
        if number < before:
            raise BadList("out-of-order", file="sdn.csv", number=number)
        before = number
        taken = {part: table.take(number) for part, table in beside.items()}
        yield _row(fields, taken["alt"], taken["add"], [row[1] for row in taken["comments"]])
    for table in beside.values():
        table.finish()


def _row(fields: Fields, aliases: list[Fields], addresses: list[Fields], more_remarks: Fields) -> EntityRow:
    number, name, kind, programmes, title, *ship, remarks = fields
    facts = Facts(KINDS.get(kind.capitalize() or "Entity", EntityKind.OTHER))
    for label, value in zip(VESSEL_LABELS, ship, strict=True):
        facts.add(label, value)
    weak = list(_remarks(facts, remarks, more_remarks))
    names = [NameRow(natural(name, facts.kind), NameKind.PRIMARY)] if name else []
    return facts.row(
        number,
        chain(names, _aliases(aliases, facts.kind), weak),
        positions=(title,) if title else (),
        programmes=tuple(dict.fromkeys(part for part in re.split(r"\]?\s*\[|\]", programmes) if part)),
        addresses=_addresses(addresses),
    )


def _aliases(rows: list[Fields], kind: EntityKind) -> Iterator[NameRow]:
    for _number, _alias_number, alias_kind, name, _remarks in rows:
        if name:
            yield NameRow(natural(name, kind), ALIAS_KINDS.get(alias_kind, NameKind.ALIAS))


def _addresses(rows: list[Fields]) -> Iterator[AddressRow]:
    facts = Facts(EntityKind.OTHER)
    for _number, _address_number, street, city, country, note in rows:
        if line := ", ".join(part for part in (street, city, country) if part):
            yield AddressRow(line, facts.of_country(country), tidy(note))


def _remarks(facts: Facts, remarks: str, more: Fields) -> Iterator[NameRow]:
    """Sort the remarks, and yield the names in them."""
    text = "".join((remarks, *more))
    *pieces, last = map(tidy, text.split(";"))
    is_cut = len(text) >= LONGEST_REMARKS and not more
    for piece in filter(None, pieces if is_cut else (*pieces, _unstopped(last))):
        if name := WEAK_NAME.fullmatch(piece):
            yield NameRow(natural(name[1], facts.kind), NameKind.WEAK_ALIAS)
        else:
            _sort(facts, piece)
    if is_cut:
        facts.remarks.append(f"{last}…")  # half a name is no name


def _unstopped(piece: str) -> str:
    return piece if ABBREVIATION.search(piece) else piece.removesuffix(".")


def _sort(facts: Facts, piece: str) -> None:
    found = labelled(piece)
    if not found or _is_sentence(*found):
        facts.remark(piece)
    elif NO_IDENTIFIER.search(found[0]):
        facts.add(*found)
    else:
        number, country, note = written_number(found[1])
        facts.add(found[0], number, country, note)


def _is_sentence(label: str, value: str) -> bool:
    """Say whether a piece with the label of a number gives none ("Passport issued in Nowhere")."""
    is_number = label.lower() not in SORTED and not NO_IDENTIFIER.search(label) and label not in WORDED
    return is_number and not NUMBER.search(value)
