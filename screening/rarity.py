"""How much a word of a name says about whom it names. Pure.

A word half of all companies carry says little, a rare one nearly everything. The counts come with the
portal (data/word_counts.txt) instead of from the lists in force, so that the points of two names never change
because somebody else was listed: a party screened against the change of a list gets what a whole screening
gives.
"""

from functools import lru_cache
from math import log

from screening.rewriting import lines

INITIAL_WEIGHT = 0.25
LEAST_WEIGHT = 0.08
_HEAD, *_COUNTS = lines("word_counts")
PARTIES = int(_HEAD)  # that were counted
COUNTS = {word: int(count) for word, _, count in (line.partition(" ") for line in _COUNTS)}
# Titles say as little as initials: who has one is named with it or without.
TITLES = frozenset(
    ("haji", "sheikh", "sayyid", "mullah", "general", "colonel", "engineer", "doctor", "president")
)
RARE = 0.5  # the count of a word that was never seen
_MOST = log(1 + PARTIES / RARE)


@lru_cache(maxsize=1 << 17)
def weight(word: str) -> float:
    """Return how much a word says, up to 1 for a word that is in no table; an initial says little."""
    if len(word) == 1 or word in TITLES:
        return INITIAL_WEIGHT
    return max(LEAST_WEIGHT, log(1 + PARTIES / COUNTS.get(word, RARE)) / _MOST)
