from decimal import Decimal

from licensing.units import fits, unit_name, units


def test_units_have_both_languages_and_a_plural():
    assert unit_name("KGM", "es", Decimal(1)) == "kilogramo"
    assert unit_name("KGM", "en", Decimal("1.5")) == "kilograms"
    assert all(
        part for unit in units().values() for part in (unit.es, unit.en, unit.plural_es, unit.plural_en)
    )


def test_an_unknown_code_is_shown_as_it_is():
    assert unit_name("XYZ", "es") == "XYZ"


def test_what_is_counted_has_no_fractions():
    assert fits(Decimal("3"), "C62")
    assert not fits(Decimal("3.5"), "C62")
    assert fits(Decimal("3.1234"), "KGM")
