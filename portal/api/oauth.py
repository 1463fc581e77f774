"""Access tokens for machines by OAuth 2 client credentials (RFC 6749, section 4.4), and what clients read of
them first (RFC 8414).

A key is the client: its first characters are the client's id, the whole of it is the client's secret.
"""

import binascii
import logging
from base64 import b64decode
from typing import Any, cast
from urllib.parse import parse_qsl, unquote_plus

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import Throttled
from rest_framework.parsers import BaseParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from licensing.actions import accounts, tokens
from licensing.models import ApiKey, ApiScope
from portal import credentials
from portal.access import open_to_all
from portal.api import schema
from portal.api.access import LIVE_KEY, note_use
from portal.api.parsers import TooLarge
from portal.limits import client_address, seconds_to_wait

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


class NoToken(Exception):
    """No token is issued, for one of the reasons that RFC 6749 names; `key` is whose, if that is proven."""

    def __init__(self, error: str, why: str | Promise, key: ApiKey | None = None) -> None:
        super().__init__(error)
        self.error, self.why, self.key = error, why, key

    def response(self) -> Response:
        """Return the answer and log it, with nothing of what was sent.

        `error_description` is in ASCII, as the RFC has it; `detail` says it in the caller's language.
        """
        with translation.override("en"):
            described = str(self.why).translate(NOT_DESCRIBED)
        whose = f"key {self.key.pk}" if self.key else "an unknown client"
        logger.warning("No token for %s: %s, %s", whose, self.error, described)
        headers = dict(NOT_KEPT)
        if self.error == "invalid_client":
            headers["WWW-Authenticate"] = f'Basic realm="{settings.PRODUCT_NAME} API", charset="UTF-8"'
        body = {"error": self.error, "error_description": described, "detail": str(self.why)}
        response = Response(body, status=STATUS[self.error], headers=headers)
        response.is_in_its_own_shape = True  # type: ignore[attr-defined]
        return response


class FormParser(BaseParser):
    """Reads a form strictly into a dict, whatever its Content-Type says. Raises NoToken or TooLarge."""

    media_type = "*/*"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> dict[str, str]:
        raw = stream.read(LARGEST_FORM + 1)
        if len(raw) > LARGEST_FORM:
            raise TooLarge(LARGEST_FORM)
        try:
            pairs = parse_qsl(raw.decode(), errors="strict", max_num_fields=MOST_FIELDS)
        except ValueError as problem:
            raise NoToken("invalid_request", NOT_A_FORM) from problem
        fields = dict(pairs)
        if len(fields) < len(pairs) or not (media_type or "").lower().startswith(FORM):
            raise NoToken("invalid_request", NOT_A_FORM)
        return fields


class AccessTokenIn(serializers.Serializer[Any]):
    """A field that is sent empty counts as left out (RFC 6749, section 3.2)."""

    grant_type = serializers.ChoiceField(choices=[GRANT])
    scope = serializers.CharField(
        required=False,
        allow_blank=True,
        help_text="Scopes with blanks between; without it, all that the key has.",
    )
    client_id = serializers.CharField(
        required=False,
        allow_blank=True,
        help_text="The first twelve characters of the key, unless Authorization says it.",
    )
    client_secret = serializers.CharField(
        required=False, allow_blank=True, help_text="The whole key, unless Authorization says it."
    )


class AccessTokenOut(serializers.Serializer[Any]):
    access_token = serializers.CharField()
    token_type = serializers.ChoiceField(choices=["Bearer"])
    expires_in = serializers.IntegerField(help_text="Seconds from now.")
    scope = serializers.CharField(help_text="What it opens, with blanks between.")


class NoTokenOut(serializers.Serializer[Any]):
    error = serializers.ChoiceField(choices=sorted(STATUS))
    error_description = serializers.CharField(help_text="In English.")
    detail = serializers.CharField(help_text="The same in the language of Accept-Language.")


class TokenView(APIView):
    authentication_classes = ()
    permission_classes = (AllowAny,)  # who asks says who it is in the request, and is looked up below
    throttle_classes = ()
    parser_classes = (FormParser,)
    http_method_names = ["post"]

    @extend_schema(
        **schema.ISSUE_TOKEN,
        request={FORM: AccessTokenIn},
        responses=schema.token_answers(AccessTokenOut, NoTokenOut),
    )
    def post(self, request: Request) -> Response:
        wait_if("address", client_address(request))
        fields = cast("dict[str, str]", request.data)
        client_id, secret = client_in(request, fields)
        wait_if("guess", f"{client_id} {client_address(request)}")
        key = client(client_id, secret, request)
        wait_if("client", str(key.pk))
        check_grant(fields, key)
        scopes = scopes_in(fields, key)
        now = timezone.now()
        token, told = tokens.issue(
            key, scopes=scopes, lifetime=settings.OAUTH_TOKEN_LIFETIME, by=key.account, at=now
        )
        note_use(key, now)
        body = {
            "access_token": told,
            "token_type": "Bearer",
            "expires_in": int((token.expires_at - now).total_seconds()),
            "scope": " ".join(scopes),
        }
        return Response(body, headers=NOT_KEPT)

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, NoToken):
            return exc.response()
        return super().handle_exception(exc)


def wait_if(what: str, who: str) -> None:
    """Count a request against guessing. Raises Throttled."""
    if wait := seconds_to_wait(f"oauth-{what}", who, settings.OAUTH_RATES[what]):
        raise Throttled(wait)


def client_in(request: Request, fields: dict[str, str]) -> tuple[str, str]:
    """Return the client's id and secret as the request says them. Raises NoToken."""
    header = request.headers.get("Authorization", "")
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


def client(client_id: str, secret: str, request: Request) -> ApiKey:
    """Return the key that is this client. Raises NoToken."""
    found = LIVE_KEY.ask(timezone.now(), accounts.digest(secret))
    key = next((key for key in found if key.prefix == client_id), None)
    if key is None:
        raise NoToken("invalid_client", OTHER_CLIENT)
    if fault := credentials.certificate_fault(key.certificate_sha256, request.META):
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


@open_to_all
@require_safe
def metadata(request: HttpRequest) -> JsonResponse:
    """Say what there is to know of this authorization server (RFC 8414)."""
    said = {
        "issuer": settings.PORTAL_URL,
        "token_endpoint": settings.PORTAL_URL + reverse("api-token"),
        "scopes_supported": ApiScope.values,
        "response_types_supported": [],
        "grant_types_supported": [GRANT],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "service_documentation": settings.PORTAL_URL + reverse("api-docs"),
        "ui_locales_supported": [code for code, _name in settings.LANGUAGES],
        "tls_client_certificate_bound_access_tokens": bool(settings.TRUSTED_PROXIES),
    }
    return JsonResponse(said, headers={"Cache-Control": "public, max-age=300"})
