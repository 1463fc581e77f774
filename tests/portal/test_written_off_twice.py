"""At the dock a declaration is written off once, unless the officer says that more of it leaves."""

import html
import re
from decimal import Decimal

import pytest
from django.utils import timezone

from licensing.actions import licences
from licensing.models import Usage
from tests.amending import granted, issue, recommended
from tests.factories import LicenceLineFactory, UserFactory
from tests.people import client_of
from tests.portal.test_customs_pages import key_in, page_of, send

pytestmark = pytest.mark.django_db

TOLD = "Counted before for the declaration %s: line 1, 4 units. Nothing was written off now."


@pytest.fixture
def line():
    return LicenceLineFactory(granted=Decimal(10))


@pytest.fixture
def dock(customs_officer):
    return client_of(customs_officer, "en")


def used(line) -> Decimal:
    line.refresh_from_db()
    return line.used


def text_of(response) -> str:
    return html.unescape(response.content.decode())


@pytest.mark.parametrize("spelling", ["D-1", "d-1", " D - 1 ", "D–1"])
def test_a_second_write_off_for_a_declaration_counts_nothing_and_asks(dock, line, spelling):
    send(dock, line, "4", declaration="D-1")

    response = send(dock, line, "4", declaration=spelling)

    assert response.status_code == 200
    text = text_of(response)
    assert TOLD % spelling.strip() in text
    assert re.search(r'type="checkbox"[^>]*name="is_further"|name="is_further"[^>]*type="checkbox"', text)
    assert 'value="4"' in text, "what was typed is kept"
    assert used(line) == 4
    assert Usage.objects.count() == 1


def test_a_colleague_is_asked_as_well(dock, line):
    send(dock, line, "4", declaration="D-1")

    response = send(client_of(UserFactory(customs=True), "en"), line, "4", declaration="D-1")

    assert TOLD % "D-1" in text_of(response)
    assert used(line) == 4


def test_what_was_counted_before_an_amendment_is_asked_about_too(customs_officer):
    old = granted(granted=Decimal(10), value=Decimal(1000))
    officer = client_of(customs_officer, "en")
    send(officer, old, "4", declaration="D-1")
    new = issue(recommended(old.licence, quantity=Decimal(20))).lines.get()

    response = send(officer, new, "4", declaration="D-1")

    assert TOLD % "D-1" in text_of(response)
    assert used(new) == 4


def test_a_licence_that_is_stopped_refuses_and_asks_nothing(dock, line, decider):
    send(dock, line, "4", declaration="D-1")
    key = key_in(page_of(dock, line.licence))
    licences.suspend(line.licence.pk, reasons="Wait.", by=decider, at=timezone.now())

    text = text_of(send(dock, line, "4", declaration="D-1", key=key))

    assert "Counted before" not in text
    assert "Nothing was written off" in text


def test_what_leaves_besides_is_written_off(dock, line):
    send(dock, line, "4", declaration="D-1")
    asked = text_of(send(dock, line, "3", declaration="D-1"))

    response = send(dock, line, "3", declaration="D-1", key=key_in(asked), is_further="on")

    assert response.status_code == 302
    assert used(line) == 7


def test_nobody_is_asked_about_another_declaration_or_one_that_was_refused(dock, line):
    send(dock, line, "4", declaration="D-1")
    assert "is_further" not in page_of(dock, line.licence)
    assert "10\N{NO-BREAK SPACE}units asked for" in text_of(send(dock, line, "10", declaration="D-2"))

    assert send(dock, line, "1", declaration="D-2").status_code == 302
    assert used(line) == 5


def test_a_second_press_gets_the_first_answer_and_no_question(dock, line):
    key = key_in(page_of(dock, line.licence))

    answers = [send(dock, line, "4", declaration="D-1", key=key).status_code for _press in range(2)]

    assert answers == [302, 302]
    assert used(line) == 4
