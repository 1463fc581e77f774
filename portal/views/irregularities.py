"""Goods that left and that no licence covers: which wait for officers, and one of them in full."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from licensing import permissions
from licensing.actions import corrections
from licensing.errors import said
from licensing.models import Correction, Irregularity
from licensing.permissions import Permission
from portal.access import needs
from portal.forms.irregularities import ConfirmForm, SettleForm
from portal.forms.refusals import attempt
from portal.http import PortalRequest

ROWS_A_PAGE = 50


@needs(Permission.REVIEW)
@require_GET
def index(request: PortalRequest) -> HttpResponse:
    rows = Irregularity.objects.open().select_related("usage", "licence__holder").order_by("at", "pk")
    page = Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "irregularities/index.html", {"page": page})


@needs(Permission.REVIEW)
@require_http_methods(["GET", "POST"])
def show(request: PortalRequest, pk: int) -> HttpResponse:
    rows = Irregularity.objects.select_related("usage__client__organisation", "licence__holder", "line")
    irregularity = get_object_or_404(rows, pk=pk)
    proposed = irregularity.corrections.select_related("by", "confirmation__by").order_by("-pk").first()
    may_settle = permissions.has(request.user, Permission.MANAGE_LICENCE)
    if request.method == "POST" and not may_settle:
        raise PermissionDenied
    confirming = request.POST.get("act") == "confirm"
    settle = SettleForm(request.POST if request.method == "POST" and not confirming else None)
    confirm = ConfirmForm(
        request.POST if request.method == "POST" and confirming else None,
        initial={"correction": proposed and proposed.pk},
    )
    if _done(request, irregularity, confirm if confirming else settle):
        return redirect("irregularity", pk=pk)
    context: dict[str, Any] = {
        "irregularity": irregularity,
        "not_covered": [said(reason) for reason in irregularity.reasons],
        "proposed": proposed,
        "settled": _confirmation(proposed),
        "mine": proposed is not None and proposed.by_id == request.user.pk,
        "may_settle": may_settle,
        "form": confirm if confirming else settle,
        "settle": settle,
        "confirm": confirm,
    }
    return render(request, "irregularities/show.html", context)


def _confirmation(proposed: Correction | None) -> object | None:
    return getattr(proposed, "confirmation", None)


def _done(request: PortalRequest, irregularity: Irregularity, form: forms.Form) -> bool:
    """Do what the form asks for, if it asks for anything, and say whether it was done."""
    if not form.is_valid():
        return False
    by, at = request.user, timezone.now()
    if isinstance(form, ConfirmForm):
        proposed = get_object_or_404(irregularity.corrections, pk=form.cleaned_data["correction"])
        done = attempt(form, lambda: corrections.confirm(proposed.pk, by=by, at=at))
        told = _("Confirmed. It is off the list.")
    else:
        reason = form.cleaned_data["reason"]
        done = attempt(
            form, lambda: corrections.propose_settlement(irregularity.pk, reason=reason, by=by, at=at)
        )
        told = _("Written down. Somebody else must confirm it.")
    if done:
        messages.success(request, told)
    return done
