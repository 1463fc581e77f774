"""At the dock, and nobody names a licence: an officer with a phone asks by the goods."""

import pytest
from playwright.sync_api import expect

from tests.factories import LicenceLineFactory, OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize("width", [320, 1280])
def test_an_officer_asks_and_reads_the_verdict(
    page, live_server, sign_in, assert_good, complaints, language, width
):
    page.set_viewport_size({"width": width, "height": 800})
    holder = OrganisationFactory(name="Óptica del Istmo, S. A.", tax_id="155612345-2-2016")
    line = LicenceLineFactory(
        licence__holder=holder, goods__description="Láser de corte de 4 kW con unidad de refrigeración " * 3
    )
    sign_in(page, UserFactory(customs=True), language)
    page.goto(f"{live_server.url}/customs/")
    page.click("a[href='/customs/goods/']")
    assert_good(page)

    page.fill("[name=holder]", "optica del istmo")
    page.fill("[name=quantity]", "4")
    page.click("main form[method=post] button.govuk-button")
    expect(page.locator(".govuk-error-summary")).to_be_visible()
    expect(page.locator("[name=holder]")).to_have_value("optica del istmo")
    assert_good(page)

    page.fill("[name=hs_code]", "8456.11")
    page.select_option("[name=destination]", "JP")
    page.select_option("[name=unit]", "C62")
    page.click("main form[method=post] button.govuk-button")
    expect(page.locator(".app-verdict--good")).to_be_in_viewport()
    expect(page.locator("main")).to_contain_text(str(line.licence))
    assert_good(page)

    page.fill("[name=parties]", "Osaka Shadow Trading")
    page.click("main form[method=post] button.govuk-button")
    expect(page.locator(".app-verdict--good")).to_have_count(0)
    expect(page.locator("main")).to_contain_text("Osaka Shadow Trading")
    assert_good(page)
    assert complaints == []
