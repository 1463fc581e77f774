"""Words of the trade, in Spanish or English, and what control lists call the same.

`data/catalogue/synonyms.toml` holds them. Words are compared by their stems: accents, capitals, plurals, the
ending of adjectives and small words do not matter.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from screening.codes import DATA

PATH = DATA / "catalogue" / "synonyms.toml"
WORD = re.compile(r"[^\W_]+")
SMALL = frozenset(
    ("a", "al", "con", "de", "del", "e", "el", "en", "la", "las", "los", "o", "of", "para", "por", "the")
    + ("un", "una", "y")
)


@dataclass(frozen=True, slots=True)
class Expansion:
    """What a control list calls something that a text says."""

    words: str  # as they stand in the text: "cámara térmica"
    start: int  # where, in the text
    end: int
    phrases: tuple[str, ...]  # in the words of lists, in English


def expansions(text: str, language: str) -> tuple[str, ...]:
    """Return the phrases of lists for what `text` says, in its order, each once."""
    found = (phrase for one in expanded(text, language) for phrase in one.phrases)
    return tuple(dict.fromkeys(found))


def expanded(text: str, language: str) -> tuple[Expansion, ...]:
    """Return what `text` says that lists call otherwise; the longest phrase wins.

    English words of the trade are known in Spanish texts as well.
    """
    tables = ("es", "en") if language == "es" else ("en",)
    return tuple(_expanded(text, tables))


Stems = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Table:
    phrases: dict[Stems, tuple[str, ...]]
    longest: int


def _expanded(text: str, tables: tuple[str, ...]) -> Iterator[Expansion]:
    words = [match for match in WORD.finditer(text) if match.group().casefold() not in SMALL]
    stems = [stem(match.group()) for match in words]
    place = 0
    while place < len(words):
        count, phrases = _longest(stems, place, tables)
        if phrases:
            start, end = words[place].start(), words[place + count - 1].end()
            yield Expansion(text[start:end], start, end, phrases)
        place += count


def _longest(stems: list[str], place: int, tables: tuple[str, ...]) -> tuple[int, tuple[str, ...]]:
    """Return how many words the longest known phrase has here and what lists call it; (1, ()) without any."""
    books = [_table(name) for name in tables]
    for count in range(max(book.longest for book in books), 0, -1):
        said = tuple(stems[place : place + count])
        for book in books:
            if len(said) == count and (phrases := book.phrases.get(said)):
                return count, phrases
    return 1, ()


@lru_cache(maxsize=2)
def _table(language: str) -> _Table:
    return _read(PATH, language)


def _read(path: Path, language: str) -> _Table:
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    phrases: dict[Stems, tuple[str, ...]] = {}
    for item in content[language]:
        for said in item["said"]:
            phrases.setdefault(stems_of(said), tuple(item["list"]))
    return _Table(phrases, max(map(len, phrases)))


def stems_of(phrase: str) -> Stems:
    words = (match.group() for match in WORD.finditer(phrase))
    return tuple(stem(word) for word in words if word.casefold() not in SMALL)


@lru_cache(maxsize=8192)
def stem(word: str) -> str:
    """Return the word without accents, plural and last vowel: "térmicas" gives "termic"."""
    letters = unicodedata.normalize("NFD", word.casefold())
    plain = "".join(sign for sign in letters if not unicodedata.combining(sign))
    if len(plain) > 4 and plain.endswith("es"):
        plain = plain[:-2]
    elif len(plain) > 3 and plain.endswith("s"):
        plain = plain[:-1]
    return plain[:-1] if len(plain) > 4 and plain[-1] in "aeo" else plain
