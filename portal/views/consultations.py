"""What advisers of consulted bodies do: read what their body is asked, and answer once."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from licensing.actions import advice
from licensing.country import pack
from licensing.models import Application, Consultation, Opinion
from licensing.permissions import Permission
from portal import case_page
from portal.access import needs
from portal.forms.casework import OpinionForm
from portal.forms.refusals import attempt
from portal.http import PortalRequest

A_PAGE = 50


@needs(Permission.ADVISE)
@require_GET
def index(request: PortalRequest) -> HttpResponse:
    own = Consultation.objects.visible_to(request.user).select_related(
        "application__organisation", "answered_by"
    )
    today = pack().legal_day(timezone.now())
    answered = Paginator(own.exclude(answered_at=None).order_by("-answered_at", "-pk"), A_PAGE)
    context = {
        "waiting": [_with_days(one, today) for one in own.waiting().order_by("due_on", "pk")],
        "withdrawn": own.withdrawn().order_by("-withdrawn_at", "-pk")[:A_PAGE],
        "page": answered.get_page(request.GET.get("page")),
        "total_days": pack().consultation_working_days,
    }
    return render(request, "consultations/index.html", context)


def _with_days(consultation: Consultation, today: date) -> dict[str, Any]:
    return {"row": consultation, "left": pack().working_days_between(today, consultation.due_on)}


@needs(Permission.ADVISE)
@require_http_methods(["GET", "POST"])
def show(request: PortalRequest, pk: int) -> HttpResponse:
    own = Consultation.objects.visible_to(request.user).select_related("answered_by", "body")
    consultation = get_object_or_404(own, pk=pk)
    form = OpinionForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _given(request, form, consultation):
        return redirect("consultations")
    today = pack().legal_day(timezone.now())
    waits = consultation.is_waiting
    context = {
        "consultation": consultation,
        "application": case_page.with_facts(Application.objects.visible_to(request.user)).get(
            pk=consultation.application_id
        ),
        "form": form if waits or form.is_bound else None,
        "late": waits and consultation.due_on < today,
    }
    return render(request, "consultations/show.html", context)


def _given(request: PortalRequest, form: OpinionForm, consultation: Consultation) -> bool:
    opinion, answer = Opinion(form.cleaned_data["opinion"]), form.cleaned_data["answer"]
    by, at = request.user, timezone.now()
    done = attempt(form, lambda: advice.give(consultation.pk, opinion=opinion, answer=answer, by=by, at=at))
    if done:
        messages.success(request, _("Your body's opinion is given. Thank you."))
    return done
