"""Which documents hold which terms, and how much each is worth there, in a few arrays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from math import log, sqrt

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]


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
    def bm25(cls, texts: Iterable[Mapping[str, float]], *, k1: float = 1.2, b: float = 0.6) -> Postings:
        """Build from how often each document has each term; worths are those of Okapi BM25."""
        counted = list(texts)
        lengths = [sum(one.values()) for one in counted]
        mean = (sum(lengths) / len(lengths)) if lengths else 1.0
        having = Counter(term for one in counted for term in one)
        rarity = {term: log(1 + (len(counted) - n + 0.5) / (n + 0.5)) for term, n in having.items()}

        def worth(term: str, count: float, length: float) -> float:
            return rarity[term] * count * (k1 + 1) / (count + k1 * (1 - b + b * length / (mean or 1.0)))

        return cls._of(
            {term: worth(term, count, length) for term, count in one.items()}
            for one, length in zip(counted, lengths, strict=True)
        )

    @classmethod
    def cosine(cls, texts: Iterable[Mapping[str, float]]) -> Postings:
        """Build from how often each document has each term, so that a score is the cosine of rare terms."""
        counted = list(texts)
        having = Counter(term for one in counted for term in one)
        rarity = {term: 1 + log((1 + len(counted)) / (1 + n)) for term, n in having.items()}
        return cls._of(
            unit({term: (1 + log(n)) * rarity[term] for term, n in one.items()}) for one in counted
        )

    @classmethod
    def _of(cls, worths: Iterable[Mapping[str, float]]) -> Postings:
        lists: dict[str, list[tuple[int, float]]] = {}
        size = 0
        for number, one in enumerate(worths):
            size += 1
            for term, worth in one.items():
                lists.setdefault(term, []).append((number, worth))
        terms = sorted(lists)
        starts = np.cumsum([0, *(len(lists[term]) for term in terms)], dtype=np.int32)
        flat = [pair for term in terms for pair in lists[term]]
        documents = np.array([number for number, _worth in flat], dtype=np.int32)
        return cls(terms, starts, documents, np.array([worth for _n, worth in flat], dtype=np.float32), size)

    def __contains__(self, term: str) -> bool:
        return term in self._places

    def rarity(self, term: str) -> float:
        """Return how rare a term is among the documents, as `cosine` weighs it."""
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

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """Return all of it as arrays, to be kept."""
        text = np.frombuffer("\n".join(self.terms).encode(), dtype=np.uint8)
        return {
            "terms": text,
            "starts": self.starts,
            "documents": self.documents,
            "worths": self.worths,
            "size": np.array([self.size]),
        }

    @classmethod
    def from_arrays(cls, kept: Mapping[str, NDArray[np.generic]]) -> Postings:
        terms = kept["terms"].tobytes().decode().split("\n") if kept["terms"].size else []
        return cls(
            terms,
            kept["starts"].astype(np.int32),
            kept["documents"].astype(np.int32),
            kept["worths"].astype(np.float32),
            int(kept["size"][0]),
        )


def unit(vector: Mapping[str, float]) -> dict[str, float]:
    """Return the vector with length 1."""
    length = sqrt(sum(worth * worth for worth in vector.values())) or 1.0
    return {term: worth / length for term, worth in vector.items()}
