"""Thresholds in words, in a language of the reader's or of a page."""

from collections.abc import Iterable
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Combined:
    """How the values of a provision decide: goods are meant if `all_of` and one of `any_of` hold.

    One of `any_of` holds when all it says does.
    """

    all_of: tuple[str, ...]
    any_of: tuple[str, ...] = ()


def combined(thresholds: Iterable[Threshold], language: str) -> Combined:
    """Return the thresholds of one provision in words, each value once.

    What all groups share stands in `all_of`, the rest of each in `any_of`.
    """
    held = sorted(thresholds, key=lambda one: (one.group, one.position))
    with override(language):
        groups = [_bounds(group) for _number, group in groupby(held, key=lambda one: one.group)]
        ways = list(dict.fromkeys(tuple(_together(bounds, language) for bounds in group) for group in groups))
        shared = tuple(said for said in ways[0] if all(said in way for way in ways)) if ways else ()
        rest = [tuple(said for said in way if said not in shared) for way in ways]
        if not all(rest):  # one group asks nothing more than all do
            return Combined(shared)
        return Combined(shared, tuple(map(_joined, rest)))


def _bounds(group: Iterable[Threshold]) -> list[list[Threshold]]:
    """Return the thresholds of a group, those of one parameter together: more than 1 and less than 5."""
    bounds: dict[tuple[str, str, str], list[Threshold]] = {}
    for one in group:
        bounds.setdefault((one.parameter, one.unit, one.condition), []).append(one)
    return list(bounds.values())


def _together(bounds: list[Threshold], language: str) -> str:
    first = bounds[0]
    values = _joined(dict.fromkeys(map(_value, bounds)))
    said = f"{name(first.parameter, language)} {values}"
    return f"{said} ({condition(first.condition)})" if first.condition else said


def _joined(parts: Iterable[str]) -> str:
    word = _("and")
    return f" {word} ".join(parts)


def _value(threshold: Threshold) -> str:
    sign = SIGNS.get(threshold.comparator, threshold.comparator)
    return f"{sign} {_number(threshold.value)} {threshold.unit}".strip()


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
