"""What the clock starts."""

from celery import shared_task
from django.utils import timezone

from licensing import watch


@shared_task
def screen_after_new_lists() -> None:
    """Bring everybody who is watched up to the lists and thresholds of now."""
    watch.follow(at=timezone.now())
