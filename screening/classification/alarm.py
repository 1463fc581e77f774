"""How likely it is that goods are listed at all: by how alike they are to the list, never by a rank."""

import re
from collections.abc import Sequence
from math import exp, log

from screening.classification.ordinary import share
from screening.classification.query import Query
from screening.classification.ranking import Candidate, Likeness

HEEDED = 20  # candidates
# Learned by logistic regression on goods that authorities had classified and on ordinary ones, and rounded.
OF_THE_FIRST = Likeness(4.1, 3.0, 1.5)
OF_THE_BEST = Likeness(3.5, 2.8, 1.9)  # of each kind, among the first candidates
SUBSTANCE = 3.7
LENGTH = -1.1  # long texts share something with every list
A_CHEMICAL = -2.3  # a name of the chemical kind that is none of the names of a listed substance
ORDINARY = -6.0  # of goods whose words are all everyday ones
CONSTANT = -3.05
THRESHOLD = 0.5
CERTAIN = 0.95  # of goods that bear the number of a listed substance, or that people classified before
CHEMICAL = re.compile(
    r"\d[,']?\d*-[a-z]|\b(?:\w*(?:meth|eth|prop|but|pent|hex|phen|benz|chlor|brom|iod|fluor|nitr|amin)\w*"
    r"(?:yl|ane|ene|ol|one|ine|ide|ate|acid|ether|oxy|ano|eno|ina|uro|ato|ilo))\b",
    re.IGNORECASE,
)


def alarm(query: Query, found: Sequence[Candidate]) -> float:
    """Return from 0 to 1 how likely it is that the goods are listed."""
    if not found:
        return 0.0
    first = found[0].likeness
    best = _best([one.likeness for one in found[:HEEDED]])
    has_substance = any(one.substance for one in found[:3])
    worth = (
        CONSTANT
        + _times(OF_THE_FIRST, first)
        + _times(OF_THE_BEST, best)
        + SUBSTANCE * has_substance
        + LENGTH * log(len(query.own) + 1)
        + ORDINARY * _everyday(query)
        + A_CHEMICAL * (not has_substance and bool(CHEMICAL.search(query.text)))
    )
    return 1 / (1 + exp(-worth))


def _everyday(query: Query) -> float:
    """Return the share of everyday words; 0 beside a listed substance, which words do not outweigh."""
    return 0.0 if query.substances or query.named else share(query.own)


def _best(found: Sequence[Likeness]) -> Likeness:
    return Likeness(
        max(one.letters for one in found), max(one.phrase for one in found), max(one.words for one in found)
    )


def _times(weights: Likeness, likeness: Likeness) -> float:
    return (
        weights.letters * likeness.letters + weights.phrase * likeness.phrase + weights.words * likeness.words
    )
