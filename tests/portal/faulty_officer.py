"""The officers of a trial with the fault that ISTMO_FAULT names, to see that the trials find it."""

import os

from licensing import bookings
from licensing.actions import replacing
from licensing.bookings import Move, Movement
from licensing.models import EntryKind
from portal.torture.officer import main

__all__ = ["main"]


def leave_behind(kept, line, _follows, at):
    """Let what is reserved run out instead of carrying it over: each book by itself is right."""
    out = Move(
        line,
        EntryKind.EXPIRE,
        reserved=-kept.open_quantity,
        reserved_value=-kept.open_value,
        item=kept.item,
        reservation=kept,
    )
    movement = Movement(kept.system_id, kept.declaration, kept.version)
    bookings.book([out], movement=movement, at=at)


if os.environ.get("ISTMO_FAULT") == "reservations-left-behind":
    replacing._carry_reservation = leave_behind
