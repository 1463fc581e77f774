"""How old each list is, and whether that is too old for how its publisher renews it."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Max, OuterRef, Subquery

from screening import sources
from screening.models import FetchState, ImportRun, ImportRunState, ListFetch, ListVersion
from screening.sources import Counted


@dataclass(frozen=True, slots=True)
class Freshness:
    source: str
    version: ListVersion | None  # None: a list with an address of which nothing was ever imported
    checked_at: datetime | None  # when the version was last seen to be the publisher's newest
    edition_days: int  # since the publisher's day of the edition; 0 without a version
    check_days: int  # since `checked_at`
    counted: Counted
    oldest_days: int | None
    last_fetch: ListFetch | None

    @property
    def days(self) -> int:
        """The age that counts."""
        return self.edition_days if self.counted == Counted.EDITION else self.check_days

    @property
    def is_late(self) -> bool:
        return self.version is None or (self.oldest_days is not None and self.days > self.oldest_days)


def of_all(at: datetime, today: date) -> list[Freshness]:
    """Return the age of every list that is in force or has an address; `today` is the legal day of `at`."""
    versions = {version.source: version for version in ListVersion.objects.in_force(at)}
    last = {fetch.source: fetch for fetch in _last_fetches()}
    checks = _checks(list(versions.values()))
    return [
        _freshness(source, versions.get(source), last.get(source), checks.get(source), at, today)
        for source in sorted({*versions, *sources.fetched()})
    ]


def late(at: datetime, today: date) -> list[Freshness]:
    return [one for one in of_all(at, today) if one.is_late]


def _freshness(
    source: str,
    version: ListVersion | None,
    last: ListFetch | None,
    checked_at: datetime | None,
    at: datetime,
    today: date,
) -> Freshness:
    rhythm = sources.rhythm_of(source)
    return Freshness(
        source=source,
        version=version,
        checked_at=checked_at,
        edition_days=max(0, (today - version.published_on).days) if version else 0,
        check_days=max(0, (at - checked_at).days) if checked_at else 0,
        counted=rhythm.counted,
        oldest_days=rhythm.oldest_days,
        last_fetch=last,
    )


def _last_fetches() -> list[ListFetch]:
    newest = ListFetch.objects.filter(source=OuterRef("source")).order_by("-started_at", "-pk")
    return list(ListFetch.objects.filter(pk=Subquery(newest.values("pk")[:1])).select_related("run"))


def _checks(versions: list[ListVersion]) -> dict[str, datetime]:
    """Return for each list when its version in force was last seen to be the newest there is."""
    unchanged = ListFetch.objects.filter(
        state=FetchState.UNCHANGED, sha256__in=[version.sha256 for version in versions]
    )
    imported = ImportRun.objects.filter(state=ImportRunState.DONE, version__in=versions)
    seen = dict(unchanged.values_list("source").annotate(Max("started_at")))
    again = dict(imported.values_list("source").annotate(Max("finished_at")))
    return {
        version.source: max(
            moment
            for moment in (version.imported_at, seen.get(version.source), again.get(version.source))
            if moment
        )
        for version in versions
    }
