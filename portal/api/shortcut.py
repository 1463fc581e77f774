"""Machines have no session, no form and no page: what only those need is left out of their way."""

from collections.abc import Callable
from typing import Any, cast

from django.core.handlers.exception import convert_exception_to_response
from django.http import Http404, HttpRequest, HttpResponseBase
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.common import CommonMiddleware
from django.middleware.locale import LocaleMiddleware
from django.urls import ResolverMatch, resolve

from portal.access import is_api

Answer = Callable[[HttpRequest], HttpResponseBase]
NOTHING = "default-src 'none'; frame-ancestors 'none'"  # a browser that shows an answer loads nothing for it


class ShortcutMiddleware:
    """Answer endpoints of the interface here, with the same headers and languages; all else goes on."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response
        view: Any = convert_exception_to_response(call_view)
        for middleware in (XFrameOptionsMiddleware, CommonMiddleware, LocaleMiddleware):
            view = middleware(view)
        self.short: Answer = view

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        match = endpoint(request.path_info)
        if match is None:
            return self.get_response(request)
        request.resolver_match = match
        response = self.short(request)
        response.headers["Content-Security-Policy"] = NOTHING
        return response


def endpoint(path: str) -> ResolverMatch | None:
    """Return what answers at this address, if it is an endpoint: those ask for a key by themselves."""
    if not path.startswith("/api/"):
        return None
    try:
        match = resolve(path)
    except Http404:
        return None
    return match if is_api(match.func) else None


def call_view(request: HttpRequest) -> HttpResponseBase:
    match = cast(ResolverMatch, request.resolver_match)
    response = match.func(request, *match.args, **match.kwargs)
    return cast(HttpResponseBase, response.render() if hasattr(response, "render") else response)
