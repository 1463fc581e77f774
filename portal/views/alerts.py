"""Possible matches of people whom we deal with already: which are open, and one of them in full."""

from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from licensing import alerts, judgements
from licensing.alerts import Alert
from licensing.judgements import Standing
from licensing.models import Detention, Irregularity, Party, ScreeningHit, WatchRun
from licensing.permissions import Permission
from portal import case_page, judged
from portal.access import needs
from portal.http import PortalRequest
from portal.views.hits import recorded

ROWS_A_PAGE = 50


@needs(Permission.REVIEW)
@require_GET
def index(request: PortalRequest) -> HttpResponse:
    at = timezone.now()
    page = Paginator(alerts.open_ones(at), ROWS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [row(alert) for alert in page],
        "last": WatchRun.objects.newest_finished(),
        "under_way": WatchRun.objects.under_way().order_by("-pk").first(),
        "detained": Detention.objects.visible_to(request.user).waiting().count(),
        "irregular": Irregularity.objects.open().count(),
        "watched": Party.objects.watched(at).count(),
    }
    return render(request, "alerts/index.html", context)


def row(alert: Alert) -> dict[str, Any]:
    """Return what a list of alerts shows of one."""
    party = alert.hit.party
    return {
        "hit": judged.Row(alert.standing, 0),
        "address": case_page.address_of(alert.hit, party.application),
        "who": party.application.organisation.name if party.application else _affiliation(party),
        "licences": alert.licences,
    }


def _affiliation(party: Party) -> str:
    """Say whose account it is; of a company its own name says it."""
    organisation = party.account.organisation if party.account else None
    return organisation.name if organisation else ""


@needs(Permission.REVIEW)
@require_http_methods(["GET", "POST"])
def show(request: PortalRequest, pk: int) -> HttpResponse:
    """Compare a company or a person with the listed entry, and record what this person may say of it."""
    at = timezone.now()
    rows = ScreeningHit.objects.select_related("party__company", "party__account", "entity__version")
    hit = get_object_or_404(rows.filter(party__application=None), pk=pk)
    standings = _standings(hit, at)
    standing = next((one for one in standings if one.hit.pk == pk), None) or judgements.of_hits([hit], at)[0]
    data = request.POST if request.method == "POST" else None
    form = case_page.form_for(standing, standings, None, request.user, data)
    if form and form.is_valid() and recorded(request, form, standing, None):
        return redirect("alerts")
    context = {
        "comparison": case_page.comparison(standing, standings, None, form, at),
        "licences": alerts.licences_of(hit.party, at),
        "form": form,
    }
    return render(request, "alerts/show.html", context)


def _standings(hit: ScreeningHit, at: datetime) -> list[Standing]:
    """Return what stands of every possible match of the same company or person, the likeliest first."""
    of_party = ScreeningHit.objects.filter(party=hit.party_id, gone_at=None)
    rows = of_party.select_related("party__company", "party__account", "entity__version")
    return judgements.of_hits(list(rows.order_by("-points", "pk")), at)
