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
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

from screening.latin import SKELETAL
from screening.likeness import (
    BY_SOUND,
    INITIAL,
    LEAST,
    SAME,
    as_alike_by_consonants,
    as_alike_by_slips,
    consonants,
    likeness_together,
    slip_keys,
    slips_allowed,
    sound,
    with_article,
)
from screening.matcher import (
    BY_LETTERS,
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

FORMAT = 2  # of the arrays; another format is another folder
ROUNDING = 0.06  # points are rounded to a tenth
# A joined pair of words may be credited a little more exactly than the bound assumes.
SLACK = 0.02

Numbers = NDArray[np.int32]
Shares = NDArray[np.float32]


class Costs(NamedTuple):
    """What an unpaired word costs, of its weight: one of the name asked for, one of an indexed name."""

    asked: float
    indexed: float


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

    def __init__(self, data: NDArray[np.generic], ends: NDArray[np.int64]) -> None:
        self.data, self.ends = data, ends

    def of_all(self, which: Numbers) -> tuple[NDArray[np.generic], NDArray[np.int64]]:
        """Return the values of the lists `which`, one after the other, and how many each has."""
        starts = self.ends[which]
        sizes = self.ends[which + 1] - starts
        before = np.cumsum(sizes) - sizes
        places = np.repeat(starts - before, sizes) + np.arange(sizes.sum())
        return self.data[places], sizes

    def arrays(self, name: str) -> dict[str, NDArray[np.generic]]:
        return {f"{name}_data": self.data, f"{name}_ends": self.ends}


class Keys:
    """Which words (or names) have a key, kept as a 32-bit checksum: an answer may hold others too."""

    def __init__(self, keys: NDArray[np.uint32], values: Numbers) -> None:
        self._keys, self._values = keys, values

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, int]]) -> Keys:
        keys, values = array("I"), array("i")
        for key, value in pairs:
            keys.append(_checksum(key))
            values.append(value)
        order = np.argsort(np.frombuffer(keys, np.uint32), kind="stable")
        return cls(np.frombuffer(keys, np.uint32)[order], np.frombuffer(values, np.int32)[order])

    def get(self, keys: Iterable[str]) -> Numbers:
        """Return the values of all these keys, in no order; one may come more than once."""
        wanted = np.fromiter(map(_checksum, keys), np.uint32)
        first = self._keys.searchsorted(wanted)
        sizes = self._keys.searchsorted(wanted, "right") - first
        before = np.cumsum(sizes) - sizes
        found: Numbers = self._values[np.repeat(first - before, sizes) + np.arange(sizes.sum())]
        return found

    def arrays(self, name: str) -> dict[str, NDArray[np.generic]]:
        return {f"{name}_keys": self._keys, f"{name}_values": self._values}


def _checksum(key: str) -> int:
    return crc32(key.encode())


class NameIndex:
    """All names of some listed entities, built once and then only read; safe to share between threads."""

    def __init__(self, arrays: Mapping[str, NDArray[np.generic]]) -> None:
        self._arrays = arrays
        self._entities: NDArray[np.int64] = arrays["entities"]  # type: ignore[assignment]
        self._entity_of: Numbers = arrays["entity_of"]  # type: ignore[assignment]
        self._totals: Shares = arrays["totals"]  # type: ignore[assignment]
        self._facts = Texts(arrays["facts_data"], arrays["facts_ends"])  # type: ignore[arg-type]
        self._names = Texts(arrays["names_data"], arrays["names_ends"])  # type: ignore[arg-type]
        self._spelled = Texts(arrays["spelled_data"], arrays["spelled_ends"])  # type: ignore[arg-type]
        self._in_order = Texts(arrays["in_order_data"], arrays["in_order_ends"])  # type: ignore[arg-type]
        self._words = Texts(arrays["words_data"], arrays["words_ends"])  # type: ignore[arg-type]
        self._names_with = Lists(arrays["names_with_data"], arrays["names_with_ends"])  # type: ignore[arg-type]
        self._words_of = Lists(arrays["words_of_data"], arrays["words_of_ends"])  # type: ignore[arg-type]
        self._weights_of = Lists(arrays["weights_of_data"], arrays["words_of_ends"])  # type: ignore[arg-type]
        self._keys = {
            kind: Keys(arrays[f"{kind}_keys"], arrays[f"{kind}_values"])  # type: ignore[arg-type]
            for kind in ("word", "slip", "sound", "consonants", "initial", "number", "same")
        }
        self._singles = int(arrays["singles"][0])  # words from this number on are only two words joined
        self._numbers_with = np.diff(self._names_with.ends)
        self._alike = lru_cache(maxsize=1 << 15)(self._look_up_alike)

    # --- building and keeping ---

    @classmethod
    def of(cls, listed: Iterable[tuple[int, Subject]]) -> NameIndex:
        """Return the index over the listed entities, given with the numbers they are to be known by."""
        return cls(_Building(listed).arrays())

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
        return self._candidates(party, at_least, OF_A_PARTY)

    def candidates_for_listed(self, listed: Subject, at_least: float) -> dict[int, Subject]:
        """Return, from an index over parties, every party that can have `at_least` points beside `listed`.

        It is the other way round of `candidates`: the same pairs of a party and a listed entity are found.
        """
        return self._candidates(listed, at_least, OF_A_LISTED)

    def _candidates(self, asked: Subject, at_least: float, costs: Costs) -> dict[int, Subject]:
        found: dict[int, set[str]] = defaultdict(set)
        for name in asked.names:
            for number in self._names_like(comparable(name), at_least, costs):
                found[int(self._entity_of[number])].add(self._names[number])
        by_number = set(self._keys["number"].get(telling(asked.identifiers)).tolist())
        return {
            int(self._entities[place]): self._subject(place, found.get(place, set()), place in by_number)
            for place in sorted({*found, *by_number})
        }

    def _subject(self, place: int, names: set[str], whole: bool) -> Subject:
        facts = json.loads(self._facts[place])
        kept = facts["names"] if whole else [name for name in facts["names"] if name in names]
        return Subject(
            tuple(kept),
            frozenset(facts["countries"]),
            facts["kind"],
            tuple(facts["dates_of_birth"]),
            tuple(facts["identifiers"]),
            frozenset(facts["weak_names"]),
            tuple(facts["addresses"]),
            frozenset(facts["owned_names"]),
        )

    def _names_like(self, form: Form, at_least: float, costs: Costs) -> list[int]:
        """Return the numbers of the names that can have `at_least` points, and some that cannot."""
        share = max(0.0, (at_least - ROUNDING) / 100) ** (1 / SPREAD) - SLACK
        numbers, bounds = self._bounds(form, share, costs)
        same = self._keys["same"].get([form.spelled])
        if not len(numbers):
            return list(same.tolist())
        letters = self._letters_alike(form, numbers)
        mixed = bounds[0] if letters is None else (1 - BY_LETTERS) * bounds[0] + BY_LETTERS * letters
        able = mixed * bounds[1] >= share
        return list(np.union1d(numbers[able], same).tolist())

    def _letters_alike(self, form: Form, numbers: Numbers) -> Shares | None:
        """Return how alike the letters are, as the matcher counts them; None where it does not ask."""
        if form.is_skeletal:
            return None
        as_written = cdist(
            [form.spelled], [self._spelled[n] for n in numbers.tolist()], scorer=fuzz.ratio, dtype=np.float32
        )
        listed = [self._in_order[n] for n in numbers.tolist()]
        rewritten = cdist([form.in_order], listed, scorer=fuzz.ratio, dtype=np.float32)
        alike: Shares = np.maximum(as_written[0], REWRITTEN * rewritten[0]) / 100
        alike[[text == form.in_order or SKELETAL in text for text in listed]] = SAME
        return alike

    def _bounds(self, form: Form, share: float, costs: Costs) -> tuple[Numbers, tuple[Shares, Shares]]:
        """Return candidates with the most their words can share, and the most that is left by the discount.

        A candidate that cannot reach `share` even if all its letters agree is left out.
        """
        alike = [self._alike(word) for word in form.different]
        together = self._together(form)
        wanted = self._worth_looking_up(form, alike, share, costs)
        seeds = [alike[at][0] for at in wanted] + [np.array([word for word, _, _ in together], np.int32)]
        names, _ = self._names_with.of_all(np.unique(np.concatenate(seeds)).astype(np.int32))
        candidates = np.unique(names).astype(np.int32)
        rows, paired_weights, of_name = self._rows(candidates, alike, together)
        starts = np.flatnonzero(np.r_[True, of_name[1:] != of_name[:-1]]) if len(rows) else np.empty(0, int)
        if not len(starts):
            return candidates[:0], (np.empty(0, np.float32), np.empty(0, np.float32))
        candidates = candidates[of_name[starts]]
        shares, left = self._most(form, candidates, rows, paired_weights, starts, costs)
        letters = 0.0 if form.is_skeletal else BY_LETTERS
        able = ((1 - letters) * shares + letters) * left >= share
        return candidates[able], (shares[able], left[able])

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
        lighter = np.where(rows > 0, np.minimum(weights, paired_weights[:, None]), np.float32(0))
        heaviest = np.maximum.reduceat(lighter, starts, axis=0)
        lightest = np.minimum.reduceat(np.where(rows > 0, lighter, np.float32(np.inf)), starts, axis=0)
        lightest[np.isinf(lightest)] = 0
        each = best * heaviest
        paired = each.sum(1)
        unpaired = ((best == 0) * weights).sum(1)
        extra = np.maximum(0, self._totals[candidates] - np.add.reduceat(paired_weights, starts))
        # A word that could be paired, but is not, costs `costs.asked` of its weight: that may be less.
        least = np.minimum(lightest, each + costs.asked * weights)
        whole = least.sum(1) + costs.asked * unpaired + costs.indexed * extra
        left = 1 - COST_OF_COMMON_WORDS * np.maximum(0, 1 - paired / SAYS_ENOUGH)
        return np.minimum(paired / np.maximum(whole, 1e-6), 1), left

    def _rows(
        self, candidates: Numbers, alike: list[tuple[Numbers, Shares]], together: list[tuple[int, int, float]]
    ) -> tuple[Shares, Shares, Numbers]:
        """Return, for each word of a candidate that is like one asked for, how alike it is to each of them,
        its weight, and the place of its candidate."""
        known = np.unique(np.concatenate([*(found[0] for found in alike), [word for word, _, _ in together]]))
        table = np.zeros((len(known), len(alike)), np.float32)
        for at, (found, how) in enumerate(alike):
            table[known.searchsorted(found), at] = how
        for word, at, how_alike in together:
            place = known.searchsorted(word)
            table[place, at : at + 2] = np.maximum(table[place, at : at + 2], how_alike)
        words, sizes = self._words_of.of_all(candidates)
        weights, _ = self._weights_of.of_all(candidates)
        places = known.searchsorted(words)
        places[places == len(known)] = 0
        hit = known[places] == words
        of_name = np.repeat(np.arange(len(candidates), dtype=np.int32), sizes)[hit]
        return table[places[hit]], weights[hit], of_name

    def _worth_looking_up(
        self, form: Form, alike: list[tuple[Numbers, Shares]], share: float, costs: Costs
    ) -> list[int]:
        """Return the places of words to look up: the others weigh too little to reach `share` by themselves.

        What is left out are the words that most names share with others, as long as they weigh together less
        than a candidate must have.
        """
        needed = least_paired(sum(form.weights), form.is_skeletal, share, costs.asked)
        most_first = sorted(range(len(alike)), key=lambda at: -int(self._numbers_with[alike[at][0]].sum()))
        left_out = 0.0
        wanted = []
        for at in most_first:
            if left_out + form.weights[at] < needed - 1e-4:
                left_out += form.weights[at]
            else:
                wanted.append(at)
        return wanted

    def _together(self, form: Form) -> list[tuple[int, int, float]]:
        """Return the indexed words that two neighbours make when written as one: word, place, how alike."""
        found = []
        for at, joined in form.joined:
            for word in self._like_a_joined(joined):
                if alike := likeness_together(joined, self._words[word]):
                    found.append((word, at, alike))
        return found

    def _like_a_joined(self, joined: str) -> set[int]:
        heard = consonants(joined)
        by_consonants = [SKELETAL + heard, heard] if joined[0] == SKELETAL else [SKELETAL + heard]
        by_sound = [sound(joined)] if joined.isalpha() else []
        return {
            *self._keys["word"].get([joined]).tolist(),
            *self._keys["sound"].get(by_sound).tolist(),
            *self._keys["consonants"].get(by_consonants).tolist(),
        }

    def _look_up_alike(self, word: str) -> tuple[Numbers, Shares]:
        """Return the indexed words like `word`, in the order of their numbers, and the most each is alike."""
        found = [
            (numbers, np.full(len(numbers), alike, np.float32))
            for numbers, alike in self._by_keys(word)
            if alike
        ]
        found.append(self._a_slip_away(word))
        numbers = np.concatenate([numbers for numbers, _ in found])
        alike = np.concatenate([alike for _, alike in found])
        different, places = np.unique(numbers, return_inverse=True)
        most = np.zeros(len(different), np.float32)
        np.maximum.at(most, places, alike)
        return different, most

    def _by_keys(self, word: str) -> Iterator[tuple[Numbers, float]]:
        """Yield the words that share a key with `word`, and how alike that makes them at most."""
        yield self._keys["word"].get({word, with_article(word)}), SAME
        if len(word) == 1:
            yield self._keys["initial"].get([word]), INITIAL
            return
        heard = consonants(word)
        skeletal = SKELETAL in word
        by_consonants = [heard, SKELETAL + heard] if skeletal else [SKELETAL + heard]
        yield self._keys["consonants"].get(by_consonants), as_alike_by_consonants(heard)
        if not skeletal:
            yield self._keys["initial"].get([f"{word[0]}."]), INITIAL
            if slips_allowed(word):
                yield self._keys["sound"].get([sound(word)]), BY_SOUND

    def _a_slip_away(self, word: str) -> tuple[Numbers, Shares]:
        """Return the words with few enough letters wrong; a shared key only says that there may be."""
        allowed = 0 if word[0] == SKELETAL else slips_allowed(word)
        if not allowed:
            return np.empty(0, np.int32), np.empty(0, np.float32)
        numbers = np.unique(self._keys["slip"].get(slip_keys(word)))
        listed = [self._words[number] for number in numbers.tolist()]
        slips = cdist([word], listed, scorer=OSA.distance, score_cutoff=allowed, dtype=np.uint8)[0]
        near = slips <= allowed
        letters = np.fromiter(map(len, listed), np.float32, len(listed))
        alike = as_alike_by_slips(slips, np.maximum(letters, len(word)))
        near &= alike >= LEAST
        return numbers[near], alike[near].astype(np.float32)


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
        self._facts, self._names, self._spelled, self._in_order = (_Gathered() for _ in range(4))
        self._totals = array("f")
        self._words, self._sizes = array("i"), array("i")  # of every name the numbers of its words, how many
        self._numbers: list[tuple[str, int]] = []
        self._place: dict[str, int] = {}
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
            self._totals.append(sum(form.weights))
            self._words.extend(self._place.setdefault(word, len(self._place)) for word in form.different)
            self._sizes.append(len(form.different))

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        words_of, weights_of, ends = self._with_joined()
        names_with, ends_with = _turned(words_of, ends, len(self._place))
        spelled = self._spelled.texts()
        return {
            "format": np.array([FORMAT]),
            "singles": np.array([self._singles]),
            "entities": np.array(self._entities, np.int64),
            "entity_of": np.array(self._entity_of, np.int32),
            "totals": np.array(self._totals, np.float32),
            **self._facts.texts().arrays("facts"),
            **self._names.texts().arrays("names"),
            **spelled.arrays("spelled"),
            **self._in_order.texts().arrays("in_order"),
            **Texts.of(self._place).arrays("words"),
            **Lists(names_with, ends_with).arrays("names_with"),
            **Lists(words_of, ends).arrays("words_of"),
            "weights_of_data": weights_of,
            **Keys.of(self._numbers).arrays("number"),
            **Keys.of((spelled[name], name) for name in range(len(spelled))).arrays("same"),
            **self._keys(),
        }

    def _with_joined(self) -> tuple[Numbers, Shares, NDArray[np.int64]]:
        """Return every name's words, each two neighbours written as one behind them, what they weigh, and
        where each name's end."""
        known = list(self._place)
        words_of, weights_of, ends = array("i"), array("f"), array("q", [0])
        at = 0
        for size in self._sizes:
            numbers = self._words[at : at + size]
            words = tuple(known[number] for number in numbers)
            words_of.extend(numbers)
            for _, joined in joined_words(words):
                words_of.append(self._place.setdefault(joined, len(self._place)))
            weights_of.extend(_weights(words))
            ends.append(len(words_of))
            at += size
        return (
            np.array(words_of, np.int32),
            np.array(weights_of, np.float32),
            np.array(ends, np.int64),
        )

    def _keys(self) -> dict[str, NDArray[np.generic]]:
        place, singles = self._place, list(islice(self._place.items(), self._singles))
        alphabetic = ((word, number) for word, number in place.items() if word.isalpha())
        return {
            **Keys.of(
                (spelled, number) for word, number in place.items() for spelled in {word, with_article(word)}
            ).arrays("word"),
            **Keys.of((sound(word), number) for word, number in alphabetic).arrays("sound"),
            **Keys.of(
                (SKELETAL + heard if word[0] == SKELETAL else heard, number)
                for word, number in place.items()
                if (heard := consonants(word))
            ).arrays("consonants"),
            **Keys.of(
                (key, number)
                for word, number in singles
                if word[0] != SKELETAL and slips_allowed(word)
                for key in slip_keys(word)
            ).arrays("slip"),
            **Keys.of(
                (f"{word[0]}." if len(word) == 1 else word[0], number) for word, number in singles
            ).arrays("initial"),
        }


def _turned(words_of: Numbers, ends: NDArray[np.int64], words: int) -> tuple[Numbers, NDArray[np.int64]]:
    """Return for every word the names it is in, each once, one list after the other, and where each ends."""
    names = np.repeat(np.arange(len(ends) - 1, dtype=np.int64), np.diff(ends))
    both = np.unique(words_of.astype(np.int64) << 32 | names)
    per_word = np.bincount(both >> 32, minlength=words)
    return (both & 0xFFFFFFFF).astype(np.int32), np.concatenate([[0], np.cumsum(per_word)]).astype(np.int64)


def _facts(subject: Subject) -> dict[str, object]:
    """Return what `NameIndex._subject` reads again."""
    return {
        "names": list(subject.names),
        "countries": sorted(subject.countries),
        "kind": subject.kind,
        "dates_of_birth": list(subject.dates_of_birth),
        "identifiers": list(subject.identifiers),
        "weak_names": sorted(subject.weak_names),
        "addresses": list(subject.addresses),
        "owned_names": sorted(subject.owned_names),
    }


def _letters_of(form: Form) -> str:
    """Return the letters of a name; one without its vowels is marked, as the matcher asks none of it."""
    return SKELETAL + form.in_order if form.is_skeletal else form.in_order


def _weights(words: tuple[str, ...]) -> Iterable[float]:
    yield from map(weight, words)
    yield from (weight(words[at]) + weight(words[at + 1]) for at, _ in joined_words(words))
