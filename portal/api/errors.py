"""Every error of the API in one shape: application/problem+json (RFC 9457)."""

import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import orjson
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.encoding import escape_uri_path
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import exceptions
from rest_framework.response import Response

from licensing.errors import ReasonCode, Refused

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of error: its status, its title, and what the caller can do about it."""

    status: int
    title: Promise
    advice: Promise


# The last part of the problem's `type`, which is its address on the page of the API.
KINDS: dict[str, Kind] = {
    "malformed": Kind(
        400,
        gettext_lazy("The request can't be read"),
        gettext_lazy("Send well-formed JSON in UTF-8, with no key twice in one object."),
    ),
    "not-authenticated": Kind(
        401,
        gettext_lazy("A valid key is needed"),
        gettext_lazy("Send a key that is not expired or revoked, as described under “Keys”."),
    ),
    "not-allowed": Kind(
        403,
        gettext_lazy("This key may not do this"),
        gettext_lazy("Ask the authority for a key with the scope that the operation names."),
    ),
    "not-found": Kind(
        404,
        gettext_lazy("There is no such thing"),
        gettext_lazy("Check the address and the number of the licence."),
    ),
    "method-not-allowed": Kind(
        405,
        gettext_lazy("This address does not take this method"),
        gettext_lazy("Use a method named in the header Allow."),
    ),
    "not-acceptable": Kind(
        406,
        gettext_lazy("We can't answer in that form"),
        gettext_lazy("Accept application/json."),
    ),
    "refused": Kind(
        409,
        gettext_lazy("The request is refused"),
        gettext_lazy(
            "Nothing was changed. What stands against it is named; goods that depend on it must not leave."
        ),
    ),
    "too-large": Kind(413, gettext_lazy("The message is too large"), gettext_lazy("Send a shorter message.")),
    "unsupported-media-type": Kind(
        415,
        gettext_lazy("We can't read that form"),
        gettext_lazy("Send the header Content-Type: application/json."),
    ),
    "wrong-fields": Kind(
        422,
        gettext_lazy("Some fields are not right"),
        gettext_lazy("Each entry of “errors” points at a field and says what it should hold."),
    ),
    "id-reused": Kind(
        422,
        gettext_lazy("This id belongs to another message"),
        gettext_lazy("Give every message an id of its own; repeat an id only to repeat the same message."),
    ),
    "too-many-requests": Kind(
        429,
        gettext_lazy("Too many requests"),
        gettext_lazy("Wait as many seconds as the header Retry-After says, then send the same again."),
    ),
    "server-error": Kind(
        500,
        gettext_lazy("Something went wrong on our side"),
        gettext_lazy("Send the same message again with the same id: it can't count twice."),
    ),
    "unavailable": Kind(
        503,
        gettext_lazy("We can't answer just now"),
        gettext_lazy("Wait as many seconds as Retry-After says, then send the same message again."),
    ),
    "no-list-in-force": Kind(
        503,
        gettext_lazy("No list is in force"),
        gettext_lazy(
            "Nobody was compared with anything, so nobody is clear. Ask again later, or the authority."
        ),
    ),
    "no-control-list-in-force": Kind(
        503,
        gettext_lazy("The control list is not in force"),
        gettext_lazy("Nothing was searched for, so nothing is clear. Ask again later, or the authority."),
    ),
}
KIND_OF_STATUS = {kind.status: code for code, kind in reversed(KINDS.items())}
# Raised by the framework alone, whose words are not ours.
TOLD_BY_US = (
    exceptions.MethodNotAllowed,
    exceptions.NotAcceptable,
    exceptions.NotAuthenticated,
    exceptions.Throttled,
    exceptions.UnsupportedMediaType,
)
RETRY_AFTER_OUTAGE = "2"  # seconds


def problem(
    code: str, request: HttpRequest, detail: str = "", *, instance: str = "", title: str = "", **more: Any
) -> dict[str, Any]:
    """Return the body of a problem of one of KINDS; `more` are the members `errors` and `reasons`."""
    kind = KINDS[code]
    return {
        "type": f"{settings.PORTAL_URL}/api/v1/docs#{code}",
        "title": title or str(kind.title),
        "status": kind.status,
        "detail": detail or str(kind.advice),
        "instance": instance or escape_uri_path(request.path),
        **more,
    }


def respond(body: dict[str, Any], headers: dict[str, str] | None = None) -> Response:
    return Response(body, status=body["status"], headers=headers, content_type=MEDIA_TYPE)


class Said(HttpResponse):
    """What an operation says, in the only form there is, so that no renderer is looked for."""

    def __init__(self, data: dict[str, Any], status: int, headers: dict[str, str]) -> None:
        super().__init__(orjson.dumps(data), status=status, headers=headers, content_type="application/json")
        self.data = data


def answer(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn what a view raised into a problem; None for a bug, which then is logged and answered with 500."""
    request = context["request"]
    if isinstance(error, exceptions.ValidationError):
        found = list(_errors(error.detail, "#"))
        return respond(problem("wrong-fields", request, errors=found))
    if isinstance(error, Refused):
        return respond(
            problem(error.code if error.code in KINDS else "refused", request, str(error), **_coded(error))
        )
    if isinstance(error, OperationalError):  # no connection, or a lock that did not come free in time
        logger.exception("The database did not answer")
        return respond(problem("unavailable", request), {"Retry-After": RETRY_AFTER_OUTAGE})
    if isinstance(error, Http404):
        error = exceptions.NotFound(_("There is nothing at this address."))
    if isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if isinstance(error, exceptions.APIException):
        own = "" if error.detail == error.default_detail or isinstance(error, TOLD_BY_US) else error.detail
        body = problem(KIND_OF_STATUS[error.status_code], request, str(own))
        return respond(body, _headers(error))
    return None


def _coded(error: Refused) -> dict[str, Any]:
    """Return the member `reasons`, where the refusal has a code of theirs."""
    if not isinstance(error.code, ReasonCode):
        return {}
    return {"reasons": [{"code": error.code.value, "detail": str(one)} for one in error.reasons]}


def _headers(error: exceptions.APIException) -> dict[str, str]:
    headers = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(int(wait))
    return headers


def _errors(detail: Any, pointer: str) -> Iterator[dict[str, str]]:
    """Yield one entry for each message, with a JSON Pointer to its field, from the nested lists of DRF."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            own = name == "non_field_errors"
            yield from _errors(inner, pointer if own else f"{pointer}/{_escaped(str(name))}")
    elif isinstance(detail, list):
        for index, inner in enumerate(detail):
            whole = isinstance(inner, str)
            yield from _errors(inner, pointer if whole else f"{pointer}/{index}")
    else:
        yield {"pointer": pointer, "code": detail.code.replace("_", "-"), "detail": str(detail)}


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


class ProblemMiddleware:
    """Give errors that never reached a view of the API (no such address, bad host, a bug) the same shape."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        foreign = not response.headers.get("Content-Type", "").startswith(MEDIA_TYPE)
        if getattr(response, "is_in_its_own_shape", False):  # another standard's
            return response
        if request.path.startswith("/api/") and response.status_code >= 400 and foreign:
            assert isinstance(response, HttpResponse)
            rewrite(response, request)
        return response


def rewrite(response: HttpResponse, request: HttpRequest) -> None:
    """Put a problem in place of the response's body; the headers that protect stay."""
    language = translation.get_language_from_request(request)
    with translation.override(language):
        body = problem(KIND_OF_STATUS.get(response.status_code, "server-error"), request)
    body["status"] = response.status_code
    response.content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    response.headers["Content-Type"] = MEDIA_TYPE
    response.headers["Content-Length"] = str(len(response.content))
    response.headers["Content-Language"] = language
    patch_vary_headers(response, ["Accept-Language"])
