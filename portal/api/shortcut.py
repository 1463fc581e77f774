"""Machines have no session, no form and no page: what only those need is left out of their way."""

from collections.abc import Callable
from typing import cast

from django.conf import settings
from django.core.handlers.exception import convert_exception_to_response
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import ResolverMatch, get_resolver
from django.utils import translation
from django.utils.cache import patch_vary_headers

from portal.access import is_api

Answer = Callable[[HttpRequest], HttpResponseBase]
NOTHING = "default-src 'none'; frame-ancestors 'none'"  # a browser that shows an answer loads nothing for it
PREFIX = "/api"  # of all addresses in portal.api.urls


class ShortcutMiddleware:
    """Answer endpoints of the interface here, with the same headers and languages; all else goes on."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response
        self.short = cast(Answer, convert_exception_to_response(call_view))

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        match = endpoint(request.path_info)
        if match is None:
            return self.get_response(request)
        request.resolver_match = match
        # What Django's middleware for languages, hosts, lengths and frames does where no address begins with
        # a language and none ends with a slash.
        translation.activate(translation.get_language_from_request(request))
        request.LANGUAGE_CODE = translation.get_language()
        request.get_host()  # raises DisallowedHost
        response = self.short(request)
        headers = response.headers
        headers.setdefault("X-Frame-Options", settings.X_FRAME_OPTIONS)
        if isinstance(response, HttpResponse):
            headers.setdefault("Content-Length", str(len(response.content)))
        patch_vary_headers(response, ["Accept-Language"])
        headers.setdefault("Content-Language", translation.get_language())
        headers["Content-Security-Policy"] = NOTHING
        return response


def endpoint(path: str) -> ResolverMatch | None:
    """Return what answers at this address, if it is an endpoint: those ask for a key by themselves."""
    if not path.startswith(f"{PREFIX}/"):
        return None
    try:
        match = get_resolver("portal.api.urls").resolve(path.removeprefix(PREFIX))
    except Http404:
        return None
    match.route = f"{PREFIX[1:]}/{match.route}"  # as the log of refusals says it
    return match if is_api(match.func) else None


def call_view(request: HttpRequest) -> HttpResponseBase:
    match = cast(ResolverMatch, request.resolver_match)
    response = match.func(request, *match.args, **match.kwargs)
    return cast(HttpResponseBase, response.render() if hasattr(response, "render") else response)
