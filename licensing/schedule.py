"""What the clock starts."""

from celery import shared_task
from django.utils import timezone

from licensing import alarms, snapshots, watch
from licensing.actions import ledger


@shared_task
def screen_after_new_lists() -> None:
    """Bring everybody who is watched up to the lists and thresholds of now."""
    watch.follow(at=timezone.now())


@shared_task
def warn_of_old_lists() -> None:
    """Promise administrators a letter about lists that are too old, at most one a day."""
    alarms.warn(at=timezone.now())


@shared_task
def let_reservations_run_out() -> None:
    """Give back what customs reserved for goods that did not leave in time."""
    ledger.run_out_all(at=timezone.now())


@shared_task
def make_snapshot() -> None:
    """Sign what every licence is worth, for ports without a network, if it is time to."""
    snapshots.make_if_due(timezone.now())
