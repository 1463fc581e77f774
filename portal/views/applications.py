"""An exporter's applications: the list, a new one, and what can be done with one as a whole."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Case, CharField, F, OuterRef, Prefetch, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from licensing import goods_checks, permissions
from licensing.actions import applications, drafts
from licensing.errors import Reason, Refused
from licensing.models import (
    CLOSED,
    WITH_AUTHORITY,
    WITH_EXPORTER,
    Action,
    Application,
    ApplicationKind,
    ApplicationStatus,
    Document,
    Event,
    GoodsLine,
    Screening,
    User,
)
from licensing.permissions import Permission
from licensing.workflow import available, refusals
from portal import amended, timeline, turns
from portal.access import needs
from portal.downloads import handed_out
from portal.forms.applications import AnswerForm, KindForm, SubmitForm
from portal.forms.refusals import add_reasons
from portal.http import PortalRequest
from portal.views.form import render_check
from portal.views.sections import found, once_of

ROWS_A_PAGE = 25
NOW, MOVING, OVER = "now", "moving", "over"
GROUPS = {NOW: WITH_EXPORTER, MOVING: WITH_AUTHORITY, OVER: CLOSED}


def in_groups(rows: QuerySet[Application]) -> QuerySet[Application]:
    """What needs the exporter first, then what is moving, then what is over; the latest first in each."""
    changes = Event.objects.filter(application=OuterRef("pk"), after__has_key="status").order_by("-at", "-pk")
    cases = [
        When(status__in=statuses, then=Value(f"{rank}{group}"))
        for rank, (group, statuses) in enumerate(GROUPS.items())
    ]
    return rows.annotate(
        group=Case(*cases, output_field=CharField()),
        since=Coalesce(Subquery(changes.values("at")[:1]), F("saved_at")),
    ).order_by("group", "-since", "-pk")


@needs(Permission.APPLY)
@require_GET
def index(request: PortalRequest) -> HttpResponse:
    own = Application.objects.visible_to(request.user)
    sought = request.GET.get("q", "").replace("\0", "").strip()[:100]
    rows = in_groups(own).prefetch_related(
        Prefetch("goods", GoodsLine.objects.only("application_id", "number", "description"))
    )
    if sought:
        rows = rows.filter(Q(reference__icontains=sought) | Q(own_reference__icontains=sought))
    page = Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page"))
    groups: dict[str, list[tuple[Application, str, turns.Turn]]] = {}
    for application in page:
        group: str = application.group[1:]  # type: ignore[attr-defined]  # annotated
        to = "form" if application.status == ApplicationStatus.DRAFT else "application"
        url = reverse(to, args=[application.reference])
        groups.setdefault(group, []).append((application, url, turns.for_exporter(application)))
    context = {
        "groups": groups,
        "page": page,
        "q": sought,
        "query": urlencode({"q": sought} if sought else {}),
    }
    return render(request, "applications/index.html", context)


@needs(Permission.APPLY)
@require_http_methods(["GET", "POST"])
def new(request: PortalRequest) -> HttpResponse:
    form = KindForm(request.POST or None)
    if form.is_valid():
        application = drafts.start(
            ApplicationKind(form.cleaned_data["kind"]),
            by=request.user,
            at=timezone.now(),
            once=once_of(request),
        )
        return redirect("form", application.reference)
    return render(request, "applications/new.html", {"form": form, "once": once_of(request)})


@needs(Permission.APPLY)
@require_http_methods(["GET", "POST"])
def copy(request: PortalRequest, reference: str) -> HttpResponse:
    source = found(request, reference)
    if request.method == "POST":
        application = drafts.copy(source.pk, by=request.user, at=timezone.now(), once=once_of(request))
        messages.success(
            request,
            _("%(reference)s is a new draft with the data of %(source)s.")
            % {"reference": application.reference, "source": source.reference},
        )
        return redirect("form", application.reference)
    return render(request, "applications/copy.html", {"application": source, "once": once_of(request)})


@needs(Permission.APPLY, Permission.REVIEW)
@require_GET
def show(request: PortalRequest, reference: str) -> HttpResponse:
    application = found(request, reference)
    if application.status == ApplicationStatus.DRAFT:
        return redirect("form", application.reference)
    actions = available(application, request.user, timezone.now())
    events = application.events.filter(action__in=timeline.TOLD_TO_EXPORTERS).newest_first()
    context = {
        "application": application,
        "entries": timeline.sentences(events, for_exporter=True),
        "turn": turns.for_exporter(application),
        "question": question_of(application),
        "is_own": permissions.may(request.user, Permission.APPLY, application),
        "can_answer": Action.ANSWER in actions,
        "can_withdraw": Action.WITHDRAW in actions,
        "licence": getattr(application, "licence", None),
        "amended": amended.of_case(application),
        **progress_of(application),
    }
    return render(request, "applications/show.html", context)


@needs(Permission.APPLY, Permission.REVIEW)
@require_GET
def progress(request: PortalRequest, reference: str) -> HttpResponse:
    """The part of the page that says how far the comparison with the lists is; the browser asks again."""
    application = found(request, reference)
    if not request.htmx:
        return redirect("application", application.reference)
    return render(
        request, "applications/_progress.html", {"application": application, **progress_of(application)}
    )


def progress_of(application: Application) -> dict[str, Any]:
    """Say how far the comparison is, never what it found."""
    latest = None if application.status in CLOSED else Screening.objects.newest_of(application)
    return {
        "screening": latest,
        "under_way": bool(latest and latest.finished_at is None and not latest.failure),
    }


def question_of(application: Application) -> Event | None:
    """Return what the authority asked last, while it waits for the answer."""
    if application.status != ApplicationStatus.INFORMATION_REQUESTED:
        return None
    return application.events.filter(action=Action.REQUEST_INFORMATION).newest_first().first()


@needs(Permission.APPLY)
@require_http_methods(["GET", "POST"])
def submit(request: PortalRequest, reference: str) -> HttpResponse:
    application = found(request, reference)
    if request.method == "GET" or application.status != ApplicationStatus.DRAFT:
        return redirect("form-check", application.reference)
    form = SubmitForm(request.POST)
    if not form.is_valid():
        return render_check(request, application, form)
    goods_checks.check(application, timezone.now())
    try:
        applications.submit(application.pk, by=request.user, at=timezone.now())
    except Refused as refused:
        application.refresh_from_db()
        if application.status == ApplicationStatus.DRAFT:
            add_reasons(form, refused)
            return render_check(request, application, form)
    else:
        messages.success(request, _("You submitted %(reference)s.") % {"reference": application.reference})
    return redirect("application", application.reference)


def _against_withdrawal(application: Application, user: User) -> list[Reason]:
    return refusals(application, Action.WITHDRAW, user, timezone.now())


@needs(Permission.APPLY)
@require_http_methods(["GET", "POST"])
def withdraw(request: PortalRequest, reference: str) -> HttpResponse:
    application = found(request, reference)
    reasons: tuple[Any, ...] = ()
    if request.method == "GET" and (against := _against_withdrawal(application, request.user)):
        messages.error(request, " ".join(map(str, against)))
        return redirect("application", application.reference)
    if request.method == "POST" and application.status != ApplicationStatus.WITHDRAWN:
        try:
            applications.withdraw(application.pk, by=request.user, at=timezone.now())
        except Refused as refused:
            application.refresh_from_db()
            reasons = refused.reasons
    if request.method == "POST" and not reasons:
        return redirect("application", application.reference)
    context = {"application": application, "reasons": reasons}
    return render(request, "applications/withdraw.html", context)


@needs(Permission.APPLY)
@require_http_methods(["GET", "POST"])
def answer(request: PortalRequest, reference: str) -> HttpResponse:
    application = found(request, reference)
    if request.method == "GET" and application.status != ApplicationStatus.INFORMATION_REQUESTED:
        return redirect("application", application.reference)
    form = AnswerForm(request.POST or None)
    if form.is_valid():
        goods_checks.check(application, timezone.now())
        try:
            applications.answer(
                application.pk, text=form.cleaned_data["text"], by=request.user, at=timezone.now()
            )
        except Refused as refused:
            if not is_answered(application, form.cleaned_data["text"]):
                add_reasons(form, refused)
        if form.is_valid():
            messages.success(request, _("You answered. The review goes on."))
            return redirect("application", application.reference)
    context = {"application": application, "form": form, "question": question_of(application)}
    return render(request, "applications/answer.html", context)


def is_answered(application: Application, text: str) -> bool:
    """Say whether this very answer is there already: the button was pressed twice."""
    last = application.events.filter(action=Action.ANSWER).newest_first().first()
    return last is not None and last.data["text"] == text


@needs(Permission.APPLY, Permission.REVIEW)
@require_GET
def document(request: PortalRequest, reference: str, pk: int) -> FileResponse:
    """Hand the file out for saving, never to be shown as a page of ours."""
    kept = get_object_or_404(
        Document.objects.select_related("file"), application=found(request, reference), pk=pk
    )
    return handed_out(kept.file, kept.name)
