"""Conditions as data, from the officer who sets them to the dock that must keep them."""

import pytest
from playwright.sync_api import expect

from licensing.models import Licence
from tests.factories import ApplicationFactory, ListVersionFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_officers_set_is_asked_at_the_dock(page, live_server, sign_in, assert_good, complaints):
    ListVersionFactory()
    case, officer, decider = ApplicationFactory(in_review=True), UserFactory(), UserFactory(decider=True)
    sign_in(page, officer)
    page.goto(f"{live_server.url}/cases/{case}/recommend/")
    page.get_by_label("Aprobar").check()
    page.get_by_label("Razones").fill("Todo está en regla.")
    page.get_by_text("Condiciones que verifican los sistemas de Aduanas").click()
    assert_good(page)
    page.get_by_label("Balboa").check()
    page.get_by_label("Línea 1: máximo con una declaración").fill("muchas")
    page.get_by_role("button", name="Recomendar").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert_good(page)
    page.get_by_label("Línea 1: máximo con una declaración").fill("4")
    page.get_by_role("button", name="Recomendar").click()
    expect(page.get_by_text("La recomendación está hecha")).to_be_visible()

    sign_in(page, decider, "en")
    page.goto(f"{live_server.url}/cases/{case}/decision/")
    expect(page.get_by_text("Leaves only through: Balboa (PABLB).")).to_be_visible()
    assert_good(page)
    page.get_by_role("radio", name="Approve").check()
    page.get_by_label("Reasons").fill("Agreed.")
    page.get_by_role("button", name="Record the decision").click()
    licence = Licence.objects.get()

    sign_in(page, UserFactory(customs=True))
    page.goto(f"{live_server.url}/customs/{licence}/")
    assert_good(page)
    page.get_by_label("Declaración aduanera").fill("PABLB-1")
    page.get_by_label("Línea 1").fill("3")
    page.get_by_label("¿Por dónde sale?").select_option("PAMIT")
    page.get_by_role("button", name="Registrar el descargo").click()
    expect(page.get_by_role("alert")).to_contain_text("No puede salir por Manzanillo")
    page.get_by_label("¿Por dónde sale?").select_option("PABLB")
    page.get_by_role("button", name="Registrar el descargo").click()
    expect(page.get_by_text("descargo de 3")).to_be_visible()
    assert_good(page)
    assert complaints == []
