"""The starter catalogue of categories 0, 1 and 2: complete, in order, and usable by the text search."""

import tomllib

import pytest

from screening.classification import DATA, is_known_hs

CATEGORIES = "01"
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


def has_right_check_digit(cas):
    """Say whether the last digit of a CAS number is the weighted sum of the others."""
    *digits, check = (int(digit) for digit in cas.replace("-", ""))
    return sum(place * digit for place, digit in enumerate(reversed(digits), 1)) % 10 == check


ENTRIES = [entry for category in CATEGORIES for entry in read(category)]
each_entry = pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry["code"])


@pytest.mark.parametrize("category", CATEGORIES)
def test_each_code_of_the_list_stands_once_and_in_order(category):
    assert [entry["code"] for entry in read(category)] == codes_of_the_list(category)


@each_entry
def test_an_entry_has_the_agreed_fields_only(entry):
    assert set(entry) - OPTIONAL_FIELDS == FIELDS
    assert all(set(entry[field]) == LANGUAGES for field in ("title", "keywords"))
    assert set(entry.get("questions", LANGUAGES)) == LANGUAGES


@each_entry
def test_an_entry_names_its_regimes(entry):
    assert entry["regimes"]
    assert set(entry["regimes"]) <= REGIMES
    assert len(set(entry["regimes"])) == len(entry["regimes"])


@each_entry
def test_a_title_is_short(entry):
    assert all(0 < len(title.split()) <= MOST_WORDS_OF_A_TITLE for title in entry["title"].values())


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_no_two_entries_share_a_title(language):
    titles = [entry["title"][language].casefold() for entry in ENTRIES]
    assert len(set(titles)) == len(titles)


@each_entry
def test_keywords_are_few_and_different_and_short(entry):
    for keywords in entry["keywords"].values():
        assert 5 <= len(keywords) <= 15
        assert len({keyword.casefold() for keyword in keywords}) == len(keywords)
        assert all(keyword == keyword.strip() for keyword in keywords)
        assert all(0 < len(keyword) <= LONGEST_KEYWORD for keyword in keywords)


@each_entry
def test_customs_codes_stand_in_the_harmonized_system(entry):
    assert len(set(entry["hs"])) == len(entry["hs"]) <= 8
    assert all(len(code) == 6 and is_known_hs(code) for code in entry["hs"])


@each_entry
def test_cas_numbers_have_the_right_check_digit(entry):
    numbers = entry.get("cas", [])
    assert len(set(numbers)) == len(numbers)
    assert all(has_right_check_digit(number) for number in numbers)


@each_entry
def test_each_question_is_asked_in_both_languages(entry):
    questions = entry.get("questions", {"en": [], "es": []})
    assert len(questions["en"]) == len(questions["es"]) <= 3
    assert all(question.endswith("?") for each in questions.values() for question in each)
