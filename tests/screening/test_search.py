import threading
import time
from datetime import timedelta

import pytest
from django.db import connection

from screening import index_store, search
from screening.matcher import Subject, compare
from screening.models import ListedEntity
from screening.search import NoListInForce, find_matches, lists_in_force, screen
from tests.factories import NOON
from tests.screening.files import un_alias, un_organisation, un_person

LATER = NOON + timedelta(hours=1)
QUIMERA = un_person(1, "BALDOMERO QUIMERA", inside=un_alias("Valdo Inexistente"))
SOMBRA = un_person(2, "LEONOR SOMBRA", inside=un_alias("Nora Irreal", "Low"))
WORKS = un_organisation(3, "NOWHERE CENTRIFUGE WORKS LIMITED")


def found(name, at=NOON, **known):
    return [match.entity.source_id for match in find_matches(Subject((name,), **known), at=at)]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Baldomero Quimera", ["1"]),
        ("Quimera, Baldomero", ["1"]),
        ("Valdo Inexistente", ["1"]),
        ("Valdo Inexistente Ltda.", ["1"]),
        ("Nora Irreal", ["2"]),
        ("Leonora Sombra", ["2"]),
        ("Nowhere Centrifuge Works S.A.", ["3"]),
        ("Óptica del Istmo, S. A.", []),
    ],
)
def test_a_party_is_found_under_every_listed_name(load_un, name, expected):
    load_un(QUIMERA, SOMBRA, WORKS)

    assert found(name) == expected


def test_a_match_says_which_names_matched_and_on_which_version(load_un):
    version = load_un(QUIMERA, SOMBRA)

    (match,) = find_matches(Subject(("Otro Nombre", "Valdo Inexistente")), at=NOON)

    assert (match.version, match.entity.version) == (version, version)
    assert match.score.points == 100
    assert (match.score.matched_name, match.score.listed_name) == ("Valdo Inexistente", "Valdo Inexistente")
    assert match.score.reasons[0].feature == "same-name"


def test_the_likeliest_comes_first(load_un):
    load_un(un_person(1, "LEONOR SOMBRAS"), un_person(2, "LEONOR SOMBRA"), un_person(3, "LEONORA SOMBRA"))

    matches = find_matches(Subject(("Leonor Sombra",)), at=NOON)

    assert matches[0].entity.source_id == "2"
    assert [match.score.points for match in matches] == sorted(
        (match.score.points for match in matches), reverse=True
    )
    assert len(matches) == 3


def test_without_a_list_in_force_there_is_no_answer(load_un):
    load_un(QUIMERA)

    for ask in (lambda at: found("Anybody", at=at), lambda at: lists_in_force(at)):
        with pytest.raises(NoListInForce):
            ask(NOON - timedelta(seconds=1))


def test_without_any_list_there_is_no_answer(db):
    with pytest.raises(NoListInForce):
        found("Baldomero Quimera")


@pytest.mark.parametrize("names", [(), ("",), (" ",), ("Baldomero", "")])
def test_a_subject_without_a_name_is_refused(load_un, names):
    load_un(QUIMERA)

    with pytest.raises(ValueError, match="name"):
        find_matches(Subject(names), at=NOON)


def test_a_new_version_answers_from_its_first_instant_and_the_old_one_until_then(load_un):
    load_un(QUIMERA, SOMBRA, WORKS)
    assert found("Fantasia Perez") == []
    load_un(QUIMERA, SOMBRA, un_person(4, "FANTASIA PEREZ"), at=LATER)

    assert found("Fantasia Perez", at=LATER) == ["4"]
    assert found("Nowhere Centrifuge Works", at=LATER) == []
    assert found("Fantasia Perez", at=LATER - timedelta(seconds=1)) == []
    assert found("Nowhere Centrifuge Works", at=LATER - timedelta(seconds=1)) == ["3"]


def test_an_answer_never_mixes_versions(load_un):
    old = load_un(QUIMERA, SOMBRA)
    new = load_un(QUIMERA, SOMBRA, WORKS, at=LATER)

    for at, version in ((NOON, old), (LATER, new)):
        screened = screen(Subject(("Baldomero Quimera", "Leonor Sombra")), at=at)
        assert screened.versions == (version,)
        assert {match.version for match in screened.matches} == {version}


def test_all_lists_in_force_are_searched(load_un):
    load_un(QUIMERA)
    load_un(QUIMERA, SOMBRA, source="demo-un")

    matches = find_matches(Subject(("Baldomero Quimera",)), at=NOON)

    assert [match.version.source for match in matches] == ["demo-un", "un-consolidated"]


def test_a_clean_answer_names_the_versions_it_rests_on(load_un):
    versions = (load_un(SOMBRA, source="demo-un"), load_un(QUIMERA))

    screened = screen(Subject(("Nobody At All",)), at=NOON)

    assert screened.matches == ()
    assert screened.versions == versions


def test_the_points_worth_a_look_are_a_setting(load_un, settings):
    load_un(QUIMERA)
    assert found("Valdomero Quimera") == ["1"]

    settings.SCREENING_POINTS_WORTH_A_LOOK = 99

    assert found("Valdomero Quimera") == []
    assert found("Baldomero Quimera") == ["1"]


def test_the_same_passport_finds_whoever_carries_it(load_un):
    document = (
        "<INDIVIDUAL_DOCUMENT><TYPE_OF_DOCUMENT>Passport</TYPE_OF_DOCUMENT><NUMBER>ZZ-000 0001</NUMBER>"
        "</INDIVIDUAL_DOCUMENT>"
    )
    load_un(un_person(1, "BALDOMERO QUIMERA", inside=document))

    assert found("Otro Nombre", identifiers=("zz0000001",)) == ["1"]


def test_agreement_of_country_and_birth_lifts_a_near_name_to_a_hit(load_un):
    facts = """<NATIONALITY><VALUE>Chile</VALUE></NATIONALITY>
      <INDIVIDUAL_DATE_OF_BIRTH><DATE>1961-04-30</DATE></INDIVIDUAL_DATE_OF_BIRTH>"""
    load_un(un_person(1, "BALDOMERO QUIMERA INEXISTENTE IRREAL SOMBRIO", inside=facts))
    known = {"countries": frozenset({"CL"}), "dates_of_birth": ("1961-04-30",)}

    assert found("Baldomero Quimera") == []
    assert found("Baldomero Quimera", **known) == ["1"]


def test_a_search_takes_two_queries_once_the_index_stands(load_un, django_assert_num_queries):
    load_un(QUIMERA, SOMBRA, WORKS)
    found("Baldomero Quimera")

    with django_assert_num_queries(2):
        assert found("Baldomero Quimera") == ["1"]
    with django_assert_num_queries(1):
        assert found("Óptica del Istmo") == []


def test_the_search_gives_what_comparing_with_everybody_gives(load_un):
    load_un(QUIMERA, SOMBRA, WORKS, un_person(4, "EL IRREAL", inside=un_alias("Norah Irreal")))
    party = Subject(("Nora Irreal", "B. Quimera"), frozenset({"PA"}), "person")

    everybody = {
        entity.pk: compare(
            party,
            Subject(
                tuple(entity.names.order_by("pk").values_list("name", flat=True)),
                frozenset(entity.countries),
                entity.kind,
                weak_names=frozenset(entity.names.filter(kind="weak-alias").values_list("name", flat=True)),
            ),
        )
        for entity in ListedEntity.objects.in_force(NOON)
    }
    hits = {pk: score for pk, score in everybody.items() if score.points >= search.points_worth_a_look()}

    assert {match.entity.pk: match.score for match in find_matches(party, at=NOON)} == hits
    assert len(hits) == 3


def test_only_the_newest_indexes_are_kept(load_un):
    for day in range(4):
        at = NOON + timedelta(days=day)
        load_un(QUIMERA, *(un_person(10 + extra, f"EXTRA {extra}") for extra in range(day)), at=at)
        assert found("Baldomero Quimera", at=at) == ["1"]

    assert len(search._indexes) == search.INDEXES_KEPT


@pytest.mark.django_db(transaction=True)
def test_threads_that_ask_at_once_share_one_index(load_un, monkeypatch):
    load_un(QUIMERA, SOMBRA)
    built, answers = [], []
    original = index_store.get

    def build_slowly(key, listed):
        built.append(1)
        time.sleep(0.2)
        return original(key, listed)

    monkeypatch.setattr(index_store, "get", build_slowly)

    def ask():
        answers.append(found("Baldomero Quimera"))
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == [["1"]] * 4
    assert len(built) == 1
