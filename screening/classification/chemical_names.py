"""Names of the substances that control lists name, beside their numbers: what PubChem knows them by."""

import re
from collections.abc import Iterator
from functools import lru_cache

from screening.codes import DATA
from screening.control.wording import cas_numbers, folded

LONGEST = 14  # words of a name
# A shorter name inside other words may be anything; alone it is taken as it is.
SHORTEST_INSIDE = 8
WORD = re.compile(r"[a-z0-9]+")


@lru_cache(maxsize=1)
def _names() -> dict[str, frozenset[str]]:
    """Return letters and digits of each name -> the numbers that have it."""
    found: dict[str, set[str]] = {}
    for line in (DATA / "substances.tsv").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            number, *names = line.split("\t")
            for name in names:
                found.setdefault(_squeezed(name), set()).add(number)
    return {name: frozenset(numbers) for name, numbers in found.items()}


def _squeezed(text: str) -> str:
    return "".join(WORD.findall(folded(text)))


def numbers_in(text: str) -> tuple[dict[str, str], bool]:
    """Return the CAS numbers of the substances that a text names -> the words that say so, and whether the
    text is nothing but one of these names or numbers."""
    found = {number: number for number in cas_numbers(text)}
    whole = _squeezed(text)
    if numbers := _names().get(whole):
        return {**found, **dict.fromkeys(numbers, text.strip())}, True
    for words, name in _spans(folded(text)):
        found |= dict.fromkeys(_names()[name] - found.keys(), words)
    return found, len(found) == 1 and whole == _squeezed(next(iter(found)))


def _spans(text: str) -> Iterator[tuple[str, str]]:
    """Yield the words that are a name, the longest first at each place, with the name."""
    matches = list(WORD.finditer(text))
    place = 0
    while place < len(matches):
        step = 1
        for end in range(min(place + LONGEST, len(matches)), place, -1):
            name = "".join(match.group() for match in matches[place:end])
            if len(name) >= SHORTEST_INSIDE and name in _names():
                yield text[matches[place].start() : matches[end - 1].end()], name
                step = end - place
                break
        place += step
