"""Somebody without an account looks goods up in the control list, in both languages and on a phone."""

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from screening.control import catalogue, parser_of
from screening.control.load import load
from tests.screening.control.files import formex


@pytest.fixture
def list_in_force(transactional_db, tmp_path):
    at = timezone.now()
    catalogue.load(by_name="Prueba", at=at)
    for language in ("EN", "ES"):
        path = tmp_path / f"{language}.xml"
        path.write_bytes(formex(language))
        load(
            "eu-annex1", parser_of("eu-annex1"), path, by_name="Prueba", at=at, agreed_by_name="Otra persona"
        )


@pytest.mark.parametrize("language", ["es", "en"])
def test_from_the_tree_to_an_entry_and_its_link(
    list_in_force, page, live_server, language, assert_good, complaints
):
    page.context.add_cookies(
        [{"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": live_server.url}]
    )

    page.goto(live_server.url + reverse("control-lists"))
    assert_good(page)
    page.locator(".app-worklist__link").first.click()
    page.locator("summary").last.click()
    assert_good(page)

    page.fill("#q", "rapidos")  # of a title with an accent
    page.keyboard.press("Enter")
    page.wait_for_url("**q=rapidos")
    assert_good(page)
    page.get_by_role("link", name="3A001", exact=True).click()
    assert page.locator("sup").first.inner_text() == "3"
    assert_good(page)
    page.get_by_role("link", name="3A001.a", exact=True).first.click()
    assert page.locator("#lasting").inner_text() == page.url
    assert_good(page)

    page.goto(live_server.url + reverse("control-changes", args=["eu-dual-use"]))
    assert_good(page)
    assert complaints == []
