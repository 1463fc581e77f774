"""Where the pages of a licence end: nothing signed stands apart from what it signs."""

import io

import pytest
from pypdf import PdfReader

from licensing.licence_document import draw
from tests.licensing.test_licence_document import FACTS

HOLDER = {
    **FACTS["holder"],
    "name": "Reexportadora Garza Blanca, S. A.",
    "address": ["Avenida Santa Isabel, local 31", "Zona Libre de Colón", "Colón", "Colón"],
}
PARTIES = [
    {
        **FACTS["parties"][0],
        "other_names": [],
        "registration_number": "",
        "name": name,
        "address": ["Cartago"],
    }
    for name in ("Compuestos Irazú, S. A.", "Bicicletas Irazú, S. A.")
]
GOODS = {
    "description": "Fibra de carbono de módulo intermedio, carretes de 4 kg",
    "manufacturer": "Setouchi Carbon",
}
REPLACES = {"reference": "PA-L-2026-000003", "on": "2026-09-30"}
BOX = ("Compruebe esta licencia", "Código de verificación", "sello electrónico")


def pages_of(count, **other):
    """Return the text of each page of an amended licence with so many lines, part of which has left."""
    first = {**FACTS["lines"][0], **GOODS, "serial_numbers": [], "left_before": "240"}
    parts = {"holder": HOLDER, "parties": PARTIES, "replaces": REPLACES}
    lines = [{**first, "number": number} for number in range(1, count + 1)]
    reader = PdfReader(io.BytesIO(draw({**FACTS, **parts, "lines": lines, **other})))
    return [page.extract_text() for page in reader.pages]


def page_with(words, pages):
    [number] = [number for number, text in enumerate(pages) if words in text]
    return number


@pytest.fixture(scope="module", params=[1, 5, 7, 8, 30])
def pages(request):
    return pages_of(request.param)


def test_the_goods_begin_on_the_first_page(pages):
    assert "Mercancías autorizadas" in pages[0]
    assert "Fibra de carbono" in pages[0]


def test_signatures_stand_under_the_terms_they_sign(pages):
    signed = page_with("Recomendada por", pages)

    assert page_with("Aprobada por", pages) == signed
    assert page_with("Firmas", pages) == signed
    assert page_with("Base legal", pages) == signed


def test_what_verifies_it_is_whole_on_the_last_page(pages):
    assert {page_with(words, pages) for words in BOX} == {len(pages) - 1}


def test_a_licence_with_few_lines_has_two_pages():
    assert [len(pages_of(count)) for count in (1, 3)] == [2, 2]


def test_signatures_stand_under_the_terms_however_many_conditions_there_are():
    for count in (4, 7, 10):
        pages = pages_of(
            1, conditions=["La mercancía sale por Balboa y se informa a la autoridad. " * 3] * count
        )

        assert page_with("Base legal", pages) == page_with("Recomendada por", pages)
