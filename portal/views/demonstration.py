"""Pages that only the demonstration has: its public log-ins with their codes, and webhooks that arrived."""

from dataclasses import asdict
from datetime import datetime

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST
from redis.exceptions import RedisError

from portal.access import open_to_all
from portal.demonstration import log_ins, people, receiver


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


@open_to_all
@require_GET
@never_cache
def received(request: HttpRequest) -> HttpResponse:
    """Show the last webhooks that the demonstration's own receiver took."""
    if settings.PORTAL_ENV != "demo":
        raise Http404
    shown = [{**asdict(one), "at": datetime.fromisoformat(one.at)} for one in receiver.received()]
    context = {"messages_received": shown, "address": receiver.address()}
    return render(request, "demonstration/received.html", context)


@csrf_exempt  # a machine calls it; what it sends is believed by its signature alone
@open_to_all
@require_POST
def receive(request: HttpRequest) -> HttpResponse:
    """Take a webhook as a customs system would. Answers 401 to what is not signed by us."""
    if settings.PORTAL_ENV != "demo":
        raise Http404
    try:
        body = request.body
    except RequestDataTooBig:
        return HttpResponse(status=413)
    if len(body) > receiver.LARGEST:
        return HttpResponse(status=413)
    key, seconds, signatures = (
        request.headers.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature")
    )
    try:
        ours = receiver.take(key, seconds, signatures, body, timezone.now())
    except RedisError:
        return HttpResponse(status=503)
    return HttpResponse(status=204 if ours else 401)
