"""Import a list file and keep a record of how it went."""

from datetime import date, datetime
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from screening.importers import parser_of
from screening.importers.rows import Progress, load
from screening.models import ImportRun, ImportRunState, ListVersion
from screening.refusals import BadList

# How often a run tells how far it is; a page asks about once a second.
STEPS = 50


def ask(source: str, path: Path, *, by_name: str, at: datetime, file_name: str = "") -> ImportRun:
    """Return a new run that waits to be carried out, so that a page has something to show at once."""
    return ImportRun.objects.create(
        source=source,
        path=str(path),
        file_name=(file_name or path.name)[:255],
        by_name=by_name[:200],
        asked_at=at,
    )


def carry_out(
    run_id: int,
    *,
    at: datetime,
    progress: Progress | None = None,
    accept_shrink: bool = False,
    dated: date | None = None,
) -> ImportRun:
    """Import the file of a run and return the run, done or refused with its reason.

    `dated` is the day of a file that does not say of which day it is.
    A run that is done or refused stays as it is. Anything unexpected marks the run failed and is raised on.
    """
    run = _started(run_id, at)
    if run.state != ImportRunState.RUNNING:
        return run
    try:
        version = load(
            run.source,
            parser_of(run.source),
            Path(run.path),
            by_name=run.by_name,
            at=at,
            progress=_noted(run, progress),
            accept_shrink=accept_shrink,
            dated=dated,
        )
    except BadList as refused:
        run.refusal, run.refusal_details = refused.code, refused.details
        return _finished(run, ImportRunState.REFUSED)
    except BaseException:
        _finished(run, ImportRunState.FAILED)
        raise
    return _finished(run, ImportRunState.DONE, version)


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
