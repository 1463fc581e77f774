"""Slow work that follows an act, and the loop that sees to it that none is forgotten."""

import logging
import traceback
from collections.abc import Callable
from datetime import timedelta

from celery import shared_task
from django.core.cache import cache
from django.db.models import F
from django.utils import timezone

from licensing import (
    alarms,
    assessment,
    letters,
    licence_document,
    look_alikes,
    new_editions,
    newly_listed,
    notifications,
    outbox,
)
from licensing.models import AccessToken, EditionNotice, Event, Job, ListAlarm, OutboxJob, User
from licensing.outbox import HEARTBEAT
from screening import fetching, imports

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=120)  # how long a worker may be at a job before another takes it
TRIES = 8
SWEEP_AT_MOST = 200
HEARTBEAT_SECONDS = 30


def screen_application(*, screening_id: int) -> None:
    assessment.screen(screening_id, at=timezone.now())


def find_look_alikes(*, application_id: int) -> None:
    look_alikes.find(application_id, at=timezone.now())


def render_licence(*, licence_id: int) -> None:
    licence_document.make(licence_id, at=timezone.now())


def notify(*, event_id: int, user_id: int) -> None:
    event = Event.objects.select_related("application", "licence").get(pk=event_id)
    notifications.send(event, User.objects.get(pk=user_id))


def write_letter(*, user_id: int, letter: str) -> None:
    letters.send(User.objects.get(pk=user_id), letter)


def write_notice(*, user_id: int, **facts: str) -> None:
    letters.send_notice(User.objects.get(pk=user_id), **facts)


def import_list(*, run_id: int) -> None:
    imports.carry_out(run_id, at=timezone.now())


def fetch_list(*, source: str, by_name: str) -> None:
    fetching.fetch(source, at=timezone.now(), by_name=by_name)


def write_alarm(*, alarm_id: int, user_id: int) -> None:
    alarms.send(ListAlarm.objects.get(pk=alarm_id), User.objects.get(pk=user_id), at=timezone.now())


def write_of_edition(*, notice_id: int, user_id: int) -> None:
    notice = EditionNotice.objects.select_related("edition__list", "previous").get(pk=notice_id)
    new_editions.send(notice, User.objects.get(pk=user_id), at=timezone.now())


def find_newly_listed(*, search_id: int, after: int) -> None:
    newly_listed.carry_on(search_id, after, at=timezone.now())


WORK: dict[Job, Callable[..., None]] = {
    Job.SCREEN_APPLICATION: screen_application,
    Job.FIND_LOOK_ALIKES: find_look_alikes,
    Job.RENDER_LICENCE: render_licence,
    Job.NOTIFY: notify,
    Job.LETTER: write_letter,
    Job.NOTICE: write_notice,
    Job.IMPORT_LIST: import_list,
    Job.FETCH_LIST: fetch_list,
    Job.ALARM: write_alarm,
    Job.EDITION: write_of_edition,
    Job.EDITION_GOODS: find_newly_listed,
}


@shared_task
def run_job(job_id: int) -> None:
    """Do the job unless it is done or somebody is at it. Whatever goes wrong, it is tried again later."""
    job = _claim(job_id)
    if job is None:
        return
    try:
        WORK[Job(job.job)](**job.arguments)
    except Exception:  # the outermost edge: the failure is kept with the job, and a person can read it
        log.exception("Job %s (%s) failed", job.pk, job.job)  # arguments may be personal
        _put_off(job, traceback.format_exc())
    else:
        OutboxJob.objects.filter(pk=job.pk).update(done_at=timezone.now(), failure="")


def _claim(job_id: int) -> OutboxJob | None:
    """Take the job in one statement, so that of two workers only one has it."""
    now = timezone.now()
    taken = OutboxJob.objects.due(now).filter(pk=job_id).update(due_at=now + LEASE, tries=F("tries") + 1)
    return OutboxJob.objects.get(pk=job_id) if taken else None


def _put_off(job: OutboxJob, failure: str) -> None:
    now, is_last = timezone.now(), job.tries >= TRIES
    later = {"given_up_at": now} if is_last else {"due_at": now + timedelta(seconds=2**job.tries)}
    OutboxJob.objects.filter(pk=job.pk).update(failure=failure[-4000:], **later)
    if is_last and job.job == Job.SCREEN_APPLICATION:
        assessment.give_up(**job.arguments)


@shared_task
def sweep() -> None:
    """Ring again for whatever is due: the bell was not heard, a worker died, or a retry has come up.

    And sweep away the access tokens that are over.
    """
    now = timezone.now()
    due = OutboxJob.objects.due(now).order_by("due_at").values_list("pk", flat=True)
    for job_id in due[:SWEEP_AT_MOST]:
        outbox.ring(job_id)
    over = AccessToken.objects.filter(expires_at__lte=now).order_by("expires_at").values("pk")
    AccessToken.objects.filter(pk__in=over[:SWEEP_AT_MOST]).delete()


@shared_task
def heartbeat() -> None:
    """Leave a sign that broker and workers live; /readyz looks for it."""
    cache.set(HEARTBEAT, timezone.now().isoformat(), HEARTBEAT_SECONDS)
