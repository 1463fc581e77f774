"""Access tokens for machines by OAuth 2 client credentials (RFC 6749, section 4.4), and what clients read of
them first (RFC 8414).
"""

from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import Throttled
from rest_framework.parsers import BaseParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from licensing.models import ApiScope
from portal.access import open_to_all
from portal.api import grants, schema
from portal.api.grants import FORM, GRANT, NOT_KEPT, STATUS, Asking, NoToken, TooOften
from portal.limits import client_address, seconds_to_wait


class FormParser(BaseParser):
    """Reads a form strictly into a dict, whatever its Content-Type says. Raises NoToken or TooLarge."""

    media_type = "*/*"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> dict[str, str]:
        return grants.fields_of(stream, media_type or "")


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
        header = request.headers.get("Authorization", "")
        asking = Asking(header, request.META, client_address(request))

        def read() -> dict[str, str]:
            return cast("dict[str, str]", request.data)

        return Response(grants.exchange(asking, read, counted, timezone.now()), headers=NOT_KEPT)

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, NoToken):
            response = Response(exc.told(), status=exc.status, headers=exc.headers)
            response.is_in_its_own_shape = True  # type: ignore[attr-defined]
            return response
        return super().handle_exception(Throttled(exc.seconds) if isinstance(exc, TooOften) else exc)


def counted(what: str, who: str) -> int | None:
    return seconds_to_wait(f"oauth-{what}", who, settings.OAUTH_RATES[what])


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
