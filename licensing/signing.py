"""Sign what ports verify without a network: licence tokens and status snapshots (RFC 9052, ES256).

Workers sign; pages and the API only read. A key signs once two administrators trust its public half
(`licensing.actions.keys`). Outside production the portal adds a key of its own making, kept in PORTAL_VAR.
"""

import base64
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import cbor2
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
    load_der_public_key,
    load_pem_private_key,
    load_pem_public_key,
)
from django.conf import settings

from licensing.models import SigningKey
from licensing.seal import DEMONSTRATION, write_once

# Signed along with each kind of content (external_aad), so that none passes for the other.
LICENCE, SNAPSHOT = b"istmo-licence-1", b"istmo-snapshot-1"
ALGORITHM, KID, ES256 = 1, 4, -7
SIGN1 = 18  # CBOR tag of a COSE_Sign1
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of the curve P-256
FIRST_DAY, LAST_DAY = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


class NoKey(Exception):
    """Nothing can be signed: no key is there, it can't be opened, or two people have not agreed to it."""


class BadKey(ValueError):
    """What was given is not the public half of a key on the curve P-256."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    kid: str
    name: str
    key: ec.EllipticCurvePublicKey
    starts_at: datetime
    ends_at: datetime  # exclusive
    is_revoked: bool


def sign(content: object, kind: bytes, *, at: datetime) -> tuple[bytes, str]:
    """Return `content` as a signed COSE message, and the id of the key. Raises NoKey."""
    key = _signer(at)
    return sign_with(key, content, kind), kid_of(key.public_key())


def sign_with(key: ec.EllipticCurvePrivateKey, content: object, kind: bytes) -> bytes:
    kid = bytes.fromhex(kid_of(key.public_key()))
    protected, payload = _cbor({ALGORITHM: ES256, KID: kid}), _cbor(content)
    der = key.sign(_cbor(["Signature1", protected, kind, payload]), ec.ECDSA(SHA256()))
    return _cbor(cbor2.CBORTag(SIGN1, [protected, {}, payload, _raw(der)]))


def _raw(der: bytes) -> bytes:
    """Return r and s as 64 bytes. Of the two possible s the lower one, so that nobody can make the other."""
    r, s = decode_dss_signature(der)
    return r.to_bytes(32, "big") + min(s, ORDER - s).to_bytes(32, "big")


def _cbor(content: object) -> bytes:
    return cbor2.dumps(content, canonical=True)


def size_of(content: object) -> int:
    """Return how many bytes `content` has once it is signed."""
    head = _cbor({ALGORITHM: ES256, KID: bytes(8)})
    return len(_cbor(cbor2.CBORTag(SIGN1, [head, {}, _cbor(content), bytes(64)])))


def kid_of(key: ec.EllipticCurvePublicKey) -> str:
    return hashlib.sha256(der_of(key)).hexdigest()[:16]


def der_of(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def pem_of(row: SigningKey) -> str:
    key = _on_our_curve(load_der_public_key(bytes(row.public_key)))
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def read_public_key(pem: str) -> ec.EllipticCurvePublicKey:
    """Return the key of a PEM block. Raises BadKey; a private key is none that anybody may paste."""
    try:
        key = load_pem_public_key(pem.strip().encode())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise BadKey(pem[:40]) from error
    return _on_our_curve(key)


def is_private(text: str) -> bool:
    """Say whether a text holds a private key: a PEM block of any kind, the inside of one, or a JWK."""
    if "PRIVATE KEY" in text.upper() or ('"kty"' in text and '"d"' in text):
        return True
    try:
        load_der_private_key(base64.b64decode("".join(text.split()), validate=True), None)
    except TypeError:  # one with a password
        return True
    except (ValueError, UnsupportedAlgorithm):
        return False
    return True


def _on_our_curve(key: object) -> ec.EllipticCurvePublicKey:
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise BadKey(type(key).__name__)
    return key


def public_keys() -> list[PublicKey]:
    """Return every key that two people agreed to, the revoked ones marked, newest first."""
    rows = SigningKey.objects.agreed().order_by("-starts_at", "-pk")
    return keys_of(
        (row.kid, row.name, row.public_key, row.starts_at, row.ends_at, row.is_revoked)  # type: ignore[attr-defined]
        for row in rows
    )


def keys_of(rows: Iterable[tuple[str, str, bytes | memoryview, datetime, datetime, bool]]) -> list[PublicKey]:
    """Return the keys of rows that were looked up, and our own where nobody brought one in."""
    found = [
        PublicKey(kid, name, _on_our_curve(load_der_public_key(bytes(der))), starts, ends, is_revoked)
        for kid, name, der, starts, ends, is_revoked in rows
    ]
    own = demonstration_key()
    return [*found, own] if own else found


def is_trusted(kid: str) -> bool:
    """Say whether what the key of that id signed still counts."""
    return any(key.kid == kid and not key.is_revoked for key in public_keys())


def _signer(at: datetime) -> ec.EllipticCurvePrivateKey:
    """Return, of the keys we have the private half of, the trusted one that starts last."""
    ours = {kid_of(key.public_key()): key for key in _private_keys()}
    for row in SigningKey.objects.usable(at).filter(kid__in=ours).order_by("-starts_at", "-pk"):
        return ours[row.kid]
    if settings.PRODUCTION or settings.SIGNING_KEY_FILES:
        raise NoKey(
            "No key may sign now: set SIGNING_KEY_FILES, and have two administrators trust its public half."
        )
    return _demonstration_key()


def _private_keys() -> Iterator[ec.EllipticCurvePrivateKey]:
    password = settings.SIGNING_KEY_PASSWORD.encode() or None
    for name in settings.SIGNING_KEY_FILES:
        try:
            key = load_pem_private_key(Path(name).read_bytes(), password)
        except (OSError, ValueError, TypeError) as error:
            raise NoKey(
                f"{name} can't be opened; check SIGNING_KEY_FILES and SIGNING_KEY_PASSWORD"
            ) from error
        if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
            raise NoKey(f"{name} is no private key on the curve P-256")
        yield key


def demonstration_key() -> PublicKey | None:
    """Return the key that signs where nobody brought one in. None in production."""
    if settings.PRODUCTION or settings.SIGNING_KEY_FILES:
        return None
    key = _demonstration_key().public_key()
    return PublicKey(kid_of(key), DEMONSTRATION, key, FIRST_DAY, LAST_DAY, is_revoked=False)


def _demonstration_key() -> ec.EllipticCurvePrivateKey:
    file = settings.PORTAL_VAR / "seal" / "demonstration-signing.pem"
    if not file.exists():
        write_once(file, new_key_pem())
    key = load_pem_private_key(file.read_bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)  # as written here
    return key


def new_key_pem() -> bytes:
    """Return a new private key, as PEM without a password."""
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
