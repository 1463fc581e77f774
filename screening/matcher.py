"""Score how alike a party and a listed entity are. Pure functions: no database, no clock.

Method: the words of two names are paired, likest first, whatever their order; a pair counts as much as its
words say (screening.names.weight). Points are 100 times the geometric mean of how much of each name is
paired, so what is missing on either side costs. Two words are alike by their letters (optimal string
alignment) or by their sound (screening.names.folded). Country, date of birth and kind are evidence beside the
name: they put hits in order, and agreement may lift a near name to a hit. What is missing or contradicts
never hides a hit.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import sqrt

from rapidfuzz.distance import OSA

from screening.birth import how_births_agree
from screening.names import FULL, TWO_LETTERS, Form, comparable, folded, weight

POINTS_WORTH_A_LOOK = 70.0  # a score from here on is a hit; settings may say otherwise
LIKE_ENOUGH = 0.66  # below this share of equal letters two words are different: one edit in three letters
STEEPNESS = 1.5  # each differing letter costs this much of its share, so similar stays clearly below equal
BY_SOUND = 0.95
INITIAL = 0.8
INITIALS_ALONE = 0.5  # one letter agrees with a twentieth of all names, so it needs a word beside it
WRITTEN_TOGETHER = 0.98
TOGETHER_ENOUGH = 0.9
LONE_WORD = 0.9
SAME_NUMBER_POINTS = 95.0
SHORTEST_NUMBER = 5  # shorter numbers are shared by too many

# Evidence beside the name. The most that agreement can add is MOST_AGREEMENT.
AGREEMENT = {"same-country": 4.0, "same-birth": 8.0, "near-birth": 4.0}
MOST_AGREEMENT = AGREEMENT["same-country"] + AGREEMENT["same-birth"]
CONTRADICTION = {"other-country": -6.0, "other-birth": -10.0, "other-kind": -8.0, "weak-alias": -5.0}


@dataclass(frozen=True, slots=True)
class Subject:
    """A party or a listed entity, as far as matching needs to know it. Empty means "not known"."""

    names: tuple[str, ...]
    countries: frozenset[str] = frozenset()  # ISO 3166-1 alpha-2
    kind: str = ""  # a value of screening.models.EntityKind
    dates_of_birth: tuple[str, ...] = ()  # as ListedEntity.dates_of_birth
    identifiers: tuple[str, ...] = ()  # numbers of passports, registers, taxpayers, ships
    weak_names: frozenset[str] = frozenset()  # those of `names` the publisher calls weak


@dataclass(frozen=True, slots=True)
class Token:
    """Words of both names side by side; one side is "" when the other name has no such word."""

    ours: str
    theirs: str
    how: str  # same, similar, sound, initial, together, missing


@dataclass(frozen=True, slots=True)
class Reason:
    feature: str  # a key of screening.reasons.SENTENCES
    points: float
    detail: str = ""
    tokens: tuple[Token, ...] = ()


@dataclass(frozen=True, slots=True)
class Score:
    points: float  # 0 (nothing alike) to 100 (same)
    matched_name: str  # the party's name that matched, as given
    listed_name: str  # the listed name it matched, as published
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class _Pair:
    likeness: float
    ours: range
    theirs: range
    how: str


def compare(party: Subject, listed: Subject, *, worth: float = POINTS_WORTH_A_LOOK) -> Score:
    """Score the likeness of `party` and `listed`, with a reason for every point given or taken.

    Takes one subject from each side; the best pair of their names counts. Contradicting evidence lowers the
    points, but never from `worth` or more to below it: it puts hits in order and hides none.
    Raises ValueError if either side has no name, because no name would match everything.
    """
    if not party.names or not listed.names:
        raise ValueError("Each side needs at least one name")
    named, ours, theirs = _best_name(party, listed)
    base = [_same_number(party, listed) or named]
    if base[0] is not named and named.points:
        base.append(Reason(named.feature, 0.0, named.detail, named.tokens))
    agreeing, contradicting = _evidence(party, listed, theirs)
    most = min(100.0, base[0].points + sum(reason.points for reason in agreeing))
    least = min(most, worth) if most >= worth else 0.0
    points = max(least, most + sum(reason.points for reason in contradicting))
    return Score(round(points, 1), ours, theirs, (*base, *agreeing, *contradicting))


def _best_name(party: Subject, listed: Subject) -> tuple[Reason, str, str]:
    best = (Reason("other-name", 0.0), party.names[0], listed.names[0])
    for ours in party.names:
        for theirs in listed.names:
            reason = compare_names(comparable(ours), comparable(theirs))
            if reason.points > best[0].points:
                best = (reason, ours, theirs)
    return best


def compare_names(ours: Form, theirs: Form) -> Reason:
    """Return the points two names have in common, with their words side by side. Symmetric in its points."""
    if ours.words == theirs.words:
        return Reason(
            "same-name", 100.0, theirs.name, tuple(Token(word, word, "same") for word in ours.words)
        )
    by_words = _by_words(ours, theirs)
    together = written_together(ours.joined, theirs.joined)
    if together > by_words.points:
        tokens = (Token(" ".join(ours.words), " ".join(theirs.words), "together"),)
        return Reason("written-together", together, theirs.name, tokens)
    return by_words


def _by_words(ours: Form, theirs: Form) -> Reason:
    pairs = _paired(ours.words, theirs.words)
    left = _unpaired(ours.words, [pair.ours for pair in pairs])
    missing = _unpaired(theirs.words, [pair.theirs for pair in pairs])
    covered = sqrt(
        _covered(ours.words, [(pair.ours, pair.likeness) for pair in pairs])
        * _covered(theirs.words, [(pair.theirs, pair.likeness) for pair in pairs])
    )
    tokens = tuple(
        Token(" ".join(_cut(ours.words, pair.ours)), " ".join(_cut(theirs.words, pair.theirs)), pair.how)
        for pair in pairs
    )
    tokens += tuple(Token(word, "", "missing") for word in left)
    tokens += tuple(Token("", word, "missing") for word in missing)
    if pairs and all(pair.how == "initial" for pair in pairs):
        return Reason("similar-name", _points(covered * INITIALS_ALONE), theirs.name, tokens)
    if _rests_on_one_word(ours.words, theirs.words, pairs) and _says_much([*left, *missing]):
        return Reason("one-word-alike", _points(covered * LONE_WORD), theirs.name, tokens)
    if covered >= 0.9995:
        return Reason("same-words", 100.0, theirs.name, tokens)
    return Reason("similar-name" if covered else "other-name", _points(covered), theirs.name, tokens)


def _points(share: float) -> float:
    return round(100 * share, 1)


def _covered(words: tuple[str, ...], paired: list[tuple[range, float]]) -> float:
    """Return the share of a name, 0 to 1, that is paired, by what its words say."""
    found = sum(likeness * weight(words[at]) for where, likeness in paired for at in where)
    return min(1.0, found / sum(map(weight, words)))


def _unpaired(words: tuple[str, ...], paired: list[range]) -> list[str]:
    taken = {at for where in paired for at in where}
    return [word for at, word in enumerate(words) if at not in taken]


def _rests_on_one_word(ours: tuple[str, ...], theirs: tuple[str, ...], pairs: list[_Pair]) -> bool:
    strong = [
        pair for pair in pairs if _says_much(_cut(ours, pair.ours)) and _says_much(_cut(theirs, pair.theirs))
    ]
    return len(strong) == 1


def _says_much(words: list[str] | tuple[str, ...]) -> bool:
    return any(weight(word) >= TWO_LETTERS for word in words)


def _cut(words: tuple[str, ...], where: range) -> tuple[str, ...]:
    return words[where.start : where.stop]


def _paired(ours: tuple[str, ...], theirs: tuple[str, ...]) -> list[_Pair]:
    """Pair words one to one, likest first; two neighbours may pair with one word that joins them."""
    ranked = sorted(_possible_pairs(ours, theirs), key=lambda pair: _rank(pair, ours, theirs))
    chosen: list[_Pair] = []
    ours_taken: set[int] = set()
    theirs_taken: set[int] = set()
    for pair in ranked:
        if ours_taken.isdisjoint(pair.ours) and theirs_taken.isdisjoint(pair.theirs):
            chosen.append(pair)
            ours_taken.update(pair.ours)
            theirs_taken.update(pair.theirs)
    return sorted(chosen, key=lambda pair: pair.ours.start)


def _rank(pair: _Pair, ours: tuple[str, ...], theirs: tuple[str, ...]) -> tuple[object, ...]:
    """Order pairs without regard to which name is whose, so that comparing is symmetric."""
    ours_words, theirs_words = _cut(ours, pair.ours), _cut(theirs, pair.theirs)
    return (
        -pair.likeness,
        -round(sum(map(weight, ours_words)) + sum(map(weight, theirs_words)), 6),
        pair.ours.start + pair.theirs.start,
        sorted((ours_words, theirs_words)),
    )


def _possible_pairs(ours: tuple[str, ...], theirs: tuple[str, ...]) -> Iterator[_Pair]:
    for mine in _pieces(ours):
        for other in _pieces(theirs):
            if len(mine) == 2 and len(other) == 2:
                continue
            mine_joined, other_joined = "".join(_cut(ours, mine)), "".join(_cut(theirs, other))
            alike = likeness(mine_joined, other_joined)
            if alike and (len(mine) == len(other) or _spelled_together(mine_joined, other_joined)):
                yield _Pair(alike, mine, other, _how(_cut(ours, mine), _cut(theirs, other), alike))


def _spelled_together(ours: str, theirs: str) -> bool:
    """Say whether letters agree, not only sounds: joining words makes too many sound alike."""
    return OSA.normalized_similarity(ours, theirs) >= TOGETHER_ENOUGH


def _pieces(words: tuple[str, ...]) -> list[range]:
    return [range(at, at + 1) for at in range(len(words))] + [
        range(at, at + 2) for at in range(len(words) - 1)
    ]


def _how(ours: tuple[str, ...], theirs: tuple[str, ...], alike: float) -> str:
    if len(ours) != len(theirs):
        return "together"
    if alike == 1:
        return "same"
    if len(ours[0]) == 1 or len(theirs[0]) == 1:
        return "initial"
    return "sound" if folded(ours[0]) == folded(theirs[0]) else "similar"


@lru_cache(maxsize=131072)
def likeness(ours: str, theirs: str) -> float:
    """Return how alike two words are, 0 (different words) to 1 (equal). Symmetric; numbers agree or not."""
    if ours == theirs:
        return FULL
    if len(ours) == 1 or len(theirs) == 1:
        return INITIAL if ours[0] == theirs[0] else 0.0
    if not (ours.isalpha() and theirs.isalpha()):
        return 0.0
    return max(
        sharpened(OSA.normalized_similarity(ours, theirs)),
        BY_SOUND * sharpened(OSA.normalized_similarity(folded(ours), folded(theirs))),
    )


def sharpened(share: float) -> float:
    """Turn a share of equal letters into a likeness, 0 below LIKE_ENOUGH."""
    return 1 - STEEPNESS * (1 - share) if share >= LIKE_ENOUGH else 0.0


def written_together(ours: str, theirs: str) -> float:
    """Return the points of two names without their spaces, 0 unless nearly all letters agree in order."""
    share = OSA.normalized_similarity(ours, theirs, score_cutoff=TOGETHER_ENOUGH)
    if share < TOGETHER_ENOUGH or not (ours.isalpha() and theirs.isalpha()):
        return 0.0
    return _points(WRITTEN_TOGETHER * sharpened(share))


def _same_number(party: Subject, listed: Subject) -> Reason | None:
    shared = set(map(plain_number, party.identifiers)) & set(map(plain_number, listed.identifiers))
    numbers = sorted(number for number in shared if len(number) >= SHORTEST_NUMBER)
    return Reason("same-number", SAME_NUMBER_POINTS, ", ".join(numbers)) if numbers else None


@lru_cache(maxsize=65536)
def plain_number(number: str) -> str:
    return re.sub("[^0-9A-Z]", "", number.upper())


def _evidence(party: Subject, listed: Subject, listed_name: str) -> tuple[list[Reason], list[Reason]]:
    found = [*_country(party, listed), *_birth(party, listed), *_kind(party, listed)]
    if listed_name in listed.weak_names:
        found.append(("weak-alias", listed_name))
    agreeing = [
        Reason(feature, AGREEMENT[feature], detail) for feature, detail in found if feature in AGREEMENT
    ]
    contradicting = [
        Reason(feature, CONTRADICTION[feature], detail)
        for feature, detail in found
        if feature in CONTRADICTION
    ]
    return agreeing, contradicting


def _country(party: Subject, listed: Subject) -> list[tuple[str, str]]:
    if shared := party.countries & listed.countries:
        return [("same-country", ", ".join(sorted(shared)))]
    if party.countries and listed.countries:
        return [
            ("other-country", f"{', '.join(sorted(party.countries))} / {', '.join(sorted(listed.countries))}")
        ]
    return []


def _birth(party: Subject, listed: Subject) -> list[tuple[str, str]]:
    agreement = how_births_agree(party.dates_of_birth, listed.dates_of_birth)
    detail = f"{', '.join(party.dates_of_birth)} / {', '.join(listed.dates_of_birth)}"
    return [(agreement, detail)] if agreement else []


def _kind(party: Subject, listed: Subject) -> list[tuple[str, str]]:
    if not party.kind or not listed.kind or "other" in (party.kind, listed.kind):
        return []
    return [] if party.kind == listed.kind else [("other-kind", f"{party.kind} / {listed.kind}")]
