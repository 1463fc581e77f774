"""Read rows from a table (CSV, XLSX) or from lines of JSON, whatever they are about.

Every mistake is told with its line, and any mistake refuses the file: half a file looks like a whole one.
Lines are read one by one, so the size of a file costs no memory.
"""

import csv
import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar
from zipfile import BadZipFile

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

SEVERAL = re.compile(r"\s*[;|]\s*")
MOST_ERRORS = 20  # told at once

Cells = dict[str, list[str]]  # field -> values
Row = TypeVar("Row")


class BadFile(Exception):
    """The file can't be taken; `errors` say why, each with its line where it has one."""

    def __init__(self, errors: Iterable[str]) -> None:
        self.errors = list(errors)
        super().__init__(" ".join(self.errors))


class Wrong(Exception):
    """One value is not right; the words say which and what would be."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Which columns a file has, by what they may be called, without accents and in small letters."""

    columns: dict[str, tuple[str, ...]]
    whole: frozenset[str]  # fields of one value each; a cell of any other holds several, with ; or | between
    needed: frozenset[str]  # one of these columns must be there
    lacks_column: str | Promise  # said where none of them is
    ending: str | Promise  # said where the file is of another kind

    @property
    def field_of(self) -> dict[str, str]:
        return {name: field for field, names in self.columns.items() for name in names}


Found = Iterator[tuple[int, "Cells | Wrong"]]


def records(path: Path, layout: Layout, ignore_others: bool) -> Found:
    """Yield every row with its line. Raises BadFile for what is no such table at all."""
    readers: dict[str, Callable[[Path, Layout, bool], Found]] = {
        ".csv": _csv,
        ".xlsx": _xlsx,
        ".jsonl": _jsonl,
    }
    try:
        reader = readers[path.suffix.lower()]
    except KeyError:
        raise BadFile([str(layout.ending)]) from None
    return reader(path, layout, ignore_others)


def count(rows: Iterable[tuple[int, Row | Wrong]], nobody: str) -> int:
    """Return how many rows are right. Raises BadFile with the first mistakes, or with `nobody` for no row."""
    errors: list[str] = []
    right = 0
    for line, found in rows:
        if isinstance(found, Wrong):
            errors.append(told(line, found))
            if len(errors) == MOST_ERRORS:
                errors.append(
                    _("There may be more; only the first %(count)d are told.") % {"count": MOST_ERRORS}
                )
                break
        else:
            right += 1
    if errors:
        raise BadFile(errors)
    if not right:
        raise BadFile([nobody])
    return right


def right(rows: Iterable[tuple[int, Row | Wrong]]) -> Iterator[Row]:
    """Yield the rows of a file that `count` took. Raises BadFile if it is wrong now."""
    for line, found in rows:
        if isinstance(found, Wrong):
            raise BadFile([told(line, found)])
        yield found


def told(line: int, why: object) -> str:
    return _("Line %(line)d: %(why)s") % {"line": line, "why": why}


def _csv(path: Path, layout: Layout, ignore_others: bool) -> Found:
    with path.open("rb") as file:
        lines = _decoded(file)
        first = next(lines, "")
        delimiter = max(",;\t", key=first.count)
        head = next(csv.reader([first], delimiter=delimiter), [])
        fields = _fields(head, layout, ignore_others)
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        line = 2
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                raise BadFile([told(line, error)]) from error
            yield from _record(line, cells, fields, layout)
            line = reader.line_num + 2


def _decoded(file: Iterable[bytes]) -> Iterator[str]:
    for number, raw in enumerate(file, start=1):
        try:
            yield raw.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError:
            text = _("Line %(line)d is not in UTF-8. Save the table as “CSV UTF-8”.")
            raise BadFile([text % {"line": number}]) from None


def _xlsx(path: Path, layout: Layout, ignore_others: bool) -> Found:
    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (BadZipFile, InvalidFileException, KeyError, ValueError, OSError) as error:
        raise BadFile(
            [_("The file is not a spreadsheet in the form XLSX (%(why)s).") % {"why": error}]
        ) from error
    with closing(book):
        rows = book.worksheets[0].iter_rows(values_only=True)
        fields = _fields([_cell(value) for value in next(rows, ())], layout, ignore_others)
        for line, values in enumerate(rows, start=2):
            yield from _record(line, [_cell(value) for value in values], fields, layout)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _jsonl(path: Path, layout: Layout, ignore_others: bool) -> Found:
    with path.open("rb") as file:
        for line, text in enumerate(_decoded(file), start=1):
            if text.strip():
                yield line, _object(text, layout, ignore_others)


def _object(text: str, layout: Layout, ignore_others: bool) -> Cells | Wrong:
    try:
        found = json.loads(text)
    except (json.JSONDecodeError, RecursionError):
        return Wrong(_("this is not JSON."))
    if not isinstance(found, dict):
        return Wrong(_("a line holds one object in braces."))
    cells: Cells = {}
    field_of = layout.field_of
    for name, value in found.items():
        field = field_of.get(plain(name))
        values = value if isinstance(value, list) else [] if value is None else [value]
        if field is None and not ignore_others:
            return Wrong(_unknown([name], layout))
        if field and not all(isinstance(one, str | int) and not isinstance(one, bool) for one in values):
            return Wrong(_("“%(name)s” holds a text, or a list of texts.") % {"name": name})
        if field:
            cells.setdefault(field, []).extend(str(one).strip() for one in values if str(one).strip())
    return cells


def _fields(head: list[str], layout: Layout, ignore_others: bool) -> list[str]:
    """Return the field of each column, "" for one to pass over. Raises BadFile."""
    while head and not head[-1].strip():
        head.pop()  # spreadsheets have empty columns at the end
    field_of = layout.field_of
    fields = [field_of.get(plain(name), "") for name in head]
    others = [name for name, field in zip(head, fields, strict=True) if not field]
    if others and not ignore_others:
        raise BadFile([told(1, _unknown(others, layout))])
    if not layout.needed & set(fields):
        raise BadFile([str(layout.lacks_column)])
    if twice := {field for field in fields if field and fields.count(field) > 1}:
        words = _("The first line names a column twice: %(names)s.")
        raise BadFile([words % {"names": ", ".join(sorted(twice))}])
    return fields


def _unknown(names: Iterable[str], layout: Layout) -> str:
    words = _("unknown column: %(names)s. Known are: %(known)s.")
    return words % {
        "names": ", ".join(name.strip()[:40] or "–" for name in names),
        "known": ", ".join(layout.field_of),
    }


def plain(name: str) -> str:
    """Return a column's name in small letters, without accents, blanks as underscores."""
    apart = unicodedata.normalize("NFD", name.strip().lower())
    return re.sub(r"[\s-]+", "_", "".join(sign for sign in apart if not unicodedata.combining(sign)))


def _record(line: int, cells: list[str], fields: list[str], layout: Layout) -> Found:
    """Yield what a line of a table holds; nothing for an empty one."""
    if not any(cell.strip() for cell in cells):
        return
    if any(cell.strip() for cell in cells[len(fields) :]):
        words = _("it has %(found)d cells, but there are %(expected)d columns.")
        yield line, Wrong(words % {"found": len(cells), "expected": len(fields)})
        return
    yield (
        line,
        {
            field: [text] if field in layout.whole else [one for one in SEVERAL.split(text) if one]
            for field, cell in zip(fields, cells, strict=False)
            if field and (text := " ".join(cell.split()))
        },
    )
