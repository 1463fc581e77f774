"""Tables beside the lists: the EU's correlation with customs codes, the US country chart and groups."""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from screening.control.files import json_object, opened
from screening.control.rows import CorrelationRow, MarkRow, MemberRow, TableDraft
from screening.control.sheets import WORKBOOK_ERRORS
from screening.control.wording import checked_code
from screening.control_models import TableKind
from screening.importers.dates import iso_day
from screening.refusals import BadList

# How the heads of the correlation table have been written over the years.
CN_HEADS = ("cn", "cn code", "cn codes", "cn-code", "nomenclature code", "código nc", "nc")
CODE_HEADS = (
    "dual-use",
    "dual use",
    "dual-use code",
    "dual use code",
    "dual-use codes",
    "código de doble uso",
)
HS = re.compile(r"\d{4,12}")
SEVERAL = re.compile(r"[;,\s]+")
NO_MARK = "No column has a mark."  # what is kept of a destination for which the chart says nothing else
HEAD_WITHIN = 20  # rows of a sheet, among which its head stands


def parse_correlation(path: Path) -> TableDraft:
    """Read the correlation table of the European Commission, its first sheet. It does not say its day."""
    with opened(path):
        pass  # looks at how much would come out of it
    with path.open("rb") as file:
        try:
            book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
            sheet = enumerate(book.worksheets[0].iter_rows(), start=1)
            rows = tuple(dict.fromkeys(_correlations(sheet)))
        except WORKBOOK_ERRORS as error:
            raise BadList("not-a-workbook", why=str(error)[:120]) from error
    return TableDraft("eu-dual-use", TableKind.HS_CORRELATION, None, rows)


def _correlations(rows: Iterator[tuple[int, Iterable[Any]]]) -> Iterator[CorrelationRow]:
    cn, code = _head(rows)
    for number, cells in rows:
        values = [cell.value for cell in cells]
        left, right = _at(values, cn), _at(values, code)
        if left is None and right is None:
            continue
        if left is None or right is None:
            raise BadList("cell-empty", line=number, column="CN" if left is None else "dual-use")
        hs = re.sub(r"[.\s\u00a0]", "", _text(left, number, "CN"))
        if not HS.fullmatch(hs):
            raise BadList("no-customs-code", line=number, entry=str(left)[:40])
        for one in SEVERAL.split(_text(right, number, "dual-use").strip()):
            yield CorrelationRow(checked_code(one.rstrip("."), number), hs)


def _head(rows: Iterator[tuple[int, Iterable[Any]]]) -> tuple[int, int]:
    seen = []
    for number, cells in rows:
        names = [" ".join(str(cell.value or "").lower().split()) for cell in cells]
        seen += names
        cn = next((place for place, name in enumerate(names) if name in CN_HEADS), None)
        code = next((place for place, name in enumerate(names) if name in CODE_HEADS), None)
        if cn is not None and code is not None:
            return cn, code
        if number >= HEAD_WITHIN:
            break
    found = ", ".join(filter(None, seen))[:200]
    raise BadList("wrong-columns", missing="CN code, Dual-use code", found=found)


def _at(values: list[Any], place: int) -> Any:
    return values[place] if place < len(values) and values[place] not in ("", None) else None


def _text(value: Any, number: int, column: str) -> str:
    """Return a cell's text. A number would have lost its zeros in front, or was a code such as 1E001."""
    if not isinstance(value, str):
        raise BadList("cell-is-number", line=number, column=column, value=value)
    return value.strip()


def parse_chart(path: Path) -> TableDraft:
    """Read the Commerce Country Chart in its JSON form: columns, and each destination with its marks."""
    with opened(path) as file:
        content = json_object(file.read(), needed=("columns", "countries", "countryCount", "ecfrIssueDate"))
    columns, countries = set(content["columns"]), content["countries"]
    if not isinstance(countries, dict) or len(countries) != content["countryCount"]:
        found = len(countries) if isinstance(countries, dict) else 0
        raise BadList("count-differs", said=content["countryCount"], found=found)
    marked = [_mark_row(name, row, columns) for name, row in countries.items()]
    pointed = [_pointer_row(name, row) for name, row in dict(content.get("embargoed", {})).items()]
    rows = (*marked, *pointed)
    return TableDraft("us-ccl", TableKind.COUNTRY_CHART, _day(content), rows)


def _mark_row(name: str, row: Any, columns: set[str]) -> MarkRow:
    try:
        marks, footnotes = tuple(row["marks"]), tuple(int(note) for note in row.get("footnotes", ()))
    except (TypeError, KeyError, ValueError) as error:
        raise BadList("no-text-under", key=name) from error
    if unknown := set(marks) - columns:
        raise BadList("unknown-column", column=sorted(unknown)[0], known=", ".join(sorted(columns)))
    return MarkRow(name, marks, footnotes, "" if marks else NO_MARK)


def _pointer_row(name: str, row: Any) -> MarkRow:
    """Return an embargoed destination: without a mark, since other parts of the law speak of it."""
    if not isinstance(row, dict) or not row.get("pointer"):
        raise BadList("no-text-under", key=name)
    return MarkRow(name, (), tuple(row.get("footnotes", ())), str(row["pointer"]))


def parse_groups(path: Path) -> TableDraft:
    """Read the Country Groups of part 740 in their JSON form: each group with its destinations."""
    with opened(path) as file:
        content = json_object(file.read(), needed=("groups", "labels", "ecfrIssueDate"))
    groups, labels = content["groups"], content["labels"]
    if not isinstance(groups, dict) or not all(isinstance(names, list) for names in groups.values()):
        raise BadList("not-this-json", expected="groups")
    rows = tuple(
        MemberRow(group, str(name), str(labels.get(group, "")))
        for group, names in groups.items()
        for name in names
    )
    return TableDraft("us-ccl", TableKind.COUNTRY_GROUPS, _day(content), rows)


def _day(content: dict[str, Any]) -> date | None:
    return iso_day(str(content["ecfrIssueDate"]))
