"""The comparison of a party with a listed entry: judge, confirm, revoke, and on to the next."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from licensing import judgements
from licensing.actions import hits
from licensing.judgements import Standing
from licensing.models import Application, Judgement, ScreeningHit
from licensing.permissions import Permission
from portal import case_page, judged
from portal.access import needs
from portal.forms.hits import HitForm, RevokeForm
from portal.forms.refusals import attempt
from portal.http import PortalRequest


@needs(Permission.REVIEW)
@require_http_methods(["GET", "POST"])
def show(request: PortalRequest, reference: str, pk: int) -> HttpResponse:
    """Compare, and record what this person may say of it now."""
    application, at = case_page.fetch(request.user, reference), timezone.now()
    standings = case_page.standings_of(application, at)
    standing = next((one for one in standings if one.hit.pk == pk), None) or _gone(application, pk)
    form = case_page.form_for(
        standing,
        standings,
        application,
        request.user,
        request.POST if request.method == "POST" else None,
        together="together" in request.GET,
    )
    if form and form.is_valid() and recorded(request, form, standing, application):
        return _onward(request, application, pk)
    context = {
        "application": application,
        "comparison": case_page.comparison(standing, standings, application, form, at),
        "hits": judged.rows(standings),
        "can_judge": case_page.may_be_judged(application, at),
        "form": form,
    }
    return render(request, "casework/hit.html", context)


def _gone(application: Application, pk: int) -> Standing:
    """Return what stood of a hit that the newest comparison no longer finds. Raises Http404."""
    rows = ScreeningHit.objects.concerning(application)
    hit = get_object_or_404(rows.select_related("party", "entity__version"), pk=pk)
    return judgements.of_hits([hit], timezone.now())[0]


def recorded(
    request: PortalRequest,
    form: HitForm | RevokeForm,
    standing: Standing,
    application: Application | None,
) -> bool:
    """Do what the form says of the possible match, on the page of `application` or of no case."""
    said_with: dict[str, Any] = {
        "reason": form.cleaned_data["reason"],
        "by": request.user,
        "at": timezone.now(),
        "case_id": application.pk if application else None,
    }
    if isinstance(form, RevokeForm):
        done = attempt(form, partial(hits.revoke, standing.hit.pk, **said_with))
        said = _("The remembered judgement is revoked. This match is open again.")
    else:
        judgement = Judgement(form.cleaned_data["judgement"])
        marks = [mark.split(".") for mark in form.marks]
        if form.second and judgement == Judgement.DIFFERENT:
            firsts = [int(first) for _pk, _seen, first in marks]
            done = attempt(form, partial(hits.confirm, firsts, **said_with))
            said = _confirmed(len(marks))
        else:
            seen = {int(pk): mark for pk, mark, _first in marks}
            done = attempt(form, partial(hits.judge_together, seen, judgement=judgement, **said_with))
            said = _judged(len(marks))
    if done:
        messages.success(request, said)
    return done


def _judged(count: int) -> str:
    return ngettext("The judgement is recorded.", "%(count)d judgements are recorded.", count) % {
        "count": count
    }


def _confirmed(count: int) -> str:
    return ngettext("The judgement is confirmed.", "%(count)d judgements are confirmed.", count) % {
        "count": count
    }


def _onward(request: PortalRequest, application: Application, pk: int) -> HttpResponse:
    """Open the next possible match that waits for this person, those after `pk` first, or else the case."""
    standings = judgements.of_case(application, timezone.now())
    order = [one.hit.pk for one in standings]
    after = order.index(pk) + 1 if pk in order else 0
    waiting = [one for one in standings[after:] + standings[:after] if one.waits_for(request.user)]
    if not waiting:
        return redirect("case", application.reference)
    return redirect("case-hit", application.reference, waiting[0].hit.pk)
