"""What the log says of a page that was refused: one line, without a word about people."""

import logging
import sys
from io import StringIO

import pytest
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.test import Client

from portal.refusal_log import LineFormatter
from tests.factories import ApplicationFactory, LicenceLineFactory, UserFactory
from tests.people import client_of
from tests.portal.machines import Machine

pytestmark = pytest.mark.django_db


@pytest.fixture
def written():
    """Return a function that returns the lines the log has by now, as production writes them."""
    text = StringIO()
    handler = logging.StreamHandler(text)
    handler.setFormatter(LineFormatter("%(message)s"))
    logging.getLogger("django").addHandler(handler)
    yield lambda: text.getvalue().splitlines()
    logging.getLogger("django").removeHandler(handler)


def test_the_log_of_the_portal_is_written_this_way():
    assert settings.LOGGING["handlers"]["console"]["formatter"] == "line"
    assert settings.LOGGING["formatters"]["line"]["class"] == f"{LineFormatter.__module__}.LineFormatter"


def test_a_page_of_another_role_says_who_what_and_why(written):
    case = ApplicationFactory(in_review=True)
    user = UserFactory(exporter=True, email="ana@example.org", name="Ana Pérez")

    client_of(user).get(f"/cases/{case.reference}/?nombre=Ana")

    assert written() == [
        f"403 GET /cases/<str:reference>/ ({case.reference}), by account {user.pk} (exporter-filer):"
        " Forbidden (Permission denied), needs review"
    ]


def test_an_address_that_is_none_is_not_repeated(written):
    Client().get("/personas/ana@example.org/")

    assert written() == ["404 GET of no page, by nobody signed in: Not Found"]


def test_what_was_typed_into_an_address_of_ours_is_not_repeated_either(written):
    client_of(UserFactory()).get("/cases/ana%0A@example.org/")

    (line,) = written()
    assert line.startswith("404 GET /cases/<str:reference>/, by account ")


def test_another_sites_form_is_one_line(written):
    Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "ana@example.org"})

    assert written() == ["403 POST /accounts/login/, by nobody signed in: Forbidden (CSRF cookie not set.)"]


def test_a_wrong_host_or_too_much_data_is_one_line_without_a_traceback(written, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10

    Client(headers={"Host": "ana.example.org"}).get("/")
    Client().post("/accounts/login/", {"login": "ana@example.org"}, "application/x-www-form-urlencoded")
    Client().post("/accounts/login/", "login=ana@example.org", "application/x-www-form-urlencoded")

    lines = written()
    assert "400 GET of no page, by nobody signed in: DisallowedHost" in lines
    assert f"400 POST /accounts/login/, by nobody signed in: {RequestDataTooBig.__name__}" in lines
    assert not any("ana" in line or "Traceback" in line for line in lines)


def test_an_error_of_ours_keeps_its_traceback():
    try:
        raise ValueError("ours")
    except ValueError:
        record = logging.LogRecord("django.request", logging.ERROR, "", 0, "Oh: %s", ("/x/",), sys.exc_info())
    record.status_code, record.request = 500, object()

    text = LineFormatter("%(message)s").format(record)

    assert text.startswith("Oh: /x/\nTraceback")


def test_a_machines_refusal_names_the_account_of_its_key(written):
    line = LicenceLineFactory()
    machine = Machine(language="en")

    machine.client.delete(f"/api/v1/licences/{line.licence}", headers=machine.headers)

    account = f"account {machine.key.account_id} (customs-system)"
    assert written() == [
        f"405 DELETE /api/v1/licences/<str:number> ({line.licence}), by {account}: Method Not Allowed"
    ]
