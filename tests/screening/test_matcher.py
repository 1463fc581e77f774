from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from screening.matcher import POINTS_WORTH_A_LOOK, Subject, compare, compare_names, likeness
from screening.names import comparable
from screening.reasons import SENTENCES, TOKEN_WORDS

WORDS = st.one_of(
    st.sampled_from(
        [
            "al",
            "bin",
            "quimera",
            "chimera",
            "kimera",
            "imaginaria",
            "imaginario",
            "trading",
            "company",
            "fantasma",
            "fantasia",
            "ibn",
            "wahm",
            "j",
            "o",
            "ab",
            "xu",
            "гипотеза",
            "химера",
            "خيالي",
            "虚构",
            "11420",
            "international",
            "sa",
        ]
    ),
    st.text(alphabet="abcdehiklmnorsuy", min_size=1, max_size=9),
)
NAMES = st.lists(WORDS, min_size=1, max_size=5).map(" ".join)
DATES = st.sampled_from(["1971", "1971-05-03", "1960~", "1950/1955", "1999-12-31"])
SUBJECTS = st.builds(
    Subject,
    names=st.lists(NAMES, min_size=1, max_size=3).map(tuple),
    countries=st.frozensets(st.sampled_from(["PA", "CL", "NO"]), max_size=2),
    kind=st.sampled_from(["", "person", "organisation", "vessel", "other"]),
    dates_of_birth=st.lists(DATES, max_size=2).map(tuple),
    identifiers=st.lists(st.sampled_from(["ZZ-000001", "zz000001", "8-123-456", "12"]), max_size=2).map(
        tuple
    ),
)


def points(ours, theirs):
    return compare(Subject((ours,)), Subject((theirs,))).points


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("Baldomero Quimera", "QUIMERA, Baldomero"),
        ("Óptica Quimera S.A.", "OPTICA QUIMERA"),
        ("Евгений Выдуманный", "Evgeniy Vydumannyy"),
        ("虚构人", "Xu Gouren"),
        ("Al-Khayal Trading", "Alkhayal Trading LLC"),
        ("Quimera Intl Trading Corp", "QUIMERA INTERNATIONAL TRADING"),
    ],
)
def test_the_same_name_written_otherwise_has_all_points(ours, theirs):
    assert points(ours, theirs) == 100


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("Baldomero Quimera", "Valdomero Quimera"),
        ("Baldomero Quimera", "Baldomero Inexistente Quimera"),
        ("B. Quimera", "Baldomero Quimera"),
        ("Hossein Fantasma", "Husain Fantasma"),
        ("Quimera Laser Imaginario", "Quimera Lasser Imaginaro"),
        ("Jeanpersonne Denullepart", "Jean Personne de Nullepart"),
    ],
)
def test_a_name_close_to_a_listed_one_is_a_hit(ours, theirs):
    assert POINTS_WORTH_A_LOOK <= points(ours, theirs) < 100


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("Baldomero Quimera", "Leonor Sombra"),
        ("Quimera Trading Company", "Fantasma Trading Company"),
        ("Baldomero", "Baldomero Inexistente"),
        ("11420 Corp", "11421 Corp"),
        ("International Trading", "International Shipping Trading Bank Group"),
        ("???", "!!!"),
    ],
)
def test_a_name_that_only_shares_little_is_no_hit(ours, theirs):
    assert points(ours, theirs) < POINTS_WORTH_A_LOOK


@given(NAMES)
def test_a_name_is_wholly_like_itself(name):
    assert points(name, name) == 100


PIECES = st.sampled_from(["quimera", "quimero", "kimera", "qui", "mera", "al", "quimeraal"])
LOOKALIKES = st.lists(PIECES, min_size=1, max_size=4).map(" ".join)


@settings(max_examples=400)
@given(NAMES | LOOKALIKES, NAMES | LOOKALIKES)
@example("quimera kimera qui mera", "mera quimeraal mera")
def test_names_are_as_alike_one_way_as_the_other(ours, theirs):
    there = compare_names(comparable(ours), comparable(theirs))
    back = compare_names(comparable(theirs), comparable(ours))

    assert there.points == back.points


@given(
    st.lists(
        st.sampled_from(["quimera", "fantasma", "al", "imaginario", "sombra", "xu", "j"]),
        min_size=2,
        max_size=4,
    )
)
def test_the_order_of_words_does_not_matter(words):
    # Two single letters side by side may stand for a company form, which depends on their order.
    assume(words.count("j") < 2)

    assert {points(" ".join(order), " ".join(words)) for order in permutations(words)} == {100}


@given(WORDS, WORDS)
def test_words_are_as_alike_one_way_as_the_other(ours, theirs):
    assert likeness(ours, theirs) == likeness(theirs, ours)


@given(SUBJECTS, SUBJECTS)
def test_points_stay_between_nothing_and_everything(party, listed):
    score = compare(party, listed)

    assert 0 <= score.points <= 100
    assert score.matched_name in party.names
    assert score.listed_name in listed.names


@given(SUBJECTS, SUBJECTS, SUBJECTS)
def test_knowing_more_of_a_party_never_hides_a_hit(party, listed, more):
    hit = compare(party, listed).points >= POINTS_WORTH_A_LOOK
    fuller = Subject(
        party.names + more.names,
        party.countries | more.countries,
        party.kind or more.kind,
        party.dates_of_birth + more.dates_of_birth,
        party.identifiers + more.identifiers,
    )

    assert not hit or compare(fuller, listed).points >= POINTS_WORTH_A_LOOK


@given(SUBJECTS, SUBJECTS)
def test_knowing_less_of_the_listed_entity_never_hides_a_name(party, listed):
    by_name = compare(Subject(party.names), Subject(listed.names)).points >= POINTS_WORTH_A_LOOK

    assert not by_name or compare(party, listed).points >= POINTS_WORTH_A_LOOK


@given(SUBJECTS, SUBJECTS)
def test_every_reason_has_its_sentence(party, listed):
    score = compare(party, listed)

    assert score.reasons
    assert {reason.feature for reason in score.reasons} <= set(SENTENCES)
    assert {token.how for reason in score.reasons for token in reason.tokens} <= set(TOKEN_WORDS)


@given(SUBJECTS, SUBJECTS)
def test_the_words_of_the_name_that_matched_are_all_accounted_for(party, listed):
    score = compare(party, listed)
    tokens = next((reason.tokens for reason in score.reasons if reason.tokens), ())
    assume(tokens)

    ours = sorted(" ".join(token.ours for token in tokens).split())
    theirs = sorted(" ".join(token.theirs for token in tokens).split())

    assert ours == sorted(comparable(score.matched_name).words)
    assert theirs == sorted(comparable(score.listed_name).words)


def test_country_and_birth_put_namesakes_in_order():
    party = Subject(("Leonor Sombra",), frozenset({"CR"}), "person", ("1990-12-12",))
    bare = Subject(("Leonora Sombra",))
    agreeing = replace(bare, countries=frozenset({"CR"}), dates_of_birth=("1990-12-12",))
    contradicting = replace(bare, countries=frozenset({"NO"}), dates_of_birth=("1950",), kind="vessel")

    most, middle, least = (compare(party, listed).points for listed in (agreeing, bare, contradicting))

    assert most > middle > least >= POINTS_WORTH_A_LOOK


def test_the_same_number_is_a_hit_whatever_the_name():
    listed = Subject(("Leonor Sombra",), identifiers=("ZZ 000-0001",))

    score = compare(Subject(("Otro Nombre",), identifiers=("zz0000001",)), listed)

    assert score.points >= 95
    assert score.reasons[0].feature == "same-number"


def test_a_short_number_proves_nothing():
    score = compare(Subject(("Otro Nombre",), identifiers=("12",)), Subject(("Sombra",), identifiers=("12",)))

    assert score.points < POINTS_WORTH_A_LOOK


def test_a_weak_alias_counts_a_little_less():
    strong = compare(Subject(("Wahm",)), Subject(("Wahm",)))
    weak = compare(Subject(("Wahm",)), Subject(("Wahm",), weak_names=frozenset({"Wahm"})))

    assert POINTS_WORTH_A_LOOK <= weak.points < strong.points


def test_a_side_without_a_name_is_refused():
    with pytest.raises(ValueError, match="at least one name"):
        compare(Subject(()), Subject(("Quimera",)))


@pytest.mark.parametrize("initial", ["N", "N.", "N Company"])
@pytest.mark.parametrize("listed", ["Nashwan", "Nyunt", "Nashwan Nyunt", "N. Nyunt"])
def test_an_initial_alone_is_no_hit_whatever_stands_beside_the_name(initial, listed):
    party = Subject((initial,), frozenset({"SY"}), dates_of_birth=("1960-01-01",))
    score = compare(party, Subject((listed,), frozenset({"SY"}), dates_of_birth=("1960-01-01",)))

    assert score.points < POINTS_WORTH_A_LOOK


def test_a_listed_name_of_one_letter_is_found_by_that_letter():
    assert compare(Subject(("N",)), Subject(("N",))).points == 100
    assert compare(Subject(("N. Nashwan",)), Subject(("Nashwan N.",))).points == 100


def test_the_words_side_by_side_say_how_they_are_alike():
    (reason,) = compare(Subject(("B. Fantasma Kimera",)), Subject(("Baldomero Quimera Irreal",))).reasons

    assert {(token.ours, token.theirs, token.how) for token in reason.tokens} == {
        ("b", "baldomero", "initial"),
        ("kimera", "quimera", "sound"),
        ("fantasma", "", "missing"),
        ("", "irreal", "missing"),
    }
