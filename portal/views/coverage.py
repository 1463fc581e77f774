"""Customs people ask by the goods before them: is there a licence for this, and is one needed?"""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from licensing import coverage
from licensing.permissions import Permission
from portal import covered, determined, verdicts
from portal.access import needs
from portal.forms.coverage import CoverageForm
from portal.http import PortalRequest

MOST_SHOWN = 10


@needs(Permission.SEE_LICENCES)
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: PortalRequest) -> HttpResponse:
    """Ask, and answer above the question. Nothing changes; names of people stay out of the address."""
    form = CoverageForm(request.POST if request.method == "POST" else None)
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        now = timezone.now()
        found = coverage.answer(form.consignment(), by=request.user, at=now)
        [item] = found.items
        context |= {
            "verdict": covered.in_words(found),
            "actor": covered.ACTORS[found.actor],
            "holder": found.holder,
            "now": now,
            "answer": determined.shown(item.need),
            "licences": [
                {"line": one.line, "lacks": one.lacks, "verdict": verdicts.verdict(one.line.licence, now)}
                for one in item.candidates[:MOST_SHOWN]
            ],
        }
    return render(request, "customs/goods.html", context)
