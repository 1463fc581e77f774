"""What officers do with a case before it is decided."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from licensing import amendments, workflow
from licensing.actions import casework
from licensing.country import pack
from licensing.errors import Reason, Refused
from licensing.models import Action, Application, Consultation, Outcome
from licensing.permissions import Permission
from portal import amended, assessed, case_page, determined, new_licence, recommended
from portal import queue as cases
from portal.access import needs
from portal.forms.casework import (
    ConsultForm,
    InformationForm,
    QueueForm,
    RecommendForm,
    WithdrawQuestionForm,
)
from portal.forms.refusals import add_reasons, attempt
from portal.forms.terms import TermsForm
from portal.http import PortalRequest


@needs(Permission.REVIEW)
@require_GET
def queue(request: PortalRequest) -> HttpResponse:
    at = timezone.now()
    open_cases = Application.objects.visible_to(request.user).open()
    destinations = open_cases.exclude(destination="").order_by().values_list("destination", flat=True)
    form = QueueForm(request.GET, destinations=list(destinations.distinct()))
    form.full_clean()
    wanted = cases.filtered(open_cases, form.cleaned_data, request.user)
    page = Paginator(cases.with_what_a_row_shows(wanted), cases.A_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "rows": cases.rows(list(page.object_list), at),
        "filters": _chips(form),
        "query": urlencode(_given(form)),
    }
    return render(request, "casework/queue.html", context)


def _given(form: QueueForm) -> dict[str, str]:
    """Return the filters in use as they stand in the address."""
    return {name: "on" if value is True else value for name, value in form.cleaned_data.items() if value}


def _chips(form: QueueForm) -> list[dict[str, str]]:
    """Return a chip for every filter in use, with the address of the queue without it."""
    given = _given(form)
    chips = []
    for name, value in given.items():
        label = str(form.fields[name].label)
        choices = {str(key): str(text) for key, text in getattr(form.fields[name], "choices", ())}
        words = label if value == "on" else f"{label}: {choices.get(value, value)}"
        rest = urlencode({other: kept for other, kept in given.items() if other != name})
        chips.append({"label": words, "url": f"?{rest}"})
    return chips


@needs(Permission.REVIEW)
@require_GET
def show(request: PortalRequest, reference: str) -> HttpResponse:
    at = timezone.now()
    application = case_page.fetch(request.user, reference)
    standings = case_page.standings_of(application, at)
    chosen = next((one for one in standings if str(one.hit.pk) == request.GET.get("hit")), None)
    shown = chosen or case_page.first_to_judge(standings, request.user)
    context = {
        "application": application,
        **case_page.found(application, at, standings),
        **case_page.said(application, at),
        **case_page.bar(application, request.user, at),
        "missing": case_page.missing(application),
        "documents": case_page.documents(application),
        "look_alikes": case_page.look_alikes(application),
        "determined": determined.of_case(application, at, standings),
        "editions": determined.editions_of(application, at),
        "goods": assessed.rows(application),
        "can_assess": assessed.may_be_assessed(application),
        "amended": amended.of_case(application),
        "new_licence": new_licence.of_case(application, at),
        "comparison": case_page.comparison(
            shown,
            standings,
            application,
            case_page.form_for(shown, standings, application, request.user),
            at,
        )
        if shown
        else None,
    }
    return render(request, "casework/case.html", context)


@needs(Permission.REVIEW)
@require_GET
def progress(request: PortalRequest, reference: str) -> HttpResponse:
    """Answer the case page's question how far the comparison is; by itself it is no page."""
    application = case_page.fetch(request.user, reference)
    if not request.htmx:
        return redirect("case", reference)
    at = timezone.now()
    context = {
        "application": application,
        **case_page.found(application, at, case_page.standings_of(application, at)),
        **case_page.bar(application, request.user, at),
    }
    return render(request, "casework/_progress.html", context)


@needs(Permission.REVIEW)
@require_POST
def take_on(request: PortalRequest, reference: str) -> HttpResponse:
    application = case_page.fetch(request.user, reference)
    try:
        casework.take_on(application.pk, by=request.user, at=timezone.now())
    except Refused as refused:
        _tell(request, refused)
    else:
        messages.success(request, _("The case is yours."))
    return redirect("case", reference)


@needs(Permission.REVIEW)
@require_POST
def screen_again(request: PortalRequest, reference: str) -> HttpResponse:
    application = case_page.fetch(request.user, reference)
    try:
        casework.screen_again(application.pk, by=request.user, at=timezone.now())
    except Refused as refused:
        _tell(request, refused)
    return redirect("case", reference)


@needs(Permission.REVIEW)
@require_http_methods(["GET", "POST"])
def consult(request: PortalRequest, reference: str) -> HttpResponse:
    application = case_page.fetch(request.user, reference)
    at = timezone.now()
    country = pack()
    today = country.legal_day(at)
    due_on = country.working_days_after(today, country.consultation_working_days)
    form = ConsultForm(request.POST or None, today=today, initial={"due_on": due_on})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            consultation = casework.consult(
                application.pk,
                given["body"],
                question=given["question"],
                due_on=given["due_on"],
                by=request.user,
                at=at,
            )
        except Refused as refused:
            add_reasons(form, refused)
        else:
            messages.success(request, _("%(body)s has been asked.") % {"body": consultation.body})
            return redirect("case", reference)
    against = casework.refusals_in_review(application, request.user)
    return _form_page(request, application, form, Action.CONSULT, against)


@needs(Permission.REVIEW)
@require_http_methods(["GET", "POST"])
def withdraw_question(request: PortalRequest, reference: str, pk: int) -> HttpResponse:
    application = case_page.fetch(request.user, reference)
    questions = Consultation.objects.filter(application=application).select_related("body")
    question = get_object_or_404(questions, pk=pk)
    form = WithdrawQuestionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason, by, at = form.cleaned_data["reason"], request.user, timezone.now()
        if attempt(form, lambda: casework.withdraw_consultation(question.pk, reason=reason, by=by, at=at)):
            messages.success(request, _("The question to %(body)s is withdrawn.") % {"body": question.body})
            return redirect("case", reference)
    against = casework.refusals_to_withdraw(question, application, request.user)
    return _form_page(request, application, form, Action.WITHDRAW_QUESTION, against, question)


@needs(Permission.REVIEW)
@require_http_methods(["GET", "POST"])
def request_information(request: PortalRequest, reference: str) -> HttpResponse:
    application = case_page.fetch(request.user, reference)
    at = timezone.now()
    form = InformationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        question, by = form.cleaned_data["question"], request.user
        if attempt(
            form, lambda: casework.request_information(application.pk, question=question, by=by, at=at)
        ):
            messages.success(request, _("The exporter has been asked."))
            return redirect("case", reference)
    against = workflow.refusals(application, Action.REQUEST_INFORMATION, request.user, at)
    return _form_page(request, application, form, Action.REQUEST_INFORMATION, against)


@needs(Permission.REVIEW)
@require_http_methods(["GET", "POST"])
def recommend(request: PortalRequest, reference: str) -> HttpResponse:
    application = case_page.fetch(request.user, reference)
    at = timezone.now()
    words, conditions = recommended.begun(application)
    form = RecommendForm(request.POST or None, initial=words)
    terms = TermsForm(request.POST or None, goods=application.goods.order_by("number"), initial=conditions)
    # Both are asked, so that every mistake shows at once.
    if request.method == "POST" and all([form.is_valid(), terms.is_valid()]):
        said = {**form.cleaned_data, "outcome": Outcome(form.cleaned_data["outcome"]), "given": terms.given()}
        if attempt(form, lambda: casework.recommend(application.pk, **said, by=request.user, at=at)):
            messages.success(request, _("The recommendation is made. Somebody else decides."))
            return redirect("case", reference)
    against = workflow.refusals(application, Action.RECOMMEND, request.user, at)
    return _form_page(request, application, form, Action.RECOMMEND, against, terms=terms)


def _form_page(
    request: PortalRequest,
    application: Application,
    form: Form,
    action: Action,
    against: list[Reason],
    question: Consultation | None = None,
    terms: TermsForm | None = None,
) -> HttpResponse:
    """Show one form of a case; the case itself stands beside it in short, and above it what it is about."""
    context = {
        "application": application,
        "form": form,
        "action": action,
        "against": against,
        "question": question,
        "terms": terms,
        "forms": [form, terms] if terms else [form],
        "amendment": amendments.of(application) if terms else None,
    }
    return render(request, "casework/form.html", context)


def _tell(request: PortalRequest, refused: Refused) -> None:
    for reason in refused.reasons:
        messages.error(request, str(reason))
