"""What customs reserves, lets leave and gives back, in two steps; and what had left before we heard of it.

Every function that takes a message returns the stored message with its answer, and whether it is new. A
repeat gets the first answer, refusals too. All lines of a message count or none; a report of goods that have
left is never refused for what a licence says.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _
from psycopg import errors

from licensing import bookings, notifications, terms
from licensing.bookings import Move, Movement, Reasons
from licensing.country import pack
from licensing.errors import Refused
from licensing.models import (
    Action,
    EntryKind,
    Event,
    Irregularity,
    LedgerEntry,
    Licence,
    LicenceLine,
    Reservation,
    Usage,
    User,
)
from licensing.permissions import Permission, has
from licensing.terms import Shipment
from licensing.units import plain

NOTHING_SAID = Shipment()
ZERO = Decimal(0)
CENT = Decimal("0.01")
ALREADY = ("a_movement_counts_once", "an_item_has_one_open_reservation")
EXPIRED_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Message:
    """What every message says of itself."""

    client_key: str
    declaration: str
    version: int = 1
    shipment: Shipment = NOTHING_SAID


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


@transaction.atomic
def reserve(message: Message, items: Sequence[Declared], *, by: User, at: datetime) -> tuple[Usage, bool]:
    """Keep what a declaration asks for, all items or none, until it leaves, is released or runs out."""
    asked = [_plain_declared(one) for one in items]

    def work(usage: Usage) -> Outcome:
        outcome = _start(items, _locked(items))
        _reserve(outcome, usage, items, message.shipment, by, at)
        return outcome

    return _answer(Usage.Kind.RESERVE, message, asked, work, by, at)


@transaction.atomic
def adjust(message: Message, items: Sequence[Declared], *, by: User, at: datetime) -> tuple[Usage, bool]:
    """Put `items` in place of all that is reserved for the declaration: release and reserve, or neither."""
    asked = [_plain_declared(one) for one in items]

    def work(usage: Usage) -> Outcome:
        old = _open(message, by)
        numbers = [one.line.licence.reference for one in old.values()]
        licences = _locked(items, numbers)
        outcome = _start(items, licences)
        held = _still(old, _open(message, by, lock=True))
        if not held:
            outcome.reasons += [_no_reservation(message, None)]
            return outcome
        for reservation in held.values():
            _give_back(outcome, reservation, _line(licences, reservation), reservation.open_quantity)
        _reserve(outcome, usage, items, message.shipment, by, at)
        return outcome

    return _answer(Usage.Kind.ADJUST, message, asked, work, by, at)


@transaction.atomic
def post(
    message: Message, parts: Sequence[Part], *, last: bool, by: User, at: datetime
) -> tuple[Usage, bool]:
    """Write off what leaves of what is reserved. With `last`, what stays of the items named is released."""
    asked = [last, *map(_plain_part, parts)]

    def work(usage: Usage) -> Outcome:
        outcome, licences, held = _of_reservations(message, parts, by)
        if outcome.reasons:
            return outcome
        outcome.reasons += [
            reason for licence in outcome.licences for reason in bookings.against_state(licence, at)
        ]
        outcome.reasons += bookings.against_detention(message.declaration)
        outcome.reasons += [
            reason for licence in outcome.licences for reason in terms.against_day(licence, at)
        ]
        for part in parts:
            reservation = held[part.item]
            _post(outcome, part, reservation, _line(licences, reservation), last)
        return outcome

    return _answer(Usage.Kind.POST, message, asked, work, by, at)


@transaction.atomic
def release(message: Message, parts: Sequence[Part], *, by: User, at: datetime) -> tuple[Usage, bool]:
    """Give back what is reserved, in whatever state the licence is; no parts mean the whole declaration."""
    asked = [_plain_part(part) for part in parts]

    def work(usage: Usage) -> Outcome:
        named = parts or [Part(item) for item in sorted(_open(message, by))]
        outcome, licences, held = _of_reservations(message, named, by)
        if outcome.reasons:
            return outcome
        for part in named:
            reservation = held[part.item]
            line = _line(licences, reservation)
            amount, reasons = _amount_of(part, reservation, line)
            outcome.reasons += reasons
            if not reasons:
                _give_back(outcome, reservation, line, amount)
                value = -outcome.moves[-1].reserved_value
                outcome.lines.append(_line_out(reservation, line, amount, value, outcome))
        return outcome

    return _answer(Usage.Kind.RELEASE, message, asked, work, by, at)


@transaction.atomic
def depart(message: Message, items: Sequence[Declared], *, by: User, at: datetime) -> tuple[Usage, bool]:
    """Record that goods have left. As much as the line bears is written off, first from what is reserved for
    the item; whatever the licence does not cover goes to the officers, with a letter."""
    asked = [_plain_declared(one) for one in items]

    def work(usage: Usage) -> Outcome:
        licences = _locked(items)
        outcome = _start(items, licences)
        outcome.reasons += _against_repeats(message, [one.item for one in items], by, EntryKind.DEPART)
        held = _open(message, by, lock=True)
        for one in [] if outcome.reasons else items:
            _depart(outcome, usage, one, licences, held.get(one.item), message.shipment, at)
        return outcome

    return _answer(Usage.Kind.DEPART, message, asked, work, by, at)


@transaction.atomic
def run_out(reservation_id: int, *, by: User | None, at: datetime) -> bool:
    """Give back what is left of a reservation whose time is over; say whether there was anything."""
    found = Reservation.objects.select_related("line__licence").get(pk=reservation_id)
    licences = bookings.locked([found.line.licence.reference])
    reservation = Reservation.objects.select_for_update(of=("self",)).run_out(at).filter(pk=found.pk).first()
    if reservation is None:
        return False
    outcome, line = Outcome(), _line(licences, found)
    given_back = reservation.open_quantity
    _give_back(outcome, reservation, line, given_back, EntryKind.EXPIRE)
    bookings.book(outcome.moves, usage=None, movement=_movement_of(reservation), at=at)
    Event.objects.create(
        application_id=found.line.licence.application_id,
        licence=found.line.licence,
        action=Action.RUN_OUT,
        by=by,
        at=at,
        data={
            "declaration": reservation.declaration,
            "item": reservation.item,
            "line": line.number,
            "quantity": plain(given_back),
            "unit": line.unit,
        },
    )
    return True


def run_out_all(at: datetime) -> int:
    """Let every reservation go whose time is over, each by itself; return how many went."""
    due = Reservation.objects.run_out(at).order_by("expires_at").values_list("pk", flat=True)
    return sum(run_out(pk, by=None, at=at) for pk in list(due[:EXPIRED_AT_ONCE]))


def _answer(
    kind: Usage.Kind, message: Message, asked: list[Any], work: Work, by: User, at: datetime
) -> tuple[Usage, bool]:
    """Take the id, do the work or refuse it, and store the answer."""
    if not has(by, Permission.REPORT_USAGE) or by.organisation_id is None:
        raise Refused(_("Your role does not allow this."), code="not-allowed")
    asked = [*asked, *message.shipment.said]
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
        at=at,
    )
    try:
        with transaction.atomic():
            outcome = _do(usage, message, work, by, at)
    except IntegrityError as error:
        # Another message about the same movement, under another id and other lines, was faster.
        if _constraint(error) not in ALREADY:
            raise
        outcome = Outcome(reasons=[_already(message, None)])
    if outcome.reasons:
        _store(usage, outcome)
    _log(usage, outcome, asked)
    return usage, True


class _Undo(Exception):
    """The work is refused: whatever it did is undone, the reasons stay."""

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome


def _do(usage: Usage, message: Message, work: Work, by: User, at: datetime) -> Outcome:
    try:
        with transaction.atomic():
            outcome = work(usage)
            if outcome.reasons:
                raise _Undo(outcome)
            _store(usage, outcome)
            _save_new(outcome)
            assert by.organisation_id is not None
            movement = Movement(by.organisation_id, message.declaration, message.version)
            bookings.book(outcome.moves, usage=usage, movement=movement, at=at)
            Irregularity.objects.bulk_create(outcome.irregularities)
    except _Undo as undo:
        return undo.outcome
    return outcome


def _save_new(outcome: Outcome) -> None:
    """Store the reservations that the message makes, now that it is stored itself."""
    for move in outcome.moves:
        if move.reservation and move.reservation.pk is None:
            move.reservation.save(force_insert=True)


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


ACTION_OF_KIND = {
    Usage.Kind.RESERVE: Action.RESERVE,
    Usage.Kind.POST: Action.POST,
    Usage.Kind.RELEASE: Action.RELEASE,
    Usage.Kind.ADJUST: Action.ADJUST,
    Usage.Kind.DEPART: Action.DEPART,
}


def _log(usage: Usage, outcome: Outcome, asked: list[Any]) -> None:
    """Write one event for each licence the message is about; a letter where goods left irregularly."""
    action = Action.REFUSE_USAGE if outcome.reasons else ACTION_OF_KIND[Usage.Kind(usage.kind)]
    data = {"declaration": usage.declaration, "usage": usage.pk, "asked": asked}
    concerned: list[Licence | None] = [*outcome.licences] or [None]
    for licence in concerned:
        about: dict[str, Any] = {"account": usage.client}
        if licence:
            about = {"application_id": licence.application_id, "licence": licence}
        Event.objects.create(
            **about, action=action, by=usage.client, at=usage.at, after=usage.answer, data=data
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


def _locked(items: Iterable[Declared], more: Iterable[str] = ()) -> dict[str, Licence]:
    return bookings.locked({one.licence for one in items} | set(more))


def _start(items: Sequence[Declared], licences: Mapping[str, Licence]) -> Outcome:
    """Return an empty outcome about the licences, with what stands against the message as a whole."""
    outcome = Outcome(licences=sorted(licences.values(), key=lambda licence: licence.pk))
    outcome.reasons += _against_items([one.item for one in items])
    return outcome


def _against_items(items: Sequence[int]) -> Reasons:
    if not items:
        return [{"code": "nothing-asked", "detail": _("Give the quantity of at least one line.")}]
    if len(set(items)) != len(items):
        return [{"code": "item-twice", "detail": _("Name each item of the declaration once.")}]
    return []


def _against_repeats(message: Message, items: Sequence[int], by: User, kind: EntryKind) -> Reasons:
    """Return what is known already of the movement, under whatever id it was told."""
    known = LedgerEntry.objects.filter(
        system=by.organisation,
        declaration=message.declaration,
        version=message.version,
        item__in=items,
        kind=kind,
    )
    return [_already(message, item) for item in known.order_by("item").values_list("item", flat=True)]


def _already(message: Message, item: int | None) -> dict[str, Any]:
    said = {"declaration": message.declaration, "version": message.version, "item": item}
    if item is None:
        words = _("Version %(version)s of declaration %(declaration)s is recorded already.")
        return {"code": "already-recorded", "detail": words % said}
    words = _("Item %(item)s of declaration %(declaration)s, version %(version)s, is recorded already.")
    return {"code": "already-recorded", "detail": words % said, "item": item}


def _still_reserved(message: Message, item: int) -> dict[str, Any]:
    words = _("Item %(item)s of declaration %(declaration)s has a reservation. Adjust or release that one.")
    said = {"declaration": message.declaration, "item": item}
    return {"code": "already-reserved", "detail": words % said, "item": item}


def _reserve(
    outcome: Outcome,
    usage: Usage,
    items: Sequence[Declared],
    shipment: Shipment,
    by: User,
    at: datetime,
) -> None:
    """Add a reservation for every item, or the reasons why not. Licences must be locked."""
    message = Message(usage.client_key, usage.declaration, usage.version)
    outcome.reasons += bookings.against_detention(usage.declaration)
    outcome.reasons += _against_repeats(message, [one.item for one in items], by, EntryKind.RESERVE)
    given_back = {move.reservation.item for move in outcome.moves if move.reservation}
    held = set(_open(message, by)) - given_back if usage.kind == Usage.Kind.RESERVE else set()
    known = {reason["item"] for reason in outcome.reasons if "item" in reason}
    outcome.reasons += [
        _still_reserved(message, one.item) for one in items if one.item in held and one.item not in known
    ]
    if outcome.reasons:
        return
    licences = {licence.reference: licence for licence in outcome.licences}
    asked_for = [licences[name] for name in dict.fromkeys(one.licence for one in items) if name in licences]
    outcome.reasons += [
        reason for licence in asked_for for reason in terms.against_shipment(licence, shipment, at)
    ]
    for one in items:
        line, amount, value, reasons = _bearing(outcome, one, licences, at)
        if line is not None and not reasons:
            reasons = terms.against_amount(line, usage.declaration, amount + outcome.taken[line.pk])
        outcome.reasons += [{**reason, "item": one.item} for reason in reasons]
        if line is None or reasons:
            continue
        reservation = Reservation(
            usage=usage,
            line=line,
            system=by.organisation,
            declaration=usage.declaration,
            version=usage.version,
            item=one.item,
            quantity=amount,
            value=value,
            open_quantity=amount,
            open_value=value,
            made_at=at,
            expires_at=at + timedelta(days=pack().reservation_days),
        )
        outcome.add(
            Move(
                line,
                EntryKind.RESERVE,
                reserved=amount,
                reserved_value=value,
                item=one.item,
                reservation=reservation,
            )
        )
        outcome.lines.append(_line_out(reservation, line, amount, value, outcome))


def _bearing(
    outcome: Outcome, one: Declared, licences: Mapping[str, Licence], at: datetime
) -> tuple[LicenceLine | None, Decimal, Decimal, Reasons]:
    """Return the line that covers an item, quantity and value in its own terms, and what stands against."""
    licence = licences.get(one.licence)
    if licence is None:
        words = _("No licence has the number %(licence)s.")
        return None, ZERO, ZERO, [{"code": "unknown-licence", "detail": words % {"licence": one.licence}}]
    if reasons := bookings.against_state(licence, at):
        return None, ZERO, ZERO, reasons
    line = bookings.line_of(licence, one.number)
    if line is None:
        return None, ZERO, ZERO, bookings.unknown_line(one.licence, one.number)
    amount, reasons = bookings.in_unit_of(line, one.quantity, one.unit)
    value = line.value_of(amount) if one.value is None else one.value
    if not reasons:
        reasons = bookings.against_amount(line, amount, outcome.left_of(line))
        if one.value is not None or not reasons:
            reasons += bookings.against_value(line, value, one.currency, outcome.value_left_of(line))
    return line, amount, value, reasons


def _open(message: Message, by: User, *, lock: bool = False) -> dict[int, Reservation]:
    """Return what is reserved for the declaration now, by item."""
    rows = Reservation.objects.open().filter(system=by.organisation, declaration=message.declaration)
    rows = rows.select_related("line__licence").order_by("pk")
    rows = rows.select_for_update(of=("self",)) if lock else rows
    return {one.item: one for one in rows}


def _of_reservations(
    message: Message, parts: Sequence[Part], by: User
) -> tuple[Outcome, dict[str, Licence], dict[int, Reservation]]:
    """Lock what `parts` are about: the licences and lines, then the reservations."""
    found = _open(message, by)
    numbers = {found[part.item].line.licence.reference for part in parts if part.item in found}
    licences = bookings.locked(numbers)
    outcome = Outcome(licences=sorted(licences.values(), key=lambda licence: licence.pk))
    held = _still(found, _open(message, by, lock=True))
    if not parts:
        outcome.reasons += [_no_reservation(message, None)]
    outcome.reasons += _against_items([part.item for part in parts]) if parts else []
    outcome.reasons += [_no_reservation(message, part.item) for part in parts if part.item not in held]
    return outcome, licences, held


def _still(found: dict[int, Reservation], locked: dict[int, Reservation]) -> dict[int, Reservation]:
    """Return the locked reservations, unless others took the place of those whose lines are locked."""
    if any(locked[item] != one for item, one in found.items() if item in locked) or set(locked) - set(found):
        raise Refused(_("The licence changed meanwhile. Send the same message again."), code="unavailable")
    return locked


def _no_reservation(message: Message, item: int | None) -> dict[str, Any]:
    said = {"declaration": message.declaration, "item": item}
    if item is None:
        words = _("Nothing is reserved for declaration %(declaration)s.")
        return {"code": "no-reservation", "detail": words % said}
    words = _("Nothing is reserved for item %(item)s of declaration %(declaration)s.")
    return {"code": "no-reservation", "detail": words % said, "item": item}


def _line(licences: Mapping[str, Licence], reservation: Reservation) -> LicenceLine:
    """Return the locked line of a reservation."""
    lines = licences[reservation.line.licence.reference].lines.all()
    return next(line for line in lines if line.pk == reservation.line_id)


def _amount_of(part: Part, reservation: Reservation, line: LicenceLine) -> tuple[Decimal, Reasons]:
    """Return how much of a reservation is meant, in the line's unit, and what stands against it."""
    if part.quantity is None:
        return reservation.open_quantity, []
    amount, reasons = bookings.in_unit_of(line, part.quantity, part.unit or line.unit)
    if not reasons and amount > reservation.open_quantity:
        words = _("Item %(item)d: %(asked)s asked for, but what is reserved is %(reserved)s.")
        said = {
            "item": part.item,
            "asked": bookings.in_words(amount, line.unit),
            "reserved": bookings.in_words(reservation.open_quantity, line.unit),
        }
        reserved = plain(reservation.open_quantity)
        reasons = [
            bookings.reason(
                "more-than-reserved", line.number, words % said, remaining=reserved, unit=line.unit
            )
        ]
    return amount, [{**reason, "item": part.item} for reason in reasons]


def _shrink(reservation: Reservation, amount: Decimal) -> Decimal:
    """Take `amount` off a locked reservation and return the share of its value that goes with it."""
    share = reservation.open_value
    if amount < reservation.open_quantity:
        share = (share * amount / reservation.open_quantity).quantize(CENT, rounding=ROUND_DOWN)
    Reservation.objects.filter(pk=reservation.pk).update(
        open_quantity=F("open_quantity") - amount, open_value=F("open_value") - share
    )
    reservation.open_quantity -= amount
    reservation.open_value -= share
    return share


def _give_back(
    outcome: Outcome,
    reservation: Reservation,
    line: LicenceLine,
    amount: Decimal,
    kind: EntryKind = EntryKind.RELEASE,
) -> None:
    share = _shrink(reservation, amount)
    outcome.add(
        Move(
            line,
            kind,
            reserved=-amount,
            reserved_value=-share,
            item=reservation.item,
            reservation=reservation,
        )
    )


def _post(outcome: Outcome, part: Part, reservation: Reservation, line: LicenceLine, last: bool) -> None:
    amount, reasons = _amount_of(part, reservation, line)
    if reasons:
        outcome.reasons += reasons
        return
    share = _shrink(reservation, amount)
    value = share if part.value is None else part.value
    room = outcome.value_left_of(line) + share
    against = bookings.against_value(line, value, part.currency, room)
    outcome.reasons += [{**reason, "item": part.item} for reason in against]
    outcome.add(
        Move(
            line,
            EntryKind.POST,
            quantity=amount,
            reserved=-amount,
            value=value,
            reserved_value=-share,
            item=part.item,
            reservation=reservation,
        )
    )
    if last and reservation.open_quantity:
        _give_back(outcome, reservation, line, reservation.open_quantity)
    outcome.lines.append(_line_out(reservation, line, amount, value, outcome))


def _line_out(
    reservation: Reservation, line: LicenceLine, amount: Decimal, value: Decimal, outcome: Outcome
) -> dict[str, Any]:
    """Return what the answer says of an item, as it is right after the message."""
    return {
        "item": reservation.item,
        "licence": line.licence.reference,
        "line": line.number,
        "quantity": plain(amount),
        "unit": line.unit,
        "value": plain(value),
        "currency": line.currency,
        "reserved": plain(reservation.open_quantity),
        "remaining": plain(outcome.left_of(line)),
    }


def _depart(
    outcome: Outcome,
    usage: Usage,
    one: Declared,
    licences: Mapping[str, Licence],
    held: Reservation | None,
    shipment: Shipment,
    at: datetime,
) -> None:
    """Write off what the line bears of goods that are gone, and hand the rest to the officers."""
    licence = licences.get(one.licence)
    line = bookings.line_of(licence, one.number) if licence else None
    reservation = held if held and line and held.line_id == line.pk else None
    kept = reservation.open_quantity if reservation else ZERO
    room = outcome.left_of(line) + kept if line else ZERO
    asked, reasons = (
        bookings.in_unit_of(line, one.quantity, one.unit)
        if line
        else (ZERO, _bearing(outcome, one, licences, at)[3])
    )
    amount = min(asked, room)
    if line and licence:
        reasons = reasons or bookings.against_state(licence, at) + bookings.against_amount(line, asked, room)
        reasons += bookings.against_detention(usage.declaration)
        reasons += terms.against_shipment(licence, shipment, at)
        reasons += terms.against_amount(line, usage.declaration, outcome.taken[line.pk] + asked - kept)
        reasons += _count(outcome, one, line, amount, reservation)
    if reasons:
        outcome.irregularities.append(
            Irregularity(
                usage=usage,
                line=line,
                licence=licence,
                number=one.licence[:60],
                line_number=one.number,
                item=one.item,
                quantity=one.quantity,
                unit=one.unit,
                counted=amount,
                reasons=[{**reason, "item": one.item} for reason in reasons],
                at=at,
            )
        )
    outcome.lines.append(
        {
            "item": one.item,
            "licence": one.licence,
            "line": one.number,
            "quantity": plain(one.quantity),
            "unit": one.unit,
            "counted": plain(amount),
            "irregular": reasons,
        }
    )


def _count(
    outcome: Outcome, one: Declared, line: LicenceLine, amount: Decimal, reservation: Reservation | None
) -> Reasons:
    """Write `amount` off a line that bears it, and as much of its value; return what the value lacks."""
    if not amount:
        return []
    reserved = min(amount, reservation.open_quantity) if reservation else ZERO
    share = _shrink(reservation, reserved) if reservation and reserved else ZERO
    room = outcome.value_left_of(line) + share
    declared = line.value_of(amount) if one.value is None else one.value
    reasons = bookings.against_value(line, declared, one.currency, room)
    value = min(
        line.value_of(amount) if reasons and reasons[0]["code"] == "other-currency" else declared, room
    )
    outcome.add(
        Move(
            line,
            EntryKind.DEPART,
            quantity=amount,
            reserved=-reserved,
            value=value,
            reserved_value=-share,
            item=one.item,
            reservation=reservation if reserved else None,
        )
    )
    return reasons


def _movement_of(reservation: Reservation) -> Movement:
    return Movement(reservation.system_id, reservation.declaration, reservation.version)


def _plain_declared(one: Declared) -> list[Any]:
    value = None if one.value is None else plain(one.value)
    return [one.item, one.licence, one.number, plain(one.quantity), one.unit, value, one.currency]


def _plain_part(part: Part) -> list[Any]:
    quantity = None if part.quantity is None else plain(part.quantity)
    value = None if part.value is None else plain(part.value)
    return [part.item, quantity, part.unit, value, part.currency]
