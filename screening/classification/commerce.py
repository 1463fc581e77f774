"""What a line of goods says of the sale and the packing, so that only the goods are compared with a list."""

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from screening.classification.words import stem, stop_words
from screening.codes import DATA
from screening.control.wording import folded

CLAUSE = re.compile(r"[;\n|]|(?<!\S)\(|\)(?!\S)|[,.:](?!\S)|\s[-–—]\s")
WORD = re.compile(r"[a-z0-9]+(?:[-/.][a-z0-9]+)*")  # "zx-200" is one
FOR = frozenset(("for", "para", "to"))
WITH = frozenset(("with", "con", "in", "en", "incluye", "including", "includes"))
AT = frozenset(("at", "al", "a", "of", "de"))


@dataclass(frozen=True, slots=True)
class _Commerce:
    """Stems by what they speak of, as the heads in `data/goods_commerce.toml` say."""

    openings: frozenset[str]
    buyers: frozenset[str]
    extras: frozenset[str]
    offers: frozenset[str]
    names: frozenset[str]
    labels: frozenset[str]
    clauses: frozenset[str]
    every: frozenset[str]


@lru_cache(maxsize=1)
def _commerce() -> _Commerce:
    kept = tomllib.loads((DATA / "goods_commerce.toml").read_text(encoding="utf-8"))
    stems = {name: frozenset(map(stem, text.split())) for name, text in kept.items()}
    return _Commerce(**stems, every=frozenset[str]().union(*stems.values()))


def without_commerce(text: str) -> str:
    """Return the text, folded, without what speaks of the sale alone; all of it where nothing else is said.

    Left out are clauses of nothing but such words and numbers ("garantía 2 años", "P/N 4410"), what opens a
    line ("suministro de"), whom goods are for and what comes along ("para el cliente", "in wooden crate").
    """
    clauses = [folded(clause) for clause in CLAUSE.split(text)]
    kept = [goods for clause in clauses if (goods := _goods_in(clause))]
    return ", ".join(kept or filter(None, clauses))


def _goods_in(clause: str) -> str:
    matches = list(WORD.finditer(clause))
    if not matches or _is_of_the_sale(matches):
        return ""
    first, last = _after_opening(matches), _before_extras(matches)
    if first < last and _is_of_the_sale(matches[first:last]):
        return ""
    start = matches[first].start() if first else 0
    end = matches[last - 1].end() if last < len(matches) else len(clause)
    return clause[start:end].strip()


def _is_of_the_sale(matches: Sequence[re.Match[str]]) -> bool:
    """Say whether something is said, and nothing but of the sale."""
    said = list(_said([match[0] for match in matches]))
    return bool(said) and all(stem(word) in _commerce().every for word in said)


def _said(words: Sequence[str]) -> Iterator[str]:
    """Yield the words but little ones, numbers and what is behind "brand" or "model"."""
    before, is_label = "", False
    for word in words:
        has_number = any(sign.isdigit() for sign in word)
        is_named = stem(before) in _commerce().names
        is_label = is_named or (has_number and (is_label or stem(before) in _commerce().labels))
        if not (is_label or word in stop_words() or word[0].isdigit()):
            yield word
        before = word


def _after_opening(matches: list[re.Match[str]]) -> int:
    """Return the place of the first word behind what opens the line."""
    first = 0
    for place, match in enumerate(matches[:-1]):
        if stem(match[0]) in _commerce().openings:
            first = place + 1
        elif match[0] not in stop_words():
            break
    while 0 < first < len(matches) - 1 and matches[first][0] in stop_words():
        first += 1
    return first


def _before_extras(matches: list[re.Match[str]]) -> int:
    """Return the place behind the last word of the goods."""
    last = len(matches)
    for place in range(len(matches) - 2, 0, -1):
        about = _about(matches[place][0])
        said = list(_said([match[0] for match in matches[place + 1 : last]])) if about else []
        if said and all(stem(word) in about for word in said):
            last = place
    return last


def _about(word: str) -> frozenset[str]:
    """Return what may follow the word without a word of goods."""
    if word in FOR:
        return _commerce().buyers
    if word in WITH:
        return _commerce().extras
    return _commerce().offers if word in AT else frozenset()
