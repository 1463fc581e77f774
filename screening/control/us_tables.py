"""The country chart and the country groups as the eCFR publishes them, in XML; JSON is read by `tables`.

The chart is Supplement No. 1 to part 738 of 15 CFR: a row for each destination, an X in a column where a
licence is needed, footnotes raised behind the name; a row that points elsewhere spans the columns. The groups
are Supplement No. 1 to part 740: a table for each letter, with columns such as [A:1], or names alone (B).
"""

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

from screening.control import tables
from screening.control.files import opened
from screening.control.rows import MarkRow, MemberRow, TableDraft
from screening.control.us_ccl import day_of, root_of, said
from screening.control_models import TableKind
from screening.importers.xml import tidy
from screening.refusals import BadList

CHART_PART, GROUPS_PART = "738", "740"
COLUMN = re.compile(r"\b(CB|NP|NS|MT|RS|FC|CC|AT)\s*(?:Column\s*)?(\d)\b")
GROUP_COLUMN = re.compile(r"\[?\b([A-E]:\d{1,2})\b\]?")
GROUP_HEADING = re.compile(r"Country Group ([A-E])\b")
RAISED = ("SU", "sup")
RAISED_NUMBERS = re.compile(r"\d{1,2}")
MARK = "X"


def parse_chart(path: Path) -> TableDraft:
    with opened(path) as file:
        data = file.read()
    if _is_json(data):
        return tables.parse_chart(path)
    root = root_of(data, CHART_PART)
    charts = [table for table in root.iter("TABLE") if len(_columns(table)) > 1]
    if not charts:
        raise BadList("not-this-xml", expected="CB 1")
    rows = tuple(row for table in charts for row in _destinations(table))
    _check_once([row.destination for row in rows])
    return TableDraft("us-ccl", TableKind.COUNTRY_CHART, day_of(root), rows)


def _columns(table: Element) -> list[str]:
    """Return the columns of the chart in their order, "CB 1"; the heads stand in one row or in two."""
    heads = [" ".join(_cells_said(row)) for row in table.iter("TR") if row.find("TH") is not None]
    found = [[" ".join(match) for match in COLUMN.findall(head)] for head in heads]
    return max(found, key=len, default=[])


def _cells_said(row: Element) -> list[str]:
    return [said(cell) for cell in row if cell.tag in ("TH", "TD")]


def _destinations(table: Element) -> Iterator[MarkRow]:
    columns = _columns(table)
    for number, row in enumerate(table.iter("TR"), start=1):
        cells = [cell for cell in row if cell.tag == "TD"]
        if not cells:
            continue
        name, footnotes = _named(cells[0])
        if not name:
            raise BadList("cell-empty", line=number, column="Countries")
        marks = [said(cell) for cell in cells[1:]]
        if len(cells) == 2 and int(cells[1].get("colspan", "1")) >= len(columns):
            yield MarkRow(name, (), footnotes, marks[0])
            continue
        if len(marks) != len(columns):
            raise BadList("columns-differ", line=number, found=len(marks) + 1, expected=len(columns) + 1)
        if wrong := next((mark for mark in marks if mark not in ("", MARK)), None):
            raise BadList("cell-kind", line=number, column=name, value=wrong[:40], known=MARK)
        marked = tuple(column for column, mark in zip(columns, marks, strict=True) if mark)
        yield MarkRow(name, marked, footnotes, "" if marked else tables.NO_MARK)


def _named(cell: Element) -> tuple[str, tuple[int, ...]]:
    """Return the name in a cell and the numbers of the footnotes raised behind it."""
    raised = [" ".join(one.itertext()) for one in cell.iter() if one.tag in RAISED]
    numbers = tuple(int(number) for text in raised for number in RAISED_NUMBERS.findall(text))
    return tidy("".join(_without_raised(cell))), numbers


def _without_raised(element: Element) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        if child.tag not in RAISED:
            yield from _without_raised(child)
        yield child.tail or ""


def _check_once(names: list[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise BadList("twice", source_id=name)
        seen.add(name)


def _is_json(data: bytes) -> bool:
    return data.lstrip()[:1] in (b"{", b"[")


def parse_groups(path: Path) -> TableDraft:
    with opened(path) as file:
        data = file.read()
    if _is_json(data):
        return tables.parse_groups(path)
    root = root_of(data, GROUPS_PART)
    rows = tuple(_members(root))
    if not rows:
        raise BadList("not-this-xml", expected="Country Group")
    return TableDraft("us-ccl", TableKind.COUNTRY_GROUPS, day_of(root), rows)


def _members(root: Element) -> Iterator[MemberRow]:
    letter = ""
    for element in root.iter():
        if element.tag == "TABLE":
            letter = _letter(said(element)) or letter
            yield from _of_table(element, letter)
        elif element.tag in ("HD1", "HD2", "HD3", "FP", "P"):
            letter = _letter(said(element)) or letter


def _letter(text: str) -> str:
    match = GROUP_HEADING.match(text)
    return match[1] if match else ""


def _of_table(table: Element, letter: str) -> Iterator[MemberRow]:
    heads = _heads(table)
    for number, row in enumerate(table.iter("TR"), start=1):
        cells = [cell for cell in row if cell.tag == "TD"]
        if not cells:
            continue
        if heads:
            yield from _marked(cells, heads, number)
        elif letter:
            named = (_named(cell)[0] for cell in cells)
            yield from (MemberRow(letter, name, f"Country Group {letter}") for name in named if name)


Heads = list[tuple[str, str]]  # (group, label)


def _heads(table: Element) -> Heads:
    """Return the columns of a table of groups: ("A:1", what it is called)."""
    for row in table.iter("TR"):
        texts = [tidy("".join(_without_raised(cell))) for cell in row if cell.tag == "TH"]
        found = [
            (match[1], tidy(text.replace(match[0], "")))
            for text in texts
            if (match := GROUP_COLUMN.search(text))
        ]
        if found:
            return found
    return []


def _marked(cells: list[Element], heads: Heads, number: int) -> Iterator[MemberRow]:
    name, _footnotes = _named(cells[0])
    if len(cells) != len(heads) + 1:
        raise BadList("columns-differ", line=number, found=len(cells), expected=len(heads) + 1)
    for (group, label), cell in zip(heads, cells[1:], strict=True):
        mark = _named(cell)[0]
        if mark not in ("", MARK):
            raise BadList("cell-kind", line=number, column=group, value=mark[:40], known=MARK)
        if mark:
            yield MemberRow(group, name, label[:200])
