"""What all licences are worth, for when the network is down: believed only with the authority's signature."""

import base64
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import cbor2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePublicKey,
    EllipticCurvePublicNumbers,
)
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from tests.client.messages import Jwk, KeySet, State

STATES: tuple[State, ...] = (
    "valid",
    "not-yet-valid",
    "expired",
    "exhausted",
    "suspended",
    "revoked",
    "surrendered",
)
COSE_SIGN1 = 18  # tag, RFC 9052
ALGORITHM, KEY_ID, ES256 = 1, 4, -7  # of its header
SNAPSHOT = b"istmo-snapshot-1"  # external_aad
FORMAT = 2
DESTINATION, PORTS = 2, 3  # of what a licence asks for


class NotGenuine(Exception):
    """This is not what the authority signed."""


@dataclass(frozen=True)
class Key:
    public: EllipticCurvePublicKey
    starts_at: datetime
    ends_at: datetime
    is_revoked: bool

    def signs(self, at: datetime) -> bool:
        return not self.is_revoked and self.starts_at <= at < self.ends_at


@dataclass(frozen=True)
class Status:
    state: State
    remaining: dict[int, tuple[str, str]]  # by number of the line: quantity and unit
    destination: str  # ISO 3166-1 alpha-2; empty unless the licence is in force
    ports: tuple[str, ...]  # UN/LOCODE; empty if any port will do


@dataclass(frozen=True)
class Snapshot:
    issued_at: datetime
    expires_at: datetime  # nothing may be concluded from it afterwards
    licences: dict[str, Status]  # by number


def keys_in(key_set: KeySet) -> dict[str, Key]:
    return {jwk["kid"]: _key(jwk) for jwk in key_set["keys"]}


def _key(jwk: Jwk) -> Key:
    x, y = (int.from_bytes(base64.urlsafe_b64decode(number + "=")) for number in (jwk["x"], jwk["y"]))
    public = EllipticCurvePublicNumbers(x, y, SECP256R1()).public_key()
    return Key(public, _moment(jwk["nbf"]), _moment(jwk["exp"]), jwk["revoked"])


def open_snapshot(content: bytes, keys: dict[str, Key]) -> Snapshot:
    """Return what a snapshot says. Raises NotGenuine."""
    payload, key = _verified(content, keys)
    version, issued, expires, rows = payload
    if version != FORMAT:
        raise NotGenuine("It has the format of another day.")
    if not key.signs(_moment(issued)):
        raise NotGenuine("Its key did not sign at that time, or was revoked.")
    return Snapshot(_moment(issued), _moment(expires), {row[0]: _status(row) for row in rows})


def _verified(content: bytes, keys: dict[str, Key]) -> tuple[list[Any], Key]:
    try:
        tagged = cbor2.loads(content)
        protected, _unprotected, payload, signature = tagged.value
        header = cbor2.loads(protected)
        key = keys[header[KEY_ID].hex()]
        if tagged.tag != COSE_SIGN1 or header[ALGORITHM] != ES256:
            raise NotGenuine("It is signed in another way.")
        signed = cbor2.dumps(["Signature1", protected, SNAPSHOT, payload])
        r, s = int.from_bytes(signature[:32]), int.from_bytes(signature[32:])
        key.public.verify(encode_dss_signature(r, s), signed, ECDSA(SHA256()))
        return cbor2.loads(payload), key
    except (cbor2.CBORDecodeError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise NotGenuine("It can't be read.") from error
    except InvalidSignature as error:
        raise NotGenuine("Its signature is wrong.") from error


def _status(row: list[Any]) -> Status:
    _number, state, lines, asked = row
    return Status(
        STATES[state],
        {line: (remaining, unit) for line, remaining, unit in lines},
        asked.get(DESTINATION, ""),
        tuple(asked.get(PORTS, ())),
    )


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
