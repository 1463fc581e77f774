"""What an edition says, provision by provision, in every language at once: what the search is built from."""

import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any

from screening.codes import DATA
from screening.control.provisions import provisions
from screening.control_models import ControlEdition, NoteKind, Substance

LANGUAGES = ("es", "en")
Entry = dict[str, Any]  # of a catalogue
CATALOGUE = DATA / "catalogue"
TRADE_WORDS = DATA / "trade_words"
# Whose titles and trade words are lent to an edition that has none of its own. The Commerce Control List
# shares most codes with the dual-use list of the European Union.
CATALOGUES = {
    "eu-dual-use": CATALOGUE,
    "eu-military": CATALOGUE / "eu-military",
    "us-ccl": CATALOGUE,
}
MORE = {  # files of TRADE_WORDS
    "eu-dual-use": ("eu-dual-use",),
    "eu-military": ("eu-military",),
    "us-ccl": ("eu-dual-use", "us-ccl"),
}


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of a provision in one language."""

    official: str = ""
    own_title: str = ""
    keywords: tuple[str, ...] = ()
    notes: tuple[tuple[NoteKind, str], ...] = ()

    @property
    def title(self) -> str:
        return self.own_title or self.official


@dataclass(frozen=True, slots=True)
class Document:
    """A provision, in all languages."""

    version_id: int
    entry_id: int
    code: str
    base: str
    said: dict[str, Said]
    cas: tuple[str, ...] = ()
    lent: tuple[str, ...] = ()  # more words of ours for the code, which the edition itself has not


def documents(edition: ControlEdition) -> list[Document]:
    """Return every provision of the edition in the order of the list."""
    cas: dict[int, list[str]] = {}
    for owner, number in Substance.objects.filter(version__edition=edition).values_list("version_id", "cas"):
        cas.setdefault(owner, []).append(number)
    said: dict[int, dict[str, Said]] = {}
    found: dict[int, Document] = {}
    lent, more = lent_words(edition.list.code), more_words(edition.list.code)
    for language in LANGUAGES:
        for one in provisions(edition, language):
            texts = said.setdefault(one.version_id, {})
            texts[language] = Said(one.official, one.own_title, one.keywords, one.notes)
            found[one.version_id] = Document(
                one.version_id,
                one.entry_id,
                one.code,
                one.base,
                texts,
                tuple(cas.get(one.version_id, ())),
                more.get(one.code, ())
                + (() if any(each.keywords for each in texts.values()) else lent.get(one.code, ())),
            )
    return list(found.values())


def lent_words(list_code: str) -> dict[str, tuple[str, ...]]:
    """Return the titles and trade words of our catalogue for the codes of a list."""
    return _phrases(_catalogue(CATALOGUES[list_code])) if list_code in CATALOGUES else {}


def more_words(list_code: str) -> dict[str, tuple[str, ...]]:
    """Return trade words of ours for codes and paragraphs of a list that the catalogue has not."""
    return _phrases(
        entry for name in MORE.get(list_code, ()) for entry in _entries(TRADE_WORDS / f"{name}.toml")
    )


def _phrases(entries: Iterable[Entry]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for entry in entries:
        said = (*entry.get("title", {}).values(), *chain.from_iterable(entry["keywords"].values()))
        found[entry["code"]] = (*found.get(entry["code"], ()), *said)
    return found


@lru_cache(maxsize=8)
def _catalogue(folder: Path) -> tuple[Entry, ...]:
    return tuple(chain.from_iterable(map(_entries, sorted(folder.glob("category_*.toml")))))


def _entries(path: Path) -> tuple[Entry, ...]:
    return tuple(tomllib.loads(path.read_text(encoding="utf-8"))["entry"])


def same_in_both() -> Iterator[tuple[str, str]]:
    """Yield titles and trade words of ours that say the same in Spanish and English."""
    entries = (*_catalogue(CATALOGUE), *_catalogue(CATALOGUES["eu-military"]))
    more = (_entries(TRADE_WORDS / f"{name}.toml") for name in ("eu-dual-use", "eu-military"))
    for entry in chain(entries, *more):
        if "title" in entry:
            yield entry["title"]["es"], entry["title"]["en"]
        yield from _pairs(entry["keywords"]["es"], entry["keywords"]["en"])


def _pairs(spanish: Sequence[str], english: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the words at the same place, if both languages have as many."""
    if len(spanish) == len(english):
        yield from zip(spanish, english, strict=True)
