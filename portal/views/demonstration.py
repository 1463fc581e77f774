"""The public log-ins of the demonstration, with the code that an authenticator app would show."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from portal.access import open_to_all
from portal.demonstration import log_ins, people


@open_to_all
@require_GET
@never_cache
def show(request: HttpRequest) -> HttpResponse:
    """Show them in PORTAL_ENV=demo; anywhere else there is no such page."""
    if settings.PORTAL_ENV != "demo":
        raise Http404
    return render(
        request,
        "demonstration/codes.html",
        {
            "log_ins": log_ins.log_ins(),
            "password": people.PASSWORD,
            "secret": people.TOTP_SECRET,
            "api_key": people.API_KEY,
            "code": log_ins.current_code(),
        },
    )
