"""Which language a page speaks: the cookie set by the switch, else the account's, else Spanish."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import translation


class LanguageOfTheUserMiddleware:
    """Without a choice made by the switch, speak the account's language, and Spanish to the public.

    What the browser says is not asked: Spanish is the law's language here, English one press away.
    The API does ask, since a machine has no switch.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path.startswith("/api/") and settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
            language = request.user.language if request.user.is_authenticated else settings.LANGUAGE_CODE
            translation.activate(language)
            request.LANGUAGE_CODE = language
        return self.get_response(request)
