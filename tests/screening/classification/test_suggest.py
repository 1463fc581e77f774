"""Suggestions over the catalogue that comes with the portal."""

from datetime import timedelta

import pytest
from django.db import transaction

from screening.classification import NoEditionInForce, suggest
from screening.classification.answers import Goods
from screening.control import catalogue
from tests.factories import NOON


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        yield catalogue.load(by_name="Prueba", at=NOON)
        transaction.set_rollback(True)


def bases(goods, language="en", **options):
    found = suggest(goods, at=NOON, language=language, **options).suggestions
    return [one.base for one in found]


@pytest.mark.parametrize("asked", ["thermal imaging camera", "Cámara termográfica", "camara termografica"])
def test_goods_are_found_in_both_languages_whoever_reads(db, loaded, asked):
    assert bases(Goods(asked))[0] == "6A003"
    assert bases(Goods(asked), language="es")[0] == "6A003"


def test_the_path_is_in_the_readers_language_and_the_shared_words_are_marked(db, loaded):
    found = suggest(Goods("cámara termográfica"), at=NOON, language="es").suggestions[0]

    assert found.path[-1].title.startswith("Cámaras")
    assert "Cámaras" in found.words


def test_without_an_edition_in_force_nothing_is_said(db, loaded):
    with pytest.raises(NoEditionInForce):
        suggest(Goods("laser"), at=NOON - timedelta(days=1), language="en")


def test_words_that_nothing_shares_find_nothing(db, loaded):
    answer = suggest(Goods("xyzzy"), at=NOON, language="es")

    assert answer.suggestions == ()
    assert answer.catch_all
