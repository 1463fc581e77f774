"""Customs officers' pages, made for a phone at the dock: one number, one verdict, one form."""

from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from licensing import coverage, permissions
from licensing.actions import customs
from licensing.errors import Refused
from licensing.models import LedgerEntry, Licence, LicenceState, Terms, Usage
from licensing.permissions import Permission
from licensing.references import read_licence_number
from portal import verdicts
from portal.access import needs
from portal.forms.customs import HolderForm, NumberForm, WriteOffForm
from portal.forms.refusals import add_reasons
from portal.http import PortalRequest
from portal.templatetags.portal import quantity

USAGES_SHOWN = 10
LICENCES_A_PAGE = 50


@needs(Permission.SEE_LICENCES)
@require_safe
def search(request: PortalRequest) -> HttpResponse:
    """Find a licence by its number or what its QR code says, or licences by their holder."""
    form = NumberForm(request.GET if "number" in request.GET else None)
    by_holder = HolderForm(request.GET if "holder" in request.GET else None)
    context: dict[str, Any] = {"form": form, "by_holder": by_holder, "forms": [form, by_holder]}
    if form.is_valid():
        reference = form.cleaned_data["number"]
        if Licence.objects.visible_to(request.user).filter(reference=reference).exists():
            return redirect("customs-licence", reference)
        context["verdict"] = verdicts.unknown()
    if by_holder.is_valid():
        context |= _held(request, by_holder.cleaned_data["holder"])
    return render(request, "customs/search.html", context)


def _held(request: PortalRequest, stated: str) -> dict[str, Any]:
    """Return the holder's licences, those that end last first, or the companies that may be meant."""
    companies, now = coverage.holders_like(stated), timezone.now()
    if len(companies) != 1:
        return {"asked": stated, "companies": companies}
    rows = Licence.objects.visible_to(request.user).filter(holder=companies[0])
    rows = rows.select_related("application").prefetch_related("lines").order_by("-ends_at", "-pk")
    page = Paginator(rows, LICENCES_A_PAGE).get_page(request.GET.get("page"))
    found = [{"licence": licence, "state": licence.state(now)} for licence in page]
    return {
        "asked": stated,
        "holder": companies[0],
        "page": page,
        "found": found,
        "query": urlencode({"holder": stated}),
    }


@needs(Permission.SEE_LICENCES)
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: PortalRequest, reference: str) -> HttpResponse:
    licence = fetch(request, reference)
    if request.method != "POST":
        return page(request, licence, WriteOffForm(licence.lines.all(), terms=_terms(licence)))
    if not permissions.may(request.user, Permission.REPORT_USAGE, licence):
        raise PermissionDenied
    form = WriteOffForm(licence.lines.all(), request.POST, terms=_terms(licence))
    usage = write_off(request, licence, form) if form.is_valid() else None
    if usage is None:
        form.renew()
        return page(request, fetch(request, reference), form)
    for text in written_off(usage):
        messages.success(request, text)
    return redirect("customs-licence", licence.reference)


def fetch(request: PortalRequest, reference: str) -> Licence:
    """Return the licence with its lines as they are now."""
    seen = Licence.objects.visible_to(request.user).select_related("holder", "application", "decision")
    return get_object_or_404(seen.prefetch_related("lines"), reference=read_licence_number(reference))


def _terms(licence: Licence) -> Terms | None:
    return Terms.objects.filter(recommendation=licence.decision.recommendation_id).first()


def write_off(request: PortalRequest, licence: Licence, form: WriteOffForm) -> Usage | None:
    """Return what was recorded; None if it was refused, with the reasons in the form."""
    try:
        usage, _is_new = customs.record_usage(
            licence.reference,
            client_key=f"page:{form.cleaned_data['key']}",
            declaration=form.cleaned_data["declaration"],
            used=form.used(),
            by=request.user,
            at=timezone.now(),
            shipment=form.shipment(),
            is_further=form.cleaned_data.get("is_further", False),
        )
    except Refused as refused:
        if refused.code == "counted-before":
            form.refuse_as_counted(str(refused.reasons[0]))
        else:
            add_reasons(form, refused)
        return None
    if usage.outcome == Usage.Outcome.REFUSED:
        form.refuse(usage.answer["reasons"])
        return None
    return usage


def written_off(usage: Usage) -> list[str]:
    words = _("Line %(line)s: %(quantity)s written off; what remains: %(remaining)s.")
    return [
        words
        % {
            "line": part["line"],
            "quantity": quantity(Decimal(part["quantity"]), part["unit"]),
            "remaining": quantity(Decimal(part["remaining"]), part["unit"]),
        }
        for part in usage.answer["lines"]
    ]


def page(request: PortalRequest, licence: Licence, form: WriteOffForm) -> HttpResponse:
    now = timezone.now()
    may_report = permissions.may(request.user, Permission.REPORT_USAGE, licence)
    usages = Usage.objects.about(licence).select_related("client").order_by("-at", "-pk")
    moves = LedgerEntry.objects.filter(line__licence=licence).select_related("line").order_by("pk")
    usages = usages.prefetch_related(Prefetch("entries", moves))
    free = licence.state(now) == LicenceState.VALID and any(line.remaining for line in licence.lines.all())
    context: dict[str, Any] = {
        "licence": licence,
        "verdict": verdicts.verdict(licence, now),
        "now": now,
        # What was typed stays, even where nothing can be written off any more.
        "form": form if may_report and (form.is_bound or free) else None,
        "parties": licence.application.parties.filter(role__in=customs.PARTIES_AT_THE_BORDER).order_by("pk"),
        "may_report": may_report,
        "detained": licence.detentions.visible_to(request.user).unreleased().in_full().order_by("-pk"),
        "usages": usages[:USAGES_SHOWN],
    }
    return render(request, "customs/licence.html", context)
