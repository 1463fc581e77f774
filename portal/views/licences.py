"""Licences as their holders and officers see them: the list, one licence, its document, and stopping it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from licensing import chains, permissions
from licensing.actions import amendments, licences
from licensing.errors import Reason
from licensing.judgements import HitState
from licensing.models import (
    Action,
    Amendment,
    ApplicationStatus,
    Event,
    Job,
    Licence,
    LicenceState,
    LicenceStatus,
    OutboxJob,
    SurrenderRequest,
)
from licensing.permissions import Permission
from licensing.references import in_fours
from licensing.workflow import available
from portal import case_page, judged, timeline
from portal.access import needs
from portal.downloads import handed_out
from portal.forms.licences import ChangeForm, GiveBackForm
from portal.forms.refusals import attempt
from portal.http import PortalRequest
from portal.templatetags.portal import ATTENTION, BAD, GOOD, INFO, PLAIN, legal_date

ROWS_A_PAGE = 25
LINES_IN_A_ROW = 2  # of the list; the licence's own page shows all
EVENTS_SHOWN = 100

# The tone of each state and what it means for whoever holds the licence.
MEANINGS: dict[LicenceState, tuple[str, Promise]] = {
    LicenceState.VALID: (GOOD, _("In force until %(last)s, that day included.")),
    LicenceState.NOT_YET: (INFO, _("It will be in force from %(first)s. Nothing may leave before.")),
    LicenceState.EXPIRED: (PLAIN, _("It expired at the end of %(last)s. Nothing more may leave under it.")),
    LicenceState.EXHAUSTED: (PLAIN, _("Everything it allowed has left.")),
    LicenceState.SUSPENDED: (
        ATTENTION,
        _("The authority has suspended it. Nothing may leave until it is reinstated."),
    ),
    LicenceState.REVOKED: (BAD, _("The authority has revoked it. Nothing may leave under it.")),
    LicenceState.SURRENDERED: (PLAIN, _("It was given back before its end. Nothing may leave under it.")),
    LicenceState.REPLACED: (
        PLAIN,
        _("Licence %(next)s replaced it; what has left counts there. Nothing may leave under this one."),
    ),
}


GIVEN_BACK = _("Given back. The authority takes it back and writes to you.")


@dataclass(frozen=True, slots=True)
class Change:
    """One way to change a licence: its address, what it does, and the words of its page."""

    act: Callable[..., Licence]
    question: Promise
    follows: Promise
    done: Promise
    is_grave: bool = False


CHANGES: dict[Action, Change] = {
    Action.SUSPEND: Change(
        licences.suspend,
        _("Suspend %(licence)s"),
        _(
            "From the moment you confirm, customs lets nothing leave under this licence. The holder gets a "
            "letter with your reasons. Reinstating or revoking it takes another person."
        ),
        _("The licence is suspended. Customs sees it at once."),
        is_grave=True,
    ),
    Action.REINSTATE: Change(
        licences.reinstate,
        _("Reinstate %(licence)s"),
        _(
            "From the moment you confirm, goods may leave under this licence again. The holder gets a letter "
            "with your reasons."
        ),
        _("The licence is in force again. Customs sees it at once."),
    ),
    Action.REVOKE: Change(
        licences.revoke,
        _("Revoke %(licence)s"),
        _("This ends the licence for good; nobody can undo it. The holder gets a letter with your reasons."),
        _("The licence is revoked. Customs sees it at once."),
        is_grave=True,
    ),
    Action.SURRENDER: Change(
        licences.surrender,
        _("Take back %(licence)s"),
        _(
            "The holder gives this licence back. From the moment you confirm it has ended for good; nobody "
            "can undo it. The holder gets a letter with your words."
        ),
        _("The licence is taken back. Customs sees it at once."),
        is_grave=True,
    ),
}


@needs(Permission.APPLY, Permission.SEE_LICENCES)
@require_safe
def index(request: PortalRequest) -> HttpResponse:
    now = timezone.now()
    sought = request.GET.get("q", "").replace("\0", "").strip()[:100]
    rows = Licence.objects.visible_to(request.user).select_related("holder", "application")
    if sought:
        rows = rows.filter(
            Q(reference__icontains=sought)
            | Q(holder__name__icontains=sought)
            | Q(application__reference__icontains=sought)
        )
    rows = rows.prefetch_related("lines").order_by("-issued_at", "-pk")
    page = Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [_row(licence, now) for licence in page],
        "q": sought,
        "query": urlencode({"q": sought} if sought else {}),
        "is_own": request.user.is_exporter,
    }
    return render(request, "licences/index.html", context)


def _row(licence: Licence, at: datetime) -> dict[str, Any]:
    lines = list(licence.lines.all())
    return {
        "licence": licence,
        **_state(licence, at),
        "lines": lines[:LINES_IN_A_ROW],
        "more": len(lines[LINES_IN_A_ROW:]),
    }


def _state(licence: Licence, at: datetime) -> dict[str, Any]:
    state = licence.state(at)
    tone, meaning = MEANINGS[state]
    days = {
        "first": legal_date(licence.valid_from),
        "last": legal_date(licence.valid_to),
        "next": str(licence.replacement or ""),
    }
    return {"state": state.label, "tone": tone, "meaning": str(meaning) % days}


@needs(Permission.APPLY, Permission.SEE_LICENCES)
@require_safe
def show(request: PortalRequest, reference: str) -> HttpResponse:
    licence, now = _visible(request, reference), timezone.now()
    context = {"licence": licence, **_document(licence)}
    if request.htmx:
        return render(request, "licences/_document.html", context)
    context |= {
        **_state(licence, now),
        "now": now,
        "lines": list(licence.lines.all()),
        "entries": _history(request, licence),
        "buttons": _buttons(request, licence, now),
        "given_back": SurrenderRequest.objects.filter(licence=licence).select_related("by").first(),
        "may_give_back": _may_give_back(request, licence, now),
        "chain": _chain(licence, now),
        **_amending(request, licence, now),
        "is_own": request.user.is_exporter,
        "may_review": permissions.has(request.user, Permission.REVIEW),
        "alerts": _alerts(request, licence, now),
        **_corrections(request, licence),
        "code_in_fours": in_fours(licence.check_code),
        "may_see_code": not permissions.has(request.user, Permission.REPORT_USAGE),
    }
    return render(request, "licences/show.html", context)


def _chain(licence: Licence, at: datetime) -> list[dict[str, Any]]:
    """Return the licences that were amended into each other, the first one first; nothing of one alone."""
    chain = chains.of(licence)
    asked = Amendment.objects.filter(application__licence__in=chain).values_list(
        "application__licence", "changes"
    )
    changes = dict(asked)
    rows = [{"licence": one, **_state(one, at), "changes": changes.get(one.pk, "")} for one in chain]
    return rows if len(rows) > 1 else []


def _amending(request: PortalRequest, licence: Licence, at: datetime) -> dict[str, Any]:
    """Return whether the reader may ask for an amendment, and the open one; a draft is its holder's alone."""
    amendment = amendments.open_of(licence)
    is_holder = permissions.may(request.user, Permission.APPLY, licence)
    may_read = is_holder or permissions.has(request.user, Permission.REVIEW)
    is_draft = amendment is not None and amendment.application.status == ApplicationStatus.DRAFT
    return {
        "amendment": amendment if may_read and (is_holder or not is_draft) else None,
        "may_amend": is_holder and not amendments.against_start(licence, at),
    }


def _alerts(request: PortalRequest, licence: Licence, at: datetime) -> list[dict[str, Any]]:
    """Return, for officers, the possible matches that are open while something may still be shipped."""
    if not permissions.has(request.user, Permission.REVIEW) or not licence.is_live(at):
        return []
    standings = case_page.standings_of(licence.application, at)
    return [
        {"hit": judged.Row(one, 0), "address": case_page.address_of(one.hit, licence.application)}
        for one in standings
        if one.state != HitState.DIFFERENT
    ]


def _corrections(request: PortalRequest, licence: Licence) -> dict[str, Any]:
    """Return, for officers, the corrections that wait for somebody."""
    return case_page.corrections(licence) if permissions.has(request.user, Permission.REVIEW) else {}


def _visible(request: PortalRequest, reference: str) -> Licence:
    seen = Licence.objects.visible_to(request.user).select_related(
        "holder", "application", "decision__by", "replaces"
    )
    return get_object_or_404(seen.prefetch_related("lines"), reference=reference)


def _document(licence: Licence) -> dict[str, Any]:
    """Return the newest edition, or how the making of the first one stands."""
    newest = licence.documents.select_related("file").order_by("edition").last()
    jobs = OutboxJob.objects.filter(job=Job.RENDER_LICENCE, arguments__licence_id=licence.pk)
    return {"document": newest, "is_delayed": newest is None and jobs.exclude(failure="").exists()}


def _history(request: PortalRequest, licence: Licence) -> list[timeline.Entry]:
    """Tell what happened since the approval; who did it, and why it was approved, only to officers."""
    events = Event.objects.filter(
        Q(licence=licence) | Q(application=licence.application_id, action=Action.APPROVE)
    )
    for_exporter = not permissions.has(request.user, Permission.REVIEW)
    return timeline.sentences(events.newest_first()[:EVENTS_SHOWN], for_exporter)


def _buttons(request: PortalRequest, licence: Licence, at: datetime) -> list[dict[str, Any]]:
    return [
        {"action": action, "reasons": reasons, "is_grave": CHANGES[action].is_grave}
        for action, reasons in available(licence, request.user, at).items()
        # Nobody takes back what nobody gives back: no button, not even one that doesn't work.
        if action != Action.SURRENDER or hasattr(licence, "surrender_request")
    ]


@needs(Permission.APPLY, Permission.SEE_LICENCES)
@require_safe
def document(request: PortalRequest, reference: str) -> FileResponse:
    """Hand out the newest edition as it was sealed."""
    kept = _document(_visible(request, reference))["document"]
    if kept is None:
        raise Http404
    return handed_out(kept.file, f"{reference}.pdf")


def _may_give_back(request: PortalRequest, licence: Licence, at: datetime) -> bool:
    if not permissions.may(request.user, Permission.APPLY, licence):
        return False
    asked = SurrenderRequest.objects.filter(licence=licence).exists()
    is_amended = licence.amendments.filter(is_open=True).exists()
    return licence.status == LicenceStatus.ACTIVE and licence.is_live(at) and not asked and not is_amended


@needs(Permission.APPLY)
@require_http_methods(["GET", "HEAD", "POST"])
def give_back(request: PortalRequest, reference: str) -> HttpResponse:
    """Let the holder end a licence before its time."""
    licence = _visible(request, reference)
    form = GiveBackForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        reasons, by = form.cleaned_data["reasons"], request.user
        act = partial(licences.ask_surrender, licence.pk, reasons=reasons, by=by, at=timezone.now())
        if attempt(form, act):
            messages.success(request, str(GIVEN_BACK))
            return redirect("licence", licence.reference)
    possible = _may_give_back(request, licence, timezone.now())
    context = {"licence": licence, "form": form, "possible": possible, **_state(licence, timezone.now())}
    return render(request, "licences/give_back.html", context)


@needs(Permission.MANAGE_LICENCE)
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: PortalRequest, reference: str, action: str) -> HttpResponse:
    wanted = next((known for known in CHANGES if known == action), None)
    if wanted is None:
        raise Http404
    licence = _visible(request, reference)
    form = ChangeForm(request.POST or None) if request.method == "POST" else ChangeForm()
    if request.method == "POST" and form.is_valid() and _changed(request, licence, wanted, form):
        return redirect("licence", licence.reference)
    licence = _visible(request, reference)  # somebody may have changed it meanwhile
    words = {"licence": licence.reference}
    context = {
        "licence": licence,
        "form": form,
        "action": wanted,
        "change": CHANGES[wanted],
        "question": str(CHANGES[wanted].question) % words,
        "against": _against(request, licence, wanted),
        **_state(licence, timezone.now()),
    }
    return render(request, "licences/change.html", context)


def _against(request: PortalRequest, licence: Licence, action: Action) -> list[Reason]:
    """Return why the change is not possible now; nothing means it is."""
    possible = available(licence, request.user, timezone.now())
    if action in possible:
        return possible[action]
    return [_("This can't be done to a licence in this state.")]


def _changed(request: PortalRequest, licence: Licence, action: Action, form: ChangeForm) -> bool:
    reasons, now = form.cleaned_data["reasons"], timezone.now()
    done = attempt(form, lambda: CHANGES[action].act(licence.pk, reasons=reasons, by=request.user, at=now))
    if done:
        messages.success(request, str(CHANGES[action].done))
    return done
