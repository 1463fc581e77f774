"""What the clock starts."""

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from licensing import alarms, assessment
from licensing.models import Application


@shared_task
def screen_after_new_lists() -> None:
    """Compare again every open application whose newest comparison is not with the lists of now."""
    for pk in Application.objects.open().values_list("pk", flat=True):
        _screen_if_needed(pk)


@transaction.atomic
def _screen_if_needed(application_id: int) -> None:
    now = timezone.now()
    application = Application.objects.lock(application_id)
    if not assessment.is_current(application, at=now) and assessment.has_lists(at=now):
        assessment.ask(application, at=now)


@shared_task
def warn_of_old_lists() -> None:
    """Promise administrators a letter about lists that are too old, at most one a day."""
    alarms.warn(at=timezone.now())
