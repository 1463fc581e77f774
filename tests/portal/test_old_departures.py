"""Goods that are said to have left long ago: pages ask once whether the day is right."""

import html
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from licensing.actions import forms
from licensing.country import pack
from licensing.models import Usage
from tests.factories import LicenceLineFactory, UserFactory
from tests.people import client_of
from tests.portal.test_departed_forms import HEAD, PAGE, TABLE, row, sent, typed

pytestmark = pytest.mark.django_db

ASKED = f"This is more than {pack().departure_days} days ago. Is it right?"
LONG_AGO = "2020-01-01"


@pytest.fixture
def officer():
    return UserFactory(customs=True, language="en")


@pytest.fixture
def block(officer):
    return forms.take("PABLB", 5, by=officer, at=timezone.now())


@pytest.fixture
def line():
    return LicenceLineFactory(granted=Decimal(10), unit="C62")


def text_of(response) -> str:
    return html.unescape(response.content.decode())


def ticks(text) -> list[str]:
    """Return the checkboxes about the day."""
    return [tag for tag in re.findall("<input[^>]*>", text) if 'name="old_day"' in tag]


def day_before(days):
    return (pack().legal_day(timezone.now()) - timedelta(days=days)).isoformat()


def test_a_day_long_ago_is_asked_about_and_nothing_typed_is_lost(officer, block, line):
    text = text_of(client_of(officer).post(PAGE, typed(block, line, day=LONG_AGO, declaration="PABLB-7")))

    assert not Usage.objects.exists()
    assert ASKED in text
    assert f'value="{LONG_AGO}"' in text and 'value="PABLB-7"' in text and 'value="14:30"' in text
    [tick] = ticks(text)
    assert "checkbox" in tick and "checked" not in tick
    assert 'govuk-checkboxes__label" for="id_old_day">The day is right<' in text, "drawn as one that is seen"


def test_once_somebody_says_that_it_is_right_it_is_recorded(officer, block, line):
    response = client_of(officer).post(PAGE, typed(block, line, day=LONG_AGO, old_day=LONG_AGO))

    assert response.status_code == 302
    assert pack().legal_day(Usage.objects.get().left_at).isoformat() == LONG_AGO


def test_a_tick_about_another_day_counts_for_nothing(officer, block, line):
    text = text_of(client_of(officer).post(PAGE, typed(block, line, day="2021-01-01", old_day=LONG_AGO)))

    assert ASKED in text
    assert not Usage.objects.exists()


def test_a_tick_stays_where_something_else_is_wrong(officer, block, line):
    given = typed(block, line, day=LONG_AGO, old_day=LONG_AGO, quantity="")

    text = text_of(client_of(officer).post(PAGE, given))

    assert "checked" in ticks(text)[0] and ASKED not in text


def test_a_tick_stays_where_a_line_is_added(officer, block, line):
    given = typed(block, line, day=LONG_AGO, old_day=LONG_AGO, act="more")

    text = text_of(client_of(officer).post(PAGE, given))

    assert "checked" in ticks(text)[0] and LONG_AGO in ticks(text)[0]


def test_of_days_that_the_country_takes_for_recent_nobody_is_asked(officer, block, line):
    recent = typed(block, line, day=day_before(pack().departure_days - 1))

    assert client_of(officer).post(PAGE, recent).status_code == 302


def test_the_first_page_does_not_ask(officer):
    assert not ticks(text_of(client_of(officer).get(PAGE)))


def test_forms_of_a_table_are_asked_about_and_the_others_are_recorded(officer, block, line):
    page = html.unescape(
        sent(officer, row(block, line, moment=f"{LONG_AGO} 10:00"), row(block, line, 1, item=2))
    )

    assert ASKED in page
    assert len(ticks(page)) == 1
    assert Usage.objects.get().client_key == block.numbers[1]


def test_sent_again_with_a_tick_they_are_recorded_too(officer, block, line):
    table = "\n".join([HEAD, row(block, line, moment=f"{LONG_AGO} 10:00")]).encode()
    file = SimpleUploadedFile("forms.csv", table, "text/csv")

    page = text_of(client_of(officer).post(TABLE, {"file": file, "old_day": "on"}))

    assert ASKED not in page
    assert Usage.objects.get().client_key == block.numbers[0]


def test_a_table_of_recent_days_is_not_asked_about(officer, block, line):
    assert not ticks(sent(officer, row(block, line)))
    assert not ticks(text_of(client_of(officer).get(TABLE)))
