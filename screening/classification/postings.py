"""Which documents hold which terms, and how much each is worth there, in a few arrays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain
from math import log, sqrt

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]
Arrays = dict[str, NDArray[np.generic]]

K1, B = 1.2, 0.6  # of Okapi BM25


class Postings:
    """Terms to documents. A term's documents and worths lie side by side, from `starts[place]` on."""

    def __init__(
        self,
        terms: list[str],
        starts: NDArray[np.int32],
        documents: NDArray[np.int32],
        worths: Scores,
        size: int,
    ) -> None:
        self.terms = terms
        self.starts, self.documents, self.worths = starts, documents, worths
        self.size = size
        self._places = {term: place for place, term in enumerate(terms)}

    @classmethod
    def bm25(cls, texts: Iterable[Mapping[str, float]]) -> Postings:
        """Build from how often each document has each term; worths are those of Okapi BM25."""
        terms, places, documents, counts, size = _flat(texts)
        having = np.bincount(places, minlength=len(terms))
        rarity = np.log(1 + (size - having + 0.5) / (having + 0.5))
        lengths = np.bincount(documents, counts, size)
        mean = float(lengths.mean()) if size else 0.0
        long = 1 - B + B * lengths / (mean or 1.0)
        worths = rarity[places] * counts * (K1 + 1) / (counts + K1 * long[documents])
        return cls._sorted(terms, places, documents, worths, size)

    @classmethod
    def cosine(cls, texts: Iterable[Mapping[str, float]]) -> Postings:
        """Build from how often each document has each term, so that a score is the cosine of rare terms."""
        terms, places, documents, counts, size = _flat(texts)
        having = np.bincount(places, minlength=len(terms))
        worths = (1 + np.log(counts)) * (1 + np.log((1 + size) / (1 + having)))[places]
        lengths = np.sqrt(np.bincount(documents, worths**2, size))
        return cls._sorted(terms, places, documents, worths / lengths[documents], size)

    @classmethod
    def _sorted(
        cls,
        terms: list[str],
        places: NDArray[np.int32],
        documents: NDArray[np.int32],
        worths: NDArray[np.float64],
        size: int,
    ) -> Postings:
        order = np.argsort(places, kind="stable")
        starts = np.concatenate(([0], np.cumsum(np.bincount(places, minlength=len(terms)))))
        return cls(terms, starts.astype(np.int32), documents[order], worths[order].astype(np.float32), size)

    def __contains__(self, term: object) -> bool:
        return term in self._places

    def rarity(self, term: str) -> float:
        """Return how rare a term is among the documents, from 1 for one that all have."""
        place = self._places.get(term)
        having = 0 if place is None else int(self.starts[place + 1] - self.starts[place])
        return 1 + log((1 + self.size) / (1 + having))

    def scores(self, asked: Mapping[str, float]) -> Scores:
        """Return what each document is worth for the terms asked, each with its weight."""
        parts, weights = [], []
        for term, weight in asked.items():
            if (place := self._places.get(term)) is None:
                continue
            part = slice(self.starts[place], self.starts[place + 1])
            parts.append(self.documents[part])
            weights.append(self.worths[part] * np.float32(weight))
        if not parts:
            return np.zeros(self.size, dtype=np.float32)
        return np.bincount(np.concatenate(parts), np.concatenate(weights), self.size).astype(np.float32)

    def unit(self, counts: Mapping[str, float]) -> dict[str, float]:
        """Return the terms of a text, each with its share, so that `scores` of it are cosines."""
        worths = {term: (1 + log(count)) * self.rarity(term) for term, count in counts.items()}
        length = sqrt(sum(worth * worth for worth in worths.values())) or 1.0
        return {term: worth / length for term, worth in worths.items()}

    def arrays(self) -> Arrays:
        """Return all of it as arrays, to be kept."""
        return {
            "terms": np.frombuffer("\n".join(self.terms).encode(), dtype=np.uint8),
            "starts": self.starts,
            "documents": self.documents,
            "worths": self.worths,
            "size": np.array([self.size]),
        }

    @classmethod
    def of_arrays(cls, kept: Mapping[str, NDArray[np.generic]]) -> Postings:
        terms = kept["terms"].tobytes().decode().split("\n") if kept["terms"].size else []
        return cls(terms, kept["starts"], kept["documents"], kept["worths"], int(kept["size"][0]))  # type: ignore[arg-type]


def _flat(
    texts: Iterable[Mapping[str, float]],
) -> tuple[list[str], NDArray[np.int32], NDArray[np.int32], NDArray[np.float64], int]:
    """Return the terms; then, for each term of each document, its place, the document and the count."""
    counted = list(texts)
    numbers: dict[str, int] = {}
    places = np.fromiter(
        (numbers.setdefault(term, len(numbers)) for term in chain.from_iterable(counted)), dtype=np.int32
    )
    lengths = np.fromiter(map(len, counted), dtype=np.int32, count=len(counted))
    documents = np.repeat(np.arange(len(counted), dtype=np.int32), lengths)
    counts = np.fromiter(chain.from_iterable(one.values() for one in counted), dtype=np.float64)
    return list(numbers), places, documents, counts, len(counted)
