"""How old each list is, and whether that is too old for how its publisher renews it."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Max, OuterRef, Q, Subquery

from screening import sources
from screening.models import FetchState, ImportRunState, ListFetch, ListVersion
from screening.sources import Counted


@dataclass(frozen=True, slots=True)
class Freshness:
    source: str
    version: ListVersion | None  # None: a list with an address of which nothing was ever imported
    checked_at: datetime | None  # when its address last gave this very file; None: it never did
    edition_days: int  # since the publisher's day of the edition; 0 without a version
    check_days: int  # since it was last known to be the newest: since `checked_at` or the edition's day
    is_superseded: bool  # we hold a version that its publisher made later
    counted: Counted
    oldest_days: int | None
    last_fetch: ListFetch | None

    @property
    def days(self) -> int:
        """The age that counts."""
        return self.edition_days if self.counted == Counted.EDITION else self.check_days

    @property
    def is_late(self) -> bool:
        too_old = self.oldest_days is not None and self.days > self.oldest_days
        return self.version is None or self.is_superseded or too_old


def of_all(at: datetime, today: date) -> list[Freshness]:
    """Return the age of every list that is in force or has an address; `today` is the legal day of `at`."""
    versions = {version.source: version for version in ListVersion.objects.in_force(at)}
    last = {fetch.source: fetch for fetch in _last_fetches()}
    checks = _checks(list(versions.values()))
    newest = _newest_editions(at)
    return [
        _freshness(
            source, versions.get(source), last.get(source), checks.get(source), newest.get(source), at, today
        )
        for source in sorted({*versions, *sources.fetched()})
    ]


def late(at: datetime, today: date) -> list[Freshness]:
    return [one for one in of_all(at, today) if one.is_late]


def _freshness(
    source: str,
    version: ListVersion | None,
    last: ListFetch | None,
    checked_at: datetime | None,
    newest: date | None,
    at: datetime,
    today: date,
) -> Freshness:
    rhythm = sources.rhythm_of(source)
    edition_days = max(0, (today - version.published_on).days) if version else 0
    return Freshness(
        source=source,
        version=version,
        checked_at=checked_at,
        edition_days=edition_days,
        check_days=min(edition_days, max(0, (at - checked_at).days)) if checked_at else edition_days,
        is_superseded=version is not None and newest is not None and version.published_on < newest,
        counted=rhythm.counted,
        oldest_days=rhythm.oldest_days,
        last_fetch=last,
    )


def _last_fetches() -> list[ListFetch]:
    newest = ListFetch.objects.filter(source=OuterRef("source")).order_by("-started_at", "-pk")
    return list(ListFetch.objects.filter(pk=Subquery(newest.values("pk")[:1])).select_related("run"))


def _checks(versions: list[ListVersion]) -> dict[str, datetime]:
    """Return for each list when its publisher's address last gave the version in force.

    A file that somebody loads by hand, or a version put back, says nothing of what is published now.
    """
    unchanged = Q(state=FetchState.UNCHANGED, sha256__in=[version.sha256 for version in versions])
    new = Q(state=FetchState.RECEIVED, run__state=ImportRunState.DONE, run__version__in=versions)
    looks = ListFetch.objects.filter(unchanged | new)
    return dict(looks.values_list("source").annotate(Max("started_at")))


def _newest_editions(at: datetime) -> dict[str, date]:
    """Return the publisher's day of the newest version that we held of each list at `at`."""
    held = ListVersion.objects.filter(imported_at__lte=at)
    return dict(held.values_list("source").annotate(Max("published_on")))
