"""Which lists are in force, how fresh they are, and how imports went."""

import re
from dataclasses import dataclass
from datetime import datetime

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from licensing.country import pack
from licensing.permissions import Permission
from portal.access import needs
from portal.http import PortalRequest
from screening.importers import label_of
from screening.models import ImportRun, ImportRunState, ListVersion

ROWS_A_PAGE = 25
STALE_AFTER = 30  # days since the publisher's edition
TIMESTAMP = re.compile(r"\d{4}-\d{2}-\d{2}(?=T)")
UNDER_WAY = (ImportRunState.WAITING, ImportRunState.RUNNING)
TONES = {
    ImportRunState.WAITING: "info",
    ImportRunState.RUNNING: "info",
    ImportRunState.DONE: "good",
    ImportRunState.REFUSED: "bad",
    ImportRunState.FAILED: "bad",
}


@dataclass(frozen=True, slots=True)
class InForce:
    name: str
    version: ListVersion
    days: int  # since its publisher made this edition, whenever it was imported

    @property
    def is_stale(self) -> bool:
        return self.days > STALE_AFTER

    @property
    def edition(self) -> str:
        """Return the edition as people name it: of a moment, the day."""
        moment = TIMESTAMP.match(self.version.edition)
        return moment.group() if moment else self.version.edition


@dataclass(frozen=True, slots=True)
class Run:
    name: str
    run: ImportRun

    @property
    def tone(self) -> str:
        return TONES[ImportRunState(self.run.state)]

    @property
    def is_under_way(self) -> bool:
        return self.run.state in UNDER_WAY


@needs(Permission.SEE_LISTS)
@require_GET
def index(request: PortalRequest) -> HttpResponse:
    """Show it all; while an import runs, the browser asks again for the imports alone."""
    runs = ImportRun.objects.select_related("version").order_by("-asked_at", "-pk")
    page = Paginator(runs, ROWS_A_PAGE).get_page(request.GET.get("page"))
    rows = [Run(label_of(run.source), run) for run in page]
    context = {"page": page, "runs": rows, "under_way": any(row.is_under_way for row in rows)}
    if request.htmx:
        return render(request, "lists/_runs.html", context)
    return render(request, "lists/index.html", {**context, "in_force": in_force(timezone.now())})


def in_force(at: datetime) -> list[InForce]:
    today = pack().legal_day(at)
    return [
        InForce(label_of(version.source), version, max(0, (today - version.published_on).days))
        for version in ListVersion.objects.in_force(at).order_by("source")
    ]
