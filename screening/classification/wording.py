"""Thresholds in words, in a language of the reader's or of a page."""

from collections.abc import Iterable
from decimal import Decimal
from itertools import groupby

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from screening.classification.parameters import parameters
from screening.classification.thresholds import condition
from screening.control_models import Threshold

SIGNS = {">=": "≥", "<=": "≤"}
RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
LONGEST = 6  # digits of a number written out


def sentences(thresholds: Iterable[Threshold], language: str) -> tuple[str, ...]:
    """Return a line for each group of thresholds of one provision: "depth > 5 m; volume ≥ 20 l".

    From the second on a line says that it is another way to be meant.
    """
    held = sorted(thresholds, key=lambda one: (one.group, one.position))
    with override(language):
        lines = [
            "; ".join(_said(one, language) for one in group)
            for _number, group in groupby(held, key=lambda one: one.group)
        ]
        return tuple(lines[:1] + [_("or: %(values)s") % {"values": line} for line in lines[1:]])


def _said(threshold: Threshold, language: str) -> str:
    sign = SIGNS.get(threshold.comparator, threshold.comparator)
    value = _number(threshold.value)
    said = f"{name(threshold.parameter, language)} {sign} {value} {threshold.unit}".strip()
    return f"{said} ({condition(threshold.condition)})" if threshold.condition else said


def _number(value: Decimal) -> str:
    """Write a number in the language in force, long ones with a power: 5 × 10¹³."""
    power = value.adjusted()
    if power < LONGEST:
        return number_format(f"{value.normalize():f}")
    mantissa = number_format(f"{value.scaleb(-power).normalize():f}")
    return f"{mantissa} × 10{str(power).translate(RAISED)}"


def name(parameter: str, language: str) -> str:
    """Return what people call a parameter, without its article, or its key."""
    known = parameters().get(parameter)
    return known.ask[language].partition(" ")[2] if known and language in known.ask else parameter
