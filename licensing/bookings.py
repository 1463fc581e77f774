"""How the ledger is written: an id is taken, licences and lines are locked in order, balances and entries
change together.

Every function belongs into the transaction of an act (`licensing.actions.customs`, `.ledger`).
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Prefetch
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from licensing.errors import ReasonCode, Refused
from licensing.models import (
    CorrectionConfirmation,
    Detention,
    EntryKind,
    LedgerEntry,
    Licence,
    LicenceLine,
    LicenceState,
    LicenceStatus,
    MessageId,
    Reservation,
    Usage,
    User,
)
from licensing.references import read_reference
from licensing.units import converted, decimals_of, fits, plain, unit_name
from screening.asked_often import Question

Reasons = list[dict[str, Any]]

ZERO = Decimal(0)
# A line that is used up refuses by itself, and says of which goods nothing remains.
BOOKABLE = (LicenceState.VALID, LicenceState.EXHAUSTED)
# Asked with every message.
DETAINED = Question(
    lambda declaration: Detention.objects.unreleased().filter(declaration=declaration), "a declaration"
)
TAKING = (EntryKind.USE, EntryKind.RESERVE, EntryKind.POST)


@dataclass(frozen=True, slots=True)
class Movement:
    """Whose declaration something moves under: the movement's names, beside the id of the message."""

    system: int  # the organisation
    declaration: str
    version: int


@dataclass(frozen=True, slots=True)
class Move:
    """What one entry changes on a line, in the line's unit and currency; below zero takes away."""

    line: LicenceLine
    kind: EntryKind
    quantity: Decimal = ZERO
    reserved: Decimal = ZERO
    value: Decimal = ZERO
    reserved_value: Decimal = ZERO
    item: int = 0
    reservation: Reservation | None = None
    confirmation: CorrectionConfirmation | None = None


def claim(client: User, client_key: str, digest: str) -> Usage | None:
    """Take the id for a new message, or return the message that bore it first, with its answer.

    A second copy of a message that is being handled waits here until the first is through. Raises Refused
    (code "id-reused") if the first said something else.
    """
    table = MessageId._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (client_id, client_key) VALUES (%s, %s) ON CONFLICT DO NOTHING",
            [client.pk, client_key],
        )
        if cursor.rowcount:
            return None
    known = Usage.objects.select_related("licence").get(client=client, client_key=client_key)
    if known.body_digest != digest:
        raise Refused(_("This id was used before for another message. Use a new id."), code="id-reused")
    return known


def digest(*content: Any) -> str:
    """Return the SHA-256 of what is asked, to tell a repeat from a clash."""
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def locked(references: Collection[str]) -> dict[str, Licence]:
    """Return the licences by number with their lines, all locked until the transaction ends.

    Suspending or revoking takes the same lock on the licence: what commits first holds. Licences and lines
    are each locked in the order of their ids, whatever order a message names them in.
    """
    lines = LicenceLine.objects.select_for_update().order_by("pk")
    licences = Licence.objects.select_for_update(of=("self",)).order_by("pk")
    found = licences.filter(reference__in=references).prefetch_related(Prefetch("lines", lines))
    return {licence.reference: licence for licence in found}


def book(moves: Sequence[Move], *, usage: Usage | None, movement: Movement | None, at: datetime) -> None:
    """Change the balances and write the entries. The lines must be locked.

    Only what takes from a licence asks whether it is in force, in the statement that changes the balance.
    The database refuses an overdraft even if what was checked before were wrong.
    """
    _change_balances([move for move in moves if move.kind not in TAKING], at, whatever_state=True)
    _change_balances([move for move in moves if move.kind in TAKING], at, whatever_state=False)
    LedgerEntry.objects.bulk_create(
        LedgerEntry(
            usage=usage,
            line=move.line,
            kind=move.kind,
            quantity=move.quantity,
            reserved=move.reserved,
            value=move.value,
            reserved_value=move.reserved_value,
            reservation=move.reservation,
            confirmation=move.confirmation,
            system_id=movement.system if movement else None,
            declaration=movement.declaration if movement else "",
            version=movement.version if movement else 1,
            item=move.item,
            at=at,
        )
        for move in moves
    )


BALANCES = """
UPDATE licensing_licenceline AS line
SET used = line.used + change.used, reserved = line.reserved + change.reserved,
    used_value = line.used_value + change.used_value,
    reserved_value = line.reserved_value + change.reserved_value
FROM unnest(%s::bigint[], %s::numeric[], %s::numeric[], %s::numeric[], %s::numeric[])
    AS change (id, used, reserved, used_value, reserved_value), licensing_licence AS licence
WHERE line.id = change.id AND licence.id = line.licence_id
    AND (%s OR (licence.status = %s AND licence.starts_at <= %s AND licence.ends_at > %s))
"""


def _change_balances(moves: Sequence[Move], at: datetime, *, whatever_state: bool) -> None:
    sums: dict[int, list[Decimal]] = defaultdict(lambda: [ZERO] * 4)
    for move in moves:
        added = (move.quantity, move.reserved, move.value, move.reserved_value)
        sums[move.line.pk] = [before + more for before, more in zip(sums[move.line.pk], added, strict=True)]
    if not sums:
        return
    columns = [list(sums), *map(list, zip(*sums.values(), strict=True))]
    with connection.cursor() as cursor:
        cursor.execute(BALANCES, [*columns, whatever_state, LicenceStatus.ACTIVE, at, at])
        if cursor.rowcount != len(sums):
            raise Refused(
                _("The licence changed meanwhile. Send the same message again."), code="unavailable"
            )


def against_state(licence: Licence, at: datetime) -> Reasons:
    state = licence.state(at)
    if state in BOOKABLE:
        return []
    if replacement := licence.replacement:
        words = _("Licence %(licence)s was replaced by licence %(replacement)s. Name that one.")
        said = {"licence": licence.reference, "replacement": replacement.reference}
        return [
            {
                "code": ReasonCode.LICENCE_REPLACED,
                "detail": words % said,
                "state": state.value,
                "replaced_by": replacement.reference,
            }
        ]
    words = _("Licence %(licence)s can't be used: %(state)s.")
    detail = words % {"licence": licence.reference, "state": str(state.label).lower()}
    return [{"code": ReasonCode.NOT_IN_FORCE, "detail": detail, "state": state.value}]


def in_unit_of(line: LicenceLine, quantity: Decimal, unit: str) -> tuple[Decimal, Reasons]:
    """Return the quantity in the line's unit, and what stands against it as a quantity of the line."""
    name = _name(line.unit)
    amount = converted(quantity, unit, line.unit)
    if amount is None:
        words = _(
            "Line %(line)d is licensed in %(unit)s (%(code)s), and %(theirs)s can't be converted into that."
        )
        said = {"line": line.number, "unit": name, "code": line.unit, "theirs": _name_and_code(unit)}
        return ZERO, [reason(ReasonCode.OTHER_UNIT, line.number, words % said, unit=line.unit)]
    if amount <= 0:
        words = _("Give more than zero for line %(line)d.")
        return ZERO, [reason(ReasonCode.NOT_POSITIVE, line.number, words % {"line": line.number})]
    # What was converted is rounded to what is stored; what can only be counted must come out whole.
    if not fits(amount, line.unit) and (unit == line.unit or not decimals_of(line.unit)):
        return ZERO, [reason(ReasonCode.TOO_FINE, line.number, _too_fine(line, name), unit=line.unit)]
    return amount, []


def against_detention(declaration: str) -> Reasons:
    """Refuse for goods that customs keeps back: nothing of their declaration leaves before two let it."""
    if not DETAINED.ask(read_reference(declaration)):
        return []
    detail = _("The goods of the declaration %(declaration)s are detained. Wait for the authority’s answer.")
    return [{"code": ReasonCode.DETAINED, "detail": detail % {"declaration": declaration}}]


def against_amount(line: LicenceLine, amount: Decimal, remaining: Decimal) -> Reasons:
    if amount <= remaining:
        return []
    words = _("Line %(line)d: %(asked)s asked for, but what remains is %(remaining)s.")
    asked, rest = in_words(amount, line.unit), in_words(remaining, line.unit)
    detail = words % {"line": line.number, "asked": asked, "remaining": rest}
    return [reason(ReasonCode.NOT_ENOUGH, line.number, detail, remaining=plain(remaining), unit=line.unit)]


def against_value(line: LicenceLine, value: Decimal, currency: str, remaining: Decimal) -> Reasons:
    """Return what stands against a declared value; "" as its currency means the line's own."""
    if currency and currency != line.currency:
        words = _("The value of line %(line)d is licensed in %(currency)s, not in %(theirs)s.")
        said = {"line": line.number, "currency": line.currency, "theirs": currency}
        return [reason(ReasonCode.OTHER_CURRENCY, line.number, words % said)]
    if value <= remaining:
        return []
    words = _(
        "Line %(line)d: a value of %(asked)s %(currency)s asked for, but what remains is %(remaining)s."
    )
    said = {
        "line": line.number,
        "asked": plain(value),
        "currency": line.currency,
        "remaining": plain(remaining),
    }
    return [reason(ReasonCode.NOT_ENOUGH_VALUE, line.number, words % said, remaining_value=plain(remaining))]


def in_words(quantity: Decimal, unit: str) -> str:
    return f"{plain(quantity)} {unit_name(unit, get_language() or 'es', quantity)}"


def _name(unit: str) -> str:
    return unit_name(unit, get_language() or "es")


def _name_and_code(unit: str) -> str:
    name = _name(unit)
    return unit if name == unit else f"{name} ({unit})"


def _too_fine(line: LicenceLine, unit: str) -> str:
    decimals = decimals_of(line.unit)
    said = {"line": line.number, "unit": unit, "decimals": decimals}
    if not decimals:
        return _("Line %(line)d is counted in %(unit)s without decimals, for example 12.") % said
    words = ngettext(
        "Line %(line)d is counted in %(unit)s with at most %(decimals)d decimal place.",
        "Line %(line)d is counted in %(unit)s with at most %(decimals)d decimal places.",
        decimals,
    )
    return words % said


def reason(code: ReasonCode, line: int, detail: str, **more: Any) -> dict[str, Any]:
    return {"code": code, "detail": detail, "line": line, **more}


def unknown_line(reference: str, number: int) -> Reasons:
    words = _("Licence %(licence)s has no line %(line)d.")
    return [reason(ReasonCode.UNKNOWN_LINE, number, words % {"licence": reference, "line": number})]


def line_of(licence: Licence, number: int) -> LicenceLine | None:
    lines: Iterable[LicenceLine] = licence.lines.all()
    return next((line for line in lines if line.number == number), None)


def refusal(reasons: Reasons, title: str) -> dict[str, Any]:
    """Return the answer with its words, so that a retry reads the same in whatever language it asks."""
    return {"title": title, "reasons": reasons}
