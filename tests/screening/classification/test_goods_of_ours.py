"""What is found of goods of our own, whose codes we know, by the catalogue that comes with the portal."""

from pathlib import Path

import pytest
from django.db import transaction

from screening.classification import suggest
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
