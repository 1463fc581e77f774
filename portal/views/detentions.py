"""Goods that customs keeps back: customs asks with photos, officers answer against a clock."""

from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from licensing import counted, permissions
from licensing.actions import detentions
from licensing.models import (
    Detention,
    DetentionPhoto,
    DetentionState,
    DetentionVerdict,
)
from licensing.permissions import Permission
from portal.access import needs
from portal.downloads import handed_out, shown
from portal.forms.detentions import AnswerForm, ConfirmReleaseForm, DetainForm, NoteForm
from portal.forms.refusals import attempt
from portal.http import PortalRequest

ROWS_A_PAGE = 50


@needs(Permission.REPORT_USAGE, Permission.REVIEW)
@require_safe
def index(request: PortalRequest) -> HttpResponse:
    """List what waits, the first due first, and below it the rest, the newest first."""
    seen, now = Detention.objects.visible_to(request.user), timezone.now()
    waiting = seen.waiting().in_full().order_by("due_at", "pk")
    others = seen.exclude(pk__in=seen.waiting().values("pk")).in_full().order_by("-pk")
    context = {
        "waiting": waiting,
        "page": Paginator(others, ROWS_A_PAGE).get_page(request.GET.get("page")),
        "now": now,
        "may_detain": permissions.has(request.user, Permission.REPORT_USAGE),
    }
    return render(request, "detentions/index.html", context)


@needs(Permission.REPORT_USAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: PortalRequest) -> HttpResponse:
    if request.method == "POST":
        form = DetainForm(request.POST, request.FILES)
        if form.is_valid() and (made := _detained(request, form)):
            messages.success(request, _("The goods are detained. The authority has your question."))
            return redirect("detention", made.pk)
    else:
        form = DetainForm(number=request.GET.get("number", "").replace("\0", "")[:30])
    return render(request, "detentions/new.html", {"form": form})


def _detained(request: PortalRequest, form: DetainForm) -> Detention | None:
    made: list[Detention] = []

    def act() -> None:
        detention, _is_new = detentions.detain(**form.cleaned_data, by=request.user, at=timezone.now())
        made.append(detention)

    attempt(form, act)
    return made[0] if made else None


@needs(Permission.REPORT_USAGE, Permission.REVIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: PortalRequest, pk: int) -> HttpResponse:
    detention = _seen(request, pk)
    may_answer = permissions.has(request.user, Permission.REVIEW)
    act = request.POST.get("act") if request.method == "POST" else None
    if act in ("answer", "confirm") and not may_answer:
        raise PermissionDenied
    note = NoteForm(*((request.POST, request.FILES) if act == "note" else ()))
    answer = AnswerForm(request.POST if act == "answer" else None)
    confirm = ConfirmReleaseForm(
        request.POST if act == "confirm" else None, initial={"answer": _answer_pk(detention)}
    )
    asked: dict[str, forms.Form] = {"note": note, "answer": answer, "confirm": confirm}
    if act in asked and _done(request, detention, asked[act]):
        return redirect("detention", pk)
    detention = _seen(request, pk)  # somebody may have answered meanwhile
    newest = detention.newest_answer
    context: dict[str, Any] = {
        "detention": detention,
        "newest": newest,
        "notes": detention.notes.select_related("by__organisation").prefetch_related("photos"),
        "counted": counted.for_declaration(detention.declaration),
        "licence_page": "licence" if may_answer else "customs-licence",
        "now": timezone.now(),
        "is_here": detention.state != DetentionState.RELEASED,
        "may_answer": may_answer,
        "may_confirm": may_answer
        and detention.state == DetentionState.PROPOSED
        and newest is not None
        and newest.by_id != request.user.pk,
        "form": asked.get(act or "", answer),
        "note": note,
        "answer": answer,
        "confirm": confirm,
    }
    return render(request, "detentions/show.html", context)


def _seen(request: PortalRequest, pk: int) -> Detention:
    return get_object_or_404(Detention.objects.visible_to(request.user).in_full(), pk=pk)


def _answer_pk(detention: Detention) -> int | None:
    return detention.newest_answer.pk if detention.newest_answer else None


def _done(request: PortalRequest, detention: Detention, form: forms.Form) -> bool:
    """Do what the form asks for, if it is in order, and say whether it was done."""
    if not form.is_valid():
        return False
    if isinstance(form, NoteForm):
        act, told = partial(_add, request, detention, form), _("Added. The others are told.")
    elif isinstance(form, AnswerForm):
        act, told = partial(_answer, request, detention, form), _answered(form)
    else:
        act, told = partial(_confirm, request, detention, form), _("The goods may go. Customs sees it.")
    done = attempt(form, act)
    if done:
        messages.success(request, told)
    return done


def _add(request: PortalRequest, detention: Detention, form: forms.Form) -> None:
    detentions.add_note(detention.pk, **form.cleaned_data, by=request.user, at=timezone.now())


def _answer(request: PortalRequest, detention: Detention, form: forms.Form) -> None:
    verdict, reasons = DetentionVerdict(form.cleaned_data["verdict"]), form.cleaned_data["reasons"]
    detentions.answer(detention.pk, verdict=verdict, reasons=reasons, by=request.user, at=timezone.now())


def _answered(form: forms.Form) -> str:
    if form.cleaned_data["verdict"] == DetentionVerdict.RELEASE:
        return _("Written down. Somebody else must confirm it before the goods go.")
    return _("Answered. Customs sees it at once.")


def _confirm(request: PortalRequest, detention: Detention, form: forms.Form) -> None:
    proposed = get_object_or_404(detention.answers, pk=form.cleaned_data["answer"])
    detentions.confirm_release(proposed.pk, by=request.user, at=timezone.now())


@needs(Permission.REPORT_USAGE, Permission.REVIEW)
@require_safe
def photo(request: PortalRequest, pk: int, photo: int) -> FileResponse:
    """Hand the file out for saving, as it was sent."""
    rows = DetentionPhoto.objects.select_related("file")
    kept = get_object_or_404(rows, pk=photo, note__detention=_seen(request, pk))
    return handed_out(kept.file, kept.name)


@needs(Permission.REPORT_USAGE, Permission.REVIEW)
@require_safe
def thumbnail(request: PortalRequest, pk: int, photo: int) -> FileResponse:
    """Show a photo small."""
    rows = DetentionPhoto.objects.select_related("thumbnail").exclude(thumbnail=None)
    kept = get_object_or_404(rows, pk=photo, note__detention=_seen(request, pk))
    assert kept.thumbnail is not None
    return shown(kept.thumbnail)
