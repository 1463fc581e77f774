"""Spanish words of the trade in English: by a glossary, by our titles in both languages, by their form."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Container, Iterable, Iterator, Mapping
from functools import lru_cache

from screening.classification.words import words
from screening.codes import DATA

ROUNDS = 8  # of learning; the shares hardly move after
LIKELY = 0.12  # a word that stands for this share of another is taken as its translation
BY_FORM = 0.7  # how sure a guess by form is
LONGEST = 40  # words; in longer texts everything could translate everything
LONGEST_PHRASE = 4
# How the same Latin or Greek word ends in the two languages, after folding and taking endings away.
COGNATES = (
    (r"cion$", "tion"),
    (r"sion$", "sion"),
    (r"dad$", "ty"),
    (r"metro$", "meter"),
    (r"grafio$", "graphy"),
    (r"logio$", "logy"),
    (r"encio$", "ence"),
    (r"ancio$", "ance"),
    (r"ico$", "ic"),
    (r"ico$", "ical"),
    (r"uro$", "ide"),
    (r"ato$", "ate"),
    (r"ito$", "ite"),
    (r"ino$", "ine"),
    (r"ano$", "ane"),
    (r"eno$", "ene"),
    (r"oso$", "ous"),
    (r"ivo$", "ive"),
    (r"ario$", "ary"),
    (r"ismo$", "ism"),
    (r"io$", "ium"),
    (r"o$", ""),
    (r"o$", "e"),
    (r"$", ""),
)
SPELLINGS = ((r"^es(?=[cpt])", "s"), (r"f", "ph"), (r"cua", "qua"), (r"^quimi", "chemi"))

Shares = tuple[tuple[str, float], ...]


class Lexicon:
    """What Spanish words are in English, and which words are English ones."""

    def __init__(self, learned: Mapping[str, Shares], english: Collection[str]) -> None:
        self.learned = learned
        self.english = english

    @classmethod
    def of(cls, same: Iterable[tuple[str, str]]) -> Lexicon:
        """Learn from texts that say the same in Spanish and English."""
        pairs = [(words(spanish), words(english)) for spanish, english in same]
        return cls(learned(pairs), frozenset(word for _spanish, english in pairs for word in english))

    def is_spanish(self, asked: list[str]) -> bool:
        """Say whether more of the words are Spanish than English."""
        spanish = sum(word in self.learned and word not in self.english for word in asked)
        english = sum(word in self.english and word not in self.learned for word in asked)
        return spanish > english

    def translated(self, asked: list[str], known: Container[str]) -> dict[str, float]:
        """Return the English words that Spanish ones stand for, each with how sure that is.

        In a text that is not Spanish, only words that are not English are translated. `known` are the words
        of the list: a guess by form is taken only if it is one of them.
        """
        wanted = asked if self.is_spanish(asked) else [word for word in asked if word not in self.english]
        found: dict[str, float] = {}
        place = 0
        while place < len(wanted):
            length = next(
                (n for n in range(LONGEST_PHRASE, 0, -1) if tuple(wanted[place : place + n]) in glossary()), 0
            )
            for word, share in self._said(wanted[place : place + max(length, 1)], length, known):
                found[word] = max(found.get(word, 0.0), share)
            place += max(length, 1)
        return found

    def _said(self, said: list[str], length: int, known: Container[str]) -> Iterator[tuple[str, float]]:
        if length:
            yield from ((word, 1.0) for word in glossary()[tuple(said)])
        if length < 2:
            yield from self.learned.get(said[0], ())
        if not length and said[0] not in self.learned:
            yield from ((other, BY_FORM) for other in cognates(said[0]) if other in known)


def learned(pairs: Iterable[tuple[list[str], list[str]]]) -> dict[str, Shares]:
    """Learn which English word each Spanish one stands for from texts that say the same (IBM model 1)."""
    texts = [(es, en) for es, en in pairs if 0 < len(es) <= LONGEST and 0 < len(en) <= LONGEST]
    shares: dict[str, dict[str, float]] = {}
    for _round in range(ROUNDS):
        shares = _learned_again(texts, shares)
    return {
        word: tuple(
            sorted(
                ((other, share) for other, share in found.items() if share >= LIKELY), key=lambda one: -one[1]
            )
        )
        for word, found in shares.items()
    }


def _learned_again(
    texts: list[tuple[list[str], list[str]]], shares: Mapping[str, Mapping[str, float]]
) -> dict[str, dict[str, float]]:
    counted: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for spanish, english in texts:
        for word in english:
            likely = [shares[each].get(word, 0.0) if shares else 1.0 for each in spanish]
            total = sum(likely) or 1.0
            for each, share in zip(spanish, likely, strict=True):
                counted[each][word] += share / total
    return {
        each: {word: count / (sum(found.values()) or 1.0) for word, count in found.items()}
        for each, found in counted.items()
    }


@lru_cache(maxsize=1)
def glossary() -> dict[tuple[str, ...], tuple[str, ...]]:
    """Return the glossary: words of a Spanish expression, in order -> words of its English ones."""
    found: dict[tuple[str, ...], tuple[str, ...]] = {}
    for line in (DATA / "goods_glossary.txt").read_text(encoding="utf-8").splitlines():
        spanish, equals, english = line.partition("=")
        if equals and not line.startswith("#"):
            for expression in spanish.split(","):
                found[tuple(words(expression))] = tuple(words(english))
    return found


def cognates(word: str) -> Iterator[str]:
    """Yield what a word may look like in English, the likeliest first."""
    for spelt in dict.fromkeys((word, _spelt(word))):
        for ending, instead in COGNATES:
            if (other := re.sub(ending, instead, spelt)) not in (spelt, word) or spelt != word:
                yield other


def _spelt(word: str) -> str:
    for pattern, instead in SPELLINGS:
        word = re.sub(pattern, instead, word)
    return word
