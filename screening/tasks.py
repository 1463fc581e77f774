"""Slow work of screening, run by Celery."""

from celery import shared_task
from django.utils import timezone

from screening import fetching, imports
from screening.imports import UnderWay


@shared_task
def import_file(run_id: int) -> None:
    """Carry out an import that was asked for (`imports.ask`). A refusal is kept in the run, no error."""
    try:
        imports.carry_out(run_id, at=timezone.now())
    except UnderWay:
        return


@shared_task
def fetch_due_lists() -> None:
    """Ask for every list whose time has come; each is a task of its own, so that none waits for another."""
    for source in fetching.due(timezone.now()):
        fetch_list.delay(source)


@shared_task
def fetch_list(source: str) -> None:
    """Look at a publisher's address, unless that was done meanwhile. A failure is kept, no error."""
    fetching.fetch_if_due(source, at=timezone.now())
