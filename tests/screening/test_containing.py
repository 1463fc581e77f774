"""Entries are found by part of a name, in any script and spelling, and by nothing that says too little."""

import pytest

from screening.containing import names_containing, says_enough
from screening.index import NameIndex
from screening.matcher import Subject
from screening.models import ListVersion
from screening.search import NoListInForce
from tests.factories import NOON, ListedEntityFactory, ListedNameFactory, ListVersionFactory


def found(names, part):
    index = NameIndex.of(enumerate(Subject((name,)) for name in names))
    return [name for _entity, name in index.with_words(part)]


@pytest.mark.parametrize(
    ("part", "listed"),
    [
        ("kalash", "Концерн Калашников"),
        ("КАЛАШ", "Kalashnikov Concern"),
        ("kalash", "Kaláshnikov, Iván"),
        ("prospe", "Aurelio Próspero Quimerovich"),
        ("kalash ivan", "Ivan Petrovich Kalashnikov"),
        ("muhamm", "Muhammad Quimera"),  # as written
        ("moham", "Muhammad Quimera"),  # in its one spelling
        ("zavo", "Quimera Zavod"),
        ("завод квим", "Kvimera Plant"),
        ("rosoboronexp", "Rosoboron Export"),
        ("محمد", "Mohammed Quimera"),
        ("Kalaschnikow", "Kalashnikov Ivan"),
        ("华", "Huawei Quimera"),
        ("O'Brien", "Quimera Obrien"),
        ("j kalash", "Jota Kalashnikov"),
    ],
)
def test_part_of_a_name_finds_it_in_any_script_and_spelling(part, listed):
    assert found([listed, "Nadie Ninguno"], part) == [listed]


@pytest.mark.parametrize("part", ["alash", "nikov", "kalash nadie", "kalash petr"])
def test_every_word_must_begin_a_word_of_the_same_name(part):
    assert found(["Kalashnikov Quimera", "Nadie Ninguno"], part) == []


def test_no_word_runs_from_one_name_into_the_next():
    assert found(["Quimera Sol", "Arena Luna"], "solarena") == []


def test_names_with_the_words_themselves_come_before_names_with_words_like_them():
    names = ["Abel Kalashnikow", "Zoe Kalashnikov", "Marta Kalashnikova"]

    assert found(names, "kalashnikov") == ["Marta Kalashnikova", "Zoe Kalashnikov", "Abel Kalashnikow"]


@pytest.mark.parametrize("text", ["al", "李", "a b", "", "  "])
def test_fewer_than_three_letters_say_too_little(text):
    assert not says_enough(text)


@pytest.mark.parametrize("text", ["ana", "al ana", "华", "علي"])
def test_three_letters_say_enough(text):
    assert says_enough(text)


@pytest.fixture
def version(db):
    return ListVersionFactory(source="national")


def test_an_entity_is_found_once_with_the_first_name_that_has_the_words(version):
    entity = ListedEntityFactory(version=version, primary_name="Quimera del Norte")
    for name in ("Quimera del Norte", "Калашников", "A Kalashnikov Works"):
        ListedNameFactory(entity=entity, name=name)

    [one] = names_containing("kalash", [version], at=NOON, most=10)

    assert (one.entity, one.name, one.is_of_an_owned_party) == (entity, "Калашников", False)


def test_a_party_that_an_entity_owns_leads_to_it_and_is_said_to_be_owned(version):
    owned = {"kind": "owns", "name": "Kalashnikov Works", "source_id": "", "share": "60", "note": ""}
    ListedEntityFactory(version=version, primary_name="Quimera del Norte", relations=[owned])

    [one] = names_containing("kalash", [version], at=NOON, most=10)

    assert one.name == "Kalashnikov Works" and one.is_of_an_owned_party


def test_no_more_are_returned_than_asked_for_and_none_of_those_left_out(version):
    entities = [
        ListedEntityFactory(version=version, primary_name=f"Kalashnikov {letter}") for letter in "abc"
    ]

    two = names_containing("kalash", [version], at=NOON, most=2)
    others = names_containing("kalash", [version], at=NOON, most=9, without={entities[0].pk})

    assert [one.entity for one in two] == entities[:2]
    assert [one.entity for one in others] == entities[1:]


def test_without_a_list_in_force_nobody_can_be_looked_for(db):
    with pytest.raises(NoListInForce):
        names_containing("kalash", ListVersion.objects.all(), at=NOON, most=10)
