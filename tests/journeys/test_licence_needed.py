"""Is a licence needed? Asked by somebody without an account, and read by an officer in a case; and whom a new
edition touches."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from licensing.models import PartyRole
from screening.control import catalogue, parser_of
from screening.control.load import load
from tests.factories import ApplicationFactory, GoodsLineFactory, PartyFactory
from tests.screening.control.files import eu_json


@pytest.fixture
def take(transactional_db, tmp_path):
    def take_it(source, content, at, **options):
        path = tmp_path / "list"
        path.write_bytes(content)
        return load(source, parser_of(source), path, by_name="Prueba", at=at, **options)

    return take_it


@pytest.fixture
def editions(take):
    """The catalogue, an official edition ten days ago, and another since yesterday."""
    now = timezone.now()
    catalogue.load(by_name="Prueba", at=now - timedelta(days=30))
    other = {"agreed_by_name": "Otra persona"}
    take("eu-annex1-json", eu_json(), now - timedelta(days=10), **other)
    changed = {"3A001": "3A001 Toys\n3A001.a Drums", "1E001": "1E001 Technology"}
    take("eu-annex1-json", eu_json(changed, valid_from="2026-02-01"), now - timedelta(days=1))


@pytest.mark.parametrize("language", ["es", "en"])
def test_the_public_asks_and_reads_why(editions, page, live_server, language, assert_good, complaints):
    page.context.add_cookies(
        [{"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": live_server.url}]
    )
    page.goto(live_server.url + reverse("licence-needed"))
    assert_good(page)

    page.locator("button.govuk-button").click()  # without a destination
    page.wait_for_selector(".govuk-error-summary")
    assert_good(page)

    page.fill("#id_code", "3a001.a")
    page.fill("#id_hs_code", "8542.31")
    page.select_option("#id_destination", "LY")
    page.locator("input[name=wmd][value=no]").check()
    page.locator("button.govuk-button").click()
    page.wait_for_selector(".app-chain")

    assert page.locator(".app-chain__step").count() >= 7
    assert page.input_value("#id_code") == "3a001.a"  # as typed
    assert page.locator("input[name=wmd][value=no]").is_checked()
    assert_good(page)
    assert complaints == []


def test_an_officer_reads_it_in_the_case_and_sees_whom_an_edition_touches(
    editions, page, live_server, sign_in, officer, assert_good, complaints
):
    case = ApplicationFactory(
        complete=True, status="in-review", submitted_at=timezone.now() - timedelta(days=5)
    )
    case.goods.update(control_code="3A001.a")
    GoodsLineFactory(application=case, control_code="", origin="US")
    PartyFactory(application=case, role=PartyRole.ULTIMATE_END_USER, country="KP")

    sign_in(page, officer)
    page.goto(live_server.url + reverse("case", args=[case.reference]))
    section = page.locator("section", has=page.locator("#licence-needed"))
    assert "Este caso conserva la edición" in section.inner_text()
    for summary in section.locator("summary").all():
        summary.click()
    assert "1718 (2006)" in section.inner_text()
    assert_good(page)

    page.goto(live_server.url + reverse("control-impact", args=["eu-dual-use"]))
    assert case.reference in page.locator("main").inner_text()
    assert_good(page)
    page.get_by_role("link", name="En bibliotecas de productos").click()
    page.wait_for_url("**kind=library")
    assert_good(page)
    assert complaints == []


def test_an_exporter_reads_it_before_handing_in(
    editions, page, live_server, sign_in, assert_good, complaints
):
    draft = ApplicationFactory(complete=True)

    sign_in(page, draft.created_by)
    page.goto(live_server.url + reverse("form-check", args=[draft.reference]))

    assert "No es una decisión" in page.locator("main").inner_text()
    assert_good(page)
    assert complaints == []
