"""Everybody asks whether a licence is needed: an answer with its chain of reasons, never a decision."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal import determined
from portal.access import for_everybody
from portal.forms.determination import LicenceNeededForm


@for_everybody
@never_cache
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Ask, and answer below the question: the address holds it all, so it can be kept and sent."""
    asked = "destination" in request.GET
    form = LicenceNeededForm(request.GET if asked else None, initial=request.GET.dict())
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        [answer] = determined.answer_all([form.asked()], timezone.now())
        context |= {
            "answer": determined.shown(answer),
            "at": timezone.now(),
            "catch_all": determined.catch_all(answer.editions),
        }
    return render(request, "determination/ask.html", context)
