"""Exporter, officer and the public describe goods and see which entries may be meant, in both languages."""

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from licensing.models import GoodsLine
from screening import classification
from screening.control import catalogue
from tests.factories import ApplicationFactory, ListVersionFactory, UserFactory

LASER = "Láser de corte de fibra de 4 kW"


@pytest.fixture
def in_force(transactional_db):
    ListVersionFactory()
    edition = catalogue.load(by_name="Prueba", at=timezone.now())
    classification.prepare(timezone.now())  # before a browser waits for it
    return edition


@pytest.mark.parametrize("language", ["es", "en"])
def test_an_exporter_takes_one_entry_rejects_another_and_saves_both(
    in_force, page, live_server, sign_in, language, assert_good, complaints
):
    exporter = UserFactory(exporter=True)
    draft = ApplicationFactory(organisation=exporter.organisation, created_by=exporter)
    sign_in(page, exporter, language)
    page.goto(live_server.url + reverse("form-goods-new", args=[draft.reference]))
    assert_good(page)

    asked = []
    page.on("request", lambda request: asked.append(request))
    page.locator("#id_description").press_sequentially(LASER)
    suggestion = page.locator('.app-suggestion:has(button[name=use][value^="6A005"])').first
    suggestion.wait_for()
    laser = suggestion.locator("button[name=use]").get_attribute("value")
    assert page.locator("#suggestions-status").inner_text().strip()
    suggestion.locator("summary").first.click()
    assert_good(page)
    assert all("aser" not in request.url.casefold() for request in asked)

    page.locator("#id_quantity").fill("1")
    suggestion.locator("button[name=use]").click()
    page.wait_for_load_state()
    assert page.locator("#id_control_code").input_value() == laser
    assert page.locator("#id_quantity").input_value() == "1"
    assert page.locator("#id_description").input_value() == LASER
    assert_good(page)

    other = page.locator(".app-suggestion", has=page.locator("button[name=reject]")).first
    code = other.locator("button[name=reject]").get_attribute("value")
    other.locator(".app-suggestion__reject summary").click()
    other.locator("button[name=reject]").click()
    page.locator(".govuk-error-message").wait_for()
    assert_good(page)
    page.locator(f'input[name="why-{code}"]').fill("No es lo que vendemos.")
    page.locator(f'button[name=reject][value="{code}"]').click()
    page.locator(f'input[name=rejected][value="{code}"]').wait_for(state="attached")
    assert_good(page)

    page.locator("#id_hs_code").fill("8456.11")
    page.locator("#id_unit").select_option("C62")
    page.locator("#id_value").fill("10")
    page.locator("#id_currency").select_option("USD")
    page.locator("#id_origin").select_option("DE")
    page.locator("#id_value").press("Enter")
    page.wait_for_url("**/form/goods/")

    kept = {row.code: row.answer for row in GoodsLine.objects.get().suggestions.all()}
    assert (kept[laser], kept[code]) == ("accepted", "rejected")
    assert complaints == []


def test_it_works_without_javascript(in_force, browser, live_server, sign_in):
    exporter = UserFactory(exporter=True)
    draft = ApplicationFactory(organisation=exporter.organisation, created_by=exporter)
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, exporter)
    page.goto(live_server.url + reverse("form-goods-new", args=[draft.reference]))
    page.locator("#id_description").fill(LASER)

    page.locator("button[name=suggest]").click()
    page.locator('button[name=use][value^="6A005"]').first.click()

    assert page.locator("#id_control_code").input_value().startswith("6A005")
    assert page.locator("#id_description").input_value() == LASER
    context.close()


@pytest.mark.parametrize("language", ["es", "en"])
def test_an_officer_assesses_a_line(in_force, page, live_server, sign_in, language, assert_good, complaints):
    case = ApplicationFactory(in_review=True, assessed=False)
    sign_in(page, UserFactory(), language)
    page.goto(live_server.url + reverse("case", args=[case.reference]))
    page.locator("a[href*='/goods/']").first.click()
    page.locator(".app-suggestion summary").first.click()
    assert_good(page)

    page.locator("#id_reason").fill("Supera 1 kW.")
    page.locator("button[name=use]").first.click()
    page.wait_for_load_state()
    assert page.locator("#id_reason").input_value() == "Supera 1 kW."
    page.locator("#id_codes").fill("6A005")
    page.locator("#assess-form .govuk-button").first.click()
    page.wait_for_url(f"**/cases/{case.reference}/")

    assert page.get_by_text("Supera 1 kW.").first.is_visible()
    assert_good(page)
    assert complaints == []


@pytest.mark.parametrize("language", ["es", "en"])
def test_anybody_checks_goods(in_force, page, live_server, language, assert_good, complaints):
    page.context.add_cookies(
        [{"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": live_server.url}]
    )
    page.goto(live_server.url + reverse("home"))
    page.locator(f"a[href='{reverse('self-check')}']").click()
    assert_good(page)

    page.locator("#id_description").fill(LASER)
    page.locator("main form .govuk-button").last.click()
    page.locator(".app-suggestion").first.wait_for()

    assert page.locator(".app-suggestion h3 a[href*='/6A005']").first.is_visible()
    assert page.url == live_server.url + reverse("self-check")
    assert_good(page)
    assert complaints == []
