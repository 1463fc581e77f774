"""What customs reserves, lets leave and gives back, in two steps; and what had left before we heard of it.

Every function that takes a message returns the stored message with its answer, and whether it is new. A
repeat gets the first answer, refusals too. All lines of a message count or none; a report of goods that have
left is never refused for what a licence says.
"""

from collections.abc import Sequence
from datetime import datetime

from licensing import bookings, chains, terms
from licensing.actions.departures import depart_item
from licensing.actions.messages import (
    Declared,
    Message,
    Outcome,
    Part,
    Task,
    answer,
    numbers,
    plain_declared,
    plain_part,
    start,
)
from licensing.actions.reserving import (
    against_repeats,
    amount_of,
    check_locked,
    give_back,
    line_out,
    no_reservation,
    post_part,
    reserve_items,
    start_parts,
)
from licensing.bookings import EVERY_ITEM, Taken
from licensing.models import EntryKind, Usage, User


def reserve(message: Message, items: Sequence[Declared], *, by: User, at: datetime) -> tuple[Usage, bool]:
    """Keep what a declaration asks for, all items or none, until it leaves, is released or runs out."""

    def work(usage: Usage, taken: Taken) -> Outcome:
        outcome = start([one.item for one in items], taken)
        reserve_items(outcome, usage, items, taken, message.shipment, by, at)
        return outcome

    asked = [plain_declared(one) for one in items]
    task = Task(Usage.Kind.RESERVE, asked, work, numbers(items), EntryKind.RESERVE)
    return answer(task, message, by, at)


def adjust(message: Message, items: Sequence[Declared], *, by: User, at: datetime) -> tuple[Usage, bool]:
    """Put `items` in place of all that is reserved for the declaration: release and reserve, or neither."""

    def work(usage: Usage, taken: Taken) -> Outcome:
        outcome = start([one.item for one in items], taken)
        check_locked(taken, taken.reservations)
        if not taken.reservations:
            outcome.reasons += [no_reservation(message, None)]
            return outcome
        for reservation in taken.reservations.values():
            give_back(outcome, reservation, reservation.open_quantity)
        reserve_items(outcome, usage, items, taken, message.shipment, by, at)
        return outcome

    asked = [plain_declared(one) for one in items]
    task = Task(Usage.Kind.ADJUST, asked, work, numbers(items), EntryKind.RESERVE, EVERY_ITEM)
    return answer(task, message, by, at)


def post(
    message: Message, parts: Sequence[Part], *, last: bool, by: User, at: datetime
) -> tuple[Usage, bool]:
    """Write off what leaves of what is reserved. With `last`, what stays of the items named is released."""

    def work(usage: Usage, taken: Taken) -> Outcome:
        outcome = start_parts(message, parts, taken)
        if outcome.reasons:
            return outcome
        outcome.reasons += [
            reason for licence in outcome.licences for reason in bookings.against_state(licence, at)
        ]
        outcome.reasons += bookings.against_detention(message.declaration, was_detained=taken.was_detained)
        outcome.reasons += [
            reason for licence in outcome.licences for reason in terms.against_day(licence, at)
        ]
        for part in parts:
            post_part(outcome, part, taken.reservations[part.item], last)
        return outcome

    asked = [last, *map(plain_part, parts)]
    task = Task(Usage.Kind.POST, asked, work, items=[part.item for part in parts])
    return answer(task, message, by, at)


def release(message: Message, parts: Sequence[Part], *, by: User, at: datetime) -> tuple[Usage, bool]:
    """Give back what is reserved, in whatever state the licence is; no parts mean the whole declaration."""

    def work(usage: Usage, taken: Taken) -> Outcome:
        named = parts or [Part(item) for item in sorted(taken.reservations)]
        outcome = start_parts(message, named, taken)
        if outcome.reasons:
            return outcome
        for part in named:
            reservation = taken.reservations[part.item]
            amount, reasons = amount_of(part, reservation)
            outcome.reasons += reasons
            if not reasons:
                give_back(outcome, reservation, amount)
                value = -outcome.moves[-1].reserved_value
                outcome.lines.append(line_out(reservation, reservation.line, amount, value, outcome))
        return outcome

    asked = [plain_part(part) for part in parts]
    items = [part.item for part in parts] or EVERY_ITEM
    return answer(Task(Usage.Kind.RELEASE, asked, work, items=items), message, by, at)


def depart(message: Message, items: Sequence[Declared], *, by: User, at: datetime) -> tuple[Usage, bool]:
    """Record that goods have left. As much as the line bears is written off, first from what is reserved for
    the item; whatever the licence did not cover goes to the officers, with a letter. What counts is how
    licence and goods stood at the departure, where the message says when it was."""

    def work(usage: Usage, taken: Taken) -> Outcome:
        outcome = start([one.item for one in items], taken)
        outcome.reasons += against_repeats(message, [one.item for one in items], taken)
        for one in [] if outcome.reasons else items:
            held = taken.reservations.get(one.item)
            depart_item(outcome, usage, one, taken.licences, held, message.shipment)
        return outcome

    asked = [plain_declared(one) for one in items]
    named = numbers(items)
    licences = named.union(chains.newest(named).values())  # what left under a replaced one counts there
    task = Task(Usage.Kind.DEPART, asked, work, licences, EntryKind.DEPART)
    return answer(task, message, by, at)
