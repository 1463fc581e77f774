"""How an OAuth 2 client exchanges its key for an access token (RFC 6749, section 4.4), at the portal's token
endpoint and the border's alike.

A key is the client: its first characters are the client's id, the whole of it is the client's secret.
"""

import binascii
import logging
from base64 import b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import parse_qsl, unquote_plus

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from licensing.actions import accounts, tokens
from licensing.models import ApiKey
from portal import credentials
from portal.api.access import LIVE_KEY, note_use
from portal.api.parsers import TooLarge

logger = logging.getLogger(__name__)

GRANT = "client_credentials"
FORM = "application/x-www-form-urlencoded"
LARGEST_FORM = 8 * 1024  # bytes
MOST_FIELDS = 20
NOT_KEPT = {"Cache-Control": "no-store", "Pragma": "no-cache"}
# RFC 6749 leaves these signs out of `error_description`, and all that are not ASCII.
NOT_DESCRIBED = str.maketrans({'"': "'", "\\": "/"})

NOT_A_FORM = _("Send the fields as application/x-www-form-urlencoded in UTF-8, each at most once.")
TWO_WAYS = _("Send the client's id and secret in the header Authorization or in the form, not in both.")
NO_GRANT = _("Send grant_type=client_credentials.")
OTHER_GRANT = _("This server knows the grant type client_credentials only.")
NO_CLIENT = _("Send the client's id and secret.")
OTHER_CLIENT = _("The client's id and secret don't belong together, or the key is expired or revoked.")
OTHER_SCOPE = _("Ask only for scopes that the key has, with blanks between.")

# The statuses of RFC 6749, section 5.2.
STATUS = {"invalid_request": 400, "invalid_client": 401, "invalid_scope": 400, "unsupported_grant_type": 400}

# Counts somebody at something, one of OAUTH_RATES. Returns the seconds to wait if too often, else None.
Counter = Callable[[str, str], int | None]


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks for a token, as the request says it."""

    authorization: str  # the header, "" if there is none
    environ: Mapping[str, Any]  # of WSGI
    address: str  # of the network


class TooOften(Exception):
    """Too many requests; the client must wait for so many seconds."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class NoToken(Exception):
    """No token is issued, for one of the reasons that RFC 6749 names; `key` is whose, if that is proven."""

    def __init__(self, error: str, why: str | Promise, key: ApiKey | None = None) -> None:
        super().__init__(error)
        self.error, self.why, self.key = error, why, key

    @property
    def status(self) -> int:
        return STATUS[self.error]

    @property
    def headers(self) -> dict[str, str]:
        if self.error != "invalid_client":
            return dict(NOT_KEPT)
        return {**NOT_KEPT, "WWW-Authenticate": f'Basic realm="{settings.PRODUCT_NAME} API", charset="UTF-8"'}

    def told(self) -> dict[str, str]:
        """Return the answer and log it, with nothing of what was sent.

        `error_description` is in ASCII, as the RFC has it; `detail` says it in the caller's language.
        """
        with translation.override("en"):
            described = str(self.why).translate(NOT_DESCRIBED)
        whose = f"key {self.key.pk}" if self.key else "an unknown client"
        logger.warning("No token for %s: %s, %s", whose, self.error, described)
        return {"error": self.error, "error_description": described, "detail": str(self.why)}


def exchange(
    asking: Asking, read: Callable[[], dict[str, str]], count: Counter, at: datetime
) -> dict[str, Any]:
    """Return the answer with a new token. `read` returns the form's fields; it is called once it is the
    caller's turn. Raises NoToken, TooOften, and what `read` raises."""
    wait_if(count, "address", asking.address)
    fields = read()
    client_id, secret = client_in(asking.authorization, fields)
    wait_if(count, "guess", f"{client_id} {asking.address}")
    key = client(client_id, secret, asking.environ, at)
    wait_if(count, "client", str(key.pk))
    check_grant(fields, key)
    scopes = scopes_in(fields, key)
    token, told = tokens.issue(
        key, scopes=scopes, lifetime=settings.OAUTH_TOKEN_LIFETIME, by=key.account, at=at
    )
    note_use(key, at)
    return {
        "access_token": told,
        "token_type": "Bearer",
        "expires_in": int((token.expires_at - at).total_seconds()),
        "scope": " ".join(scopes),
    }


def wait_if(count: Counter, what: str, who: str) -> None:
    """Count a request against guessing. Raises TooOften."""
    if wait := count(what, who):
        raise TooOften(wait)


def fields_of(stream: Readable, media_type: str) -> dict[str, str]:
    """Read a form strictly. Raises NoToken or TooLarge."""
    raw = stream.read(LARGEST_FORM + 1)
    if len(raw) > LARGEST_FORM:
        raise TooLarge(LARGEST_FORM)
    try:
        pairs = parse_qsl(raw.decode(), errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError as problem:
        raise NoToken("invalid_request", NOT_A_FORM) from problem
    fields = dict(pairs)
    if len(fields) < len(pairs) or not media_type.lower().startswith(FORM):
        raise NoToken("invalid_request", NOT_A_FORM)
    return fields


def client_in(header: str, fields: dict[str, str]) -> tuple[str, str]:
    """Return the client's id and secret as the header Authorization or the form says them. Raises NoToken."""
    in_form = fields.get("client_id", ""), fields.get("client_secret", "")
    if not header:
        if not all(in_form):
            raise NoToken("invalid_client", NO_CLIENT)
        return in_form
    said = basic(header)
    # RFC 6749 lets the id stand in the form as well, if it is the same.
    if in_form[1] or in_form[0] not in ("", said[0]):
        raise NoToken("invalid_request", TWO_WAYS)
    return said


def basic(header: str) -> tuple[str, str]:
    """Return id and secret of a header `Basic …`, each form-encoded within it. Raises NoToken."""
    scheme, _blank, encoded = header.partition(" ")
    try:
        if scheme.lower() != "basic":
            raise ValueError("another scheme")
        client_id, colon, secret = b64decode(encoded.strip(), validate=True).decode().partition(":")
        if not (client_id and colon and secret):
            raise ValueError("no id or no secret")
        return unquote_plus(client_id, errors="strict"), unquote_plus(secret, errors="strict")
    except (binascii.Error, ValueError) as problem:
        raise NoToken("invalid_client", NO_CLIENT) from problem


def client(client_id: str, secret: str, environ: Mapping[str, Any], at: datetime) -> ApiKey:
    """Return the key that is this client. Raises NoToken."""
    found = LIVE_KEY.ask(at, accounts.digest(secret))
    key = next((key for key in found if key.prefix == client_id), None)
    if key is None:
        raise NoToken("invalid_client", OTHER_CLIENT)
    if fault := credentials.certificate_fault(key.certificate_sha256, environ):
        raise NoToken("invalid_client", fault, key)
    return key


def check_grant(fields: dict[str, str], key: ApiKey) -> None:
    """Raise NoToken unless the form asks for the one grant there is."""
    grant = fields.get("grant_type", "")
    if not grant:
        raise NoToken("invalid_request", NO_GRANT, key)
    if grant != GRANT:
        raise NoToken("unsupported_grant_type", OTHER_GRANT, key)


def scopes_in(fields: dict[str, str], key: ApiKey) -> list[str]:
    """Return the scopes that the form asks for, all of the key's if it names none. Raises NoToken."""
    asked = fields.get("scope", "").split(" ") if "scope" in fields else list(key.scopes)
    if not set(asked) <= set(key.scopes):
        raise NoToken("invalid_scope", OTHER_SCOPE, key)
    return [scope for scope in key.scopes if scope in asked]
