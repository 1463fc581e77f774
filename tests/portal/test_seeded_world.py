"""One world of the demonstration, looked at from several sides."""

import io
from datetime import timedelta

import pikepdf
import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from django.test.utils import override_settings
from django.urls import reverse
from django.utils import timezone

from licensing import documents, judgements
from licensing.actions import accounts
from licensing.country import pack
from licensing.judgements import HitState
from licensing.models import (
    Action,
    Amendment,
    ApiKey,
    Application,
    ApplicationStatus,
    Consultation,
    Event,
    Irregularity,
    Job,
    Licence,
    LicenceState,
    LicenceStatus,
    Organisation,
    OutboxJob,
    Role,
    ScreeningHit,
    Usage,
    User,
)
from licensing.permissions import needs_second_factor
from licensing.workflow import refusals
from portal.demonstration import log_ins, people
from tests.portal.signing_in import code, give_code, give_password


@pytest.fixture(scope="module")
def world(rows_of_the_module, tmp_path_factory):
    """Make the world once, and return the folder of its files."""
    folder = tmp_path_factory.mktemp("world")
    with override_settings(PORTAL_ENV="demo", MEDIA_ROOT=folder / "media", SCREENING_FOLDER=folder / "lists"):
        call_command("seed_demo", stdout=io.StringIO())
    return folder


@pytest.fixture(autouse=True)
def in_the_world(world, files_and_counters_of_this_test, db, settings):
    settings.PORTAL_ENV = "demo"
    settings.MEDIA_ROOT = world / "media"
    settings.SCREENING_FOLDER = world / "lists"


def test_every_role_is_there_and_can_sign_in():
    for person in people.PEOPLE:
        cache.clear()
        client = Client()
        give_password(client, person.email, people.PASSWORD)
        if needs_second_factor(User.objects.get(email=person.email)):
            give_code(client, code(people.TOTP_SECRET))
        assert client.get("/").context["user"].email == person.email
    assert {user.role for user in User.objects.all()} == set(Role)


def test_the_code_shown_is_the_one_that_works(client):
    html = client.get(reverse("demonstration")).content.decode()
    give_password(client, people.ADMINISTRATOR, people.PASSWORD)

    give_code(client, log_ins.current_code().value)

    assert client.get(reverse("accounts")).status_code == 200
    assert code(people.TOTP_SECRET) in html or code(people.TOTP_SECRET, -1) in html


def test_every_status_and_every_fate_of_a_licence_is_there():
    now = timezone.now()

    assert set(Application.objects.values_list("status", flat=True)) == set(ApplicationStatus)
    assert {licence.state(now) for licence in Licence.objects.all()} == {
        LicenceState.VALID,
        LicenceState.EXPIRED,
        LicenceState.EXHAUSTED,
        LicenceState.SUSPENDED,
        LicenceState.REVOKED,
        LicenceState.REPLACED,
    }
    assert set(Usage.objects.values_list("outcome", flat=True)) == set(Usage.Outcome)


def test_one_licence_took_the_place_of_another_and_one_waits_to():
    old = Licence.objects.get(status=LicenceStatus.REPLACED)
    (entry,) = Usage.objects.filter(licence=old)
    reported = Usage.objects.filter(licence=old.replacement).order_by("at")
    waiting = Amendment.objects.get(is_open=True)

    assert entry.kind == Usage.Kind.USE
    assert {usage.kind for usage in reported} == {Usage.Kind.USE, Usage.Kind.DEPART}
    assert [usage.at - usage.left_at for usage in reported if usage.left_at] == [timedelta(days=2)]
    assert Irregularity.objects.get().usage == reported.last()
    assert waiting.application.status == ApplicationStatus.RECOMMENDED
    decider = User.objects.get(email="marcela@istmo.example")
    assert refusals(waiting.application, Action.APPROVE, decider, timezone.now()) == []


def test_the_code_command_prints_the_code(capsys):
    call_command("demo_code", people.ADMINISTRATOR)

    assert log_ins.current_code().value in capsys.readouterr().out
    with pytest.raises(CommandError):
        call_command("demo_code", "nobody@istmo.example")


def test_people_organisations_and_the_key_are_as_published():
    having = {row.user.email for row in Authenticator.objects.select_related("user")}

    assert having == {user.email for user in User.objects.all() if needs_second_factor(user)}

    key = ApiKey.objects.live(timezone.now()).get(digest=accounts.digest(people.API_KEY))

    assert key.account.role == Role.CUSTOMS_SYSTEM
    assert not key.account.has_usable_password()

    rows = Organisation.objects.exclude(tax_id="")

    assert rows.count() == len(people.EXPORTERS)
    assert set(Organisation.objects.exclude(body_code="").values_list("body_code", flat=True)) == {
        body.code for body in pack().bodies
    }

    text = log_ins.as_text()

    assert all(person.email in text for person in people.PEOPLE)
    assert people.PASSWORD in text
    assert reverse("account_login") == log_ins.SIGN_IN
    assert reverse("demonstration") == log_ins.CODES


def test_cases_are_plausible():
    today = pack().legal_day(timezone.now())

    assert Consultation.objects.waiting().filter(due_on__lt=today).exists()
    assert Consultation.objects.waiting().filter(due_on__gte=today).exists()
    assert Consultation.objects.exclude(answered_at=None).exists()

    hits = ScreeningHit.objects.filter(gone_at=None).select_related("party")
    unsettled = [one for one in judgements.of_hits(hits, timezone.now()) if not one.is_settled]
    (hit,) = [one.hit for one in unsettled if one.state == HitState.OPEN]

    assert hit.party.application.status == ApplicationStatus.IN_REVIEW
    assert hit.entity.primary_name.casefold() != hit.listed_name.casefold()
    assert hit.source == "demo-un"
    lucia = User.objects.get(email="lucia@istmo.example")
    assert any(one.waits_for(lucia) for one in unsettled if one.state == HitState.UNCONFIRMED)

    now = timezone.now()
    applications = list(Application.objects.order_by("created_at", "reference"))

    assert not Event.objects.filter(at__gt=now).exists()
    assert [row.reference for row in applications] == sorted(row.reference for row in applications)
    for application in applications:
        moments = list(application.events.order_by("pk").values_list("at", flat=True))
        assert moments == sorted(moments)


def test_nothing_is_left_lying_about_and_a_second_time_changes_nothing():
    assert set(OutboxJob.objects.filter(done_at=None).values_list("job", flat=True)) == {Job.RENDER_LICENCE}

    document = Application.objects.exclude(documents=None).first().documents.get()

    with pikepdf.open(io.BytesIO(documents.read(document.file))) as pdf:
        assert len(pdf.pages) == 1
        assert pdf.check_pdf_syntax() == []

    before = Event.objects.count()

    call_command("seed_demo", stdout=io.StringIO())

    assert Event.objects.count() == before
