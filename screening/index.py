"""Find, among very many listed names, the few the matcher can score high enough. Pure: no database.

An index is a set of arrays: every word of every name with the keys under which words alike are found
(screening.likeness), for every word the names it is in, for every name its words. A name asked for is
answered in two steps. Words that together weigh too little to reach the points asked for need not be looked
up; the names of all others are candidates. Then the most that each candidate can have is computed for all of
them at once, and only those that can reach the points are returned: nothing the matcher would accept is lost
(a test compares both). The arrays can be kept in a folder and mapped into memory, where all processes share
them.
"""

from __future__ import annotations

import json
import threading
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist, cpdist

from screening.latin import SKELETAL
from screening.likeness import (
    BY_SOUND,
    INITIAL,
    LEAST,
    SAME,
    as_alike_by_consonants,
    as_alike_by_slips,
    consonants,
    letter_bits,
    likeness_together,
    slip_keys,
    slips_allowed,
    sound,
    with_article,
)
from screening.matcher import (
    BY_LETTERS,
    COST_OF_ANOTHER,
    COST_OF_COMMON_WORDS,
    COST_OF_OURS,
    COST_OF_THEIRS,
    REWRITTEN,
    SAYS_ENOUGH,
    SPREAD,
    Subject,
)
from screening.names import Form, comparable, joined_words
from screening.numbers import telling
from screening.rarity import weight

FORMAT = 4  # of the arrays; another format is another folder
ROUNDING = 0.06  # points are rounded to a tenth
# So many names are looked at for one party before words are left out: one in ONE_IN, within these.
ONE_IN, MANY, VERY_MANY = 25, 1000, 40_000
MANY_ROWS = 1000  # from so many on they are summed column by column
WORDS_KEPT = 1 << 15  # words asked for of which the words alike are kept
AT_ONCE = 2000  # words looked up together while an index is built
MOST_SLIPS = 2  # that screening.likeness allows in a word
WORTH_KEEPING = 1000  # names found by a word that are kept for the next party with the word
FEW = 20  # texts that are sooner compared one by one than all at once
SLACK = 0.0005  # what single precision may lose

Numbers = NDArray[np.int32]
Shares = NDArray[np.float32]
NONE: Numbers = np.empty(0, np.int32)
NO_SHARE: Shares = np.empty(0, np.float32)
NO_KEY = np.uint32(0xFFFFFFFF)


class Costs(NamedTuple):
    """What an unpaired word costs, of its weight: one of the name asked for, one of an indexed name."""

    asked: float
    indexed: float


class Alike(NamedTuple):
    """The indexed words like one word, in the order of their numbers."""

    words: Numbers
    how: Shares  # the most each is alike
    names: int  # how many names they are in, all together
    heaviest: float  # the most that one of them weighs


class Found(NamedTuple):
    """The names with a word like one asked for, in the order of their numbers, and what it adds to each."""

    names: Numbers
    adds: Shares  # a row for each name, with the columns below


# What a word asked for adds to a name: the most its pair can weigh, times how alike; the least it can add to
# the weight of both names together; its own weight; the weight of the words it is like.
PAIRED, LEAST_ADDED, ASKED, THEIRS = range(4)


# How a name has a word: one that begins so, one like it, or neither.
BEGUN, LIKE, LACKING = range(3)

# What a key says of a word, in front of the key.
BETWEEN = "\0"  # the words of a name; no name has it
WORD, SLIP, SOUND, CONSONANTS, INITIAL_KEY = "=", "-", "s", "c", "i"

OF_A_PARTY = Costs(COST_OF_OURS, COST_OF_THEIRS)  # a party asks an index of listed names
OF_A_LISTED = Costs(COST_OF_THEIRS, COST_OF_OURS)  # a listed entity asks an index of parties


class Texts:
    """Many short texts as one array of bytes."""

    def __init__(self, data: NDArray[np.uint8], ends: NDArray[np.int64]) -> None:
        self._data, self._ends = data, ends
        self._bytes, self._marks = data.data, ends.data  # quicker than the arrays, text by text

    @classmethod
    def of(cls, texts: Iterable[str]) -> Texts:
        gathered = _Gathered()
        for text in texts:
            gathered.add(text)
        return gathered.texts()

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __getitem__(self, at: int) -> str:
        return str(self._bytes[self._marks[at] : self._marks[at + 1]], "utf-8")

    def with_word(self, beginning: str) -> Numbers:
        """Return which of the texts have a word that begins so."""
        wanted = beginning.encode()
        starts = np.concatenate([self._ends[:-1], (self._data == ord(" ")).nonzero()[0] + 1])
        starts = starts[starts + len(wanted) <= len(self._data)]
        for at, sign in enumerate(wanted):
            starts = starts[self._data[starts + at] == sign]
        texts = self._ends.searchsorted(starts, side="right") - 1
        whole = starts + len(wanted) <= self._ends[texts + 1]
        return np.unique(texts[whole]).astype(np.int32)

    def arrays(self, name: str) -> dict[str, NDArray[np.generic]]:
        return {f"{name}_data": self._data, f"{name}_ends": self._ends}


class _Gathered:
    """Texts that come one by one, kept as the bytes they will be."""

    def __init__(self) -> None:
        self._data, self._ends = bytearray(), array("q", [0])

    def add(self, text: str) -> None:
        self._data += text.encode()
        self._ends.append(len(self._data))

    def texts(self) -> Texts:
        return Texts(np.frombuffer(self._data, np.uint8), np.frombuffer(self._ends, np.int64))


class Lists:
    """Many lists of numbers as one array: list `n` is data[ends[n] : ends[n + 1]]."""

    def __init__(self, data: Numbers, ends: NDArray[np.int64]) -> None:
        self.data, self.ends = data, ends

    def places_of_all(self, which: Numbers) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return where the values of the lists `which` are, one after the other, and how many each has."""
        starts = self.ends[which]
        sizes = self.ends[which + 1] - starts
        return _runs(starts, sizes), sizes

    def arrays(self, name: str) -> dict[str, NDArray[np.generic]]:
        return {f"{name}_data": self.data, f"{name}_ends": self.ends}


class Keys:
    """Which words (or names) have a key, kept as a 32-bit checksum: an answer may hold others too."""

    def __init__(self, keys: NDArray[np.uint32], ends: NDArray[np.int64], values: Numbers) -> None:
        """Take the keys in order, each once, and one more without a value, not smaller than any: key `n` has
        values[ends[n] : ends[n + 1]]."""
        self._keys, self._ends, self._values = keys, ends, values

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, int]]) -> Keys:
        keys, values = array("I"), array("i")
        for key, value in pairs:
            keys.append(_checksum(key))
            values.append(value)
        order = np.argsort(np.frombuffer(keys, np.uint32), kind="stable")
        different, starts = np.unique(np.frombuffer(keys, np.uint32)[order], return_index=True)
        ends = np.append(starts, [len(order), len(order)]).astype(np.int64)
        return cls(np.append(different, NO_KEY), ends, np.frombuffer(values, np.int32)[order])

    def get(self, keys: Sequence[str]) -> tuple[Numbers, NDArray[np.int64]]:
        """Return the values of all these keys, one key after the other, and how many each has."""
        return self.get_checksums(np.array([_checksum(key) for key in keys], np.uint32))

    def get_checksums(self, wanted: NDArray[np.uint32]) -> tuple[Numbers, NDArray[np.int64]]:
        """Return what `get` does, for the checksums of keys."""
        at = self._keys.searchsorted(wanted)
        starts = self._ends[at]
        sizes = (self._ends[at + 1] - starts) * (self._keys[at] == wanted)
        return self._values[_runs(starts, sizes)], sizes

    def of_one(self, key: str) -> Numbers:
        """Return the values of a key."""
        wanted = np.uint32(_checksum(key))
        at = self._keys.searchsorted(wanted)
        return self._values[self._ends[at] : self._ends[at + 1]] if self._keys[at] == wanted else NONE

    def arrays(self, name: str) -> dict[str, NDArray[np.generic]]:
        return {f"{name}_keys": self._keys, f"{name}_ends": self._ends, f"{name}_values": self._values}


def _runs(starts: NDArray[np.int64], sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return so many numbers from each start on, one run after the other."""
    ends = sizes.cumsum()
    runs: NDArray[np.int64] = (starts - ends + sizes).repeat(sizes)
    runs += np.arange(len(runs))
    return runs


def _sums(rows: Shares, starts: NDArray[np.int64]) -> Shares:
    """Return the sum of each run of rows; numpy is slow with very many short runs of short rows."""
    if not len(starts):
        return rows
    if len(rows) < MANY_ROWS:
        return np.add.reduceat(rows, starts)
    begins = np.zeros(len(rows), np.int64)
    begins[starts[1:]] = 1
    run = begins.cumsum()
    return np.stack([np.bincount(run, column) for column in rows.T], axis=1).astype(np.float32)


def _firsts(in_order: NDArray[Any]) -> NDArray[np.int64]:
    """Return the place of the first of each run of equal values."""
    if not len(in_order):
        return np.empty(0, np.int64)
    first = np.empty(len(in_order), np.bool_)
    first[0] = True
    np.not_equal(in_order[1:], in_order[:-1], out=first[1:])
    return first.nonzero()[0]


def _checksum(key: str) -> int:
    return crc32(key.encode())


Made = TypeVar("Made")


class Kept(Generic[Made]):
    """Keep what was looked up of words, many in one go; when it has become too much, all is forgotten."""

    def __init__(self, look_up: Callable[[Sequence[str]], Iterable[tuple[str, Made]]]) -> None:
        self._look_up = look_up
        self._kept: dict[str, Made] = {}

    def __call__(self, words: Sequence[str]) -> list[Made]:
        """Return what is known of each of the words, in their order."""
        kept = self._kept  # nothing is ever taken out of it, so threads may share it
        if len(kept) > WORDS_KEPT:
            self._kept = kept = {}
        if new := [word for word in words if word not in kept]:
            kept.update(self._look_up(new))
        return [kept[word] for word in words]


class NameIndex:
    """All names of some listed entities, built once and then only read; safe to share between threads."""

    def __init__(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        # What is mapped into memory is seen as plain arrays: numpy is slow with those that know their file.
        arrays = {name: np.asarray(each) for name, each in arrays.items()}
        self._arrays = arrays
        self._entities: NDArray[np.int64] = arrays["entities"]
        self._entity_of: Numbers = arrays["entity_of"]
        self._totals: Shares = arrays["totals"]
        self._ends_of: NDArray[np.int64] = arrays["ends_of"]
        self._facts, self._names, self._spelled, self._in_order, self._kept, self._words = (
            Texts(arrays[f"{kind}_data"], arrays[f"{kind}_ends"])
            for kind in ("facts", "names", "spelled", "in_order", "kept", "words")
        )
        self._names_with = Lists(arrays["names_with_data"], arrays["names_with_ends"])
        self._words_of = Lists(arrays["words_of_data"], arrays["words_of_ends"])
        self._weights: Shares = arrays["weights"]
        self._letters: NDArray[np.uint32] = arrays["letters"]
        self._by_key, self._by_number, self._by_spelling = (
            Keys(arrays[f"{kind}_keys"], arrays[f"{kind}_ends"], arrays[f"{kind}_values"])
            for kind in ("key", "number", "same")
        )
        self._like_known = Lists(arrays["alike_data"], arrays["alike_ends"])
        self._how_alike: Shares = arrays["how_alike"]
        self._singles = int(arrays["singles"][0])  # words from this number on are two words joined
        self._many = min(VERY_MANY, max(MANY, len(self._names) // ONE_IN))
        self._rows_of_words = threading.local()
        self._alike_of = Kept(self._look_up_alike)
        self._made_by = Kept(self._look_up_joined)
        self._found = lru_cache(maxsize=1 << 13)(self._look_up_names)
        self._known = lru_cache(maxsize=1 << 13)(self._read_facts)
        self._form = lru_cache(maxsize=1 << 15)(self._read_form)

    # --- building and keeping ---

    @classmethod
    def of(cls, listed: Iterable[tuple[int, Subject]], *, often_asked: bool = True) -> NameIndex:
        """Return the index over the listed entities, given with the numbers they are to be known by.

        One that is asked often has the words like each of its own looked up beforehand.
        """
        arrays = _Building(listed).arrays() | _words_alike([])
        if often_asked:
            index = cls(arrays)
            arrays |= _words_alike(index._alike_of_its_own())
        return cls(arrays)

    def save(self, folder: Path) -> None:
        """Keep the arrays in a folder that does not exist yet. Whoever reads it sees all of it or nothing."""
        unfinished = folder.with_name(f"{folder.name}.{id(self)}.new")
        unfinished.mkdir(parents=True)
        for name, each in self._arrays.items():
            np.save(unfinished / f"{name}.npy", each)
        try:
            unfinished.rename(folder)
        except OSError:  # another process was first with the same
            for file in unfinished.iterdir():
                file.unlink()
            unfinished.rmdir()

    @classmethod
    def load(cls, folder: Path) -> NameIndex:
        """Return the index kept in a folder, mapped into memory, which all processes share."""
        return cls({file.stem: np.load(file, mmap_mode="r") for file in folder.glob("*.npy")})

    @property
    def size(self) -> int:
        """How many bytes the arrays have."""
        return sum(array.nbytes for array in self._arrays.values())

    # --- asking ---

    def candidates(self, party: Subject, at_least: float) -> dict[int, Subject]:
        """Return every listed entity that can have `at_least` points by name or number beside `party`, with
        the names that can.

        An entity found by a number only comes with all its names.
        """
        found: dict[int, set[int]] = defaultdict(set)
        for name in party.names:
            for place, number in self._names_like(comparable(name), at_least, OF_A_PARTY):
                found[place].add(number)
        by_number = self._with_number_of(party)
        return {
            int(self._entities[place]): self._subject(place, found.get(place, set()), place in by_number)
            for place in sorted({*found, *by_number})
        }

    def pairs_for_listed(
        self, listed: Sequence[tuple[int, Subject]], at_least: Callable[[Subject], float]
    ) -> Iterator[tuple[int, Subject, int, Subject]]:
        """Yield, from an index over parties, every party that can have `at_least` points beside one of the
        listed entities, as its number and what is known of it, and the entity.

        It is the other way round of `candidates`: the same pairs of a party and a listed entity are found. Of
        both sides come the names alone that can have the points, unless the pair has a number in common.
        """
        forms = [[comparable(name) for name in other.names] for _, other in listed]
        self._look_up_ahead([form for of_one in forms for form in of_one])
        for (entity, other), of_one in zip(listed, forms, strict=True):
            found: dict[int, set[int]] = defaultdict(set)
            asked: dict[int, list[Form]] = defaultdict(list)
            for form in of_one:
                for place, number in self._names_like(form, at_least(other), OF_A_LISTED):
                    found[place].add(number)
                    if not asked[place] or asked[place][-1] is not form:
                        asked[place].append(form)
            by_number = self._with_number_of(other)
            for place in sorted({*found, *by_number}):
                whole = place in by_number
                party = self._subject(place, found.get(place, set()), whole)
                names = of_one if whole else asked[place]
                yield int(self._entities[place]), party, entity, _only(other, names)

    def _look_up_ahead(self, forms: Sequence[Form]) -> None:
        """Look up at once the words of names that will be asked for: quicker than name by name."""
        self._alike_of([*dict.fromkeys(word for form in forms for word in form.different)])
        self._made_by([*dict.fromkeys(joined for form in forms for _, joined in form.joined)])

    def _with_number_of(self, asked: Subject) -> set[int]:
        """Return the places of the entities with a number of the one asked for."""
        numbers = telling(asked.identifiers)
        return set(self._by_number.get(sorted(numbers))[0].tolist()) if numbers else set()

    def with_words(self, part: str) -> list[tuple[int, str]]:
        """Return the entities of which one name has every word of `part`, a longer word that begins with it,
        or one very much like it; each with that name, the first of several.

        Those with the words themselves come first, then by name. Raises ValueError if `part` is blank.
        """
        form = comparable(part)
        ways = {form.different}
        if not form.is_skeletal:  # as written too: who has typed half a word meets no table of spellings
            ways.add(tuple(form.spelled.split()))
        how = np.minimum.reduce([self._how_they_have(words) for words in ways])
        best: dict[int, tuple[int, int]] = {}
        for number in (how < LACKING).nonzero()[0].tolist():
            place, found = int(self._entity_of[number]), (int(how[number]), number)
            best[place] = min(found, best.get(place, found))
        in_order = sorted(
            (how_it_has, self._names[number], int(self._entities[place]))
            for place, (how_it_has, number) in best.items()
        )
        return [(entity, name) for _how, name, entity in in_order]

    def _how_they_have(self, words: Iterable[str]) -> NDArray[np.int8]:
        """Return of each name how it has the word that it has least of."""
        how: NDArray[np.int8] = np.maximum.reduce([self._how_they_have_one(word) for word in words])
        return how

    def _how_they_have_one(self, word: str) -> NDArray[np.int8]:
        how = np.full(len(self._names), LACKING, np.int8)
        alike = self._alike_of([word])[0]
        how[self._names_that_have(alike.words[alike.how > np.float32(INITIAL)])] = LIKE
        how[self._names_that_have(self._words.with_word(word))] = BEGUN
        if word[0] != SKELETAL:  # what is spelled does not tell consonants from words
            how[self._spelled.with_word(word)] = BEGUN
        return how

    def _names_that_have(self, words: Numbers) -> Numbers:
        names: Numbers = self._names_with.data[self._names_with.places_of_all(words)[0]]
        return names

    def _subject(self, place: int, names: set[int], whole: bool) -> Subject:
        known = self._known(place)
        return known if whole else _only(known, [self._form(number) for number in sorted(names)])

    def _read_facts(self, place: int) -> Subject:
        facts = json.loads(self._facts[place])
        return Subject(
            tuple(self._names[number] for number in range(*self._ends_of[place : place + 2].tolist())),
            frozenset(facts["countries"]),
            facts["kind"],
            tuple(facts["dates_of_birth"]),
            tuple(facts["identifiers"]),
            frozenset(facts["weak_names"]),
            tuple(facts["addresses"]),
            frozenset(facts["owned_names"]),
        )

    def _read_form(self, number: int) -> Form:
        """Return the comparable form of an indexed name, as `comparable` would."""
        return Form(self._names[number], tuple(self._kept[number].split(BETWEEN)), self._spelled[number])

    def _names_like(self, form: Form, at_least: float, costs: Costs) -> Iterator[tuple[int, int]]:
        """Return the names that can have `at_least` points, and some that cannot, each as the place of its
        entity and its number."""
        share = max(0.0, (at_least - ROUNDING) / 100) ** (1 / SPREAD) - SLACK
        numbers, bounds = self._bounds(form, share, costs)
        same = self._by_spelling.of_one(form.spelled)
        if len(numbers):
            able = self._able(form, numbers, bounds, share)
            same = np.concatenate([numbers[able], same])
        return zip(self._entity_of[same].tolist(), same.tolist(), strict=True)

    def _able(
        self, form: Form, numbers: Numbers, bounds: tuple[Shares, Shares], share: float
    ) -> NDArray[np.bool_]:
        """Say of each name whether it can reach `share` with the letters it has."""
        words, left = bounds
        if form.is_skeletal:  # the matcher does not ask for its letters
            able: NDArray[np.bool_] = words * left >= share
            return able
        needed = (share / left - (1 - BY_LETTERS) * words) * (100 / BY_LETTERS)
        spelled = [self._spelled[number] for number in numbers.tolist()]
        able = _ratios(form.spelled, spelled) >= needed
        others = (~able).nonzero()[0]
        in_order = [self._in_order[number] for number in numbers[others].tolist()]
        alike = REWRITTEN * _ratios(form.in_order, in_order)
        alike[[text == form.in_order or SKELETAL in text for text in in_order]] = 100
        able[others] = alike >= needed[others]
        return able

    def _bounds(self, form: Form, share: float, costs: Costs) -> tuple[Numbers, tuple[Shares, Shares]]:
        """Return candidates with the most their words can share, and the most that is left by the discount.

        A candidate that cannot reach `share` even if all its letters agree is left out.
        """
        alike = self._alike_of(form.different)
        made_by = self._made_by([joined for _, joined in form.joined])
        together = [
            (word, at, how) for (at, _), made in zip(form.joined, made_by, strict=True) for word, how in made
        ]
        left_out = self._not_worth_looking_up(form, alike, share, costs)
        candidates, adds = self._added(form, alike, together, left_out, costs.asked)
        left_weight = sum([form.weights[at] for at in left_out])
        paired = adds[:, PAIRED] + left_weight
        ours = np.maximum(0, sum(form.weights) - left_weight - adds[:, ASKED])
        theirs = self._totals[candidates] - adds[:, THEIRS]
        theirs = np.maximum(0, theirs - sum([alike[at].heaviest for at in left_out]))
        whole = adds[:, LEAST_ADDED] + left_weight + costs.asked * ours + costs.indexed * theirs
        whole += COST_OF_ANOTHER * np.minimum(ours, theirs)
        shares, left = np.minimum(paired / np.maximum(whole, 1e-6), 1), _left(paired)
        able = (_reached(form, shares, left) >= share).nonzero()[0]
        candidates, shares, left = candidates[able], shares[able], left[able]
        if not left_out or not len(candidates):
            return candidates, (shares, left)
        table, rows, paired_weights, of_name = self._rows(candidates, alike, together)
        starts = _firsts(of_name)
        shares, left = self._most(form, candidates, table[rows], paired_weights, starts, costs)
        able = (_reached(form, shares, left) >= share).nonzero()[0]
        return candidates[able], (shares[able], left[able])

    def _added(
        self,
        form: Form,
        alike: list[Alike],
        together: list[tuple[int, int, float]],
        left_out: set[int],
        cost: float,
    ) -> tuple[Numbers, Shares]:
        """Return the names with a word like one asked for, in order, and what all of these add to each."""
        joined = {place for _, at, _ in together for place in (at, at + 1)}
        found = []
        for at, word in enumerate(form.different):
            if at not in left_out:
                kept = alike[at].names <= WORTH_KEEPING
                of_word = self._found(word, cost) if kept else self._look_up_names(word, cost)
                found.append(_joinable(of_word) if at in joined else of_word)
        for number, at, how in together:
            asked = form.weights[at] + form.weights[at + 1]
            as_one = Alike(np.array([number], np.int32), np.array([how], np.float32), 0, 0.0)
            found.append(_joinable(self._names_of(as_one, asked, cost)))
        names = np.concatenate([each.names for each in found])
        order = names.argsort(kind="stable")  # quick, as each word's names are in order
        names = names[order]
        starts = _firsts(names)
        adds = np.concatenate([each.adds for each in found])[order]
        return names[starts], _sums(adds, starts)

    def _look_up_names(self, word: str, cost: float) -> Found:
        return self._names_of(self._alike_of([word])[0], weight(word), cost)

    def _names_of(self, alike: Alike, asked: float, cost: float) -> Found:
        """Return the names with one of the words, which are like one that weighs `asked`, and what it adds;
        to leave it without a pair costs `cost` of its weight."""
        places, sizes = self._names_with.places_of_all(alike.words)
        names = self._names_with.data[places]
        theirs = self._weights[alike.words]
        adds = np.empty((len(theirs), 4), np.float32)
        lighter = np.minimum(theirs, np.float32(asked))
        adds[:, PAIRED] = alike.how * lighter
        adds[:, LEAST_ADDED] = np.minimum(lighter, adds[:, PAIRED] + cost * asked)
        adds[:, ASKED] = asked
        adds[:, THEIRS] = theirs
        adds = adds.repeat(sizes, axis=0)
        if len(theirs) == 1:
            return Found(names, adds)
        order = names.argsort(kind="stable")
        names, adds = names[order], adds[order]
        starts = _firsts(names)
        if len(starts) == len(names):
            return Found(names, adds)
        once = np.empty((len(starts), 4), np.float32)  # a name with several words like this one
        once[:, PAIRED] = np.maximum.reduceat(adds[:, PAIRED], starts)
        once[:, LEAST_ADDED] = np.minimum.reduceat(adds[:, LEAST_ADDED], starts)
        once[:, ASKED] = asked
        once[:, THEIRS] = np.add.reduceat(adds[:, THEIRS], starts)
        return Found(names[starts], once)

    def _most(
        self,
        form: Form,
        candidates: Numbers,
        rows: Shares,
        paired_weights: Shares,
        starts: NDArray[np.int64],
        costs: Costs,
    ) -> tuple[Shares, Shares]:
        """Return for each candidate the most its words can share, as if a word could be paired twice, and
        what the discount for common words leaves of it. Its rows begin at `starts`."""
        weights = np.array(form.weights, np.float32)
        best = np.maximum.reduceat(rows, starts, axis=0)
        pairs = rows > 0
        lighter = np.minimum(weights, paired_weights[:, None])
        heaviest = np.maximum.reduceat(lighter * pairs, starts, axis=0)
        lightest = np.minimum.reduceat(np.where(pairs, lighter, np.float32(np.inf)), starts, axis=0)
        each = best * heaviest
        paired = each.sum(1)
        extra = np.maximum(0, self._totals[candidates] - np.add.reduceat(paired_weights, starts))
        # A word that could be paired, but is not, costs `costs.asked` of its weight: that may be less.
        least = np.minimum(lightest, each + costs.asked * weights)  # of a word without a pair, its cost
        alone = np.where(best > 0, np.float32(0), weights).sum(1)
        whole = least.sum(1) + costs.indexed * extra + COST_OF_ANOTHER * np.minimum(alone, extra)
        return np.minimum(paired / np.maximum(whole, 1e-6), 1), _left(paired)

    def _rows(
        self, candidates: Numbers, alike: list[Alike], together: list[tuple[int, int, float]]
    ) -> tuple[Shares, Numbers, Shares, NDArray[np.int64]]:
        """Return, for each word of a candidate that is like one asked for, how alike it is to each of them,
        as a table and the row in it, its weight, and the place of its candidate."""
        joined = [word for word, _, _ in together]
        known = np.concatenate([*(found.words for found in alike), np.array(joined, np.int32)])
        places, sizes = self._words_of.places_of_all(candidates)
        row_of = self._row_of_each_word()
        try:
            row_of[known] = np.arange(1, len(known) + 1)
            table = np.zeros((len(known) + 1, len(alike)), np.float32)
            for at, found in enumerate(alike):
                table[row_of[found.words], at] = found.how
            for word, at, how in together:
                pair = table[row_of[word], at : at + 2]
                np.maximum(pair, how, out=pair)
            words = self._words_of.data[places]
            rows = row_of[words]
        finally:
            row_of[known] = 0
        hit = rows.nonzero()[0]
        of_name = np.arange(len(sizes)).repeat(sizes)[hit]
        return table, rows[hit], self._weights[words[hit]], of_name

    def _row_of_each_word(self) -> Numbers:
        """Return an array of zeros, one for each indexed word, of this thread; to be left as it was found."""
        if not hasattr(self._rows_of_words, "array"):
            self._rows_of_words.array = np.zeros(len(self._words), np.int32)
        rows: Numbers = self._rows_of_words.array
        return rows

    def _not_worth_looking_up(self, form: Form, alike: list[Alike], share: float, costs: Costs) -> set[int]:
        """Return the places of words not to look up: they weigh too little to reach `share` by themselves.

        What is left out are the words that most names share with others, as long as they weigh together less
        than a candidate must have, and as those that stay are in very many names.
        """
        names = sum([each.names for each in alike])
        if names <= self._many:
            return set()
        needed = least_paired(sum(form.weights), form.is_skeletal, share, costs.asked) - 1e-4
        left_out: set[int] = set()
        for at in sorted(range(len(alike)), key=lambda at: -alike[at].names):
            if names > self._many and form.weights[at] < needed:
                needed -= form.weights[at]
                names -= alike[at].names
                left_out.add(at)
        return left_out

    def _look_up_joined(self, joined: Sequence[str]) -> Iterator[tuple[str, list[tuple[int, float]]]]:
        """Yield, with each two words written as one, the indexed words they make, and how alike they are."""
        keys, of_each = array("I"), []
        for each in joined:
            before = len(keys)
            keys.extend(map(_checksum, _keys_of_joined(each)))
            of_each.append(len(keys) - before)
        numbers, sizes = self._by_key.get_checksums(np.frombuffer(keys, np.uint32))
        found, ends = numbers.tolist(), [0, *sizes.cumsum().tolist()]
        at = 0
        for each, count in zip(joined, of_each, strict=True):
            words = set(found[ends[at] : ends[at + count]])
            at += count
            yield (
                each,
                [
                    (word, alike)
                    for word in words
                    if word < self._singles and (alike := likeness_together(each, self._words[word]))
                ],
            )

    def _look_up_alike(self, words: Sequence[str]) -> Iterator[tuple[str, Alike]]:
        """Yield, with each of the words, the indexed words like it."""
        found = {word: known for word in words if (known := self._like_a_known(word))}
        if others := [word for word in dict.fromkeys(words) if word not in found]:
            found.update(zip(others, self._search_alike(others), strict=True))
        for word, alike in found.items():
            yield word, self._alike_words(*alike)

    def _alike_words(self, words: Numbers, how: Shares) -> Alike:
        names = self._names_with.ends[words + 1] - self._names_with.ends[words]
        return Alike(words, how, int(names.sum()), float(self._weights[words].max(initial=0)))

    def _alike_of_its_own(self) -> Iterator[tuple[Numbers, Shares]]:
        """Yield the words like each single word of the index, in the order of their numbers."""
        for start in range(0, self._singles, AT_ONCE):
            numbers = range(start, min(start + AT_ONCE, self._singles))
            yield from self._search_alike([self._words[number] for number in numbers])

    def _like_a_known(self, word: str) -> tuple[Numbers, Shares] | None:
        """Return what `_search_alike` would, of a word of the index of which it was kept; else None."""
        for number in self._by_key.of_one(WORD + word).tolist():
            if number < len(self._like_known.ends) - 1 and self._words[number] == word:
                start, end = self._like_known.ends[number : number + 2]
                return self._like_known.data[start:end], self._how_alike[start:end]
        return None

    def _search_alike(self, words: Sequence[str]) -> Iterator[tuple[Numbers, Shares]]:
        """Yield, for each of the words, the indexed words like it, in the order of their numbers, and the
        most each is alike.

        Many words are looked up in one go: by their keys, and by what is left of them after slips.
        """
        keys, how, asked = array("I"), array("d"), array("q")
        for at, word in enumerate(words):
            for key, alike in _keys_of_alike(word):
                keys.append(_checksum(key))
                how.append(alike)
                asked.append(at)
        others = len(keys)
        for at, word in enumerate(words):
            if _may_have_slips(word):
                left = slip_keys(word)
                keys.extend([_checksum(SLIP + key) for key in left])
                asked.extend([at] * len(left))
        numbers, sizes = self._by_key.get_checksums(np.frombuffer(keys, np.uint32))
        pairs = np.frombuffer(asked, np.int64).repeat(sizes) << 32 | numbers
        until = int(sizes[:others].sum())
        by_slips, how_by_slips = self._a_slip_away(words, pairs[until:])
        pairs = np.concatenate([pairs[:until], by_slips])
        shares = np.concatenate([np.frombuffer(how).repeat(sizes[:others]), how_by_slips])
        order = pairs.argsort(kind="stable")
        pairs = pairs[order]
        starts = _firsts(pairs)
        pairs = pairs[starts]
        found = (pairs & 0xFFFFFFFF).astype(np.int32)
        most = np.maximum.reduceat(shares[order], starts).astype(np.float32) if len(starts) else NO_SHARE
        ends = (pairs >> 32).searchsorted(np.arange(len(words) + 1)).tolist()
        for start, end in pairwise(ends):
            yield found[start:end], most[start:end]

    def _a_slip_away(
        self, words: Sequence[str], pairs: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return those pairs, of the place of a word asked for and the number of an indexed one, with few
        enough letters wrong, and how alike they are; a shared key only says there may be."""
        allowed = np.array([slips_allowed(word) for word in words])
        letters = np.array([letter_bits(word) for word in words], np.uint32)
        apart = np.bitwise_count(self._letters[pairs & 0xFFFFFFFF] ^ letters[pairs >> 32])
        pairs = np.sort(pairs[apart <= 2 * allowed[pairs >> 32]])
        pairs = pairs[_firsts(pairs)]
        if not len(pairs):
            return pairs, np.empty(0)
        asked = (pairs >> 32).tolist()
        ours = [words[at] for at in asked]
        theirs = [self._words[number] for number in (pairs & 0xFFFFFFFF).tolist()]
        slips = cpdist(ours, theirs, scorer=OSA.distance, score_cutoff=MOST_SLIPS, dtype=np.int64)
        longer = np.array([max(len(our), len(their)) for our, their in zip(ours, theirs, strict=True)])
        alike = as_alike_by_slips(slips, longer)
        few = ((slips <= allowed[asked]) & (alike >= LEAST)).nonzero()[0]
        return pairs[few], alike[few]


def _keys_of_alike(word: str) -> Iterator[tuple[str, float]]:
    """Yield keys of words like `word`, but for slips, and how alike each makes them at most."""
    for spelled in {word, with_article(word)}:
        yield WORD + spelled, SAME
    if len(word) == 1:
        yield INITIAL_KEY + word, INITIAL
        return
    heard = consonants(word)
    if alike := as_alike_by_consonants(heard):
        yield CONSONANTS + SKELETAL + heard, alike
        if SKELETAL in word:
            yield CONSONANTS + heard, alike
    if SKELETAL in word:
        return
    yield f"{INITIAL_KEY}{word[0]}.", INITIAL
    if slips_allowed(word):
        yield SOUND + sound(word), BY_SOUND


def _only(subject: Subject, forms: Sequence[Form]) -> Subject:
    """Return the subject with these of its names alone."""
    return Subject(
        tuple([form.name for form in forms]),
        subject.countries,
        subject.kind,
        subject.dates_of_birth,
        subject.identifiers,
        subject.weak_names,
        subject.addresses,
        subject.owned_names,
        tuple(forms),
    )


def _keys_of_joined(joined: str) -> Iterator[str]:
    """Yield keys of words that are like two words written as one."""
    heard = consonants(joined)
    yield WORD + joined
    yield CONSONANTS + SKELETAL + heard
    if joined[0] == SKELETAL:
        yield CONSONANTS + heard
    if joined.isalpha():
        yield SOUND + sound(joined)


def _ratios(text: str, others: list[str]) -> Shares:
    """Return how alike the letters of a text and of each other are, 0 to 100."""
    if len(others) < FEW:
        return np.array([fuzz.ratio(text, other) for other in others], np.float32)
    ratios: Shares = cdist([text], others, scorer=fuzz.ratio, dtype=np.float32)[0]
    return ratios


def _may_have_slips(word: str) -> bool:
    return word[0] != SKELETAL and slips_allowed(word) > 0


def _joinable(found: Found) -> Found:
    """Return what a word adds that may also be half of two words written as one: no more to both names than
    to what is paired, whichever way they are paired."""
    adds = found.adds.copy()
    adds[:, LEAST_ADDED] = adds[:, PAIRED]
    return Found(found.names, adds)


def _left(paired: Shares) -> Shares:
    """Return what the discount for common words leaves where words paired weigh so much."""
    left: Shares = 1 - COST_OF_COMMON_WORDS * np.maximum(0, 1 - paired / SAYS_ENOUGH)
    return left


def _reached(form: Form, words: Shares, left: Shares) -> Shares:
    """Return what is reached with such a share of words if all letters agree."""
    letters = 0.0 if form.is_skeletal else BY_LETTERS
    reached: Shares = ((1 - letters) * words + letters) * left
    return reached


def least_paired(whole: float, is_skeletal: bool, share: float, cost: float) -> float:
    """Return the least weight of paired words with which a name that weighs `whole` can reach `share`.

    An unpaired word costs `cost` of its weight. What can be reached grows with what is paired, so halving
    finds it.
    """
    low, high = 0.0, whole
    for _ in range(12):
        paired = (low + high) / 2
        words = paired / (paired + cost * (whole - paired))
        reached = words if is_skeletal else (1 - BY_LETTERS) * words + BY_LETTERS
        if reached * (1 - COST_OF_COMMON_WORDS * max(0.0, 1 - paired / SAYS_ENOUGH)) >= share:
            high = paired
        else:
            low = paired
    return low


class _Building:
    """The arrays of an index while they are being made. Nothing is kept of a name but what goes into them."""

    def __init__(self, listed: Iterable[tuple[int, Subject]]) -> None:
        self._entities, self._entity_of = array("q"), array("i")
        self._facts, self._names, self._spelled, self._in_order, self._kept = (_Gathered() for _ in range(5))
        self._totals = array("f")
        self._words, self._sizes = array("i"), array("i")  # of every name the numbers of its words, how many
        self._numbers: list[tuple[str, int]] = []
        self._place: dict[str, int] = {}
        self._joined: dict[tuple[str, float], int] = {}  # two words written as one, and what they weigh
        for entity, subject in listed:
            self._add(entity, subject)
        self._singles = len(self._place)

    def _add(self, entity: int, subject: Subject) -> None:
        place = len(self._entities)
        self._entities.append(entity)
        self._facts.add(json.dumps(_facts(subject), ensure_ascii=False))
        self._numbers += [(number, place) for number in telling(subject.identifiers)]
        for name in subject.names:
            form = comparable(name)
            self._entity_of.append(place)
            self._names.add(name)
            self._spelled.add(form.spelled)
            self._in_order.add(_letters_of(form))
            self._kept.add(BETWEEN.join(form.words))
            self._totals.append(sum(form.weights))
            self._words.extend(self._place.setdefault(word, len(self._place)) for word in form.different)
            self._sizes.append(len(form.different))

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        words_of, ends = self._with_joined()
        words = [*self._place, *(joined for joined, _ in self._joined)]
        weights = [*map(weight, self._place), *(together for _, together in self._joined)]
        names_with, ends_with = _turned(words_of, ends, len(words))
        spelled = self._spelled.texts()
        return {
            "format": np.array([FORMAT]),
            "singles": np.array([self._singles]),
            "entities": np.array(self._entities, np.int64),
            "entity_of": np.array(self._entity_of, np.int32),
            "ends_of": np.searchsorted(self._entity_of, np.arange(len(self._entities) + 1)),
            "totals": np.array(self._totals, np.float32),
            **self._facts.texts().arrays("facts"),
            **self._names.texts().arrays("names"),
            **spelled.arrays("spelled"),
            **self._in_order.texts().arrays("in_order"),
            **self._kept.texts().arrays("kept"),
            **Texts.of(words).arrays("words"),
            "weights": np.array(weights, np.float32),
            "letters": np.array([letter_bits(word) for word in words], np.uint32),
            **Lists(names_with, ends_with).arrays("names_with"),
            **Lists(words_of, ends).arrays("words_of"),
            **Keys.of(self._numbers).arrays("number"),
            **Keys.of((spelled[name], name) for name in range(len(spelled))).arrays("same"),
            **Keys.of(
                (key, number)
                for number, word in enumerate(words)
                for key in _keys(word, single=number < self._singles)
            ).arrays("key"),
        }

    def _with_joined(self) -> tuple[Numbers, NDArray[np.int64]]:
        """Return every name's words, each two neighbours written as one behind them, and where each name's
        end. Two that weigh otherwise together are another word, though they are written alike."""
        known = list(self._place)
        words_of, ends = array("i"), array("q", [0])
        at = 0
        for size in self._sizes:
            numbers = self._words[at : at + size]
            words = tuple(known[number] for number in numbers)
            words_of.extend(numbers)
            for place, joined in joined_words(words):
                together = joined, weight(words[place]) + weight(words[place + 1])
                words_of.append(self._joined.setdefault(together, self._singles + len(self._joined)))
            ends.append(len(words_of))
            at += size
        return np.array(words_of, np.int32), np.array(ends, np.int64)


def _keys(word: str, *, single: bool) -> Iterator[str]:
    """Yield the keys under which an indexed word is found, a single one also by slips and its initial."""
    for spelled in {word, with_article(word)}:
        yield WORD + spelled
    if word.isalpha():
        yield SOUND + sound(word)
    if heard := consonants(word):
        yield CONSONANTS + (SKELETAL if word[0] == SKELETAL else "") + heard
    if single:
        yield INITIAL_KEY + (f"{word[0]}." if len(word) == 1 else word[0])
        if _may_have_slips(word):
            yield from (SLIP + key for key in slip_keys(word))


def _turned(words_of: Numbers, ends: NDArray[np.int64], words: int) -> tuple[Numbers, NDArray[np.int64]]:
    """Return for every word the names it is in, each once, one list after the other, and where each ends."""
    names = np.repeat(np.arange(len(ends) - 1, dtype=np.int64), np.diff(ends))
    both = np.unique(words_of.astype(np.int64) << 32 | names)
    per_word = np.bincount(both >> 32, minlength=words)
    return (both & 0xFFFFFFFF).astype(np.int32), np.concatenate([[0], np.cumsum(per_word)]).astype(np.int64)


def _facts(subject: Subject) -> dict[str, object]:
    """Return what `NameIndex._read_facts` reads again."""
    return {
        "countries": sorted(subject.countries),
        "kind": subject.kind,
        "dates_of_birth": list(subject.dates_of_birth),
        "identifiers": list(subject.identifiers),
        "weak_names": sorted(subject.weak_names),
        "addresses": list(subject.addresses),
        "owned_names": sorted(subject.owned_names),
    }


def _words_alike(found: Iterable[tuple[Numbers, Shares]]) -> dict[str, NDArray[np.generic]]:
    """Return for each word, in the order of their numbers, the words like it, and how alike."""
    words, how, ends = array("i"), array("f"), array("q", [0])
    for alike, how_alike in found:
        words.extend(alike.tolist())
        how.extend(how_alike.tolist())
        ends.append(len(words))
    of_each = Lists(np.array(words, np.int32), np.array(ends, np.int64))
    return {**of_each.arrays("alike"), "how_alike": np.array(how, np.float32)}


def _letters_of(form: Form) -> str:
    """Return the letters of a name; one without its vowels is marked, as the matcher asks none of it."""
    return SKELETAL + form.in_order if form.is_skeletal else form.in_order
