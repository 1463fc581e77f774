"""Fetch the lists from their publishers' addresses, in their rhythm, and keep a record of every look.

A failed look changes nothing but the record: the list in force stays. It is tried again after five minutes,
then after twice as long each time, up to the rhythm of the list.
"""

from datetime import date, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from screening import download, imports, locks, received, sources
from screening.download import Answer, Limits, Marks
from screening.importers.files import largest
from screening.models import FetchState, ImportRun, ImportRunState, ListFetch, ListVersion
from screening.refusals import BadList

FIRST_RETRY = timedelta(minutes=5)
LOOKED_BACK = 12  # fetches, to see how many failed one after the other
CLOCK = "istmo"  # who imported what the clock fetched, as the record says it
# A refusal that may have another outcome the next time, without another file.
PASSING = frozenset({"busy", "changed-while-read", "no-file"})


def due(at: datetime) -> list[str]:
    """Return the lists whose address is to be looked at now."""
    return [source for source in sources.fetched() if is_due(source, at)]


def is_due(source: str, at: datetime) -> bool:
    recent = list(
        ListFetch.objects.filter(source=source)
        .exclude(state=FetchState.RUNNING)
        .select_related("run")
        .order_by("-started_at", "-pk")[:LOOKED_BACK]
    )
    if not recent:
        return True
    failures = next((n for n, fetch in enumerate(recent) if _went_well(fetch)), len(recent))
    every = sources.fetched_every(source)
    wait = min(every, FIRST_RETRY * 2 ** (failures - 1)) if failures else every
    return recent[0].started_at + wait <= at


def _went_well(fetch: ListFetch) -> bool:
    broke = fetch.run is not None and fetch.run.state == ImportRunState.FAILED
    return fetch.state != FetchState.FAILED and not broke


def fetch_if_due(source: str, *, at: datetime) -> ListFetch | None:
    """Look at the address of a list unless somebody does or has done; return the record of it, or None."""
    return fetch(source, at=at, by_name="", only_if_due=True)


def fetch(source: str, *, at: datetime, by_name: str, only_if_due: bool = False) -> ListFetch | None:
    """Look at the address of a list now and import what is new there; return the record of it.

    Returns None if somebody else is at it. Whatever the publisher's server does is a failure on record;
    anything else that goes wrong is on record too and raised on.
    """
    with locks.held(f"fetch:{source}") as is_mine:
        if not is_mine or (only_if_due and not is_due(source, at)):
            return None
        _end_what_was_interrupted(source, at)
        record = ListFetch.objects.create(
            source=source, address=sources.address_of(source), by_name=by_name[:200], started_at=at
        )
        try:
            _fetch(record)
        except BadList as failed:
            _finish(record, FetchState.FAILED, failure=failed.code, failure_details=failed.details)
        except BaseException:
            if record.state == FetchState.RUNNING:
                _finish(record, FetchState.FAILED, failure="interrupted")
            raise
        return record


def _end_what_was_interrupted(source: str, at: datetime) -> None:
    """Whoever began these is gone: we hold the lock."""
    ListFetch.objects.filter(source=source, state=FetchState.RUNNING).update(
        state=FetchState.FAILED, failure="interrupted", finished_at=at
    )


def _fetch(record: ListFetch) -> None:
    if not record.address:
        raise BadList("no-address")
    in_force = ListVersion.objects.filter(source=record.source, in_force_to=None).first()
    limits = Limits(largest(), settings.SCREENING_FETCH_SECONDS, settings.SCREENING_FETCH_SILENCE_SECONDS)
    with received.unfinished() as path:
        answer = download.download(record.address, path, marks=_marks(record, in_force), limits=limits)
        record.size, record.sha256 = answer.size, answer.sha256
        record.etag, record.last_modified = answer.marks.etag, answer.marks.last_modified
        if in_force and (not answer.is_new or answer.sha256 == in_force.sha256):
            _unchanged(record, in_force, answer)
            return
        if not answer.is_new:
            raise BadList("http-status", status=download.UNCHANGED)  # we asked for the whole file
        kept = received.keep(path)
    run = _refused_before(record, in_force) or _asked(record, kept)
    if run.state == ImportRunState.WAITING:
        record.run = imports.carry_out(run.pk, at=timezone.now())


def _marks(record: ListFetch, in_force: ListVersion | None) -> Marks:
    """Return the marks under which the file in force was received from this address, none otherwise.

    Of a file that was refused we have no list, so "unchanged" would be no answer.
    """
    if in_force is None:
        return Marks()
    known = (
        ListFetch.objects.filter(source=record.source, address=record.address, sha256=in_force.sha256)
        .filter(state__in=[FetchState.UNCHANGED, FetchState.RECEIVED])
        .order_by("-started_at", "-pk")
        .first()
    )
    return Marks(known.etag, known.last_modified) if known else Marks()


def _unchanged(record: ListFetch, in_force: ListVersion, answer: Answer) -> None:
    record.sha256 = in_force.sha256
    if not answer.is_new:
        marks = _marks(record, in_force)
        record.etag, record.last_modified = marks.etag, marks.last_modified
    _finish(record, FetchState.UNCHANGED)


def _refused_before(record: ListFetch, in_force: ListVersion | None) -> ImportRun | None:
    """Return the run that refused this very file, if nothing has changed since: once on record is enough."""
    since = in_force.in_force_from if in_force else record.started_at - timedelta(days=1)
    same = ListFetch.objects.filter(source=record.source, sha256=record.sha256)
    refused = same.filter(run__state=ImportRunState.REFUSED, run__asked_at__gt=since)
    settled = refused.exclude(run__refusal__in=PASSING).select_related("run")
    before = settled.order_by("-started_at").first()
    if before is None:
        return None
    record.run = before.run
    _finish(record, FetchState.RECEIVED)
    return before.run


@transaction.atomic
def _asked(record: ListFetch, kept: Path) -> ImportRun:
    run = imports.ask(
        record.source,
        kept,
        by_name=record.by_name or CLOCK,
        at=timezone.now(),
        file_name=record.address.partition("?")[0].rstrip("/").rpartition("/")[2],
        dated=_day(record.last_modified),
    )
    record.run = run
    _finish(record, FetchState.RECEIVED)
    return run


def _day(last_modified: str) -> date | None:
    """Return the day of an HTTP date, for files that do not say their own."""
    try:
        return parsedate_to_datetime(last_modified).date() if last_modified else None
    except ValueError:
        return None


def _finish(record: ListFetch, state: FetchState, **facts: object) -> None:
    record.state, record.finished_at = state, timezone.now()
    for name, value in facts.items():
        setattr(record, name, value)
    record.save()
