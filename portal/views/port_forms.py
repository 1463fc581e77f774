"""Numbers of forms for when the portal can't be asked: a port takes some, and reports later what left."""

import tempfile
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from licensing.actions import forms
from licensing.models import FormBlock, Usage
from licensing.permissions import Permission
from portal import forms_table
from portal.access import needs
from portal.departed import lines_of
from portal.forms.customs import BlockForm
from portal.forms.departures import MOST_LINES, OLD_DAY, DepartedForm, LeftLines, TableForm
from portal.forms.refusals import attempt
from portal.http import PortalRequest
from portal.screening_files.tables import BadFile

BLOCKS_SHOWN = 20
PREFIX = "lines"


@needs(Permission.REPORT_USAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def index(request: PortalRequest) -> HttpResponse:
    form = BlockForm(request.POST if request.method == "POST" else None)
    made: list[FormBlock] = []
    if form.is_valid() and attempt(form, lambda: made.append(_take(request, form))):
        return redirect("port-form-block", made[0].pk)
    blocks = _visible(request).order_by("-pk")[:BLOCKS_SHOWN]
    rows = [{"block": block, "reported": len(forms.reported(block))} for block in blocks]
    return render(request, "customs/forms.html", {"form": form, "rows": rows})


def _take(request: PortalRequest, form: BlockForm) -> FormBlock:
    given: dict[str, Any] = form.cleaned_data
    return forms.take(given["port"], given["count"], by=request.user, at=timezone.now())


@needs(Permission.REPORT_USAGE)
@require_safe
def show(request: PortalRequest, pk: int) -> HttpResponse:
    block = get_object_or_404(_visible(request), pk=pk)
    back = forms.reports(block)
    numbers = [{"number": number, "usage": back.get(number)} for number in block.numbers]
    return render(request, "customs/form_block.html", {"form_block": block, "numbers": numbers})


@needs(Permission.REPORT_USAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: PortalRequest) -> HttpResponse:
    """Take down a form that was written while the portal could not be asked."""
    if request.method != "POST":
        number = request.GET.get("number", "").replace("\0", "")[:60]
        return _report_page(request, DepartedForm(initial={"number": number}), LeftLines(prefix=PREFIX))
    if request.POST.get("act") == "more":
        return _with_one_more(request)
    form, lines = DepartedForm(request.POST), LeftLines(request.POST, prefix=PREFIX)
    # Both, so that every mistake is told at once.
    if all([form.is_valid(), lines.is_valid()]) and (usage := _report(request, form, lines)):
        return redirect("port-form-report", usage.pk)
    return _report_page(request, form, lines)


def _report_page(request: PortalRequest, form: Any, lines: Any) -> HttpResponse:
    can_add = lines.total_form_count() < MOST_LINES
    return render(request, "customs/form_report.html", {"form": form, "lines": lines, "can_add": can_add})


def _with_one_more(request: PortalRequest) -> HttpResponse:
    """Show what was typed, unjudged, with one line more."""
    typed = request.POST.dict()
    count = LeftLines(typed, prefix=PREFIX).total_form_count()
    initial = [_typed(typed, f"{PREFIX}-{place}-") for place in range(count)]
    head = {name: typed.get(name, "") for name in (*DepartedForm.base_fields, OLD_DAY)}
    lines = LeftLines(prefix=PREFIX)
    lines.extra = min(count + 1, MOST_LINES) - lines.min_num
    for form, given in zip(lines.forms, initial, strict=False):
        form.initial = given
    return _report_page(request, DepartedForm(initial=head), lines)


def _typed(typed: dict[str, Any], prefix: str) -> dict[str, Any]:
    return {name.removeprefix(prefix): value for name, value in typed.items() if name.startswith(prefix)}


def _report(request: PortalRequest, form: DepartedForm, lines: Any) -> Usage | None:
    given, made = form.cleaned_data, list[tuple[Usage, bool]]()
    names = ("declaration", "version", "left_at", "regime", "consignee")

    def act() -> None:
        head = {name: given[name] for name in names}
        items = lines.declared(given["licence"])
        made.append(forms.report(given["number"], items, **head, by=request.user, at=timezone.now()))

    if not attempt(form, act):
        return None
    usage, is_new = made[0]
    if is_new:
        messages.success(request, _("The form is reported. You see below what was counted."))
    else:
        messages.info(request, _("This form was reported before. Nothing was counted twice."))
    return usage


@needs(Permission.REPORT_USAGE)
@require_safe
def reported(request: PortalRequest, pk: int) -> HttpResponse:
    """Show what was counted of a form, and what officers look into."""
    of_ours = Usage.objects.filter(kind=Usage.Kind.DEPART, client__organisation=request.user.organisation)
    usage = get_object_or_404(of_ours.select_related("client"), pk=pk)
    lines = lines_of(usage)
    context = {
        "usage": usage,
        "lines": lines,
        "irregular": sum(bool(line.irregular) for line in lines),
        "form_block": forms.block_of(usage.client_key, request.user),
    }
    return render(request, "customs/form_reported.html", context)


@needs(Permission.REPORT_USAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: PortalRequest) -> HttpResponse:
    """Report many forms from a table, and answer line by line."""
    posted = request.method == "POST"
    form = TableForm(request.POST if posted else None, request.FILES if posted else None)
    answers = _reported_from(request, form) if form.is_valid() else []
    if any(answer.is_asked for answer in answers):
        form.ask_about_days()
    context = {
        "form": form,
        "answers": answers,
        "recorded": sum(answer.usage is not None for answer in answers),
        "wrong": sum(answer.usage is None for answer in answers),
        "columns": [(names, column in forms_table.NEEDED) for column, names in forms_table.COLUMNS.items()],
    }
    return render(request, "customs/form_upload.html", context)


def _reported_from(request: PortalRequest, form: TableForm) -> list[forms_table.Answer]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "forms.csv"
        with path.open("wb") as copy:
            copy.writelines(form.cleaned_data["file"].chunks())
        try:
            is_right = form.cleaned_data.get(OLD_DAY, False)
            return forms_table.report(path, days_are_right=is_right, by=request.user, at=timezone.now())
        except BadFile as bad:
            for error in bad.errors:
                form.add_error("file", error)
            return []


def _visible(request: PortalRequest) -> Any:
    return FormBlock.objects.filter(system=request.user.organisation).select_related("by")
