"""The index over one edition: where its words stand."""

from __future__ import annotations

from collections import Counter

import numpy as np

from screening.classification.corpus import Document
from screening.classification.postings import Postings, Scores
from screening.classification.words import words
from screening.control.wording import ancestors

OWN = 2.0  # how often a word of the provision itself counts beside one of those above it


class EditionIndex:
    """All that is asked of an edition, by the number of a provision."""

    def __init__(self, documents: list[Document], nodes: Postings) -> None:
        self.documents = documents
        self.nodes = nodes
        self.places = {document.code: place for place, document in enumerate(documents)}
        bases = list(dict.fromkeys(document.base for document in documents))
        numbers = {base: number for number, base in enumerate(bases)}
        self.bases = bases
        self.base_of = np.array([numbers[document.base] for document in documents], dtype=np.int32)

    @classmethod
    def of(cls, documents: list[Document]) -> EditionIndex:
        by_code = {document.code: document for document in documents}
        counted: list[Counter[str]] = []
        for document in documents:
            count: Counter[str] = Counter()
            for code in (*ancestors(document.code), document.code):
                weight = OWN if code == document.code else 1.0
                for word in _words(by_code[code]):
                    count[word] += weight  # type: ignore[assignment]
            counted.append(count)
        return cls(documents, Postings.bm25(counted))

    def best(self, scores: Scores) -> list[tuple[int, float]]:
        """Return for each code at the top its best provision and what that is worth, the best first."""
        order = np.argsort(-scores, kind="stable")
        _bases, first = np.unique(self.base_of[order], return_index=True)
        return [(int(order[place]), float(scores[order[place]])) for place in np.sort(first)]


def _words(document: Document) -> list[str]:
    return [
        word
        for said in document.said.values()
        for text in (said.official, said.own_title, *said.keywords)
        for word in words(text)
    ]
