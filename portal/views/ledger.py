"""The books of a licence: every entry, and how two people reverse one that is wrong."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from licensing import permissions
from licensing.actions import asked_corrections, corrections
from licensing.models import CorrectionRequest, LedgerEntry, Licence
from licensing.permissions import Permission
from portal.access import needs
from portal.forms.irregularities import ConfirmForm, DeclineForm, ReverseForm
from portal.forms.refusals import attempt
from portal.http import PortalRequest

ROWS_A_PAGE = 100


@needs(Permission.APPLY, Permission.SEE_LICENCES)
@require_safe
def index(request: PortalRequest, reference: str) -> HttpResponse:
    licence = _visible(request, reference)
    rows = _entries(licence).order_by("-pk")
    context = {
        "licence": licence,
        "lines": list(licence.lines.all()),
        "page": Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page")),
        "may_correct": permissions.has(request.user, Permission.REVIEW),
        "sees_why": permissions.has(request.user, Permission.SEE_LICENCES),
        "reversible": corrections.REVERSIBLE,
    }
    return render(request, "licences/ledger.html", context)


@needs(Permission.REVIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def entry(request: PortalRequest, reference: str, pk: int) -> HttpResponse:
    """Show an entry that took from the licence. Two people reverse it, or one tells customs why not."""
    licence = _visible(request, reference)
    moved = get_object_or_404(_entries(licence), pk=pk)
    if moved.kind not in corrections.REVERSIBLE:
        raise Http404
    may_correct = permissions.has(request.user, Permission.MANAGE_LICENCE)
    if request.method == "POST" and not may_correct:
        raise PermissionDenied
    proposed = moved.corrections.select_related("by", "confirmation__by").order_by("-pk").first()
    requests = CorrectionRequest.objects.filter(entry=moved).in_full()
    asked = requests.open().first()
    act = request.POST.get("act", "propose") if request.method == "POST" else ""
    confirming, declining = act == "confirm", act == "decline"
    reverse = ReverseForm(request.POST if act == "propose" else None)
    confirm = ConfirmForm(
        request.POST if confirming else None, initial={"correction": proposed and proposed.pk}
    )
    decline = DeclineForm(request.POST if declining else None)
    if confirming and confirm.is_valid() and _confirmed(request, moved, confirm):
        return redirect("licence-ledger", licence.reference)
    if declining and decline.is_valid() and _declined(request, asked, decline):
        return redirect("licence-ledger-entry", licence.reference, pk)
    if act == "propose" and reverse.is_valid() and _proposed(request, moved, reverse):
        return redirect("licence-ledger-entry", licence.reference, pk)
    context: dict[str, Any] = {
        "licence": licence,
        "entry": moved,
        "proposed": proposed,
        "reversed": getattr(proposed, "confirmation", None),
        "mine": proposed is not None and proposed.by_id == request.user.pk,
        "may_correct": may_correct,
        "form": confirm if confirming else decline if declining else reverse,
        "reverse": reverse,
        "confirm": confirm,
        "asked": asked,
        "declined": requests.filter(refusal__isnull=False).order_by("pk"),
        "decline": decline,
    }
    return render(request, "licences/entry.html", context)


def _visible(request: PortalRequest, reference: str) -> Licence:
    seen = Licence.objects.visible_to(request.user).select_related("holder").prefetch_related("lines")
    return get_object_or_404(seen, reference=reference)


def _entries(licence: Licence) -> QuerySet[LedgerEntry]:
    rows = LedgerEntry.objects.filter(line__licence=licence)
    return rows.select_related(
        "line",
        "usage__client__organisation",
        "confirmation__by",
        "confirmation__correction__by",
        "confirmation__correction__entry__usage",
    )


def _proposed(request: PortalRequest, moved: LedgerEntry, form: ReverseForm) -> bool:
    reason, by, at = form.cleaned_data["reason"], request.user, timezone.now()
    done = attempt(form, partial(corrections.propose_reversal, moved.pk, reason=reason, by=by, at=at))
    if done:
        messages.success(request, _("Written down. Somebody else must confirm it."))
    return done


def _confirmed(request: PortalRequest, moved: LedgerEntry, form: ConfirmForm) -> bool:
    proposed = get_object_or_404(moved.corrections, pk=form.cleaned_data["correction"])
    at = timezone.now()
    done = attempt(form, partial(corrections.confirm, proposed.pk, by=request.user, at=at))
    if done:
        messages.success(request, _("Reversed. What it had taken is back on the line."))
    return done


def _declined(request: PortalRequest, asked: CorrectionRequest | None, form: DeclineForm) -> bool:
    if asked is None:  # somebody else answered meanwhile: the page shows how
        messages.warning(request, _("This is answered already."))
        return True
    reason, by, at = form.cleaned_data["refusal"], request.user, timezone.now()
    done = attempt(form, partial(asked_corrections.decline, asked.pk, reason=reason, by=by, at=at))
    if done:
        messages.success(request, _("Declined. Customs reads why."))
    return done
