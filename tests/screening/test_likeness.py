import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.latin import SKELETAL
from screening.likeness import (
    consonants,
    letter_bits,
    likeness,
    slip_keys,
    slips_allowed,
    sound,
)

LETTERS = st.text(alphabet="abcdehiklmnorsuy", min_size=1, max_size=10)
WORDS = LETTERS | st.sampled_from(["11420", "j", f"{SKELETAL}khyl", f"{SKELETAL}khyly", "khayali", "khiyal"])


@pytest.mark.parametrize(
    "spellings",
    [
        ("sergei", "sergey", "sergii"),
        ("mikhail", "mihail"),
        ("qasim", "kasim"),
        ("vorobyev", "vorobiev"),
        ("garantiya", "garantia"),
        ("ksenofont", "xenofont"),
    ],
)
def test_spellings_of_one_sound_sound_the_same(spellings):
    assert len(set(map(sound, spellings))) == 1


@pytest.mark.parametrize(
    ("arabic", "latin"), [("ysf", "yousef"), ("mhdy", "mahdi"), ("kmwn", "kammoun"), ("khyly", "khayali")]
)
def test_a_word_without_vowels_is_heard_by_its_consonants(arabic, latin):
    assert consonants(SKELETAL + arabic) == consonants(latin)
    assert 0 < likeness(SKELETAL + arabic, latin) < 1


def test_other_consonants_are_another_word():
    assert likeness(f"{SKELETAL}khyly", "khaled") == 0


@given(WORDS, WORDS)
def test_words_are_as_alike_one_way_as_the_other(ours, theirs):
    assert likeness(ours, theirs) == likeness(theirs, ours)


@given(WORDS)
def test_a_word_is_wholly_like_itself(word):
    assert likeness(word, word) == 1


@pytest.mark.parametrize(
    ("ours", "theirs"), [("11420", "11421"), ("xu", "xi"), ("quimera", "sombra"), ("abc", "bcd")]
)
def test_numbers_short_words_and_other_words_are_not_alike(ours, theirs):
    assert likeness(ours, theirs) == 0


@given(LETTERS, st.integers(0, 9), st.sampled_from("abk"))
def test_a_slip_of_the_pen_leaves_a_key_in_common(word, at, letter):
    for slip in (
        word[:at] + word[at + 1 :],
        word[:at] + letter + word[at:],
        word[:at] + letter + word[at + 1 :],
    ):
        assert (letter_bits(word) ^ letter_bits(slip)).bit_count() <= 2
        if min(slips_allowed(word), slips_allowed(slip)):
            assert slip_keys(word) & slip_keys(slip)
