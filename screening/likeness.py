"""How alike two words of names are, and the keys under which words alike are found. Pure.

Words are alike by their letters (a slip or two, optimal string alignment), by their sound (ways of writing
one sound in Latin letters are made equal), or, where one of them comes from Arabic script, by their
consonants.
Each way has a key or a set of keys, so that an index finds every word that `likeness` calls alike.
"""

import re
from functools import lru_cache
from typing import Any

from rapidfuzz.distance import OSA

from screening.latin import SKELETAL

SAME = 1.0
BY_SOUND = 0.93
TOGETHER = 0.98  # two words written as one
TOGETHER_BY_CONSONANTS = 0.85
INITIAL = 0.8
BY_CONSONANTS = {0: 0.0, 1: 0.0, 2: 0.7, 3: 0.84}  # by how many agree; more are MANY_CONSONANTS
MANY_CONSONANTS = 0.88
COST_OF_A_SLIP = 1.3  # times its share of the letters
COST_OF_ANOTHER_START = 0.08
LEAST = 0.55  # words less alike are different words
SHORTEST_WITH_ARTICLE = 6  # letters of a word like "Elbaradei"
LETTERS_APART = 3  # of words that sound the same, one of them written as two
CONSONANTS_TOGETHER = 4  # that make two words without their vowels a name of their own
PREFIX = 7  # letters of a word that keys of slips are made of; enough for two slips

_SOUNDS = {
    "shch": "s", "sch": "s", "sh": "s", "kh": "h", "zh": "z", "ts": "c", "tz": "c", "ch": "c", "ph": "f",
    "gh": "g", "dh": "d", "th": "t", "dj": "j", "dzh": "j", "ck": "k", "x": "ks", "q": "k", "w": "v",
    "que": "ke", "qui": "ki", "ca": "ka", "co": "ko", "cu": "ku", "cr": "kr", "cl": "kl",
    "iya": "a", "iia": "a", "ija": "a", "aia": "aa", "aya": "aa", "iye": "e", "skyi": "ski", "oe": "o",
    "yu": "u", "iu": "u", "ju": "u", "ya": "a", "ia": "a", "ja": "a", "yo": "e", "io": "e", "jo": "e",
    "ye": "e", "ie": "e", "je": "e", "ou": "u", "oo": "u", "ee": "i", "ei": "i", "ai": "i", "ay": "i",
    "ey": "i", "yi": "i", "iy": "i", "ij": "i", "yy": "i", "y": "i", "j": "i",
}  # fmt: skip
_SOUND = re.compile("|".join(sorted(_SOUNDS, key=len, reverse=True)))
_DOUBLED = re.compile(r"(.)\1+")
_DIGRAPHS = {
    "shch": "S", "sch": "S", "sh": "S", "kh": "h", "zh": "z", "ch": "C", "ph": "f", "gh": "g", "dh": "z",
    "th": "t", "dj": "j", "ck": "k", "ou": "u",
}  # fmt: skip
_DIGRAPH = re.compile("|".join(sorted(_DIGRAPHS, key=len, reverse=True)))
_ONE_CONSONANT = str.maketrans({"c": "k", "q": "k", "p": "b", "v": "f", "x": "k"})
_VOWELS = re.compile("[aeiouyw]")


@lru_cache(maxsize=1 << 17)
def likeness(ours: str, theirs: str) -> float:
    """Return how alike two words are, 0 (different words) to 1 (equal). Symmetric."""
    if ours == theirs:
        return SAME
    if len(ours) == 1 or len(theirs) == 1:
        return INITIAL if ours[0] == theirs[0] else 0.0
    if SKELETAL in (ours[0], theirs[0]):
        return _by_consonants(ours, theirs)
    allowed = min(slips_allowed(ours), slips_allowed(theirs))
    if not allowed:
        return 0.0
    by_letters = _by_letters(ours, theirs, allowed)
    if by_letters < BY_SOUND and sound(ours) == sound(theirs):
        return BY_SOUND
    return by_letters


def _by_letters(ours: str, theirs: str, allowed: int) -> float:
    slips = OSA.distance(ours, theirs, score_cutoff=allowed)
    if slips > allowed:
        return 0.0
    alike = as_alike_by_slips(slips, max(len(ours), len(theirs)))
    if ours[0] != theirs[0]:
        alike -= COST_OF_ANOTHER_START
    return alike if alike >= LEAST else 0.0


def as_alike_by_slips(slips: Any, letters: Any) -> Any:
    """Return how alike two words of at most so many letters are that differ by so many slips, from the same
    start; for numbers or arrays of them."""
    return 1 - COST_OF_A_SLIP * slips / letters


def _by_consonants(ours: str, theirs: str) -> float:
    shared = consonants(ours)
    if shared != consonants(theirs):
        return 0.0
    return as_alike_by_consonants(shared)


def as_alike_by_consonants(shared: str) -> float:
    """Return how alike words are that share these consonants and no more."""
    return BY_CONSONANTS.get(len(shared), MANY_CONSONANTS)


@lru_cache(maxsize=1 << 17)
def slips_allowed(word: str) -> int:
    """Return how many letters may be wrong: none in numbers and in words of two letters."""
    if len(word) < 3 or not word.isalpha():
        return 0
    return 1 if len(word) < 7 else 2


def slip_keys(word: str) -> set[str]:
    """Return what is left of the word's start when as many letters are taken out as may be wrong.

    Two words that differ by no more slips share one of them (the symmetric-delete method).
    """
    start = word[:PREFIX]
    keys, last = {start}, {start}
    for _ in range(slips_allowed(word)):
        last = {key[:at] + key[at + 1 :] for key in last for at in range(len(key))}
        keys |= last
    return keys


def letter_bits(word: str) -> int:
    """Return which letters a word has, a bit for each: a slip changes two at most."""
    bits = 0
    for letter in word:
        bits |= 1 << (ord(letter) & 31)
    return bits


@lru_cache(maxsize=1 << 17)
def sound(word: str) -> str:
    """Return the word with the ways of writing one sound made equal: Sergei, Sergey, Serguey."""
    plain = _DOUBLED.sub(r"\1", _SOUND.sub(lambda found: _SOUNDS[found[0]], word)).rstrip("h")
    return f"{plain[:-1]}k" if plain.endswith("c") else plain


@lru_cache(maxsize=1 << 17)
def consonants(word: str) -> str:
    """Return the consonants a word is heard by, as Arabic script writes them; vowels count at no place."""
    plain = _DIGRAPH.sub(lambda found: _DIGRAPHS[found[0]], word.removeprefix(SKELETAL)).removesuffix("h")
    first = "" if plain[:1] in "aeiou" else plain[:1]
    return _DOUBLED.sub(r"\1", (first + _VOWELS.sub("", plain[1:])).translate(_ONE_CONSONANT))


def with_article(word: str) -> str:
    """Return a word that an Arabic article may be part of with "al", as the article is written by itself."""
    return f"al{word[2:]}" if word.startswith("el") and len(word) >= SHORTEST_WITH_ARTICLE else word


def may_be_together(joined: str, word: str) -> bool:
    """Say quickly whether two words written as one may be like one word: only those without vowels may be
    much longer or shorter and yet be alike."""
    return abs(len(joined) - len(word)) <= LETTERS_APART or SKELETAL in (joined[0], word[0])


@lru_cache(maxsize=1 << 17)
def likeness_together(joined: str, word: str) -> float:
    """Return how alike two words written as one and one word are: the same letters, sound or consonants."""
    if joined in (word, with_article(word)):
        return TOGETHER
    if SKELETAL in (joined[0], word[0]):
        heard = consonants(joined)
        return (
            TOGETHER_BY_CONSONANTS if len(heard) >= CONSONANTS_TOGETHER and heard == consonants(word) else 0.0
        )
    if not may_be_together(joined, word):
        return 0.0
    alphabetic = joined.isalpha() and word.isalpha()
    return BY_SOUND * TOGETHER if alphabetic and sound(joined) == sound(word) else 0.0
