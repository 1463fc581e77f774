"""Values that a text states, in Spanish or English: "12 bits", "de 2 a 5 µm", "> 500 MHz", "5 x 10^3 Gy".

A number is read with a decimal comma or point. Where a mark may part thousands as well ("1.300 kg") and no
other number of the text settles it, both readings are kept.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from screening.classification.ends import ends_of
from screening.classification.naming import named
from screening.classification.units import NUMBER, Unit, units_at
from screening.classification.values import Ends, Interval, Quantity

SPACES = " \u00a0\u2009\u202f"
RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
DIGITS = rf"\d{{1,3}}(?:[{SPACES}'’.,]\d{{3}})+(?!\d)(?:[.,]\d+)?|\d+(?:[.,]\d+)?|[.,]\d+"
# Text that lost its raised signs still shows negative powers: "5 x 10-3".
POWER = (
    r"\s?[x×·*]\s?10\s?(?:(?:\^|\*\*)\s?(?P<power>[-−+]?\d{1,2})|(?P<lost>[-−]\d{1,2})(?![\d.,])"
    r"|(?P<raised>[⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺]{1,3}))"
)
NUMBER_IN_TEXT = re.compile(
    r"(?<![\w.,])(?P<sign>(?<![\d)])[-−+])?"
    r"(?:10(?:\^(?P<alone>[-−+]?\d{1,2})|(?P<above>[⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺]{1,3}))"
    rf"|(?P<digits>{DIGITS})(?:{POWER}|[eE](?P<e>[-+]?\d{{1,2}})(?![\w.]))?)"
)
GAP = re.compile(r"[\s-]?")
BETWEEN = re.compile(r"\s*(?:[-–—−~]|\.\.\.?|…)\s*|\s+(?:to|a|hasta|through)\s+")
BOTH_ENDS = re.compile(r"\s+(?:and|y|e)\s+")
BEFORE_BOTH = re.compile(r"(?:between|entre)\s+(?:los\s+|las\s+)?$", re.IGNORECASE)
TOLERANCE = re.compile(r"(?:±|\+/-|\+-|\+/−)\s*$")
TIMES = re.compile(r"\s?[x×*]\s?")


def quantities(text: str) -> tuple[Quantity, ...]:
    """Return the values that `text` states, in its order; one for each meaning that its unit may have."""
    measured = list(_measured(text))
    taken = {place for one in measured for place in range(one.start, one.end)}
    counted = (one for one in _counted(text) if one.start not in taken)
    return tuple(named(text, sorted((*measured, *counted), key=lambda one: one.start)))


def read_number(written: str, decimal: str = "") -> tuple[Decimal, ...]:
    """Return the ways to read digits with their marks; `decimal` is the mark that the text is known to use.

    The likelier way comes first: "1.300" is 1300 or 1.3, "1,5" is 1.5.
    """
    plain = re.sub(rf"[{SPACES[1:]}'’]", "", written)
    groups = plain.split(" ")
    if len(groups) > 1:
        joined = read_number("".join(groups), decimal)
        last = () if groups[-1].startswith("0") else read_number(groups[-1], decimal)
        return tuple(dict.fromkeys((*joined, *last)))
    marks = [sign for sign in plain if sign in ".,"]
    if len(set(marks)) == 2:
        return (_decimal(plain, marks[-1]),)
    if len(marks) > 1:
        return (_decimal(plain, ""),)
    if not marks or not _may_part_thousands(plain, marks[0]):
        return (_decimal(plain, marks[0] if marks else ""),)
    if decimal:
        return (_decimal(plain, marks[0] if marks[0] == decimal else ""),)
    return (_decimal(plain, ""), _decimal(plain, marks[0]))


def _may_part_thousands(plain: str, mark: str) -> bool:
    whole, _mark, rest = plain.partition(mark)
    return len(rest) == 3 and 0 < len(whole) <= 3 and not whole.startswith("0")


def _decimal(plain: str, mark: str) -> Decimal:
    others = plain.replace("," if mark == "." else ".", "") if mark else re.sub("[.,]", "", plain)
    return Decimal(others.replace(mark, ".") if mark else others)


@dataclass(frozen=True, slots=True)
class _Number:
    start: int
    end: int
    readings: tuple[Decimal, ...]


def _numbers(text: str) -> list[_Number]:
    matches = list(NUMBER_IN_TEXT.finditer(text))
    decimal = _decimal_mark([match["digits"] for match in matches if match["digits"]])
    return [_number(match, decimal) for match in matches]


def _decimal_mark(written: list[str]) -> str:
    """Return the mark that the numbers of a text surely use; "" if none or both."""
    sure = {
        marks[-1]
        for digits in written
        if (marks := [sign for sign in digits if sign in ".,"])
        and (len(set(marks)) == 2 or (len(marks) == 1 and not _may_part_thousands(digits, marks[0])))
    }
    return sure.pop() if len(sure) == 1 else ""


def _number(match: re.Match[str], decimal: str) -> _Number:
    sign = -1 if match["sign"] and match["sign"].strip() in "-−" else 1
    power = next(
        (match[name] for name in ("power", "lost", "raised", "e", "alone", "above") if match[name]), "0"
    )
    factor = Decimal(10) ** int(power.translate(RAISED).replace("−", "-"))
    readings = read_number(match["digits"], decimal) if match["digits"] else (Decimal(1),)
    return _Number(match.start(), match.end(), tuple(sign * reading * factor for reading in readings))


def _measured(text: str) -> Iterator[Quantity]:
    """Yield the values that have a unit."""
    numbers, place = _numbers(text), 0
    while place < len(numbers):
        first = numbers[place]
        last = numbers[place + 1] if place + 1 < len(numbers) else None
        made = _range(text, first, last) if last else ()
        made = made or _single(text, first)
        yield from made
        place += 2 if made and last and made[0].end > last.start else 1


def _after(text: str, number: _Number) -> tuple[int, tuple[Unit, ...]]:
    """Return where the unit of a number ends and what it may mean; it may be glued, apart or hyphenated."""
    gap = GAP.match(text, number.end)
    return units_at(text, gap.end() if gap else number.end)


def _range(text: str, first: _Number, last: _Number) -> tuple[Quantity, ...]:
    end, units = _after(text, last)
    if not units:
        return ()
    first_end, first_units = _after(text, first)
    if not _joined(text, first, first_end if first_units else first.end, last):
        return ()
    return tuple(
        _quantity(text, first.start, end, unit, _between(first, _same(first_units, unit), last, unit))
        for unit in units
        if not first_units or _same(first_units, unit)
    )


def _same(units: tuple[Unit, ...], unit: Unit) -> Unit | None:
    return next((one for one in units if one.dimension == unit.dimension), None)


def _joined(text: str, first: _Number, end: int, last: _Number) -> bool:
    between = text[end : last.start]
    if text[last.start] in "-−" and not between.strip():
        return False
    if BOTH_ENDS.fullmatch(between):
        return bool(BEFORE_BOTH.search(text, max(0, first.start - 20), first.start))
    return bool(BETWEEN.fullmatch(between))


def _between(first: _Number, first_unit: Unit | None, last: _Number, unit: Unit) -> tuple[Interval, ...]:
    lows = [
        value if first_unit is None or first_unit == unit else unit.from_base(first_unit.in_base(value))
        for value in first.readings
    ]
    return tuple(Interval(min(low, high), max(low, high), "range") for low in lows for high in last.readings)


def _single(text: str, number: _Number) -> tuple[Quantity, ...]:
    end, units = _after(text, number)
    ends = ends_of(text, number.start, end)
    return tuple(
        _quantity(
            text, number.start, end, unit, tuple(_interval(value, ends) for value in _sized(text, number))
        )
        for unit in units
    )


def _sized(text: str, number: _Number) -> tuple[Decimal, ...]:
    """Return the readings of a number; what stands behind "±" counts by its size."""
    is_tolerance = TOLERANCE.search(text, max(0, number.start - 5), number.start)
    return tuple(map(abs, number.readings)) if is_tolerance else number.readings


def _interval(value: Decimal, ends: Ends) -> Interval:
    low = None if ends in ("most", "at-most", "below") else value
    high = None if ends in ("least", "at-least", "above") else value
    return Interval(low, high, ends)


def _quantity(text: str, start: int, end: int, unit: Unit, readings: tuple[Interval, ...]) -> Quantity:
    return Quantity(text[start:end], start, end, unit, readings)


def _counted(text: str) -> Iterator[Quantity]:
    """Yield numbers without a unit, and products such as 640 x 512; only their names tell what they count."""
    numbers, place = _numbers_anywhere(text), 0
    while place < len(numbers):
        first = numbers[place]
        last = numbers[place + 1] if place + 1 < len(numbers) else None
        if last and TIMES.fullmatch(text, first.end, last.start) and not _after(text, last)[1]:
            products = tuple(Interval(a * b, a * b) for a in first.readings[:1] for b in last.readings[:1])
            yield Quantity(text[first.start : last.end], first.start, last.end, NUMBER, products)
            place += 2
            continue
        if not _after(text, first)[1] and not text[first.end : first.end + 1].isalnum():
            ends = ends_of(text, first.start, first.end)
            readings = tuple(_interval(value, ends) for value in first.readings)
            yield Quantity(text[first.start : first.end], first.start, first.end, NUMBER, readings)
        place += 1


BARE = re.compile(r"(?<=[A-Za-z])-?(?P<digits>\d{2,6})(?![\w.,]*\d)")


def _numbers_anywhere(text: str) -> list[_Number]:
    """Return all numbers, with those glued to a name: "AES-256", "DN50"."""
    numbers = _numbers(text)
    taken = {place for one in numbers for place in range(one.start, one.end)}
    glued = (
        _Number(match.start("digits"), match.end("digits"), (Decimal(match["digits"]),))
        for match in BARE.finditer(text)
        if match.start("digits") not in taken
    )
    return sorted((*numbers, *glued), key=lambda one: one.start)
