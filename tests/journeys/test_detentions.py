"""At the dock: something is wrong, so customs keeps the goods back and asks; two officers let them go."""

from decimal import Decimal

import pytest
from playwright.sync_api import expect

from tests.factories import LicenceLineFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20


def test_goods_are_detained_asked_about_and_let_go(page, live_server, sign_in, assert_good, complaints):
    licence = LicenceLineFactory(granted=Decimal(10)).licence
    dock, first, second = UserFactory(customs=True), UserFactory(), UserFactory(decider=True)

    sign_in(page, dock)
    page.goto(f"{live_server.url}/customs/{licence}/")
    page.get_by_role("link", name="Algo no cuadra: retener las mercancías y preguntar").click()
    assert_good(page)
    page.get_by_role("button", name="Retener y preguntar").click()
    expect(page.get_by_role("alert")).to_contain_text("Escriba el número de la declaración")
    assert_good(page)
    page.get_by_label("Declaración").fill("PABLB-2026-000777")
    page.get_by_label("¿Dónde están las mercancías?").select_option("PABLB")
    page.get_by_label("¿Qué mercancías son?").fill("Dos cajas sin marcas")
    page.get_by_label("¿Qué quiere saber?").fill("¿Cubre la licencia estas cajas?")
    page.get_by_label("Fotos").set_input_files(
        [{"name": f"{n}.png", "mimeType": "image/png", "buffer": PNG + bytes([n])} for n in (1, 2)]
    )
    page.get_by_role("button", name="Retener y preguntar").click()
    expect(page.get_by_role("heading", name="RETENGA")).to_be_visible()
    expect(page.get_by_role("link", name="2.png")).to_be_visible()
    assert_good(page)
    address = page.url

    sign_in(page, first, "en")
    page.goto(f"{live_server.url}/")
    page.get_by_role("link", name="Declaration PABLB-2026-000777").click()
    page.get_by_label("Let the goods go").check()
    page.get_by_label("Reasons").fill("The maker's papers agree.")
    page.get_by_role("button", name="Send the answer").click()
    expect(page.get_by_text("Somebody else must confirm it. Until then")).to_be_visible()
    assert_good(page)

    sign_in(page, second)
    page.goto(f"{live_server.url}/detentions/")
    assert_good(page)
    page.goto(address)
    page.get_by_role("button", name="Confirmar que pueden salir").click()
    expect(page.get_by_role("heading", name="DEJE SALIR")).to_be_visible()
    assert_good(page)
    assert complaints == []
