"""The catalogue of goods of categories 3 to 9: electronics to aerospace."""

import re
import tomllib
from collections import Counter

import pytest

from screening.codes import DATA, is_known_hs

CATEGORIES = range(3, 10)
LANGUAGES = ("en", "es")
REGIMES = {"WA", "WA-S", "WA-VS", "MTCR-I", "MTCR-II", "NSG-1", "NSG-2", "AG", "CWC", "EU"}
LONGEST_KEYWORD = 60
MOST_TITLE_WORDS = 15
MOST_HS = 8
MOST_QUESTIONS = 3
KEYWORDS = range(5, 16)


def entries(category):
    path = DATA / "catalogue" / f"category_{category}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))["entry"]


def codes_of_the_list(category):
    lines = (DATA / "control_codes.txt").read_text(encoding="utf-8").splitlines()
    codes = (code for line in lines if not line.startswith("#") for code in line.split())
    return [code for code in codes if code.startswith(str(category))]


def cas_is_right(number):
    """Say whether the last digit of a CAS number is the sum its other digits ask for."""
    digits = number.replace("-", "")
    total = sum(place * int(digit) for place, digit in enumerate(reversed(digits[:-1]), 1))
    return bool(re.fullmatch(r"\d{2,7}-\d\d-\d", number)) and total % 10 == int(digits[-1])


def repeated(words):
    return [word for word, times in Counter(word.casefold() for word in words).items() if times > 1]


ALL = pytest.mark.parametrize("category", CATEGORIES)


@ALL
def test_every_code_of_the_list_has_one_entry_in_the_order_of_the_list(category):
    assert [entry["code"] for entry in entries(category)] == codes_of_the_list(category)


@ALL
def test_an_entry_has_the_known_fields_only(category):
    known = {"code", "regimes", "title", "keywords", "hs", "cas", "questions"}
    assert not {field for entry in entries(category) for field in entry} - known


@ALL
def test_every_entry_names_the_regimes_it_comes_from(category):
    for entry in entries(category):
        assert entry["regimes"], entry["code"]
        assert set(entry["regimes"]) <= REGIMES, entry["code"]
        assert not repeated(entry["regimes"]), entry["code"]


@ALL
@pytest.mark.parametrize("language", LANGUAGES)
def test_titles_are_short(category, language):
    for entry in entries(category):
        assert 1 < len(entry["title"][language].split()) <= MOST_TITLE_WORDS, entry["code"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_entries_have_the_same_title(language):
    assert not repeated(entry["title"][language] for category in CATEGORIES for entry in entries(category))


@ALL
@pytest.mark.parametrize("language", LANGUAGES)
def test_keywords_are_enough_short_and_different(category, language):
    for entry in entries(category):
        keywords = entry["keywords"][language]
        assert len(keywords) in KEYWORDS, entry["code"]
        assert not repeated(keywords), entry["code"]
        assert all(0 < len(word) <= LONGEST_KEYWORD for word in keywords), entry["code"]
        assert keywords == [word.strip() for word in keywords], entry["code"]


@ALL
def test_customs_codes_stand_in_the_harmonized_system(category):
    for entry in entries(category):
        assert len(entry["hs"]) <= MOST_HS, entry["code"]
        assert not repeated(entry["hs"]), entry["code"]
        assert all(len(code) == 6 and is_known_hs(code) for code in entry["hs"]), entry["code"]


@ALL
def test_cas_numbers_have_the_right_check_digit(category):
    for entry in entries(category):
        assert all(cas_is_right(number) for number in entry.get("cas", [])), entry["code"]


def test_a_wrong_cas_number_is_seen():
    assert cas_is_right("7732-18-5")
    assert not cas_is_right("7732-18-6")
    assert not cas_is_right("7732185")


@ALL
def test_every_question_is_asked_in_both_languages(category):
    for entry in entries(category):
        questions = entry.get("questions", {"en": [], "es": []})
        assert len(questions["en"]) == len(questions["es"]) <= MOST_QUESTIONS, entry["code"]
        assert all(question.endswith("?") for question in questions["en"] + questions["es"]), entry["code"]
        assert all("¿" in question for question in questions["es"]), entry["code"]
