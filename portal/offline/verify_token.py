"""Verify a licence's QR code, or a status snapshot, without the portal: Python's standard library and
`cryptography` are all it takes. Copy this file wherever it is needed.

    python3 verify_token.py --keys keys.json TOKEN
    python3 verify_token.py --keys keys.json --snapshot snapshot.cose TOKEN

TOKEN is what the QR code says, with or without the address before it, or `-` to read it from standard input.
keys.json is the answer of /api/v1/keys, snapshot.cose that of /api/v1/snapshots/latest. Ends with 0 if the
licence may be used, 1 if it may not, 3 if somebody must ask the authority, and 2 if a file could not be read,
so that nothing was said of the licence.

A token is a COSE_Sign1 (RFC 9052, ES256) over a CBOR array, in the 41 characters that both QR codes and
addresses bear: two bytes as three characters, a last single byte as two. There is one way to write a token:
whatever is written otherwise is refused, so that none can be changed and still pass.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePublicKey,
    EllipticCurvePublicNumbers,
)
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ$*+-:"
STATES = ("valid", "not-yet-valid", "expired", "exhausted", "suspended", "revoked", "surrendered", "replaced")
# Signed along with each kind of content (external_aad), so that none passes for the other.
LICENCE, SNAPSHOT = b"istmo-licence-1", b"istmo-snapshot-1"
FORMAT = 1
SNAPSHOT_FORMATS = (1, 2)  # the first said nothing beside states and what remains
ES256 = -7
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of the curve P-256
LONGEST_TOKEN = 1000  # characters
EPOCH = date(1970, 1, 1)
STATUS = {"valid": 0, "not-valid": 1, "ask": 3}
# A smudged code, or a newer one than this copy of the script knows, says nothing against the licence.
OUR_FAULT_PERHAPS = ("unreadable", "unknown-format")


class NotGenuine(Exception):
    """What was read is not what the authority signed. `code` is a word for machines."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Key:
    public: EllipticCurvePublicKey
    starts_at: datetime
    ends_at: datetime  # it signs nothing from then on; what it signed before stays genuine
    is_revoked: bool


@dataclass(frozen=True)
class Line:
    number: int
    control_code: str
    hs_code: str
    quantity: str  # exact, in `unit`
    unit: str  # UN/ECE Recommendation 20
    description: str  # cut to what there was room for


@dataclass(frozen=True)
class Token:
    number: str
    edition: int  # of the licence's document
    holder: str  # cut to what there was room for
    valid_from: date
    valid_to: date  # the last day, included, in the country's time
    issued_at: datetime
    state: str  # at `issued_at`
    data_sha256: str  # of the file licencia.json inside the licence's PDF
    line_count: int  # of the licence; more than `lines` if not all had room
    lines: tuple[Line, ...]
    kid: str


@dataclass(frozen=True)
class Asked:
    """What a licence that is in force asks for beside the goods; empty where it asks for nothing."""

    receivers: tuple[str, ...] = ()  # consignee and end users that the licence names
    destination: str = ""  # ISO 3166-1 alpha-2
    ports: tuple[str, ...] = ()  # UN/LOCODE
    regimes: tuple[str, ...] = ()  # customs procedures, by the country's codes
    first_day: date | None = None
    last_day: date | None = None
    named_only: bool = False  # nobody but the receivers may receive the goods
    most: tuple[tuple[int, str], ...] = ()  # line and the most of it that one declaration may take
    conditions: int = 0  # how many conditions stand on the paper, these included
    replaced_by: str = ""  # of a licence that was replaced, the number of the one that counts


@dataclass(frozen=True)
class Status:
    state: str
    remaining: dict[int, tuple[str, str]]  # by number of the line: quantity and unit
    asked: Asked = Asked()


@dataclass(frozen=True)
class Snapshot:
    issued_at: datetime
    expires_at: datetime  # nothing may be concluded from it afterwards
    licences: dict[str, Status]  # by number

    def is_over(self, at: datetime) -> bool:
        return not self.issued_at <= at + timedelta(minutes=5) or at >= self.expires_at


def read_keys(content: str) -> dict[str, Key]:
    """Return the keys of a JWK set (RFC 7517), by their id."""
    return {one["kid"]: _key(one) for one in json.loads(content)["keys"]}


def _key(jwk: dict[str, Any]) -> Key:
    numbers = EllipticCurvePublicNumbers(_unsigned(jwk["x"]), _unsigned(jwk["y"]), SECP256R1())
    starts, ends = _moment(jwk["nbf"]), _moment(jwk["exp"])
    return Key(numbers.public_key(), starts, ends, bool(jwk.get("revoked")))


def _unsigned(text: str) -> int:
    number = 0
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    for letter in text:
        number = number * 64 + letters.index(letter)
    return number >> (len(text) * 6 % 8)


def verify(text: str, keys: dict[str, Key]) -> Token:
    """Return what a QR code says, if the authority signed it. Raises NotGenuine."""
    payload, key, kid = open_sign1(bytes_in(text), LICENCE, keys)
    token = _token(payload, kid)
    _check_key(key, token.issued_at)
    return token


def verify_snapshot(content: bytes, keys: dict[str, Key]) -> Snapshot:
    """Return a snapshot, if the authority signed it. Look whether it is over. Raises NotGenuine."""
    payload, key, _kid = open_sign1(content, SNAPSHOT, keys)
    snapshot = _snapshot(payload)
    _check_key(key, snapshot.issued_at)
    return snapshot


def _check_key(key: Key, issued_at: datetime) -> None:
    if key.is_revoked:
        raise NotGenuine("key-revoked")
    if not key.starts_at <= issued_at < key.ends_at:
        raise NotGenuine("key-not-valid-then")


# --- text of a QR code ------------------------------------------------------------------------------


def tidied(text: str) -> str:
    """Return the token that somebody pasted: without line breaks and blanks, and what stood before it, in
    capitals. There is one way to write a token; this is for the ways that copying it goes wrong."""
    return "".join(text.split()).upper().rpartition("/V/")[2]


def bytes_in(text: str) -> bytes:
    """Return the bytes that a token's text stands for; an address before it is left out."""
    token = text.strip().rpartition("/")[2]
    whole, rest = divmod(len(token), 3)
    if not token or rest == 1 or len(token) > LONGEST_TOKEN:
        raise NotGenuine("unreadable")
    groups = [token[at : at + 3] for at in range(0, 3 * whole, 3)]
    return b"".join([*(_group(group, 2) for group in groups), _group(token[3 * whole :], 1) if rest else b""])


def _group(letters: str, size: int) -> bytes:
    number = 0
    for letter in reversed(letters):
        digit = ALPHABET.find(letter)
        if digit < 0:
            raise NotGenuine("unreadable")
        number = number * len(ALPHABET) + digit
    if number >= 256**size:
        raise NotGenuine("unreadable")
    return number.to_bytes(size, "big")


def text_of(content: bytes) -> str:
    """Return bytes as the text of a token; the other way of `bytes_in`."""
    return "".join(_letters(content[at : at + 2]) for at in range(0, len(content), 2))


def _letters(pair: bytes) -> str:
    number, letters = int.from_bytes(pair, "big"), ""
    for _place in range(len(pair) + 1):
        number, digit = divmod(number, len(ALPHABET))
        letters += ALPHABET[digit]
    return letters


# --- COSE and CBOR ----------------------------------------------------------------------------------


def open_sign1(content: bytes, kind: bytes, keys: dict[str, Key]) -> tuple[Any, Key, str]:
    """Return the payload of a COSE_Sign1, the key that signed it and the key's id. Raises NotGenuine."""
    if content[:2] != b"\xd2\x84":  # tag 18, an array of four
        raise NotGenuine("unreadable")
    protected, unprotected, payload, signature = _all_of(content[1:])
    if unprotected != {} or not all(isinstance(part, bytes) for part in (protected, payload, signature)):
        raise NotGenuine("unreadable")
    headers = _all_of(protected)
    kid = headers.get(4) if isinstance(headers, dict) else None
    if not isinstance(kid, bytes) or headers != {1: ES256, 4: kid} or len(signature) != 64:
        raise NotGenuine("unreadable")
    if (key := keys.get(kid.hex())) is None:
        raise NotGenuine("unknown-key")
    _check_signature(key, signature, _signed(protected, kind, payload))
    return _all_of(payload), key, kid.hex()


def _check_signature(key: Key, signature: bytes, signed: bytes) -> None:
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    # Of the two signatures that arithmetic allows for each, only the one with the lower half is taken.
    if s > ORDER // 2:
        raise NotGenuine("wrong-signature")
    try:
        key.public.verify(encode_dss_signature(r, s), signed, ECDSA(SHA256()))
    except (InvalidSignature, ValueError) as error:
        raise NotGenuine("wrong-signature") from error


def _signed(protected: bytes, kind: bytes, payload: bytes) -> bytes:
    """Return the Sig_structure of RFC 9052, 4.4."""
    parts = (_head(3, 10) + b"Signature1", *(_head(2, len(p)) + p for p in (protected, kind, payload)))
    return _head(4, 4) + b"".join(parts)


def _head(major: int, number: int) -> bytes:
    for size, marker in ((1, 24), (2, 25), (4, 26), (8, 27)):
        if number < 24:
            return bytes([major << 5 | number])
        if number < 256**size:
            return bytes([major << 5 | marker]) + number.to_bytes(size, "big")
    raise NotGenuine("unreadable")


class _Reader:
    """Reads the CBOR that is used here: whole numbers, bytes, texts, arrays and maps, in their one form."""

    def __init__(self, content: bytes) -> None:
        self.content, self.at = content, 0

    def take(self, size: int) -> bytes:
        part = self.content[self.at : self.at + size]
        if len(part) != size:
            raise NotGenuine("unreadable")
        self.at += size
        return part

    def head(self) -> tuple[int, int]:
        start = self.at
        first = self.take(1)[0]
        major, number = first >> 5, first & 31
        if number > 27:
            raise NotGenuine("unreadable")
        if number >= 24:
            number = int.from_bytes(self.take(1 << (number - 24)), "big")
        if self.content[start : self.at] != _head(major, number):  # a longer form of the same
            raise NotGenuine("unreadable")
        return major, number

    def item(self, depth: int = 0) -> Any:
        major, number = self.head()
        if depth > 6 or major > 5 or (major in (2, 3, 4, 5) and number > len(self.content)):
            raise NotGenuine("unreadable")
        if major < 2:
            return number if major == 0 else -1 - number
        if major == 2:
            return self.take(number)
        if major == 3:
            return self.take(number).decode()
        if major == 4:
            return [self.item(depth + 1) for _one in range(number)]
        return self.map(number, depth)

    def map(self, size: int, depth: int) -> dict[Any, Any]:
        found: dict[Any, Any] = {}
        for _one in range(size):
            name = self.item(depth + 1)
            if not isinstance(name, int) or name in found:
                raise NotGenuine("unreadable")
            found[name] = self.item(depth + 1)
        return found


def _all_of(content: bytes) -> Any:
    reader = _Reader(content)
    try:
        item = reader.item()
    except UnicodeDecodeError as error:
        raise NotGenuine("unreadable") from error
    if reader.at != len(content):
        raise NotGenuine("unreadable")
    return item


def _token(payload: Any, kid: str) -> Token:
    """Read what is signed already; raises NotGenuine for a format of a later day."""
    if not isinstance(payload, list) or payload[:1] != [FORMAT]:
        raise NotGenuine("unknown-format")
    _format, number, edition, holder, first, last, issued, state, digest, count, lines = payload
    return Token(
        number=number,
        edition=edition,
        holder=holder,
        valid_from=EPOCH + timedelta(days=first),
        valid_to=EPOCH + timedelta(days=last),
        issued_at=_moment(issued),
        state=STATES[state],
        data_sha256=digest.hex(),
        line_count=count,
        lines=tuple(Line(*line) for line in lines),
        kid=kid,
    )


def _asked(said: dict[int, Any]) -> Asked:
    return Asked(
        receivers=tuple(said.get(1, ())),
        destination=said.get(2, ""),
        ports=tuple(said.get(3, ())),
        regimes=tuple(said.get(4, ())),
        first_day=EPOCH + timedelta(days=said[5]) if 5 in said else None,
        last_day=EPOCH + timedelta(days=said[6]) if 6 in said else None,
        named_only=bool(said.get(7)),
        most=tuple((line, most) for line, most in said.get(8, ())),
        conditions=said.get(9, 0),
        replaced_by=said.get(10, ""),
    )


def _snapshot(payload: Any) -> Snapshot:
    if not isinstance(payload, list) or not payload or payload[0] not in SNAPSHOT_FORMATS:
        raise NotGenuine("unknown-format")
    _format, issued, expires, rows = payload
    return Snapshot(
        _moment(issued),
        _moment(expires),
        {
            number: Status(
                STATES[state],
                {line: (remaining, unit) for line, remaining, unit in lines},
                _asked(more[0]) if more else Asked(),
            )
            for number, state, lines, *more in rows
        },
    )


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


# --- what to make of it -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Verdict:
    answer: str  # valid, not-valid or ask
    because: str  # a state, or: no-snapshot, snapshot-over, not-in-snapshot, some-used-up


def judge(token: Token, snapshot: Snapshot | None, *, today: date, at: datetime) -> Verdict:
    """Say what a genuine token is worth: `today` is the day in the country, `at` the moment.

    Without a snapshot that is still good, nobody knows whether the licence was suspended or used up.
    """
    if today > token.valid_to:
        return Verdict("not-valid", "expired")
    if today < token.valid_from:
        return Verdict("not-valid", "not-yet-valid")
    if snapshot is None:
        return Verdict("ask", "no-snapshot")
    if snapshot.is_over(at):
        return Verdict("ask", "snapshot-over")
    status = snapshot.licences.get(token.number)
    if status is None:
        return Verdict("ask", "not-in-snapshot")
    if status.state != "valid":
        return Verdict("not-valid", status.state)
    if any(Decimal(remaining) <= 0 for remaining, _unit in status.remaining.values()):
        return Verdict("ask", "some-used-up")
    return Verdict("valid", "valid")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Verify the QR code of a licence without the portal.")
    parser.add_argument("token", help="what the QR code says; - reads it from standard input")
    parser.add_argument("--keys", required=True, type=Path, help="the answer of /api/v1/keys")
    parser.add_argument("--snapshot", type=Path, help="the answer of /api/v1/snapshots/latest")
    parser.add_argument("--today", type=date.fromisoformat, help="the day in the country, as 2026-03-03")
    given = parser.parse_args(arguments)
    try:
        keys = read_keys(given.keys.read_text(encoding="utf-8"))
        content = given.snapshot.read_bytes() if given.snapshot else None
    except OSError as error:
        parser.error(f"{error.filename} can't be read: {error.strerror}")
    except (ValueError, KeyError, TypeError):
        parser.error(f"{given.keys} is not the answer of /api/v1/keys; fetch it anew")
    try:
        token = verify(tidied(sys.stdin.read() if given.token == "-" else given.token), keys)
    except NotGenuine as error:
        answer = "ask" if error.code in OUR_FAULT_PERHAPS else "not-valid"
        sys.stdout.write(json.dumps({"answer": answer, "because": error.code}) + "\n")
        return STATUS[answer]
    snapshot, is_genuine = genuine(content, keys)
    now = datetime.now(UTC)
    verdict = judge(token, snapshot, today=given.today or datetime.now().astimezone().date(), at=now)
    if verdict.answer == "ask" and not is_genuine:
        verdict = Verdict("ask", "snapshot-not-genuine")
    sys.stdout.write(json.dumps(told(token, snapshot, verdict), ensure_ascii=False, indent=1) + "\n")
    return STATUS[verdict.answer]


def genuine(content: bytes | None, keys: dict[str, Key]) -> tuple[Snapshot | None, bool]:
    """Return the snapshot, and False for one that the authority did not sign: that is a fault of the file and
    says nothing against a licence."""
    try:
        return (None if content is None else verify_snapshot(content, keys)), True
    except NotGenuine:
        return None, False


def told(token: Token, snapshot: Snapshot | None, verdict: Verdict) -> dict[str, Any]:
    """Return everything as JSON says it."""
    status = snapshot.licences.get(token.number) if snapshot else None
    remaining, asked = (status.remaining, status.asked) if status else ({}, Asked())
    lines = [
        {
            "line": line.number,
            "control_code": line.control_code,
            "hs_code": line.hs_code,
            "quantity": line.quantity,
            "unit": line.unit,
            "description": line.description,
            "remaining": remaining.get(line.number, (None, ""))[0],
            "most_a_shipment": dict(asked.most).get(line.number),
        }
        for line in token.lines
    ]
    return {
        "answer": verdict.answer,
        "because": verdict.because,
        "number": token.number,
        "edition": token.edition,
        "holder": token.holder,
        "valid_from": token.valid_from.isoformat(),
        "valid_to": token.valid_to.isoformat(),
        "issued_at": token.issued_at.isoformat(),
        "state_at_issue": token.state,
        "data_sha256": token.data_sha256,
        "line_count": token.line_count,
        "lines": lines,
        "receivers": asked.receivers,
        "named_only": asked.named_only,
        "destination": asked.destination,
        "ports": asked.ports,
        "regimes": asked.regimes,
        "first_day": asked.first_day.isoformat() if asked.first_day else None,
        "last_day": asked.last_day.isoformat() if asked.last_day else None,
        "conditions_on_paper": asked.conditions,
        "replaced_by": asked.replaced_by or None,
        "snapshot_issued_at": snapshot.issued_at.isoformat() if snapshot else None,
    }


if __name__ == "__main__":
    sys.exit(main())
