"""Read the first sheet of a workbook as text, and refuse what a spreadsheet has made a number."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zipfile import is_zipfile

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from screening.control.files import opened
from screening.importers.files import UNPACKING_ERRORS
from screening.refusals import BadList

# What reading a file raises that is no workbook, or one with a sheet that is no XML.
WORKBOOK_ERRORS = (InvalidFileException, KeyError, IndexError, SyntaxError, *UNPACKING_ERRORS)
WORKBOOK_PART = "xl/workbook.xml"


def is_workbook(path: Path) -> bool:
    """Say whether the file is a workbook, which is a ZIP of its own kind."""
    if not is_zipfile(path):
        return False
    with path.open("rb") as file:
        return WORKBOOK_PART.encode() in file.read()  # the names stand uncompressed in the archive


def text_rows(path: Path) -> list[tuple[int, list[str]]]:
    """Return each row of the first sheet that says something, with its number; "" for an empty cell.

    Rows that end early are as wide as the first that does not begin with "#". Raises BadList for a workbook
    that cannot be read and for a cell that holds a number.
    """
    rows = list(_rows(path))
    width = next((len(cells) for _number, cells in rows if not cells[0].startswith("#")), 0)
    return [
        (number, cells if cells[0].startswith("#") else cells + [""] * (width - len(cells)))
        for number, cells in rows
    ]


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    with opened(path):
        pass  # looks at how much would come out of it
    with path.open("rb") as file:
        try:
            book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
            for number, row in enumerate(book.worksheets[0].iter_rows(values_only=True), start=1):
                cells = [_text(value, number, place) for place, value in enumerate(row, start=1)]
                while cells and not cells[-1]:
                    cells.pop()
                if cells:
                    yield number, cells
        except WORKBOOK_ERRORS as error:
            raise BadList("not-a-workbook", why=str(error)[:120]) from error


def _text(value: Any, number: int, place: int) -> str:
    """Return the text of a cell. A number would have lost its zeros in front, or was a code such as 1E001."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, datetime):
        return value.date().isoformat()
    raise BadList("cell-is-number", line=number, column=place, value=value)
