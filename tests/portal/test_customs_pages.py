"""Customs officers' pages: one number, one verdict, one form."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db.models import F
from django.utils import timezone

from licensing.actions import licences
from licensing.licence_sheet import MOST_LINES
from licensing.models import LicenceLine, Usage
from tests.factories import LicenceLineFactory, UserFactory
from tests.people import client_of


@pytest.fixture
def line(db):
    return LicenceLineFactory(granted=Decimal(10))


@pytest.fixture
def officer_at_the_dock(customs_officer):
    return client_of(customs_officer, "en")


def page_of(client, licence) -> str:
    response = client.get(f"/customs/{licence}/")
    assert response.status_code == 200
    return response.content.decode()


def key_in(text: str) -> str:
    return re.search(r'name="key" value="([0-9a-f-]{36})"', text)[1]


def send(client, line, quantity="4", *, key=None, declaration="D-1", **more):
    key = key or key_in(page_of(client, line.licence))
    data = {"key": key, "declaration": declaration, f"line_{line.number}": quantity, **more}
    return client.post(f"/customs/{line.licence}/", data)


def test_of_the_longest_licence_the_page_takes_what_left(officer_at_the_dock, line):
    empty = {f"line_{number}": "" for number in range(2, MOST_LINES + 1)}

    response = send(officer_at_the_dock, line, "4", **empty, port="", regime="", consignee="")

    assert response.status_code == 302
    assert Usage.objects.get().outcome == Usage.Outcome.RECORDED


def not_enough(asked: str, remaining: str) -> str:
    space = "\N{NO-BREAK SPACE}"
    return f"{asked}{space}units asked for, {remaining}{space}units remain. Nothing was written off."


def word(text: str) -> str:
    return re.search(r'app-verdict__word">([^<]+)<', text)[1]


@pytest.mark.parametrize("spelling", [str, lambda one: f" {str(one).lower()} "])
def test_a_number_leads_to_its_licence(officer_at_the_dock, line, spelling):
    response = officer_at_the_dock.get("/customs/", {"number": spelling(line.licence)})

    assert response.url == f"/customs/{line.licence}/"


def test_the_address_in_the_qr_code_may_be_pasted(officer_at_the_dock, line):
    address = f"https://x.example/check/{line.licence}/{line.licence.check_code}/"

    assert officer_at_the_dock.get("/customs/", {"number": address}).url == f"/customs/{line.licence}/"


def test_an_unknown_number_says_ask(officer_at_the_dock, db):
    text = officer_at_the_dock.get("/customs/", {"number": "PA-L-1999-000001"}).content.decode()

    assert word(text) == "ASK"
    assert "PA-L-1999-000001" in text, "what was typed stays"


def test_a_licence_in_force_says_valid_and_what_remains(officer_at_the_dock, line):
    text = page_of(officer_at_the_dock, line.licence)

    assert word(text) == "VALID"
    assert "app-verdict--good" in text
    assert "10\N{NO-BREAK SPACE}units remain" in text


def test_a_line_used_up_beside_others_says_ask(officer_at_the_dock, line):
    LicenceLineFactory(licence=line.licence, granted=Decimal(3), used=Decimal(3))

    text = page_of(officer_at_the_dock, line.licence)

    assert word(text) == "ASK"
    assert 'name="line_1"' in text and 'name="line_2"' not in text


def test_what_is_not_in_force_says_not_valid_and_offers_no_form(officer_at_the_dock, line, decider):
    licences.suspend(line.licence_id, reasons="Denuncia.", by=decider, at=timezone.now())
    now, day = timezone.now(), timedelta(days=1)
    others = [
        LicenceLineFactory(licence__starts_at=now - 2 * day, licence__ends_at=now - day).licence,
        LicenceLineFactory(licence__starts_at=now + day, licence__ends_at=now + 2 * day).licence,
        LicenceLineFactory(used=Decimal(10)).licence,
    ]

    for licence in (line.licence, *others):
        text = page_of(officer_at_the_dock, licence)
        assert word(text) == "NOT VALID"
        assert 'name="declaration"' not in text


def test_what_leaves_is_written_off_and_shown(officer_at_the_dock, line):
    response = send(officer_at_the_dock, line, "4", declaration="PABLB-77")

    assert response.status_code == 302
    text = page_of(officer_at_the_dock, line.licence)
    assert "Line 1: 4\N{NO-BREAK SPACE}units written off; what remains: 6\N{NO-BREAK SPACE}units." in text
    assert "PABLB-77" in text
    line.refresh_from_db()
    assert line.used == 4


def test_a_double_press_counts_once(officer_at_the_dock, line):
    key = key_in(page_of(officer_at_the_dock, line.licence))

    answers = [send(officer_at_the_dock, line, "4", key=key).status_code for _ in range(2)]

    assert answers == [302, 302]
    line.refresh_from_db()
    assert line.used == 4


def test_each_page_carries_a_key_of_its_own(officer_at_the_dock, line):
    assert key_in(page_of(officer_at_the_dock, line.licence)) != key_in(
        page_of(officer_at_the_dock, line.licence)
    )


def test_more_than_remains_is_refused_at_its_line_with_everything_kept(officer_at_the_dock, line):
    key = key_in(page_of(officer_at_the_dock, line.licence))

    response = send(officer_at_the_dock, line, "11", key=key, declaration="PABLB-78")

    text = response.content.decode()
    assert response.status_code == 200
    assert not_enough("11", "10") in text
    assert 'value="11"' in text and 'value="PABLB-78"' in text
    assert key_in(text) != key, "corrected, it is a new message"
    assert Usage.objects.get().outcome == Usage.Outcome.REFUSED
    assert send(officer_at_the_dock, line, "10", key=key_in(text)).status_code == 302


def test_a_line_used_up_meanwhile_is_refused_with_everything_kept(officer_at_the_dock, line):
    key = key_in(page_of(officer_at_the_dock, line.licence))
    LicenceLine.objects.update(used=F("granted"))

    text = send(officer_at_the_dock, line, "7", key=key, declaration="PABLB-79").content.decode()

    assert not_enough("7", "0") in text
    assert 'value="7"' in text and 'value="PABLB-79"' in text
    assert word(text) == "NOT VALID"


def test_a_licence_stopped_meanwhile_refuses_with_everything_kept(officer_at_the_dock, line, decider):
    key = key_in(page_of(officer_at_the_dock, line.licence))
    licences.suspend(line.licence_id, reasons="Denuncia.", by=decider, at=timezone.now())

    text = send(officer_at_the_dock, line, "7", key=key, declaration="PABLB-80").content.decode()

    assert "can&#x27;t be used: suspended." in text
    assert not_enough("7", "10") in text
    assert 'value="7"' in text and 'value="PABLB-80"' in text


def test_the_way_to_the_next_licence_is_on_the_page(officer_at_the_dock, line):
    text = page_of(officer_at_the_dock, line.licence)

    assert text.count('href="/customs/"') >= 2
    assert "Find another licence" in text


def test_the_same_form_sent_again_with_other_numbers_is_told_so(officer_at_the_dock, line):
    key = key_in(page_of(officer_at_the_dock, line.licence))
    send(officer_at_the_dock, line, "4", key=key)

    text = send(officer_at_the_dock, line, "5", key=key).content.decode()

    assert "This id was used before" in text
    line.refresh_from_db()
    assert line.used == 4


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"line_1": "four"}, "Write the number in digits"),
        ({"line_1": "-1"}, "Write zero or more"),
        ({"line_1": ""}, "Type how much leaves of at least one line."),
        ({"line_1": "0.5"}, "Line 1 is counted in units"),
        ({"line_1": "9" * 30}, "This number is too large"),
        ({"declaration": ""}, "Type the number of the declaration."),
        ({"declaration": "x" * 61}, "Shorten this to 60 characters"),
        ({"declaration": "D\u202e-1"}, "hidden character"),
    ],
)
def test_wrong_input_is_explained_and_kept(officer_at_the_dock, line, change, said):
    response = send(officer_at_the_dock, line, **{"declaration": "D-2", **change})

    text = response.content.decode()
    assert said in text
    assert all(value in text for value in change.values())
    line.refresh_from_db()
    assert line.used == 0


def test_a_forged_key_is_refused_as_a_page_that_stood_open_for_too_long(officer_at_the_dock, line):
    response = send(officer_at_the_dock, line, "1", key="not-a-uuid")

    assert response.status_code == 200
    assert "This page stood open for too long." in response.content.decode()
    assert "UUID" not in response.content.decode()
    assert not Usage.objects.exists()


def test_a_script_in_a_declaration_stays_text(officer_at_the_dock, line):
    send(officer_at_the_dock, line, "1", declaration="<script>alert(1)</script>")

    assert "<script>alert(1)" not in page_of(officer_at_the_dock, line.licence)


def test_officers_may_look_but_not_write_off(line, officer):
    client = client_of(officer, "en")

    assert 'name="declaration"' not in page_of(client, line.licence)
    assert client.post(f"/customs/{line.licence}/", {"declaration": "D"}).status_code == 403
    assert not Usage.objects.exists()


@pytest.mark.parametrize("who", ["exporter", "adviser", "administrator"])
def test_nobody_else_gets_in(line, who):
    client = client_of(UserFactory(**{who: True}))

    assert client.get("/customs/").status_code == 403
    assert client.get(f"/customs/{line.licence}/").status_code == 403


def test_the_page_takes_the_same_queries_however_much_was_written_off(
    officer_at_the_dock, line, django_assert_max_num_queries
):
    LicenceLineFactory.create_batch(4, licence=line.licence)
    for number in range(12):
        send(officer_at_the_dock, line, "0", line_2="0.0" if number else "1", line_3="1")

    with django_assert_max_num_queries(16):
        page_of(officer_at_the_dock, line.licence)
