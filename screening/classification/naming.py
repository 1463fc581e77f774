"""What the values in a text are values of: the nearest name says it, else the unit by itself."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice

from screening.classification.ends import start_with_words
from screening.classification.parameters import Meaning, meanings, owners, parameters
from screening.classification.synonyms import SMALL, stem
from screening.classification.units import NUMBER
from screening.classification.values import Quantity

LONGEST_NAME = 8  # words
FARTHEST = 80  # letters between a name and its value
NEXT_TO = re.compile(r"[\s:=(-]{0,4}")  # between a name and the number without a unit that it needs
OTHER_CLAUSE = 10**6
BEHIND_COMMA = 30  # a name behind a comma is this much farther
BEHIND = 6  # data sheets put names in front: "resolution 14 bit, sample rate 500 MS/s"
WORD = re.compile(r"[^\W\d_]+(?:/[^\W\d_]+)*|\d+")
CLAUSE = re.compile(r"[;\n]|\.\s|\s[•·|]\s")


@dataclass(frozen=True, slots=True)
class _Name:
    start: int
    end: int
    meaning: Meaning


@lru_cache(maxsize=256)
def _names(text: str) -> tuple[_Name, ...]:
    words = [match for match in WORD.finditer(text) if match.group().casefold() not in SMALL]
    stems = [stem(match.group()) for match in words]
    table, found, place = meanings(), list[_Name](), 0
    while place < len(words):
        for count in range(min(LONGEST_NAME, len(words) - place), 0, -1):
            if meaning := table.get(tuple(stems[place : place + count])):
                end = words[place + count - 1].end()
                found.append(_Name(words[place].start(), end, meaning))
                place += count - 1
                break
        place += 1
    return tuple(found)


def named(text: str, found: list[Quantity]) -> Iterator[Quantity]:
    """Say of each quantity what it is a value of; numbers without a unit that nothing names are left out."""
    names = _names(text)
    starts = [name.start for name in names]
    for place, one in enumerate(found):
        before = next((end for end in _back(found, place) if end <= one.start), 0)
        later = (other.start for other in islice(found, place + 1, None))
        after = next((start for start in later if start >= one.end), len(text))
        near = names[bisect_left(starts, one.start - 2 * FARTHEST) : bisect_left(starts, one.end + FARTHEST)]
        exact, loose = _belongs(text, one, near, before, after)
        if one.unit is not NUMBER or exact or loose:
            yield from _with_unit(replace(one, parameters=exact, loosely=loose))


def _back(found: list[Quantity], place: int) -> Iterator[int]:
    """Yield where the quantities before this one end, the nearest first."""
    return (found[other].end for other in range(place - 1, -1, -1))


def _with_unit(one: Quantity) -> Iterator[Quantity]:
    """Give a number that stands bare behind a name, as in "AES-256", the unit of its parameter."""
    if one.unit is not NUMBER:
        yield one
        return
    known = parameters()
    for unit in {known[key].unit for key in one.parameters + one.loosely}:
        exact = tuple(key for key in one.parameters if known[key].unit == unit)
        loose = tuple(key for key in one.loosely if known[key].unit == unit)
        yield replace(one, unit=unit, parameters=exact, loosely=loose)


def _belongs(
    text: str, one: Quantity, names: tuple[_Name, ...], before: int, after: int
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what the nearest fitting name in the same clause says, else what the unit says by itself."""
    near = [
        (_distance(text, one, name), name)
        for name in names
        if (before <= name.start and name.end <= one.start)
        or (one.end <= name.start and name.end <= after and not _is_of_next(text, one, name, after))
    ]
    for _distance_to, name in sorted(
        (item for item in near if item[0] <= FARTHEST), key=lambda item: item[0]
    ):
        exact, loose = _fitting(name.meaning, one, _gap(text, one, name))
        if exact or loose:
            return exact, loose
    owned = owners()
    return owned.get(one.unit.symbol) or owned.get(one.unit.base) or (), ()


def _is_of_next(text: str, one: Quantity, name: _Name, after: int) -> bool:
    """Say whether a name between two values is that of the second: "100 g, bias stability 120 µg"."""
    behind, before = text[one.end : name.start], text[name.end : start_with_words(text, after)]
    if after == len(text) or "," in before or CLAUSE.search(before):
        return False
    return "," in behind or len(before) < len(behind)


def _gap(text: str, one: Quantity, name: _Name) -> str:
    return text[name.end : one.start] if name.end <= one.start else text[one.end : name.start]


def _distance(text: str, one: Quantity, name: _Name) -> int:
    gap = _gap(text, one, name)
    if CLAUSE.search(gap):
        return OTHER_CLAUSE
    comma = BEHIND_COMMA if "," in gap else 0
    return len(gap) + comma + (BEHIND if name.start >= one.end else 0)


def _fitting(meaning: Meaning, one: Quantity, gap: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    known = parameters()

    def fits(key: str) -> bool:
        if one.unit is NUMBER:
            return key in meaning.bare and bool(NEXT_TO.fullmatch(gap))
        return known[key].dimension == one.dimension

    return tuple(filter(fits, meaning.exact)), tuple(filter(fits, meaning.loose))
