"""What administrators do with lists: upload, fetch, and the exceptions that take two of them."""

from functools import partial

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from licensing import permissions
from licensing.actions import lists
from licensing.errors import Refused
from licensing.models import ListDecision, ListOutcome, ListRequest
from licensing.permissions import Permission
from portal.access import needs
from portal.forms.lists import AskForm, DecideForm, UploadForm, WithdrawForm
from portal.forms.refusals import attempt
from portal.http import PortalRequest
from portal.templatetags.portal import edition_name, moment
from screening import differences, received
from screening.importers import label_of
from screening.models import ImportRun, ListVersion


@needs(Permission.RUN_LISTS)
@require_http_methods(["GET", "POST"])
def upload(request: PortalRequest) -> HttpResponse:
    """Take a publisher's file in; a worker imports it, and the page of lists shows how far it is."""
    form = UploadForm(
        request.POST or None, request.FILES or None, initial={"source": request.GET.get("list", "")}
    )
    if form.is_valid() and attempt(form, partial(_upload, request, form), "file"):
        messages.success(request, _("The file is being imported. You see here how it goes."))
        return redirect("lists")
    return render(request, "lists/upload.html", {"form": form})


def _upload(request: PortalRequest, form: UploadForm) -> None:
    file: UploadedFile = form.cleaned_data["file"]  # type: ignore[type-arg]
    with received.unfinished() as path:
        with path.open("wb") as copy:
            for chunk in file.chunks():
                copy.write(chunk)
        kept = received.keep(path)
    lists.upload(
        form.cleaned_data["source"],
        kept,
        file_name=file.name or "",
        dated=form.cleaned_data["dated"],
        by=request.user,
        at=timezone.now(),
    )


@needs(Permission.RUN_LISTS)
@require_POST
def fetch(request: PortalRequest, source: str) -> HttpResponse:
    try:
        lists.fetch(source, by=request.user, at=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("The publisher’s address is being looked at. You see here how it went."))
    return redirect("list", source)


@needs(Permission.RUN_LISTS)
@require_http_methods(["GET", "POST"])
def put_back(request: PortalRequest, source: str, version: int) -> HttpResponse:
    """Ask that an earlier version comes into force again."""
    row = get_object_or_404(ListVersion.objects.select_related("restores"), source=source, pk=version)
    form = AskForm(request.POST or None)
    if form.is_valid() and attempt(
        form,
        lambda: lists.ask_to_put_back(
            row.pk, reason=form.cleaned_data["reason"], by=request.user, at=timezone.now()
        ),
    ):
        messages.success(request, _("Asked for. Another administrator must agree; all of them get a letter."))
        return redirect("list", source)
    return render(request, "lists/ask.html", {"form": form, **_about(source, earlier=row)})


@needs(Permission.RUN_LISTS)
@require_http_methods(["GET", "POST"])
def let_in(request: PortalRequest, pk: int) -> HttpResponse:
    """Ask that the file of a refused import comes into force nevertheless."""
    run = get_object_or_404(ImportRun, pk=pk)
    form = AskForm(request.POST or None)
    if form.is_valid() and attempt(
        form,
        lambda: lists.ask_to_let_in(
            run.pk, reason=form.cleaned_data["reason"], by=request.user, at=timezone.now()
        ),
    ):
        messages.success(request, _("Asked for. Another administrator must agree; all of them get a letter."))
        return redirect("list", run.source)
    return render(request, "lists/ask.html", {"form": form, **_about(run.source, run=run)})


@needs(Permission.SEE_LISTS)
@require_http_methods(["GET", "POST"])
def decide(request: PortalRequest, pk: int) -> HttpResponse:
    """Show a request with what became of it; another administrator decides, who asked may withdraw it."""
    row = get_object_or_404(ListRequest.objects.select_related("by", "run", "version", "in_force"), pk=pk)
    form = _form(request, row)
    if form and form.is_valid() and attempt(form, partial(_decide, request, row, form)):
        messages.success(request, _said(form))
        return redirect("list", row.source)
    decision = ListDecision.objects.filter(request=row).select_related("by").first()
    about = _about(row.source, earlier=row.version, run=row.run, in_force=row.in_force)
    context = {
        "request_row": row,
        "decision": decision,
        "form": None if decision else form,
        "reasons": [_too_late(decision, request)] if form and form.is_bound and decision else [],
        "unsaved": form.data.get("reason", "") if form and decision else "",
        "own": row.by == request.user,
    }
    return render(request, "lists/request.html", {**about, **context})


def _form(request: PortalRequest, row: ListRequest) -> DecideForm | WithdrawForm | None:
    if not permissions.has(request.user, Permission.RUN_LISTS):
        return None
    data = request.POST if request.method == "POST" else None
    return WithdrawForm(data) if row.by == request.user else DecideForm(data)


def _too_late(decision: ListDecision, request: PortalRequest) -> str:
    """Tell whoever decides what has been decided since their page was opened, and that theirs is dropped."""
    if decision.by == request.user:
        text = _("You decided this already, on %(at)s: see below. What you just sent is not recorded.")
    else:
        text = _("%(name)s decided this on %(at)s: see below. What you just sent is not recorded.")
    return text % {"name": decision.by.name, "at": moment(decision.at)}


def _decide(request: PortalRequest, row: ListRequest, form: DecideForm | WithdrawForm) -> None:
    act = lists.approve if _agrees(form) else lists.decline
    act(row.pk, reason=form.cleaned_data["reason"], by=request.user, at=timezone.now())


def _agrees(form: DecideForm | WithdrawForm) -> bool:
    return form.cleaned_data.get("outcome") == ListOutcome.APPROVE


def _said(form: DecideForm | WithdrawForm) -> str:
    if _agrees(form):
        return _("Agreed to. The list comes into force in a moment, and open cases are screened again.")
    if isinstance(form, WithdrawForm):
        return _("Withdrawn. The list in force stays.")
    return _("Declined. The list in force stays.")


def _about(
    source: str,
    earlier: ListVersion | None = None,
    run: ImportRun | None = None,
    in_force: ListVersion | None = None,
) -> dict[str, object]:
    """Return what is asked for and, of an earlier version, what it would change of the one in force then."""
    current = in_force or ListVersion.objects.filter(source=source, in_force_to=None).first()
    return {
        "source": source,
        "name": label_of(source),
        "earlier": earlier,
        "edition": edition_name(earlier) if earlier else "",
        "run": run,
        "in_force": current,
        "in_force_edition": edition_name(current) if current else "",
        "counts": differences.counts(current, earlier) if current and earlier else None,
    }
