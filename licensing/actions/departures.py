"""Goods that were gone before we heard of them: written off as far as a line bears it, the rest is told."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from licensing import bookings, history, terms
from licensing.actions import replacing
from licensing.actions.messages import ZERO, Declared, Outcome
from licensing.actions.reserving import shrink, unknown_licence
from licensing.bookings import BOOKABLE, Move, Reasons
from licensing.errors import ReasonCode
from licensing.models import (
    Detention,
    EntryKind,
    Irregularity,
    Licence,
    LicenceLine,
    LicenceState,
    Reservation,
    Usage,
)
from licensing.references import read_reference
from licensing.terms import Shipment
from licensing.units import plain


@dataclass(frozen=True, slots=True)
class Cover:
    """What covered an item as it left. Without a moment of departure, what does at the report."""

    licence: Licence
    state: LicenceState
    line: LicenceLine | None  # whose conditions counted; None if the licence has no such line


def depart_item(
    outcome: Outcome,
    usage: Usage,
    one: Declared,
    licences: Mapping[str, Licence],
    held: Reservation | None,
    shipment: Shipment,
) -> None:
    """Write off what the line bears of goods that are gone, and hand the rest to the officers."""
    licence = licences.get(one.licence)
    named = bookings.line_of(licence, one.number) if licence else None
    line = replacing.carrying_on(named, licences) if named else None
    account = line or named
    cover = _cover(licence, account, usage) if licence else None
    reservation = held if held and line and held.line_id == line.pk else None
    kept = reservation.open_quantity if reservation else ZERO
    room = outcome.left_of(line) + kept if line else ZERO
    asked, unlike = bookings.in_unit_of(account, one.quantity, one.unit) if account else (ZERO, [])
    amount = min(asked, room)

    def against() -> Reasons:
        if cover is None:
            return unknown_licence(one)
        if account is None or cover.line is None:
            return against_state(cover, usage) or bookings.unknown_line(one.licence, one.number)
        if unlike:
            reasons = bookings.in_unit_of(account, one.quantity, one.unit)[1]
        else:
            reasons = against_state(cover, usage) + bookings.against_amount(account, asked, room)
        taken = outcome.taken[account.pk] + asked - kept
        return [
            *reasons,
            *against_detention(outcome, usage),
            *terms.against_shipment(cover.line.licence, shipment, usage.left_at or usage.at),
            *terms.against_amount(cover.line, usage.declaration, taken, account=account),
        ]

    reasons = bookings.in_every_language(against)
    if line:
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
                state=cover.state if cover else "",
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


def _cover(licence: Licence, account: LicenceLine | None, usage: Usage) -> Cover:
    """Return what covered goods reported under `licence`. If they left before it was issued, that is the
    licence it replaced, as far as that had the line."""
    left_at = usage.left_at
    if left_at is None:
        return Cover(licence, licence.state(usage.at), account)
    line = history.line_at(account, left_at) if account else None
    judged = line.licence if line and left_at < licence.issued_at else licence
    return Cover(judged, history.state_at(judged, left_at), line or account)


def against_state(cover: Cover, usage: Usage) -> Reasons:
    """Return what the licence's state at the departure says against it; what became of it since does not."""
    if usage.left_at is None:
        return bookings.against_state(cover.licence, usage.at)
    if cover.state in BOOKABLE:
        return []
    said = {"licence": cover.licence.reference, "state": str(cover.state.label).lower()}
    if cover.state == LicenceState.REPLACED and (replacement := cover.licence.replacement):
        words = _(
            "When the goods left, licence %(licence)s had been replaced. Licence %(replacement)s counts."
        )
        return [
            {
                "code": ReasonCode.LICENCE_REPLACED,
                "detail": words % {**said, "replacement": replacement.reference},
                "state": cover.state.value,
                "replaced_by": replacement.reference,
            }
        ]
    words = _("When the goods left, licence %(licence)s could not be used: %(state)s.")
    return [{"code": ReasonCode.NOT_IN_FORCE, "detail": words % said, "state": cover.state.value}]


def against_detention(outcome: Outcome, usage: Usage) -> Reasons:
    """Return whether customs kept the goods of the declaration back as they left."""
    if usage.left_at is None or not outcome.was_detained:
        return bookings.against_detention(usage.declaration, was_detained=outcome.was_detained)
    kept = Detention.objects.kept_at(usage.left_at).filter(declaration=read_reference(usage.declaration))
    if not kept.exists():
        return []
    detail = _("The goods of the declaration %(declaration)s were detained when they left.")
    return [{"code": ReasonCode.DETAINED, "detail": detail % {"declaration": usage.declaration}}]


def _count(
    outcome: Outcome, one: Declared, line: LicenceLine, amount: Decimal, reservation: Reservation | None
) -> Reasons:
    """Write `amount` off a line that bears it, and as much of its value; return what the value lacks."""
    if not amount:
        return []
    reserved = min(amount, reservation.open_quantity) if reservation else ZERO
    share = shrink(reservation, reserved) if reservation and reserved else ZERO
    derived = share + outcome.value_of(line, amount - reserved)
    value, reasons = derived, Reasons()
    if one.value is not None:
        declared, room = one.value, outcome.value_left_of(line) + share
        reasons = bookings.in_every_language(
            lambda: bookings.against_value(line, declared, one.currency, room)
        )
        is_foreign = bool(reasons) and reasons[0]["code"] == ReasonCode.OTHER_CURRENCY
        value = derived if is_foreign else min(declared, room)
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
