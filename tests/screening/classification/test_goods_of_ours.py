"""What is found of goods of our own, whose codes we know, by the catalogue that comes with the portal."""

from pathlib import Path

import pytest
from django.db import transaction

from screening.classification import suggest
from screening.classification.alarm import THRESHOLD
from screening.classification.answers import Goods
from screening.control import catalogue
from tests.factories import NOON

FOLDER = Path(__file__).parent / "goods"
DUAL_USE, MILITARY = "eu-dual-use", "eu-military"


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        catalogue.load(by_name="Prueba", at=NOON)
        catalogue.load(by_name="Prueba", at=NOON, folder=catalogue.FOLDER / "eu-military")
        yield
        transaction.set_rollback(True)


def lines(name):
    text = (FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    return [
        [part.strip() for part in line.split("|")]
        for line in text.splitlines()
        if line and not line.startswith("#")
    ]


def places(name, list_code, column):
    """Return for each line how many codes stand before a right one."""
    found = []
    for line in lines(name):
        right = {code.strip() for code in line[0].split(",")}
        answer = suggest(Goods(line[column]), at=NOON, language="en", list_code=list_code)
        bases = [one.base for one in answer.suggestions]
        found.append(min((bases.index(code) for code in right if code in bases), default=len(bases) + 10))
    return found


@pytest.mark.parametrize("column", [1, 2], ids=["English", "Spanish"])
@pytest.mark.parametrize(
    "name, list_code, first, among_five",
    [
        ("licensed", DUAL_USE, 0.86, 0.96),
        ("harder", DUAL_USE, 0.80, 0.93),
        ("military", MILITARY, 0.90, 0.95),
    ],
)
def test_the_right_code_is_near_the_top(db, loaded, name, list_code, first, among_five, column):
    found = places(name, list_code, column)

    assert sum(place < 1 for place in found) / len(found) >= first
    assert sum(place < 5 for place in found) / len(found) >= among_five


@pytest.mark.parametrize("column", [0, 1], ids=["English", "Spanish"])
@pytest.mark.parametrize("list_code", [DUAL_USE, MILITARY])
def test_everyday_goods_seldom_alarm(db, loaded, list_code, column):
    goods = [line[column] for line in lines("ordinary")]
    called = [suggest(Goods(one), at=NOON, language="en", list_code=list_code).may_be_listed for one in goods]

    assert sum(called) / len(called) <= 0.15


def alarms(name):
    return [suggest(Goods(line), at=NOON, language=language).alarm for language, line in lines(name)]


def test_the_alarm_tells_traded_goods_from_everyday_ones_whatever_stands_around_them(db, loaded):
    listed, everyday = sorted(alarms("traded"), reverse=True), alarms("everyday")

    where_most_are_found = listed[int(0.85 * len(listed)) - 1]
    assert sum(alarm >= where_most_are_found for alarm in everyday) / len(everyday) <= 0.08
    assert sum(alarm >= THRESHOLD for alarm in everyday) / len(everyday) <= 0.10
    assert sum(alarm >= THRESHOLD for alarm in listed) / len(listed) >= 0.85


SALE = {
    "en": "Supply of {} for our customer, brand Zentro ZX-200, box of 10 units, 2 year warranty",
    "es": "Suministro de {} para el cliente, marca Zentro ZX-200, caja de 10 unidades, garantía 2 años",
}


@pytest.mark.parametrize("language, column", [("en", 1), ("es", 2)])
def test_words_of_the_sale_neither_raise_nor_lower_the_alarm(db, loaded, language, column):
    for line in lines("licensed")[::12]:
        plain, sold = (
            suggest(Goods(text), at=NOON, language=language).alarm
            for text in (line[column], SALE[language].format(line[column]))
        )
        assert sold == pytest.approx(plain, abs=0.02)
