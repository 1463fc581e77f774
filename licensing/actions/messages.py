"""How a message of customs is taken: its id, the work it asks for or the reasons against it, its answer, its
events. What the work is, the acts say (`licensing.actions.ledger`)."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from psycopg import errors

from licensing import bookings, notifications, prepared
from licensing.bookings import Move, Movement, Reasons, Taken
from licensing.errors import ReasonCode, Refused
from licensing.models import Action, EntryKind, Event, Irregularity, Licence, LicenceLine, Usage, User
from licensing.permissions import Permission, has
from licensing.terms import Shipment
from licensing.units import plain

ZERO = Decimal(0)
NOTHING_SAID = Shipment()


ALREADY = ("a_movement_counts_once", "an_item_has_one_open_reservation")


MESSAGE_REFUSED = gettext_lazy("The message is refused")
TITLES: dict[Usage.Kind, Any] = {Usage.Kind.USE: gettext_lazy("The write-off is refused")}
ACTION_OF_KIND = {
    Usage.Kind.USE: Action.RECORD_USAGE,
    Usage.Kind.RESERVE: Action.RESERVE,
    Usage.Kind.POST: Action.POST,
    Usage.Kind.RELEASE: Action.RELEASE,
    Usage.Kind.ADJUST: Action.ADJUST,
    Usage.Kind.DEPART: Action.DEPART,
}


@dataclass(frozen=True, slots=True)
class Message:
    """What every message says of itself."""

    client_key: str
    declaration: str
    version: int = 1
    shipment: Shipment = NOTHING_SAID
    left_at: datetime | None = None  # when the goods left, where a report of it says so


@dataclass(frozen=True, slots=True)
class Declared:
    """An item of a declaration and the line of a licence that covers it."""

    item: int
    licence: str
    number: int  # of the licence line
    quantity: Decimal
    unit: str  # UN/ECE Recommendation 20 code; converted into the line's own
    value: Decimal | None = None  # None: what the granted value makes of the quantity
    currency: str = ""  # of the value; "": the line's own


@dataclass(frozen=True, slots=True)
class Part:
    """What leaves, or is given back, of what is reserved for an item."""

    item: int
    quantity: Decimal | None = None  # None: all of it
    unit: str = ""  # "": the line's own
    value: Decimal | None = None  # None: the share of the reserved value
    currency: str = ""


@dataclass(slots=True)
class Outcome:
    """What a message does, or why it is refused; filled line by line."""

    moves: list[Move] = field(default_factory=list)
    lines: list[dict[str, Any]] = field(default_factory=list)  # of the answer
    reasons: Reasons = field(default_factory=list)
    irregularities: list[Irregularity] = field(default_factory=list)
    licences: list[Licence] = field(default_factory=list)  # that the message is about
    was_detained: bool = False  # the declaration, ever
    # By line, of this message so far
    taken: dict[int, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    taken_value: dict[int, Decimal] = field(default_factory=lambda: defaultdict(Decimal))

    def left_of(self, line: LicenceLine) -> Decimal:
        return line.remaining - self.taken[line.pk]

    def value_left_of(self, line: LicenceLine) -> Decimal:
        return line.remaining_value - self.taken_value[line.pk]

    def value_of(self, line: LicenceLine, quantity: Decimal) -> Decimal:
        """Return the value of a quantity that is about to be taken, where nobody declares one."""
        held = line.used + line.reserved + self.taken[line.pk]
        return min(line.value_of(quantity, beyond=held), max(self.value_left_of(line), ZERO))

    def add(self, move: Move) -> None:
        self.moves.append(move)
        self.taken[move.line.pk] += move.quantity + move.reserved
        self.taken_value[move.line.pk] += move.value + move.reserved_value


Work = Callable[[Usage, Taken], Outcome]


@dataclass(frozen=True, slots=True)
class Task:
    """What a message of a kind is about, and what is done. `work` changes nothing: it says what to book."""

    kind: Usage.Kind
    asked: list[Any]  # what tells two messages apart
    work: Work
    licences: Collection[str] = ()  # numbers
    moved_as: EntryKind | None = None  # of the entries that would show the message to be a repeat
    items: Sequence[int] | None = ()  # whose reservations say which licences; bookings.EVERY_ITEM


def answer(task: Task, message: Message, by: User, at: datetime) -> tuple[Usage, bool]:
    """Take the id, do the work or refuse it, and store the answer."""
    if not has(by, Permission.REPORT_USAGE) or by.organisation_id is None:
        raise Refused(_("Your role does not allow this."), code="not-allowed")
    try:
        with transaction.atomic():
            return _answer(task, message, by, at)
    except IntegrityError as error:
        # Another message about the same movement, under another id, was first.
        if _constraint(error) not in ALREADY:
            raise
    refused = replace(task, work=lambda _usage, _taken: Outcome(reasons=[already(message, None)]))
    with transaction.atomic():
        return _answer(refused, message, by, at)


def _answer(task: Task, message: Message, by: User, at: datetime) -> tuple[Usage, bool]:
    assert by.organisation_id is not None
    left_at = message.left_at
    asked = [*task.asked, *message.shipment.said, *([left_at.isoformat()] if left_at else [])]
    digest = bookings.digest(task.kind.value, message.declaration, message.version, asked)
    movement = Movement(by.organisation_id, message.declaration, message.version)
    taken = bookings.take(
        by,
        message.client_key,
        message.declaration,
        task.licences,
        movement=movement,
        kind=task.moved_as,
        items=task.items,
    )
    if taken is None:
        return bookings.known(by, message.client_key, digest), False
    usage = Usage(
        kind=task.kind,
        client=by,
        client_key=message.client_key,
        body_digest=digest,
        declaration=message.declaration,
        version=message.version,
        left_at=left_at and min(left_at, at),  # a clock may be ahead of ours; the digest is of what was sent
        at=at,
    )
    outcome = task.work(usage, taken)
    if outcome.reasons:
        outcome.irregularities.clear()
    record(usage, outcome, asked, movement)
    Irregularity.objects.bulk_create(outcome.irregularities)
    _tell_of_irregularities(usage, outcome, asked)
    return usage, True


RECORD = "SELECT record_message($1)"


def record(usage: Usage, outcome: Outcome, asked: list[Any], movement: Movement | None = None) -> None:
    """Store a message with its answer and one event for each licence it is about, and book what it moves."""
    refused = bool(outcome.reasons)
    usage.licence = outcome.licences[0] if len(outcome.licences) == 1 else None
    usage.outcome = Usage.Outcome.REFUSED if refused else Usage.Outcome.RECORDED
    title = TITLES.get(Usage.Kind(usage.kind), MESSAGE_REFUSED)
    usage.answer = bookings.refusal(outcome.reasons, str(title)) if refused else {"lines": outcome.lines}
    action = Action.REFUSE_USAGE if refused else ACTION_OF_KIND[Usage.Kind(usage.kind)]
    row: dict[str, Any] = {
        "kind": usage.kind,
        "licence": usage.licence_id,
        "client": usage.client_id,
        "client_key": usage.client_key,
        "body_digest": usage.body_digest,
        "declaration": usage.declaration,
        "version": usage.version,
        "outcome": usage.outcome,
        "answer": usage.answer,
        "left_at": usage.left_at.isoformat() if usage.left_at else None,
        "at": usage.at.isoformat(),
        "action": action,
        "said": {"asked": asked},
        "applications": [licence.application_id for licence in outcome.licences],
        "licences": [licence.pk for licence in outcome.licences],
    }
    if outcome.moves and not refused:
        row["booking"] = bookings.booking(outcome.moves, movement, usage.at)
    usage.pk = prepared.ask(RECORD, row)
    if usage.pk is None:
        raise bookings.changed_meanwhile()
    usage._state.adding = False


def _constraint(error: IntegrityError) -> str | None:
    cause = error.__cause__
    return cause.diag.constraint_name if isinstance(cause, errors.IntegrityError) else None


def _tell_of_irregularities(usage: Usage, outcome: Outcome, asked: list[Any]) -> None:
    """Write the event and promise the letter where goods left irregularly."""
    if not outcome.irregularities:
        return
    licence = next((one.licence for one in outcome.irregularities if one.licence), None)
    event = Event.objects.create(
        application=licence.application if licence else None,
        licence=licence,
        account=None if licence else usage.client,
        action=Action.EXCEED,
        by=usage.client,
        at=usage.at,
        data={
            "declaration": usage.declaration,
            "usage": usage.pk,
            "asked": asked,
            "irregular": [
                {"item": one.item, "licence": one.number, "state": one.state, "reasons": one.reasons}
                for one in outcome.irregularities
            ],
        },
    )
    notifications.announce(event)


def start(items: Sequence[int], taken: Taken) -> Outcome:
    """Return an empty outcome about what was taken, with what stands against the message as a whole."""
    licences = sorted(taken.licences.values(), key=lambda licence: licence.pk)
    outcome = Outcome(licences=licences, was_detained=taken.was_detained)
    outcome.reasons += against_items(items)
    return outcome


def numbers(items: Iterable[Declared]) -> set[str]:
    return {one.licence for one in items}


def against_items(items: Sequence[int]) -> Reasons:
    if not items:
        return [{"code": ReasonCode.NOTHING_ASKED, "detail": _("Give the quantity of at least one line.")}]
    if len(set(items)) != len(items):
        return [{"code": ReasonCode.ITEM_TWICE, "detail": _("Name each item of the declaration once.")}]
    return []


def already(message: Message, item: int | None) -> dict[str, Any]:
    said = {"declaration": message.declaration, "version": message.version, "item": item}
    if item is None:
        words = _("Version %(version)s of declaration %(declaration)s is recorded already.")
        return {"code": ReasonCode.ALREADY_RECORDED, "detail": words % said}
    words = _("Item %(item)s of declaration %(declaration)s, version %(version)s, is recorded already.")
    return {"code": ReasonCode.ALREADY_RECORDED, "detail": words % said, "item": item}


def plain_declared(one: Declared) -> list[Any]:
    value = None if one.value is None else plain(one.value)
    return [one.item, one.licence, one.number, plain(one.quantity), one.unit, value, one.currency]


def plain_part(part: Part) -> list[Any]:
    quantity = None if part.quantity is None else plain(part.quantity)
    value = None if part.value is None else plain(part.value)
    return [part.item, quantity, part.unit, value, part.currency]
