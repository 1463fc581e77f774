"""A line of goods: what exporters type about it, and the entries of the control list that may describe it."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from licensing import goods_checks, precedents
from licensing.actions import drafts
from licensing.classification import answered, asked_at, digest
from licensing.completeness import Section
from licensing.models import Application, GoodsLine, SuggestionAnswer
from licensing.permissions import Permission
from portal import suggested, warming
from portal.access import needs
from portal.asked import questions
from portal.forms import goods as goods_form
from portal.forms.goods import GoodsForm, WeighedSuggestions, WhyNotForm
from portal.forms.refusals import attempt
from portal.http import PortalRequest
from portal.limits import seconds_to_wait
from portal.suggested import Said
from portal.views.sections import (
    anew,
    attempt_unseen,
    found,
    handed_in,
    once_of,
    row_of,
    saved,
    seen_of,
    show_page,
    totals,
)

RATE = "120/m"  # searches of one person: as fast as anybody types
# The buttons beside the form; any other saves the line.
USE, REJECT, UNDO, SUGGEST = "use", "reject", "undo", "suggest"
OVERTAKEN = gettext_lazy(
    "The goods changed since the entries you answered were suggested, so those answers do not count."
    " Look at the entries suggested now and answer again, or save the line."
)


@needs(Permission.APPLY)
@require_GET
def index(request: PortalRequest, reference: str) -> HttpResponse:
    application = found(request, reference)
    return handed_in(request, application) or _lines(request, application)


@needs(Permission.APPLY)
@require_http_methods(["GET", "POST"])
def why_not(request: PortalRequest, reference: str, pk: int) -> HttpResponse:
    """Keep why a line is none of the entries it resembles."""
    application = found(request, reference)
    if closed := handed_in(request, application):
        return closed
    if request.method == "GET":
        return redirect("form-goods", application.reference)
    form = WhyNotForm(request.POST, line_id=pk)
    if form.is_valid() and attempt(
        form,
        lambda: drafts.say_why_not(
            application.pk,
            pk,
            reason=form.cleaned_data["reason"],
            seen=request.POST.get("asked_of", ""),
            by=request.user,
            at=timezone.now(),
        ),
    ):
        return saved(request, "form-goods", application)
    return _lines(request, application, {pk: form})


def _lines(
    request: PortalRequest, application: Application, sent: dict[int, WhyNotForm] | None = None
) -> HttpResponse:
    """Show the lines with what is asked about them, and the form that came back with something wrong."""
    goods_checks.check(application, timezone.now())
    asked = goods_checks.asked(application)
    lines = [one.line for one in asked]
    return show_page(
        request,
        application,
        Section.GOODS,
        "goods",
        lines=lines,
        totals=totals(lines),
        asked=asked,
        questions=questions(asked, sent or {}),
        forms=list((sent or {}).values()),
    )


@needs(Permission.APPLY)
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def line(request: PortalRequest, reference: str, pk: int | None = None) -> HttpResponse:
    application = found(request, reference)
    if closed := handed_in(request, application):
        return closed
    row = row_of(request, application.goods, pk)
    if any(button in request.POST for button in (USE, REJECT, UNDO, SUGGEST)):
        return _weigh(request, application, row)
    initial = goods_form.shown(row) if row else _like_the_last(application)
    form = GoodsForm(request.POST or None, initial=initial)
    weighed = WeighedSuggestions.of(request.POST) if request.POST else _stored(row)
    if request.POST and weighed.lost_answers:
        form.add_error(None, OVERTAKEN)
    if form.is_valid() and attempt_unseen(
        form,
        lambda: drafts.put_goods(
            application.pk,
            pk,
            by=request.user,
            at=timezone.now(),
            once=once_of(request),
            seen=seen_of(request),
            offer=weighed.offer(),
            **form.facts(),
        ),
        lambda: goods_form.shown(application.goods.get(pk=row.pk)),
    ):
        return saved(request, "form-goods", application)
    said = request.POST.dict() if request.POST else initial
    return _page(request, application, row, form, said, weighed, pk=pk)


def _weigh(request: PortalRequest, application: Application, row: GoodsLine | None) -> HttpResponse:
    """Show the page again with what was pressed beside the form; nothing is saved, nothing typed is lost."""
    said, weighed, lacks_reason = goods_form.typed(request.POST), WeighedSuggestions.of(request.POST), ""
    if code := request.POST.get(USE):
        weighed.accept(code)
        if not weighed.lost_answers:
            said |= {"listed": goods_form.LISTED, "control_code": code}
    elif (code := request.POST.get(REJECT)) and not weighed.reject(code):
        lacks_reason = code
    elif code := request.POST.get(UNDO):
        weighed.forget(code)
    return _page(request, application, row, GoodsForm(initial=said), said, weighed, lacks_reason)


def _page(
    request: PortalRequest,
    application: Application,
    row: GoodsLine | None,
    form: GoodsForm,
    said: dict[str, Any],
    weighed: WeighedSuggestions,
    lacks_reason: str = "",
    pk: int | None = None,
) -> HttpResponse:
    return show_page(
        request,
        application,
        Section.GOODS,
        "goods_line",
        form=form,
        below=_("Line %(number)s of the goods") % {"number": row.number} if row else _("New line of goods"),
        send_to=anew("form-goods-new", application, pk, row),
        reload_url=request.path if request.method == "GET" else "",
        **_panel(request, application, said, weighed, lacks_reason),
    )


@needs(Permission.APPLY)
@sensitive_post_parameters()
@require_POST
def suggestions(request: PortalRequest, reference: str) -> HttpResponse:
    """Answer the goods page while somebody types; by itself it is no page. The words come in the body, so
    that no log has them."""
    application = found(request, reference)
    if not request.htmx:
        return redirect("form-goods", application.reference)
    weighed = WeighedSuggestions.of(request.POST)
    context = _panel(request, application, goods_form.typed(request.POST), weighed, "")
    return render(request, "goods/_suggestions.html", {"application": application, **context})


def _panel(
    request: PortalRequest,
    application: Application,
    said: dict[str, Any],
    weighed: WeighedSuggestions,
    lacks_reason: str,
) -> dict[str, Any]:
    """Return what the panel beside the form shows."""
    goods, moment = goods_form.described(said), asked_at(application, timezone.now())
    context: dict[str, Any] = {"can_answer": True, "shown": None, "state": "nothing-typed"}
    if weighed.overtaken:
        context["overtaken"] = OVERTAKEN
    if not suggested.says_something(goods):
        return context
    if not warming.is_ready(moment):
        return context | {"state": "being-prepared"}
    if seconds_to_wait("suggest", str(request.user.pk), RATE):
        return context | {"state": "wait"}
    shown = suggested.ask(
        goods,
        at=moment,
        library=precedents.of_company(application.organisation, moment, but=application),  # nobody else's
        said=Said(weighed.by_code(), weighed.reasons, lacks_reason),
    )
    if shown is None:
        return context | {"state": "no-list"}
    is_named = bool(shown.answer.claims) or said.get("listed") == goods_form.NOT_LISTED
    return context | {
        "state": "answered",
        "shown": shown,
        "will_ask": [code for code in goods_checks.to_ask_about(shown.answer) if code not in weighed.rejected]
        if is_named
        else [],
        "summary": suggested.summary(shown),
        "offered": WeighedSuggestions.signed(shown.edition.pk, shown.codes, goods),
    }


def _stored(row: GoodsLine | None) -> WeighedSuggestions:
    """Return what was answered about a line when it was saved."""
    rows = answered([row]).get(row.pk, []) if row else []
    weighed = WeighedSuggestions(
        {f"why-{one.code}": one.reason for one in rows},
        [one.code for one in rows if one.answer == SuggestionAnswer.ACCEPTED],
        [one.code for one in rows if one.answer == SuggestionAnswer.REJECTED],
    )
    if row:
        weighed.keep_only({one.code for one in rows if one.goods_digest == digest(row)})
    return weighed


def _like_the_last(application: Application) -> dict[str, Any]:
    """A further line is usually counted and paid as the one before."""
    last = application.goods.last()
    return {"unit": last.unit, "currency": last.currency, "origin": last.origin} if last else {}
