"""Everyday goods: words of the kitchen or the wardrobe make it less likely that goods are listed."""

from collections.abc import Sequence
from functools import lru_cache

from screening.classification.words import generic_words, listed_words, plain_words, stem

SHORTEST = 3  # letters; shorter ones are units and signs
LONGEST = 4  # words of an expression


@lru_cache(maxsize=1)
def ordinary_words() -> frozenset[tuple[str, ...]]:
    """Return the words and expressions of everyday goods, in either language: their stems in order."""
    return frozenset(tuple(map(stem, plain_words(line))) for line in listed_words("ordinary_words"))


def share(own: Sequence[str]) -> float:
    """Return the share of everyday words among the stems of goods, from 0 to 1.

    Numbers, units and words that any goods may have are left out of it.
    """
    told = [len(word) >= SHORTEST and word.isalpha() and word not in generic_words() for word in own]
    is_everyday = [False] * len(own)
    for place in range(len(own)):
        for end in range(place + 1, min(place + LONGEST, len(own)) + 1):
            if tuple(own[place:end]) in ordinary_words():
                is_everyday[place:end] = [True] * (end - place)
    heeded = [everyday for everyday, is_told in zip(is_everyday, told, strict=True) if is_told or everyday]
    return sum(heeded) / len(heeded) if heeded else 0.0
