"""Which lists are in force, how fresh they are, and how imports and fetches went."""

from dataclasses import dataclass
from datetime import datetime

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from licensing import permissions
from licensing.actions.lists import may_be_let_in, says_the_same
from licensing.country import pack
from licensing.models import Event, ListRequest
from licensing.permissions import Permission
from portal import list_words
from portal.access import needs
from portal.forms.lists import DifferencesForm
from portal.http import PortalRequest
from portal.templatetags.portal import edition_name
from portal.timeline import sentences
from screening import differences, freshness, sources
from screening.differences import ChangeKind
from screening.freshness import Freshness
from screening.importers import PARSERS, label_of
from screening.models import FetchState, ImportRun, ImportRunState, ListFetch, ListVersion

ROWS_A_PAGE = 25
ENTRIES_A_PAGE = 50
SHOWN = 10  # fetches and events beside the versions of a list
UNDER_WAY = (ImportRunState.WAITING, ImportRunState.RUNNING)
TONES = {
    ImportRunState.WAITING: "info",
    ImportRunState.RUNNING: "info",
    ImportRunState.DONE: "good",
    ImportRunState.REFUSED: "bad",
    ImportRunState.FAILED: "bad",
}
FETCH_TONES = {
    FetchState.RUNNING: "info",
    FetchState.UNCHANGED: "good",
    FetchState.RECEIVED: "good",
    FetchState.FAILED: "bad",
}


@dataclass(frozen=True, slots=True)
class InForce:
    """A list that is in force, or should be as it has an address, with its age."""

    name: str
    age: Freshness

    @property
    def source(self) -> str:
        return self.age.source

    @property
    def version(self) -> ListVersion | None:
        return self.age.version

    @property
    def days(self) -> int:
        """Days since its publisher made this edition, whenever it was imported."""
        return self.age.edition_days

    @property
    def is_stale(self) -> bool:
        return self.age.is_late

    @property
    def edition(self) -> str:
        return edition_name(self.version) if self.version else ""


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

    @property
    def may_be_let_in(self) -> bool:
        return may_be_let_in(self.run)


@dataclass(frozen=True, slots=True)
class Fetch:
    fetch: ListFetch

    @property
    def tone(self) -> str:
        refused = self.fetch.run and self.fetch.run.state in (ImportRunState.REFUSED, ImportRunState.FAILED)
        return "bad" if refused else FETCH_TONES[FetchState(self.fetch.state)]


@dataclass(frozen=True, slots=True)
class Edition:
    version: ListVersion
    before: ListVersion | None
    may_return: bool

    @property
    def name(self) -> str:
        return edition_name(self.version)


@needs(Permission.SEE_LISTS)
@require_GET
def index(request: PortalRequest) -> HttpResponse:
    """Show it all; while an import runs, the browser asks again for the imports alone."""
    runs = ImportRun.objects.select_related("version").order_by("-asked_at", "-pk")
    page = Paginator(runs, ROWS_A_PAGE).get_page(request.GET.get("page"))
    rows = [Run(label_of(run.source), run) for run in page]
    may_run = permissions.has(request.user, Permission.RUN_LISTS)
    context = {
        "page": page,
        "runs": rows,
        "under_way": any(row.is_under_way for row in rows),
        "may_run": may_run,
    }
    if request.htmx:
        return render(request, "lists/_runs.html", context)
    more = {
        "in_force": in_force(timezone.now()),
        "requests": ListRequest.objects.waiting().select_related("by", "version", "run").order_by("at"),
    }
    return render(request, "lists/index.html", {**context, **more})


def in_force(at: datetime) -> list[InForce]:
    return [InForce(label_of(age.source), age) for age in freshness.of_all(at, pack().legal_day(at))]


def late_count(at: datetime) -> int:
    return len(freshness.late(at, pack().legal_day(at)))


@needs(Permission.SEE_LISTS)
@require_GET
def show(request: PortalRequest, source: str) -> HttpResponse:
    """Show one list: its versions, the looks at its address, and who did what with it."""
    versions = ListVersion.objects.filter(source=source).select_related("restores")
    if source not in PARSERS and not versions.exists():
        raise Http404
    at = timezone.now()
    page = Paginator(versions.order_by("-in_force_from", "-pk"), ROWS_A_PAGE).get_page(
        request.GET.get("page")
    )
    fetches = ListFetch.objects.filter(source=source).select_related("run").order_by("-started_at", "-pk")
    events = Event.objects.filter(list_source=source).newest_first()[:SHOWN]
    waiting = ListRequest.objects.waiting().filter(source=source)
    context = {
        "source": source,
        "name": label_of(source),
        "age": next((row for row in in_force(at) if row.source == source), None),
        "rhythm": sources.rhythm_of(source),
        "address": sources.address_of(source),
        "page": page,
        "editions": _with_the_ones_before(source, list(page)),
        "fetches": [Fetch(fetch) for fetch in fetches[:SHOWN]],
        "history": sentences(events, for_exporter=False),
        "requests": waiting.select_related("by", "version", "run").order_by("at"),
        "may_run": permissions.has(request.user, Permission.RUN_LISTS),
    }
    return render(request, "lists/list.html", context)


def _with_the_ones_before(source: str, versions: list[ListVersion]) -> list[Edition]:
    """Pair each version with the one it replaced; `versions` are the newest first."""
    if not versions:
        return []
    last = versions[-1]
    current = ListVersion.objects.filter(source=source, in_force_to=None).select_related("restores").first()
    older = ListVersion.objects.filter(source=source, in_force_from__lte=last.in_force_from)
    beyond = (
        older.exclude(pk__in=[version.pk for version in versions]).order_by("-in_force_from", "-pk").first()
    )
    return [
        Edition(version, before, _may_return(version, current))
        for version, before in zip(versions, [*versions[1:], beyond], strict=True)
    ]


def _may_return(version: ListVersion, current: ListVersion | None) -> bool:
    """Say whether there is any use in putting the version back in force: it is not, nor is a copy of it."""
    return version.in_force_to is not None and (current is None or not says_the_same(version, current))


@needs(Permission.SEE_LISTS)
@require_GET
def compare(request: PortalRequest, source: str, before: int, after: int) -> HttpResponse:
    """Show what one version says otherwise than another, entry by entry."""
    older = get_object_or_404(ListVersion, source=source, pk=before)
    newer = get_object_or_404(ListVersion, source=source, pk=after)
    form = DifferencesForm(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {}
    text, kind = wanted.get("q", ""), wanted.get("kind", "")
    counts = differences.counts(older, newer, text)
    kinds = [ChangeKind(kind)] if kind else list(ChangeKind)
    page = Paginator(range(_count(counts, kinds)), ENTRIES_A_PAGE).get_page(request.GET.get("page"))
    rows = differences.between(
        older, newer, kinds=kinds, text=text, offset=max(0, page.start_index() - 1), limit=ENTRIES_A_PAGE
    )
    context = {
        "source": source,
        "name": label_of(source),
        "older": older,
        "newer": newer,
        "older_name": edition_name(older),
        "newer_name": edition_name(newer),
        "form": form,
        "counts": counts,
        "page": page,
        "rows": map(list_words.row, rows),
        "query": form.query(),
    }
    return render(request, "lists/differences.html", context)


def _count(counts: differences.Counts, kinds: list[ChangeKind]) -> int:
    by_kind = {
        ChangeKind.ADDED: counts.added,
        ChangeKind.REMOVED: counts.removed,
        ChangeKind.CHANGED: counts.changed,
    }
    return sum(by_kind[kind] for kind in kinds)
