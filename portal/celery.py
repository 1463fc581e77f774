"""The Celery application and its timetable: what runs when."""

import os

from celery import Celery
from celery.signals import worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["licensing", "screening"], related_name="tasks")
app.autodiscover_tasks(["licensing"], related_name="schedule")

app.conf.beat_schedule = {
    # A sweep is late by at most this much when the bell was not heard.
    "sweep-the-outbox": {"task": "licensing.tasks.sweep", "schedule": 5.0},
    "screen-again-after-a-new-list": {"task": "licensing.schedule.screen_after_new_lists", "schedule": 30.0},
    "fetch-lists": {"task": "screening.tasks.fetch_due_lists", "schedule": 60.0},
    "warn-of-old-lists": {"task": "licensing.schedule.warn_of_old_lists", "schedule": 600.0},
    "tell-of-new-editions": {"task": "licensing.schedule.tell_of_new_editions", "schedule": 60.0},
    "let-reservations-run-out": {"task": "licensing.schedule.let_reservations_run_out", "schedule": 60.0},
    "remind-of-detentions": {"task": "licensing.schedule.remind_of_detentions", "schedule": 60.0},
    "sign-a-snapshot-for-ports": {"task": "licensing.schedule.make_snapshot", "schedule": 60.0},
    "tell-customs-systems": {"task": "licensing.schedule.spread_news", "schedule": 5.0},
    "note-that-the-workers-live": {"task": "licensing.tasks.heartbeat", "schedule": 5.0},
}


@worker_ready.connect
def say_that_a_worker_is_here(**_kwargs: object) -> None:
    """Do not let /readyz wait for the clock's first tick."""
    app.send_task("licensing.tasks.heartbeat")
