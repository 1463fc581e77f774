"""Goods left without cover: officers find it, one writes how it was settled, another confirms."""

from decimal import Decimal

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from licensing.actions import ledger
from licensing.actions.messages import Declared, Message
from tests.factories import LicenceLineFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def gone(db):
    line = LicenceLineFactory(granted=Decimal(10))
    system, now = UserFactory(system=True), timezone.now()
    kept = [Declared(1, str(line.licence), 1, Decimal(3), "C62")]
    left = [Declared(1, str(line.licence), 1, Decimal(12), "C62")]
    ledger.reserve(Message("r1", "PABLB-2026-0009400"), kept, by=system, at=now)
    ledger.depart(Message("d1", "PABLB-2026-0009481"), left, by=system, at=now)
    return line.licence


def test_two_people_settle_what_left_without_cover(page, live_server, sign_in, assert_good, complaints, gone):
    first, second = UserFactory(decider=True, name="Ana Castillo"), UserFactory(decider=True)
    sign_in(page, first)
    page.goto(f"{live_server.url}/alerts/")
    page.get_by_role("link", name="1 salida irregular está pendiente").click()
    assert_good(page)
    page.get_by_role("link", name="PABLB-2026-0009481").click()
    assert_good(page)
    page.get_by_label("Cómo se resolvió esto").fill("El exportador presentó otra licencia para el resto.")
    page.get_by_role("button", name="Proponer").click()
    expect(page.get_by_text("Debe confirmarlo otra persona. Hasta entonces")).to_be_visible()
    assert_good(page)

    sign_in(page, second, "en")
    page.reload()
    assert_good(page)
    page.get_by_role("button", name="Confirm that it is settled").click()
    expect(page.get_by_text("Confirmed by")).to_be_visible()
    assert_good(page)
    page.goto(f"{live_server.url}/alerts/departures/")
    expect(page.get_by_text("Nothing is waiting.")).to_be_visible()
    assert complaints == []


def test_the_dock_sees_what_is_reserved_for_others(page, live_server, sign_in, assert_good, gone):
    sign_in(page, UserFactory(customs=True))
    page.goto(f"{live_server.url}/customs/{gone}/")

    expect(page.get_by_role("button", name="Registrar el descargo")).to_have_count(0)
    expect(page.get_by_text("Hay 3 unidades en reserva para declaraciones")).to_be_visible()
    assert_good(page)


def test_two_people_reverse_a_wrong_entry(page, live_server, sign_in, assert_good, complaints, gone):
    first, second = UserFactory(decider=True), UserFactory(decider=True)
    sign_in(page, first)
    page.goto(f"{live_server.url}/licences/{gone}/")
    page.get_by_role("link", name="Todos los asientos del registro").click()
    assert_good(page)
    page.get_by_role("link", name="Ya había salido").click()
    assert_good(page)
    page.get_by_label("Por qué esto está mal").fill("El contenedor volvió al puerto.")
    page.get_by_role("button", name="Proponer revertirlo").click()
    expect(page.get_by_text("Debe confirmarlo otra persona. Hasta entonces")).to_be_visible()
    assert_good(page)

    sign_in(page, second, "en")
    page.reload()
    page.get_by_role("button", name="Confirm and reverse it").click()
    expect(page.get_by_role("cell", name="Reversed")).to_be_visible()
    assert_good(page)
    assert complaints == []
