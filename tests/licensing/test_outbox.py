"""Work that was promised is done: once for all to see, however often it is rung for, whoever dies."""

from datetime import timedelta

import pytest
from celery import current_app
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from licensing import assessment, outbox, schedule, tasks
from licensing.models import Application, ApplicationStatus, Job, OutboxJob
from tests.factories import ApplicationFactory, ListVersionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def screening_job():
    ListVersionFactory()
    application = ApplicationFactory(complete=True)
    screening = assessment.ask(application, at=timezone.now())
    return screening, OutboxJob.objects.get()


@pytest.fixture
def rung(monkeypatch):
    heard = []
    monkeypatch.setattr(current_app, "send_task", lambda name, arguments: heard.append((name, *arguments)))
    return heard


def test_a_job_is_done_and_says_so(screening_job):
    screening, job = screening_job

    tasks.run_job(job.pk)

    job.refresh_from_db()
    screening.refresh_from_db()
    assert job.done_at is not None
    assert job.tries == 1
    assert screening.finished_at is not None


def test_a_job_that_is_done_is_not_done_again(screening_job):
    _screening, job = screening_job

    tasks.run_job(job.pk)
    tasks.run_job(job.pk)

    job.refresh_from_db()
    assert job.tries == 1


def test_a_job_in_hand_is_left_alone_until_its_lease_ends(screening_job):
    _screening, job = screening_job
    OutboxJob.objects.filter(pk=job.pk).update(due_at=timezone.now() + tasks.LEASE, tries=1)

    tasks.run_job(job.pk)

    job.refresh_from_db()
    assert (job.tries, job.done_at) == (1, None)


def test_a_job_that_fails_keeps_why_and_is_put_off(settings):
    job = outbox.put(Job.SCREEN_APPLICATION, at=timezone.now(), screening_id=0)

    tasks.run_job(job.pk)

    job.refresh_from_db()
    assert "DoesNotExist" in job.failure
    assert job.done_at is None
    assert job.due_at > timezone.now()


def test_after_enough_tries_a_person_must_look():
    job = outbox.put(Job.SCREEN_APPLICATION, at=timezone.now(), screening_id=0)

    for _try in range(tasks.TRIES):
        OutboxJob.objects.filter(pk=job.pk).update(due_at=timezone.now())
        tasks.run_job(job.pk)

    job.refresh_from_db()
    assert job.given_up_at is not None
    assert not OutboxJob.objects.due(timezone.now() + timedelta(days=365)).exists()


def test_a_comparison_that_was_given_up_is_asked_for_again(screening_job, monkeypatch):
    screening, job = screening_job
    monkeypatch.setitem(tasks.WORK, Job.SCREEN_APPLICATION, tasks.write_letter)  # any that fails
    OutboxJob.objects.filter(pk=job.pk).update(tries=tasks.TRIES - 1)
    assert assessment.is_current(screening.application, at=timezone.now())

    tasks.run_job(job.pk)

    assert not assessment.is_current(screening.application, at=timezone.now())
    Application.objects.update(status=ApplicationStatus.SUBMITTED, submitted_at=timezone.now())
    schedule.screen_after_new_lists()
    assert OutboxJob.objects.due(timezone.now()).count() == 1


def test_the_sweep_rings_for_what_is_due_and_for_nothing_else(rung):
    now = timezone.now()
    due = OutboxJob.objects.create(job=Job.NOTIFY, arguments={}, created_at=now, due_at=now)
    OutboxJob.objects.create(job=Job.NOTIFY, arguments={}, created_at=now, due_at=now + timedelta(hours=1))
    OutboxJob.objects.create(job=Job.NOTIFY, arguments={}, created_at=now, due_at=now, done_at=now)

    tasks.sweep()

    assert rung == [(outbox.RUN, due.pk)]


@pytest.mark.django_db(transaction=True)
def test_a_job_is_rung_for_only_once_it_is_safely_stored(rung):
    with transaction.atomic():
        job = outbox.put(Job.NOTIFY, at=timezone.now())
        assert rung == []

    assert rung == [(outbox.RUN, job.pk)]


@pytest.mark.django_db(transaction=True)
def test_an_act_that_is_undone_takes_its_job_along(rung):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        outbox.put(Job.NOTIFY, at=timezone.now())
        raise ZeroDivisionError

    assert rung == []
    assert not OutboxJob.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_with_the_broker_down_the_act_stands_and_the_job_waits(monkeypatch):
    def no_answer(*_arguments):
        raise OperationalError

    monkeypatch.setattr(current_app, "send_task", no_answer)

    outbox.put(Job.NOTIFY, at=timezone.now())

    assert OutboxJob.objects.due(timezone.now()).count() == 1
