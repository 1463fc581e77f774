"""Read parties from a table: its columns are in screening/README.md, in Spanish or in English.

Every mistake is told with its line, and any mistake refuses the file: half a file compared looks like a whole
one. Lines are read one by one, so the size of a file costs no memory.
"""

import csv
import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from licensing.searches import Asked
from screening.birth import span_of
from screening.importers.countries import code_of, country_code
from screening.models import EntityKind
from screening.numbers import SHORTEST, plain_number

# What a column may be called, without accents and in small letters.
COLUMNS: dict[str, tuple[str, ...]] = {
    "id": ("id", "referencia", "reference"),
    "name": ("name", "nombre"),
    "other_names": ("other_names", "otros_nombres", "alias", "aliases"),
    "kind": ("kind", "tipo"),
    "countries": ("countries", "country", "paises", "pais"),
    "born": ("born", "date_of_birth", "nacimiento", "fecha_de_nacimiento"),
    "identifiers": ("identifiers", "identifier", "identificadores", "identificador", "numero"),
}
FIELD_OF = {name: field for field, names in COLUMNS.items() for name in names}
KINDS = {
    "person": EntityKind.PERSON,
    "persona": EntityKind.PERSON,
    "organisation": EntityKind.ORGANISATION,
    "organization": EntityKind.ORGANISATION,
    "organizacion": EntityKind.ORGANISATION,
    "company": EntityKind.ORGANISATION,
    "empresa": EntityKind.ORGANISATION,
    "vessel": EntityKind.VESSEL,
    "buque": EntityKind.VESSEL,
    "aircraft": EntityKind.AIRCRAFT,
    "aeronave": EntityKind.AIRCRAFT,
    "other": EntityKind.OTHER,
    "otro": EntityKind.OTHER,
}
SEVERAL = re.compile(r"\s*[;|]\s*")
DAY_FIRST = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
LONGEST = 400  # characters of one value
MOST_VALUES = 50  # of one cell
MOST_ERRORS = 20  # told at once

Cells = dict[str, list[str]]  # field -> values


class BadFile(Exception):
    """The file can't be taken; `errors` say why, each with its line where it has one."""

    def __init__(self, errors: Iterable[str]) -> None:
        self.errors = list(errors)
        super().__init__(" ".join(self.errors))


@dataclass(frozen=True, slots=True)
class Row:
    """One party of the file."""

    line: int
    id: str  # as the file has it; "" if it has none
    asked: Asked


class Wrong(Exception):
    """One value is not right; the words say which and what would be."""


def check(path: Path, *, ignore_others: bool = False) -> int:
    """Read the file to its end and return how many parties it has. Raises BadFile with its first mistakes."""
    errors: list[str] = []
    count = 0
    for line, found in _parties(path, ignore_others):
        if isinstance(found, Wrong):
            errors.append(_("Line %(line)d: %(why)s") % {"line": line, "why": found})
            if len(errors) == MOST_ERRORS:
                errors.append(
                    _("There may be more; only the first %(count)d are told.") % {"count": MOST_ERRORS}
                )
                break
        else:
            count += 1
    if errors:
        raise BadFile(errors)
    if not count:
        raise BadFile([_("The file names nobody.")])
    return count


def read(path: Path, *, ignore_others: bool = False) -> Iterator[Row]:
    """Yield the parties of a file that `check` took. Raises BadFile if it is wrong now."""
    for line, found in _parties(path, ignore_others):
        if isinstance(found, Wrong):
            raise BadFile([_("Line %(line)d: %(why)s") % {"line": line, "why": found}])
        yield found


def year_first(typed: str) -> str:
    """Return "3/5/1971" as 1971-05-03; anything else as it is."""
    match = DAY_FIRST.fullmatch(typed)
    if not match:
        return typed
    try:
        return date(int(match[3]), int(match[2]), int(match[1])).isoformat()
    except ValueError:
        return typed


def _parties(path: Path, ignore_others: bool) -> Iterator[tuple[int, Row | Wrong]]:
    for line, found in _records(path)(path, ignore_others):
        if isinstance(found, Wrong):
            yield line, found
            continue
        try:
            yield line, _row(line, found)
        except Wrong as wrong:
            yield line, wrong


Records = Callable[[Path, bool], Iterator[tuple[int, "Cells | Wrong"]]]


def _records(path: Path) -> Records:
    readers: dict[str, Records] = {".csv": _csv, ".xlsx": _xlsx, ".jsonl": _jsonl}
    try:
        return readers[path.suffix.lower()]
    except KeyError:
        raise BadFile([_("A file of parties ends in .csv, .xlsx or .jsonl.")]) from None


def _csv(path: Path, ignore_others: bool) -> Iterator[tuple[int, Cells | Wrong]]:
    with path.open("rb") as file:
        lines = _decoded(file)
        first = next(lines, "")
        delimiter = max(",;\t", key=first.count)
        head = next(csv.reader([first], delimiter=delimiter), [])
        fields = _fields(head, ignore_others)
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        line = 2
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                raise BadFile([_("Line %(line)d: %(why)s") % {"line": line, "why": error}]) from error
            yield from _record(line, cells, fields)
            line = reader.line_num + 2


def _decoded(file: Iterable[bytes]) -> Iterator[str]:
    for number, raw in enumerate(file, start=1):
        try:
            yield raw.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError:
            text = _("Line %(line)d is not in UTF-8. Save the table as “CSV UTF-8”.")
            raise BadFile([text % {"line": number}]) from None


def _xlsx(path: Path, ignore_others: bool) -> Iterator[tuple[int, Cells | Wrong]]:
    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (BadZipFile, InvalidFileException, KeyError, ValueError, OSError) as error:
        raise BadFile(
            [_("The file is not a spreadsheet in the form XLSX (%(why)s).") % {"why": error}]
        ) from error
    with closing(book):
        rows = book.worksheets[0].iter_rows(values_only=True)
        fields = _fields([_cell(value) for value in next(rows, ())], ignore_others)
        for line, values in enumerate(rows, start=2):
            yield from _record(line, [_cell(value) for value in values], fields)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _jsonl(path: Path, ignore_others: bool) -> Iterator[tuple[int, Cells | Wrong]]:
    with path.open("rb") as file:
        for line, text in enumerate(_decoded(file), start=1):
            if text.strip():
                yield line, _object(text, ignore_others)


def _object(text: str, ignore_others: bool) -> Cells | Wrong:
    try:
        found = json.loads(text)
    except (json.JSONDecodeError, RecursionError):
        return Wrong(_("this is not JSON."))
    if not isinstance(found, dict):
        return Wrong(_("a line holds one object in braces."))
    cells: Cells = {}
    for name, value in found.items():
        field = FIELD_OF.get(_plain(name))
        values = value if isinstance(value, list) else [] if value is None else [value]
        if field is None and not ignore_others:
            return Wrong(_unknown([name]))
        if field and not all(isinstance(one, str | int) and not isinstance(one, bool) for one in values):
            return Wrong(_("“%(name)s” holds a text, or a list of texts.") % {"name": name})
        if field:
            cells.setdefault(field, []).extend(str(one).strip() for one in values if str(one).strip())
    return cells


def _fields(head: list[str], ignore_others: bool) -> list[str]:
    """Return the field of each column, "" for one to pass over. Raises BadFile."""
    while head and not head[-1].strip():
        head.pop()  # spreadsheets have empty columns at the end
    fields = [FIELD_OF.get(_plain(name), "") for name in head]
    others = [name for name, field in zip(head, fields, strict=True) if not field]
    if others and not ignore_others:
        raise BadFile([_("Line %(line)d: %(why)s") % {"line": 1, "why": _unknown(others)}])
    if "name" not in fields and "identifiers" not in fields:
        raise BadFile([_("The first line names the columns; one of them is “name” or “nombre”.")])
    if twice := {field for field in fields if field and fields.count(field) > 1}:
        words = _("The first line names a column twice: %(names)s.")
        raise BadFile([words % {"names": ", ".join(sorted(twice))}])
    return fields


def _unknown(names: Iterable[str]) -> str:
    words = _("unknown column: %(names)s. Known are: %(known)s.")
    return words % {
        "names": ", ".join(name.strip()[:40] or "–" for name in names),
        "known": ", ".join(FIELD_OF),
    }


def _plain(name: str) -> str:
    """Return a column's name in small letters, without accents, blanks as underscores."""
    apart = unicodedata.normalize("NFD", name.strip().lower())
    return re.sub(r"[\s-]+", "_", "".join(sign for sign in apart if not unicodedata.combining(sign)))


def _record(line: int, cells: list[str], fields: list[str]) -> Iterator[tuple[int, Cells | Wrong]]:
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
            field: [text] if field in ("id", "name") else [one for one in SEVERAL.split(text) if one]
            for field, cell in zip(fields, cells, strict=False)
            if field and (text := " ".join(cell.split()))
        },
    )


def _row(line: int, cells: Cells) -> Row:
    for field, values in cells.items():
        if len(values) > MOST_VALUES or any(len(value) > LONGEST for value in values):
            words = _("“%(field)s” is longer than any real one (%(most)d values of %(longest)d characters).")
            raise Wrong(words % {"field": field, "most": MOST_VALUES, "longest": LONGEST})
    names = (*cells.get("name", ()), *cells.get("other_names", ()))
    identifiers = tuple(cells.get("identifiers", ()))
    if not any(sign.isalnum() for name in names for sign in name):
        names = ()
        if not identifiers or len(plain_number(identifiers[0])) < SHORTEST:
            raise Wrong(_("there is neither a name nor an identifier of five signs or more."))
    asked = Asked(
        names=tuple(name for name in names if any(sign.isalnum() for sign in name)),
        kind=_kind(cells.get("kind", [])),
        countries=tuple(map(_country, cells.get("countries", ()))),
        dates_of_birth=tuple(map(_born, cells.get("born", ()))),
        identifiers=identifiers,
    )
    return Row(line, (cells.get("id") or [""])[0], asked)


def _kind(values: list[str]) -> str:
    if not values:
        return ""
    if len(values) == 1 and (kind := KINDS.get(_plain(values[0]))):
        return kind.value
    words = _("“%(value)s” is no kind. Write one of: %(known)s.")
    raise Wrong(words % {"value": "; ".join(values)[:60], "known": ", ".join(KINDS)})


def _country(text: str) -> str:
    if code := code_of(text) or country_code(text):
        return code
    words = _("“%(value)s” is no country. Write its code of two letters, such as PA.")
    raise Wrong(words % {"value": text[:60]})


def _born(text: str) -> str:
    found = year_first(text)
    if span_of(found) is None:
        words = _("“%(value)s” is no date. Write 1971-05-03, 03/05/1971, 1971-05 or 1971.")
        raise Wrong(words % {"value": text[:60]})
    return found
