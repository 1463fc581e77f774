"""How two people set the ledger right: one proposes with a reason, another confirms. Nothing is rewritten."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from licensing import bookings, chains
from licensing.actions import replacing
from licensing.bookings import Move
from licensing.errors import Refused
from licensing.models import (
    Action,
    Correction,
    CorrectionConfirmation,
    EntryKind,
    Event,
    Irregularity,
    LedgerEntry,
    Licence,
    User,
)
from licensing.permissions import Permission, has
from licensing.units import plain

# What may be reversed: what took from the line for good.
REVERSIBLE = (EntryKind.USE, EntryKind.POST, EntryKind.DEPART)


@transaction.atomic
def propose_reversal(entry_id: int, *, reason: str, by: User, at: datetime) -> Correction:
    """Propose to reverse a ledger entry. Nothing moves until somebody else confirms it."""
    entry = LedgerEntry.objects.select_related("line__licence").get(pk=entry_id)
    _check(reason, by)
    if entry.kind not in REVERSIBLE:
        raise Refused(_("Only what was written off can be reversed."))
    if is_reversed(entry):
        raise Refused(_("This is reversed already."))
    correction = Correction.objects.create(entry=entry, reason=reason.strip(), by=by, at=at)
    _log(Action.PROPOSE_CORRECTION, correction, by, at)
    return correction


@transaction.atomic
def propose_settlement(irregularity_id: int, *, reason: str, by: User, at: datetime) -> Correction:
    """Propose to call an irregular departure settled, and say how it was."""
    irregularity = Irregularity.objects.select_related("licence").get(pk=irregularity_id)
    _check(reason, by)
    if not Irregularity.objects.open().filter(pk=irregularity.pk).exists():
        raise Refused(_("This is settled already."))
    correction = Correction.objects.create(irregularity=irregularity, reason=reason.strip(), by=by, at=at)
    _log(Action.PROPOSE_CORRECTION, correction, by, at)
    return correction


@transaction.atomic
def confirm(correction_id: int, *, by: User, at: datetime) -> CorrectionConfirmation:
    """Do what somebody else proposed: write the reversing entry, or take the irregularity off the list."""
    rows = Correction.objects.select_related("entry__line__licence", "irregularity")
    correction = rows.get(pk=correction_id)
    licence = _licence(correction)
    numbers = [licence.reference] if licence else []
    licences = bookings.locked([*numbers, *chains.newest(numbers).values()])
    _check_second(correction, by)
    confirmation = CorrectionConfirmation.objects.create(
        correction=correction, first_by=correction.by, by=by, at=at
    )
    if correction.entry:
        move = _reversing(correction.entry, licences, confirmation)
        back = replacing.carried_back(move, licences)
        bookings.book([*back, move], movement=None, at=at)
    _log(Action.CORRECT, correction, by, at)
    return confirmation


def is_reversed(entry: LedgerEntry) -> bool:
    return CorrectionConfirmation.objects.filter(correction__entry=entry).exists()


def _check(reason: str, by: User) -> None:
    if not has(by, Permission.MANAGE_LICENCE):
        raise Refused(_("Your role does not allow this."), code="not-allowed")
    if not reason.strip():
        raise Refused(_("Give the reasons."))


def _check_second(correction: Correction, by: User) -> None:
    if not has(by, Permission.MANAGE_LICENCE):
        raise Refused(_("Your role does not allow this."), code="not-allowed")
    if correction.by_id == by.pk:
        raise Refused(_("You proposed this; somebody else must confirm it."))
    same = Correction.objects.filter(entry=correction.entry_id, irregularity=correction.irregularity_id)
    if correction != same.latest():
        raise Refused(_("Another proposal took the place of this one. Look at that."))
    if CorrectionConfirmation.objects.filter(correction__in=same).exists():
        raise Refused(_("This is confirmed already."))


def _reversing(
    entry: LedgerEntry, licences: dict[str, Licence], confirmation: CorrectionConfirmation
) -> Move:
    lines = licences[entry.line.licence.reference].lines.all()
    line = next(line for line in lines if line.pk == entry.line_id)
    return Move(
        line, EntryKind.CORRECT, quantity=-entry.quantity, value=-entry.value, confirmation=confirmation
    )


def _licence(correction: Correction) -> Licence | None:
    if correction.entry:
        return correction.entry.line.licence
    return correction.irregularity.licence if correction.irregularity else None


def _log(action: Action, correction: Correction, by: User, at: datetime) -> None:
    licence, entry = _licence(correction), correction.entry
    Event.objects.create(
        application_id=licence.application_id if licence else None,
        licence=licence,
        account=None if licence else by,
        action=action,
        by=by,
        at=at,
        data={
            "reason": correction.reason,
            "correction": correction.pk,
            **(said_of(entry) if entry else {"irregularity": correction.irregularity_id}),
        },
    )


def said_of(entry: LedgerEntry) -> dict[str, Any]:
    """Return what an event says of an entry."""
    return {"entry": entry.pk, "quantity": plain(entry.quantity), "unit": entry.line.unit}
