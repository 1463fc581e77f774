"""Thresholds in words."""

from decimal import Decimal

from screening.classification.wording import name, sentences
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


def test_each_group_is_a_line_in_the_language_asked_for():
    held = [
        threshold("flow_rate", ">", "5", "m3/h", group=2, position=2, condition="vacuum pumps"),
        threshold("resolution_bit", ">=", "8.000", "bit", position=0),
        threshold("sample_rate", ">", "1.3000", "GS/s", position=1),
    ]

    assert sentences(held, "en") == (
        "resolution in bits ≥ 8 bit; sample rate > 1.3 GS/s",
        "or: flow rate > 5 m3/h (vacuum pumps)",
    )
    assert sentences(held, "es") == (
        "resolución en bits ≥ 8 bit; velocidad de muestreo > 1,3 GS/s",
        "o bien: caudal > 5 m3/h (bombas de vacío)",
    )


def test_large_values_are_written_with_a_power():
    assert sentences([threshold("pixel_count", ">", "4000000")], "en") == (
        "number of active pixels > 4 × 10⁶",
    )
    assert sentences([threshold("frame_rate", ">", "225000", "fps")], "en") == ("frame rate > 225000 fps",)
    assert sentences([threshold("range", "<", "-12500000", "m")], "es") == ("alcance < -1,25 × 10⁷ m",)


def test_what_the_dictionary_does_not_know_is_said_by_its_key():
    assert name("tastiness", "es") == "tastiness"
    assert sentences([], "es") == ()
