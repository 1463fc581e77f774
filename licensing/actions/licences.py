"""What deciding officers do to a licence in force. Effective for customs with the commit."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from licensing import notifications
from licensing.errors import Refused
from licensing.models import Action, Event, Licence, LicenceStatus, SurrenderRequest, User
from licensing.permissions import Permission, may
from licensing.workflow import perform


@transaction.atomic
def suspend(licence_id: int, *, reasons: str, by: User, at: datetime) -> Licence:
    """Stop a licence at once. One person may; reinstating or revoking it takes another."""
    return _change(licence_id, Action.SUSPEND, reasons, by, at)


@transaction.atomic
def reinstate(licence_id: int, *, reasons: str, by: User, at: datetime) -> Licence:
    return _change(licence_id, Action.REINSTATE, reasons, by, at)


@transaction.atomic
def revoke(licence_id: int, *, reasons: str, by: User, at: datetime) -> Licence:
    """End a suspended licence for good."""
    return _change(licence_id, Action.REVOKE, reasons, by, at)


@transaction.atomic
def ask_surrender(licence_id: int, *, reasons: str, by: User, at: datetime) -> SurrenderRequest:
    """Give a licence back for its holder. It ends when an officer takes it back."""
    licence = Licence.objects.lock(licence_id)
    if not may(by, Permission.APPLY, licence):
        raise Refused(_("Your role does not allow this."), code="not-allowed")
    if not reasons.strip():
        raise Refused(_("Give the reasons."))
    if licence.status != LicenceStatus.ACTIVE or not licence.is_live(at):
        raise Refused(_("Only a licence that is in force can be given back."))
    if licence.amendments.filter(is_open=True).exists():
        raise Refused(_("You asked for an amendment of this licence. Withdraw that first."))
    request, is_new = SurrenderRequest.objects.get_or_create(
        licence=licence, defaults={"reason": reasons.strip(), "by": by, "at": at}
    )
    if not is_new:
        raise Refused(_("This licence has been given back already; the authority has not taken it back yet."))
    event = Event.objects.create(
        application_id=licence.application_id,
        licence=licence,
        action=Action.ASK_SURRENDER,
        by=by,
        at=at,
        data={"reasons": request.reason},
    )
    notifications.announce(event)
    return request


@transaction.atomic
def surrender(licence_id: int, *, reasons: str, by: User, at: datetime) -> Licence:
    """Take back a licence that its holder gives back: it ends for good."""
    return _change(licence_id, Action.SURRENDER, reasons, by, at)


def _change(licence_id: int, action: Action, reasons: str, by: User, at: datetime) -> Licence:
    licence = Licence.objects.lock(licence_id)
    if not reasons.strip():
        raise Refused(_("Give the reasons."))
    event = perform(licence, action, by=by, at=at, reasons=reasons.strip())
    notifications.announce(event)
    return licence
