"""Bring names into one comparable form. Pure: no database, no clock."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from anyascii import anyascii

DATA = Path(__file__).parent / "data"


def _lines(name: str) -> list[list[str]]:
    lines = (DATA / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return [line.split() for line in lines if not line.startswith("#")]


LEGAL_FORMS = frozenset(word for line in _lines("legal_forms") for word in line)
STOP_WORDS = frozenset(word for line in _lines("stop_words") for word in line)
LIGHT_WORDS = frozenset(word for line in _lines("light_words") for word in line)
SAME_WORDS = {other: word for word, *others in _lines("same_words") for other in others}
# Signs inside a word of one language or another that would cut it in two: "Ra'ad", "Zu’bi", "Il'ia".
INSIDE_WORDS = re.compile("['’‘ʼʻʿʾʹʺ`´ʽ]")
WORD = re.compile("[a-z0-9]+")
# Cyrillic and Greek letters that look like a Latin one, and that one: "АZНАR" is typed to read as "AZHAR".
LOOK_ALIKES = str.maketrans(
    "АВЕЅІЈКМНОРСТУХҮԚԜаеѕіјорсухһԁԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧοα",
    "ABESIJKMHOPCTYXYQWaesijopcyxhdqwABEZHIKMNOPTYXoa",
)
MIXED_WORD = re.compile(r"(?=\w*[A-Za-z])\w*[\u0370-\u03ff\u0400-\u052f]\w*")
OF_LIMITED_LIABILITY = re.compile(r"\bs\.?\s*de\s*r\.?\s*l\b")  # "S. de R.L."
DOTTED = re.compile(r"\b(?:[a-z][./])+[a-z]\b")  # "s.a", "a/s", "l.l.c"
EACH_SIGN_A_WORD = re.compile("([\u3400-\u9fff\uf900-\ufaff\uac00-\ud7a3])")  # Han and Hangul
VOWELS = re.compile("[aeiouy]+")
# Ways of writing one sound in Latin letters, in this order.
SOUNDS = (
    ("dzh", "j"), ("dj", "j"), ("tch", "ch"), ("sch", "s"), ("ph", "f"), ("kh", "h"), ("gh", "g"),
    ("dh", "d"), ("th", "t"), ("sh", "s"), ("zh", "z"), ("ck", "k"), ("ch", "č"), ("c", "k"), ("č", "ch"),
    ("q", "k"), ("x", "ks"), ("w", "v"),
)  # fmt: skip
DOUBLED = re.compile(r"(.)\1+")

LIGHT, INITIAL_WEIGHT, TWO_LETTERS, FULL = 0.4, 0.3, 0.7, 1.0


@dataclass(frozen=True, slots=True)
class Form:
    """A name made comparable: its words in order, lower case, Latin letters; never without a word."""

    name: str  # as it was given
    words: tuple[str, ...]

    @property
    def joined(self) -> str:
        return "".join(self.words)


@lru_cache(maxsize=65536)
def comparable(name: str) -> Form:
    """Return `name` in comparable form: no accents, no company form, no "of" or "the".

    Words are left in when nothing else would remain, so no name ends up empty ("The Company Ltd").
    Raises ValueError for a blank name, as it would match everything or nothing.
    """
    if not name.strip():
        raise ValueError("A blank name cannot be compared")
    words = _without_forms([SAME_WORDS.get(word, word) for word in _latin_words(name)])
    return Form(name, tuple(words) or (name.strip().casefold(),))


def _latin_words(name: str) -> list[str]:
    plain = MIXED_WORD.sub(_as_seen, unicodedata.normalize("NFKC", name))
    plain = EACH_SIGN_A_WORD.sub(r" \1 ", plain)
    plain = INSIDE_WORDS.sub("", anyascii(INSIDE_WORDS.sub("", plain)).lower())
    return WORD.findall(DOTTED.sub(_undotted, OF_LIMITED_LIABILITY.sub("srl", plain)))


def _as_seen(mixed: re.Match[str]) -> str:
    """Read a word of two alphabets as all Latin if it looks it; else leave it, a slip of the keyboard."""
    seen = mixed.group().translate(LOOK_ALIKES)
    return seen if seen.isascii() else mixed.group()


def _undotted(dotted: re.Match[str]) -> str:
    spelled = "".join(WORD.findall(dotted.group()))
    return spelled if spelled in LEGAL_FORMS else dotted.group()


def _without_forms(words: list[str]) -> list[str]:
    words = _letters_joined(words)
    return [word for word in words if word not in LEGAL_FORMS and word not in STOP_WORDS] or words


def _letters_joined(words: list[str]) -> list[str]:
    """Join runs of single letters that spell a company form ("S.A."), or make up the whole name ("A-B-C")."""
    if len(words) > 1 and all(len(word) == 1 for word in words):
        return ["".join(words)]
    joined: list[str] = []
    run: list[str] = []
    for word in [*words, ""]:
        if len(word) == 1:
            run.append(word)
            continue
        spelled = "".join(run)
        joined += [spelled] if spelled in LEGAL_FORMS else run
        joined += [word] if word else []
        run = []
    if joined and all(len(word) == 1 or word in LEGAL_FORMS for word in joined):
        initials = "".join(word for word in joined if len(word) == 1)
        return [initials, *(word for word in joined if len(word) > 1)] if initials else joined
    return joined


def weight(word: str) -> float:
    """Return how much a word says about whom it names, 0.3 (an initial) to 1."""
    if len(word) == 1:
        return INITIAL_WEIGHT
    if word in LIGHT_WORDS:
        return LIGHT
    return TWO_LETTERS if len(word) == 2 else FULL


@lru_cache(maxsize=65536)
def folded(word: str) -> str:
    """Return `word` with the ways of writing one sound made equal: Husain, Hussein, Hossein -> "husin"."""
    for written, sound in SOUNDS:
        word = word.replace(written, sound)
    word = VOWELS.sub(_one_vowel, DOUBLED.sub(r"\1", word))
    return word[:-1] if len(word) > 2 and word.endswith("ah") else word


def _one_vowel(run: re.Match[str]) -> str:
    vowels = run.group()
    if vowels.strip("a") == "":
        return "a"
    return "i" if set(vowels) & set("eiy") else "u"


def script(name: str) -> str:
    """Return the script most letters of `name` are in, as Unicode names it: "Latin", "Arabic", "Cjk"."""
    counts: dict[str, int] = {}
    for sign in name:
        if sign.isalpha():
            first = unicodedata.name(sign, "UNKNOWN").split(" ")[0].title()
            counts[first] = counts.get(first, 0) + 1
    return max(counts, key=lambda key: counts[key])[:20] if counts else ""
