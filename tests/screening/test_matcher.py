from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from screening.latin import SKELETAL
from screening.matcher import (
    AGREEMENT,
    CONTRADICTION,
    POINTS_WORTH_A_LOOK,
    SURE_OF_THE_NAME,
    Subject,
    compare,
    is_hit,
)
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
        ("Quimera Fantasma S.A.", "FANTASMA QUIMERA"),
        ("Obshchestvo s ogranichennoy otvetstvennostyu Quimera Fantasma", "Quimera Fantasma LLC"),
        ("Олексій Олександрович Вигаданий", "Alexey Alexandrovich VYHADANYY"),
    ],
)
def test_the_same_rare_name_written_otherwise_has_all_points(ours, theirs):
    assert points(ours, theirs) == 100


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("Óptica Quimera S.A.", "OPTICA QUIMERA"),
        ("Евгений Выдуманный", "Evgeniy Vydumannyy"),
        ("李虚构", "LI, Xugou"),
        ("محمد رضا الخيالي", "Mohammad-Reza KHAYALI"),
        ("Al-Khayal Trading", "Alkhayal Trading LLC"),
        ("El-Khayal Trading", "Elkhayal Trading LLC"),
        ("Quimera Spółka z ograniczoną odpowiedzialnością", "Quimera Sp. z o.o."),
        ("Quimera Intl Trading Corp", "QUIMERA INTERNATIONAL TRADING"),
        ("ООО Завод Химера", "KHIMERA PLANT LLC"),
        ("АО НПП Химера", "JSC Scientific Production Enterprise Khimera"),
        ("北京虚构国际有限公司", "Beijing Xugou International Co., Ltd."),
    ],
)
def test_the_same_name_in_another_script_or_language_is_well_above_a_hit(ours, theirs):
    assert points(ours, theirs) >= POINTS_WORTH_A_LOOK + 9


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
def test_the_same_name_is_always_a_hit_however_common_its_words(name):
    assert points(name, name) >= POINTS_WORTH_A_LOOK + 10


def test_the_rarer_of_two_names_that_agree_comes_first():
    assert points("Trading", "Trading") < points("Quimera Trading", "Quimera Trading") < 100
    assert points("Baldomero Quimera", "Baldomero Quimera") == 100


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

    every = {points(" ".join(order), " ".join(words)) for order in permutations(words)}
    assert len(every) == 1
    assert every.pop() >= POINTS_WORTH_A_LOOK + 10


@given(SUBJECTS, SUBJECTS)
def test_points_stay_between_nothing_and_everything(party, listed):
    score = compare(party, listed)

    assert 0 <= score.points <= 100
    assert score.matched_name in party.names
    assert score.listed_name in listed.names


@given(SUBJECTS, SUBJECTS, NAMES)
def test_another_name_of_a_party_never_hides_a_name(party, listed, name):
    by_name = Subject(listed.names)
    before = compare(Subject(party.names), by_name).points

    assert compare(Subject((*party.names, name)), by_name).points >= before


@given(SUBJECTS, SUBJECTS)
def test_no_contradiction_hides_a_name_that_is_sure(party, listed):
    by_name = compare(Subject(party.names), Subject(listed.names)).points

    assert by_name < SURE_OF_THE_NAME or compare(party, listed).points >= POINTS_WORTH_A_LOOK


@given(SUBJECTS, SUBJECTS)
def test_what_is_not_known_of_a_party_counts_neither_for_nor_against(party, listed):
    bare = compare(Subject(party.names, identifiers=party.identifiers), listed)
    features = {reason.feature for reason in bare.reasons}

    assert not features & ({*CONTRADICTION, *AGREEMENT} - {"weak-alias"})


@given(SUBJECTS, SUBJECTS, st.sampled_from([50.0, 70.0, 95.0]))
def test_asking_only_for_a_hit_says_what_comparing_says(party, listed, worth):
    assert is_hit(party, listed, worth=worth) == (compare(party, listed, worth=worth).points >= worth)


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

    assert ours == sorted(map(shown, set(comparable(score.matched_name).words)))
    assert theirs == sorted(map(shown, set(comparable(score.listed_name).words)))


def shown(word):
    return word.removeprefix(SKELETAL)


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


def test_different_numbers_of_one_register_are_two_parties():
    party = Subject(("Quimera Fantasma",), identifiers=("ОГРН 1027739411457",))
    listed = Subject(("Quimera Fantasia",), identifiers=("1137746329962", "R-77"))

    bare, other = compare(replace(party, identifiers=()), listed), compare(party, listed)

    assert other.points < bare.points
    assert other.reasons[-1].detail == "1027739411457 / 1137746329962"


def test_another_number_beside_it_says_nothing():
    party = Subject(("Quimera Fantasma",), identifiers=("R-66",))
    listed = Subject(("Quimera Fantasma",), identifiers=("1137746329962", "R-77"))

    assert compare(party, listed).points == 100


@pytest.mark.parametrize(
    ("ours", "listed", "other"),
    [
        ("Brigada Quimera 7", "Quimera Brigada", "Quimera Brigada 9"),
        ("Baldomero Quimera Sombra", "Baldomero Quimera", "Baldomero Quimera Fantasma"),
    ],
)
def test_another_word_or_number_instead_weighs_more_than_one_left_out(ours, listed, other):
    assert points(ours, other) < points(ours, listed) - 3


def is_worth_a_look(ours, theirs):
    return points(ours, theirs) >= POINTS_WORTH_A_LOOK


def test_another_country_or_initial_instead_weighs_more_than_another_word():
    as_listed = "Quimera Global Optics (Chile) S.A."

    assert points("Quimera Global Optics (Peru) S.A.", as_listed) < points(
        "Quimera Global Optics (Norte) S.A.", as_listed
    )
    assert points("Leonor W. Sombra", "Leonor G. Sombra") < points("Leonor Sombra", "Leonor G. Sombra")


@pytest.mark.parametrize(
    ("ours", "theirs", "same"),
    [
        ("김허구", "김 허구", True),
        ("김허구", "김허고", False),  # in Korean another sign is another name
        ("李虚构", "李虛構", True),  # written otherwise, it sounds the same
        ("李虚构", "李虚平", False),
        ("李虚构", "Li Xugou", True),
    ],
)
def test_short_names_in_signs_are_as_alike_as_their_signs(ours, theirs, same):
    assert is_worth_a_look(ours, theirs) == same


def test_other_signs_are_told():
    score = compare(Subject(("김허구",)), Subject(("김허고",)))

    assert "other-signs" in score.features
    assert score.points == pytest.approx(sum(reason.points for reason in score.reasons))


def test_a_title_is_said_or_left_out():
    assert points("General Leonor Sombra", "Leonor Sombra") > points("Ximena Leonor Sombra", "Leonor Sombra")


def test_the_same_address_lifts_a_near_name_and_another_never_lowers_it():
    listed = Subject(("Quimera Fantasia Inexistente",), addresses=("Calle Inventada 14, Colón",))
    party = Subject(("Quimera Fantasia",))

    bare, same, other = (
        compare(replace(party, addresses=addresses), listed).points
        for addresses in ((), ("14 Inventada Street, COLON",), ("Avenida Sombra 3, Colón",))
    )

    assert same == bare + AGREEMENT["same-address"]
    assert other == bare


def test_what_is_known_of_an_owner_says_nothing_of_what_it_owns():
    party = Subject(("Nowhere Works",), frozenset({"PA"}), "organisation")
    owner = Subject(
        ("Leonor Sombra", "Nowhere Works"),
        frozenset({"NO"}),
        "person",
        owned_names=frozenset({"Nowhere Works"}),
    )

    features = {reason.feature for reason in compare(party, owner).reasons}

    assert features == {"same-name", "common-words", "owned-party"}


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
    assert compare(Subject(("N",)), Subject(("N",))).points >= POINTS_WORTH_A_LOOK
    assert compare(Subject(("N. Nashwan",)), Subject(("Nashwan N.",))).points >= POINTS_WORTH_A_LOOK


def test_the_words_side_by_side_say_how_they_are_alike():
    reason, *_ = compare(Subject(("B. Fantasma Kimera",)), Subject(("Baldomero Quimera Irreal",))).reasons

    assert {(token.ours, token.theirs, token.how) for token in reason.tokens} == {
        ("b", "baldomero", "initial"),
        ("kimera", "quimera", "sound"),
        ("fantasma", "", "missing"),
        ("", "irreal", "missing"),
    }
