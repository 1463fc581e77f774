"""An exporter asks, before applying, whether a party would need a closer look.

The answer gives no content of a list away: one of two sentences, after the same time, so many an hour for
each organisation, and every question is written down. It compares names and a number alone, so that nobody
can find out by trial what else a list says.
"""

import time
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from licensing import searches
from licensing.models import SearchWay
from licensing.permissions import Permission
from portal.access import needs
from portal.forms.screenings import PrecheckForm
from portal.http import PortalRequest
from portal.limits import seconds_to_wait
from screening.search import NoListInForce

CHECKS_AN_HOUR = 30  # of one organisation
SECONDS_OF_AN_ANSWER = 0.4  # more than a comparison takes: how long it took says nothing


@needs(Permission.APPLY)
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def show(request: PortalRequest) -> HttpResponse:
    started, at = time.monotonic(), timezone.now()
    form = PrecheckForm(request.POST if request.method == "POST" else None)
    context: dict[str, Any] = {"form": form, "at": at, "limit": CHECKS_AN_HOUR, "outcome": ""}
    status, headers = 200, {}
    if form.is_valid():
        wait = seconds_to_wait("precheck", str(request.user.organisation_id), f"{CHECKS_AN_HOUR}/h")
        context["outcome"] = "wait" if wait else outcome(form, request, at)
        status = {"wait": 429, "closed": 503}.get(context["outcome"], 200)
        headers = {"Retry-After": str(wait)} if wait else {}
    response = render(request, "precheck/precheck.html", context, status=status)
    if context["outcome"]:
        time.sleep(max(0.0, SECONDS_OF_AN_ANSWER - (time.monotonic() - started)))
    for name, value in headers.items():
        response.headers[name] = value
    return response


def outcome(form: PrecheckForm, request: PortalRequest, at: datetime) -> str:
    """Return "none" (no similar name), "look" (a closer look) or "closed" (no list is in force)."""
    try:
        answer = searches.ask([form.asked()], way=SearchWay.PRECHECK, by=request.user, at=at)
    except NoListInForce:
        return "closed"
    return "look" if answer.matches[0] else "none"
