"""What the clock starts."""

from celery import shared_task
from django.utils import timezone

from licensing import alarms, new_editions, watch
from licensing.actions import detentions, run_outs


@shared_task
def screen_after_new_lists() -> None:
    """Bring everybody who is watched up to the lists and thresholds of now."""
    watch.follow(at=timezone.now())


@shared_task
def warn_of_old_lists() -> None:
    """Promise administrators a letter about lists that are too old, at most one a day."""
    alarms.warn(at=timezone.now())


@shared_task
def tell_of_new_editions() -> None:
    """Promise letters about new editions of control lists, once for each."""
    new_editions.tell(at=timezone.now())


@shared_task
def let_reservations_run_out() -> None:
    """Give back what customs reserved for goods that did not leave in time."""
    run_outs.run_out_all(at=timezone.now())


@shared_task
def remind_of_detentions() -> None:
    """Tell officers of detained goods whose answer is late, once."""
    detentions.remind(at=timezone.now())
