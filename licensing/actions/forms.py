"""Ports take numbers of forms in advance, for when the portal can't be asked."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from licensing.country import pack
from licensing.errors import Refused
from licensing.models import Action, Event, FormBlock, MessageId, User
from licensing.permissions import Permission, has

MOST = 200  # numbers of one block


@transaction.atomic
def take(port: str, count: int, *, by: User, at: datetime) -> FormBlock:
    """Return a block of numbers that nobody else has."""
    if not has(by, Permission.REPORT_USAGE) or by.organisation is None:
        raise Refused(_("Your role does not allow this."), code="not-allowed")
    if port not in {one.code for one in pack().ports}:
        raise Refused(_("This port is not known here."))
    if not 1 <= count <= MOST:
        raise Refused(_("Take 1 to %(most)d numbers at a time.") % {"most": MOST})
    block = FormBlock.objects.create(system=by.organisation, port=port, count=count, by=by, at=at)
    Event.objects.create(
        organisation=by.organisation,
        action=Action.TAKE_FORMS,
        by=by,
        at=at,
        data={"block": str(block), "count": count},
    )
    return block


def reported(block: FormBlock) -> set[str]:
    """Return the numbers of the block that have come back as messages of the same authority."""
    known = MessageId.objects.filter(client__organisation=block.system, client_key__in=block.numbers)
    return set(known.values_list("client_key", flat=True))
