"""A licence's page in a browser: its document is made while somebody looks, then it is stopped."""

from decimal import Decimal

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from licensing.models import Job
from licensing.outbox import put
from tests.factories import LicenceFactory, LicenceLineFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def licence():
    licence = LicenceFactory(conditions=["Comunicar cada envío en diez días hábiles."])
    LicenceLineFactory(licence=licence, granted=Decimal(10), used=Decimal(4))
    LicenceLineFactory(licence=licence, granted=Decimal("250.5"), goods__unit="KGM")
    return licence


def test_the_document_appears_by_itself_and_can_be_saved(
    page, live_server, sign_in, celery_worker, assert_good, complaints, licence
):
    holder = UserFactory(exporter=True, organisation=licence.holder)
    sign_in(page, holder, "en")
    page.goto(live_server.url + reverse("licences"))
    assert_good(page)
    page.get_by_role("link", name=licence.reference).click()
    page.get_by_text("The document is being made").wait_for()
    assert_good(page)

    with transaction.atomic():
        put(Job.RENDER_LICENCE, at=timezone.now(), licence_id=licence.pk)

    page.get_by_role("button", name="Download the licence").wait_for(timeout=30_000)
    assert_good(page)
    with page.expect_download() as saving:
        page.get_by_role("button", name="Download the licence").click()
    assert saving.value.suggested_filename == f"{licence.reference}.pdf"
    assert saving.value.path().read_bytes().startswith(b"%PDF-1.7")
    assert complaints == []


@pytest.mark.parametrize("language", ["es", "en"])
def test_a_deciding_officer_stops_a_licence(
    page, live_server, sign_in, assert_good, complaints, licence, language
):
    sign_in(page, UserFactory(decider=True), language)
    page.goto(live_server.url + reverse("licence", args=[licence.reference]))
    assert_good(page)
    page.goto(live_server.url + reverse("licence-change", args=[licence.reference, "suspend"]))
    assert_good(page)
    page.locator("form button.govuk-button--warning").click()
    page.locator(".govuk-error-summary").wait_for()
    assert_good(page)
    page.locator("#id_reasons").fill("Posible desvío hacia otro destino.")
    page.locator("form button.govuk-button--warning").click()
    page.locator(".app-notice--good").wait_for()

    licence.refresh_from_db()
    assert licence.status == "suspended"
    assert page.locator("button[disabled]").count() == 2
    assert_good(page)
    assert complaints == []


def test_a_holder_gives_a_licence_back_and_an_officer_takes_it(page, live_server, sign_in, assert_good):
    licence = LicenceLineFactory().licence
    address = f"{live_server.url}/licences/{licence}/"
    sign_in(page, UserFactory(exporter=True, organisation=licence.holder))
    page.goto(address)
    page.get_by_role("button", name="Devolver").click()
    assert_good(page)
    page.get_by_label("¿Por qué la devuelve?").fill("Se canceló el pedido.")
    page.get_by_role("button", name="Devolver").click()
    expect(page.get_by_text("Devuelta. La autoridad la recibe y le escribe.")).to_be_visible()
    assert_good(page)

    sign_in(page, UserFactory(decider=True), "en")
    page.goto(live_server.url)
    page.get_by_role("region", name="Licences that their holders give back").get_by_role("link").click()
    page.get_by_role("button", name="Take the licence back").click()
    assert_good(page)
    page.get_by_label("Reasons").fill("Received, thank you.")
    page.get_by_role("button", name="Take the licence back").click()
    expect(page.get_by_text("The licence is taken back. Customs sees it at once.")).to_be_visible()
    assert_good(page)
