"""What customs reserves, lets leave and gives back, in two steps; and what had left before we heard of it.

Every function that takes a message returns the stored message with its answer, and whether it is new. A
repeat gets the first answer, refusals too. All lines of a message count or none; a report of goods that have
left is never refused for what a licence says.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from licensing import bookings, chains, terms
from licensing.actions.departures import depart_item
from licensing.actions.messages import (
    Declared,
    Message,
    Outcome,
    Part,
    answer,
    locked,
    plain_declared,
    plain_part,
    start,
)
from licensing.actions.reserving import (
    against_repeats,
    amount_of,
    give_back,
    line_out,
    line_under,
    no_reservation,
    of_reservations,
    open_of,
    post_part,
    reserve_items,
    still_held,
)
from licensing.models import EntryKind, Usage, User


@transaction.atomic
def reserve(message: Message, items: Sequence[Declared], *, by: User, at: datetime) -> tuple[Usage, bool]:
    """Keep what a declaration asks for, all items or none, until it leaves, is released or runs out."""
    asked = [plain_declared(one) for one in items]

    def work(usage: Usage) -> Outcome:
        outcome = start(items, locked(items))
        reserve_items(outcome, usage, items, message.shipment, by, at)
        return outcome

    return answer(Usage.Kind.RESERVE, message, asked, work, by, at)


@transaction.atomic
def adjust(message: Message, items: Sequence[Declared], *, by: User, at: datetime) -> tuple[Usage, bool]:
    """Put `items` in place of all that is reserved for the declaration: release and reserve, or neither."""
    asked = [plain_declared(one) for one in items]

    def work(usage: Usage) -> Outcome:
        old = open_of(message, by)
        numbers = [one.line.licence.reference for one in old.values()]
        licences = locked(items, numbers)
        outcome = start(items, licences)
        held = still_held(old, open_of(message, by, lock=True))
        if not held:
            outcome.reasons += [no_reservation(message, None)]
            return outcome
        for reservation in held.values():
            give_back(outcome, reservation, line_under(licences, reservation), reservation.open_quantity)
        reserve_items(outcome, usage, items, message.shipment, by, at)
        return outcome

    return answer(Usage.Kind.ADJUST, message, asked, work, by, at)


@transaction.atomic
def post(
    message: Message, parts: Sequence[Part], *, last: bool, by: User, at: datetime
) -> tuple[Usage, bool]:
    """Write off what leaves of what is reserved. With `last`, what stays of the items named is released."""
    asked = [last, *map(plain_part, parts)]

    def work(usage: Usage) -> Outcome:
        outcome, licences, held = of_reservations(message, parts, by)
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
            post_part(outcome, part, reservation, line_under(licences, reservation), last)
        return outcome

    return answer(Usage.Kind.POST, message, asked, work, by, at)


@transaction.atomic
def release(message: Message, parts: Sequence[Part], *, by: User, at: datetime) -> tuple[Usage, bool]:
    """Give back what is reserved, in whatever state the licence is; no parts mean the whole declaration."""
    asked = [plain_part(part) for part in parts]

    def work(usage: Usage) -> Outcome:
        named = parts or [Part(item) for item in sorted(open_of(message, by))]
        outcome, licences, held = of_reservations(message, named, by)
        if outcome.reasons:
            return outcome
        for part in named:
            reservation = held[part.item]
            line = line_under(licences, reservation)
            amount, reasons = amount_of(part, reservation, line)
            outcome.reasons += reasons
            if not reasons:
                give_back(outcome, reservation, line, amount)
                value = -outcome.moves[-1].reserved_value
                outcome.lines.append(line_out(reservation, line, amount, value, outcome))
        return outcome

    return answer(Usage.Kind.RELEASE, message, asked, work, by, at)


@transaction.atomic
def depart(message: Message, items: Sequence[Declared], *, by: User, at: datetime) -> tuple[Usage, bool]:
    """Record that goods have left. As much as the line bears is written off, first from what is reserved for
    the item; whatever the licence does not cover goes to the officers, with a letter. Days are those of the
    departure where the message says when it was."""
    asked = [plain_declared(one) for one in items]
    left_at = message.left_at or at

    def work(usage: Usage) -> Outcome:
        licences = locked(items, chains.newest({one.licence for one in items}).values())
        outcome = start(items, licences)
        outcome.reasons += against_repeats(message, [one.item for one in items], by, EntryKind.DEPART)
        held = open_of(message, by, lock=True)
        for one in [] if outcome.reasons else items:
            depart_item(outcome, usage, one, licences, held.get(one.item), message.shipment, left_at)
        return outcome

    return answer(Usage.Kind.DEPART, message, asked, work, by, at)
