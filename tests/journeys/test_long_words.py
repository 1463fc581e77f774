"""Words of 120 letters without a blank, wherever somebody may type, push no page wider than its window."""

from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from licensing.actions import ledger
from licensing.actions.messages import Declared, Message
from licensing.models import Application, ApplicationStatus, GoodsLine, Organisation, Party
from tests.factories import ApplicationFactory, LicenceFactory, LicenceLineFactory, UserFactory
from tests.journeys.conftest import sideways, widest

pytestmark = pytest.mark.django_db(transaction=True)

LONG = "Xochimilco" * 12
WIDTHS = (1280, 320)


@pytest.fixture
def case():
    case = ApplicationFactory(
        complete=True, in_review=True, status=ApplicationStatus.IN_REVIEW, end_use=f"{LONG} {LONG}"
    )
    fill(case)
    return case


def fill(case):
    """Put the long word wherever an exporter may type one."""
    Party.objects.filter(application=case).update(name=LONG, city=LONG, other_names=[LONG])
    GoodsLine.objects.filter(application=case).update(
        description=LONG, manufacturer=LONG[:80], model=LONG[:80], serial_numbers=[LONG[:60]]
    )
    Organisation.objects.filter(pk=case.organisation_id).update(name=LONG, city=LONG)
    case.declarations.update(explanation=LONG)
    Application.objects.filter(pk=case.pk).update(contact_name=LONG, own_reference=LONG[:60])


def assert_fits(page, address):
    page.goto(address)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert sideways(page) <= 0, (address, width, widest(page))


def test_an_officers_pages_fit(page, live_server, sign_in, case):
    sign_in(page, case.case_officer or UserFactory())
    for address in (reverse("queue"), reverse("case", args=[case.reference])):
        assert_fits(page, live_server.url + address)


def test_an_exporters_pages_fit(page, live_server, sign_in, case):
    sign_in(page, UserFactory(exporter=True, organisation=case.organisation))
    for address in (reverse("applications"), reverse("application", args=[case.reference])):
        assert_fits(page, live_server.url + address)


def test_the_pages_of_a_licence_fit(page, live_server, sign_in):
    licence = LicenceFactory(conditions=[LONG])
    LicenceLineFactory(licence=licence, description=LONG)
    fill(licence.application)
    Organisation.objects.filter(pk=licence.holder_id).update(name=LONG, city=LONG)
    check = reverse("check-licence", args=[licence.reference, licence.check_code])
    assert_fits(page, live_server.url + check)
    sign_in(page, UserFactory(customs=True))
    assert_fits(page, live_server.url + reverse("customs-licence", args=[licence.reference]))
    sign_in(page, UserFactory(exporter=True, organisation=licence.holder))
    for address in (reverse("licences"), reverse("licence", args=[licence.reference])):
        assert_fits(page, live_server.url + address)


def test_the_lists_of_what_customs_reports_fit(page, live_server, sign_in):
    line = LicenceLineFactory(granted=1)
    Organisation.objects.filter(pk=line.licence.holder_id).update(name=LONG)
    gone = [Declared(1, str(line.licence), 1, Decimal(2), line.unit)]
    ledger.depart(Message("d1", LONG[:60]), gone, by=UserFactory(system=True), at=timezone.now())
    sign_in(page, UserFactory())
    for address in (reverse("home"), reverse("irregularities")):
        assert_fits(page, live_server.url + address)
    sign_in(page, UserFactory(customs=True))
    held = f"{reverse('licence-search')}?holder={line.licence.holder.tax_id}"
    for address in (reverse("customs-licence", args=[line.licence.reference]), held):
        assert_fits(page, live_server.url + address)


def test_the_queue_is_cards_on_a_phone_and_the_keys_walk_them(page, live_server, sign_in, case):
    other = ApplicationFactory(complete=True, status=ApplicationStatus.SUBMITTED, submitted_at=timezone.now())
    sign_in(page, UserFactory(), "en")
    page.set_viewport_size({"width": 320, "height": 800})
    page.goto(live_server.url + reverse("queue"))

    scroller = page.locator(".app-table-scroll")
    assert scroller.evaluate("part => part.scrollWidth <= part.clientWidth")
    assert (
        page.locator(".app-queue tbody tr").first.evaluate("row => getComputedStyle(row).display") == "block"
    )
    links = page.locator(".app-queue__open")
    links.nth(0).focus()
    page.keyboard.press("j")
    expect(links.nth(1)).to_be_focused()
    page.keyboard.press("k")
    expect(links.nth(0)).to_be_focused()
    assert {case.reference, other.reference} == set(links.all_inner_texts())
