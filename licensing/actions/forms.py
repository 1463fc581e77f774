"""Ports take numbers of forms in advance, for when the portal can't be asked, and report later what left."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from licensing.actions import ledger
from licensing.actions.messages import Declared, Message
from licensing.country import pack
from licensing.errors import Refused
from licensing.models import Action, Event, FormBlock, MessageId, Usage, User
from licensing.permissions import Permission, has
from licensing.references import read_reference
from licensing.terms import Shipment
from screening import locks

MOST = 200  # numbers of one block
NUMBER = re.compile(r"([A-Z0-9]{5})-?F-?([0-9]{5,9})-?([0-9]{3})")


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


@transaction.atomic
def report(
    number: str,
    items: Sequence[Declared],
    *,
    declaration: str,
    version: int,
    left_at: datetime,
    regime: str,
    consignee: str,
    by: User,
    at: datetime,
) -> tuple[Usage, bool]:
    """Record what left under a form that was written while the portal could not be asked; say whether it is
    new. The port is that of the form's block.

    Goods that are gone are never refused for what a licence says: what it does not cover is an irregularity.
    Raises Refused for a number that is in no block of the authority, for one that stands for another report
    already (code "form-used"), and for a declaration whose items were reported under another number; then the
    number stays free, since what was typed may have been wrong.
    """
    block = block_of(number, by)
    if block is None:
        raise Refused(_("Form %(number)s is in no block that your authority took.") % {"number": number[:60]})
    if left_at > at:
        raise Refused(_("This moment has not come yet. Write when the goods left."))
    locks.wait_for(f"form {number}")  # blocks never change, so no row of theirs is locked
    if (used := _used_by_others(block, number, by)) is not None:
        raise Refused(already_used(used), code="form-used")
    shipment = Shipment(port=block.port, regime=regime, consignee=consignee)
    message = Message(number, declaration, version, shipment, left_at)
    try:
        usage, is_new = ledger.depart(message, items, by=by, at=at)
    except Refused as refused:
        if refused.code != "id-reused":
            raise
        used = Usage.objects.select_related("client").get(client=by, client_key=number)
        raise Refused(already_used(used), code="form-used") from refused
    if is_new and usage.outcome == Usage.Outcome.REFUSED:
        raise Refused(*dict.fromkeys(reason["detail"] for reason in usage.answer["reasons"]))
    return usage, is_new


def block_of(number: str, by: User) -> FormBlock | None:
    """Return the block of the person's authority that has the number, None if none has."""
    found = NUMBER.fullmatch(number)
    if found is None:
        return None
    block = FormBlock.objects.filter(system=by.organisation, pk=int(found[2])).first()
    return block if block and number in block.numbers else None


def read_number(typed: str) -> str:
    """Return the number of a form as people type it (blanks, small letters, no dashes) in its one form."""
    kept = read_reference(typed)
    found = NUMBER.fullmatch(kept)
    return f"{found[1]}-F{int(found[2]):05d}-{found[3]}" if found else kept


def already_used(usage: Usage) -> str:
    words = _(
        "This form was reported already, by %(who)s: declaration %(declaration)s. Read its number again."
    )
    return words % {"who": usage.client.name, "declaration": usage.declaration}


def _used_by_others(block: FormBlock, number: str, by: User) -> Usage | None:
    rows = Usage.objects.filter(client__organisation=block.system, client_key=number).exclude(client=by)
    return rows.select_related("client").first()


def reported(block: FormBlock) -> set[str]:
    """Return the numbers of the block that have come back as messages of the same authority."""
    known = MessageId.objects.filter(client__organisation=block.system, client_key__in=block.numbers)
    return set(known.values_list("client_key", flat=True))


def reports(block: FormBlock) -> dict[str, Usage]:
    """Return what was reported under numbers of the block, by number."""
    rows: Any = Usage.objects.filter(client__organisation=block.system, client_key__in=block.numbers)
    return {usage.client_key: usage for usage in rows.select_related("client").order_by("-pk")}
