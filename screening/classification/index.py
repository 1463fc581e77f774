"""The index over one edition: where its words, letters and phrases stand."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from screening.classification.corpus import Document, Said, same_in_both
from screening.classification.groups import Group, group_of, subjects
from screening.classification.lexicon import Lexicon
from screening.classification.postings import Postings, Scores
from screening.classification.words import grams_of, plain_words, stem
from screening.control.wording import ancestors
from screening.control_models import NoteKind

OWN = 2.0  # how often a word of the provision itself counts beside one of those above it

Counts = Mapping[str, float]


class EditionIndex:
    """All that is asked of an edition, by the number of a provision or of a code at the top.

    `nodes`: words of a provision and of those above it. `entries`: all words of a code at the top, its
    notes included. `own`: words of our titles and trade words. `letters`: pieces of letters of `nodes`.
    `phrases`: pieces of letters of each single title and trade word.
    """

    FIELDS = ("nodes", "entries", "own", "letters", "phrases")

    def __init__(
        self,
        documents: list[Document],
        fields: Mapping[str, Postings],
        owners: NDArray[np.int32],
        lexicon: Lexicon,
    ) -> None:
        self.documents = documents
        self.fields = fields
        self.owners = owners  # of each phrase: the place of its provision
        self.lexicon = lexicon
        self.places = {document.code: place for place, document in enumerate(documents)}
        self.bases = list(dict.fromkeys(document.base for document in documents))
        self.numbers = {base: number for number, base in enumerate(self.bases)}
        self.base_of = np.array([self.numbers[document.base] for document in documents], dtype=np.int32)
        self.is_paragraph = np.array([document.code != document.base for document in documents])
        self.top_of = np.array([self.places.get(one.base, place) for place, one in enumerate(documents)])
        self.inside = [np.flatnonzero(self.base_of == number) for number in range(len(self.bases))]
        of_group: dict[Group, list[int]] = {}
        for place, code in enumerate(self.bases):
            if group := group_of(code):
                of_group.setdefault(group, []).append(place)
        self.groups = {group: np.array(places) for group, places in of_group.items()}
        self.subjects = self._subjects()
        self.by_cas: dict[str, list[int]] = {}
        for place, document in enumerate(documents):
            for number in document.cas:
                self.by_cas.setdefault(number, []).append(place)

    @classmethod
    def of(cls, documents: list[Document]) -> EditionIndex:
        inside: dict[str, list[Document]] = {}
        for document in documents:
            inside.setdefault(document.base, []).append(document)
        phrases = [(place, phrase) for place, one in enumerate(documents) for phrase in own_phrases(one)]
        nodes = list(_with_those_above(documents))
        fields = {
            "nodes": Postings.bm25(map(_stems, nodes)),
            "entries": Postings.bm25(_stems(Counter(_all_words(one))) for one in inside.values()),
            "own": Postings.bm25(_stems(Counter(_own_words(one))) for one in inside.values()),
            "letters": Postings.cosine(map(grams_of, nodes)),
            "phrases": Postings.cosine(grams_of(Counter(plain_words(phrase))) for _owner, phrase in phrases),
        }
        owners = np.array([owner for owner, _phrase in phrases], dtype=np.int32)
        return cls(documents, fields, owners, our_lexicon())

    def _subjects(self) -> dict[int, NDArray[np.int32]]:
        """Return, by numbers, each code of software, technology or production -> those of what it is for."""
        texts: dict[str, list[str]] = {base: [] for base in self.bases}
        for document in self.documents:
            texts[document.base] += [said.official for said in document.said.values() if said.official]
        found = subjects({base: "\n".join(said) for base, said in texts.items()})
        return {
            self.numbers[base]: np.array(sorted(self.numbers[code] for code in codes), dtype=np.int32)
            for base, codes in found.items()
            if codes
        }

    def best_of_phrases(self, scores: Scores) -> Scores:
        """Return for each provision what its best phrase is worth."""
        return best_of(scores, self.owners, len(self.documents))

    def best_of_bases(self, scores: Scores) -> Scores:
        """Return for each code at the top what its best provision is worth."""
        return best_of(scores, self.base_of, len(self.bases))


@lru_cache(maxsize=1)
def our_lexicon() -> Lexicon:
    """Return what our titles and trade words in both languages teach; it is the same for every list."""
    return Lexicon.of(same_in_both())


def best_of(scores: Scores, owners: NDArray[np.int32], count: int) -> Scores:
    best = np.zeros(count, dtype=np.float32)
    np.maximum.at(best, owners, scores)
    return best


def own_phrases(document: Document) -> Iterator[str]:
    for said in document.said.values():
        yield from phrases_of(said)
    yield from document.lent


def phrases_of(said: Said) -> Iterator[str]:
    yield from filter(None, (said.own_title, *said.keywords))


def _with_those_above(documents: list[Document]) -> Iterator[Counts]:
    own = {
        document.code: Counter(
            word
            for said in document.said.values()
            for text in (said.official, said.own_title)
            for word in plain_words(text)
        )
        for document in documents
    }
    for document in documents:
        counts: dict[str, float] = defaultdict(float)
        for word, times in own[document.code].items():
            counts[word] += OWN * times
        for code in ancestors(document.code):
            for word, times in own.get(code, {}).items():
                counts[word] += times
        yield counts


def _stems(counts: Counts) -> Counts:
    found: dict[str, float] = defaultdict(float)
    for word, times in counts.items():
        found[stem(word)] += times
    return found


def _own_words(inside: Iterable[Document]) -> Iterator[str]:
    return (word for document in inside for phrase in own_phrases(document) for word in plain_words(phrase))


def _all_words(inside: list[Document]) -> Iterator[str]:
    yield from _own_words(inside)
    for document in inside:
        for said in document.said.values():
            yield from plain_words(said.official)
            for kind, note in said.notes:
                if kind != NoteKind.QUESTION:
                    yield from plain_words(note)
