"""What the clock starts."""

from celery import shared_task
from django.utils import timezone

from licensing import alarms, watch


@shared_task
def screen_after_new_lists() -> None:
    """Bring everybody who is watched up to the lists and thresholds of now."""
    watch.follow(at=timezone.now())


@shared_task
def warn_of_old_lists() -> None:
    """Promise administrators a letter about lists that are too old, at most one a day."""
    alarms.warn(at=timezone.now())
