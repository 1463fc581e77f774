"""Substances that a text names, by their CAS number or by a name, and the provisions that name them.

Names are compared by their letters and digits alone: capitals, accents, blanks, hyphens and brackets do not
matter, nor do spellings that `data/catalogue/substances.toml` holds for the same. What is found begins and
ends with words of the text, and the longest name wins.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any

from screening.codes import DATA
from screening.control.wording import CAS, is_cas

PATH = DATA / "catalogue" / "substances.toml"
GREEK = {"α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "λ": "lambda", "ω": "omega"}
LINKS = {"de", "del", "of"}  # "cianuro de sodio" is "cianuro sodio"
LONGEST_NAME = 16  # words of the text
WORD = re.compile(r"[^\W_]+")
# Indexes turn names round: "hydrazine, trimethyl-", "phosphonic acid, methyl-, dimethyl ester".
TURNED = re.compile(r"(?<![\w,'-])(?P<parent>[^\W\d_]+(?: acid)?), ?(?P<before>[^;\n]{2,60}?)-(?=[,;.\s)]|$)")


class Role(StrEnum):
    """What a substance is in the provisions that name it."""

    LISTED = "listed"  # listed as such
    CONDITIONS = "conditions"  # listed in some purity, form, mass or use only
    MENTIONED = "mentioned"  # named without being what is listed, or taken out of it


@dataclass(frozen=True, slots=True)
class Found:
    """A substance, or a family of substances, that a text names."""

    words: str  # as they stand in the text
    start: int  # where, in the text
    end: int
    codes: tuple[str, ...]  # the provisions: ("1C350.12", "1C450.b.6")
    role: Role
    cas: str = ""  # "" for a family, an agent of disease or a toxin
    name_en: str = ""  # what it is called first
    name_es: str = ""

    def name(self, language: str) -> str:
        return self.name_es if language == "es" else self.name_en


def named(text: str) -> tuple[Found, ...]:
    """Return the substances that `text` names, in its order. None overlaps another."""
    return _book().named(text)


def vocabulary() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield every name, in both languages, with its provisions, for whatever searches by letters."""
    yield from _book().vocabulary


def of_cas(number: str) -> tuple[Found, ...]:
    """Return the substance with this CAS number; () if no provision names it."""
    return tuple(_book().of_number(number, 0, len(number)))


@dataclass(frozen=True, slots=True)
class _Substance:
    codes: tuple[str, ...]
    role: Role
    cas: str
    name_en: str
    name_es: str


@dataclass(frozen=True, slots=True)
class _Squeezed:
    """The letters and digits of a text, with where its words begin and end in it and in the text."""

    letters: str
    starts: dict[int, int]  # place in `letters` -> place in the text
    ends: dict[int, int]


class _Book:
    """What the file says, ready to look names up."""

    def __init__(self, path: Path) -> None:
        content: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        self._spellings = {item["written"]: item["means"] for item in content["spelling"]}
        self._written = re.compile("|".join(map(re.escape, self._spellings)))
        self._families: list[dict[str, Any]] = content["family"]
        self._by_number = {item["cas"]: _substance(item) for item in content["substance"]}
        self._by_name: dict[str, _Substance] = {}
        self._beginnings: set[str] = set()
        self.vocabulary: list[tuple[str, tuple[str, ...]]] = []
        self._patterns = self._read_patterns()
        for item in (*content["substance"], *self._families):
            self._add(_substance(item), item.get("names", {}).values())

    def _add(self, substance: _Substance, names: Iterable[list[str]]) -> None:
        for name in chain.from_iterable(names):
            squeezed = self.squeezed(name)
            self.vocabulary.append((name, substance.codes))
            self._by_name.setdefault(squeezed.letters, substance)
            self._beginnings.update(squeezed.letters[:end] for end in range(1, len(squeezed.letters) + 1))

    def _read_patterns(self) -> re.Pattern[str]:
        """Return one expression for all families; the group that matches says which."""
        groups = []
        for number, item in enumerate(self._families):
            patterns = (self._respelt(pattern) for pattern in item.get("patterns", ()))
            groups += [f"(?P<f{number}>{'|'.join(patterns)})"] if "patterns" in item else []
        return re.compile("|".join(groups))

    def _respelt(self, letters: str) -> str:
        while (again := self._written.sub(lambda match: self._spellings[match.group()], letters)) != letters:
            letters = again
        return letters

    def squeezed(self, text: str) -> _Squeezed:
        """Return the letters and digits of `text`, spelt one way."""
        pieces: list[str] = []
        starts, ends, length = dict[int, int](), dict[int, int](), 0
        for match in WORD.finditer(text):
            letters = _letters(match.group())
            if letters in LINKS:
                continue
            starts[length] = match.start()
            pieces.append(letters)
            length += len(letters)
            ends[length] = match.end()
        return self._spelt(_Squeezed("".join(pieces), starts, ends))

    def _spelt(self, squeezed: _Squeezed) -> _Squeezed:
        """Write each spelling of the file as it is meant, as often as there are any."""
        while match := self._written.search(squeezed.letters):
            squeezed = self._spelt_once(squeezed, match.start())
        return squeezed

    def _spelt_once(self, squeezed: _Squeezed, first: int) -> _Squeezed:
        letters, pieces, moves, last, length = squeezed.letters, list[str](), list[tuple[int, int]](), 0, 0
        for match in self._written.finditer(letters, first):
            means = self._spellings[match.group()]
            pieces += [letters[last : match.start()], means]
            length += match.start() - last + len(means)
            moves.append((match.end(), length - match.end()))
            last = match.end()
        inside = {place for match in self._written.finditer(letters, first) for place in _between(match)}
        pieces.append(letters[last:])
        return _Squeezed(
            "".join(pieces),
            {_moved(place, moves): at for place, at in squeezed.starts.items() if place not in inside},
            {_moved(place, moves): at for place, at in squeezed.ends.items() if place not in inside},
        )

    def named(self, text: str) -> tuple[Found, ...]:
        numbers = [found for match in CAS.finditer(text) for found in self._of_match(match)]
        squeezed = self.squeezed(text)
        candidates = [
            *numbers,
            *self._of_names(text, squeezed),
            *self._of_patterns(text, squeezed),
            *self._turned(text),
        ]
        return tuple(_apart(candidates))

    def of_number(self, number: str, start: int, end: int) -> Iterator[Found]:
        if is_cas(number) and number in self._by_number:
            yield _found(self._by_number[number], number, start, end)

    def _of_match(self, match: re.Match[str]) -> Iterator[Found]:
        return self.of_number(match.group(), match.start(), match.end())

    def _of_names(self, text: str, squeezed: _Squeezed) -> Iterator[Found]:
        places = sorted(squeezed.ends)
        behind = 0  # the first end that lies behind the start
        for start, at in squeezed.starts.items():
            while places[behind] <= start:
                behind += 1
            for end in places[behind : behind + LONGEST_NAME]:
                letters = squeezed.letters[start:end]
                if letters not in self._beginnings:
                    break
                if substance := self._by_name.get(letters):
                    yield _found(substance, text[at : squeezed.ends[end]], at, squeezed.ends[end])

    def _of_patterns(self, text: str, squeezed: _Squeezed) -> Iterator[Found]:
        for start, at in squeezed.starts.items():
            match = self._patterns.match(squeezed.letters, start)
            end = squeezed.ends.get(match.end()) if match else None
            if match and end is not None and match.lastgroup:
                yield _found(_substance(self._families[int(match.lastgroup[1:])]), text[at:end], at, end)

    def _turned(self, text: str) -> Iterator[Found]:
        """Yield what indexes name with the substituents behind the parent."""
        for match in TURNED.finditer(text):
            straight = match["before"] + match["parent"]
            rest = text[match.end() : match.end() + 60]
            for found in self._of_names(straight + rest, self.squeezed(straight + rest)):
                if found.start == 0 and found.end >= len(straight):
                    end = match.end() + found.end - len(straight)
                    yield replace(found, words=text[match.start() : end], start=match.start(), end=end)


@lru_cache(maxsize=1)
def _book() -> _Book:
    return _Book(PATH)


def _substance(item: dict[str, Any]) -> _Substance:
    names = item.get("name") or {language: names[0] for language, names in item["names"].items()}
    return _Substance(tuple(item["codes"]), Role(item["role"]), item.get("cas", ""), names["en"], names["es"])


def _found(substance: _Substance, words: str, start: int, end: int) -> Found:
    return Found(
        words,
        start,
        end,
        substance.codes,
        substance.role,
        substance.cas,
        substance.name_en,
        substance.name_es,
    )


def _apart(candidates: list[Found]) -> list[Found]:
    """Return candidates that do not overlap: the longest first, then a substance before its family."""
    kept: list[Found] = []
    for one in sorted(candidates, key=lambda found: (found.start - found.end, not found.cas)):
        if all(one.end <= other.start or one.start >= other.end for other in kept):
            kept.append(one)
    return sorted(kept, key=lambda found: found.start)


@lru_cache(maxsize=4096)
def _letters(word: str) -> str:
    spelt = "".join(GREEK.get(sign, sign) for sign in word.casefold())
    return "".join(sign for sign in unicodedata.normalize("NFKD", spelt) if not unicodedata.combining(sign))


def _between(match: re.Match[str]) -> range:
    return range(match.start() + 1, match.end())


def _moved(place: int, moves: list[tuple[int, int]]) -> int:
    """Return where a place lies once spellings before it have become longer or shorter."""
    shift = 0
    for end, moved in moves:
        if place >= end:
            shift = moved
    return place + shift
