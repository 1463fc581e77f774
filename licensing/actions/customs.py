"""What customs reports to us."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Prefetch
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from licensing.errors import Refused
from licensing.models import (
    Action,
    Event,
    LedgerEntry,
    Licence,
    LicenceLine,
    LicenceState,
    PartyRole,
    Usage,
    User,
)
from licensing.permissions import Permission, may
from licensing.units import decimals_of, fits, plain, unit_name

Reasons = list[dict[str, Any]]

# A line that is used up refuses by itself, and says of which goods nothing remains.
BOOKABLE = (LicenceState.VALID, LicenceState.EXHAUSTED)
# Who else stands on the papers that travel with the goods.
PARTIES_AT_THE_BORDER = (PartyRole.CONSIGNEE, PartyRole.END_USER, PartyRole.ULTIMATE_END_USER)


@dataclass(frozen=True, slots=True)
class UsedLine:
    """What left under one line of a licence with this message, never a running total."""

    number: int  # of the licence line
    quantity: Decimal  # more than zero, in `unit`
    unit: str  # UN/ECE Recommendation 20 code; must be the line's own


@transaction.atomic
def record_usage(
    reference: str, *, client_key: str, declaration: str, used: Sequence[UsedLine], by: User, at: datetime
) -> tuple[Usage, bool]:
    """Write quantities off a licence, all lines or none. Return the stored message with its answer, and
    whether it is new.

    A message with a known `client_key` changes nothing and returns the row stored the first time, be it
    recorded or refused. Refusals are stored and returned as well, not raised, because a retry must get
    the same answer. Raises Refused (code "id-reused") if the key is known with another body, Refused
    (code "not-allowed") if `by` may not report, and Licence.DoesNotExist if there is no such licence.
    """
    digest = _digest(reference, declaration, used)
    _one_at_a_time(by, client_key)
    if known := Usage.objects.select_related("licence").filter(client=by, client_key=client_key).first():
        if known.body_digest != digest:
            raise Refused(_("This id was used before for another message. Use a new id."), code="id-reused")
        return known, False
    licence = _locked(reference)
    if not may(by, Permission.REPORT_USAGE, licence):
        raise Refused(_("Your role does not allow this."), code="not-allowed")
    lines = {line.number: line for line in licence.lines.all()}
    reasons = _reasons_against(licence, lines, used, at)
    usage = Usage.objects.create(
        licence=licence,
        client=by,
        client_key=client_key,
        body_digest=digest,
        declaration=declaration,
        outcome=Usage.Outcome.REFUSED if reasons else Usage.Outcome.RECORDED,
        answer=_refusal(reasons) if reasons else {"lines": _after(lines, used)},
        at=at,
    )
    if not reasons:
        _write_off(usage, lines, used)
    _log(usage, used)
    return usage, True


def _locked(reference: str) -> Licence:
    """Return the licence with its lines, all locked until the transaction ends.

    Suspending or revoking takes the same lock on the licence: what commits first holds. Lines are locked in
    the order of their ids, whatever order the message names them in.
    """
    lines = LicenceLine.objects.select_for_update().order_by("pk")
    licences = Licence.objects.select_for_update(of=("self",)).prefetch_related(Prefetch("lines", lines))
    return licences.get(reference=reference)


def _reasons_against(
    licence: Licence, lines: dict[int, LicenceLine], used: Sequence[UsedLine], at: datetime
) -> Reasons:
    """Return why the message is refused, as code and words; empty if it is not."""
    state = licence.state(at)
    if state not in BOOKABLE:
        words = _("Licence %(licence)s can't be used: %(state)s.")
        detail = words % {"licence": licence.reference, "state": str(state.label).lower()}
        return [{"code": "not-in-force", "detail": detail, "state": state.value}]
    if not used:
        return [{"code": "nothing-asked", "detail": _("Give the quantity of at least one line.")}]
    if len({part.number for part in used}) != len(used):
        return [{"code": "line-twice", "detail": _("Name each line of the licence once.")}]
    return [reason for part in used for reason in _against_line(licence, lines.get(part.number), part)]


def _against_line(licence: Licence, line: LicenceLine | None, part: UsedLine) -> Reasons:
    if line is None:
        words = _("Licence %(licence)s has no line %(line)d.")
        return [_reason("unknown-line", part, words % {"licence": licence.reference, "line": part.number})]
    unit = unit_name(line.unit, get_language() or "es")
    if part.unit != line.unit:
        words = _("Line %(line)d is licensed in %(unit)s (%(code)s), not in %(theirs)s.")
        said = {"line": part.number, "unit": unit, "code": line.unit, "theirs": part.unit}
        return [_reason("other-unit", part, words % said, unit=line.unit)]
    if part.quantity <= 0:
        words = _("Give more than zero for line %(line)d.")
        return [_reason("not-positive", part, words % {"line": part.number})]
    if not fits(part.quantity, line.unit):
        return [_reason("too-fine", part, _too_fine(part, unit), unit=line.unit)]
    if part.quantity > line.remaining:
        words = _("Line %(line)d: %(asked)s asked for, but what remains is %(remaining)s.")
        asked, remaining = _in_words(part.quantity, line.unit), _in_words(line.remaining, line.unit)
        detail = words % {"line": part.number, "asked": asked, "remaining": remaining}
        return [_reason("not-enough", part, detail, remaining=plain(line.remaining), unit=line.unit)]
    return []


def _in_words(quantity: Decimal, unit: str) -> str:
    return f"{plain(quantity)} {unit_name(unit, get_language() or 'es', quantity)}"


def _too_fine(part: UsedLine, unit: str) -> str:
    decimals = decimals_of(part.unit)
    said = {"line": part.number, "unit": unit, "decimals": decimals}
    if not decimals:
        return _("Line %(line)d is counted in %(unit)s without decimals, for example 12.") % said
    words = ngettext(
        "Line %(line)d is counted in %(unit)s with at most %(decimals)d decimal place.",
        "Line %(line)d is counted in %(unit)s with at most %(decimals)d decimal places.",
        decimals,
    )
    return words % said


def _reason(code: str, part: UsedLine, detail: str, **more: str) -> dict[str, Any]:
    return {"code": code, "detail": detail, "line": part.number, **more}


def _refusal(reasons: Reasons) -> dict[str, Any]:
    """Return the answer with its words, so that a retry reads the same in whatever language it asks."""
    return {"title": _("The write-off is refused"), "reasons": reasons}


def _after(lines: dict[int, LicenceLine], used: Sequence[UsedLine]) -> list[dict[str, Any]]:
    return [
        {
            "line": part.number,
            "quantity": plain(part.quantity),
            "unit": part.unit,
            "remaining": plain(lines[part.number].remaining - part.quantity),
        }
        for part in used
    ]


def _write_off(usage: Usage, lines: dict[int, LicenceLine], used: Sequence[UsedLine]) -> None:
    """Book every line. The database refuses an overdraft even if what we checked above were wrong."""
    for part in used:
        LicenceLine.objects.filter(pk=lines[part.number].pk).update(used=F("used") + part.quantity)
    LedgerEntry.objects.bulk_create(
        LedgerEntry(usage=usage, line=lines[part.number], quantity=part.quantity, at=usage.at)
        for part in used
    )


def _log(usage: Usage, used: Sequence[UsedLine]) -> None:
    recorded = usage.outcome == Usage.Outcome.RECORDED
    asked = [{"line": part.number, "quantity": plain(part.quantity), "unit": part.unit} for part in used]
    Event.objects.create(
        application_id=usage.licence.application_id,
        licence=usage.licence,
        action=Action.RECORD_USAGE if recorded else Action.REFUSE_USAGE,
        by=usage.client,
        at=usage.at,
        after=usage.answer,
        data={"declaration": usage.declaration, "usage": usage.pk, "asked": asked},
    )


def _digest(reference: str, declaration: str, used: Sequence[UsedLine]) -> str:
    """Return the SHA-256 of what is asked, the same for 4, 4.0 and 4.0000, and in any order of lines."""
    lines = sorted((part.number, plain(part.quantity), part.unit) for part in used)
    return hashlib.sha256(json.dumps([reference, declaration, lines]).encode()).hexdigest()


def _one_at_a_time(client: User, client_key: str) -> None:
    """Let a second copy of a message that is being handled wait for the first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{client.pk}:{client_key}"])
