"""Import a list file, or put an earlier version back, and keep a record of how it went."""

from datetime import date, datetime
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from screening import locks, received
from screening.importers import IN_OTHER_ENCODINGS, parser_of
from screening.importers.rows import Progress, load
from screening.models import ImportRun, ImportRunState, ListVersion
from screening.refusals import ACCEPTABLE, BadList
from screening.restoring import put_back
from screening.search import build_ahead

# How often a run tells how far it is; a page asks about once a second.
STEPS = 50


class UnderWay(Exception):
    """Somebody else carries the run out at this moment."""


def ask(
    source: str,
    path: Path,
    *,
    by_name: str,
    at: datetime,
    file_name: str = "",
    dated: date | None = None,
    approval: int | None = None,
) -> ImportRun:
    """Return a new run that waits to be carried out, so that a page has something to show at once.

    `dated` is the day of a file that does not say of which day it is. `approval`: as in `load`.
    """
    return ImportRun.objects.create(
        source=source,
        path=str(path),
        file_name=(file_name or path.name)[:255],
        by_name=by_name[:200],
        asked_at=at,
        dated=dated,
        approval=approval,
    )


def ask_to_put_back(version: ListVersion, *, approval: int, by_name: str, at: datetime) -> ImportRun:
    """Return a new run that waits to put an earlier version in force again."""
    return ImportRun.objects.create(
        source=version.source,
        file_name=version.edition,
        by_name=by_name[:200],
        asked_at=at,
        restores=version,
        approval=approval,
    )


def carry_out(run_id: int, *, at: datetime, progress: Progress | None = None) -> ImportRun:
    """Import the file of a run and return the run, done or refused with its reason.

    A run that is done or refused stays as it is; one that a dead process left half done is done again.
    Anything unexpected marks the run failed and is raised on. Raises UnderWay if somebody else is at it.
    """
    with locks.held(f"import-run:{run_id}") as is_mine:
        if not is_mine:
            raise UnderWay(f"Import {run_id} is being carried out")
        run = _started(run_id, at)
        return _carried_out(run, at, progress) if run.state == ImportRunState.RUNNING else run


def _carried_out(run: ImportRun, at: datetime, progress: Progress | None) -> ImportRun:
    try:
        version = _put_in_force(run, at, _noted(run, progress))
    except BadList as refused:
        run.refusal, run.refusal_details = refused.code, refused.details
        if refused.code in ACCEPTABLE:
            run.path = str(received.keep_copy(Path(run.path)))
        return _finished(run, ImportRunState.REFUSED)
    except BaseException:
        _finished(run, ImportRunState.FAILED)
        raise
    return _finished(run, ImportRunState.DONE, version)


def _put_in_force(run: ImportRun, at: datetime, progress: Progress) -> ListVersion:
    if run.restores and run.approval:
        with transaction.atomic():
            version = put_back(run.restores, approval=run.approval, by_name=run.by_name, at=at)
            build_ahead(at)
        return version
    return load(
        run.source,
        parser_of(run.source),
        Path(run.path),
        by_name=run.by_name,
        at=at,
        progress=progress,
        approval=run.approval,
        dated=run.dated,
        in_utf_8=run.source not in IN_OTHER_ENCODINGS,
        before_commit=build_ahead,
    )


@transaction.atomic
def _started(run_id: int, at: datetime) -> ImportRun:
    run = ImportRun.objects.select_for_update().get(pk=run_id)
    if run.state not in (ImportRunState.DONE, ImportRunState.REFUSED):
        run.state, run.started_at = ImportRunState.RUNNING, at
        run.save(update_fields=["state", "started_at"])
    return run


def _finished(run: ImportRun, state: ImportRunState, version: ListVersion | None = None) -> ImportRun:
    run.state, run.version, run.finished_at = state, version, timezone.now()
    if version:
        run.done = run.total = version.size
    run.save()
    return run


def _noted(run: ImportRun, progress: Progress | None) -> Progress:
    """Return a progress callback that also writes to the run, at most STEPS times.

    What is written while the rows are stored becomes visible only with them, so pages see the checking
    advance to one half and then the end.
    """
    noted = 0

    def note(done: int, total: int) -> None:
        nonlocal noted
        if progress:
            progress(done, total)
        if done * STEPS // total > noted:
            noted = done * STEPS // total
            ImportRun.objects.filter(pk=run.pk).update(done=done, total=total)

    return note
