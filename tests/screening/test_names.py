import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.names import comparable, folded, script, weight


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Óptica del Istmo, S. A.", ("optica", "istmo")),
        ("ÓPTICA DEL ISTMO S.A.", ("optica", "istmo")),
        ("Quimera Trading Co., Ltd.", ("quimera", "trading")),
        ("Quimera A/S", ("quimera",)),
        ("Ra'ad al-Zu’bi", ("raad", "al", "zubi")),
        ("Евгений Выдуманный", ("evgeniy", "vydumannyy")),
        ("Οδυσσέας", ("odysseas",)),
        ("虚构人", ("xu", "gou", "ren")),
        ("Quimera", ("quimera",)),
        ("J.R. Quimera", ("j", "r", "quimera")),
        ("A-B-C Company", ("abc",)),
        ("A.B.C. S.A.", ("abc",)),
        ("Quimera S. de R.L. de C.V.", ("quimera",)),
        ("11420 CORP", ("11420",)),
        ("Ｑｕｉｍｅｒａ", ("quimera",)),
        ("Sheik Quimera", ("sheikh", "quimera")),
        ("QUІМЕRА", ("quimera",)),  # four of its letters are Cyrillic
        ("Αndrοs Quimera", ("andros", "quimera")),  # two are Greek
        ("РОСА", ("rosa",)),  # all Cyrillic: a word of its own, not a disguised one
        ("Eвгений", ("evgeniy",)),  # one Latin letter in a Cyrillic word
    ],
)
def test_a_name_in_comparable_form(name, words):
    assert comparable(name).words == words


@pytest.mark.parametrize("name", ["Company Ltd", "The", "S.A.", "???", "—", "&"])
def test_no_name_ends_up_empty(name):
    assert all(comparable(name).words)


@pytest.mark.parametrize("name", ["", " ", "\t\n"])
def test_a_blank_name_is_refused(name):
    with pytest.raises(ValueError, match="blank"):
        comparable(name)


@given(st.text(min_size=1).filter(str.strip))
def test_whatever_is_typed_has_words(name):
    words = comparable(name).words

    assert words
    assert all(words)
    assert comparable(name).name == name


@pytest.mark.parametrize(
    "spellings",
    [
        ("husain", "hussein", "hossein", "husayn"),
        ("usama", "osama", "ousama"),
        ("sergei", "sergey"),
        ("mikhail", "mihail"),
        ("abdulla", "abdullah"),
        ("qasim", "kasim"),
    ],
)
def test_spellings_of_one_sound_fold_to_one(spellings):
    assert len({folded(spelling) for spelling in spellings}) == 1


def test_an_initial_and_a_common_word_say_less_than_a_name():
    assert weight("q") < weight("trading") < weight("xu") < weight("quimera")


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Quimera", "Latin"), ("Химера", "Cyrillic"), ("خيالي", "Arabic"), ("虚构", "Cjk"), ("123", "")],
)
def test_the_script_of_a_name(name, expected):
    assert script(name) == expected
