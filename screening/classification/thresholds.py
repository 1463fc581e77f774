"""Thresholds of provisions beside what goods say of themselves: met, not met, or not known, which means: ask.

A value that is missing, or may be read in several ways that differ, is never "not met". Of a range counts the
end that can meet the threshold: "2 to 18 GHz" meets "more than 10 GHz".
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from screening.classification.answers import Comparison, Goods, Outcome
from screening.classification.parameters import parameters
from screening.classification.quantities import quantities
from screening.classification.units import NUMBER, Unit, unit
from screening.classification.values import Ends, Interval, Quantity
from screening.control import catalogue
from screening.control.wording import ancestors
from screening.control_models import EntryVersion, Threshold

MET, NOT_MET, NOT_KNOWN = Outcome.MET, Outcome.NOT_MET, Outcome.NOT_KNOWN
Comparisons = dict[int, tuple[Comparison, ...]]


def compare(version_ids: Iterable[int], goods: Goods) -> Comparisons:
    """Compare what `goods` say with the thresholds of provisions (EntryVersion), in two queries.

    The thresholds of a provision are its own and those of the paragraphs below it; where there are none,
    those of the nearest provision above it. A provision without any has no place in the answer.
    """
    wanted = list(
        EntryVersion.objects.filter(pk__in=list(version_ids)).values_list("pk", "edition", "base", "code")
    )
    held = _held({(edition, base) for _pk, edition, base, _code in wanted})
    stated = quantities(goods.text) if held else ()
    answers = {
        pk: tuple(_comparison(one, stated) for one in _of(code, held.get((edition, base), ())))
        for pk, edition, base, code in wanted
    }
    return {pk: comparisons for pk, comparisons in answers.items() if comparisons}


Key = tuple[int, str]  # an edition, and the code at the top


def _held(keys: set[Key]) -> dict[Key, list[Threshold]]:
    found: dict[Key, list[Threshold]] = {}
    rows = Threshold.objects.filter(
        version__edition__in={edition for edition, _base in keys},
        version__base__in={base for _edition, base in keys},
    )
    for row in rows.select_related("version").order_by("version__position", "group", "position"):
        found.setdefault((row.version.edition_id, row.version.base), []).append(row)
    return found


def _of(code: str, held: Sequence[Threshold]) -> list[Threshold]:
    for start in (code, *reversed(ancestors(code))):
        below = f"{start}." if start == code else None
        if found := [
            one for one in held if one.version.code == start or (below and one.version.code.startswith(below))
        ]:
            return found
    return []


@dataclass(frozen=True, slots=True)
class _Judged:
    """What one value that is stated means for a threshold."""

    outcome: Outcome
    stated: Decimal | None = None  # in the unit of the threshold
    found: str = ""


def _comparison(threshold: Threshold, stated: Sequence[Quantity]) -> Comparison:
    judged = _judge(threshold, stated)
    return Comparison(
        code=threshold.version.code,
        group=threshold.group,
        parameter=threshold.parameter,
        comparator=str(threshold.comparator),
        value=threshold.value.normalize(),
        unit=threshold.unit,
        outcome=judged.outcome,
        stated=judged.stated,
        found=judged.found,
        condition=condition(threshold.condition),
    )


def _judge(threshold: Threshold, stated: Sequence[Quantity]) -> _Judged:
    """Judge a threshold by the values that are named so, else show the one that may be meant."""
    wanted = _unit(threshold.unit)
    if wanted is None or threshold.parameter not in parameters():
        return _Judged(NOT_KNOWN)
    fitting = [one for one in stated if one.dimension == wanted.dimension]
    if exact := [one for one in fitting if threshold.parameter in one.parameters]:
        return _together([_judge_one(threshold, wanted, one) for one in exact])
    loose = [_judge_one(threshold, wanted, one) for one in fitting if threshold.parameter in one.loosely]
    if met := next((one for one in loose if one.outcome is MET), None):
        return met
    perhaps = loose or [
        _judge_one(threshold, wanted, one) for one in fitting if not one.parameters and wanted is not NUMBER
    ]
    if len(perhaps) == 1:
        return _Judged(NOT_KNOWN, perhaps[0].stated, perhaps[0].found)
    return _Judged(NOT_KNOWN)


def _unit(symbol: str) -> Unit | None:
    try:
        return unit(symbol)
    except KeyError:  # lists of others may write units that we do not know
        return None


def _together(judged: list[_Judged]) -> _Judged:
    """Several values for one parameter: one that meets suffices; "not met" needs all."""
    for outcome in (MET, NOT_KNOWN):
        if found := next((one for one in judged if one.outcome is outcome), None):
            return found
    return judged[0]


def _judge_one(threshold: Threshold, wanted: Unit, stated: Quantity) -> _Judged:
    """Judge one value as it may be read; readings that differ leave it unknown."""
    outcomes = {_outcome(threshold, wanted, stated.unit, reading) for reading in stated.readings}
    outcome = outcomes.pop() if len(outcomes) == 1 else NOT_KNOWN
    counting = _counting(threshold.comparator, stated.readings[0])
    return _Judged(outcome, None if counting is None else _shown(counting, stated.unit, wanted), stated.words)


def _shown(value: Decimal, stated: Unit, wanted: Unit) -> Decimal:
    return value if stated == wanted else wanted.from_base(stated.in_base(value)).normalize()


def _counting(comparator: str, interval: Interval) -> Decimal | None:
    """Return the end of a range that counts, or the only one there is."""
    first, second = interval.low, interval.high
    if comparator in (">", ">="):
        first, second = second, first
    return second if first is None else first


# Turning signs turns "more than" into "less than", and the ends of what is stated with it.
TURNED: dict[Ends, Ends] = {
    "exact": "exact",
    "range": "range",
    "most": "least",
    "least": "most",
    "at-most": "at-least",
    "at-least": "at-most",
    "below": "above",
    "above": "below",
}


@dataclass(frozen=True, slots=True)
class _Span:
    """An interval in the base unit of its dimension."""

    low: Fraction | None
    high: Fraction | None
    ends: Ends

    def turned(self) -> "_Span":
        return _Span(_negative(self.high), _negative(self.low), TURNED[self.ends])


def _negative(value: Fraction | None) -> Fraction | None:
    return None if value is None else -value


def _outcome(threshold: Threshold, wanted: Unit, stated: Unit, interval: Interval) -> Outcome:
    limit = wanted.in_base(threshold.value)
    span = _Span(_in_base(interval.low, stated), _in_base(interval.high, stated), interval.ends)
    if threshold.comparator == "=":
        return _equals(span, limit)
    is_strict = threshold.comparator in ("<", ">")
    if threshold.comparator in (">", ">="):
        span, limit = span.turned(), -limit
    outcome = _is_below(span, limit, is_strict)
    is_one_end = span.ends == "exact" and parameters()[threshold.parameter].spans
    return NOT_KNOWN if outcome is NOT_MET and is_one_end else outcome


def _in_base(value: Decimal | None, stated: Unit) -> Fraction | None:
    return None if value is None else stated.in_base(value)


def _equals(span: _Span, limit: Fraction) -> Outcome:
    if span.ends == "exact":
        return MET if span.low == limit else NOT_MET
    is_outside = (span.low is not None and span.low > limit) or (span.high is not None and span.high < limit)
    return NOT_MET if is_outside else NOT_KNOWN


def _is_below(span: _Span, limit: Fraction, is_strict: bool) -> Outcome:
    """Judge "less than `limit`", or "at most" where it is not strict."""

    def meets(value: Fraction) -> bool:
        return value < limit or (value == limit and not is_strict)

    if span.low is not None and span.ends in ("exact", "range", "least"):
        return MET if meets(span.low) else NOT_MET
    if span.high is not None:  # all that is stated lies at or below this end
        is_met = meets(span.high) or (span.ends == "below" and span.high == limit)
        return MET if is_met else NOT_KNOWN
    # What is stated lies at or above this end: only "not met" can be certain.
    is_past = span.low is not None and (not meets(span.low) or (span.ends == "above" and span.low == limit))
    return NOT_MET if is_past else NOT_KNOWN


@lru_cache(maxsize=1)
def _conditions() -> dict[str, str]:
    return catalogue.conditions()


def condition(text: str) -> str:
    """Return a condition in the reader's language; those of other lists stand as they are."""
    return _conditions().get(text, text) if get_language() == "es" else text


def question(parameter: str) -> str:
    """Return what to ask for when a value is not known, in the reader's language.

    A parameter that the dictionary does not have is asked for by its key.
    """
    known = parameters().get(parameter)
    if known is None:
        return _("Say the value of “%(parameter)s”.") % {"parameter": parameter}
    language = "es" if get_language() == "es" else "en"
    name, unit_name = known.ask[language], known.unit.name(language)
    if not unit_name:
        return _("Say %(name)s.") % {"name": name}
    return _("Say %(name)s, in %(unit)s.") % {"name": name, "unit": unit_name}
