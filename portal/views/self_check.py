"""The public self-check: which entries of the control list may describe goods?

Nothing is stored, no past case is shown, and the answer is no decision. The words come in the body of the
request, so that no log has them.
"""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from portal import suggested
from portal.access import for_everybody
from portal.control_pages import Line, lines_of
from portal.forms.self_check import SelfCheckForm
from portal.limits import client_address, seconds_to_wait
from screening.classification.corpus import CATALOGUES
from screening.codes import normalise_code
from screening.control.finding import named
from screening.control.lists import name_of
from screening.control_models import ControlEdition

RATE = "10/m"  # for each network address


def _lists() -> dict[str, str | Promise]:
    """Return the lists in force whose entries have trade words to be found by, by their codes."""
    editions = ControlEdition.objects.in_force(timezone.now()).filter(list__code__in=CATALOGUES)
    return {
        one.list.code: name_of(one.list) for one in editions.select_related("list").order_by("list__code")
    }


@dataclass(frozen=True, slots=True)
class Named:
    """An entry whose code was typed instead of a description."""

    line: Line
    list_name: str | Promise
    is_exact: bool


def _named(typed: str, chosen: str) -> Named | None:
    """Return the entry of that code, of the list chosen or else of another; None where a text was typed."""
    editions = ControlEdition.objects.in_force(timezone.now()).select_related("list").order_by("list__code")
    language = (get_language() or "es")[:2]
    for edition in sorted(editions, key=lambda one: one.list.code != chosen):
        if code := named(edition, typed):
            [line] = lines_of(edition, edition.versions.filter(code=code), language)
            asked = normalise_code(typed.strip().rstrip(".")).casefold()
            return Named(line, name_of(edition.list), code.casefold() == asked)
    return None


@for_everybody
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest) -> HttpResponse:
    form = SelfCheckForm(request.POST if request.method == "POST" else None, lists=_lists())
    context: dict[str, Any] = {"form": form, "state": "", "can_answer": False}
    if not form.is_valid():
        return render(request, "control/self_check.html", context)
    if wait := seconds_to_wait("self-check", client_address(request), RATE):
        response = render(request, "control/self_check.html", context | {"state": "wait"}, status=429)
        response.headers["Retry-After"] = str(wait)
        return response
    if entry := _named(form.cleaned_data["description"], form.chosen_list):
        return render(request, "control/self_check.html", context | {"state": "code", "entry": entry})
    shown = suggested.ask(form.goods(), at=timezone.now(), list_code=form.chosen_list)
    if shown is None:
        return render(request, "control/self_check.html", context | {"state": "no-list"}, status=503)
    context |= {"state": "answered", "shown": shown, "summary": suggested.summary(shown)}
    return render(request, "control/self_check.html", context)
