"""What the books say of a declaration: what has left and what is kept for it, under whatever licence."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from string import digits

from licensing.models import (
    CorrectionConfirmation,
    DigitsOf,
    EntryKind,
    LedgerEntry,
    LicenceLine,
    Reservation,
    Usage,
)
from licensing.references import read_reference

LEFT = (EntryKind.USE, EntryKind.POST, EntryKind.DEPART)


@dataclass(frozen=True, slots=True)
class Counted:
    """One movement that stands in the books."""

    line: LicenceLine  # with its licence
    quantity: Decimal  # in the line's unit
    has_left: bool  # else it is reserved
    at: datetime  # when it left, where that was reported; else when it was counted


def for_declaration(declaration: str) -> list[Counted]:
    """Return what stands in the books for a declaration, however it is written: what was not reversed, then
    what is still reserved, the oldest first."""
    messages = _messages(declaration)
    if not messages:
        return []
    rows = LedgerEntry.objects.filter(usage__in=messages, kind__in=LEFT).order_by("pk")
    reversed_ones = CorrectionConfirmation.objects.filter(correction__entry__in=rows)
    wrong = set(reversed_ones.values_list("correction__entry", flat=True))
    left = [
        Counted(one.line, one.quantity, True, messages[one.usage_id].left_at or one.at)
        for one in rows.select_related("line__licence")
        if one.usage_id and one.quantity and one.pk not in wrong
    ]
    kept = Reservation.objects.open().filter(usage__in=messages).select_related("line__licence")
    return left + [Counted(one.line, one.open_quantity, False, one.made_at) for one in kept.order_by("pk")]


def _messages(declaration: str) -> dict[int, Usage]:
    """Return the messages that were recorded for a declaration. Those with its digits are looked at, since no
    spelling changes them, and the database finds them by an index."""
    wanted = read_reference(declaration)
    kept = "".join(sign for sign in wanted if sign in digits)
    recorded = Usage.objects.filter(outcome=Usage.Outcome.RECORDED).alias(digits=DigitsOf("declaration"))
    found = recorded.filter(digits=kept).only("declaration", "left_at")
    return {one.pk: one for one in found if read_reference(one.declaration) == wanted}
