"""Slow work of screening, run by Celery."""

from celery import shared_task
from django.utils import timezone

from screening import imports


@shared_task
def import_file(run_id: int) -> None:
    """Carry out an import that was asked for (`imports.ask`). A refusal is kept in the run, no error."""
    imports.carry_out(run_id, at=timezone.now())
