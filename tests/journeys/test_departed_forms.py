"""After an outage: customs reports a paper form on a page, many by a table, and finds a holder's licences."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from licensing.actions import forms
from licensing.country import pack
from tests.factories import LicenceLineFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("width", [1280, 320])
def test_a_form_is_reported_and_what_is_irregular_is_shown(
    page, live_server, sign_in, assert_good, complaints, tmp_path, width
):
    line = LicenceLineFactory(granted=Decimal(10), unit="C62")
    officer = UserFactory(customs=True)
    block = forms.take("PABLB", 3, by=officer, at=timezone.now())
    day = pack().legal_day(timezone.now()) - timedelta(days=1)
    page.set_viewport_size({"width": width, "height": 800})
    sign_in(page, officer)
    page.goto(f"{live_server.url}/customs/forms/{block.pk}/")
    page.get_by_role("link", name=block.numbers[0]).click()
    assert_good(page)
    page.get_by_label("Día en que salieron").fill(day.isoformat())
    page.get_by_label("Hora").fill("14:30")
    page.get_by_label("Declaración aduanera").fill("PABLB-1")
    page.get_by_label("Número de la licencia").fill(str(line.licence).replace("-", "").lower())
    page.get_by_label("Línea de la licencia").fill("1")
    page.get_by_label("Cantidad").fill("14")
    page.get_by_role("button", name="Agregar una línea").click()
    expect(page.get_by_label("Cantidad")).to_have_count(2)
    page.get_by_role("button", name="Informar").click()
    expect(page.get_by_text("Elija la unidad que dice el formulario").first).to_be_visible()
    assert_good(page)
    page.get_by_label("Unidad").first.select_option("C62")
    page.get_by_role("button", name="Informar").click()

    expect(page.get_by_text("Registrado; los oficiales lo examinan")).to_be_visible()
    assert_good(page)

    table = tmp_path / "formularios.csv"
    table.write_text(
        "formulario;salida;declaracion;item;licencia;linea;cantidad;unidad\n"
        f"{block.numbers[1]};{day} 15:00;PABLB-2;1;{line.licence};1;1;C62\n"
        f"{block.numbers[2]};hoy;PABLB-3;1;{line.licence};1;1;C62\n"
    )
    page.goto(f"{live_server.url}/customs/forms/upload/")
    assert_good(page)
    page.get_by_label("Tabla (CSV)").set_input_files(table)
    page.get_by_role("button", name="Subir e informar").click()
    expect(page.get_by_text("1 línea no se informó")).to_be_visible()
    assert_good(page)

    page.goto(f"{live_server.url}/customs/")
    page.get_by_label("Titular de la licencia").fill(line.licence.holder.name)
    page.get_by_role("button", name="Listar las licencias").click()
    expect(page.get_by_role("link", name=str(line.licence))).to_be_visible()
    assert_good(page)
    assert complaints == []
