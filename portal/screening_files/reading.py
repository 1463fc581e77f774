"""Read parties from a table: its columns are in screening/README.md, in Spanish or in English."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from licensing.searches import Asked
from portal.screening_files import tables
from portal.screening_files.tables import Cells, Layout, Wrong, plain
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
LAYOUT = Layout(
    COLUMNS,
    whole=frozenset({"id", "name"}),
    needed=frozenset({"name", "identifiers"}),
    lacks_column=gettext_lazy("The first line names the columns; one of them is “name” or “nombre”."),
    ending=gettext_lazy("A file of parties ends in .csv, .xlsx or .jsonl."),
)
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
DAY_FIRST = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
LONGEST = 400  # characters of one value
MOST_VALUES = 50  # of one cell


@dataclass(frozen=True, slots=True)
class Row:
    """One party of the file."""

    line: int
    id: str  # as the file has it; "" if it has none
    asked: Asked


def check(path: Path, *, ignore_others: bool = False) -> int:
    """Read the file to its end and return how many parties it has. Raises BadFile with its first mistakes."""
    return tables.count(_parties(path, ignore_others), _("The file names nobody."))


def read(path: Path, *, ignore_others: bool = False) -> Iterator[Row]:
    """Yield the parties of a file that `check` took. Raises BadFile if it is wrong now."""
    return tables.right(_parties(path, ignore_others))


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
    for line, found in tables.records(path, LAYOUT, ignore_others):
        if isinstance(found, Wrong):
            yield line, found
            continue
        try:
            yield line, _row(line, found)
        except Wrong as wrong:
            yield line, wrong


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
    if len(values) == 1 and (kind := KINDS.get(plain(values[0]))):
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
