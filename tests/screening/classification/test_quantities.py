"""Values that texts state, in Spanish or English."""

import tomllib
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.classification.parameters import PATH, meanings, owners, parameters, stems_of
from screening.classification.quantities import quantities, read_number
from screening.classification.units import book, unit, units_at


def read(text):
    """Return what is read as (parameters, low, high, unit, ends), the first reading of each."""
    return [
        (one.parameters, one.readings[0].low, one.readings[0].high, one.unit.symbol, one.readings[0].ends)
        for one in quantities(text)
    ]


def values(text):
    return [(low, high, symbol) for _parameters, low, high, symbol, _ends in read(text)]


D = Decimal


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12 bits", (D(12), D(12), "bit")),
        ("14-bit", (D(14), D(14), "bit")),
        ("500MS/s", (D(500), D(500), "MS/s")),
        ("1,3 GSPS", (D("1.3"), D("1.3"), "GS/s")),
        ("1.3 GSa/s", (D("1.3"), D("1.3"), "GS/s")),
        ("600 Mega samples per second", (D(600), D(600), "MS/s")),
        ("10 to 12 bits", (D(10), D(12), "bit")),
        ("de 2 a 5 µm", (D(2), D(5), "µm")),
        ("2–5 μm", (D(2), D(5), "µm")),
        ("2-5um", (D(2), D(5), "µm")),
        ("entre 2 y 5 µm", (D(2), D(5), "µm")),
        ("between 2 and 5 µm", (D(2), D(5), "µm")),
        ("900 nm to 1.7 µm", (D("0.9"), D("1.7"), "µm")),
        ("-40 °C to +85 °C", (D(-40), D(85), "°C")),
        ("−40 a 85 ºC", (D(-40), D(85), "°C")),
        ("± 5 µm", (D(5), D(5), "µm")),
        ("+/- 0.01 %", (D("0.01"), D("0.01"), "%")),
        ("5 x 10^3 Gy", (D(5000), D(5000), "Gy")),
        ("5×10³ Gy", (D(5000), D(5000), "Gy")),
        ("5 · 10^3 Gy", (D(5000), D(5000), "Gy")),
        ("5e3 Gy", (D(5000), D(5000), "Gy")),
        ("10^9 n/s", (D(10) ** 9, D(10) ** 9, "n/s")),
        ("5 x 10⁻³ mbar", (D("0.005"), D("0.005"), "mbar")),
        ("5 x 10-3 mbar", (D("0.005"), D("0.005"), "mbar")),
        ("1.234,5 kg", (D("1234.5"), D("1234.5"), "kg")),
        ("1,234.5 kg", (D("1234.5"), D("1234.5"), "kg")),
        ("1\u00a0234,5 kg", (D("1234.5"), D("1234.5"), "kg")),
        ("1'234.5 kg", (D("1234.5"), D("1234.5"), "kg")),
        ("1.000.000 Hz", (D(10) ** 6, D(10) ** 6, "Hz")),
        ("1 000 cm3", (D(1000), D(1000), "cm3")),
        ("20 m³/h", (D(20), D(20), "m3/h")),
        ("20 metros cúbicos por hora", (D(20), D(20), "m3/h")),
        ("5 kilovatios", (D(5), D(5), "kW")),
        ("500 mhz", (D(500), D(500), "MHz")),
        ("5 Kg", (D(5), D(5), "kg")),
        ("0,5 °/h", (D("0.5"), D("0.5"), "°/h")),
        ("0.003 deg/√hr", (D("0.003"), D("0.003"), "°/√h")),
        ("300 krad(Si)", (D(300), D(300), "krad(Si)")),
    ],
)
def test_a_value_is_read_as_it_is_meant(text, expected):
    assert values(text) == [expected]


@pytest.mark.parametrize(
    ("text", "low", "high", "ends"),
    [
        ("> 500 MHz", D(500), None, "above"),
        ("≥500 MHz", D(500), None, "at-least"),
        ("más de 500 MHz", D(500), None, "above"),
        ("superior a 500 MHz", D(500), None, "above"),
        ("at least 500 MHz", D(500), None, "at-least"),
        ("500 MHz or more", D(500), None, "at-least"),
        ("500 MHz o más", D(500), None, "at-least"),
        ("mínimo 500 MHz", D(500), None, "least"),
        ("mín. 500 MHz", D(500), None, "least"),
        ("desde 500 MHz", D(500), None, "least"),
        ("up to 350 km", None, D(350), "most"),
        ("hasta 350 km", None, D(350), "most"),
        ("máx.: 350 km", None, D(350), "most"),
        ("350 km máximo", None, D(350), "most"),
        ("< 1 µm", None, D(1), "below"),
        ("better than 1 µm", None, D(1), "below"),
        ("mejor que 1 µm", None, D(1), "below"),
        ("menos de 1 µm", None, D(1), "below"),
        ("≤ 1 µm", None, D(1), "at-most"),
        ("1 µm or less", None, D(1), "at-most"),
        ("no más de 1 µm", None, D(1), "at-most"),
        ("1 µm", D(1), D(1), "exact"),
    ],
)
def test_words_and_signs_say_which_end_is_stated(text, low, high, ends):
    assert [row[1:3] + row[4:] for row in read(text)] == [(low, high, ends)]


@pytest.mark.parametrize(
    ("text", "parameter"),
    [
        ("resolución 14 bits, velocidad de muestreo 500 MS/s", ["resolution_bit", "sample_rate"]),
        ("14 bit resolution, 500 MS/s sample rate", ["resolution_bit", "sample_rate"]),
        ("Longitud de onda: 1064 nm; potencia media: 50 W", ["wavelength", "average_power"]),
        ("wavelength 1064 nm average power 50 W", ["wavelength", "average_power"]),
        ("flight time 45 min, range 15 km, payload 2.5 kg", ["endurance", "range", "payload"]),
        ("autonomía 45 min, alcance 15 km, carga útil 2,5 kg", ["endurance", "range", "payload"]),
        ("inner diameter 300 mm, thickness 5 mm", ["inner_diameter", "thickness"]),
        ("clave AES de 256 bits", ["symmetric_key_length"]),
        ("AES-256", ["symmetric_key_length"]),
        ("RSA 2048", ["asymmetric_key_length"]),
        ("DN50", ["nominal_size"]),
        ("repetition rate 10 kHz, pulse width 8 ns", ["repetition_rate", "pulse_duration"]),
        ("12500 rpm", ["rotational_speed"]),
        ("2 MeV", ["electron_energy"]),
        ("límite elástico 900 MPa", ["elastic_limit"]),
    ],
)
def test_the_name_near_a_value_says_what_it_is(text, parameter):
    assert [one.parameters[0] for one in quantities(text)] == parameter


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("acelerómetro 100 g, bias stability 120 µg", {"120 µg": "bias_stability"}),
        ("from 47 MHz to 6 GHz with bandwidths up to 56 MHz", {"56 MHz": "bandwidth"}),
        ("AES/3DES engine, 144-pin", {"144": "terminal_count"}),
        ("Precision 6 degrees of freedom sensor", {}),
        ("512 KB flash", {}),
    ],
)
def test_a_name_in_front_of_the_next_value_is_of_that_one(text, named):
    found = {one.words: one.parameters[0] for one in quantities(text) if one.parameters}

    assert found == named


def test_a_name_of_another_dimension_or_clause_is_passed_over():
    assert quantities("sample rate; 5 kg")[0].parameters == ()
    assert quantities("range\n15 km")[0].parameters == ()
    assert quantities("sample rate 5 kg")[0].parameters == ()


def test_numbers_that_nothing_names_are_left_out():
    assert quantities("Model 2024, 3 boxes, serial 77-12") == ()
    assert quantities("") == ()
    assert [one.readings[0].low for one in quantities("640 x 512 pixels")] == [D(327680)]
    assert [one.parameters[0] for one in quantities("5 ejes")] == ["axes"]


@pytest.mark.parametrize(
    "text",
    ["10 m/min", "5 in stock", "3 a 5 veces", "12 mw", "100 kgs/batch", "7 MT", "version 3.0b", "20 mph2"],
)
def test_what_is_no_unit_is_not_taken_for_one(text):
    assert quantities(text) == ()


def test_a_unit_with_two_meanings_gives_both_and_its_name_decides():
    both = quantities("100 g")
    assert {one.dimension for one in both} == {"mass", "acceleration"}
    assert {one.dimension for one in quantities("aceleración 100 g") if one.parameters} == {"acceleration"}
    assert {one.dimension for one in quantities("peso 100 g") if one.parameters} == {"mass"}


def test_a_mark_that_may_part_thousands_leaves_both_readings():
    assert read_number("1.300") == (D(1300), D("1.300"))
    assert read_number("1,300") == (D(1300), D("1.300"))
    assert read_number("1,300", ".") == (D(1300),)
    assert read_number("1.300", ",") == (D(1300),)
    assert read_number("1.300", ".") == (D("1.300"),)
    assert read_number("0.125") == (D("0.125"),)
    assert read_number("12,5") == (D("12.5"),)
    assert [len(one.readings) for one in quantities("1.300 kg; espesor 2,5 mm")] == [1, 1]


# Written, then read.

AMOUNTS = st.decimals(min_value=D("0.001"), max_value=D("99999999"), places=3)
WRITTEN_UNITS = st.sampled_from(sorted(book().written))


def grouped(value, thousands, decimal):
    return f"{value:,f}".replace(",", "T").replace(".", decimal).replace("T", thousands)


@given(
    AMOUNTS, st.sampled_from([(",", "."), (".", ","), ("\u2009", ","), ("\u00a0", "."), ("", "."), ("", ",")])
)
def test_a_number_written_in_any_form_is_read_as_the_same_value(value, marks):
    thousands, decimal = marks
    readings = read_number(grouped(value, thousands, decimal))

    assert value in readings
    assert len(readings) == 1 or value < 1000  # "1,234" alone may be either


@given(AMOUNTS, st.sampled_from(",."), WRITTEN_UNITS, st.sampled_from(["", " ", "\u00a0"]))
def test_a_value_with_a_unit_is_read_with_that_unit(value, decimal, written, gap):
    text = f"{value:f}".replace(".", decimal) + gap + written
    found = quantities(text)
    meant = book().written[written]

    assert {(one.unit.dimension, one.unit.ratio) for one in found} == {
        (one.dimension, one.ratio) for one in meant
    }
    assert all(value in [reading.low for reading in one.readings] for one in found)


@given(
    AMOUNTS,
    AMOUNTS,
    st.sampled_from(["{} - {} kW", "{}-{} kW", "{} to {} kW", "de {} a {} kW", "{} kW a {} kW"]),
)
def test_a_range_is_read_with_both_ends(one, other, form):
    text = form.format(f"{one:.4f}", f"{other:.4f}")
    (found,) = quantities(text)

    assert (found.readings[0].low, found.readings[0].high) == (min(one, other), max(one, other))
    assert found.readings[0].ends == "range"


@given(AMOUNTS, st.integers(-12, 12), st.sampled_from(["{} x 10^{} Pa", "{}×10^{} Pa", "{}e{} Pa"]))
def test_a_power_is_read(value, power, form):
    text = form.format(f"{value:.4f}", power)

    assert [one.readings[0].low for one in quantities(text)] == [value * D(10) ** power]


@given(st.text(max_size=200))
def test_any_text_can_be_read(text):
    for one in quantities(text):
        assert text[one.start : one.end] == one.words
        assert one.readings


@given(AMOUNTS, st.sampled_from(sorted(book().by_symbol)))
def test_a_value_turned_into_the_base_unit_and_back_is_the_same(value, symbol):
    one = unit(symbol)
    back = one.from_base(one.in_base(value % 200))

    assert abs(back - value % 200) <= D("1e-20")


# The data.


@pytest.mark.parametrize(
    ("value", "one", "other", "expected"),
    [
        ("1", "inch", "mm", "25.4"),
        ("1", "psi", "Pa", "6894.757293168"),
        ("1", "bar", "kPa", "100"),
        ("760", "torr", "atm", "1"),
        ("212", "°F", "°C", "100"),
        ("0", "K", "°C", "-273.15"),
        ("30", "rps", "rpm", "1800"),
        ("1", "nmi", "km", "1.852"),
        ("36", "km/h", "m/s", "10"),
        ("60", "l/min", "m3/h", "3.6"),
        ("1", "ppm", "%", "0.0001"),
        ("20", "dBm", "mW", "100"),
        ("1", "W", "dBm", "30"),
        ("8", "Gbit/s", "GB/s", "1"),
        ("1", "krad(Si)", "Gy", "10"),
        ("1", "°", "arcsec", "3600"),
        ("1", "Wh/kg", "J/kg", "3600"),
        ("1", "mm/µs", "km/s", "1"),
        ("1", "kn", "nmi/h", "1"),
    ],
)
def test_units_are_turned_into_each_other_exactly(value, one, other, expected):
    assert unit(other).from_base(unit(one).in_base(D(value))) == D(expected)


def test_a_symbol_has_one_meaning_in_each_dimension():
    for written, found in book().written.items():
        dimensions = [one.dimension for one in found]
        assert len(dimensions) == len(set(dimensions)), written


def test_a_unit_that_goes_on_is_none():
    assert units_at("m/min", 0) == (0, ())
    assert units_at("kW·h", 0)[1] == ()
    assert units_at("bits", 0)[1][0].symbol == "bit"


def test_every_parameter_is_found_by_each_of_its_names():
    content = tomllib.loads(PATH.read_text(encoding="utf-8"))["parameter"]
    keys = [item["key"] for item in content]
    assert len(keys) == len(set(keys))
    for item in content:
        for name in (*item["names"]["en"], *item["names"]["es"], *item["ask"].values()):
            assert stems_of(name), name
            assert item["key"] in meanings()[stems_of(name)].exact, name
        for name in item.get("loose", ()):
            assert item["key"] in meanings()[stems_of(name)].loose, name


def test_units_that_tell_a_parameter_are_of_its_dimension():
    for symbol, keys in owners().items():
        assert {parameters()[key].dimension for key in keys} == {unit(symbol).dimension}, symbol


def test_every_parameter_is_asked_for_with_its_article():
    for parameter in parameters().values():
        assert parameter.ask["en"].startswith("the "), parameter.key
        assert parameter.ask["es"].split()[0] in {"el", "la", "los", "las"}, parameter.key
