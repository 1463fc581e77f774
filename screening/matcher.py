"""Score how alike a party and a listed entity are. Pure functions: no database, no clock.

Method: the words of two names are paired one to one, likest and weightiest first, whatever their order; what
stays unpaired on either side costs, a word of the party more than one of the list, since lists add what a
party leaves out. Seven tenths of the points come from the words and three from the letters of the whole name.
Names that share only common words lose points, for what they share says little (screening.rarity); the same
name, word for word, always stays a hit. Country, date of birth and kind are evidence beside the name: they
put hits in order and may lift a near name to a hit or lower a vague one. What is not known never counts.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from rapidfuzz import fuzz

from screening.birth import how_births_agree
from screening.latin import SKELETAL
from screening.likeness import (
    INITIAL,
    LETTERS_APART,
    SAME,
    likeness,
    likeness_together,
    sound,
)
from screening.names import COUNTRIES, Form, comparable
from screening.numbers import contradicting, telling
from screening.places import same_place

POINTS_WORTH_A_LOOK = 70.0  # a score from here on is a hit; settings may say otherwise
BY_LETTERS = 0.3  # the share of the points that the letters of the whole name give
REWRITTEN = 0.9  # what letters count when words were put in another spelling first
COST_OF_OURS = 0.65  # for each unpaired word, of its weight
COST_OF_THEIRS = 0.35
COST_OF_ANOTHER = 0.9  # more, where each name has a word instead of the other's
# More, where each has a number (brigades, ships) or a country (subsidiaries) instead of the other's.
COST_OF_ANOTHER_NUMBER = 1.0
COST_OF_ANOTHER_COUNTRY = 1.0
COST_OF_ANOTHER_INITIAL = 0.7  # more, where one has an initial that fits no word left of the other's
REST_OF_AN_INITIAL = 0.3  # of what a word weighs more than the initial it is paired with
SAYS_ENOUGH = 1.7  # paired words that weigh this much need no discount
COST_OF_COMMON_WORDS = 0.45
SPREAD = (
    0.79  # exponent that puts points worth a look, for a name alone, at about one clean name in a hundred
)
LEAST_OF_THE_SAME_NAME = 0.8  # word for word the same, but only common words
SAME_NUMBER_POINTS = 95.0

# Evidence beside the name. The most that agreement can add is MOST_AGREEMENT.
AGREEMENT = {"same-country": 1.0, "same-birth": 10.0, "near-birth": 5.0, "same-address": 8.0}
MOST_AGREEMENT = AGREEMENT["same-country"] + AGREEMENT["same-birth"]
CONTRADICTION = {
    "other-country": -10.0,
    "other-birth": -22.0,
    "other-kind": -8.0,
    "other-number": -20.0,
    "weak-alias": -5.0,
    "owned-party": -8.0,
}
MOST_CONTRADICTION = -30.0
FIRST_HANGUL = "\uac00"
SURE_OF_THE_NAME = 90.0  # from here on no contradiction hides the hit: facts may be wrong, names rarely agree


@dataclass(frozen=True, slots=True)
class Subject:
    """A party or a listed entity, as far as matching needs to know it. Empty means "not known"."""

    names: tuple[str, ...]
    countries: frozenset[str] = frozenset()  # ISO 3166-1 alpha-2
    kind: str = ""  # a value of screening.models.EntityKind
    dates_of_birth: tuple[str, ...] = ()  # as ListedEntity.dates_of_birth
    identifiers: tuple[str, ...] = ()  # numbers of passports, registers, taxpayers, ships
    weak_names: frozenset[str] = frozenset()  # those of `names` the publisher calls weak
    addresses: tuple[str, ...] = ()  # as written, with street and town
    owned_names: frozenset[str] = frozenset()  # those of `names` of other parties that a listed one owns
    # The names in comparable form, in the same order, where an index has them; else they are made.
    forms: tuple[Form, ...] = field(default=(), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Token:
    """Words of both names side by side; one side is "" when the other name has no such word."""

    ours: str
    theirs: str
    how: str  # a key of screening.reasons.TOKEN_WORDS


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

    @property
    def features(self) -> frozenset[str]:
        """What the reasons are about."""
        return frozenset(reason.feature for reason in self.reasons)


Places = tuple[int, ...]


class Pair(NamedTuple):
    """One or two words of one name beside one or two of the other."""

    weight: float  # the lighter side's, times how alike they are
    alike: float
    ours: tuple[int, ...]
    theirs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Alignment:
    """Two names with their words paired: what is paired, and how much of each name it is."""

    pairs: tuple[Pair, ...]
    paired: float  # weight of what is paired, by how alike it is
    share: float  # of both names, 0 to 1


def is_hit(party: Subject, listed: Subject, *, worth: float = POINTS_WORTH_A_LOOK) -> bool:
    """Say whether `compare` would give `worth` points or more, without looking for its reasons."""
    points, _ours, theirs, _aligned = _best_name(party, listed)
    if _same_number(party, listed):
        points = SAME_NUMBER_POINTS
    return _with_evidence(points, *_evidence(party, listed, theirs.name), worth) >= worth


def least_of_the_name(asked: Subject, worth: float) -> float:
    """Return the points a name needs, by itself, for all that is known of `asked` to lift it to `worth`."""
    known = bool(asked.countries or asked.dates_of_birth or asked.addresses)
    return worth - MOST_AGREEMENT if known else worth


def compare(party: Subject, listed: Subject, *, worth: float = POINTS_WORTH_A_LOOK) -> Score:
    """Score the likeness of `party` and `listed`, with a reason for every point given or taken.

    Takes one subject from each side; the best pair of their names counts. Contradicting evidence never takes
    a name of SURE_OF_THE_NAME points below `worth`.
    Raises ValueError if either side has no name, because no name would match everything.
    """
    score = score_from(party, listed, 0.0, worth=worth)
    assert score, "No score is below 0"
    return score


def score_from(
    party: Subject, listed: Subject, at_least: float, *, worth: float = POINTS_WORTH_A_LOOK
) -> Score | None:
    """Return what `compare` returns, or None for fewer points than `at_least`: most pairs need no reasons."""
    if not party.names or not listed.names:
        raise ValueError("Each side needs at least one name")
    points, ours, theirs, aligned = _best_name(party, listed)
    number = _same_number(party, listed)
    agreeing, contradicting = _evidence(party, listed, theirs.name)
    total = _with_evidence(SAME_NUMBER_POINTS if number else points, agreeing, contradicting, worth)
    if total < at_least:
        return None
    base = _reasons_of_the_name(ours, theirs, aligned or align(ours, theirs), points)
    if number:
        base = [number, *(Reason(r.feature, 0.0, r.detail, r.tokens) for r in base[:1] if points)]
    return Score(total, ours.name, theirs.name, (*base, *agreeing, *contradicting))


def _with_evidence(points: float, agreeing: list[Reason], contradicting: list[Reason], worth: float) -> float:
    most = min(100.0, points + min(MOST_AGREEMENT, sum(reason.points for reason in agreeing)))
    against = max(MOST_CONTRADICTION, sum(reason.points for reason in contradicting))
    least = min(most, worth) if points >= SURE_OF_THE_NAME else 0.0
    return round(max(least, most + against), 1)


def _best_name(party: Subject, listed: Subject) -> tuple[float, Form, Form, Alignment | None]:
    """Return the points of the best pair of names, the pair, and how it is aligned where that was asked."""
    best: tuple[float, Form, Form, Alignment | None] | None = None
    theirs_of = _forms(listed)
    for ours in _forms(party):
        for theirs in theirs_of:
            points, aligned = name_points(ours, theirs)
            if best is None or points > best[0]:
                best = points, ours, theirs, aligned
    assert best, "Each side has a name"
    return best


def _forms(subject: Subject) -> tuple[Form, ...]:
    return subject.forms or tuple(map(comparable, subject.names))


def name_points(ours: Form, theirs: Form) -> tuple[float, Alignment | None]:
    """Return the points two names have in common, 0 to 100, to a tenth, and how they are aligned, unless they
    have the same words: pairing them would find no more."""
    points, aligned = _by_words(ours, theirs)
    if (alike := signs_alike(ours, theirs)) < SAME:
        points = round(min(points, 100 * alike), 1)
    return points, aligned


def _by_words(ours: Form, theirs: Form) -> tuple[float, Alignment | None]:
    if ours.spelled == theirs.spelled:
        return round(100 * _same_name(sum(ours.weights)), 1), None
    if ours.in_order == theirs.in_order and ours.is_skeletal == theirs.is_skeletal:
        return round(100 * discounted(SAME, sum(ours.weights)), 1), None
    aligned = align(ours, theirs)
    share = mixed(aligned.share, letters_alike(ours, theirs, aligned))
    return round(100 * discounted(share, aligned.paired), 1), aligned


def signs_alike(ours: Form, theirs: Form) -> float:
    """Return how alike the signs are of two short names in one script of syllables, 0 to 1.

    In Korean another sign is another name; in Chinese only where it sounds otherwise. Of other names they say
    nothing: SAME.
    """
    if not (ours.signs and theirs.signs):
        return SAME
    korean, korean_there = ours.signs >= FIRST_HANGUL, theirs.signs >= FIRST_HANGUL
    if korean != korean_there or (not korean and ours.spelled == theirs.spelled):
        return SAME
    return fuzz.ratio(ours.signs, theirs.signs) / 100


def _same_name(said: float) -> float:
    return LEAST_OF_THE_SAME_NAME + (1 - LEAST_OF_THE_SAME_NAME) * min(1.0, said / SAYS_ENOUGH)


def mixed(share: float, letters: float) -> float:
    """Return the share of points from words and letters; a name without a word alike has none."""
    return (1 - BY_LETTERS) * share + BY_LETTERS * letters if share else 0.0


def discounted(share: float, paired: float) -> float:
    """Return the share when only words that say `paired` in all are shared."""
    return float((share * (1 - COST_OF_COMMON_WORDS * max(0.0, 1 - paired / SAYS_ENOUGH))) ** SPREAD)


def letters_alike(ours: Form, theirs: Form, aligned: Alignment) -> float:
    """Return how alike the letters of the whole names are, 0 to 1, as written or in their one spelling.

    A name without its vowels has too few letters to ask: there the words answer alone.
    """
    if ours.words == theirs.words:
        return SAME
    if ours.is_skeletal or theirs.is_skeletal:
        return aligned.share
    as_written = fuzz.ratio(ours.spelled, theirs.spelled)
    return max(as_written, REWRITTEN * fuzz.ratio(ours.in_order, theirs.in_order)) / 100


def align(ours: Form, theirs: Form) -> Alignment:
    """Pair the words of two names one to one, what says most first."""
    chosen: list[Pair] = []
    left, left_there = list(range(len(ours.different))), list(range(len(theirs.different)))
    for minus_weight, places, places_there, alike in sorted(_possible_pairs(ours, theirs)):
        if _are_in(places, left) and _are_in(places_there, left_there):
            chosen.append(Pair(-minus_weight, alike, places, places_there))
            for at in places:
                left.remove(at)
            for at in places_there:
                left_there.remove(at)
            if not left or not left_there:
                break
    if not chosen:
        return Alignment((), 0.0, 0.0)
    paired = sum([pair.weight for pair in chosen])
    whole = sum([pair.weight / pair.alike + _rest(pair, ours, theirs) for pair in chosen])
    if left or left_there:
        ours_alone = sum([ours.weights[at] for at in left])
        theirs_alone = sum([theirs.weights[at] for at in left_there])
        whole = (
            whole
            + COST_OF_OURS * ours_alone
            + COST_OF_THEIRS * theirs_alone
            + COST_OF_ANOTHER * min(ours_alone, theirs_alone)
            + (COST_OF_ANOTHER_NUMBER if _numbered(ours, left) and _numbered(theirs, left_there) else 0.0)
            + (COST_OF_ANOTHER_INITIAL if _initial_differs(ours, left, theirs, left_there) else 0.0)
            + (COST_OF_ANOTHER_COUNTRY if _national(ours, left) and _national(theirs, left_there) else 0.0)
        )
    return Alignment(tuple(chosen), paired, paired / whole)


def _are_in(places: tuple[int, ...], left: list[int]) -> bool:
    return places[0] in left and (len(places) == 1 or places[1] in left)


def _numbered(form: Form, places: list[int]) -> bool:
    return any(form.different[at][0].isdigit() for at in places)


def _initial_differs(ours: Form, left: list[int], theirs: Form, left_there: list[int]) -> bool:
    return bool(left and left_there) and (_has_initial(ours, left) or _has_initial(theirs, left_there))


def _has_initial(form: Form, places: list[int]) -> bool:
    return any(len(form.different[at]) == 1 and form.different[at].isalpha() for at in places)


def _national(form: Form, places: list[int]) -> bool:
    return any(form.different[at] in COUNTRIES for at in places)


def _possible_pairs(ours: Form, theirs: Form) -> list[tuple[float, Places, Places, float]]:
    """Return all pairs of words alike: minus the weight, the places of both, how alike. In order, the pair
    that says most is the first."""
    found: list[tuple[float, Places, Places, float]] = []
    weights, weights_there = ours.weights, theirs.weights
    for at, word in enumerate(ours.different):
        for there, listed in enumerate(theirs.different):
            if alike := SAME if word == listed else likeness(word, listed):
                found.append((-alike * min(weights[at], weights_there[there]), (at,), (there,), alike))
    for at, there, alike in _joined_pairs(ours, theirs):
        says = min(weights[at] + weights[at + 1], weights_there[there])
        found.append((-alike * says, (at, at + 1), (there,), alike))
    for there, at, alike in _joined_pairs(theirs, ours):
        says = min(weights_there[there] + weights_there[there + 1], weights[at])
        found.append((-alike * says, (at,), (there, there + 1), alike))
    return found


def _joined_pairs(joining: Form, other: Form) -> Iterator[tuple[int, int, float]]:
    """Yield the pairs of two neighbours of one name, written as one word, and a word of the other: the places
    of the first of the two and of the one, and how alike."""
    skeletal = joining.is_skeletal or other.is_skeletal
    for at, joined in joining.joined:
        shortest, longest = len(joined) - LETTERS_APART, len(joined) + LETTERS_APART
        if shortest > other.longest and not skeletal:
            continue
        for there, word in enumerate(other.different):
            if (skeletal or shortest <= len(word) <= longest) and (alike := likeness_together(joined, word)):
                yield at, there, alike


def _rest(pair: Pair, ours: Form, theirs: Form) -> float:
    """Return what an initial leaves open of the word it stands for."""
    if pair.alike != INITIAL or len(pair.ours) + len(pair.theirs) > 2:
        return 0.0
    return REST_OF_AN_INITIAL * abs(ours.weights[pair.ours[0]] - theirs.weights[pair.theirs[0]])


def _reasons_of_the_name(ours: Form, theirs: Form, aligned: Alignment, points: float) -> list[Reason]:
    """Say in reasons where the points of the name come from; the points add up."""
    tokens = tuple(_tokens(ours.different, theirs.different, aligned))
    if not points:
        return [Reason("other-name", 0.0, theirs.name, tokens)]
    feature = _feature(ours, theirs, aligned)
    full = (
        100.0
        if feature == "same-name"
        else round(100 * mixed(aligned.share, letters_alike(ours, theirs, aligned)) ** SPREAD, 1)
    )
    reasons = [Reason(feature, full, theirs.name, tokens)]
    if (discount := round(points - full, 1)) < 0:
        feature = "other-signs" if signs_alike(ours, theirs) < SAME else "common-words"
        reasons.append(Reason(feature, discount))
    return reasons


def _feature(ours: Form, theirs: Form, aligned: Alignment) -> str:
    if ours.spelled == theirs.spelled:
        return "same-name"
    if ours.words == theirs.words or sorted(ours.words) == sorted(theirs.words):
        return "same-words"
    return "one-word-alike" if len(aligned.pairs) == 1 else "similar-name"


def _tokens(mine: tuple[str, ...], other: tuple[str, ...], aligned: Alignment) -> Iterator[Token]:
    for pair in sorted(aligned.pairs, key=lambda pair: pair.ours):
        yield Token(_words(pair.ours, mine), _words(pair.theirs, other), _how(pair, mine, other))
    taken = {at for pair in aligned.pairs for at in pair.ours}
    yield from [Token(_shown(word), "", "missing") for at, word in enumerate(mine) if at not in taken]
    taken = {at for pair in aligned.pairs for at in pair.theirs}
    yield from [Token("", _shown(word), "missing") for at, word in enumerate(other) if at not in taken]


def _words(places: tuple[int, ...], words: tuple[str, ...]) -> str:
    if len(places) == 1:
        return _shown(words[places[0]])
    return " ".join([_shown(words[at]) for at in places])


def _shown(word: str) -> str:
    return word if word[0] != SKELETAL else word[1:] or word


def _how(pair: Pair, mine: tuple[str, ...], other: tuple[str, ...]) -> str:
    ours, theirs = mine[pair.ours[0]], other[pair.theirs[0]]
    if len(pair.ours) + len(pair.theirs) > 2:
        return "together"
    if pair.alike == SAME:
        return "same"
    if pair.alike == INITIAL and 1 in (len(ours), len(theirs)):
        return "initial"
    if SKELETAL in (ours[0], theirs[0]):
        return "consonants"
    return "sound" if sound(ours) == sound(theirs) else "similar"


def _same_number(party: Subject, listed: Subject) -> Reason | None:
    if not party.identifiers or not listed.identifiers:
        return None
    numbers = sorted(telling(party.identifiers) & telling(listed.identifiers))
    return Reason("same-number", SAME_NUMBER_POINTS, ", ".join(numbers)) if numbers else None


def _evidence(party: Subject, listed: Subject, listed_name: str) -> tuple[list[Reason], list[Reason]]:
    if listed_name in listed.owned_names:  # what else is known is known of the owner
        return [], [Reason("owned-party", CONTRADICTION["owned-party"], listed_name)]
    found = [
        *_country(party, listed),
        *_birth(party, listed),
        *_kind(party, listed),
        *_other_number(party, listed),
        *_address(party, listed),
    ]
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
    if not party.dates_of_birth or not listed.dates_of_birth:
        return []
    agreement = how_births_agree(party.dates_of_birth, listed.dates_of_birth)
    detail = f"{', '.join(party.dates_of_birth)} / {', '.join(listed.dates_of_birth)}"
    return [(agreement, detail)] if agreement else []


def _address(party: Subject, listed: Subject) -> list[tuple[str, str]]:
    found = same_place(party.addresses, listed.addresses)
    return [("same-address", " / ".join(found))] if found else []


def _other_number(party: Subject, listed: Subject) -> list[tuple[str, str]]:
    if not party.identifiers or not listed.identifiers:
        return []
    numbers = contradicting(party.identifiers, listed.identifiers)
    return [("other-number", " / ".join(numbers))] if numbers else []


def _kind(party: Subject, listed: Subject) -> list[tuple[str, str]]:
    if not party.kind or not listed.kind or "other" in (party.kind, listed.kind):
        return []
    return [] if party.kind == listed.kind else [("other-kind", f"{party.kind} / {listed.kind}")]
