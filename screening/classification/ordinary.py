"""Everyday goods: words of the kitchen, the wardrobe make it less likely that goods are meant."""

from functools import lru_cache
from math import exp, log

from screening.classification.query import Query
from screening.classification.words import generic_words, listed_words, plain_words, stem

ORDINARY = -6.0  # to the log of the odds where all words are everyday ones
LEAST, MOST = 1e-6, 1 - 1e-6  # what has a log of its odds


@lru_cache(maxsize=1)
def ordinary_words() -> frozenset[str]:
    """Return the stems of the words of everyday goods, in either language."""
    return frozenset(stem(word) for line in listed_words("ordinary_words") for word in plain_words(line))


def share(query: Query) -> float:
    """Return the share of everyday words among those of the goods, from 0 to 1; words of any goods apart."""
    said = [word for word in map(stem, plain_words(query.text)) if word not in generic_words()]
    return sum(word in ordinary_words() for word in said) / len(said) if said else 0.0


def tempered(likely: float, query: Query) -> float:
    """Return an alarm, from 0 to 1, the lower the more of the words are everyday ones.

    A substance by its name or number is not outweighed by words.
    """
    if query.substances or query.named or not (everyday := share(query)):
        return likely
    bounded = min(max(likely, LEAST), MOST)
    return 1 / (1 + exp(-(log(bounded / (1 - bounded)) + ORDINARY * everyday)))
