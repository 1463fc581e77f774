from hypothesis import given, settings
from hypothesis import strategies as st

from screening.index import NameIndex
from screening.matcher import MOST_AGREEMENT, POINTS_WORTH_A_LOOK, Subject, compare
from tests.screening.test_matcher import SUBJECTS


@settings(max_examples=300)
@given(st.lists(SUBJECTS, min_size=1, max_size=8), SUBJECTS)
def test_the_index_loses_nothing_the_matcher_would_accept(listed, party):
    entities = dict(enumerate(listed))
    everything = {entity: compare(party, subject) for entity, subject in entities.items()}
    accepted = {entity: score for entity, score in everything.items() if score.points >= POINTS_WORTH_A_LOOK}

    candidates = NameIndex(entities).candidates(party, POINTS_WORTH_A_LOOK - MOST_AGREEMENT)
    found = {entity: compare(party, subject) for entity, subject in candidates.items()}

    assert {entity: found[entity].points for entity in accepted if entity in found} == {
        entity: score.points for entity, score in accepted.items()
    }


def test_only_the_names_that_can_match_are_compared():
    index = NameIndex({1: Subject(("Baldomero Quimera", "El Inventado")), 2: Subject(("Leonor Sombra",))})

    candidates = index.candidates(Subject(("Valdomero Quimera",)), 60)

    assert {entity: subject.names for entity, subject in candidates.items()} == {1: ("Baldomero Quimera",)}


def test_a_shared_number_brings_every_name():
    index = NameIndex({1: Subject(("Baldomero Quimera", "El Inventado"), identifiers=("ZZ-0000001",))})

    candidates = index.candidates(Subject(("Otro Nombre",), identifiers=("zz0000001",)), 60)

    assert candidates[1].names == ("Baldomero Quimera", "El Inventado")


def test_short_numbers_bring_nobody():
    index = NameIndex({1: Subject(("Baldomero Quimera",), identifiers=("", "12"))})

    assert index.candidates(Subject(("Otro Nombre",), identifiers=("", "12")), 60) == {}
