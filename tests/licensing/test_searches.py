"""Asking the lists outside a case: what is asked stays written, and nothing looks clean by mistake."""

from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from licensing import searches
from licensing.models import ListSearch, SearchWay
from licensing.searches import Asked, ListNotInForce
from portal.database import as_owner
from screening.search import NoListInForce
from tests.factories import NOON, CalibrationFactory, ListedEntityFactory, ListVersionFactory, UserFactory

QUIMERA = Asked(names=("Quimera Láser",), kind="organisation", countries=("CL",))


@pytest.fixture
def listed(db):
    return ListedEntityFactory(
        primary_name="Quimera Laser Industrias",
        version__source="national",
        identifiers=[{"kind": "IMO number", "number": "9074729", "country": "", "note": ""}],
        addresses=[
            {"text": "Vía España 12, Edificio/Torre Nº 4-6, Colón", "country": "PA", "note": ""},
            {"text": "ул. Ленина 5, Москва", "country": "RU", "note": ""},
        ],
    )


def ask(officer, *parties, **more):
    return searches.ask(parties or [QUIMERA], way=SearchWay.PAGE, by=officer, at=NOON, **more)


def test_an_answer_is_written_down_with_who_asked_about_whom(officer, listed):
    answer = ask(officer)

    written = ListSearch.objects.get()
    assert [match.entity for match in answer.matches[0]] == [listed]
    assert (written.by, written.at, written.way, written.organisation) == (officer, NOON, "page", None)
    assert written.asked == [{"names": ["Quimera Láser"], "kind": "organisation", "countries": ["CL"]}]
    assert (written.list_versions, written.points, written.hits_count) == ([listed.version_id], 70.0, 1)


def test_it_says_for_whom_a_person_acted(exporter, listed):
    searches.ask([QUIMERA], way=SearchWay.PRECHECK, by=exporter, at=NOON)

    assert ListSearch.objects.get().organisation == exporter.organisation


def test_several_parties_get_their_answers_in_order(officer, listed):
    answer = ask(officer, Asked(names=("Panadería Modelo",)), QUIMERA)

    assert [len(found) for found in answer.matches] == [0, 1]
    assert ListSearch.objects.count() == 1


def test_a_number_alone_finds_who_has_it(officer, listed):
    [[match]] = ask(officer, Asked(identifiers=("IMO 9074729",))).matches

    assert match.entity == listed
    assert match.score.points == 95


def test_only_the_lists_asked_for_are_answered_from(officer, listed):
    other = ListVersionFactory(source="foreign-denials")

    answer = ask(officer, lists=["foreign-denials"])

    assert answer.versions == (other,)
    assert answer.matches == ((),)
    assert ListSearch.objects.get().list_versions == [other.pk]


def test_a_list_that_is_not_in_force_gives_no_clean_answer(officer, listed):
    with pytest.raises(ListNotInForce) as refused:
        ask(officer, lists=["national", "ofac-sdn"])

    assert refused.value.keys == ["ofac-sdn"]


def test_without_a_list_in_force_nobody_is_clear(officer):
    with pytest.raises(NoListInForce):
        ask(officer)

    assert not ListSearch.objects.exists()


def test_nobody_gets_more_than_the_thresholds_in_force_give(officer, listed):
    CalibrationFactory(worth=96, medium_from=97, high_from=98, at=NOON)

    assert ask(officer, points=50).matches == ((),)
    assert ListSearch.objects.get().points == 96


def test_more_points_may_be_asked_for(officer, listed):
    assert ask(officer, points=99).matches == ((),)


@pytest.mark.parametrize(
    "words", ["via espana", "VÍA ESPAÑA, 12", "colon torre", "edificio 4", "espa", "Ленина", "4-6"]
)
def test_an_address_is_found_by_its_words_whatever_their_accents(officer, listed, words):
    versions, found = searches.ask_address(words, by=officer, at=NOON)

    assert (versions, found) == ((listed.version,), [listed])
    assert ListSearch.objects.get().asked == [{"address": words}]


@pytest.mark.parametrize("words", ["via chile", "text", "PA", "12 13"])
def test_all_words_of_an_address_must_be_there(officer, listed, words):
    assert searches.ask_address(words, by=officer, at=NOON)[1] == []


def test_the_country_of_an_address_narrows_the_search(officer, listed):
    assert searches.ask_address("colon", country="PA", by=officer, at=NOON)[1] == [listed]
    assert searches.ask_address("colon", country="CL", by=officer, at=NOON)[1] == []


def test_an_address_without_a_word_is_no_question(officer, listed):
    with pytest.raises(ValueError, match="without a word"):
        searches.ask_address("--- !", by=officer, at=NOON)


def test_addresses_of_ended_versions_are_not_searched(officer, listed):
    ended = ListVersionFactory(in_force_to=datetime(2026, 2, 1, tzinfo=UTC))
    ListedEntityFactory(version=ended, addresses=listed.addresses)

    assert searches.ask_address("colon", by=officer, at=NOON)[1] == [listed]


def test_addresses_fails_closed_too(officer):
    with pytest.raises(NoListInForce):
        searches.ask_address("colon", by=officer, at=NOON)


@pytest.mark.parametrize(
    "statement", ["UPDATE licensing_listsearch SET by_id = 1", "DELETE FROM licensing_listsearch"]
)
def test_what_was_asked_stays_even_for_the_owner(transactional_db, statement):
    written(UserFactory())

    with as_owner(), pytest.raises(DatabaseError, match="append-only"), connection.cursor() as cursor:
        cursor.execute(statement)


def written(by, **more):
    facts = {"way": "page", "at": NOON, "asked": [], "list_versions": [1], "hits_count": 0, **more}
    return ListSearch.objects.create(by=by, **facts)


@pytest.mark.parametrize(
    ("facts", "rule"),
    [
        ({"by": None}, "only_a_file_is_compared_without_an_account"),
        ({"way": "ouija"}, "the_way_of_asking_is_known"),
        ({"way": "precheck"}, "a_pre_check_is_made_for_an_organisation"),
        ({"list_versions": []}, "an_answer_rests_on_at_least_one_list"),
    ],
)
def test_the_database_keeps_the_log_whole(officer, facts, rule):
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        written(**{"by": officer, **facts})
