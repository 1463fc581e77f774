"""How a customs system asks for an entry of its own to be reversed, and how an officer says no.

Who says yes proposes the reversal (licensing.actions.corrections), which a second officer confirms.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from licensing.actions.corrections import REVERSIBLE, is_reversed, said_of
from licensing.errors import ReasonCode, Refused
from licensing.models import Action, CorrectionRefusal, CorrectionRequest, Event, LedgerEntry, User
from licensing.permissions import Permission, has
from screening import locks


@transaction.atomic
def ask(
    *, message: str, item: int | None, reason: str, once: str, by: User, at: datetime
) -> tuple[CorrectionRequest, bool]:
    """Ask for what a message of one's own wrote off to be given back to its line.

    `item`: which item of the declaration; of a write-off in one step, which line. The same `once` changes
    nothing, and returns what it stood for first and False. Raises Refused.
    """
    if not has(by, Permission.REPORT_USAGE):
        raise Refused(_("Your role does not allow this."), code="not-allowed")
    if not reason.strip():
        raise Refused(_("Give the reasons."))
    locks.wait_for(f"correction asked by {by.pk} {once}")
    if known := CorrectionRequest.objects.filter(by=by, once=once).first():
        return known, False
    entry = _the_entry(message, item, by)
    # Two copies with other ids would both find that nothing is asked for yet.
    locks.wait_for(f"correction of {entry.pk}")
    if is_reversed(entry):
        raise Refused(_("This is reversed already."), code=ReasonCode.ALREADY_CORRECTED)
    if CorrectionRequest.objects.open().filter(entry=entry).exists():
        words = _("The authority was asked for this already. Wait for its answer.")
        raise Refused(words, code=ReasonCode.ALREADY_ASKED)
    request = CorrectionRequest.objects.create(entry=entry, once=once, reason=reason.strip(), by=by, at=at)
    _log(Action.ASK_CORRECTION, request, request.reason, by, at)
    return request, True


@transaction.atomic
def decline(request_id: int, *, reason: str, by: User, at: datetime) -> CorrectionRefusal:
    """Say why an entry stays as it is. The system may ask again, with other reasons."""
    if not has(by, Permission.MANAGE_LICENCE):
        raise Refused(_("Your role does not allow this."), code="not-allowed")
    if not reason.strip():
        raise Refused(_("Give the reasons."))
    request = CorrectionRequest.objects.select_related("entry__line__licence").get(pk=request_id)
    locks.wait_for(f"correction of {request.entry_id}")
    if not CorrectionRequest.objects.open().filter(pk=request.pk).exists():
        raise Refused(_("This is answered already."))
    refusal = CorrectionRefusal.objects.create(request=request, reason=reason.strip(), by=by, at=at)
    _log(Action.DECLINE_CORRECTION, request, refusal.reason, by, at)
    return refusal


def repeats(request: CorrectionRequest, *, message: str, item: int | None, reason: str) -> bool:
    """Say whether a correction was asked for just so."""
    entry = request.entry
    written = (entry.usage.client_key if entry.usage else "", request.reason)
    return written == (message, reason.strip()) and item in (None, entry.item or entry.line.number)


def _the_entry(message: str, item: int | None, by: User) -> LedgerEntry:
    found = LedgerEntry.objects.filter(
        usage__client__organisation=by.organisation_id, usage__client_key=message, kind__in=REVERSIBLE
    ).select_related("line__licence", "usage")
    if item is not None:
        found = found.filter(Q(item=item) | Q(item=0, line__number=item))
    entries = list(found[:2])
    if not entries:
        raise Refused(
            _("No message of yours with this id wrote this off. Only what was written off can be reversed."),
            code=ReasonCode.NOTHING_TO_CORRECT,
        )
    if len(entries) > 1:
        words = _("This message wrote off several items. Say which one is wrong.")
        raise Refused(words, code=ReasonCode.ITEM_NOT_SAID)
    return entries[0]


def _log(action: Action, request: CorrectionRequest, reason: str, by: User, at: datetime) -> None:
    entry = request.entry
    Event.objects.create(
        application_id=entry.line.licence.application_id,
        licence=entry.line.licence,
        action=action,
        by=by,
        at=at,
        data={"reason": reason, **said_of(entry)},
    )
