"""Suggestions over the catalogue that comes with the portal."""

from datetime import timedelta

import pytest
from django.db import transaction

from screening.classification import NoEditionInForce, suggest
from screening.classification.answers import Goods, Precedent
from screening.control import catalogue
from tests.factories import NOON


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        yield catalogue.load(by_name="Prueba", at=NOON)
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def military(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        yield catalogue.load(by_name="Prueba", at=NOON, folder=catalogue.FOLDER / "eu-military")
        transaction.set_rollback(True)


def answer(goods, language="en", **options):
    return suggest(goods, at=NOON, language=language, **options)


def bases(goods, language="en", **options):
    return [one.base for one in answer(goods, language, **options).suggestions]


def reasons(suggestion):
    return {reason.code for reason in suggestion.reasons}


@pytest.mark.parametrize("asked", ["thermal imaging camera", "Cámara termográfica", "camara termografica"])
def test_goods_are_found_in_both_languages_whoever_reads(db, loaded, asked):
    assert bases(Goods(asked))[0] == "6A003"
    assert bases(Goods(asked), language="es")[0] == "6A003"


def test_the_path_is_in_the_readers_language_and_the_shared_words_are_marked(db, loaded):
    found = answer(Goods("cámara termográfica"), "es").suggestions[0]

    assert found.path[0].title.startswith("Cámaras")
    assert "Cámaras" in found.words
    assert "words" in reasons(found)


@pytest.mark.parametrize(("language", "word"), [("es", "cámaras"), ("en", "cameras")])
def test_the_words_in_common_are_the_readers_as_they_are_written(db, loaded, language, word):
    found = answer(Goods("cámara termográfica"), language).suggestions[0]

    said = next(reason.detail for reason in found.reasons if reason.code == "words")
    assert word in said.split(", ")


def test_without_an_edition_in_force_nothing_is_said(db, loaded):
    with pytest.raises(NoEditionInForce):
        suggest(Goods("laser"), at=NOON - timedelta(days=1), language="en")


def test_words_that_nothing_shares_find_nothing_and_the_questions_beside_the_list_remain(db, loaded):
    found = answer(Goods("xyzzyq"), "es")

    assert found.suggestions == ()
    assert not found.may_be_listed
    assert found.catch_all


@pytest.mark.parametrize("goods", [Goods("10025-87-3"), Goods("liquid in drums", cas=("10025-87-3",))])
def test_a_substance_is_found_by_its_number(db, loaded, goods):
    found = answer(goods)

    assert found.suggestions[0].base == "1C350"
    assert "substance" in reasons(found.suggestions[0])
    assert found.may_be_listed


def test_a_number_whose_check_digit_is_wrong_says_nothing(db, loaded):
    assert "1C350" not in bases(Goods("10025-87-4"))


@pytest.mark.parametrize("name", ["phosphoryl chloride", "Oxicloruro de fósforo"])
def test_a_substance_is_found_by_any_of_its_names(db, loaded, name):
    assert bases(Goods(name))[0] == "1C350"


@pytest.mark.parametrize(
    ("asked", "letter"),
    [
        ("encryption device", "A"),
        ("encryption software", "D"),
        ("technical data for encryption devices", "E"),
    ],
)
def test_words_for_software_and_technology_choose_the_group(db, loaded, asked, letter):
    assert bases(Goods(asked))[0] == f"5{letter}002"


def test_a_customs_code_is_a_reason_and_never_finds_by_itself(db, loaded):
    with_code = answer(Goods("thermal imaging camera", hs_code="852589"))

    assert "hs" in reasons(with_code.suggestions[0])
    assert bases(Goods("xyzzyq", hs_code="852589")) == []


def test_a_claimed_code_far_from_everything_found_is_a_question(db, loaded):
    claims = answer(Goods("thermal imaging camera", claimed=("6A003.b", "1C351", "9Z999"))).claims

    assert [(claim.is_known, claim.is_far) for claim in claims] == [
        (True, False),
        (True, True),
        (False, False),
    ]
    assert claims[0].place == 1


def test_goods_classified_before_lead_only_when_very_alike(db, loaded):
    before = Precedent("PA-1", "ocean bottom listening array KX-200", ("6A001",))
    asked = Goods("listening array KX-200 for the ocean bottom")

    assert bases(asked, precedents=(before,))[0] == "6A001"
    assert answer(asked, precedents=(before,)).suggestions[0].precedents == ("PA-1",)
    others = (Precedent("PA-2", "stainless steel kitchen sink", ("1C351",)),)
    assert bases(asked, precedents=others) == bases(asked)


@pytest.mark.parametrize(
    "ordinary", ["Cotton T-shirts for men", "Fresh pineapples in boxes", "Wooden kitchen chairs"]
)
def test_ordinary_goods_raise_no_alarm(db, loaded, ordinary):
    assert not answer(Goods(ordinary)).may_be_listed


@pytest.mark.parametrize(
    "listed", ["Cámara térmica no enfriada", "inertial navigation system", "válvula de bola"]
)
def test_goods_of_the_trade_raise_the_alarm(db, loaded, listed):
    assert answer(Goods(listed)).may_be_listed


def test_the_questions_of_the_catalogue_are_asked_in_the_readers_language(db, loaded):
    asked = answer(Goods("thermal imaging camera"), "es").suggestions[0].questions

    assert asked and all(question.startswith("¿") or "?" in question for question in asked)


def test_no_more_than_the_limit_is_answered_and_each_code_once(db, loaded):
    found = bases(Goods("laser"), limit=4)

    assert len(found) == 4
    assert len(set(found)) == 4


@pytest.mark.parametrize(
    ("asked", "code"),
    [("fusil de asalto", "ML1"), ("armoured personnel carrier", "ML6"), ("howitzer", "ML2")],
)
def test_the_military_list_is_asked_as_well(db, military, asked, code):
    assert bases(Goods(asked), list_code="eu-military")[0] == code


LONG = "Sample drum, returned by the customer for analysis in our laboratory next month, with papers"


@pytest.mark.parametrize("goods", [Goods(f"{LONG}, CAS 111-48-8"), Goods(LONG, cas=("111-48-8",))])
def test_the_number_of_a_listed_substance_raises_the_alarm_whatever_stands_around_it(db, loaded, goods):
    assert not answer(Goods(LONG)).may_be_listed
    assert answer(goods).may_be_listed


def test_goods_that_people_found_to_be_listed_raise_the_alarm(db, loaded):
    before = [Precedent("k", LONG, ("6A005",))]

    assert answer(Goods(LONG), precedents=before).may_be_listed


def test_names_of_maker_and_model_change_nothing(db, loaded):
    plain = answer(Goods("thermal imaging camera"))
    named = answer(Goods("thermal imaging camera", maker="Korvalent GmbH 8810-B"))

    assert named.alarm == pytest.approx(plain.alarm)
    assert [one.code for one in named.suggestions] == [one.code for one in plain.suggestions]


def test_words_of_the_trade_in_the_name_of_a_model_are_heeded(db, loaded):
    assert bases(Goods("Equipo", maker="Korvalent thermal imaging 8810"))[0] == "6A003"


def test_a_substance_is_nothing_else_whoever_makes_it(db, loaded):
    made = answer(Goods("phosphoryl chloride", maker="Korvalent 8810"))

    assert made.suggestions[0].score == 1
    assert made.suggestions[0].base == "1C350"
    assert made.alarm == pytest.approx(answer(Goods("phosphoryl chloride")).alarm)
