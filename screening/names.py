"""Bring names into one comparable form. Pure: no database, no clock."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any, Generic, TypeVar

from anyascii import anyascii
from babel import Locale

from screening.latin import HAN, HANGUL, SKELETAL, latin
from screening.number_words import in_digits
from screening.rarity import weight
from screening.rewriting import WORD, cut_han, lines, rewritten

STOP_WORDS = frozenset(word for line in lines("stop_words") for word in line.split())
LEGAL_FORMS = frozenset(word for line in lines("legal_forms") for word in line.split())
# Signs inside a word of one language or another that would cut it in two: "Ra'ad", "Zu’bi", "Il'ia".
INSIDE_WORDS = re.compile("['’‘ʼʻʿʾʹʺ`´ʽ]")
# Cyrillic and Greek letters that look like a Latin one, and that one: "АZНАR" is typed to read as "AZHAR".
LOOK_ALIKES = str.maketrans(
    "АВЕЅІЈКМНОРСТУХҮԚԜаеѕіјорсухһԁԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧοα",
    "ABESIJKMHOPCTYXYQWaesijopcyxhdqwABEZHIKMNOPTYXoa",
)
TO_CYRILLIC = str.maketrans("ABEKMHOPCTYXaeopcyxiI", "АВЕКМНОРСТУХаеорсухіІ")
MIXED_WORD = re.compile(r"(?=\w*[A-Za-z])\w*[\u0370-\u03ff\u0400-\u052f]\w*")
SIGNS = re.compile(f"[{HAN}]{{2,4}}|[{HANGUL}]{{2,4}}")  # what people's names have
SHORTEST_JOINED = 5  # letters of two words that may be written as one
# Digits written for letters inside a word, to be read by people and by no filter: "S3rg1o".
DISGUISED = re.compile(r"(?<=[a-z])[01345789](?=[a-z])")
DIGITS_AS_LETTERS = {"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "9": "g"}
SHORTEST_DISGUISED = 4
# A company form, or another word behind a well-known one, without a blank: "QuimeraAG", "SergeiQuimera".
GLUED = re.compile(r"(?<=[a-z])(?:[A-Z]{2,}\b|[A-Z][a-z]{3,})")
BEFORE = re.compile(r"\b[A-Za-z][a-z]{3,}\Z")
WELL_KNOWN = 0.85  # weight of a word, at most
DOTTED = re.compile(r"\b(?:[a-z][./])+[a-z]\b")  # "s.a", "a/s", "l.l.c"


Made = TypeVar("Made")


class once(Generic[Made]):
    """Work an attribute out at its first use: functools.cached_property without its lock, gone in 3.12."""

    def __init__(self, made: Callable[[Any], Made]) -> None:
        self._made, self._name = made, made.__name__
        self.__doc__ = made.__doc__

    def __get__(self, of: Any, owner: type) -> Made:
        value = of.__dict__[self._name] = self._made(of)
        return value


@dataclass(frozen=True)
class Form:
    """A name made comparable: its words in order, lower case, Latin letters; never without a word."""

    name: str  # as it was given
    words: tuple[str, ...]
    # Its words as written, before any was put in another spelling, in alphabetical order: two names with the
    # same are the same name.
    spelled: str

    @once
    def different(self) -> tuple[str, ...]:
        """Each word once, in order: who is called twice the same says it once."""
        return tuple(dict.fromkeys(self.words))

    @once
    def weights(self) -> tuple[float, ...]:
        """What each of the different words says."""
        return tuple(map(weight, self.different))

    @once
    def longest(self) -> int:
        """How many letters its longest word has."""
        return max(map(len, self.different))

    @once
    def joined(self) -> tuple[tuple[int, str], ...]:
        """Every two neighbours written as one word, with the place of the first."""
        return tuple(joined_words(self.different))

    @once
    def is_skeletal(self) -> bool:
        """Whether a word came without its vowels."""
        return SKELETAL in "".join(self.words)

    @once
    def signs(self) -> str:
        """The signs of a short name all in Han or all in Hangul, without blanks; of any other name ""."""
        found = None if self.name.isascii() else SIGNS.fullmatch(self.name.replace(" ", ""))
        return found[0] if found else ""

    @once
    def in_order(self) -> str:
        return in_order(self.words)


def joined_words(words: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    """Yield every two neighbours written as one word, with the place of the first."""
    for at, (word, following) in enumerate(pairwise(words)):
        joined = word + following.removeprefix(SKELETAL)
        initials = len(word) == len(following) == 1  # "J. P. Morgan" is "JP Morgan"
        if initials or len(joined) >= SHORTEST_JOINED:
            yield at, joined


def in_order(words: Iterable[str]) -> str:
    return " ".join(sorted(set(words))).replace(SKELETAL, "")


@lru_cache(maxsize=1 << 16)
def comparable(name: str) -> Form:
    """Return `name` in comparable form: Latin letters, no company form, no "of", one word for one thing.

    Words are left in when nothing else would remain, so no name ends up empty ("The Company Ltd").
    Raises ValueError for a blank name, as it would match everything or nothing.
    """
    if not name.strip():
        raise ValueError("A blank name cannot be compared")
    words = _latin_words(name) or [name.strip().casefold()]
    kept = [word for word in _rewritten(words) if word not in STOP_WORDS]
    written = [word for word in words if word not in STOP_WORDS and word not in LEGAL_FORMS]
    return Form(name, tuple(kept or words), in_order(written or words))


def _countries() -> Iterator[str]:
    for language in ("en", "es"):
        for code, name in Locale(language).territories.items():
            if len(code) == 2 and len(words := comparable(name).words) == 1:
                yield words[0]


def _latin_words(name: str) -> list[str]:
    plain = DOTTED.sub(_undotted, _ascii(name))
    return _letters_joined(in_digits([_undisguised(word) for word in WORD.findall(plain)]))


def _ascii(name: str) -> str:
    name = GLUED.sub(_unglued, name)
    if name.isascii():
        return INSIDE_WORDS.sub("", name.lower()).replace("&", " and ")
    plain = MIXED_WORD.sub(_as_seen, unicodedata.normalize("NFKC", name))
    plain = cut_han(latin(INSIDE_WORDS.sub("", plain))).replace("&", " and ")
    return INSIDE_WORDS.sub("", "".join(sign if sign.isascii() else anyascii(sign) for sign in plain).lower())


def _unglued(glued: re.Match[str]) -> str:
    """Put a blank before a company form, and after a word that many carry."""
    before = BEFORE.search(glued.string, 0, glued.start())
    stands_alone = (
        glued[0].lower() in LEGAL_FORMS
        if glued[0].isupper()
        else before and weight("".join(rewritten([before[0].lower()]))) < WELL_KNOWN
    )
    return f" {glued[0]}" if stands_alone else glued[0]


def _undisguised(word: str) -> str:
    if word.isalpha() or len(word) < SHORTEST_DISGUISED:
        return word
    return DISGUISED.sub(lambda digit: DIGITS_AS_LETTERS[digit[0]], word)


def _as_seen(mixed: re.Match[str]) -> str:
    """Read a word of two alphabets as all Latin if it looks it; else leave it, a slip of the keyboard."""
    seen = mixed.group().translate(LOOK_ALIKES)
    return seen if seen.isascii() else mixed.group().translate(TO_CYRILLIC)


def _undotted(dotted: re.Match[str]) -> str:
    spelled = "".join(WORD.findall(dotted.group()))
    return spelled if spelled in LEGAL_FORMS else dotted.group()


# A father's name in Russian, Ukrainian or Belarusian: the ending, and roots that differ between them.
FATHERS_NAME = re.compile(
    r"(.{3,}?)(?:iy|yi|ii|y|i|j)?(?:([oea])(?:v|u)(?:[iy]ch|ych|ic)|(?:[oeiya]*)(?:v|u)?n(a))"
)
FATHERS = {
    "aleksandr": "oleksandr aliaksandr alexandr alexander aleksander alyaksandr",
    "aleks": "oleks alex aliaks alekse alexe aleksi oleksi alexi",
    "serg": "serh siarh sergh serge serhe siarg",
    "vladimir": "volodymyr uladzimir volodimir uladzimi wladimir",
    "mikhail": "mykhayl mihail mykhail mikhal mikhayl mykhal",
    "nikola": "mykola mikala mikola mykol nikol mikol",
    "igor": "ihor ihar",
    "oleg": "oleh aleh",
    "grigor": "hryhor grygor hrihor",
    "georg": "heorh georh heorg",
    "gennad": "hennad genad henadz",
    "dmitr": "dmytr dzmitr dimitr",
    "evgen": "yevgen yevhen evhen yauhen",
    "anatol": "anatal",
    "vasil": "vasyl vasiliy",
    "viktor": "victor",
    "ivan": "iwan",
    "pavl": "paul",
    "yur": "iur jur",
    "leonid": "leanid",
    "andre": "andr andri",
    "konstantin": "kostyantyn konstantyn kostiantyn",
    "fedor": "fyodor fedir feodor fyodar",
    "maksim": "maxim maksym",
    "boris": "borys barys",
    "valentin": "valentyn",
    "vadim": "vadym",
    "konstant": "kanstant",
    "stanislav": "stanislau",
    "vyacheslav": "viacheslav vyacheslau vjacheslav",
    "yevgen": "evgen",
}
FATHERS_ROOTS = {other: root for root, others in FATHERS.items() for other in others.split()}
# A man's name in Latvian: "Lavrovs", "Ivanovs".
BALTIC = re.compile(".{2,}[oe]vs")


def _rewritten(words: list[str]) -> list[str]:
    return [_without_ending(_fathers_name(word)) for word in rewritten(words)]


def _without_ending(word: str) -> str:
    return word[:-1] if BALTIC.fullmatch(word) else word


def _fathers_name(word: str) -> str:
    found = FATHERS_NAME.fullmatch(word) if word.endswith(("ch", "vna", "una", "ic")) else None
    if not found:
        return word
    root = FATHERS_ROOTS.get(found[1], found[1])
    return root + ("ovna" if found[3] else "ovich")


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


def script(name: str) -> str:
    """Return the script most letters of `name` are in, as Unicode names it: "Latin", "Arabic", "Cjk"."""
    counts: dict[str, int] = {}
    for sign in name:
        if sign.isalpha():
            first = unicodedata.name(sign, "UNKNOWN").split(" ")[0].title()
            counts[first] = counts.get(first, 0) + 1
    return max(counts, key=lambda key: counts[key])[:20] if counts else ""


COUNTRIES = frozenset(_countries())  # names of countries of one word, in comparable form
