"""Is a licence needed? What each answer rests on, and that no answer ever says no."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.utils import translation

from licensing.country import Embargo, pack
from licensing.determination import Asked, Match, Outcome, determine, law_at, of_application
from licensing.determination_words import SENTENCES, VERDICTS, sentence
from licensing.models import EndUseQuestion, PartyRole
from screening.codes import normalise_code
from screening.control import general_licences, parser_of
from screening.control.finding import find
from screening.control.general_licences import Covers
from screening.control.grounds import Ground, Weight
from screening.control.load import load
from tests.factories import (
    NOON,
    ApplicationFactory,
    EndUseDeclarationFactory,
    GoodsLineFactory,
    PartyFactory,
)
from tests.screening.control.files import ccl, correlation, eu_json, jsonl

NO = dict.fromkeys(EndUseQuestion, False)
LATER = NOON + timedelta(days=1)


@pytest.fixture
def take(db, tmp_path):
    def take_it(source, content, at=NOON, **options):
        path = tmp_path / "list"
        path.write_bytes(content)
        return load(source, parser_of(source), path, by_name="Prueba", at=at, **options)

    return take_it


@pytest.fixture
def listed(take):
    return take("eu-annex1-json", eu_json())


def europe():
    """A pack like that of a member of the European Union, which has general licences."""
    here = pack()
    return replace(here, determining=replace(here.determining, general_licences=("eu",)))


def ask(code="3A001.a", destination="JP", country=None, at=NOON, **facts):
    asked = Asked(code, destination, **{"answers": NO, **facts})
    country = country or pack()
    return determine(asked, law_at(at, [asked], country), country)


def codes(answer):
    return [ground.code for ground in (*answer.grounds, *answer.foreign)]


def test_listed_goods_need_a_licence_where_the_law_knows_no_general_one(listed):
    answer = ask()

    assert answer.outcome is Outcome.NEEDED
    assert codes(answer)[:2] == ["listed", "no-general-licence"]
    assert answer.editions == (listed,)
    assert "2026-01-15" in str(answer.grounds[0].basis)


def test_goods_on_no_list_leave_questions_and_a_check_and_nothing_milder(listed):
    answer = ask("", answers={})

    assert answer.outcome is Outcome.QUESTIONS
    assert answer.open_questions == tuple(EndUseQuestion)
    with translation.override("en"):
        assert "frees nothing" in str(VERDICTS[answer.outcome].reason)
        assert "Nobody has checked" in sentence(answer.grounds[0])


def test_there_is_no_answer_that_says_no(listed):
    for language in ("es", "en"):
        with translation.override(language):
            said = " ".join(f"{one.word} {one.reason}" for one in VERDICTS.values()).lower()
        assert "no licence is needed" not in said and "no se necesita" not in said
    assert set(VERDICTS) == set(Outcome)


@pytest.mark.parametrize(
    ("question", "outcome"),
    [
        (EndUseQuestion.WMD, Outcome.NEEDED),
        (EndUseQuestion.INFORMED, Outcome.NEEDED),
        (EndUseQuestion.MILITARY, Outcome.PERSON),
        (EndUseQuestion.ONWARD, Outcome.PERSON),
        (EndUseQuestion.UNUSUAL, Outcome.PERSON),
    ],
)
def test_a_yes_about_the_end_use_weighs_though_no_list_names_the_goods(listed, question, outcome):
    answer = ask("", answers={**NO, question: True})

    assert answer.outcome is outcome
    assert "declared" in codes(answer)


def test_military_use_under_an_arms_embargo_needs_a_licence(listed):
    answer = ask("", "LY", answers={**NO, EndUseQuestion.MILITARY: True})

    assert answer.outcome is Outcome.NEEDED
    assert {"embargo", "declared-under-embargo"} <= set(codes(answer))


def test_an_embargo_counts_where_only_the_end_user_sits_there(listed):
    answer = ask("", "JP", end_user_countries=("LY",))

    assert "embargo" in codes(answer)


def test_goods_for_a_country_with_forbidden_programmes_are_for_a_person(listed):
    assert ask("", "KP").outcome is Outcome.PERSON
    assert "embargo-and-programmes" in codes(ask("", "KP"))


@pytest.mark.parametrize("match", [Match.OPEN, Match.SAME])
def test_an_end_user_who_may_be_listed_is_for_a_person(listed, match):
    assert ask("", end_user_match=match).outcome is Outcome.PERSON


def test_what_stays_in_the_country_and_what_says_no_destination_is_for_a_person(listed):
    assert "inside" in codes(ask("", "PA"))
    assert ask("", "").outcome is Outcome.PERSON


def test_a_code_that_no_edition_has_is_for_a_person(listed):
    assert ask("9A999").outcome is Outcome.PERSON
    assert "not-in-edition" in codes(ask("9A999"))


def test_without_a_list_in_force_nothing_is_answered_by_rule(db):
    assert ask().outcome is Outcome.PERSON
    assert ask("").outcome is Outcome.PERSON


def test_a_paragraph_that_the_edition_lacks_is_taken_as_what_stands_above_it(listed):
    answer = ask("3A001.a.9.z")

    assert answer.outcome is Outcome.NEEDED
    unknown = next(ground for ground in answer.grounds if ground.code == "paragraph-unknown")
    assert unknown.details == {"entry": "3A001.a.9.z", "top": "3A001.a"}


def test_an_old_code_is_found_under_the_one_it_has_now(take):
    row = {"code": "1E001", "official": {"es": "Tecnología"}, "aliases": ["1E9", "1C350-16", "8A00201e"]}
    edition = take("table", jsonl(row))
    here = pack()
    country = replace(here, determining=replace(here.determining, lists=("pa-national",)))

    for old in ("1E9", "1C350-16", "8A00201e"):
        assert codes(ask(normalise_code(old), country=country))[:2] == ["listed", "moved"]
        assert find(edition, old) == ["1E001"]


# --- general licences ---


def test_a_general_licence_may_serve_with_its_conditions(listed):
    answer = ask("3A001.a", "JP", europe())

    assert answer.outcome is Outcome.GENERAL
    assert [one.code for one in answer.general] == ["EU001"]
    assert [one.code for one in answer.general[0].conditions][0] == "annex-iv"


@pytest.mark.parametrize(
    ("code", "destination", "served"),
    [
        ("3A001.a", "CL", ["EU003", "EU004"]),
        ("1E001", "JP", ["EU001"]),  # technology of it
        ("1E001", "CL", ["EU007"]),
        ("3A001.a", "CO", []),  # no destination of any
    ],
)
def test_entry_and_destination_must_both_be_covered(listed, code, destination, served):
    answer = ask(code, destination, europe())

    assert [one.code for one in answer.general] == served
    assert (answer.outcome is Outcome.GENERAL) == bool(served)
    assert ("no-general-serves" in codes(answer)) == (not served)


def test_a_general_licence_for_some_paragraphs_only_is_told_and_does_not_serve(listed):
    answer = ask("3A001.a", "KR", europe())  # EU002 names 3A001.a.3 and others

    assert "general-in-part" in codes(answer)
    assert "EU002" not in [one.code for one in answer.general]


def test_the_end_user_must_sit_where_the_general_licence_reaches(listed):
    assert ask("3A001.a", "JP", europe(), end_user_countries=("CO",)).outcome is Outcome.NEEDED


def test_no_general_licence_is_proposed_under_an_embargo_or_a_yes(listed):
    under = replace(
        europe(),
        determining=replace(
            europe().determining, embargoes=(Embargo("JP", "1 (2026)", is_on_all=True, has_programmes=False),)
        ),
    )

    assert ask("3A001.a", "JP", under).outcome is Outcome.NEEDED
    told = ask("3A001.a", "JP", europe(), answers={**NO, EndUseQuestion.WMD: True})
    assert told.outcome is Outcome.NEEDED and told.general == ()


def test_doubts_are_stronger_than_a_general_licence(listed):
    told = ask("3A001.a", "JP", europe(), answers={**NO, EndUseQuestion.ONWARD: True})

    assert told.outcome is Outcome.PERSON


@pytest.mark.parametrize(
    ("licence", "code", "covers"),
    [
        ("EU001", "3A001", Covers.YES),
        ("EU001", "1C351.a", Covers.NO),
        ("EU001", "1C450", Covers.IN_PART),  # some paragraphs are left out
        ("EU001", "1C450.a.1", Covers.NO),
        ("EU002", "3A001.a.3.b", Covers.YES),
        ("EU002", "3A001.a.1", Covers.NO),
        ("EU002", "3A001", Covers.IN_PART),
        ("EU003", "3E001", Covers.NO),
        ("EU007", "3A001", Covers.NO),
        ("EU007", "3E001", Covers.YES),
        ("EU006", "1C350.4", Covers.NO),
        ("EU006", "1C350.65", Covers.YES),
    ],
)
def test_a_general_licence_covers_what_its_annex_says(licence, code, covers):
    found = {one.code: one for one in general_licences.load("eu")}

    assert found[licence].covers(code) is covers


def test_the_eight_authorisations_reach_their_destinations():
    found = {one.code: one for one in general_licences.load("eu")}

    assert list(found) == [f"EU00{number}" for number in range(1, 9)]
    assert found["EU001"].reaches("JP") and not found["EU001"].reaches("KR")
    assert found["EU008"].reaches("CO") and not found["EU008"].reaches("JP")  # EU001 serves there
    assert not found["EU008"].reaches("VE")
    assert all(one.es and one.en for licence in found.values() for one in licence.conditions)


# --- the law of the origin ---


def test_goods_of_american_origin_are_looked_up_in_their_list_too(listed, take):
    take("us-ccl", ccl(), dated=date(2026, 1, 15))

    assert "foreign-listed" in codes(ask("3A001.a", origin="US"))
    found = codes(ask("3A001.a", origin="US"))
    assert "us-no-chart" in found
    assert "us-no-mark" not in found  # an empty cell of a chart that nobody has says nothing
    assert not ask("3A001.a", origin="DE").foreign
    assert not ask("3A001.a", "US", origin="US").foreign


def test_what_the_law_of_the_origin_says_is_for_a_person_here(take):
    take("us-ccl", ccl(), dated=date(2026, 1, 15))
    here = pack()
    none = replace(here, determining=replace(here.determining, lists=()))

    answer = ask("3A001.a", origin="US", country=none)

    assert answer.outcome is Outcome.PERSON


def test_a_list_of_the_origin_that_is_not_loaded_or_lacks_the_code_is_for_a_person(listed, take):
    assert "foreign-not-loaded" in codes(ask("3A001.a", origin="US"))
    take("us-ccl", ccl("<FP-2><B>9A001 Toys.</B></FP-2>"), dated=date(2026, 1, 15))
    assert "foreign-not-listed" in codes(ask("3A001.a", origin="US"))


# --- cases ---


@pytest.fixture
def case(listed):
    case = ApplicationFactory(destination="LY", status="in-review", submitted_at=NOON)
    GoodsLineFactory(application=case, control_code="3A001.a")
    GoodsLineFactory(application=case, control_code="")
    PartyFactory(application=case, role=PartyRole.END_USER, country="KP")
    EndUseDeclarationFactory(application=case, question="wmd", answer=False)
    return case


def test_each_line_of_a_case_gets_its_answer(case):
    answers = [answer for _line, answer in of_application(case, pack(), LATER)]

    assert [answer.outcome for answer in answers] == [Outcome.NEEDED, Outcome.PERSON]
    assert EndUseQuestion.WMD not in answers[0].open_questions
    assert "embargo-and-programmes" in codes(answers[1])  # where the end user sits


def test_a_case_keeps_the_edition_that_was_in_force_when_it_was_handed_in(case, listed, take):
    new = take(
        "eu-annex1-json",
        eu_json({"1E001": "1E001 B"}, valid_from="2026-02-01"),
        at=LATER,
        agreed_by_name="Otra persona",
    )

    [(_line, kept), _other] = of_application(case, pack(), LATER + timedelta(days=1))
    assert kept.editions == (listed,) and kept.grounds[0].code == "listed"

    case.submitted_at = None  # a draft goes by what is in force now
    [(_line, now), _other] = of_application(case, pack(), LATER + timedelta(days=1))
    assert now.editions == (new,) and now.grounds[0].code == "not-in-edition"


def test_many_lines_ask_the_database_no_more_than_few(case, take, django_assert_max_num_queries):
    take("us-ccl", ccl(), dated=date(2026, 1, 15))
    for _each in range(20):
        GoodsLineFactory(application=case, control_code="3A001.b", origin="US")

    with django_assert_max_num_queries(14):
        assert len(of_application(case, pack(), LATER)) == 22


# --- words ---


def test_every_ground_has_its_sentence_in_both_languages(case, take):
    take("us-ccl", ccl(), dated=date(2026, 1, 15))
    words = "entry now top list licence country resolutions scope column prose reason text numbers groups"
    details = dict.fromkeys(f"{words} hs entries tier measure".split(), "X")
    for code in SENTENCES:
        for language in ("es", "en"):
            with translation.override(language):
                said = sentence(Ground(code, Weight.FACT, "", {**details, "question": "wmd"}))
                assert said != code and "%(" not in said
    used = {code for country in (pack(), europe()) for code in codes(ask(country=country, origin="US"))}
    assert used <= set(SENTENCES)


def test_countries_and_questions_are_named_in_the_readers_language(listed):
    answer = ask("", "LY", answers={**NO, EndUseQuestion.WMD: True})
    with translation.override("es"):
        said = " ".join(map(sentence, answer.grounds))
    assert "Libia" in said and "armas químicas" in said


# --- hints ---


def test_a_customs_code_gives_hints_that_decide_nothing(listed, take):
    rows = "# list: toys\n# published_on: 2026-02-01\n# rows: 1\nhs,measure\n854231,annex I\n"
    take("watched-goods", rows.encode())
    take(
        "eu-correlation",
        correlation(("854231", None, "3A001.a"), ("854231", None, "1E001")),
        dated=NOON.date(),
    )

    answer = ask("3A001.a", "JP", europe(), hs_code="8542310000")
    told = {ground.code: ground for ground in answer.grounds}

    assert told["hs-hint"].details["entries"] == "1E001"  # its own entry is no news
    assert told["high-priority"].details["tier"] == "1"
    assert told["measure"].details["measure"] == "annex I"
    assert answer.outcome is Outcome.GENERAL == ask("3A001.a", "JP", europe()).outcome
    assert ask("", hs_code="8542310000").outcome is Outcome.QUESTIONS


def test_goods_that_stay_in_this_country_are_no_export_and_somebody_looks(listed):
    answer = ask(destination=pack().code)

    assert answer.outcome is Outcome.PERSON
    assert codes(answer)[:2] == ["inside", "listed"]
    assert "no-general-licence" not in codes(answer)
    assert "no es una exportación" in sentence(answer.grounds[0])


def test_a_use_that_needs_a_licence_needs_it_inside_this_country_too(listed):
    answers = {**NO, EndUseQuestion.WMD: True}

    assert ask("", destination=pack().code, answers=answers).outcome is Outcome.NEEDED
