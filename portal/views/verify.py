"""The verify page: reads the signed code of a licence, with a network or without one.

The page, its worker and all they need stay on the device after one visit. What the public sees of a genuine
token is what stands on the paper and whether the licence is in force; the list of all states is for customs.
"""

import hashlib
import json
from decimal import Decimal
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from licensing import permissions, snapshots
from licensing.country import pack
from licensing.models import Licence
from licensing.permissions import Permission
from licensing.units import units
from portal.access import needs, open_to_all
from portal.api import keys
from portal.forms.check import TokenForm
from portal.http import PortalRequest
from portal.offline import verify_token
from portal.offline.verify_token import NotGenuine, Token
from portal.verdicts import Verdict, not_genuine, offline_verdicts, public_verdict, unknown
from portal.views.check import unlisted

LINES_ON_PAPER = 6  # what fits a page of the form beside all that must be said
FILES = (
    "portal.css",
    "portal.js",
    "htmx.min.js",
    "verify.js",
    "img/favicon.svg",
    *(
        f"fonts/{family}-{subset}-{weight}-normal.woff2"
        for family in ("source-sans-3", "source-code-pro")
        for subset in ("latin", "latin-ext")
        for weight in (400, 700)
    ),
)


@open_to_all
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest) -> HttpResponse:
    """Show the page. Without scripts the server verifies what is handed in."""
    form = TokenForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        return redirect("verify-token", form.cleaned_data["token"])
    return unlisted(render(request, "verify/page.html", {"form": form, "facts": facts(), **on_the_device()}))


@open_to_all
@never_cache
@require_safe
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """Say what the token of a QR code is worth now, as a page or to the page's own script."""
    try:
        read = verify_token.verify(verify_token.tidied(token), keys.known())
    except NotGenuine as error:
        return _answered(request, not_genuine(error.code), None, None)
    licence = Licence.objects.select_related("holder").filter(reference=read.number).first()
    judged = public_verdict(licence, timezone.now()) if licence else unknown()
    return _answered(request, judged, read, licence)


def _answered(
    request: HttpRequest, judged: Verdict, read: Token | None, licence: Licence | None
) -> HttpResponse:
    if "application/json" in request.headers.get("Accept", ""):
        told = {"tone": judged.tone, "word": judged.word, "reason": judged.reason, "next": judged.next_step}
        return unlisted(JsonResponse(told))
    newest = licence.documents.order_by("edition").last() if licence else None
    context = {
        "verdict": judged,
        "token": read,
        "licence": licence,
        "now": timezone.now(),
        "is_older": bool(read and newest and newest.edition > read.edition),
        "may_see_more": licence
        and request.user.is_authenticated
        and permissions.has(request.user, Permission.SEE_LICENCES),
    }
    return unlisted(render(request, "verify/answer.html", context, status=200 if read else 404))


@open_to_all
@never_cache
@require_safe
def without_network(request: HttpRequest) -> HttpResponse:
    """Show what customs does when nothing works."""
    context = {**on_the_device(), "rows": range(LINES_ON_PAPER)}
    return render(request, "verify/without_network.html", context)


@open_to_all
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """Return the service worker, with the addresses of what it keeps."""
    content = f"const PORTAL = {json.dumps(kept())};\n{_worker_source()}"
    headers = {"Service-Worker-Allowed": "/", "Cache-Control": "no-cache"}
    return HttpResponse(content, content_type="text/javascript; charset=utf-8", headers=headers)


@cache
def _worker_source() -> str:
    found = finders.find("verify-worker.js")
    if found is None:
        raise Http404
    with open(found, encoding="utf-8") as file:
        return file.read()


def kept() -> dict[str, Any]:
    """Return what the worker keeps, and a version that changes with any of it."""
    files = [static(name) for name in FILES]
    named = json.dumps([files, settings.VERSION, _worker_source()]).encode()
    return {
        "version": hashlib.sha256(named).hexdigest()[:12],
        "page": reverse("verify"),
        "pages": [reverse("without-network")],
        "files": files,
    }


@needs(Permission.SEE_LICENCES)
@never_cache
@require_safe
def snapshot(request: PortalRequest) -> HttpResponse:
    """Return the newest snapshot for the device of somebody of customs; 204 where none is ready."""
    newest = snapshots.newest(timezone.now())
    if newest is None:
        return HttpResponse(status=204)
    return HttpResponse(bytes(newest.content), content_type="application/cose")


def on_the_device() -> dict[str, Any]:
    """Return what makes a page one for everybody: it is kept on devices that people share."""
    return {"user": AnonymousUser(), "sections": [], "telephone": settings.DUTY_TELEPHONE}


def facts() -> dict[str, Any]:
    """Return what the page's script needs: keys, words in the language in use, names of units."""
    language = get_language() or "es"
    return {
        "keys": keys.key_set()["keys"],
        "zone": pack().time_zone.key,
        "locale": f"es-{pack().number_locale}" if language.startswith("es") else "en-GB",
        "units": {
            code: [unit.name(language, Decimal(1)), unit.name(language)] for code, unit in units().items()
        },
        "verdicts": {
            code: {"tone": one.tone, "word": one.word, "reason": one.reason, "next": one.next_step}
            for code, one in offline_verdicts().items()
        },
        "ports": {port.code: f"{port.name} ({port.code})" for port in pack().ports},
        "regimes": {regime.code: str(regime.name) for regime in pack().regimes},
        "asked": {
            "named": _("Nobody else may receive the goods."),
            "from": _("From {day} on."),
            "until": _("Until {day}."),
            "most": _("At most {amount} with one declaration."),
            "conditions": _("{count} on the paper. Read them there."),
        },
        "empty": str(TokenForm.base_fields["token"].error_messages["required"]),
        "missing": _("The code shows {shown} of {all} lines. The others stand on the paper; ask about them."),
        "freshness": {
            "none": _(
                "This device has no list of states. Sign in as customs with a network, and it is kept here."
            ),
            "good": _("List of states of {issued}, {age}: {count} licences. Good until {expires}."),
            "over": _("The list of states on this device was good until {expires} and no longer counts."),
        },
        "source": {
            "online": _("The authority answered at {when}."),
            "snapshot": _("Without a network, by the list of states of {issued}, {age}."),
            "token": _("Without a network, by the signature alone."),
        },
        "camera": {
            "start": _("Scan with the camera"),
            "stop": _("Stop the camera"),
            "refused": _("The camera is not available. Allow it, choose a picture, or paste the code."),
            "nothing": _("No code was found in this picture. Take it from straight above, in good light."),
        },
    }
