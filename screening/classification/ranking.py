"""Which codes, and which of their provisions, come first for a query."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from screening.classification.groups import Group
from screening.classification.index import EditionIndex
from screening.classification.postings import Scores
from screening.classification.query import Query

# What each likeness, from 0 to 1, counts: learned on goods that authorities had classified, and rounded.
LETTERS, PHRASES, ENTRIES, NODES = 1.35, 1.3, 0.6, 0.1
# A code of software or technology without a word that speaks for it, and with one.
WITHOUT = {Group.SOFTWARE: -0.45, Group.TECHNOLOGY: -0.25, Group.PRODUCTION: -0.08}
WITH = {Group.SOFTWARE: 0.2, Group.TECHNOLOGY: 0.08}
SUBJECT = {
    Group.SOFTWARE: 0.2,
    Group.TECHNOLOGY: 0.2,
    Group.PRODUCTION: 0.08,
}  # what it is for fits the goods
SUBSTANCE, CERTAIN_SUBSTANCE = 0.6, 3.0  # named among other words; by its number, or with no other word
HINT = 0.04  # a customs code moves what lies close together, no more
# Inside an entry: a paragraph is chosen before its entry unless that fits clearly better.
PARAGRAPH = 1.15
WITHIN_NODES = 0.5
NEARLY = 0.8  # of the best paragraph's worth
MOST_OTHERS = 4
MOST = 60  # codes at the top; further down nothing is like the goods
MOST_WITH_OTHERS = 20  # further down nobody looks


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike the goods and what was found are, each from 0 to 1."""

    letters: float
    phrase: float
    words: float


@dataclass(frozen=True, slots=True)
class Candidate:
    place: int  # of the provision in the index
    score: float
    likeness: Likeness
    substance: str = ""  # the words of the goods that name one of its substances
    is_hinted: bool = False  # by the customs code
    others: tuple[int, ...] = ()  # places of further paragraphs of the entry that fit nearly as well


def rank(
    query: Query,
    index: EditionIndex,
    hinted: frozenset[str] = frozenset(),
    decided: Mapping[str, float] = MappingProxyType({}),
) -> list[Candidate]:
    """Return the codes at the top that have most in common with the goods, the likeliest first.

    `hinted` are the codes at the top whose goods often travel under the customs code stated, `decided` what
    precedents add to codes at the top.
    """
    nodes = index.fields["nodes"].scores(query.words) / _most(query, index, "nodes")
    letters = index.fields["letters"].scores(query.letters)
    phrases = index.best_of_phrases(index.fields["phrases"].scores(query.phrase))
    entries = index.fields["entries"].scores(query.words) / _most(query, index, "entries")
    best = index.best_of_bases
    scores = LETTERS * best(letters) + PHRASES * best(phrases) + ENTRIES * entries + NODES * best(nodes)
    found = scores > 0
    scores = scores + _of_groups(query, index, scores)
    substances = _substances(query, index)
    for place in substances:
        scores[index.base_of[place]] += CERTAIN_SUBSTANCE if query.is_substance else SUBSTANCE
        found[index.base_of[place]] = True
    for base in hinted & index.numbers.keys():
        scores[index.numbers[base]] += HINT * found[index.numbers[base]]
    for base in decided.keys() & index.numbers.keys():
        scores[index.numbers[base]] += decided[base]
        found[index.numbers[base]] = True
    # What is said of the whole entry says nothing of which of its paragraphs is meant.
    inside = np.maximum(phrases, phrases[index.top_of])
    within = LETTERS * letters + PHRASES * inside + WITHIN_NODES * nodes
    for place in substances:
        within[place] += CERTAIN_SUBSTANCE
    within = np.where(index.is_paragraph, within * PARAGRAPH, within)
    chosen = _chosen(within, index)
    order = [int(number) for number in np.argsort(-scores, kind="stable")[:MOST] if found[number]]
    best_letters, best_phrases = best(letters), best(phrases)
    return [
        Candidate(
            int(chosen[number]),
            float(scores[number]),
            Likeness(float(best_letters[number]), float(best_phrases[number]), float(entries[number])),
            substances.get(int(chosen[number]), ""),
            index.bases[number] in hinted,
            _others(int(chosen[number]), within, index) if rank < MOST_WITH_OTHERS else (),
        )
        for rank, number in enumerate(order)
    ]


def _most(query: Query, index: EditionIndex, field: str) -> float:
    return sum(weight * index.fields[field].rarity(word) for word, weight in query.words.items()) or 1.0


def _of_groups(query: Query, index: EditionIndex, scores: Scores) -> Scores:
    """Return what the words for software, technology or production make codes worth more or less."""
    more = np.zeros_like(scores)
    for group, numbers in index.groups.items():
        if group not in query.groups:
            more[numbers] = WITHOUT.get(group, 0.0)
            continue
        more[numbers] = WITH.get(group, 0.0)
        for number in numbers if group in SUBJECT else ():
            if number in index.subjects:
                more[number] += SUBJECT[group] * scores[index.subjects[number]].max() / 4
    return more


def _substances(query: Query, index: EditionIndex) -> dict[int, str]:
    by_number = {
        place: words for number, words in query.substances.items() for place in index.by_cas.get(number, ())
    }
    return {
        index.places[code]: words for code, words in query.named.items() if code in index.places
    } | by_number


def _chosen(within: Scores, index: EditionIndex) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Return the place of the best provision of each code at the top."""
    order = np.lexsort((-within, index.base_of))
    _bases, first = np.unique(index.base_of[order], return_index=True)
    return order[first]


def _others(chosen: int, within: Scores, index: EditionIndex) -> tuple[int, ...]:
    """Return the paragraphs that fit nearly as well, none of them above or below another."""
    inside = index.inside[int(index.base_of[chosen])]
    kept = [chosen]
    for place in inside[np.argsort(-within[inside], kind="stable")]:
        if within[place] < NEARLY * within[chosen] or len(kept) > MOST_OTHERS:
            break
        code = index.documents[place].code
        if index.is_paragraph[place] and not any(
            _same_branch(code, index.documents[one].code) for one in kept
        ):
            kept.append(int(place))
    return tuple(kept[1:])


def _same_branch(code: str, other: str) -> bool:
    return f"{code}.".startswith(f"{other}.") or f"{other}.".startswith(f"{code}.")
