"""Administrators hear once a day of lists that are older than they may be."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, ProgrammingError, transaction

from licensing import alarms
from licensing.models import Job, ListAlarm, OutboxJob
from licensing.tasks import run_job
from screening.models import ListFetch
from tests.factories import NOON, ListAlarmFactory, ListVersionFactory, UserFactory


@pytest.fixture
def old(db):
    """A list of the United Nations that nobody has checked for four days; three are allowed."""
    return ListVersionFactory(
        source="un-consolidated",
        imported_at=NOON - timedelta(days=4),
        published_on=NOON.date() - timedelta(days=4),
    )


def promised():
    return OutboxJob.objects.filter(job=Job.ALARM)


def test_every_administrator_and_nobody_else_is_promised_a_letter(old, administrator, officer, decider):
    UserFactory(administrator=True, is_active=False, disabled_by=administrator, disabled_at=NOON)

    alarm = alarms.warn(at=NOON)

    assert alarm.sources == ["un-consolidated"]
    assert [job.arguments["user_id"] for job in promised()] == [administrator.pk]


def test_the_same_day_brings_no_second_letter_and_the_next_day_does(old, administrator):
    alarms.warn(at=NOON)
    alarms.warn(at=NOON + timedelta(hours=2))
    assert promised().count() == 1

    alarms.warn(at=NOON + timedelta(days=1))

    assert promised().count() == 2


def test_no_list_too_old_is_no_alarm(db, administrator):
    ListVersionFactory(source="un-consolidated", published_on=NOON.date() - timedelta(days=3))

    assert alarms.warn(at=NOON) is None
    assert not ListAlarm.objects.exists()


def sent(administrator, at=NOON):
    alarm = alarms.warn(at=at)
    alarms.send(alarm, administrator, at=at)
    return mail.outbox


def test_the_letter_names_the_list_its_age_and_what_went_wrong(old, administrator):
    administrator.language = "en"
    ListFetch.objects.create(
        source="un-consolidated",
        address="https://example.org/",
        started_at=NOON,
        finished_at=NOON,
        state="failed",
        failure="http-status",
        failure_details={"status": "503"},
    )

    (letter,) = sent(administrator)

    assert letter.subject == "A sanctions list is too old"
    assert "- United Nations Security Council Consolidated List: 4 days, at most 3" in letter.body
    assert "status 503" in letter.body
    assert "/lists/" in letter.body


def test_the_letter_says_that_a_newer_edition_is_held(db, administrator):
    administrator.language = "en"
    ListVersionFactory(source="national", in_force_from=NOON)
    ListVersionFactory(source="national", published_on=NOON.date(), in_force_to=NOON)

    (letter,) = sent(administrator)

    assert "a newer edition of it is held" in letter.body


def test_a_list_with_an_address_that_never_came_is_told_too(db, administrator, settings):
    administrator.language = "en"
    settings.SCREENING_FETCH = {"ofac-sdn": "https://example.org/"}

    (letter,) = sent(administrator)

    assert "never imported" in letter.body


def test_no_letter_goes_when_the_list_was_renewed_meanwhile(old, administrator):
    alarm = alarms.warn(at=NOON)
    type(old).objects.filter(pk=old.pk).update(in_force_to=NOON)
    ListVersionFactory(source="un-consolidated", in_force_from=NOON, published_on=NOON.date())

    alarms.send(alarm, administrator, at=NOON + timedelta(minutes=1))

    assert mail.outbox == []


def test_a_worker_sends_what_was_promised(old, administrator):
    ListVersionFactory(source="ofac-sdn", imported_at=NOON - timedelta(days=4))
    alarms.warn(at=NOON)

    run_job(promised().get().pk)

    assert len(mail.outbox) == 1


def test_an_alarm_stays_and_there_is_one_a_day(db):
    ListAlarmFactory()

    with pytest.raises(IntegrityError), transaction.atomic():
        ListAlarmFactory()
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        ListAlarm.objects.update(sources=["x"])
