from itertools import product

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from screening import index as screening_index
from screening.index import NameIndex
from screening.matcher import MOST_AGREEMENT, POINTS_WORTH_A_LOOK, Subject, compare
from tests.screening.test_matcher import SUBJECTS

SOUNDS = [("o", "u"), ("k", "q"), ("i", "ee"), ("f", "ph"), ("u", "ou"), ("s", "sh"), ("c", "k")]


@st.composite
def listed_and_a_variant(draw):
    """Some listed subjects, and one of their names as somebody else might write it."""
    words = st.sampled_from(
        ["quimera", "hossein", "fantasma", "al", "khayal", "imaginario", "sombra", "xu", "nowhere", "trading"]
    )
    names = draw(st.lists(st.lists(words, min_size=2, max_size=5), min_size=1, max_size=5))
    variant = list(draw(st.sampled_from(names)))
    for change in draw(st.lists(st.sampled_from(["join", "sound", "slip", "initial", "turn"]), max_size=4)):
        at = draw(st.integers(0, len(variant) - 1))
        if change == "join" and at:
            variant[at - 1 : at + 1] = [variant[at - 1] + variant[at]]
        elif change == "sound":
            variant[at] = variant[at].replace(*draw(st.sampled_from(SOUNDS)))
        elif change == "slip" and len(variant[at]) > 3:
            variant[at] = variant[at][:-2] + variant[at][-1]
        elif change == "initial":
            variant[at] = variant[at][0]
        elif change == "turn":
            variant = [*variant[at:], *variant[:at]]
    listed = [" ".join(name) for name in names]
    party, other = draw(st.permutations([" ".join(variant), listed.pop(0)]))
    return [Subject((name,)) for name in [*listed, other]], Subject((party,))


ASKED = st.tuples(st.lists(SUBJECTS, min_size=1, max_size=8), SUBJECTS) | listed_and_a_variant()


@settings(max_examples=400)
@given(ASKED)
@example(([Subject(("alkhayal sombra",))], Subject(("al khayal sombra",))))
@example(([Subject(("al khayal sombra",))], Subject(("alkhayal sombra",))))
@example(([Subject(("husain quimera",))], Subject(("Q. Hossein",))))
@example(([Subject(("خيالي محمد",))], Subject(("Mohammed Khayali",))))
def test_the_index_loses_nothing_the_matcher_would_accept(asked):
    listed, party = asked
    entities = dict(enumerate(listed))
    everything = {entity: compare(party, subject) for entity, subject in entities.items()}
    accepted = {entity: score for entity, score in everything.items() if score.points >= POINTS_WORTH_A_LOOK}

    candidates = NameIndex.of(entities.items()).candidates(party, POINTS_WORTH_A_LOOK - MOST_AGREEMENT)
    found = {entity: compare(party, subject) for entity, subject in candidates.items()}

    assert {entity: found[entity].points for entity in accepted if entity in found} == {
        entity: score.points for entity, score in accepted.items()
    }


@pytest.mark.parametrize(
    "asked", ["Baldomero Quimera", "B. Quimera Fantasma Sombra", "Alkhayal Kimera", "خيالي"]
)
def test_leaving_out_words_that_many_names_share_loses_nothing_either(asked, monkeypatch):
    monkeypatch.setattr(screening_index, "VERY_MANY", 1)
    first, middle = (
        ["Baldomero", "Valdomero", "Leonor", "Al Khayal"],
        ["Imaginario", "B", "Trading", "Khayali"],
    )
    names = map(" ".join, product(first, middle, ["Quimera", "Chimera", "Sombra", "Fantasma Quimera"]))
    entities = {number: Subject((name,)) for number, name in enumerate([*names, "خيالي محمد", "Khayali"])}
    party = Subject((asked,))
    accepted = {entity for entity, other in entities.items() if compare(party, other).points >= 50}

    candidates = NameIndex.of(entities.items()).candidates(party, 50)

    assert accepted
    assert accepted <= set(candidates)


def test_only_the_names_that_can_match_are_compared():
    index = NameIndex.of(
        [(1, Subject(("Baldomero Quimera", "El Inventado"))), (2, Subject(("Leonor Sombra",)))]
    )

    candidates = index.candidates(Subject(("Valdomero Quimera",)), 60)

    assert {entity: subject.names for entity, subject in candidates.items()} == {1: ("Baldomero Quimera",)}


def test_a_shared_number_brings_every_name():
    index = NameIndex.of([(1, Subject(("Baldomero Quimera", "El Inventado"), identifiers=("ZZ-0000001",)))])

    candidates = index.candidates(Subject(("Otro Nombre",), identifiers=("zz0000001",)), 60)

    assert candidates[1].names == ("Baldomero Quimera", "El Inventado")


def test_short_numbers_bring_nobody():
    index = NameIndex.of([(1, Subject(("Baldomero Quimera",), identifiers=("", "12")))])

    assert index.candidates(Subject(("Otro Nombre",), identifiers=("", "12")), 60) == {}


@pytest.mark.parametrize("asked", ["Baldomero Quimera", "Baldomera Qimera", "Q. Sombra", "خيالي"])
def test_words_looked_up_beforehand_are_answered_as_those_that_are_not(asked):
    names = ["Baldomero Quimera", "Valdomero Chimera", "Leonor Sombra", "Al Khayali", "Q Sombra"]
    entities = {number: Subject((name,)) for number, name in enumerate(names)}

    beforehand = NameIndex.of(entities.items()).candidates(Subject((asked,)), 50)

    assert beforehand
    assert beforehand == NameIndex.of(entities.items(), often_asked=False).candidates(Subject((asked,)), 50)


def test_an_index_kept_in_a_folder_answers_as_the_one_that_was_built(tmp_path):
    party = Subject(("Valdomero Quimera",), identifiers=("ZZ-0000001",))
    built = NameIndex.of(
        [
            (7, Subject(("Baldomero Quimera", "خيالي"), frozenset({"CL"}), "person", ("1971",))),
            (9, Subject(("Leonor Sombra",), identifiers=("zz0000001",), weak_names=frozenset({"Leonor"}))),
        ]
    )
    built.save(tmp_path / "index")

    kept = NameIndex.load(tmp_path / "index")

    assert kept.candidates(party, 60) == built.candidates(party, 60)
    assert set(kept.candidates(party, 60)) == {7, 9}
    assert kept.size == built.size


def test_who_keeps_the_same_index_a_second_time_changes_nothing(tmp_path):
    index = NameIndex.of([(1, Subject(("Leonor Sombra",)))])
    index.save(tmp_path / "index")
    index.save(tmp_path / "index")

    assert [folder.name for folder in tmp_path.iterdir()] == ["index"]
