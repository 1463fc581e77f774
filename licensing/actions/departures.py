"""Goods that were gone before we heard of them: written off as far as a line bears it, the rest is told."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from licensing import bookings, terms
from licensing.actions import replacing
from licensing.actions.messages import ZERO, Declared, Outcome
from licensing.actions.reserving import bearing, shrink
from licensing.bookings import Move, Reasons
from licensing.models import EntryKind, Irregularity, Licence, LicenceLine, Reservation, Usage
from licensing.terms import Shipment
from licensing.units import plain


def depart_item(
    outcome: Outcome,
    usage: Usage,
    one: Declared,
    licences: Mapping[str, Licence],
    held: Reservation | None,
    shipment: Shipment,
    left_at: datetime,
) -> None:
    """Write off what the line bears of goods that are gone, and hand the rest to the officers."""
    licence = licences.get(one.licence)
    line = bookings.line_of(licence, one.number) if licence else None
    line = replacing.carrying_on(line, licences) if line else None
    reservation = held if held and line and held.line_id == line.pk else None
    kept = reservation.open_quantity if reservation else ZERO
    room = outcome.left_of(line) + kept if line else ZERO
    asked = bookings.in_unit_of(line, one.quantity, one.unit)[0] if line else ZERO
    amount = min(asked, room)

    def against() -> Reasons:
        if line is None or licence is None:
            return bearing(outcome, one, licences, left_at)[3]
        unlike = bookings.in_unit_of(line, one.quantity, one.unit)[1]
        too_much = bookings.against_state(licence, left_at) + bookings.against_amount(line, asked, room)
        return [
            *(unlike or too_much),
            *bookings.against_detention(usage.declaration, was_detained=outcome.was_detained),
            *terms.against_shipment(line.licence, shipment, left_at),
            *terms.against_amount(line, usage.declaration, outcome.taken[line.pk] + asked - kept),
        ]

    reasons = bookings.in_every_language(against)
    if line and licence:
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
                at=usage.at,
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
    share = shrink(reservation, reserved) if reservation and reserved else ZERO
    room = outcome.value_left_of(line) + share
    declared = line.value_of(amount) if one.value is None else one.value
    reasons = bookings.in_every_language(lambda: bookings.against_value(line, declared, one.currency, room))
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
