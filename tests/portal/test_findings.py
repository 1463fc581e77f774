"""What officers read of a match, in words of their own."""

from dataclasses import dataclass, field

import pytest

from portal.findings import readings


@dataclass
class Match:
    party_name: str
    listed_name: str
    reasons: list = field(default_factory=list)


def read(ours, theirs):
    return [(one.written, one.read) for one in readings(Match(ours, theirs))]


def test_a_name_in_other_letters_is_shown_as_it_was_read():
    assert read("华为投资控股有限公司", "Huawei Investment Group") == [
        ("华为投资控股有限公司", "huawei investment group")
    ]


def test_a_word_that_stands_for_another_is_shown_as_that():
    assert read("Zavod Quimera", "Quimera Plant") == [("Zavod Quimera", "plant quimera")]


@pytest.mark.parametrize("name", ["Quimera Maru", "QUIMERA, Ángel", "Óscar Ñato"])
def test_a_name_that_is_compared_as_written_needs_no_word(name):
    assert read(name, name) == []


def test_letters_without_vowels_are_shown_without_their_mark():
    [(_written, words)] = read("عبد الله يحيى الحكيم", "Abdullah Yahya Al Hakim")

    assert "~" not in words
