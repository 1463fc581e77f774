"""What deciding officers do to a licence in force. Effective for customs with the commit."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from licensing import notifications
from licensing.errors import Refused
from licensing.models import Action, Licence, User
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


def _change(licence_id: int, action: Action, reasons: str, by: User, at: datetime) -> Licence:
    licence = Licence.objects.lock(licence_id)
    if not reasons.strip():
        raise Refused(_("Give the reasons."))
    event = perform(licence, action, by=by, at=at, reasons=reasons.strip())
    notifications.announce(event)
    return licence
