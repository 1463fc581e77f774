"""What the clock starts."""

from celery import current_app, shared_task
from django.utils import timezone

from licensing import alarms, new_editions, snapshots, watch, webhooks
from licensing.actions import detentions, run_outs
from screening import classification


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
    """Promise letters about new editions of control lists, once for each, and have them ready to search."""
    now = timezone.now()
    new_editions.tell(at=now)
    classification.prepare_all(now)  # once: afterwards it finds what it has built


@shared_task
def let_reservations_run_out() -> None:
    """Give back what customs reserved for goods that did not leave in time."""
    run_outs.run_out_all(at=timezone.now())


@shared_task
def remind_of_detentions() -> None:
    """Tell officers of detained goods whose answer is late, once."""
    detentions.remind(at=timezone.now())


@shared_task
def make_snapshot() -> None:
    """Sign what every licence is worth, for ports without a network, if it is time to."""
    snapshots.make_if_due(timezone.now())


DELIVER = "licensing.schedule.deliver_webhooks"


@shared_task
def spread_news() -> None:
    """Make messages of what happened to licences, and have each endpoint's sent by a task of its own."""
    now = timezone.now()
    webhooks.note_ends(now)
    webhooks.spread(now)
    for endpoint_id in webhooks.busy(timezone.now()):
        current_app.send_task(DELIVER, [endpoint_id])


@shared_task
def deliver_webhooks(endpoint_id: int) -> None:
    """Send one endpoint what is due."""
    webhooks.deliver(endpoint_id, timezone.now())
