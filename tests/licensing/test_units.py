from decimal import Decimal

import pytest

from licensing.units import converted, fits, one_or_more, unit_name, units


def test_units_have_both_languages_and_a_plural():
    assert unit_name("KGM", "es", Decimal(1)) == "kilogramo"
    assert unit_name("KGM", "en", Decimal("1.5")) == "kilograms"
    assert all(
        part for unit in units().values() for part in (unit.es, unit.en, unit.plural_es, unit.plural_en)
    )


@pytest.mark.parametrize(
    ("quantity", "spanish", "english", "verb"),
    [
        ("1", "unidad", "unit", 1),
        ("-1", "unidad", "unit", 1),
        ("1.0000", "unidad", "unit", 1),
        ("0", "unidades", "units", 2),
        ("-2", "unidades", "units", 2),
        ("0.5", "unidades", "units", 2),
        ("-1.5", "unidades", "units", 2),
    ],
)
def test_only_one_is_singular_whether_it_comes_or_goes(quantity, spanish, english, verb):
    assert unit_name("C62", "es", Decimal(quantity)) == spanish
    assert unit_name("C62", "en", Decimal(quantity)) == english
    assert one_or_more(Decimal(quantity)) == verb


def test_an_unknown_code_is_shown_as_it_is():
    assert unit_name("XYZ", "es") == "XYZ"


def test_what_is_counted_has_no_fractions():
    assert fits(Decimal("3"), "C62")
    assert not fits(Decimal("3.5"), "C62")
    assert fits(Decimal("3.1234"), "KGM")


@pytest.mark.parametrize(
    ("quantity", "code", "to", "expected"),
    [
        ("2.5", "TNE", "KGM", "2500"),
        ("1", "LBR", "KGM", "0.4536"),
        ("76", "LTR", "MTQ", "0.076"),
        ("1", "GLL", "LTR", "3.7854"),
        ("2", "DZN", "C62", "24"),
        ("3", "C62", "DZN", "0.25"),
        ("1", "CUR", "GBQ", "37"),
        ("7", "KT", "KT", "7"),
    ],
)
def test_units_of_one_kind_are_converted(quantity, code, to, expected):
    assert converted(Decimal(quantity), code, to) == Decimal(expected)


@pytest.mark.parametrize(("code", "to"), [("LTR", "KGM"), ("BX", "C62"), ("BX", "DR"), ("XYZ", "KGM")])
def test_unlike_units_are_not(code, to):
    assert converted(Decimal(1), code, to) is None
