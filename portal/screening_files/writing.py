"""Write answers to a table, a line for each thing found and one where nothing was; in JSONL one a question.

The file appears whole or not at all. No cell of a table can become a formula: what others wrote is text.
"""

import csv
import json
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from portal.screening_files.comparing import Compared
from portal.screening_files.tables import BadFile

COLUMNS: dict[str, Promise] = {
    "line": gettext_lazy("Line"),
    "id": gettext_lazy("Reference"),
    "name": gettext_lazy("Name"),
    "result": gettext_lazy("Result"),
    "points": gettext_lazy("Points"),
    "band": gettext_lazy("Band"),
    "matched_name": gettext_lazy("Name that matched"),
    "listed_name": gettext_lazy("Listed name"),
    "entry_name": gettext_lazy("Main name in the list"),
    "kind": gettext_lazy("Kind"),
    "countries": gettext_lazy("Countries"),
    "born": gettext_lazy("Born on"),
    "list_name": gettext_lazy("List"),
    "edition": gettext_lazy("Edition"),
    "source_id": gettext_lazy("Number in the list"),
    "programmes": gettext_lazy("Programmes"),
    "reasons": gettext_lazy("Reasons"),
}
MOST_ROWS = 1_048_576  # of a spreadsheet
LONGEST_CELL = 32_767  # characters
STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

Value = str | int | float
Write = Callable[[Any], None]


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a file of answers holds."""

    columns: dict[str, Promise]  # of a table, by the keys of its rows
    rows_of: Callable[[Any], Iterator[dict[str, Value]]]  # the lines of a table for one answer
    object_of: Callable[[Any], dict[str, Any]]  # one answer as a line of JSONL


@contextmanager
def answers(path: Path, sheet: Sheet) -> Iterator[Write]:
    """Yield a function that takes the answers one by one; the file is at `path` when the block ended well.

    Raises BadFile if the path says no format. It can be read by nobody but its owner.
    """
    writer = _writer(path)
    handle, scratch = tempfile.mkstemp(prefix=f".{path.name}.", suffix=path.suffix, dir=path.parent)
    os.close(handle)
    try:
        with writer(Path(scratch), sheet) as write:
            yield write
        with Path(scratch).open("rb+") as written:
            os.fsync(written.fileno())
        os.replace(scratch, path)
    finally:
        Path(scratch).unlink(missing_ok=True)


def _writer(path: Path) -> Callable[[Path, Sheet], Any]:
    try:
        return {".csv": _csv, ".xlsx": _xlsx, ".jsonl": _jsonl}[path.suffix.lower()]
    except KeyError:
        raise BadFile([_("The file of answers ends in .csv, .xlsx or .jsonl.")]) from None


def check(path: Path) -> None:
    """Raises BadFile if nothing can be written to `path`."""
    _writer(path)
    if not path.parent.is_dir():
        raise BadFile([_("There is no folder %(folder)s.") % {"folder": path.parent}])


@contextmanager
def _csv(path: Path, sheet: Sheet) -> Iterator[Write]:
    with path.open("w", encoding="utf-8-sig", newline="") as file:  # with its mark, or Excel misreads accents
        writer = csv.writer(file)
        writer.writerow(map(str, sheet.columns.values()))

        def write(answer: Any) -> None:
            for row in sheet.rows_of(answer):
                writer.writerow([no_formula(row.get(column, "")) for column in sheet.columns])

        yield write


def no_formula(value: Value) -> Value:
    """Return a value that no spreadsheet takes for a formula: an apostrophe makes it text."""
    return f"'{value}" if isinstance(value, str) and value.startswith(STARTS_A_FORMULA) else value


@contextmanager
def _xlsx(path: Path, sheet: Sheet) -> Iterator[Write]:
    book = Workbook(write_only=True)
    page = book.create_sheet(_("Answers"))
    page.freeze_panes = "A2"
    page.append([_text(page, str(label)) for label in sheet.columns.values()])
    written = 1

    def write(answer: Any) -> None:
        nonlocal written
        for row in sheet.rows_of(answer):
            written += 1
            if written > MOST_ROWS:
                raise BadFile([_("A spreadsheet can't hold so many lines. Write to .csv or .jsonl.")])
            page.append([_text(page, row.get(column, "")) for column in sheet.columns])

    yield write
    book.save(path)


def _text(page: Any, value: Value) -> Any:
    if not isinstance(value, str):
        return value
    cell = WriteOnlyCell(page, ILLEGAL_CHARACTERS_RE.sub("", value)[:LONGEST_CELL])
    cell.data_type = "s"  # text, whatever it begins with
    return cell


@contextmanager
def _jsonl(path: Path, sheet: Sheet) -> Iterator[Write]:
    with path.open("w", encoding="utf-8") as file:

        def write(answer: Any) -> None:
            file.write(json.dumps(sheet.object_of(answer), ensure_ascii=False) + "\n")

        yield write


def rows_of(compared: Compared) -> Iterator[dict[str, Value]]:
    """Yield the lines of a table for one party."""
    row = compared.row
    party: dict[str, Value] = {
        "line": row.line,
        "id": row.id,
        "name": (*row.asked.names, *row.asked.identifiers)[0],
    }
    if not compared.hits:
        yield {**party, "result": _("No similar name")}
    for hit in compared.hits:
        yield {**party, "result": _("Possible match"), **asdict(hit)}


def object_of(compared: Compared) -> dict[str, Any]:
    row = compared.row
    return {"line": row.line, "id": row.id, **row.asked.facts(), "hits": compared.codes}


PARTIES = Sheet(COLUMNS, rows_of, object_of)
