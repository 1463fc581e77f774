"""How the ledger is written: an id is taken, licences and lines are locked in order, balances and entries
change together.

Every function belongs into the transaction of an act (`licensing.actions.customs`, `.ledger`).
"""

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from operator import add
from typing import Any, Generic, TypeVar

import orjson
from django.conf import settings
from django.db import models
from django.db.models import Prefetch
from django.utils.translation import get_language, ngettext, override
from django.utils.translation import gettext as _

from licensing import prepared
from licensing.errors import ReasonCode, Refused
from licensing.models import (
    CorrectionConfirmation,
    Detention,
    EntryKind,
    Licence,
    LicenceLine,
    LicenceState,
    Reservation,
    Usage,
    User,
)
from licensing.references import read_reference
from licensing.units import converted, decimals_of, fits, plain, unit_name
from screening.asked_often import Question, loaded

Reasons = list[dict[str, Any]]
Row = TypeVar("Row", bound=models.Model)

ZERO = Decimal(0)
# A line that is used up refuses by itself, and says of which goods nothing remains.
BOOKABLE = (LicenceState.VALID, LicenceState.EXHAUSTED)
DETAINED = Question(
    lambda declaration: Detention.objects.unreleased().filter(declaration=declaration), "a declaration"
)
TAKING = (EntryKind.USE, EntryKind.RESERVE, EntryKind.POST)


class Rows(Generic[Row]):
    """Turns rows that came as JSON into those of a model. What did not come is asked for when it is read."""

    def __init__(self, model: type[Row]) -> None:
        self.model = model
        self.fields = [(one.attname, READ.get(type(one))) for one in model._meta.concrete_fields]

    def row(self, told: dict[str, Any]) -> Row:
        came = ((name, read, told[name]) for name, read in self.fields if name in told)
        return loaded(self.model, {name: read(value) if read else value for name, read, value in came})


READ: dict[type, Callable[[Any], Any]] = {
    models.DecimalField: Decimal,
    models.DateTimeField: datetime.fromisoformat,
}
LICENCES, LINES, RESERVATIONS = Rows(Licence), Rows(LicenceLine), Rows(Reservation)


@dataclass(frozen=True, slots=True)
class Movement:
    """Whose declaration something moves under: the movement's names, beside the id of the message."""

    system: int  # the organisation
    declaration: str
    version: int


@dataclass(frozen=True, slots=True)
class Move:
    """What one entry changes on a line, in the line's unit and currency; below zero takes away."""

    line: LicenceLine
    kind: EntryKind
    quantity: Decimal = ZERO
    reserved: Decimal = ZERO
    value: Decimal = ZERO
    reserved_value: Decimal = ZERO
    item: int = 0
    reservation: Reservation | None = None
    confirmation: CorrectionConfirmation | None = None


@dataclass(slots=True)
class Taken:
    """What is known of a message whose id was taken, all of it locked until the transaction ends."""

    licences: dict[str, Licence]  # by number, with their lines
    reservations: dict[int, Reservation]  # open ones of the declaration, by item
    known: list[int]  # items of the declaration's version that moved this way before, under whatever id
    was_detained: bool  # whether customs ever kept goods of the declaration back


TAKE, BOOK = "SELECT take_message($1)", "SELECT book_moves($1, null)"
EVERY_ITEM = None


def take(
    client: User,
    client_key: str,
    declaration: str,
    licences: Collection[str],
    *,
    movement: Movement | None = None,
    kind: EntryKind | None = None,
    items: Sequence[int] | None = (),
) -> Taken | None:
    """Take the id for a new message, then lock the licences named and those that `items` of the movement are
    reserved under (EVERY_ITEM: all). None if another message bore the id first.

    A second copy of a message that is being handled waits here until the first is through. Suspending or
    revoking takes the same lock on a licence: what commits first holds. Licences, lines and reservations are
    each locked in the order of their ids, whatever order a message names them in.
    """
    asked = {
        "client": client.pk,
        "client_key": client_key,
        "licences": list(licences),
        "system": movement.system if movement else None,
        "declaration": declaration,
        "version": movement.version if movement else None,
        "kind": kind,
        "items": items if items is EVERY_ITEM else list(items),
        "spelled": read_reference(declaration),
    }
    told = prepared.ask(TAKE, asked)
    return None if told is None else _taken(orjson.loads(told))


def _taken(told: dict[str, Any]) -> Taken:
    licences = {row["id"]: LICENCES.row(row) for row in told["licences"]}
    lines: dict[int, LicenceLine] = {}
    for licence, rows in zip(licences.values(), told["lines"], strict=True):
        own = [LINES.row(row) for row in rows]
        licence.keep_lines(own)
        lines.update((line.pk, line) for line in own)
        if licence.pk not in told["with_terms"]:
            licence.known_terms = None  # type: ignore[attr-defined]
    reservations = [RESERVATIONS.row(row) for row in told["reservations"]]
    for one in reservations:
        if one.line_id in lines:
            one.line = lines[one.line_id]
    return Taken(
        {licence.reference: licence for licence in licences.values()},
        {one.item: one for one in reservations},
        told["known"],
        told["was_detained"],
    )


def known(client: User, client_key: str, digest: str) -> Usage:
    """Return the message that bore an id first, with its answer. Raises Refused (code "id-reused") if it
    said something else."""
    first = Usage.objects.select_related("licence").get(client=client, client_key=client_key)
    if first.body_digest != digest:
        raise id_reused()
    return first


def id_reused() -> Refused:
    return Refused(_("This id was used before for another message. Use a new id."), code="id-reused")


def digest(*content: Any) -> str:
    """Return the SHA-256 of what is asked, to tell a repeat from a clash."""
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def locked(references: Collection[str]) -> dict[str, Licence]:
    """Return the licences by number with their lines, all locked until the transaction ends, in the order in
    which messages lock them."""
    lines = LicenceLine.objects.select_for_update().order_by("pk")
    licences = Licence.objects.select_for_update(of=("self",)).order_by("pk")
    found = licences.filter(reference__in=references).prefetch_related(Prefetch("lines", lines))
    return {licence.reference: licence for licence in found}


def book(moves: Sequence[Move], *, movement: Movement | None, at: datetime) -> None:
    """Book what no message asks for. The lines must be locked."""
    if moves and not prepared.ask(BOOK, booking(moves, movement, at)):
        raise changed_meanwhile()


def booking(moves: Sequence[Move], movement: Movement | None, at: datetime) -> dict[str, Any]:
    """Return how the balances change, which reservations are made and shrink, and what entries say of it: the
    columns that book_moves takes. What changes is the sum of what the entries say, so that both can't differ.

    Only what takes from a licence asks whether it is in force, in the statement that changes the balance.
    The database refuses an overdraft even if what was checked before were wrong.
    """
    lines = _sums((move.line.pk, _amounts(move)) for move in moves)
    held = _sums(
        (move.reservation.pk, (move.reserved, move.reserved_value))
        for move in moves
        if move.reservation and move.reservation.pk  # one that is made now has none yet
    )
    # One that a licence's replacement made came with what is open.
    shrinks = {pk: by for pk, by in held.items() if by[0] < 0}
    taking = {move.line.pk for move in moves if move.kind in TAKING}
    return {
        "system": movement.system if movement else None,
        "declaration": movement.declaration if movement else "",
        "version": movement.version if movement else 1,
        "at": at.isoformat(),
        "account": list(lines),
        "takes": [pk in taking for pk in lines],
        **_columns(("used", "reserved", "used_value", "reserved_value"), lines.values()),
        "shrinks": list(shrinks),
        **_columns(("by_quantity", "by_value"), shrinks.values()),
        "entry_line": [move.line.pk for move in moves],
        "entry_kind": [move.kind.value for move in moves],
        **_columns(
            ("entry_quantity", "entry_reserved", "entry_value", "entry_reserved_value"), map(_amounts, moves)
        ),
        "entry_item": [move.item for move in moves],
        "entry_reservation": [move.reservation and move.reservation.pk for move in moves],
        "entry_expires_at": [move.reservation and move.reservation.expires_at.isoformat() for move in moves],
        "entry_confirmation": [move.confirmation and move.confirmation.pk for move in moves],
    }


def _amounts(move: Move) -> tuple[Decimal, ...]:
    return move.quantity, move.reserved, move.value, move.reserved_value


def _sums(added: Iterable[tuple[int, tuple[Decimal, ...]]]) -> dict[int, tuple[Decimal, ...]]:
    """Return what is added to each row, in the order of their ids."""
    sums: dict[int, tuple[Decimal, ...]] = {}
    for pk, amounts in added:
        sums[pk] = tuple(map(add, sums[pk], amounts)) if pk in sums else amounts
    return dict(sorted(sums.items()))


def _columns(names: Sequence[str], rows: Iterable[tuple[Decimal, ...]]) -> dict[str, list[str]]:
    """Return rows of amounts as columns, exact: each amount is text."""
    columns = list(zip(*rows, strict=True)) or [()] * len(names)
    return {name: list(map(str, column)) for name, column in zip(names, columns, strict=True)}


def changed_meanwhile() -> Refused:
    return Refused(_("The licence changed meanwhile. Send the same message again."), code="unavailable")


def against_state(licence: Licence, at: datetime) -> Reasons:
    state = licence.state(at)
    if state in BOOKABLE:
        return []
    if replacement := licence.replacement:
        words = _("Licence %(licence)s was replaced by licence %(replacement)s. Name that one.")
        said = {"licence": licence.reference, "replacement": replacement.reference}
        return [
            {
                "code": ReasonCode.LICENCE_REPLACED,
                "detail": words % said,
                "state": state.value,
                "replaced_by": replacement.reference,
            }
        ]
    words = _("Licence %(licence)s can't be used: %(state)s.")
    detail = words % {"licence": licence.reference, "state": str(state.label).lower()}
    return [{"code": ReasonCode.NOT_IN_FORCE, "detail": detail, "state": state.value}]


def in_unit_of(line: LicenceLine, quantity: Decimal, unit: str) -> tuple[Decimal, Reasons]:
    """Return the quantity in the line's unit, and what stands against it as a quantity of the line."""
    name = _name(line.unit)
    amount = converted(quantity, unit, line.unit)
    if amount is None:
        words = _(
            "Line %(line)d is licensed in %(unit)s (%(code)s), and %(theirs)s can't be converted into that."
        )
        said = {"line": line.number, "unit": name, "code": line.unit, "theirs": _name_and_code(unit)}
        return ZERO, [reason(ReasonCode.OTHER_UNIT, line.number, words % said, unit=line.unit)]
    if amount <= 0:
        words = _("Give more than zero for line %(line)d.")
        return ZERO, [reason(ReasonCode.NOT_POSITIVE, line.number, words % {"line": line.number})]
    # What was converted is rounded to what is stored; what can only be counted must come out whole.
    if not fits(amount, line.unit) and (unit == line.unit or not decimals_of(line.unit)):
        return ZERO, [reason(ReasonCode.TOO_FINE, line.number, _too_fine(line, name), unit=line.unit)]
    return amount, []


def against_detention(declaration: str, *, was_detained: bool) -> Reasons:
    """Refuse for goods that customs keeps back: nothing of their declaration leaves before two let it."""
    if not was_detained or not DETAINED.ask(read_reference(declaration)):
        return []
    detail = _("The goods of the declaration %(declaration)s are detained. Wait for the authority’s answer.")
    return [{"code": ReasonCode.DETAINED, "detail": detail % {"declaration": declaration}}]


def against_amount(line: LicenceLine, amount: Decimal, remaining: Decimal) -> Reasons:
    if amount <= remaining:
        return []
    words = _("Line %(line)d: %(asked)s asked for, but what remains is %(remaining)s.")
    asked, rest = in_words(amount, line.unit), in_words(remaining, line.unit)
    detail = words % {"line": line.number, "asked": asked, "remaining": rest}
    return [reason(ReasonCode.NOT_ENOUGH, line.number, detail, remaining=plain(remaining), unit=line.unit)]


def against_value(line: LicenceLine, value: Decimal, currency: str, remaining: Decimal) -> Reasons:
    """Return what stands against a declared value; "" as its currency means the line's own."""
    if currency and currency != line.currency:
        words = _("The value of line %(line)d is licensed in %(currency)s, not in %(theirs)s.")
        said = {"line": line.number, "currency": line.currency, "theirs": currency}
        return [reason(ReasonCode.OTHER_CURRENCY, line.number, words % said)]
    if value <= remaining:
        return []
    words = _(
        "Line %(line)d: a value of %(asked)s %(currency)s asked for, but what remains is %(remaining)s."
    )
    said = {
        "line": line.number,
        "asked": plain(value),
        "currency": line.currency,
        "remaining": plain(remaining),
    }
    return [reason(ReasonCode.NOT_ENOUGH_VALUE, line.number, words % said, remaining_value=plain(remaining))]


def in_words(quantity: Decimal, unit: str) -> str:
    return f"{plain(quantity)} {unit_name(unit, get_language() or 'es', quantity)}"


def _name(unit: str) -> str:
    return unit_name(unit, get_language() or "es")


def _name_and_code(unit: str) -> str:
    name = _name(unit)
    return unit if name == unit else f"{name} ({unit})"


def _too_fine(line: LicenceLine, unit: str) -> str:
    decimals = decimals_of(line.unit)
    said = {"line": line.number, "unit": unit, "decimals": decimals}
    if not decimals:
        return _("Line %(line)d is counted in %(unit)s without decimals, for example 12.") % said
    words = ngettext(
        "Line %(line)d is counted in %(unit)s with at most %(decimals)d decimal place.",
        "Line %(line)d is counted in %(unit)s with at most %(decimals)d decimal places.",
        decimals,
    )
    return words % said


def reason(code: ReasonCode, line: int, detail: str, **more: Any) -> dict[str, Any]:
    return {"code": code, "detail": detail, "line": line, **more}


def in_every_language(find: Callable[[], Reasons]) -> Reasons:
    """Return the reasons with their words in each language, for whoever reads them later. `find` changes
    nothing."""
    found = find()
    words: list[dict[str, str]] = [{} for _reason in found]
    for language, _name in settings.LANGUAGES if found else ():
        with override(language):
            for said, again in zip(words, find(), strict=True):
                said[language] = again["detail"]
    return [{**reason, "words": said} for reason, said in zip(found, words, strict=True)]


def unknown_line(reference: str, number: int) -> Reasons:
    words = _("Licence %(licence)s has no line %(line)d.")
    return [reason(ReasonCode.UNKNOWN_LINE, number, words % {"licence": reference, "line": number})]


def line_of(licence: Licence, number: int) -> LicenceLine | None:
    return next((line for line in licence.accounts if line.number == number), None)


def refusal(reasons: Reasons, title: str) -> dict[str, Any]:
    """Return the answer with its words, so that a retry reads the same in whatever language it asks."""
    return {"title": title, "reasons": reasons}
