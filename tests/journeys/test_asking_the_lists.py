"""Officers search the lists and exporters check a party, in a browser, in both languages and on a phone."""

import pytest
from django.urls import reverse

from tests.factories import ListedEntityFactory, ListedNameFactory, ListVersionFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def listed():
    version = ListVersionFactory(source="national", edition="2026-02-01")
    ListVersionFactory(source="foreign-denials")
    ListedEntityFactory(version=version, source_id="O-1", primary_name="Madre Ficticia")
    ship = ListedEntityFactory(
        version=version,
        source_id="S-1",
        kind="vessel",
        primary_name="Quimera Maru",
        countries=["PA", "KP"],
        dates_of_birth=[],
        programmes=["Resolución 7/2026"],
        identifiers=[{"kind": "IMO number", "number": "9074729", "country": "", "note": ""}],
        addresses=[
            {"text": "Calle 50, Edificio " + "Inventado" * 6 + ", Colón", "country": "PA", "note": ""}
        ],
        relations=[
            {"kind": "owned-by", "name": "Madre Ficticia", "source_id": "O-1", "share": "60", "note": ""}
        ],
        vessel={
            "flag": "PA",
            "former-flags": "KP",
            "type": "Bulk carrier",
            "tonnage": "12,000",
            "built": "1998",
        },
        remarks="Fletado por una empresa ficticia.",
    )
    ListedNameFactory(entity=ship, name="كيميرا مارو", kind="original-script", script="Arabic")
    return ship


@pytest.mark.parametrize("language", ["es", "en"])
def test_an_officer_searches_and_follows_the_owner(
    page, live_server, sign_in, assert_good, complaints, listed, language
):
    sign_in(page, UserFactory(), language)
    page.goto(live_server.url + reverse("screening"))
    assert_good(page)
    page.locator("form.app-search button").click()
    page.locator(".govuk-error-summary").wait_for()
    assert_good(page)
    page.locator("#id_name").fill("Quimera Marru")
    page.locator("#id_country").select_option("PA")
    page.locator("form.app-search summary").click()
    page.locator("input[name=lists][value=national]").check()
    page.locator("form.app-search button").click()
    page.locator(".app-found").wait_for()
    assert "name=Quimera+Marru" in page.url
    assert_good(page)
    page.get_by_role("link", name="Quimera Maru").click()
    page.locator("#ties").wait_for()
    assert_good(page)
    page.get_by_role("link", name="Madre Ficticia").click()
    page.locator("#named-by").wait_for()
    assert_good(page)
    assert complaints == []


@pytest.mark.parametrize("language", ["es", "en"])
def test_an_officer_finds_who_is_listed_at_an_address(
    page, live_server, sign_in, assert_good, complaints, listed, language
):
    sign_in(page, UserFactory(decider=True), language)
    page.goto(live_server.url + reverse("screening-addresses"))
    assert_good(page)
    page.locator("#id_address").fill("colon calle 50")
    page.locator("#id_address").press("Enter")
    page.get_by_role("link", name="Quimera Maru").wait_for()
    assert_good(page)
    page.locator("#id_address").fill("Valparaíso")
    page.locator("#id_address").press("Enter")
    page.locator("#results").wait_for()
    assert_good(page)
    assert complaints == []


@pytest.mark.parametrize("language", ["es", "en"])
def test_an_exporter_checks_two_parties(
    page, live_server, sign_in, assert_good, complaints, listed, language
):
    sign_in(page, UserFactory(exporter=True), language)
    page.goto(live_server.url + reverse("precheck"))
    assert_good(page)
    page.locator("main form button").click()
    page.locator(".govuk-error-summary").wait_for()
    assert_good(page)
    page.locator("#id_name").fill("Quimera Maru")
    page.locator("main form button").click()
    page.locator(".app-verdict--ask").wait_for()
    assert_good(page)
    page.get_by_role(
        "link", name="Verificar otra parte" if language == "es" else "Check another party"
    ).click()
    page.locator("#id_name").fill("Panadería Modelo")
    page.locator("main form button").click()
    page.locator(".app-notice--info").wait_for()
    assert_good(page)
    assert complaints == []
