"""Find, among very many listed names, the few the matcher can score high enough. Pure: no database.

For every word of a name asked for, the words of all lists that are alike are looked up by their letters and
by their sound; what they can add to either name bounds its points from above. A name whose bound is below the
points asked for cannot reach them, so nothing the matcher would accept is lost (a test compares both).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from math import sqrt

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from screening.matcher import (
    LIKE_ENOUGH,
    SHORTEST_NUMBER,
    TOGETHER_ENOUGH,
    Subject,
    likeness,
    plain_number,
    written_together,
)
from screening.names import Form, comparable, folded, weight

ROUNDING = 0.1  # points are rounded to a tenth; a bound just below must still count


class Spellings:
    """A set of words, asked for those that are alike in their letters."""

    def __init__(self, words: Iterable[str]) -> None:
        by_length: dict[int, list[str]] = defaultdict(list)
        for word in sorted(set(words)):
            by_length[len(word)].append(word)
        self._by_length = dict(by_length)

    def like(self, word: str, at_least: float) -> list[str]:
        """Return the words of which at least the share `at_least` of the letters are those of `word`."""
        shortest, longest = int(at_least * len(word)), int(len(word) / at_least) + 1
        found: list[str] = []
        for length in range(shortest, longest + 1):
            if words := self._by_length.get(length):
                hits = extract(
                    word, words, scorer=OSA.normalized_similarity, score_cutoff=at_least, limit=None
                )
                found += [hit[0] for hit in hits]
        return found


@dataclass(slots=True)
class _Postings:
    """Where each word stands: positions are numbered through all names; a joined word has two."""

    single: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    joined: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))


class NameIndex:
    """All names of some listed entities, built once and then only read; safe to share between threads."""

    def __init__(self, listed: Mapping[int, Subject]) -> None:
        self.listed = listed
        self.names: list[tuple[int, str]] = []  # (entity, name as published)
        self._name_of: list[int] = []  # position -> number of its name
        self._weights: list[float] = []  # position -> weight of its word
        self._totals: list[float] = []  # name -> weight of all its words
        self._postings = _Postings()
        self._by_joined: dict[str, list[int]] = defaultdict(list)
        self._by_number: dict[str, set[int]] = defaultdict(set)
        for entity, subject in listed.items():
            self._add(entity, subject)
        words = [*self._postings.single, *self._postings.joined]
        self._spellings = Spellings(words)
        self._by_sound: dict[str, list[str]] = defaultdict(list)
        self._by_first_letter: dict[str, list[str]] = defaultdict(list)
        for word in sorted(set(words)):
            self._by_sound[folded(word)].append(word)
            self._by_first_letter[word[0]].append(word)
        self._sounds = Spellings(self._by_sound)
        self._joined_spellings = Spellings(self._by_joined)
        self._alike = lru_cache(maxsize=4096)(self._look_up_alike)

    def _add(self, entity: int, subject: Subject) -> None:
        for number in map(plain_number, subject.identifiers):
            if len(number) >= SHORTEST_NUMBER:
                self._by_number[number].add(entity)
        for name in subject.names:
            self._add_name(entity, comparable(name))

    def _add_name(self, entity: int, form: Form) -> None:
        number, first = len(self.names), len(self._name_of)
        self.names.append((entity, form.name))
        self._totals.append(sum(map(weight, form.words)))
        self._by_joined[form.joined].append(number)
        for at, word in enumerate(form.words):
            self._name_of.append(number)
            self._weights.append(weight(word))
            self._postings.single[word].append(first + at)
        for at, (word, following) in enumerate(zip(form.words, form.words[1:], strict=False)):
            self._postings.joined[word + following] += [first + at, first + at + 1]

    def candidates(self, party: Subject, at_least: float) -> dict[int, Subject]:
        """Return every entity that can have `at_least` points by name or number, with the names that can.

        An entity found by a number only comes with all its names.
        """
        numbers: set[int] = set()
        for name in party.names:
            numbers |= self._names_like(comparable(name), at_least)
        names: dict[int, list[str]] = defaultdict(list)
        for number in sorted(numbers):
            entity, text = self.names[number]
            names[entity].append(text)
        for plain in map(plain_number, party.identifiers):
            for entity in self._by_number.get(plain, ()):
                names.setdefault(entity, list(self.listed[entity].names))
        return {entity: self._narrowed(entity, tuple(texts)) for entity, texts in names.items()}

    def _narrowed(self, entity: int, names: tuple[str, ...]) -> Subject:
        whole = self.listed[entity]
        return Subject(
            names,
            whole.countries,
            whole.kind,
            whole.dates_of_birth,
            whole.identifiers,
            whole.weak_names,
        )

    def _names_like(self, form: Form, at_least: float) -> set[int]:
        found = {
            number
            for joined in self._joined_spellings.like(form.joined, TOGETHER_ENOUGH)
            if joined == form.joined or written_together(form.joined, joined) >= at_least - ROUNDING
            for number in self._by_joined[joined]
        }
        enough = (at_least - ROUNDING) / 100
        for number, bound in self.bounds(form).items():
            if bound >= enough:
                found.add(number)
        return found

    def bounds(self, form: Form) -> dict[int, float]:
        """Return for each name that shares a word an upper bound of how much of both names is paired."""
        theirs: dict[int, float] = {}  # position -> best likeness of anything asked for
        ours: dict[int, float] = defaultdict(float)  # name -> what of `form` it can cover
        for positions, share in self._covering(form):
            best: dict[int, float] = {}
            for position, alike in positions.items():
                if alike > theirs.get(position, 0.0):
                    theirs[position] = alike
                number = self._name_of[position]
                if alike > best.get(number, 0.0):
                    best[number] = alike
            for number, alike in best.items():
                ours[number] += alike * share
        covered: dict[int, float] = defaultdict(float)
        for position, alike in theirs.items():
            covered[self._name_of[position]] += alike * self._weights[position]
        return {
            number: sqrt(min(1.0, share) * min(1.0, covered[number] / self._totals[number]))
            for number, share in ours.items()
        }

    def _covering(self, form: Form) -> Iterable[tuple[dict[int, float], float]]:
        """Yield for each word of `form` where it can pair and how well, and its share of the whole form."""
        total = sum(map(weight, form.words))
        joins = [self._where(a + b, joined=False) for a, b in zip(form.words, form.words[1:], strict=False)]
        for at, word in enumerate(form.words):
            positions = dict(self._where(word, joined=True))
            for neighbours in joins[max(0, at - 1) : at + 1]:
                for position, alike in neighbours.items():
                    if alike > positions.get(position, 0.0):
                        positions[position] = alike
            yield positions, weight(word) / total

    def _where(self, word: str, *, joined: bool) -> dict[int, float]:
        positions: dict[int, float] = {}
        for other, alike in self._alike(word):
            places = self._postings.single.get(other, [])
            for position in places + self._postings.joined.get(other, []) if joined else places:
                if alike > positions.get(position, 0.0):
                    positions[position] = alike
        return positions

    def _look_up_alike(self, word: str) -> list[tuple[str, float]]:
        found = set(self._spellings.like(word, LIKE_ENOUGH))
        for sound in self._sounds.like(folded(word), LIKE_ENOUGH):
            found.update(self._by_sound[sound])
        initials = self._by_first_letter.get(word[0], [])
        found.update(initials if len(word) == 1 else [other for other in initials if len(other) == 1])
        return [(other, alike) for other in sorted(found) if (alike := likeness(word, other))]
