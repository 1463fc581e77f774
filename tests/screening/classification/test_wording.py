"""Thresholds in words."""

from decimal import Decimal

from screening.classification.parameters import parameters
from screening.classification.wording import Combined, combined, name
from screening.control_models import Threshold


def threshold(parameter, comparator, value, unit="", group=1, position=0, condition=""):
    return Threshold(
        parameter=parameter,
        comparator=comparator,
        value=Decimal(value),
        unit=unit,
        group=group,
        position=position,
        condition=condition,
    )


def test_one_group_suffices_and_all_of_it_must_hold():
    held = [
        threshold("flow_rate", ">", "5", "m3/h", group=2, position=2, condition="vacuum pumps"),
        threshold("resolution_bit", ">=", "8.000", "bit", position=0),
        threshold("sample_rate", ">", "1.3000", "GS/s", position=1),
    ]

    assert combined(held, "en") == Combined(
        (), ("resolution in bits ≥ 8 bit and sample rate > 1.3 GS/s", "flow rate > 5 m3/h (vacuum pumps)")
    )
    assert combined(held, "es").any_of == (
        "resolución en bits ≥ 8 bit y velocidad de muestreo > 1,3 GS/s",
        "caudal > 5 m3/h (bombas de vacío)",
    )


def test_what_all_groups_ask_is_said_once_and_so_is_a_parameter_with_two_bounds():
    held = [
        threshold("volume", ">", "0.1", "m3", group=1, position=0),
        threshold("volume", "<", "20", "m3", group=1, position=1),
        threshold("range", ">", "1", "km", group=1, position=2),
        threshold("volume", ">", "0.1", "m3", group=2, position=3),
        threshold("volume", "<", "20", "m3", group=2, position=4),
        threshold("flow_rate", ">", "5", "m3/h", group=2, position=5),
    ]

    assert combined(held, "en") == Combined(
        ("volume > 0.1 m3 and < 20 m3",), ("range > 1 km", "flow rate > 5 m3/h")
    )
    assert combined(held[:5], "en") == Combined(("volume > 0.1 m3 and < 20 m3",))


def test_large_values_are_written_with_a_power():
    assert alone("pixel_count", ">", "4000000") == "number of active pixels > 4 × 10⁶"
    assert alone("frame_rate", ">", "225000", "fps") == "frame rate > 225000 fps"
    assert alone("range", "<", "-12500000", "m", language="es") == "alcance < -1,25 × 10⁷ m"


def alone(*said, language="en"):
    (text,) = combined([threshold(*said)], language).all_of
    return text


def test_what_the_dictionary_does_not_know_is_said_by_its_key():
    assert name("tastiness", "es") == "tastiness"
    assert combined([], "es") == Combined(())


def test_every_parameter_has_names_in_both_languages():
    lacking = [
        (key, language)
        for key, one in parameters().items()
        for language in ("es", "en")
        if not one.names[language] or not one.ask[language]
    ]
    assert lacking == []
