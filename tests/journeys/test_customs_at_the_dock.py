"""At the dock: an officer with a phone draws a licence down to zero, and a customs system sees it."""

from decimal import Decimal

import pytest
from playwright.sync_api import expect

from tests.factories import LicenceLineFactory, UserFactory
from tests.portal.machines import Machine, message

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def licence():
    line = LicenceLineFactory(
        granted=Decimal(10),
        licence__conditions=["Avise a la autoridad dentro de los 30 días de la llegada."],
        goods__description="Láser de corte de 4 kW con cabezal, unidad de refrigeración y mesa de " * 3,
    )
    LicenceLineFactory(licence=line.licence, unit="KGM", granted=Decimal("1250.5"))
    return line.licence


@pytest.fixture
def phone(page):
    page.set_viewport_size({"width": 375, "height": 700})
    return page


@pytest.mark.parametrize("language", ["es", "en"])
def test_an_officer_draws_a_licence_down_to_zero_and_no_further(
    phone, live_server, sign_in, assert_good, complaints, licence, language
):
    sign_in(phone, UserFactory(customs=True), language)
    phone.goto(f"{live_server.url}/customs/")
    assert_good(phone)
    phone.fill("[name=number]", str(licence).lower())
    phone.keyboard.press("Enter")

    verdict = phone.locator(".app-verdict__word")
    expect(verdict).to_be_in_viewport()
    assert_good(phone)

    phone.fill("[name=declaration]", "PABLB-2026-1")
    phone.fill("[name=line_1]", "11")
    phone.locator("form[method=post] button.govuk-button").last.click()
    expect(phone.locator(".govuk-error-summary")).to_be_visible()
    expect(phone.locator("[name=declaration]")).to_have_value("PABLB-2026-1")
    assert_good(phone)

    phone.fill("[name=line_1]", "10")
    phone.fill("[name=line_2]", "1250.5")
    phone.locator("form[method=post] button.govuk-button").last.click()
    expect(phone.locator(".app-verdict--bad")).to_be_visible()
    expect(phone.locator("[name=declaration]")).to_have_count(0)
    assert_good(phone)
    assert complaints == []

    system = Machine()
    assert system.licence(licence).json()["state"] == "exhausted"
    assert system.report(licence, message("1")).status_code == 409


@pytest.mark.parametrize("language", ["es", "en"])
def test_anybody_with_the_paper_checks_it(page, live_server, assert_good, complaints, licence, language):
    page.context.add_cookies([{"name": "language", "value": language, "url": live_server.url}])
    page.goto(f"{live_server.url}/check/")
    assert_good(page)
    code = licence.check_code
    page.fill("[name=number]", str(licence))
    page.fill("[name=code]", f"{code[:4]} {code[4:8]} {code[8:12]} {code[12:]}".lower())
    page.keyboard.press("Enter")

    expect(page.locator(".app-verdict--good")).to_be_visible()
    expect(page.locator("main")).to_contain_text(licence.holder.name)
    assert_good(page)
    assert complaints == []


@pytest.mark.parametrize("language", ["es", "en"])
def test_an_unknown_paper_is_said_to_be_unknown(page, live_server, assert_good, licence, language):
    page.context.add_cookies([{"name": "language", "value": language, "url": live_server.url}])
    page.goto(f"{live_server.url}/check/{licence}/0000000000000000/")

    expect(page.locator(".app-notice--attention")).to_be_visible()
    expect(page.locator("[name=number]")).to_have_value(str(licence))
    assert_good(page)


def test_too_many_checks_get_a_page_that_says_when_to_go_on(page, live_server, assert_good, licence):
    for _ in range(12):
        page.goto(f"{live_server.url}/check/{licence}/0000000000000000/")

    assert page.locator("[name=code]").count() == 0
    assert_good(page)


@pytest.mark.parametrize("language", ["es", "en"])
def test_the_page_of_the_interface_is_readable_by_all(page, live_server, assert_good, complaints, language):
    page.context.add_cookies([{"name": "language", "value": language, "url": live_server.url}])
    page.goto(f"{live_server.url}/api/v1/docs")

    expect(page.locator("h1")).to_be_visible()
    assert_good(page)
    assert complaints == []
