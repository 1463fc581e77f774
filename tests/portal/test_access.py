"""The gate before every page: closed unless a page says otherwise, and to whom."""

import re

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import reverse
from django.utils.html import escape

from licensing.models import Role
from licensing.permissions import GRANTS, Permission
from portal import access
from tests.factories import ApplicationFactory, OrganisationFactory, UserFactory
from tests.people import client_of

# One page for each permission that opens pages.
PAGES = {
    "applications": {Permission.APPLY},
    "application-new": {Permission.APPLY},
    "company": {Permission.MANAGE_COMPANY},
    "queue": {Permission.REVIEW},
    "consultations": {Permission.ADVISE},
    "licence-search": {Permission.SEE_LICENCES},
    "accounts": {Permission.MANAGE_ACCOUNTS},
    "account-new": {Permission.MANAGE_ACCOUNTS, Permission.MANAGE_COMPANY},
    "organisations": {Permission.MANAGE_ACCOUNTS},
    "organisation-new": {Permission.MANAGE_ACCOUNTS},
    "lists": {Permission.SEE_LISTS},
}
PEOPLE = [role for role in Role if role != Role.CUSTOMS_SYSTEM]


@pytest.mark.parametrize("role", PEOPLE)
def test_a_role_opens_exactly_the_pages_it_has_a_permission_for(db, role):
    client = client_of(UserFactory(role=role))

    opened = {name for name in PAGES if client.get(reverse(name)).status_code == 200}

    assert opened == {name for name, wanted in PAGES.items() if wanted & GRANTS[role]}


@pytest.mark.parametrize("name", PAGES)
def test_the_public_is_asked_to_sign_in_and_then_led_back(client, db, name):
    answer = client.get(reverse(name))

    assert answer.url == f"{reverse('account_login')}?next={reverse(name)}"


def test_a_page_that_says_nothing_opens_for_nobody():
    with pytest.raises(PermissionDenied):
        access.audience(lambda request: HttpResponse(), "some-new-page")


def test_even_an_administrator_cannot_open_such_a_page(administrator, rf):
    request = rf.get("/")
    request.user, request.resolver_match = administrator, None

    with pytest.raises(PermissionDenied):
        access.AccessMiddleware(HttpResponse).process_view(request, lambda request: None, (), {})


def test_refusing_a_page_is_said_in_a_page(officer):
    answer = client_of(officer).get(reverse("accounts"))

    assert answer.status_code == 403
    assert "portal.css" in answer.content.decode()


def test_a_stale_form_is_explained(exporter):
    client = client_of(exporter)
    client.handler.enforce_csrf_checks = True

    answer = client.post(reverse("application-new"), {"kind": "export"})

    assert answer.status_code == 403
    assert reverse("home") in answer.content.decode()
    assert not exporter.organisation.applications.exists()


LONG = "Corte de vidrio <de laboratorio>, según contrato\nsegunda línea"


def stale(client, url, data, **headers):
    client.handler.enforce_csrf_checks = True
    return client.post(url, data, headers=headers).content.decode()


def test_a_stale_form_gives_back_what_was_typed(exporter):
    typed = {"own_reference": "7", "end_use": LONG, "once": "0f3c", "csrfmiddlewaretoken": "stale"}

    html = stale(client_of(exporter), reverse("application-new"), {"kind": "re-export", **typed})

    given_back = re.search("<textarea[^>]* readonly[^>]*>([^<]*)</textarea>", html)
    assert given_back
    assert given_back[1] == f"7\n\n{escape(LONG)}"
    assert "<form" not in html.partition("<main")[2]


def test_a_stale_form_shows_no_secret(exporter):
    secrets = {"password": "s3cretA", "password1": "s3cretB", "oldpassword": "s3cretC", "code": "s3cretD"}

    assert "s3cret" not in stale(client_of(exporter), reverse("account_login"), secrets)


def test_a_form_of_another_site_puts_no_words_on_our_page(exporter):
    sent = {"end_use": "Llame a este número"}

    html = stale(client_of(exporter), reverse("application-new"), sent, **{"Sec-Fetch-Site": "cross-site"})

    assert "Llame" not in html


def test_a_companys_administrator_sees_the_people_of_the_company_only(db):
    manager = UserFactory(role=Role.EXPORTER_ADMINISTRATOR)
    colleague = UserFactory(exporter=True, organisation=manager.organisation)
    stranger = UserFactory(exporter=True)
    client = client_of(manager)

    assert client.get(reverse("account", args=[colleague.pk])).status_code == 200
    for name in ("account", "account-disable", "account-enable", "account-letter", "account-sessions"):
        answer = client.post(reverse(name, args=[stranger.pk]), {"reason": "x"})
        assert answer.status_code in (404, 405), name
    stranger.refresh_from_db()
    assert stranger.is_active


def test_a_filer_manages_nobody(exporter):
    colleague = UserFactory(exporter=True, organisation=exporter.organisation)
    client = client_of(exporter)

    for name in ("account-disable", "account-letter", "account-sessions", "key-new"):
        assert client.post(reverse(name, args=[colleague.pk]), {"reason": "x"}).status_code == 403


def test_a_companys_administrator_makes_no_keys(db):
    manager = UserFactory(role=Role.EXPORTER_ADMINISTRATOR)

    assert client_of(manager).post(reverse("key-new", args=[manager.pk])).status_code == 403


def test_the_first_page_is_public_but_not_for_whoever_still_owes_a_factor(client, officer):
    assert client.get("/").status_code == 200
    client.force_login(officer)

    assert client.get("/").status_code == 302


def test_forwarded_headers_of_strangers_are_not_believed(client, exporter):
    for number in range(31):
        answer = client.post(
            reverse("account_login"),
            {"login": "x@example.org", "password": "x"},
            REMOTE_ADDR="10.0.0.1",
            headers={"X-Forwarded-For": f"192.0.2.{number}"},
        )

    assert answer.status_code == 429


@pytest.fixture
def rf():
    return RequestFactory()


def test_another_companys_application_is_not_there(exporter):
    other = ApplicationFactory(organisation=OrganisationFactory())

    assert client_of(exporter).get(reverse("application", args=[other.reference])).status_code == 404
