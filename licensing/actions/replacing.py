"""How one licence takes the place of another in the books, within the transaction that issues it.

What has left and what is reserved is carried over: entries take it from the old line and add the same to the
one that continues it. So each line is the sum of its entries, and all lines together of what customs said.
"""

import dataclasses
from collections.abc import Iterable, Mapping
from datetime import datetime

from django.utils.translation import gettext as _

from licensing import amendments, bookings, chains, notifications
from licensing.bookings import Move, Movement
from licensing.errors import Refused
from licensing.models import (
    Action,
    Amendment,
    Application,
    EntryKind,
    Licence,
    LicenceLine,
    Reservation,
)
from licensing.workflow import perform


def lock_amended(application: Application) -> Licence | None:
    """Lock the licence that the application amends, and its lines, as every message of customs does; None
    where it amends none. What the books say does not change from here on."""
    amendment = amendments.of(application)
    if amendment is None:
        return None
    number = amendment.licence.reference
    amendment.licence = bookings.locked([number])[number]
    return amendment.licence


def continued(amendment: Amendment) -> dict[int, LicenceLine]:
    """Return by id of the goods the line whose account they carry on: one of the same unit and currency."""
    goods_of = amendments.lines_of(amendment)
    pairs = [(goods_of[line.pk], line) for line in amendment.licence.lines.all() if line.pk in goods_of]
    return {
        goods.pk: line for goods, line in pairs if (goods.unit, goods.currency) == (line.unit, line.currency)
    }


def replace(old: Licence, new: Licence, *, at: datetime) -> None:
    """Carry the books of `old`, which is locked, over to `new`, and end it."""
    following = {line.continues_id: line for line in new.lines.all()}
    _carry_reservations(old, following, at)
    _carry_used(old, following, at)
    old.lines.update(is_replaced=True)
    event = perform(
        old,
        Action.REPLACE,
        by=None,
        at=at,
        replacement=new.reference,
        application=new.application.reference,
    )
    notifications.announce(event)


def _carry_used(old: Licence, following: Mapping[int | None, LicenceLine], at: datetime) -> None:
    moves = [
        move
        for line in old.lines.all()
        if line.used
        for move in (
            Move(line, EntryKind.CARRY, quantity=-line.used, value=-line.used_value),
            Move(following[line.pk], EntryKind.CARRY, quantity=line.used, value=line.used_value),
        )
    ]
    bookings.book(moves, movement=None, at=at)


def _carry_reservations(old: Licence, following: Mapping[int | None, LicenceLine], at: datetime) -> None:
    """Keep what is reserved for the same items, until the same moment, of the lines that follow."""
    lines = {line.pk: line for line in old.lines.all()}
    rows = Reservation.objects.open().filter(line__in=lines).order_by("pk")
    for one in rows.select_for_update(of=("self",)):
        _carry_reservation(one, lines[one.line_id], following[one.line_id], at)


def _carry_reservation(kept: Reservation, line: LicenceLine, follows: LicenceLine, at: datetime) -> None:
    """Empty a reservation before another is made: an item has one that is open."""
    movement = Movement(kept.system_id, kept.declaration, kept.version)
    quantity, value = kept.open_quantity, kept.open_value
    out = Move(
        line, EntryKind.CARRY, reserved=-quantity, reserved_value=-value, item=kept.item, reservation=kept
    )
    bookings.book([out], movement=movement, at=at)
    again = Reservation.objects.create(
        usage=kept.usage,
        line=follows,
        system=kept.system,
        declaration=kept.declaration,
        version=kept.version,
        item=kept.item,
        quantity=quantity,
        value=value,
        open_quantity=quantity,
        open_value=value,
        made_at=kept.made_at,
        expires_at=kept.expires_at,
    )
    arriving = dataclasses.replace(
        out, line=follows, reserved=quantity, reserved_value=value, reservation=again
    )
    bookings.book([arriving], movement=movement, at=at)


def carrying_on(line: LicenceLine, licences: Mapping[str, Licence]) -> LicenceLine | None:
    """Return the locked line that carries on the account of `line`, itself if nothing replaced it; None if no
    line does. Raises Refused if another took its place before the lock."""
    if not line.is_replaced:
        return line
    newest = chains.newest_line(line.pk)
    found = next((one for one in _lines(licences.values()) if one.pk == newest), None)
    if found is None and newest is not None:
        raise Refused(_("The licence changed meanwhile. Send the same message again."), code="unavailable")
    return found


def carried_back(reversing: Move, licences: Mapping[str, Licence]) -> list[Move]:
    """Return what must move for an entry of a replaced line to be reversed on it: as much as is taken away
    comes back from the line that carries on its account."""
    line = carrying_on(reversing.line, licences)
    if line is None or line.pk == reversing.line.pk:
        return []
    quantity, value = -reversing.quantity, -reversing.value
    return [
        Move(reversing.line, EntryKind.CARRY, quantity=quantity, value=value),
        Move(line, EntryKind.CARRY, quantity=-quantity, value=-value),
    ]


def _lines(licences: Iterable[Licence]) -> Iterable[LicenceLine]:
    return (line for licence in licences for line in licence.lines.all())
