"""Sessions: listed, ended, and gone the moment an account is disabled."""

import pytest
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import timezone

from licensing.actions import accounts
from licensing.models import Action, Role
from tests.factories import UserFactory
from tests.people import client_of

AGENT = "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"


@pytest.fixture
def two_browsers(exporter):
    here, there = client_of(exporter), client_of(exporter)
    for browser in (here, there):
        browser.get("/", headers={"User-Agent": AGENT})
    return here, there


def test_sessions_are_kept_in_the_database_and_end_after_twelve_hours(exporter):
    client = client_of(exporter)
    client.get("/")

    left = Session.objects.get(pk=client.cookies["session"].value).expire_date - timezone.now()

    assert left.total_seconds() == pytest.approx(12 * 3600, abs=60)
    assert settings.SESSION_EXPIRE_AT_BROWSER_CLOSE


def test_the_page_lists_where_somebody_is_signed_in(two_browsers):
    here, _there = two_browsers

    page = here.get(reverse("usersessions_list"))

    assert len(page.context["sessions"]) == 2
    assert "Firefox" in page.content.decode()


def test_it_lists_nobody_elses(two_browsers, officer):
    page = client_of(officer).get(reverse("usersessions_list"))

    assert len(page.context["sessions"]) == 1


def test_the_others_are_ended_and_this_one_stays(two_browsers, exporter):
    here, there = two_browsers

    here.post(reverse("usersessions_list"))

    assert here.get(reverse("applications")).status_code == 200
    assert there.get(reverse("applications")).status_code == 302
    assert exporter.events.get(action=Action.END_SESSION).data == {"ended": 1}


def test_an_administrator_signs_somebody_out_everywhere(two_browsers, exporter, administrator):
    client_of(administrator).post(reverse("account-sessions", args=[exporter.pk]))

    for browser in two_browsers:
        assert browser.get(reverse("applications")).status_code == 302
    assert exporter.events.get(action=Action.END_SESSION).by == administrator


@pytest.mark.parametrize("role", [role for role in Role if role != Role.CUSTOMS_SYSTEM])
def test_disabling_an_account_turns_its_next_request_away(administrator, role):
    user = UserFactory(role=role)
    client = client_of(user)
    assert client.get("/").status_code == 200

    accounts.disable(user.pk, by=administrator, at=timezone.now(), reason="Se fue.")

    assert client.get(reverse("usersessions_list")).url.startswith(reverse("account_login"))
    assert not UserSession.objects.filter(user=user).exists()
    assert not Session.objects.filter(pk=client.cookies["session"].value).exists()


def test_a_session_that_was_never_listed_ends_too(administrator, exporter):
    client = client_of(exporter)

    accounts.disable(exporter.pk, by=administrator, at=timezone.now(), reason="Se fue.")

    assert client.get(reverse("applications")).status_code == 302


def test_a_role_that_is_taken_away_counts_from_the_next_request(officer):
    client = client_of(officer)
    assert client.get(reverse("queue")).status_code == 200

    officer.role = Role.ADMINISTRATOR
    officer.save()

    assert client.get(reverse("queue")).status_code == 403


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(client, exporter):
    client.post(reverse("account_login"), {"login": exporter.email, "password": "una-clave-larga-de-prueba"})

    cookie = client.cookies["session"]

    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
