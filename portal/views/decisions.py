"""What deciding officers do: the second of two people."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from licensing import terms
from licensing.actions import decisions
from licensing.errors import Reason
from licensing.models import Action, Application, ApplicationStatus, Outcome, Recommendation, User
from licensing.permissions import Permission
from licensing.workflow import available
from portal import amended, assessed, case_page, new_licence
from portal.access import needs
from portal.forms.casework import DecisionForm
from portal.forms.refusals import attempt
from portal.http import PortalRequest


class Deciding(NamedTuple):
    do: Callable[..., object]
    done: Promise


# The acts of this page.
DECISIONS: dict[Action, Deciding] = {
    Action.APPROVE: Deciding(decisions.approve, _("The application is approved and the licence issued.")),
    Action.REFUSE: Deciding(decisions.refuse, _("The application is refused.")),
    Action.SEND_BACK: Deciding(decisions.send_back, _("The case is back with the case officer.")),
}


@needs(Permission.DECIDE)
@require_http_methods(["GET", "POST"])
def decide(request: PortalRequest, reference: str) -> HttpResponse:
    at = timezone.now()
    application = case_page.fetch(request.user, reference)
    form = _form(request, _possible(application, request.user, at))
    if request.method == "POST" and form.is_valid():
        if _decided(request, application, form, at):
            return redirect("case", reference)
        # what stood in the way may have changed it meanwhile
        application = case_page.fetch(request.user, reference)
    if application.status != ApplicationStatus.RECOMMENDED:
        for reason in form.non_field_errors() or [gettext("This case does not wait for a decision.")]:
            messages.info(request, str(reason))
        return redirect("case", reference)
    possible = _possible(application, request.user, at)
    context = {
        "application": application,
        "form": form,
        "against": [(act.label, against) for act, against in possible.items() if against],
        "documents": case_page.documents(application),
        "goods": assessed.rows(application),
        "amended": amended.of_case(application),
        "new_licence": new_licence.of_case(application, at),
        **case_page.found(application, at, case_page.standings_of(application, at)),
        **case_page.said(application, at),
        **_to_be_issued(application, at),
    }
    return render(request, "casework/decision.html", context)


def _possible(application: Application, user: User, at: datetime) -> dict[Action, list[Reason]]:
    """Return the acts of this page with what stands against each."""
    could = available(application, user, at)
    return {act: could[act] for act in DECISIONS if act in could}


def _form(request: PortalRequest, possible: dict[Action, list[Reason]]) -> DecisionForm:
    acts = [act for act, against in possible.items() if not against]
    chosen = {"act": request.GET.get("act")}
    return DecisionForm(request.POST or None, acts=acts, initial=chosen)


def _decided(request: PortalRequest, application: Application, form: DecisionForm, at: datetime) -> bool:
    act, reasons = Action(form.cleaned_data["act"]), form.cleaned_data["reasons"]
    do = DECISIONS[act].do
    done = attempt(form, lambda: do(application.pk, reasons=reasons, by=request.user, at=at))
    if done:
        messages.success(request, str(DECISIONS[act].done))
    return done


def _terms(recommendation: Recommendation) -> list[str]:
    """Return, for the reader, the conditions that customs' messages will be checked against."""
    found = terms.of(recommendation)
    return [str(sentence) for sentence in terms.in_words_of_both(found)] if found else []


def _to_be_issued(application: Application, at: datetime) -> dict[str, Any]:
    """Return the recommendation and, if it is to approve, the period a licence issued now would have."""
    recommendation = application.recommendations.select_related("by").latest()
    issues = recommendation.outcome == Outcome.APPROVE
    first, last = decisions.period(recommendation.months or 0, at) if issues else (None, None)
    return {
        "recommendation": recommendation,
        "terms": _terms(recommendation) if issues else [],
        "issues": issues,
        "valid_from": first,
        "valid_to": last,
    }
