"""The public keys that verify licence tokens and status snapshots, for everybody."""

import base64
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from licensing import signing
from licensing.signing import PublicKey
from portal.api import schema
from portal.border import tokens
from portal.offline.verify_token import Key


class JwkOut(serializers.Serializer[Any]):
    kty = serializers.ChoiceField(choices=["EC"])
    crv = serializers.ChoiceField(choices=["P-256"])
    alg = serializers.ChoiceField(choices=["ES256"])
    use = serializers.ChoiceField(choices=["sig"])
    kid = serializers.CharField(help_text="The eight bytes of the COSE header, in hexadecimal.")
    x = serializers.CharField(help_text="32 bytes in base64url.")
    y = serializers.CharField(help_text="32 bytes in base64url.")
    nbf = serializers.IntegerField(help_text="It signs from then on, in seconds since 1970 (UTC).")
    exp = serializers.IntegerField(help_text="It signs until then; what it signed before stays genuine.")
    revoked = serializers.BooleanField(help_text="Whether nothing that it signed is to be trusted.")


class KeySetOut(serializers.Serializer[Any]):
    keys = JwkOut(many=True)


class KeysView(APIView):
    authentication_classes = ()
    permission_classes = (AllowAny,)
    http_method_names = ["get", "head"]

    @extend_schema(**schema.KEYS, responses={200: KeySetOut, **schema.problems(("not-acceptable",))})
    def get(self, request: Request) -> Response:
        return Response(key_set(), headers={"Cache-Control": "public, max-age=60"})


def key_set() -> dict[str, Any]:
    """Return all keys as a JWK set (RFC 7517), with a member of our own: `revoked`.

    `kid` is the COSE header's eight bytes in hexadecimal; `nbf` and `exp` say when the key signs, in seconds
    since 1970 (UTC). What it signed within them stays genuine, unless it is revoked.
    """
    return {"keys": [_jwk(key) for key in signing.public_keys()]}


def known() -> dict[str, Key]:
    """Return all keys as portal.offline.verify_token takes them."""
    return tokens.known(signing.public_keys())


def _jwk(key: PublicKey) -> dict[str, Any]:
    numbers = key.key.public_numbers()
    return {
        "kty": "EC",
        "crv": "P-256",
        "alg": "ES256",
        "use": "sig",
        "kid": key.kid,
        "x": _base64(numbers.x),
        "y": _base64(numbers.y),
        "nbf": int(key.starts_at.timestamp()),
        "exp": int(key.ends_at.timestamp()),
        "revoked": key.is_revoked,
    }


def _base64(number: int) -> str:
    return base64.urlsafe_b64encode(number.to_bytes(32, "big")).rstrip(b"=").decode()
