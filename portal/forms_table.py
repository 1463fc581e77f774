"""A table of paper forms: read it, report each form, and answer line by line.

Lines with the same number are one form, counted together or not at all. A form with a mistake does not keep
the others from being reported; the same table sent again counts nothing twice.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from licensing.actions import forms
from licensing.actions.messages import Declared
from licensing.country import pack
from licensing.errors import Refused
from licensing.models import Usage, User
from licensing.references import read_licence_number
from licensing.units import units
from portal.departed import Departed, lines_of
from portal.forms.departures import LARGEST, long_ago, past, read_quantity
from portal.screening_files import tables
from portal.screening_files.tables import BadFile, Cells, Layout, Wrong, plain
from portal.signs import HIDDEN_SIGNS

MOST_ROWS = 500
COLUMNS = {
    "number": ("formulario", "form"),
    "left_at": ("salida", "left_at"),
    "declaration": ("declaracion", "declaration"),
    "version": ("version",),
    "item": ("item",),
    "licence": ("licencia", "licence"),
    "line": ("linea", "line"),
    "quantity": ("cantidad", "quantity"),
    "unit": ("unidad", "unit"),
    "regime": ("regimen", "procedure"),
    "consignee": ("consignatario", "consignee"),
}
NEEDED = ("number", "left_at", "declaration", "licence", "line", "quantity", "unit")
LAYOUT = Layout(
    COLUMNS,
    whole=frozenset(COLUMNS),
    needed=frozenset({"number"}),
    lacks_column=gettext_lazy("The first line names the columns; one of them is “formulario” or “form”."),
    ending=gettext_lazy("A table of forms ends in .csv."),
)
MOMENTS = ("%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S", "%d/%m/%Y %H:%M")
SAME = ("declaration", "version", "left_at", "regime", "consignee")  # of all lines of a form
LONGEST = {"declaration": 60, "licence": 60, "consignee": 300}


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one line of the table."""

    line: int
    number: str
    tone: str
    word: str
    details: tuple[str, ...] = ()
    usage: Usage | None = None
    departed: Departed | None = None
    is_asked: bool = False  # whether its day is right


@dataclass(frozen=True, slots=True)
class Row:
    line: int
    given: dict[str, Any]

    @property
    def declared(self) -> Declared:
        given = self.given
        return Declared(given["item"], given["licence"], given["line"], given["quantity"], given["unit"])


def report(path: Path, *, days_are_right: bool, by: User, at: datetime) -> list[Answer]:
    """Report every form of the table, each in a transaction of its own. Raises BadFile if it is no table.

    Unless somebody says that such days are right, a form of goods that left long ago is asked about.
    """
    found = _read(path)
    by_form: dict[tuple[str, int], list[tuple[int, Row | str]]] = defaultdict(list)
    for line, number, one in found:
        by_form[number, 0 if number else line].append((line, one))
    answers = [
        answer
        for (number, _line), lines in by_form.items()
        for answer in _report_form(number, lines, days_are_right, by=by, at=at)
    ]
    return sorted(answers, key=lambda answer: answer.line)


def _read(path: Path) -> list[tuple[int, str, Row | str]]:
    found: list[tuple[int, str, Row | str]] = []
    for line, cells in tables.records(path, LAYOUT, False):
        if len(found) == MOST_ROWS:
            raise BadFile([_("Send at most %(most)d lines at a time.") % {"most": MOST_ROWS}])
        if isinstance(cells, Wrong):
            found.append((line, "", str(cells)))
            continue
        number = forms.read_number("".join(cells.get("number", ())))
        try:
            found.append((line, number, Row(line, _given(cells))))
        except (Wrong, ValidationError) as wrong:
            words = " ".join(wrong.messages) if isinstance(wrong, ValidationError) else str(wrong)
            found.append((line, number, words))
    if not found:
        raise BadFile([_("The table holds no forms.")])
    return found


def _given(cells: Cells) -> dict[str, Any]:
    """Return what a line says, read. Raises Wrong, and ValidationError."""
    said = {field: "".join(values) for field, values in cells.items()}
    if missing := [COLUMNS[field][0] for field in NEEDED if not said.get(field)]:
        raise Wrong(_("Fill in: %(columns)s.") % {"columns": ", ".join(missing)})
    for field, text in said.items():
        if HIDDEN_SIGNS.search(text) or "\0" in text:
            raise Wrong(_("A hidden character came along here. Type the text anew."))
        if len(text) > LONGEST.get(field, 60):
            raise Wrong(_("“%(column)s” is too long.") % {"column": COLUMNS[field][0]})
    unit = _unit(said["unit"])
    return {
        "left_at": _moment(said["left_at"]),
        "declaration": said["declaration"],
        "version": _whole(said.get("version", "1"), "version"),
        "item": _whole(said.get("item", "1"), "item"),
        "licence": read_licence_number(said["licence"]),
        "line": _whole(said["line"], "line", 32767),
        "quantity": read_quantity(said["quantity"], unit),
        "unit": unit,
        "regime": _regime(said.get("regime", "")),
        "consignee": said.get("consignee", ""),
    }


def _whole(typed: str, field: str, largest: int = LARGEST) -> int:
    if typed.isascii() and typed.isdigit() and 1 <= int(typed) <= largest:
        return int(typed)
    words = _("“%(typed)s” in “%(column)s” is no whole number from 1 on.")
    raise Wrong(words % {"typed": typed[:40], "column": COLUMNS[field][0]})


def _moment(typed: str) -> datetime:
    for pattern in MOMENTS:
        try:
            read = datetime.strptime(typed, pattern).replace(tzinfo=pack().time_zone)
        except ValueError:
            continue
        return past(read)
    words = _("“%(typed)s” is no day and time. Write 2026-11-30 14:30.")
    raise Wrong(words % {"typed": typed[:40]})


def _unit(typed: str) -> str:
    sought = plain(typed)
    for code, unit in units().items():
        names = (code, unit.es, unit.en, unit.plural_es, unit.plural_en)
        if sought in map(plain, names):
            return code
    words = _("“%(typed)s” is no unit we know. Write its code, such as C62 or KGM, or its name.")
    raise Wrong(words % {"typed": typed[:40]})


def _regime(typed: str) -> str:
    if not typed:
        return ""
    sought, known = plain(typed), pack().regimes
    for regime in known:
        if sought in {plain(regime.code), plain(str(regime.name))}:
            return regime.code
    words = _("“%(typed)s” is no customs procedure we know. Write one of: %(known)s.")
    raise Wrong(words % {"typed": typed[:40], "known": ", ".join(one.code for one in known)})


def _report_form(
    number: str, lines: list[tuple[int, Row | str]], days_are_right: bool, *, by: User, at: datetime
) -> Iterator[Answer]:
    rows = [one for _line, one in lines if isinstance(one, Row)]
    wrong = [line for line, one in lines if isinstance(one, str)]
    if wrong or not _agree(rows):
        for line, one in lines:
            why = one if isinstance(one, str) else _not_alone(wrong)
            yield Answer(line, number, "bad", _("Not reported"), (why,))
        return
    head = {name: rows[0].given[name] for name in SAME}
    if not days_are_right and (why := long_ago(head["left_at"])):
        for row in rows:
            yield Answer(row.line, number, "attention", _("Not reported"), (why,), is_asked=True)
        return
    try:
        usage, is_new = forms.report(number, [row.declared for row in rows], **head, by=by, at=at)
    except Refused as refused:
        why_not = tuple(map(str, refused.reasons))
        for row in rows:
            yield Answer(row.line, number, "bad", _("Not reported"), why_not)
        return
    for row, departed in zip(rows, lines_of(usage), strict=True):
        yield _recorded(row, number, departed, usage, is_new)


def _agree(rows: list[Row]) -> bool:
    return len({tuple(row.given[name] for name in SAME) for row in rows}) == 1


def _not_alone(wrong: list[int]) -> str:
    if wrong:
        words = _("Line %(line)d of the same form can't be read, and a form is reported whole.")
        return words % {"line": wrong[0]}
    return _("The lines of this form name different declarations, versions, moments or receivers.")


def _recorded(row: Row, number: str, departed: Departed, usage: Usage, is_new: bool) -> Answer:
    if not is_new:
        tone, word = "plain", _("Reported before; nothing was counted twice")
    elif departed.irregular:
        tone, word = "attention", _("Recorded; officers look into it")
    else:
        tone, word = "good", _("Recorded")
    return Answer(row.line, number, tone, word, departed.irregular, usage, departed)
