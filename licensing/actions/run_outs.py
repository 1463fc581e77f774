"""Reservations whose time is over are given back, each by itself: one that fails holds up no other."""

import logging
from datetime import datetime

from django.db import connection, transaction

from licensing import bookings
from licensing.actions.messages import Outcome
from licensing.actions.reserving import give_back
from licensing.bookings import Movement
from licensing.models import Action, EntryKind, Event, Reservation, User
from licensing.units import plain

logger = logging.getLogger(__name__)

EXPIRED_AT_ONCE = 500


@transaction.atomic
def run_out(reservation_id: int, *, by: User | None, at: datetime) -> bool:
    """Give back what is left of a reservation whose time is over; say whether there was anything."""
    found = Reservation.objects.select_related("line__licence").get(pk=reservation_id)
    licence = bookings.locked([found.line.licence.reference])[found.line.licence.reference]
    reservation = Reservation.objects.select_for_update(of=("self",)).run_out(at).filter(pk=found.pk).first()
    if reservation is None:
        return False
    outcome = Outcome()
    line = reservation.line = next(line for line in licence.lines.all() if line.pk == found.line_id)
    given_back = reservation.open_quantity
    give_back(outcome, reservation, given_back, EntryKind.EXPIRE)
    bookings.book(outcome.moves, movement=_movement_of(reservation), at=at)
    Event.objects.create(
        application_id=licence.application_id,
        licence=licence,
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
    """Let every reservation go whose time is over; return how many went. What fails is logged, and tried
    again when the clock calls the next time; it takes nobody's place among the EXPIRED_AT_ONCE."""
    due = Reservation.objects.run_out(at).order_by("expires_at").values_list("pk", flat=True)
    went = 0
    for pk in list(due):
        went += _run_out_if_it_can(pk, at)
        if went == EXPIRED_AT_ONCE:
            break
    return went


def _run_out_if_it_can(pk: int, at: datetime) -> bool:
    try:
        return run_out(pk, by=None, at=at)
    except Exception:  # the outermost edge: whatever it is, the others are due as well
        logger.exception("Reservation %s could not be given back", pk)
        connection.close_if_unusable_or_obsolete()
        return False


def _movement_of(reservation: Reservation) -> Movement:
    return Movement(reservation.system_id, reservation.declaration, reservation.version)
