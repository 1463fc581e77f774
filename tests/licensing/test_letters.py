"""Letters about an account are promised with their reason and arrive, be it later."""

import pytest
from django.core import mail
from django.db import transaction
from django.utils import timezone

from licensing import letters, tasks
from licensing.actions import accounts
from licensing.errors import Refused
from licensing.models import Action, Job, OutboxJob, Role, User
from tests.factories import NOON, OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db


def invite(administrator, **facts):
    return accounts.invite(
        by=administrator,
        at=NOON,
        **{
            "email": "nueva@example.org",
            "name": "Nueva Persona",
            "role": Role.CASE_OFFICER,
            "organisation": None,
            "language": "es",
            **facts,
        },
    )


def test_an_account_is_never_made_without_its_letter(administrator):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        invite(administrator)
        raise ZeroDivisionError
    assert not OutboxJob.objects.exists()
    assert not User.objects.filter(email="nueva@example.org").exists()

    user = invite(administrator)

    job = OutboxJob.objects.get()
    assert (job.job, job.arguments) == (Job.LETTER, {"user_id": user.pk, "letter": letters.INVITATION})


def test_a_machine_is_promised_no_letter(administrator):
    invite(administrator, role=Role.CUSTOMS_SYSTEM, organisation=OrganisationFactory(kind="customs"))

    assert not OutboxJob.objects.exists()


def test_a_letter_waits_until_the_mail_server_answers(officer, settings):
    letters.promise(officer, letters.NEW_PASSWORD, at=NOON)
    job = OutboxJob.objects.get()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1

    tasks.run_job(job.pk)

    job.refresh_from_db()
    assert "ConnectionRefusedError" in job.failure
    assert job.done_at is None

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    OutboxJob.objects.update(due_at=timezone.now())
    tasks.run_job(job.pk)

    assert [letter.to for letter in mail.outbox] == [[officer.email]]


def test_a_promise_holds_no_secret(officer):
    letters.promise(officer, letters.NEW_PASSWORD, at=NOON)
    tasks.run_job(OutboxJob.objects.get().pk)

    key = letters.password_link(officer).rstrip("/").rpartition("/")[2]
    assert key in mail.outbox[0].body
    assert key not in str(OutboxJob.objects.values().get())


def test_a_link_is_sent_again_by_those_who_manage_the_account_only(administrator, officer):
    accounts.send_link(officer.pk, by=administrator, at=NOON)
    assert OutboxJob.objects.get().arguments["user_id"] == officer.pk
    assert officer.events.get(action=Action.SEND_LINK).by == administrator

    with pytest.raises(Refused):
        accounts.send_link(officer.pk, by=UserFactory(exporter=True), at=NOON)
    with pytest.raises(Refused):
        accounts.send_link(UserFactory(system=True).pk, by=administrator, at=NOON)
