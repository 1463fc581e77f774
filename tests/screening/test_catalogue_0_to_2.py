"""The starter catalogue of categories 0, 1 and 2: complete, in order, and fit for the text search."""

import tomllib
from collections import Counter

import pytest

from screening.codes import DATA, is_known_hs

CATEGORIES = "012"
REGIMES = {"WA", "WA-S", "WA-VS", "MTCR-I", "MTCR-II", "NSG-1", "NSG-2", "AG", "CWC", "EU"}
FIELDS = {"code", "regimes", "title", "keywords", "hs"}
OPTIONAL_FIELDS = {"cas", "questions"}
LANGUAGES = {"en", "es"}
LONGEST_KEYWORD = 60
MOST_WORDS_OF_A_TITLE = 15


def read(category):
    return tomllib.loads((DATA / "catalogue" / f"category_{category}.toml").read_text("utf-8"))["entry"]


def codes_of_the_list(category):
    lines = (DATA / "control_codes.txt").read_text("utf-8").splitlines()
    codes = [code for line in lines if not line.startswith("#") for code in line.split()]
    return [code for code in codes if code.startswith(category)]


def repeated(words):
    return [word for word, times in Counter(word.casefold() for word in words).items() if times > 1]


def has_right_check_digit(cas):
    """Say whether the last digit of a CAS number is the weighted sum of the others."""
    *digits, check = (int(digit) for digit in cas.replace("-", ""))
    return sum(place * digit for place, digit in enumerate(reversed(digits), 1)) % 10 == check


@pytest.fixture(scope="module")
def entries():
    return [entry for category in CATEGORIES for entry in read(category)]


@pytest.mark.parametrize("category", CATEGORIES)
def test_each_code_of_the_list_stands_once_and_in_order(category):
    assert [entry["code"] for entry in read(category)] == codes_of_the_list(category)


def test_entries_have_the_agreed_fields_only(entries):
    for entry in entries:
        assert set(entry) - OPTIONAL_FIELDS == FIELDS, entry["code"]
        for field in ("title", "keywords", "questions"):
            assert set(entry.get(field, LANGUAGES)) == LANGUAGES, entry["code"]


def test_entries_name_their_regimes(entries):
    for entry in entries:
        assert entry["regimes"], entry["code"]
        assert set(entry["regimes"]) <= REGIMES, entry["code"]
        assert not repeated(entry["regimes"]), entry["code"]


def test_titles_are_short(entries):
    titles = [title for entry in entries for title in entry["title"].values()]
    assert [title for title in titles if not 0 < len(title.split()) <= MOST_WORDS_OF_A_TITLE] == []


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_no_two_entries_share_a_title(entries, language):
    assert repeated(entry["title"][language] for entry in entries) == []


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_keywords_are_few_different_and_short(entries, language):
    for entry in entries:
        keywords = entry["keywords"][language]
        assert 5 <= len(keywords) <= 15, entry["code"]
        assert not repeated(keywords), entry["code"]
        assert [word for word in keywords if not 0 < len(word.strip()) == len(word) <= LONGEST_KEYWORD] == []


def test_customs_codes_are_subheadings_of_the_harmonized_system(entries):
    for entry in entries:
        assert len(entry["hs"]) <= 8, entry["code"]
        assert not repeated(entry["hs"]), entry["code"]
        assert [code for code in entry["hs"] if len(code) != 6 or not is_known_hs(code)] == [], entry["code"]


def test_cas_numbers_have_the_right_check_digit(entries):
    for entry in entries:
        numbers = entry.get("cas", [])
        assert not repeated(numbers), entry["code"]
        assert [number for number in numbers if not has_right_check_digit(number)] == [], entry["code"]


def test_questions_are_asked_in_both_languages(entries):
    for entry in entries:
        questions = entry.get("questions", {"en": [], "es": []})
        assert len(questions["en"]) == len(questions["es"]) <= 3, entry["code"]
        assert all(question.endswith("?") for question in questions["en"]), entry["code"]
        assert all(question[0] == "¿" or ": ¿" in question for question in questions["es"]), entry["code"]
