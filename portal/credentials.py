"""What keys, tokens and client certificates must be like, for the portal's API and the border's alike.

TLS ends at the proxy, which saw the client prove its certificate and names it in a header
(CLIENT_CERTIFICATE_HEADER). Anybody could send that header, so it counts from the addresses in
TRUSTED_PROXIES only, and there are none unless settings name them.
"""

import re
from collections.abc import Mapping
from functools import cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any
from urllib.parse import unquote

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import load_pem_x509_certificate
from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from licensing.actions.tokens import TOKEN_START

FINGERPRINT = re.compile(r"[0-9a-f]{64}")
BETWEEN_DIGITS = re.compile(r"[\s:]+")
PEM_START = "-----BEGIN CERTIFICATE-----"

UNKNOWN_KEY = _("This key is unknown, expired or revoked.")
UNKNOWN_TOKEN = _("This access token is unknown, expired or revoked. Ask for a new one.")
NO_CERTIFICATE = _("This key is bound to a client certificate, and the request came without one.")
OTHER_CERTIFICATE = _("This key is bound to another client certificate than the one that was shown.")


def is_token(secret: str) -> bool:
    return secret.startswith(TOKEN_START)


def unknown(secret: str) -> Promise:
    """Return why a secret that nothing was found for opens nothing."""
    return UNKNOWN_TOKEN if is_token(secret) else UNKNOWN_KEY


def certificate_fault(bound_to: str, environ: Mapping[str, Any]) -> Promise | None:
    """Return why a key bound to that certificate ("" for none) opens nothing here, else None."""
    if not bound_to:
        return None
    shown = shown_certificate(environ)
    if shown == bound_to:
        return None
    return OTHER_CERTIFICATE if shown else NO_CERTIFICATE


def shown_certificate(environ: Mapping[str, Any]) -> str:
    """Return the SHA-256 of the certificate that a trusted proxy says the client showed, "" if none."""
    said = environ.get(f"HTTP_{settings.CLIENT_CERTIFICATE_HEADER.upper()}", "")
    if not said or not is_trusted(environ.get("REMOTE_ADDR", "")):
        return ""
    try:
        return sha256_of(unquote(said))
    except ValueError:
        return ""


def sha256_of(text: str) -> str:
    """Return the SHA-256, 64 hexadecimal digits, of a certificate that is written in PEM or named by it.

    Colons, blanks and capitals of a fingerprint don't matter. Raises ValueError for anything else.
    """
    if PEM_START in text:
        return load_pem_x509_certificate(text.encode()).fingerprint(SHA256()).hex()
    digits = BETWEEN_DIGITS.sub("", text).lower()
    if not FINGERPRINT.fullmatch(digits):
        raise ValueError("This is neither a certificate nor a SHA-256")
    return digits


def is_trusted(peer: str) -> bool:
    """Say whether the request came straight from one of our proxies; a socket's peer has no address."""
    try:
        address = ip_address(peer)
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return any(address in network for network in _networks(tuple(settings.TRUSTED_PROXIES)))


@cache
def _networks(written: tuple[str, ...]) -> list[IPv4Network | IPv6Network]:
    return [ip_network(one) for one in written]
