"""What officers say of goods: under which entries of the control list each line of a case falls."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from licensing import precedents
from licensing.actions import casework, classification
from licensing.classification import asked_at, digest, editions_of, goods_of, read_codes
from licensing.models import Application, GoodsLine, SuggestionAnswer
from licensing.permissions import Permission
from portal import assessed, case_page, suggested, warming
from portal.access import needs
from portal.forms.assessments import LISTED, LONGEST_CODES, NOT_LISTED, AssessForm
from portal.forms.refusals import attempt
from portal.http import PortalRequest
from screening.codes import normalise_code
from screening.control_models import ControlEdition

LONGEST_CODE = 60


@needs(Permission.REVIEW)
@require_http_methods(["GET", "POST"])
def assess(request: PortalRequest, reference: str, pk: int) -> HttpResponse:
    at = timezone.now()
    application = case_page.fetch(request.user, reference)
    line = get_object_or_404(GoodsLine, application=application, pk=pk)
    row = next(one for one in assessed.rows(application) if one.line.pk == line.pk)
    editions = editions_of(application, at)
    taken_over = request.POST.get("use", "")
    initial = _with(request.POST, taken_over) if taken_over else _initial(row, editions)
    form = AssessForm(None if taken_over else request.POST or None, editions=editions, initial=initial)
    if form.is_valid() and attempt(form, lambda: _save(line, form, request, at)):
        messages.success(request, _("Line %(number)s is assessed.") % {"number": line.number})
        return redirect("case", reference)
    against = casework.refusals_in_review(application, request.user)
    context = {
        "application": application,
        "line": line,
        "row": row,
        "form": form,
        "against": against,
        "can_use": not against,
        "history": list(line.assessments.select_related("by", "edition").order_by("-at", "-pk")),
        "reload_url": request.path,
        **_suggestions(application, line, at),
    }
    return render(request, "casework/assess.html", context)


def _save(line: GoodsLine, form: AssessForm, request: PortalRequest, at: datetime) -> None:
    given = form.cleaned_data
    classification.assess(
        line.pk,
        codes=given["codes"],
        edition_id=int(given["edition"]),
        reason=given["reason"],
        seen=given["seen"],
        by=request.user,
        at=at,
    )


def _initial(row: assessed.Row, editions: list[ControlEdition]) -> dict[str, Any]:
    """Return what the form begins with: what was said before, or else what the exporter says."""
    accepted = [one.code for one in row.answers if one.answer == SuggestionAnswer.ACCEPTED]
    claimed = [row.line.control_code] if row.line.control_code else []
    said = row.assessment
    codes = said.codes if said else accepted or claimed
    return {
        "seen": digest(row.line),
        "codes": ", ".join(codes),
        "listed": LISTED if codes else NOT_LISTED if said else "",
        "edition": str(said.edition_id) if said else str(editions[0].pk) if editions else "",
        "reason": said.reason if said else "",
    }


def _with(typed: QueryDict, code: str) -> dict[str, Any]:
    """Return the form as it was typed, with a suggested entry among its codes."""
    codes = read_codes(typed.get("codes", "")[:LONGEST_CODES])
    taken = normalise_code(code[:LONGEST_CODE])
    told = {name: typed.get(name, "") for name in AssessForm.base_fields}
    return told | {"listed": LISTED, "codes": ", ".join(dict.fromkeys([*codes, taken]))}


def _suggestions(application: Application, line: GoodsLine, at: datetime) -> dict[str, Any]:
    moment = asked_at(application, at)
    if not warming.is_ready(moment):
        return {"state": "being-prepared"}
    library = precedents.decided(moment, but=application)
    shown = suggested.ask(goods_of(line), at=moment, library=library)
    return {
        "shown": shown,
        "state": "answered" if shown else "no-list",
        "summary": suggested.summary(shown) if shown else "",
        "all_precedents": True,
        "can_answer": False,
    }
