"""What an index of parties answers about many listed entities at once."""

import pytest

from screening.index import NameIndex
from screening.matcher import Subject

PARTIES = [
    (1, Subject(("Baldomero Quimera",))),
    (2, Subject(("Leonor Sombra",), identifiers=("ZZ 480215",))),
]
QUIMERA = Subject(("Fantasma Inexistente", "Baldomero Quimera"))
NUMBERED = Subject(("Otro Nombre", "Distinto Apellido"), identifiers=("ZZ480215",))


@pytest.fixture
def parties():
    return NameIndex.of(PARTIES, often_asked=False)


def asked(parties, *listed):
    return list(parties.pairs_for_listed(list(enumerate(listed)), lambda _: 70.0))


def test_a_listed_entity_comes_with_the_names_that_can_have_the_points(parties):
    [(party, _, entity, other)] = asked(parties, QUIMERA)

    assert (party, entity) == (1, 0)
    assert other.names == ("Baldomero Quimera",)
    assert [form.name for form in other.forms] == ["Baldomero Quimera"]


def test_a_number_in_common_brings_all_names_of_both(parties):
    [(party, known, _, other)] = asked(parties, NUMBERED)

    assert party == 2
    assert (known.names, other.names) == (("Leonor Sombra",), NUMBERED.names)


def test_entities_asked_together_find_whom_each_finds_alone(parties):
    slips = [Subject((name,)) for name in ("Baldomera Quimera", "Leonor Sonbra", "Baldo Mero Quimera", "X")]
    together = [(party, slips[entity]) for party, _, entity, _ in asked(parties, *slips)]

    assert together == [(party, each) for each in slips for party, *_ in asked(parties, each)]
    assert [party for party, _ in together] == [1, 2, 1]


def test_words_alike_are_found_though_the_table_of_those_kept_is_full(parties, monkeypatch):
    before = asked(parties, QUIMERA, *[subject for _, subject in PARTIES])
    monkeypatch.setattr("screening.index.WORDS_KEPT", 0)

    assert asked(parties, QUIMERA, *[subject for _, subject in PARTIES]) == before
