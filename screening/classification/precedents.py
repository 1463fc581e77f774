"""Goods that people have classified before: only those very like the goods asked about are heeded."""

from collections.abc import Sequence
from dataclasses import dataclass

from screening.classification.answers import Precedent
from screening.classification.index import EditionIndex
from screening.classification.query import Query, letters_of
from screening.control.wording import base

GATE = 0.6  # the cosine from which goods are so alike that their code is likely the same
WORTH = 1.0  # of a precedent, times its likeness


@dataclass(frozen=True, slots=True)
class Near:
    precedent: Precedent
    likeness: float


def near(query: Query, index: EditionIndex, precedents: Sequence[Precedent]) -> list[Near]:
    """Return the precedents above the gate, the likest first.

    Less alike ones mislead where goods are unfamiliar, so they are left out whole.
    """
    found = [Near(one, _likeness(query, index, one.text)) for one in precedents]
    return sorted((one for one in found if one.likeness >= GATE), key=lambda one: -one.likeness)


def _likeness(query: Query, index: EditionIndex, text: str) -> float:
    other = index.fields["letters"].unit(letters_of(text))
    own = query.own_letters
    return sum(worth * own.get(gram, 0.0) for gram, worth in other.items())


def worths(found: list[Near]) -> dict[str, float]:
    """Return what the precedents add to codes at the top."""
    more: dict[str, float] = {}
    for one in found:
        for code in one.precedent.codes:
            more[base(code)] = max(more.get(base(code), 0.0), WORTH * one.likeness)
    return more
