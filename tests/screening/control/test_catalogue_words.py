"""The words of the catalogue that comes along: every title says which entry it is, and enough trade words."""

from collections import Counter

import pytest

from screening.codes import control_codes
from screening.control import catalogue
from screening.control.wording import base, folded
from screening.control_models import TextRole

LANGUAGES = ("es", "en")


@pytest.fixture(scope="module")
def said():
    """(code, language, role) -> text, of all categories together."""
    return {
        (row.code, text.language, text.role): text.text
        for row in catalogue.parse(catalogue.FOLDER).rows
        for text in row.texts
    }


def of(said, language, role):
    """Return the texts of the codes at the top; paragraphs stand below one that says which entry it is."""
    texts = {code: text for (code, spoken, kind), text in said.items() if (spoken, kind) == (language, role)}
    return {code: text for code, text in texts.items() if code == base(code)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_a_title_and_no_two_have_the_same(said, language):
    titles = of(said, language, TextRole.OWN_TITLE)

    assert sorted(titles) == sorted(control_codes())
    counted = Counter(folded(title) for title in titles.values())
    assert [title for title, count in counted.items() if count > 1] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_five_to_fifteen_trade_words_each_once(said, language):
    words = {code: text.splitlines() for code, text in of(said, language, TextRole.KEYWORDS).items()}

    assert sorted(words) == sorted(control_codes())
    assert {code: len(own) for code, own in words.items() if not 5 <= len(own) <= 15} == {}
    twice = [code for code, own in words.items() if len({folded(word) for word in own}) != len(own)]
    assert twice == []


def test_a_title_is_not_the_same_in_both_languages(said):
    english, spanish = (of(said, language, TextRole.OWN_TITLE) for language in ("en", "es"))

    assert [code for code, title in english.items() if title == spanish[code]] == []
