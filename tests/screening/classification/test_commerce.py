"""What speaks of the sale and the packing is not compared with a list."""

import pytest

from screening.classification.commerce import without_commerce


@pytest.mark.parametrize(
    ("line", "goods"),
    [
        ("Suministro de osciloscopios para el cliente", "osciloscopios"),
        ("Brand new oscilloscope, 2 year warranty, ready to ship", "oscilloscope"),
        ("Osciloscopio 4 GHz, nuevo, garantía 2 años", "osciloscopio 4 ghz"),
        ("Oscilloscope (packed in wooden case, gross weight 12 kg)", "oscilloscope"),
        ("Osciloscopio, marca Zentro modelo ZX-200, caja de 10 unidades", "osciloscopio"),
        ("Ofrecemos osciloscopios al mejor precio del mercado, consulte nuestro catálogo", "osciloscopios"),
        ("Oscilloscope with operator manual in English", "oscilloscope"),
    ],
)
def test_words_of_the_sale_are_left_out(line, goods):
    assert without_commerce(line) == goods


@pytest.mark.parametrize(
    "goods",
    [
        "caja de guantes con filtro",
        "technology for training of pilots",
        "manuals for the production of pumps",
        "laminas de 1,5 mm",
        "black powder",
        "10025-87-3",
        "cylinders for uf6",
        "heat sources of plutonium-238",
        "2-(dimethylamino)ethanol",
    ],
)
def test_words_of_goods_stay_even_if_a_seller_uses_them_too(goods):
    assert without_commerce(goods) == goods


def test_a_line_that_speaks_of_nothing_else_stays_whole():
    assert without_commerce("Oferta, caja") == "oferta, caja"
