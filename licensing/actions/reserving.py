"""What a message does to reservations: makes them, shrinks them, writes off from them. Licences and lines are
locked before (`licensing.bookings.locked`), reservations after them."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from licensing import bookings, terms
from licensing.actions.messages import (
    ZERO,
    Declared,
    Message,
    Outcome,
    Part,
    against_items,
    already,
)
from licensing.bookings import Move, Reasons
from licensing.country import pack
from licensing.errors import ReasonCode, Refused
from licensing.models import EntryKind, LedgerEntry, Licence, LicenceLine, Reservation, Usage, User
from licensing.terms import Shipment
from licensing.units import plain
from screening.asked_often import Question

CENT = Decimal("0.01")
# Asked with every reservation.
OPEN = Question(
    lambda system, declaration: Reservation.objects.open().filter(system=system, declaration=declaration),
    2**62,
    "a declaration",
)
KNOWN = Question(
    lambda system, declaration, version, kind: LedgerEntry.objects.filter(
        system=system, declaration=declaration, version=version, kind=kind
    ).order_by("item"),
    2**62,
    "a declaration",
    2**30,
    "a kind",
)


def reserve_items(
    outcome: Outcome,
    usage: Usage,
    items: Sequence[Declared],
    shipment: Shipment,
    by: User,
    at: datetime,
) -> None:
    """Add a reservation for every item, or the reasons why not. Licences must be locked."""
    assert by.organisation_id is not None
    message = Message(usage.client_key, usage.declaration, usage.version)
    outcome.reasons += bookings.against_detention(usage.declaration)
    outcome.reasons += against_repeats(message, [one.item for one in items], by, EntryKind.RESERVE)
    given_back = {move.reservation.item for move in outcome.moves if move.reservation}
    now_open = OPEN.ask(by.organisation_id, message.declaration) if usage.kind == Usage.Kind.RESERVE else []
    held = {one.item for one in now_open} - given_back
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
        words = _("No licence has the number %(licence)s.")
        return (
            None,
            ZERO,
            ZERO,
            [{"code": ReasonCode.UNKNOWN_LICENCE, "detail": words % {"licence": one.licence}}],
        )
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


def open_of(message: Message, by: User, *, lock: bool = False) -> dict[int, Reservation]:
    """Return what is reserved for the declaration now, by item."""
    rows = Reservation.objects.open().filter(system=by.organisation_id, declaration=message.declaration)
    rows = rows.select_related("line__licence").order_by("pk")
    rows = rows.select_for_update(of=("self",)) if lock else rows
    return {one.item: one for one in rows}


def of_reservations(
    message: Message, parts: Sequence[Part], by: User
) -> tuple[Outcome, dict[str, Licence], dict[int, Reservation]]:
    """Lock what `parts` are about: the licences and lines, then the reservations."""
    found = open_of(message, by)
    numbers = {found[part.item].line.licence.reference for part in parts if part.item in found}
    licences = bookings.locked(numbers)
    outcome = Outcome(licences=sorted(licences.values(), key=lambda licence: licence.pk))
    held = still_held(found, open_of(message, by, lock=True))
    if not parts:
        outcome.reasons += [no_reservation(message, None)]
    outcome.reasons += against_items([part.item for part in parts]) if parts else []
    outcome.reasons += [no_reservation(message, part.item) for part in parts if part.item not in held]
    return outcome, licences, held


def still_held(found: dict[int, Reservation], locked: dict[int, Reservation]) -> dict[int, Reservation]:
    """Return the locked reservations, unless others took the place of those whose lines are locked."""
    if any(locked[item] != one for item, one in found.items() if item in locked) or set(locked) - set(found):
        raise Refused(_("The licence changed meanwhile. Send the same message again."), code="unavailable")
    return locked


def line_under(licences: Mapping[str, Licence], reservation: Reservation) -> LicenceLine:
    """Return the locked line of a reservation."""
    lines = licences[reservation.line.licence.reference].lines.all()
    return next(line for line in lines if line.pk == reservation.line_id)


def amount_of(part: Part, reservation: Reservation, line: LicenceLine) -> tuple[Decimal, Reasons]:
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
                ReasonCode.MORE_THAN_RESERVED, line.number, words % said, remaining=reserved, unit=line.unit
            )
        ]
    return amount, [{**reason, "item": part.item} for reason in reasons]


def shrink(reservation: Reservation, amount: Decimal) -> Decimal:
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


def give_back(
    outcome: Outcome,
    reservation: Reservation,
    line: LicenceLine,
    amount: Decimal,
    kind: EntryKind = EntryKind.RELEASE,
) -> None:
    share = shrink(reservation, amount)
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


def post_part(outcome: Outcome, part: Part, reservation: Reservation, line: LicenceLine, last: bool) -> None:
    amount, reasons = amount_of(part, reservation, line)
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
        give_back(outcome, reservation, line, reservation.open_quantity)
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


def against_repeats(message: Message, items: Sequence[int], by: User, kind: EntryKind) -> Reasons:
    """Return what is known already of the movement, under whatever id it was told."""
    known = KNOWN.ask(by.organisation_id, message.declaration, message.version, kind.value)
    return [already(message, one.item) for one in known if one.item in items]


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
