"""How a message of customs is taken: its id, the work it asks for or the reasons against it, its answer, its
events. What the work is, the acts say (`licensing.actions.ledger`)."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from psycopg import errors

from licensing import bookings, notifications
from licensing.bookings import Move, Movement, Reasons
from licensing.errors import ReasonCode, Refused
from licensing.models import Action, Event, Irregularity, Licence, LicenceLine, Reservation, Usage, User
from licensing.permissions import Permission, has
from licensing.terms import Shipment
from licensing.units import plain

ZERO = Decimal(0)
NOTHING_SAID = Shipment()


ALREADY = ("a_movement_counts_once", "an_item_has_one_open_reservation")


ACTION_OF_KIND = {
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
    value: Decimal | None = None  # None: the share of the granted value
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
    # By line, of this message so far
    taken: dict[int, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    taken_value: dict[int, Decimal] = field(default_factory=lambda: defaultdict(Decimal))

    def left_of(self, line: LicenceLine) -> Decimal:
        return line.remaining - self.taken[line.pk]

    def value_left_of(self, line: LicenceLine) -> Decimal:
        return line.remaining_value - self.taken_value[line.pk]

    def add(self, move: Move) -> None:
        self.moves.append(move)
        self.taken[move.line.pk] += move.quantity + move.reserved
        self.taken_value[move.line.pk] += move.value + move.reserved_value


Work = Callable[[Usage], Outcome]


def answer(
    kind: Usage.Kind, message: Message, asked: list[Any], work: Work, by: User, at: datetime
) -> tuple[Usage, bool]:
    """Take the id, do the work or refuse it, and store the answer."""
    if not has(by, Permission.REPORT_USAGE) or by.organisation_id is None:
        raise Refused(_("Your role does not allow this."), code="not-allowed")
    asked = [*asked, *message.shipment.said, *([message.left_at.isoformat()] if message.left_at else [])]
    digest = bookings.digest(kind.value, message.declaration, message.version, asked)
    if known := bookings.claim(by, message.client_key, digest):
        return known, False
    usage = Usage(
        kind=kind,
        client=by,
        client_key=message.client_key,
        body_digest=digest,
        declaration=message.declaration,
        version=message.version,
        left_at=message.left_at,
        at=at,
    )
    try:
        with transaction.atomic():
            outcome = _do(usage, message, work, by, at)
    except _Undo as undo:
        outcome = undo.outcome
    except IntegrityError as error:
        # Another message about the same movement, under another id and other lines, was faster.
        if _constraint(error) not in ALREADY:
            raise
        outcome = Outcome(reasons=[already(message, None)])
    if outcome.reasons:
        _store(usage, outcome)
    _log(usage, outcome, asked)
    return usage, True


class _Undo(Exception):
    """The work is refused: whatever it did is undone, the reasons stay."""

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome


def _do(usage: Usage, message: Message, work: Work, by: User, at: datetime) -> Outcome:
    """Do the work within the caller's savepoint. Raises _Undo, and the database's IntegrityError."""
    outcome = work(usage)
    if outcome.reasons:
        raise _Undo(outcome)
    _store(usage, outcome)
    _save_new(outcome)
    assert by.organisation_id is not None
    movement = Movement(by.organisation_id, message.declaration, message.version)
    bookings.book(outcome.moves, usage=usage, movement=movement, at=at)
    if outcome.irregularities:
        Irregularity.objects.bulk_create(outcome.irregularities)
    return outcome


def _save_new(outcome: Outcome) -> None:
    """Store the reservations that the message makes, now that it is stored itself."""
    new = [one for move in outcome.moves if (one := move.reservation) and not one.pk]
    if new:
        Reservation.objects.bulk_create(new)


def _store(usage: Usage, outcome: Outcome) -> None:
    refused = bool(outcome.reasons)
    usage.pk = None
    usage.licence = outcome.licences[0] if len(outcome.licences) == 1 else None
    usage.outcome = Usage.Outcome.REFUSED if refused else Usage.Outcome.RECORDED
    title = _("The message is refused")
    usage.answer = bookings.refusal(outcome.reasons, title) if refused else {"lines": outcome.lines}
    usage.save(force_insert=True)


def _constraint(error: IntegrityError) -> str | None:
    cause = error.__cause__
    return cause.diag.constraint_name if isinstance(cause, errors.IntegrityError) else None


def _log(usage: Usage, outcome: Outcome, asked: list[Any]) -> None:
    """Write one event for each licence the message is about; a letter where goods left irregularly."""
    action = Action.REFUSE_USAGE if outcome.reasons else ACTION_OF_KIND[Usage.Kind(usage.kind)]
    data = {"declaration": usage.declaration, "usage": usage.pk, "asked": asked}
    concerned: list[Licence | None] = [*outcome.licences] or [None]
    Event.objects.bulk_create(
        Event(
            application_id=licence.application_id if licence else None,
            licence=licence,
            account=None if licence else usage.client,
            action=action,
            by=usage.client,
            at=usage.at,
            after=usage.answer,
            data=data,
        )
        for licence in concerned
    )
    if outcome.irregularities:
        licence = next((one.licence for one in outcome.irregularities if one.licence), None)
        event = Event.objects.create(
            application=licence.application if licence else None,
            licence=licence,
            account=None if licence else usage.client,
            action=Action.EXCEED,
            by=usage.client,
            at=usage.at,
            data=data,
        )
        notifications.announce(event)


def locked(items: Iterable[Declared], more: Iterable[str] = ()) -> dict[str, Licence]:
    return bookings.locked({one.licence for one in items} | set(more))


def start(items: Sequence[Declared], licences: Mapping[str, Licence]) -> Outcome:
    """Return an empty outcome about the licences, with what stands against the message as a whole."""
    outcome = Outcome(licences=sorted(licences.values(), key=lambda licence: licence.pk))
    outcome.reasons += against_items([one.item for one in items])
    return outcome


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
