"""What a message does to reservations: makes them, shrinks them, writes off from them. All is locked before
(`licensing.bookings.take`) and booked afterwards; nothing here asks the database."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from typing import Any

from django.utils.translation import gettext as _

from licensing import bookings, terms
from licensing.actions.messages import (
    ZERO,
    Declared,
    Message,
    Outcome,
    Part,
    already,
    start,
)
from licensing.bookings import Move, Reasons, Taken
from licensing.country import pack
from licensing.errors import ReasonCode, Refused
from licensing.models import EntryKind, Licence, LicenceLine, Reservation, Usage, User
from licensing.terms import Shipment
from licensing.units import plain

CENT = Decimal("0.01")


def reserve_items(
    outcome: Outcome,
    usage: Usage,
    items: Sequence[Declared],
    taken: Taken,
    shipment: Shipment,
    by: User,
    at: datetime,
) -> None:
    """Add a reservation for every item, or the reasons why not."""
    assert by.organisation_id is not None
    message = Message(usage.client_key, usage.declaration, usage.version)
    outcome.reasons += bookings.against_detention(usage.declaration, was_detained=taken.was_detained)
    outcome.reasons += against_repeats(message, [one.item for one in items], taken)
    held = set(taken.reservations) if usage.kind == Usage.Kind.RESERVE else set()
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
        line, amount, value, reasons = bearing(outcome, one, licences, at)
        if line is not None and not reasons:
            reasons = terms.against_amount(line, usage.declaration, amount + outcome.taken[line.pk])
        outcome.reasons += [{**reason, "item": one.item} for reason in reasons]
        if line is None or reasons:
            continue
        reservation = Reservation(
            usage=usage,
            line=line,
            system_id=by.organisation_id,
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
        outcome.lines.append(line_out(reservation, line, amount, value, outcome))


def bearing(
    outcome: Outcome, one: Declared, licences: Mapping[str, Licence], at: datetime
) -> tuple[LicenceLine | None, Decimal, Decimal, Reasons]:
    """Return the line that covers an item, quantity and value in its own terms, and what stands against."""
    licence = licences.get(one.licence)
    if licence is None:
        return None, ZERO, ZERO, unknown_licence(one)
    if reasons := bookings.against_state(licence, at):
        return None, ZERO, ZERO, reasons
    line = bookings.line_of(licence, one.number)
    if line is None:
        return None, ZERO, ZERO, bookings.unknown_line(one.licence, one.number)
    amount, reasons = bookings.in_unit_of(line, one.quantity, one.unit)
    if not reasons:
        reasons = bookings.against_amount(line, amount, outcome.left_of(line))
        if one.value is not None:
            room = outcome.value_left_of(line)
            reasons += bookings.against_value(line, one.value, one.currency, room)
    value = outcome.value_of(line, amount) if one.value is None else one.value
    return line, amount, value, reasons


def unknown_licence(one: Declared) -> Reasons:
    words = _("No licence has the number %(licence)s.")
    return [{"code": ReasonCode.UNKNOWN_LICENCE, "detail": words % {"licence": one.licence}}]


def start_parts(message: Message, parts: Sequence[Part], taken: Taken) -> Outcome:
    """Return an empty outcome, with what stands against speaking of these reservations."""
    items = [part.item for part in parts]
    outcome = start(items, taken) if parts else Outcome(reasons=[no_reservation(message, None)])
    outcome.reasons += [no_reservation(message, item) for item in items if item not in taken.reservations]
    check_locked(taken, items)
    return outcome


def check_locked(taken: Taken, items: Iterable[int]) -> None:
    """Raise Refused if an item was reserved anew, under another licence, while we waited for the locks."""
    lines = {line.pk for licence in taken.licences.values() for line in licence.lines.all()}
    if any(taken.reservations[item].line_id not in lines for item in items if item in taken.reservations):
        raise Refused(_("The licence changed meanwhile. Send the same message again."), code="unavailable")


def amount_of(part: Part, reservation: Reservation) -> tuple[Decimal, Reasons]:
    """Return how much of a reservation is meant, in the line's unit, and what stands against it."""
    if part.quantity is None:
        return reservation.open_quantity, []
    line = reservation.line
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
                ReasonCode.MORE_THAN_RESERVED, line.number, words % said, remaining=reserved, unit=line.unit
            )
        ]
    return amount, [{**reason, "item": part.item} for reason in reasons]


def shrink(reservation: Reservation, amount: Decimal) -> Decimal:
    """Take `amount` off a locked reservation, in hand only: what is booked takes it off the row. Return the
    share of its value that goes with it."""
    share = reservation.open_value
    if amount < reservation.open_quantity:
        share = (share * amount / reservation.open_quantity).quantize(CENT, rounding=ROUND_DOWN)
    reservation.open_quantity -= amount
    reservation.open_value -= share
    return share


def give_back(
    outcome: Outcome, reservation: Reservation, amount: Decimal, kind: EntryKind = EntryKind.RELEASE
) -> None:
    share = shrink(reservation, amount)
    outcome.add(
        Move(
            reservation.line,
            kind,
            reserved=-amount,
            reserved_value=-share,
            item=reservation.item,
            reservation=reservation,
        )
    )


def post_part(outcome: Outcome, part: Part, reservation: Reservation, last: bool) -> None:
    line = reservation.line
    amount, reasons = amount_of(part, reservation)
    if reasons:
        outcome.reasons += reasons
        return
    share = shrink(reservation, amount)
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
        give_back(outcome, reservation, reservation.open_quantity)
    outcome.lines.append(line_out(reservation, line, amount, value, outcome))


def line_out(
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


def against_repeats(message: Message, items: Sequence[int], taken: Taken) -> Reasons:
    """Return what is known already of the movement, under whatever id it was told."""
    return [already(message, item) for item in taken.known if item in items]


def _still_reserved(message: Message, item: int) -> dict[str, Any]:
    words = _("Item %(item)s of declaration %(declaration)s has a reservation. Adjust or release that one.")
    said = {"declaration": message.declaration, "item": item}
    return {"code": ReasonCode.ALREADY_RESERVED, "detail": words % said, "item": item}


def no_reservation(message: Message, item: int | None) -> dict[str, Any]:
    said = {"declaration": message.declaration, "item": item}
    if item is None:
        words = _("Nothing is reserved for declaration %(declaration)s.")
        return {"code": ReasonCode.NO_RESERVATION, "detail": words % said}
    words = _("Nothing is reserved for item %(item)s of declaration %(declaration)s.")
    return {"code": ReasonCode.NO_RESERVATION, "detail": words % said, "item": item}
