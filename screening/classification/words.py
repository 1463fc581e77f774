"""Words of goods and of lists in comparable form: folded, without endings, and in pieces of a few letters."""

import re
from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache

from screening.codes import DATA
from screening.control.wording import folded

WORD = re.compile(r"[a-z0-9]+(?:\.[0-9]+)*")
SHORTEST_STEM = 4
GRAMS = (3, 4, 5)


@lru_cache(maxsize=1)
def stop_words() -> frozenset[str]:
    """Return the words that say nothing of goods, in either language."""
    return frozenset(listed_words("goods_stop_words"))


@lru_cache(maxsize=1)
def generic_words() -> frozenset[str]:
    """Return the stems of the words that any goods may have."""
    return frozenset(stem(folded(word)) for word in listed_words("goods_generic_words"))


def listed_words(name: str) -> list[str]:
    """Return the words of a file of ours, as they stand there."""
    lines = (DATA / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return [word for line in lines if not line.startswith("#") for word in line.split()]


def words(text: str) -> list[str]:
    """Return the words of a text in order, without those that say nothing, each without its ending."""
    return [stem(word) for word in plain_words(text)]


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """Return the word without endings of number and gender: "lasers", "láseres" and "laser" are the same."""
    if not word.isalpha() or len(word) <= SHORTEST_STEM:
        return word
    for ending, instead in ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) + len(instead) >= SHORTEST_STEM:
            return word[: len(word) - len(ending)] + instead
    return word


ENDINGS = (
    ("sses", "ss"),
    ("ss", "ss"),
    ("us", "us"),
    ("is", "is"),
    ("ies", "y"),
    ("ches", "ch"),
    ("shes", "sh"),
    ("xes", "x"),
    ("ciones", "cion"),
    ("siones", "sion"),
    ("dores", "dor"),
    ("tores", "tor"),
    ("sores", "sor"),
    ("eres", "er"),
    ("ares", "ar"),
    ("iles", "il"),
    ("ales", "al"),
    ("oras", "or"),
    ("ora", "or"),
    ("os", "o"),
    ("as", "o"),
    ("s", ""),
    ("a", "o"),
)


def plain_words(text: str) -> list[str]:
    """Return the words of a text in order, folded, without those that say nothing."""
    return [word for word in WORD.findall(folded(text)) if word not in stop_words()]


@lru_cache(maxsize=100_000)
def grams(word: str) -> tuple[str, ...]:
    """Return the pieces of 3 to 5 letters of a folded word, with a blank where it begins or ends."""
    padded = f" {word} "
    return tuple(padded[start : start + size] for size in GRAMS for start in range(len(padded) - size + 1))


def grams_of(counts: Mapping[str, float]) -> dict[str, float]:
    """Return how often a text has each piece, from how often it has each word."""
    found: dict[str, float] = defaultdict(float)
    for word, count in counts.items():
        for gram in grams(word):
            found[gram] += count
    return found
