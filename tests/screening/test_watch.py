from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from screening import watch
from screening.index import NameIndex
from screening.matcher import POINTS_WORTH_A_LOOK, Subject, is_hit, least_of_the_name
from screening.search import changed
from screening.watch import PartyIndex, index_of
from tests.factories import NOON
from tests.screening.files import un_alias, un_person
from tests.screening.test_index import listed_and_a_variant
from tests.screening.test_matcher import SUBJECTS

LATER = NOON + timedelta(hours=1)
QUIMERA = Subject(("Baldomero Quimera",))
SOMBRA = Subject(("Leonor Sombra",))
CROWDS = st.lists(SUBJECTS, min_size=1, max_size=6)


def variants(asked):
    """Parties and a listed entity out of listed entities and a party: what is a hit one way is not always
    one the other way, so both orders are asked for."""
    crowd, one = asked
    return [*crowd, one], [one, *crowd]


@settings(max_examples=400)
@given(st.tuples(CROWDS, CROWDS) | listed_and_a_variant().map(variants), st.sampled_from([60.0, 70.0, 80.0]))
@example(([Subject(("alkhayal sombra",))], [Subject(("al khayal sombra",))]), 70.0)
@example(([Subject(("al khayal sombra",))], [Subject(("alkhayal sombra",))]), 70.0)
@example(([Subject(("خيالي محمد",))], [Subject(("Mohammed Khayali",))]), 70.0)
@example(([Subject(("Mohammed Khayali",))], [Subject(("خيالي محمد",))]), 70.0)
def test_asking_the_parties_with_the_list_finds_what_asking_the_list_with_the_parties_finds(asked, worth):
    parties, listed = (dict(enumerate(side)) for side in asked)
    of_listed = NameIndex.of(listed.items())
    forwards = {
        (party, entity)
        for party, subject in parties.items()
        for entity, other in of_listed.candidates(subject, least_of_the_name(subject, worth)).items()
        if is_hit(subject, other, worth=worth)
    }

    found = list(PartyIndex.of(parties.items()).affected(listed.items(), worth))

    assert sorted(found) == sorted(forwards)


@settings(max_examples=400)
@given(st.tuples(CROWDS, CROWDS) | listed_and_a_variant().map(variants))
def test_nothing_is_lost_of_what_comparing_everybody_finds(asked):
    parties, listed = (dict(enumerate(side)) for side in asked)
    everything = {
        (party, entity)
        for party, subject in parties.items()
        for entity, other in listed.items()
        if is_hit(subject, other)
    }

    assert set(PartyIndex.of(parties.items()).affected(listed.items(), POINTS_WORTH_A_LOOK)) == everything


class Office:
    """Parties whose facts change, and how often they were asked for."""

    def __init__(self, **parties):
        self.parties = dict(enumerate(parties.values(), start=1))
        self.asked = []

    def index(self):
        stamps = {number: repr(subject) for number, subject in self.parties.items()}
        return index_of(stamps, self.some)

    def some(self, numbers):
        self.asked.append(sorted(numbers))
        return ((number, self.parties[number]) for number in numbers)

    def found(self, *listed):
        return sorted(self.index().affected(enumerate(listed), POINTS_WORTH_A_LOOK))


@pytest.fixture
def office(tmp_path, settings):
    settings.SCREENING_INDEX_FOLDER = tmp_path / "index"
    return Office(first=QUIMERA, second=SOMBRA)


def test_the_parties_are_indexed_once(office):
    for _ in range(3):
        assert office.found(Subject(("Valdomero Quimera",)), SOMBRA) == [(1, 0), (2, 1)]

    assert office.asked == [[1, 2]]


def test_what_changed_since_then_is_asked_for_alone(office):
    office.index()
    office.parties[1] = replace(SOMBRA, names=("Leonora Sombra",))
    office.parties[3] = QUIMERA

    assert office.found(QUIMERA, SOMBRA) == [(1, 1), (2, 1), (3, 0)]
    assert office.asked == [[1, 2], [1, 3]]


def test_who_is_gone_is_found_no_more(office):
    office.index()
    del office.parties[1]

    assert office.found(QUIMERA, SOMBRA) == [(2, 1)]
    assert office.asked == [[1, 2]]


def test_many_changes_build_the_index_anew(office, tmp_path, monkeypatch):
    monkeypatch.setattr(watch, "FEW_BESIDE", 1)
    office.index()
    office.parties |= {3: QUIMERA, 4: SOMBRA}

    for _ in range(2):
        assert office.found(QUIMERA) == [(1, 0), (3, 0)]
    assert office.asked == [[1, 2], [1, 2, 3, 4]]
    assert len([path for path in (tmp_path / "index-parties").iterdir() if path.is_dir()]) == 1


def test_another_release_builds_the_index_anew(office, monkeypatch):
    office.index()
    monkeypatch.setattr(watch, "code", lambda: "a newer release of it all")

    assert office.found(QUIMERA) == [(1, 0)]
    assert office.asked == [[1, 2], [1, 2]]


def test_an_index_that_was_not_finished_is_not_used(office, tmp_path):
    office.index()
    (stamps,) = (tmp_path / "index-parties").glob("*/stamps.json")
    stamps.unlink()

    assert office.found(QUIMERA) == [(1, 0)]
    assert office.asked == [[1, 2], [1, 2]]


def test_only_the_portal_may_read_the_folder(office, tmp_path):
    office.index()

    assert (tmp_path / "index-parties").stat().st_mode & 0o077 == 0


def test_without_a_folder_all_are_indexed_anew(settings):
    settings.SCREENING_INDEX_FOLDER = None
    office = Office(first=QUIMERA, second=SOMBRA)

    for _ in range(2):
        assert office.found(QUIMERA) == [(1, 0)]
    assert office.asked == [[1, 2], [1, 2]]


def test_an_edition_changes_what_it_adds_or_says_otherwise(load_un):
    before = load_un(un_person(1, "BALDOMERO QUIMERA"), un_person(2, "LEONOR SOMBRA"))
    after = load_un(
        un_person(1, "BALDOMERO QUIMERA"),
        un_person(2, "LEONOR SOMBRA", inside=un_alias("Nora Irreal")),
        un_person(3, "FANTASIA PEREZ"),
        at=LATER,
    )

    assert [subject.names for _, subject in changed(after, before)] == [
        ("LEONOR SOMBRA", "Nora Irreal"),
        ("FANTASIA PEREZ",),
    ]
    assert len(list(changed(before, None))) == 2
