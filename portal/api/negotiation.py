"""Who asks for what a view gives first, or for anything, need not be negotiated with."""

from collections.abc import Iterable
from typing import Any

from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request

ANYTHING = ("", "*/*")


class ShortNegotiation(DefaultContentNegotiation):
    def select_renderer(
        self, request: Request, renderers: Iterable[Any], format_suffix: str | None = None
    ) -> tuple[Any, str]:
        asked, first = request.META.get("HTTP_ACCEPT", ""), next(iter(renderers))
        if asked in ANYTHING or asked == first.media_type:
            return first, first.media_type
        negotiated: tuple[Any, str] = super().select_renderer(request, renderers, format_suffix)
        return negotiated
