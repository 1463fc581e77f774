"""The answer about a licence: the one place that says its shape, however the licence was looked up."""

import hashlib
from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, NamedTuple, Protocol

import orjson

from licensing.models import LicenceState
from licensing.models.licences import Balance, state_of
from licensing.terms import RECEIVERS, Clause, Stated, clauses
from licensing.units import plain, unit_name

# In JavaScript these end a line, even within a string.
LINE_ENDS = {"\u2028".encode(): rb"\u2028", "\u2029".encode(): rb"\u2029"}


class _Line(NamedTuple):
    number: int
    description: str
    hs_code: str
    control_code: str
    unit: str
    granted: Decimal
    used: Decimal
    reserved: Decimal
    quantity_tolerance: Decimal
    value: Decimal
    used_value: Decimal
    reserved_value: Decimal
    value_tolerance: Decimal
    currency: str
    is_replaced: bool


class Line(_Line, Balance):
    """A line as it was looked up, with the arithmetic of its account."""

    __slots__ = ()


class LineLike(Protocol):
    """What the answer reads of a line: a row of the table, or what was looked up without a model."""

    @property
    def number(self) -> int: ...
    @property
    def description(self) -> str: ...
    @property
    def hs_code(self) -> str: ...
    @property
    def control_code(self) -> str: ...
    @property
    def unit(self) -> str: ...
    @property
    def granted(self) -> Decimal: ...
    @property
    def used(self) -> Decimal: ...
    @property
    def reserved(self) -> Decimal: ...
    @property
    def remaining(self) -> Decimal: ...
    @property
    def value(self) -> Decimal: ...
    @property
    def remaining_value(self) -> Decimal: ...
    @property
    def currency(self) -> str: ...
    @property
    def is_used_up(self) -> bool: ...


class Facts(NamedTuple):
    """What is known of a licence. `parties` are role, name and country of each."""

    reference: str
    status: str
    holder: str
    tax_id: str
    valid_from: date
    valid_to: date
    starts_at: datetime
    ends_at: datetime
    destination: str
    conditions: list[str]
    parties: Iterable[tuple[str, str, str]]
    lines: Iterable[LineLike]
    terms: Stated | None  # what its conditions are, as far as they are data
    replaced_by: str  # "" unless it was replaced


class Answer(NamedTuple):
    """`content` is all of the answer but its moment and version."""

    as_of: str
    version: str
    content: dict[str, Any]
    text: bytes  # the content as JSON

    @property
    def body(self) -> bytes:
        return f'{{"as_of":"{self.as_of}","version":"{self.version}",'.encode() + self.text[1:]

    @property
    def whole(self) -> dict[str, Any]:
        return {"as_of": self.as_of, "version": self.version, **self.content}

    @property
    def headers(self) -> dict[str, str]:
        return {"ETag": f'W/"{self.version}"', "Cache-Control": "private, no-cache"}


def answer_of(facts: Facts, at: datetime) -> Answer:
    """Return everything the border asks of a licence, as it is at `at`."""
    return answered(content_of(facts, at), at)


def content_of(facts: Facts, at: datetime) -> dict[str, Any]:
    """Return all of the answer but its moment and version. Words are in the language in use."""
    parties = list(facts.parties)
    receivers = [name for role, name, _country in parties if role in RECEIVERS]
    state = state_of(facts.status, facts.starts_at, facts.ends_at, facts.lines, at)
    return {
        "number": facts.reference,
        "state": state.value,
        "usable": state == LicenceState.VALID,
        "replaced_by": facts.replaced_by,
        "holder": {"name": facts.holder, "tax_id": facts.tax_id},
        "valid_from": facts.valid_from.isoformat(),
        "valid_to": facts.valid_to.isoformat(),
        "starts_at": moment(facts.starts_at),
        "ends_at": moment(facts.ends_at),
        "destination": facts.destination,
        "parties": [{"role": role, "name": name, "country": country} for role, name, country in parties],
        "conditions": facts.conditions,
        "terms": [clause_shown(one) for one in clauses(facts.terms, receivers)] if facts.terms else [],
        "lines": [shown(line) for line in facts.lines],
    }


def answered(content: dict[str, Any], at: datetime) -> Answer:
    """Return an answer as of `at`. Its version is a short digest of everything but that moment."""
    text = orjson.dumps(content)
    for sign, escaped in LINE_ENDS.items():
        text = text.replace(sign, escaped)
    return Answer(moment(at), hashlib.sha256(text).hexdigest()[:16], content, text)


def shown(line: LineLike) -> dict[str, Any]:
    return {
        "line": line.number,
        "description": line.description,
        "hs_code": line.hs_code,
        "control_code": line.control_code,
        "unit": line.unit,
        "unit_name": {"es": unit_name(line.unit, "es"), "en": unit_name(line.unit, "en")},
        "granted": plain(line.granted),
        "used": plain(line.used),
        "reserved": plain(line.reserved),
        "remaining": plain(line.remaining),
        "currency": line.currency,
        "value": plain(line.value),
        "remaining_value": plain(line.remaining_value),
    }


def clause_shown(clause: Clause) -> dict[str, Any]:
    return {
        "kind": clause.kind.value,
        "values": list(clause.values),
        "unit": clause.unit,
        "line": clause.line,
        "text": str(clause.text),
    }


def moment(at: datetime) -> str:
    """Return a moment as the whole interface writes it: 2026-03-02T17:00:00Z."""
    return at.astimezone(UTC).isoformat().removesuffix("+00:00") + "Z"
