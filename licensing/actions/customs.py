"""What customs reports to us."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from licensing.errors import Refused
from licensing.models import (
    Action,
    Event,
    LedgerEntry,
    Licence,
    LicenceLine,
    LicenceState,
    Usage,
    User,
)
from licensing.permissions import Permission, may
from licensing.units import fits, unit_name, units


@dataclass(frozen=True, slots=True)
class UsedLine:
    """What left under one line of a licence."""

    number: int  # of the licence line
    quantity: Decimal  # more than zero, in `unit`
    unit: str  # UN/ECE Recommendation 20 code; must be the line's own


@transaction.atomic
def record_usage(
    reference: str, *, client_key: str, declaration: str, used: Sequence[UsedLine], by: User, at: datetime
) -> Usage:
    """Write quantities off a licence: all lines or none. Returns the stored message with its answer.

    A message with a known `client_key` changes nothing and returns the row stored the first time, be it
    recorded or refused. Refusals are stored and returned as well, not raised, because a retry must get
    the same answer. Raises Refused (code "key-reused") if the key is known with another body, Refused
    (code "forbidden") if `by` may not report, and Licence.DoesNotExist if there is no such licence.
    """
    digest = _digest(reference, declaration, used)
    _one_at_a_time(by, client_key)
    if known := Usage.objects.filter(client=by, client_key=client_key).first():
        if known.body_digest != digest:
            raise Refused(_("This id was used before for another message. Use a new id."), code="key-reused")
        return known
    # Suspending or revoking takes the same lock: what commits first holds.
    licence = Licence.objects.select_for_update(of=("self",)).get(reference=reference)
    if not may(by, Permission.REPORT_USAGE, licence):
        raise Refused(_("Your role does not allow this."), code="forbidden")
    lines = {line.number: line for line in licence.lines.select_for_update().order_by("pk")}
    reasons = _reasons_against(licence, lines, used, at)
    usage = Usage.objects.create(
        licence=licence,
        client=by,
        client_key=client_key,
        body_digest=digest,
        declaration=declaration,
        outcome=Usage.Outcome.REFUSED if reasons else Usage.Outcome.RECORDED,
        answer={"reasons": reasons} if reasons else {"lines": _after(lines, used)},
        at=at,
    )
    if not reasons:
        _write_off(usage, lines, used)
    _log(usage, used)
    return usage


def _reasons_against(
    licence: Licence, lines: dict[int, LicenceLine], used: Sequence[UsedLine], at: datetime
) -> list[dict[str, Any]]:
    """Return why the message is refused, as code and words; empty if it is not."""
    state = licence.state(at)
    if state not in (LicenceState.VALID, LicenceState.EXHAUSTED):
        detail = _("Licence %(licence)s is not in force: %(state)s.") % {
            "licence": licence.reference,
            "state": state.label,
        }
        return [{"code": "not-in-force", "state": state.value, "detail": detail}]
    reasons: list[dict[str, Any]] = []
    if len({line.number for line in used}) != len(used):
        reasons.append({"code": "line-twice", "detail": _("Name each line of the licence once.")})
    for part in used:
        reasons += _against_line(licence, lines.get(part.number), part)
    return reasons


def _against_line(licence: Licence, line: LicenceLine | None, part: UsedLine) -> list[dict[str, Any]]:
    if line is None:
        detail = _("Licence %(licence)s has no line %(line)d.") % {
            "licence": licence.reference,
            "line": part.number,
        }
        return [{"code": "unknown-line", "line": part.number, "detail": detail}]
    if part.unit != line.unit:
        detail = _("Line %(line)d is licensed in %(unit)s (%(code)s), not in %(theirs)s.") % {
            "line": part.number,
            "unit": unit_name(line.unit, "en"),
            "code": line.unit,
            "theirs": part.unit,
        }
        return [{"code": "other-unit", "line": part.number, "unit": line.unit, "detail": detail}]
    if line.unit in units() and not fits(part.quantity, line.unit):
        detail = _("Line %(line)d is counted in whole %(unit)s.") % {
            "line": part.number,
            "unit": unit_name(line.unit, "en"),
        }
        return [{"code": "not-whole", "line": part.number, "detail": detail}]
    if part.quantity > line.remaining:
        detail = _("Only %(remaining)s %(unit)s of line %(line)d remain; %(asked)s were asked for.") % {
            "remaining": line.remaining,
            "unit": line.unit,
            "line": part.number,
            "asked": part.quantity,
        }
        return [
            {
                "code": "not-enough",
                "line": part.number,
                "remaining": str(line.remaining),
                "unit": line.unit,
                "detail": detail,
            }
        ]
    return []


def _after(lines: dict[int, LicenceLine], used: Sequence[UsedLine]) -> list[dict[str, Any]]:
    return [
        {
            "line": part.number,
            "quantity": str(part.quantity),
            "unit": part.unit,
            "remaining": str(lines[part.number].remaining - part.quantity),
        }
        for part in used
    ]


def _write_off(usage: Usage, lines: dict[int, LicenceLine], used: Sequence[UsedLine]) -> None:
    """Book every line. The database refuses an overdraft even if what we checked above were wrong."""
    for part in sorted(used, key=lambda part: lines[part.number].pk):
        line = lines[part.number]
        line.used += part.quantity
        line.save(update_fields=["used"])
        LedgerEntry.objects.create(usage=usage, line=line, quantity=part.quantity, at=usage.at)


def _log(usage: Usage, used: Sequence[UsedLine]) -> None:
    recorded = usage.outcome == Usage.Outcome.RECORDED
    Event.objects.create(
        application_id=usage.licence.application_id,
        licence=usage.licence,
        action=Action.RECORD_USAGE if recorded else Action.REFUSE_USAGE,
        by=usage.client,
        at=usage.at,
        after=usage.answer,
        data={"declaration": usage.declaration, "usage": usage.pk, "asked": _plain(used)},
    )


def _plain(used: Sequence[UsedLine]) -> list[dict[str, Any]]:
    return [{**asdict(part), "quantity": str(part.quantity)} for part in used]


def _digest(reference: str, declaration: str, used: Sequence[UsedLine]) -> str:
    """Return the SHA-256 of what is asked, the same for 4, 4.0 and 4.0000."""
    lines = sorted((part.number, f"{part.quantity.normalize():f}", part.unit) for part in used)
    return hashlib.sha256(json.dumps([reference, declaration, lines]).encode()).hexdigest()


def _one_at_a_time(client: User, client_key: str) -> None:
    """Let a second copy of a message that is being handled wait for the first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{client.pk}:{client_key}"])
