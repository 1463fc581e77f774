"""Thresholds beside what goods say of themselves."""

from dataclasses import replace
from decimal import Decimal
from functools import cache

import pytest
from django.utils.translation import override

from screening.classification.answers import Goods, Outcome, Suggestion
from screening.classification.thresholds import compare, question
from screening.control import catalogue
from screening.control.load import store
from screening.control.rows import ProvisionRow, ThresholdRow
from screening.control.storing import Stamp
from screening.control.wording import base
from screening.control_models import Comparator
from tests.factories import NOON

MET, NOT_MET, NOT_KNOWN = Outcome.MET, Outcome.NOT_MET, Outcome.NOT_KNOWN
TRIED = {"2B001", "2B230", "2B350", "3A001", "3A225", "4A001", "5A002", "6A003", "6A005", "7A002", "9A012"}


@cache
def shipped():
    return catalogue.parse(catalogue.FOLDER)


@pytest.fixture
def edition(db):
    """The codes of the catalogue that these tests ask about, with their thresholds."""
    rows = tuple(row for row in shipped().rows if base(row.code) in TRIED)
    return store(replace(shipped(), rows=rows), Stamp("catalogue", "0" * 64, 1, "Prueba", NOON))


@pytest.fixture
def made(db):
    """Return a function that stores one provision with thresholds and returns its version."""

    def make(*thresholds):
        draft = replace(shipped(), rows=(ProvisionRow("3A001", thresholds=thresholds),))
        return store(draft, Stamp("catalogue", "1" * 64, 1, "Prueba", NOON)).versions.get()

    return make


def outcome(edition, code, text):
    version = edition.versions.get(code=code)
    answer = compare([version.pk], Goods(text)).get(version.pk, ())
    return Suggestion(code, base(code), version.pk, 1.0, (), comparisons=answer).outcome


# The example of converters: bands of resolution, each with a sample rate of its own.
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ADC, 14 bit, 500 MS/s", MET),
        ("ADC, 14 bit, 250 MS/s", NOT_MET),
        ("Conversor A/D de 14 bits, 250,1 MSPS", MET),
        ("8 bit, 1.3 GS/s", NOT_MET),
        ("8 bit, 1.31 GS/s", MET),
        ("10 bit, 650 MS/s", MET),
        ("10 bit, 600 MS/s", NOT_MET),
        ("12 bits a 401 MSPS", MET),
        ("12 bits a 400 MSPS", NOT_MET),
        ("24 bit, 66 MS/s", MET),
        ("16 bit, 65 MS/s", NOT_MET),
        ("7 bit, 10 GS/s", NOT_MET),
        ("16 bit", NOT_KNOWN),
        ("500 MS/s", NOT_KNOWN),
        ("fast converter", NOT_KNOWN),
    ],
)
def test_a_converter_is_meant_when_its_rate_passes_that_of_its_resolution(edition, text, expected):
    assert outcome(edition, "3A001.a.5.a", text) is expected


@pytest.mark.parametrize(
    ("code", "text", "expected"),
    [
        ("9A012.a.2", "dron con autonomía de 90 min", MET),
        ("9A012.a.2", "Flight time: 45 min", NOT_MET),
        ("9A012.a.2", "autonomía de hasta 2 horas", MET),
        ("9A012.a.2", "flight time over 50 min", NOT_KNOWN),
        ("9A012.a.1", "autonomía 45 min, viento máximo 50 km/h", MET),
        ("9A012.a.1", "flight time 45 min, wind resistance 20 knots", NOT_MET),
        ("9A012.a.1", "flight time 45 min", NOT_KNOWN),
        ("2B350.a", "reactor con volumen interno de 200 litros", MET),
        ("2B350.a", "reactor, 100 L", NOT_MET),
        ("2B350.a", "reaction vessel, volume 25 m3", NOT_MET),
        ("2B350.a", "reaction vessel, volume 1500 l", MET),
        ("2B350.a", "reaction vessel, volume 1.500 l", NOT_KNOWN),
        ("2B350.i", "bomba de vacío, caudal 10 m3/h", MET),
        ("2B350.i", "pump, flow rate 5 l/min", NOT_MET),
        ("2B230.c.2", "full scale 133 kPa, accuracy 100 Pa", MET),
        ("2B230.c.2", "full scale 1 bar, accuracy 0.2 kPa", NOT_MET),
        ("2B001.b.2.a", "5 axes, UPR 0.8 µm, travel 800 mm", MET),
        ("2B001.b.2.a", "5 axes, UPR 0.9 µm, travel 1 m", NOT_MET),
        ("2B001.b.2.a", "5 axes, repeatability 5 µm, travel 800 mm", NOT_KNOWN),
        ("6A005.a.6.b.2", "wavelength 1070 nm, output power 3 kW", MET),
        ("6A005.a.6.b.2", "longitud de onda 1,07 µm, potencia de salida 1,5 kW", NOT_MET),
        ("6A005.a.6.b.2", "wavelength 532 nm, output power 3 kW", NOT_MET),
        ("6A003.b.4.b", "cámara térmica, 9 Hz de frecuencia de imagen", NOT_MET),
        ("6A003.b.4.b", "thermal camera, 30 fps", MET),
        ("5A002.a", "AES-256", MET),
        ("5A002.a", "clave simétrica de 56 bits", NOT_KNOWN),
        ("3A001.a.2.a", "operating temperature -55 °C to 150 °C", MET),
        ("3A001.a.2.a", "operating temperature -40 °C to 125 °C", NOT_MET),
        ("3A001.a.2.b", "operating temperature 85 °C", NOT_KNOWN),
        ("4A001.a.1", "temperatura de operación de -50 °C a 70 °C", MET),
        ("3A225", "variador: 5 kVA, frecuencia de salida hasta 2 kHz, estabilidad de frecuencia 0,05 %", MET),
        ("3A225", "5 kVA, output frequency 0 to 400 Hz, frequency stability 0.05 %", NOT_MET),
        ("7A002.a.1.b", "angular rate 400 °/s, ARW 0.002 °/√h", MET),
        ("7A002.a.1.b", "angular rate 400 °/s, ARW 0.02 deg/√hr", NOT_MET),
        ("3A001.a.1.a", "total dose 500 krad(Si)", MET),
        ("3A001.a.1.a", "total dose 100 krad(Si)", NOT_MET),
        ("3A001.b.4.b.2", "Psat 60 W, frequency 8 to 12 GHz, fractional bandwidth 40 %", MET),
        ("3A001.b.4.b.2", "Psat 48 dBm, 8-12 GHz frequency, fractional bandwidth 40 %", MET),
        ("3A001.b.4.b.2", "Psat 20 W, frequency 8 to 12 GHz, fractional bandwidth 40 %", NOT_MET),
        ("3A001.b.4.b.2", "output power 20 W, frequency 8 to 12 GHz, fractional bandwidth 40 %", NOT_KNOWN),
    ],
)
def test_a_rule_of_the_list(edition, code, text, expected):
    assert outcome(edition, code, text) is expected


@pytest.mark.parametrize(
    ("comparator", "stated", "expected"),
    [
        (">", "range 300 km", NOT_MET),
        (">=", "range 300 km", MET),
        ("<", "range 300 km", NOT_MET),
        ("<=", "range 300 km", MET),
        ("=", "range 300 km", MET),
        ("=", "range 301 km", NOT_MET),
        ("=", "range 200 to 400 km", NOT_KNOWN),
        ("=", "range 310 to 400 km", NOT_MET),
        (">", "range 200 to 400 km", MET),
        (">", "range 100 to 200 km", NOT_MET),
        ("<", "range 200 to 400 km", MET),
        ("<", "range 310 to 400 km", NOT_MET),
        (">", "range up to 350 km", MET),
        (">", "range up to 250 km", NOT_MET),
        ("<", "range up to 250 km", MET),
        ("<", "range up to 350 km", NOT_KNOWN),
        ("<", "range min 250 km", MET),
        ("<", "range min 350 km", NOT_MET),
        (">", "range min 350 km", MET),
        (">", "range min 250 km", NOT_KNOWN),
        (">", "range > 300 km", MET),
        (">", "range >= 300 km", NOT_KNOWN),
        (">=", "range >= 300 km", MET),
        (">", "range > 250 km", NOT_KNOWN),
        ("<=", "range > 300 km", NOT_MET),
        ("<", "range >= 300 km", NOT_MET),
        ("<", "range < 300 km", MET),
        ("<", "range <= 300 km", NOT_KNOWN),
        (">=", "range < 300 km", NOT_MET),
        (">=", "range <= 300 km", NOT_KNOWN),
        (">", "range <= 250 km", NOT_MET),
    ],
)
def test_of_a_range_the_end_counts_that_can_meet_the_threshold(made, comparator, stated, expected):
    version = made(ThresholdRow("range", Comparator(comparator), Decimal(300), "km"))

    (one,) = compare([version.pk], Goods(stated))[version.pk]

    assert one.outcome is expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a drone",
        "300 kg",
        "1000 km",  # nothing says what is a thousand kilometres long
        "weight 5 kg, cable of 100 km",
    ],
)
def test_a_missing_value_is_never_not_met(made, text):
    version = made(ThresholdRow("range", Comparator.ABOVE, Decimal(2000), "km"))

    (one,) = compare([version.pk], Goods(text))[version.pk]

    assert one.outcome is NOT_KNOWN


def test_a_number_that_may_be_read_in_two_ways_is_not_known_where_they_differ(made):
    version = made(ThresholdRow("mass", Comparator.ABOVE, Decimal(100), "kg"))

    outcomes = {
        text: compare([version.pk], Goods(text))[version.pk][0].outcome
        for text in ("peso 1.300 kg", "peso 1.300 kg, espesor 2,5 mm", "weight 1.300 kg, thickness 2.5 mm")
    }

    assert list(outcomes.values()) == [NOT_KNOWN, MET, NOT_MET]


def test_of_several_values_one_that_meets_suffices(made):
    version = made(ThresholdRow("output_power", Comparator.ABOVE, Decimal(50), "W"))

    (one,) = compare([version.pk], Goods("output power 20 W; output power 80 W"))[version.pk]

    assert (one.outcome, one.stated, one.found) == (MET, Decimal(80), "80 W")


def test_a_comparison_shows_the_stated_value_in_the_unit_of_the_threshold(made):
    version = made(ThresholdRow("operating_frequency", Comparator.ABOVE, Decimal("0.6"), "kHz"))

    (one,) = compare([version.pk], Goods("Frecuencia de salida: 0 a 400 Hz"))[version.pk]

    assert (one.code, one.parameter, one.comparator, one.unit) == ("3A001", "operating_frequency", ">", "kHz")
    assert (one.value, one.stated, one.found) == (Decimal("0.6"), Decimal("0.4"), "0 a 400 Hz")


def test_what_the_dictionary_does_not_know_is_not_known(made):
    version = made(
        ThresholdRow("tastiness", Comparator.ABOVE, Decimal(1), "kg"),
        ThresholdRow("mass", Comparator.ABOVE, Decimal(1), "stones"),
    )

    assert {one.outcome for one in compare([version.pk], Goods("mass 5 kg"))[version.pk]} == {NOT_KNOWN}


def test_a_provision_takes_the_thresholds_below_it_or_those_of_the_nearest_above(edition):
    found = {version.code: version.pk for version in edition.versions.all()}
    answer = compare(found.values(), Goods("14 bit, 500 MS/s"))

    assert {one.code for one in answer[found["3A001.a.5.a"]]} == {
        f"3A001.a.5.a.{step}" for step in range(1, 6)
    }
    assert {one.code for one in answer[found["3A001.a.5.a.4"]]} == {"3A001.a.5.a.4"}
    assert {one.code for one in answer[found["2B350.a"]]} == {"2B350.a"}


def test_it_asks_the_database_twice_whatever_the_number(edition, django_assert_num_queries):
    versions = list(edition.versions.values_list("pk", flat=True))

    with django_assert_num_queries(2):
        compare(versions, Goods("14 bit, 500 MS/s"))


def test_the_question_is_in_the_reader_s_language():
    with override("en"):
        assert question("sample_rate") == "Say the sample rate, in samples per second."
        assert question("axes") == "Say the number of axes."
    with override("es"):
        assert question("sample_rate") == "Indique la velocidad de muestreo, en muestras por segundo."
        assert question("axes") == "Indique el número de ejes."
        assert question("tastiness") == "Indique el valor de «tastiness»."


def test_a_condition_is_in_the_reader_s_language(edition):
    version = edition.versions.get(code="6A005.a.6.b.2")
    said = {}
    for language in ("en", "es"):
        with override(language):
            said[language] = {one.condition for one in compare([version.pk], Goods("1 kW"))[version.pk]} - {
                ""
            }

    assert said == {"en": {"several transverse modes"}, "es": {"varios modos transversales"}}
