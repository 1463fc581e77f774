"""What customs reports to us."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from licensing import bookings, chains, counted, terms
from licensing.actions.messages import Outcome, record
from licensing.bookings import Move, Reasons
from licensing.errors import ReasonCode, Refused
from licensing.models import EntryKind, Licence, PartyRole, Usage, User
from licensing.permissions import Permission, may
from licensing.terms import Shipment
from licensing.units import plain

NOTHING_SAID = Shipment()
# Who else stands on the papers that travel with the goods.
PARTIES_AT_THE_BORDER = (PartyRole.CONSIGNEE, PartyRole.END_USER, PartyRole.ULTIMATE_END_USER)


@dataclass(frozen=True, slots=True)
class UsedLine:
    """What left under one line of a licence with this message, never a running total."""

    number: int  # of the licence line
    quantity: Decimal  # more than zero, in `unit`
    unit: str  # UN/ECE Recommendation 20 code; converted into the line's own


@transaction.atomic
def record_usage(
    reference: str,
    *,
    client_key: str,
    declaration: str,
    used: Sequence[UsedLine],
    by: User,
    at: datetime,
    shipment: Shipment = NOTHING_SAID,
    is_further: bool = True,
) -> tuple[Usage, bool]:
    """Write quantities off a licence, all lines or none. Return the stored message with its answer, and
    whether it is new.

    A message with a known `client_key` changes nothing and returns the row stored the first time, be it
    recorded or refused. Refusals are stored and returned as well, not raised, because a retry must get
    the same answer. Raises Refused (code "id-reused") if the key is known with another body, Refused
    (code "not-allowed") if `by` may not report, and Licence.DoesNotExist if there is no such licence.

    One declaration may leave in parts. Where nobody says that this `is_further` than what was counted for
    the declaration before, it raises Refused (code "counted-before") and stores nothing.
    """
    digest = _digest(reference, declaration, used, shipment)
    taken = bookings.take(by, client_key, declaration, [reference])
    if taken is None:
        return bookings.known(by, client_key, digest), False
    if reference not in taken.licences:
        raise Licence.DoesNotExist
    licence = taken.licences[reference]
    if not may(by, Permission.REPORT_USAGE, licence):
        raise Refused(_("Your role does not allow this."), code="not-allowed")
    moves, reasons = _moves(licence, used, at)
    reasons = reasons or bookings.against_detention(declaration, was_detained=taken.was_detained)
    reasons = reasons or _against_terms(licence, moves, declaration, shipment, at)
    if not reasons and not is_further and (before := _counted_before(licence, declaration)):
        raise Refused(before, code="counted-before")
    outcome = Outcome(licences=[licence], reasons=reasons)
    if not reasons:
        outcome.moves, outcome.lines = moves, _after(moves)
    usage = Usage(
        kind=Usage.Kind.USE,
        client=by,
        client_key=client_key,
        body_digest=digest,
        declaration=declaration,
        at=at,
    )
    asked = [{"line": part.number, "quantity": plain(part.quantity), "unit": part.unit} for part in used]
    record(usage, outcome, asked)
    return usage, True


def _counted_before(licence: Licence, declaration: str) -> str:
    """Return what is reserved or has left for the declaration, however that is written, under the licence
    or one that it replaced."""
    chain = {one.pk for one in chains.of(licence)}
    before = [
        _("line %(line)d, %(amount)s")
        % {"line": one.line.number, "amount": bookings.in_words(one.quantity, one.line.unit)}
        for one in counted.for_declaration(declaration)
        if one.line.licence_id in chain
    ]
    words = _("Counted before for the declaration %(declaration)s: %(counted)s. Nothing was written off now.")
    return words % {"declaration": declaration, "counted": "; ".join(before)} if before else ""


def _moves(licence: Licence, used: Sequence[UsedLine], at: datetime) -> tuple[list[Move], Reasons]:
    """Return what is written off, in the order of the message, or why the message is refused."""
    if reasons := bookings.against_state(licence, at):
        return [], reasons
    if not used:
        return [], [
            {"code": ReasonCode.NOTHING_ASKED, "detail": _("Give the quantity of at least one line.")}
        ]
    if len({part.number for part in used}) != len(used):
        return [], [{"code": ReasonCode.LINE_TWICE, "detail": _("Name each line of the licence once.")}]
    moves, reasons = [], []
    for part in used:
        move, against = _move(licence, part)
        reasons += against
        moves += [move] if move else []
    return moves, reasons


def _against_terms(
    licence: Licence, moves: Sequence[Move], declaration: str, shipment: Shipment, at: datetime
) -> Reasons:
    reasons = terms.against_shipment(licence, shipment, at)
    return [
        *reasons,
        *(one for move in moves for one in terms.against_amount(move.line, declaration, move.quantity)),
    ]


def _move(licence: Licence, part: UsedLine) -> tuple[Move | None, Reasons]:
    line = bookings.line_of(licence, part.number)
    if line is None:
        return None, bookings.unknown_line(licence.reference, part.number)
    amount, reasons = bookings.in_unit_of(line, part.quantity, part.unit)
    reasons = reasons or bookings.against_amount(line, amount, line.remaining)
    value = Outcome().value_of(line, amount)  # a message names each line once
    return Move(line, EntryKind.USE, quantity=amount, value=value), reasons


def _after(moves: Sequence[Move]) -> list[dict[str, Any]]:
    """Return what was written off and what remains, both in the line's unit, whatever the message used."""
    return [
        {
            "line": move.line.number,
            "quantity": plain(move.quantity),
            "unit": move.line.unit,
            "remaining": plain(move.line.remaining - move.quantity),
        }
        for move in moves
    ]


def _digest(reference: str, declaration: str, used: Sequence[UsedLine], shipment: Shipment) -> str:
    """Return the digest of what is asked, the same for 4, 4.0 and 4.0000, and in any order of lines."""
    lines = sorted((part.number, plain(part.quantity), part.unit) for part in used)
    return bookings.digest(reference, declaration, lines, *shipment.said)
