"""Words of goods and of lists in comparable form: folded, without endings, and in pieces of a few letters."""

import re
from collections.abc import Iterator
from functools import lru_cache

from screening.codes import DATA
from screening.control.wording import folded

WORD = re.compile(r"[a-z0-9]+(?:\.[0-9]+)*")
SHORTEST_STEM = 4
GRAMS = (3, 4, 5)


@lru_cache(maxsize=1)
def stop_words() -> frozenset[str]:
    """Return the words that say nothing of goods, in either language."""
    lines = (DATA / "goods_stop_words.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


def words(text: str) -> list[str]:
    """Return the words of a text in order, without those that say nothing, each without its ending."""
    return [stem(word) for word in WORD.findall(folded(text)) if word not in stop_words()]


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


def grams(text: str) -> Iterator[str]:
    """Yield the pieces of 3 to 5 letters of each word, with a blank where it begins or ends."""
    for word in WORD.findall(folded(text)):
        padded = f" {word} "
        for size in GRAMS:
            for start in range(len(padded) - size + 1):
                yield padded[start : start + size]
