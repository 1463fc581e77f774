"""The first page greets each kind of user with what they came for."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from licensing.country import pack
from licensing.models import ApplicationStatus, Job, LicenceStatus, OutboxJob, Role
from portal.views.home import greeting
from tests.factories import (
    ApplicationFactory,
    ConsultationFactory,
    LicenceFactory,
    LicenceLineFactory,
    ListVersionFactory,
    UserFactory,
)
from tests.people import client_of

LANGUAGES = ("es", "en")


def home(user, language="en"):
    return client_of(user, language).get("/")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_public_learns_what_this_is_and_can_check_a_licence(client, db, language):
    client.cookies["language"] = language

    html = client.get("/").content.decode()

    assert f'<html lang="{language}"' in html
    assert reverse("check") in html
    assert reverse("account_login") in html


def test_the_two_languages_differ(client, db):
    pages = []
    for language in LANGUAGES:
        client.cookies["language"] = language
        pages.append(client.get("/").content.decode())

    assert pages[0] != pages[1]


@pytest.mark.parametrize("role", [role for role in Role if role != Role.CUSTOMS_SYSTEM])
@pytest.mark.parametrize("language", LANGUAGES)
def test_everybody_is_greeted_by_name(db, role, language):
    user = UserFactory(role=role)

    assert user.name in home(user, language).content.decode()


@pytest.mark.parametrize(
    ("hour", "words"),
    [
        (4, "Buenas noches"),
        (5, "Buenos días"),
        (11, "Buenos días"),
        (12, "Buenas tardes"),
        (18, "Buenas tardes"),
        (19, "Buenas noches"),
        (22, "Buenas noches"),
    ],
)
def test_the_greeting_goes_by_the_hour_in_the_country(hour, words):
    at = datetime(2026, 3, 2, hour, 59, tzinfo=pack().time_zone).astimezone(UTC)

    assert greeting("Ana", at) == f"{words}, Ana"


def test_an_exporter_sees_first_what_waits_for_them(exporter):
    own = {"organisation": exporter.organisation}
    draft = ApplicationFactory(**own)
    question = ApplicationFactory(
        **own, status=ApplicationStatus.INFORMATION_REQUESTED, submitted_at=timezone.now()
    )
    moving = ApplicationFactory(**own, status=ApplicationStatus.IN_REVIEW, submitted_at=timezone.now())
    ApplicationFactory()  # somebody else's

    page = home(exporter)

    assert page.context["mine"] == [question, draft]
    assert page.context["moving"] == [moving]
    assert reverse("application-new") in page.content.decode()


def test_an_exporter_sees_own_licences_in_force_the_soonest_to_end_first(exporter):
    def licence(used=0, **more):
        application = ApplicationFactory(recommended=True, organisation=exporter.organisation)
        line = LicenceLineFactory(
            licence=LicenceFactory(decision__application=application, **more), used=used
        )
        return line.licence

    later, sooner = licence(), licence(valid_to=date(2998, 1, 1))
    licence(valid_to=date(2026, 1, 2))
    licence(used=10)  # all that was granted
    LicenceLineFactory()  # somebody else's

    assert list(home(exporter).context["licences"]) == [sooner, later]


def test_an_exporter_sees_own_licences_that_are_suspended(exporter):
    def suspended(organisation, **more):
        application = ApplicationFactory(recommended=True, organisation=organisation)
        made = LicenceFactory(decision__application=application, status=LicenceStatus.SUSPENDED, **more)
        return LicenceLineFactory(licence=made).licence

    own = suspended(exporter.organisation)
    suspended(exporter.organisation, valid_to=date(2026, 1, 2))  # over, whatever becomes of it
    suspended(UserFactory(exporter=True).organisation)

    page = home(exporter)

    assert list(page.context["suspended"]) == [own]
    assert own.reference in page.content.decode()


def test_an_officer_sees_own_cases_nobodys_cases_and_late_opinions(officer):
    mine = ApplicationFactory(in_review=True, case_officer=officer)
    ApplicationFactory(in_review=True, case_officer=UserFactory())
    nobodys = ApplicationFactory(status=ApplicationStatus.SUBMITTED, submitted_at=timezone.now())
    late = ConsultationFactory(application=mine, due_on=date(2026, 3, 16))
    ConsultationFactory(application=mine, due_on=date(2999, 1, 1))

    page = home(officer)

    assert list(page.context["mine"]) == [mine]
    assert list(page.context["unassigned"]) == [nobodys]
    assert list(page.context["late"]) == [late]
    assert page.context["counts"] == {"mine": 1, "unassigned": 1, "open": 3}


def test_a_list_that_is_cut_says_how_many_there_are_and_leads_to_all(officer):
    def make():
        ApplicationFactory(status=ApplicationStatus.SUBMITTED, submitted_at=timezone.now())

    for _number in range(6):
        make()
    assert "See all" not in home(officer).content.decode()

    make()

    assert re.search(r'href="/queue/\?status=submitted">See all 7<', home(officer).content.decode())


@pytest.mark.parametrize("role", [Role.EXPORTER_FILER, Role.DECIDING_OFFICER, Role.ADVISER])
def test_every_home_leads_to_the_rest_of_its_lists(db, role):
    user = UserFactory(role=role)
    for _number in range(7):
        if role == Role.ADVISER:
            ConsultationFactory(body=user.organisation)
        elif role == Role.DECIDING_OFFICER:
            ApplicationFactory(recommended=True, case_officer=UserFactory())
        else:
            ApplicationFactory(organisation=user.organisation)

    assert ">See all 7<" in home(user).content.decode()


def test_a_deciding_officer_sees_what_somebody_else_recommended(decider):
    waiting = ApplicationFactory(recommended=True, case_officer=UserFactory())
    ApplicationFactory(recommended=True, recommendation__by=decider)

    page = home(decider)

    assert list(page.context["waiting"]) == [waiting]
    assert page.context["waiting_count"] == 1


def test_an_adviser_sees_the_questions_to_the_own_body(db):
    adviser = UserFactory(adviser=True)
    question = ConsultationFactory(body=adviser.organisation, due_on=date(2026, 3, 4))
    ConsultationFactory()

    page = home(adviser)

    assert list(page.context["waiting"]) == [question]
    assert reverse("consultation", args=[question.pk]) in page.content.decode()
    assert "Late" in page.content.decode()


def test_a_customs_officer_finds_a_licence_from_here(customs_officer):
    html = home(customs_officer).content.decode()

    assert f'action="{reverse("licence-search")}"' in html
    assert 'name="number"' in html


def test_an_administrator_hears_of_work_that_was_given_up(administrator):
    now = timezone.now()
    job = OutboxJob.objects.create(
        job=Job.RENDER_LICENCE, arguments={}, created_at=now, due_at=now, given_up_at=now, failure="disk full"
    )

    page = home(administrator)

    assert list(page.context["failed"]) == [job]
    assert "disk full" in page.content.decode()


def test_an_administrator_is_warned_when_no_list_is_in_force(administrator):
    assert "No sanctions list is in force" in home(administrator).content.decode()
    ListVersionFactory()
    assert "No sanctions list is in force" not in home(administrator).content.decode()


def test_an_administrator_sees_which_list_has_grown_old(administrator):
    now = timezone.now()
    ListVersionFactory(
        source="demo-ofac", published_on=now.date() - timedelta(days=40), edition="2026-09-30T12:00:00.000Z"
    )
    ListVersionFactory(source="demo-un", published_on=now.date(), imported_at=now)

    page = home(administrator)

    assert [row.is_stale for row in page.context["in_force"]] == [True, False]
    assert "2026-09-30, " in page.content.decode()
    assert "T12:00" not in page.content.decode()


@pytest.mark.parametrize("role", [role for role in Role if role != Role.CUSTOMS_SYSTEM])
def test_the_page_takes_few_queries_however_much_there_is(db, role, django_assert_max_num_queries):
    user = UserFactory(role=role)
    for _number in range(3):
        ApplicationFactory(organisation=user.organisation or UserFactory(exporter=True).organisation)
        ConsultationFactory(body=user.organisation) if role == Role.ADVISER else ConsultationFactory()
    client = client_of(user)
    client.get("/")

    with django_assert_max_num_queries(26):
        assert client.get("/").status_code == 200
