"""Goods that resemble listed ones are not filed unasked; what cannot be looked at holds nobody up."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import translation

from licensing import completeness, goods_checks, workflow
from licensing.actions import applications, drafts
from licensing.classification import Offer, Weighed, digest
from licensing.completeness import Section
from licensing.errors import Refused
from licensing.models import Action, ApplicationStatus, GoodsCheck, GoodsLine, SuggestionAnswer
from screening.classification.answers import Answer, Claim, Suggestion
from tests.factories import NOON, ApplicationFactory, GoodsCheckFactory, GoodsLineFactory, edition_in_force

FOUND = (("6A005", 1.0), ("5A002", 0.9), ("6A005.a", 0.85), ("5A002.b", 0.84), ("5A002.c", 0.2))


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def draft(exporter):
    return ApplicationFactory(organisation=exporter.organisation, created_by=exporter, complete=True)


@pytest.fixture
def line(draft):
    """Return the only line of the draft, which its exporter says is not listed."""
    draft.goods.update(control_code="")
    return draft.goods.get()


def answer(claims: tuple[Claim, ...] = (), alarm: float = 0.8, found=FOUND) -> Answer:
    rows = tuple(Suggestion(code, code, 1, score, ()) for code, score in found)
    return Answer(edition_in_force().pk, "2026", rows, alarm=alarm, may_be_listed=alarm >= 0.5, claims=claims)


@pytest.fixture
def search(db, monkeypatch):
    """Let the search know lasers; it keeps what it was asked."""
    asked = []
    edition = edition_in_force()

    def suggest(goods, **how):
        asked.append((goods, how))
        claims = tuple(Claim(code, True, code != "6A005") for code in goods.claimed)
        return answer(claims) if "áser" in goods.text else answer(claims, alarm=0.1)

    monkeypatch.setattr(goods_checks, "suggest", suggest)
    monkeypatch.setattr(goods_checks, "edition_ready", lambda _at: edition)
    return asked


def asked_of(draft) -> goods_checks.Asked:
    [one] = goods_checks.asked(draft)
    return one


def say(draft, line, exporter, reason="Es de CO2.", seen=None, **more):
    how = {"by": exporter, "at": NOON, "seen": seen or digest(line), **more}
    return drafts.say_why_not(draft.pk, line.pk, reason=reason, **how)


# --- what is asked ---


def test_what_names_no_entry_is_asked_about_those_it_resembles_most():
    assert goods_checks.to_ask_about(replace(answer_without_a_database(), claims=())) == (
        "6A005",
        "5A002",
        "6A005.a",
    )


def answer_without_a_database(**more) -> Answer:
    rows = tuple(Suggestion(code, code, 1, score, ()) for code, score in FOUND)
    return Answer(1, "2026", rows, **{"alarm": 0.8, "may_be_listed": True, **more})


def test_what_falls_behind_the_likeliest_is_not_named():
    found = answer_without_a_database()
    rows = (found.suggestions[0], replace(found.suggestions[1], score=0.5))

    assert goods_checks.to_ask_about(replace(found, suggestions=rows)) == ("6A005",)


def test_goods_without_an_alarm_are_not_asked_about():
    assert goods_checks.to_ask_about(answer_without_a_database(may_be_listed=False)) == ()


@pytest.mark.parametrize("claim", [Claim("6A005", True, False, 1), Claim("0Z999", False, False)])
def test_a_claim_that_is_near_or_of_another_list_is_not_asked_about(claim):
    assert goods_checks.to_ask_about(answer_without_a_database(claims=(claim,))) == ()


def test_a_claim_unlike_everything_found_is_asked_about():
    claim = Claim("1C350", True, is_far=True)

    assert goods_checks.to_ask_about(answer_without_a_database(claims=(claim,)))[0] == "6A005"


# --- when it is asked ---


def test_a_line_is_looked_at_once_for_what_it_says(draft, line, search):
    goods_checks.check(draft, NOON)
    goods_checks.check(draft, NOON + timedelta(hours=1))

    row = GoodsCheck.objects.get()
    assert (row.line, row.edition, row.at) == (line, edition_in_force(), NOON)
    assert (str(row.alarm), row.codes) == ("0.800", ["6A005", "5A002", "6A005.a"])
    assert len(search) == 1


def test_goods_described_otherwise_are_asked_about_anew(draft, line, search, exporter):
    goods_checks.check(draft, NOON)
    say(draft, line, exporter)
    GoodsLine.objects.update(description="Otro láser")
    assert asked_of(draft).check is None

    goods_checks.check(draft, NOON)

    assert asked_of(draft).open_codes == ("6A005", "5A002", "6A005.a")
    assert GoodsCheck.objects.count() == 2


def test_what_others_declared_is_not_looked_at(draft, line, search):
    GoodsLineFactory(application__status="submitted", application__submitted_at=NOON)

    goods_checks.check(draft, NOON)

    [(_goods, how)] = search
    assert how["precedents"] == []


def test_without_a_list_or_an_index_nobody_is_held_up(draft, line, exporter):
    goods_checks.check(draft, NOON)

    assert asked_of(draft).check is None
    applications.submit(draft.pk, by=exporter, at=NOON)


def test_what_was_handed_in_is_not_looked_at_any_more(search):
    case = ApplicationFactory(in_review=True)

    goods_checks.check(case, NOON)

    assert not GoodsCheck.objects.exists()


def test_only_so_many_lines_are_looked_at_while_somebody_waits(draft, line, search, monkeypatch):
    GoodsLineFactory(application=draft, number=2)
    monkeypatch.setattr(goods_checks, "LINES_AT_ONCE", 1)

    goods_checks.check(draft, NOON)
    assert [one.check is None for one in goods_checks.asked(draft)] == [False, True]
    goods_checks.check(draft, NOON)
    assert [one.check is None for one in goods_checks.asked(draft)] == [False, False]


def test_a_line_removed_meanwhile_is_no_trouble(draft, line, search, monkeypatch):
    found = goods_checks._look_at([line], draft, NOON)
    GoodsLine.objects.filter(pk=line.pk).delete()

    goods_checks._keep(draft, edition_in_force(), found, NOON)

    assert not GoodsCheck.objects.exists()


# --- the answer ---


def test_nothing_is_filed_while_a_question_is_open(draft, line, exporter, search):
    goods_checks.check(draft, NOON)

    with pytest.raises(Refused, match="question about line 1"):
        applications.submit(draft.pk, by=exporter, at=NOON)


def test_with_the_reason_it_is_filed(draft, line, exporter, search):
    goods_checks.check(draft, NOON)

    say(draft, line, exporter)

    asked = asked_of(draft)
    assert (asked.is_open, asked.reasons) == (False, ("Es de CO2.",))
    assert [(row.code, row.answer, row.by) for row in asked.answers] == [
        ("6A005", SuggestionAnswer.REJECTED, exporter),
        ("5A002", SuggestionAnswer.REJECTED, exporter),
        ("6A005.a", SuggestionAnswer.REJECTED, exporter),
    ]
    applications.submit(draft.pk, by=exporter, at=NOON)


def test_with_the_code_it_is_filed(draft, line, exporter, search):
    goods_checks.check(draft, NOON)
    draft.goods.update(control_code="6A005")

    goods_checks.check(draft, NOON)

    assert asked_of(draft).check.codes == []
    applications.submit(draft.pk, by=exporter, at=NOON)


def test_entries_rejected_beside_the_form_are_answered_for(draft, line, exporter, search):
    goods_checks.check(draft, NOON)
    rejected = Weighed("6A005", 1, SuggestionAnswer.REJECTED, "Es de CO2.")
    fields = {"description": line.description, "control_code": ""}
    drafts.put_goods(
        draft.pk, line.pk, by=exporter, at=NOON, offer=Offer(edition_in_force().pk, (rejected,)), **fields
    )

    assert asked_of(draft).open_codes == ("5A002", "6A005.a")
    say(draft, line, exporter, "Es otra cosa.")
    assert asked_of(draft).reasons == ("Es de CO2.", "Es otra cosa.")


def test_an_answer_that_is_taken_back_leaves_the_question_open(draft, line, exporter, search):
    goods_checks.check(draft, NOON)
    say(draft, line, exporter)
    forgotten = Offer(edition_in_force().pk, (Weighed("6A005", 1),))
    later = NOON + timedelta(minutes=1)

    drafts.put_goods(draft.pk, line.pk, by=exporter, at=later, offer=forgotten, description=line.description)

    assert asked_of(draft).open_codes == ("6A005",)


def test_the_same_answer_twice_is_kept_once(draft, line, exporter, search):
    goods_checks.check(draft, NOON)
    say(draft, line, exporter)
    say(draft, line, exporter, "Otra razón.")

    assert line.suggestions.count() == 3
    assert asked_of(draft).reasons == ("Es de CO2.",)


def test_an_answer_about_goods_that_changed_is_refused(draft, line, exporter, search):
    goods_checks.check(draft, NOON)
    seen = digest(line)
    GoodsLine.objects.update(description="Otro láser")
    goods_checks.check(draft, NOON)

    with pytest.raises(Refused, match="changed meanwhile"):
        say(draft, line, exporter, seen=seen)


def test_a_reason_is_needed_and_only_the_own_company_gives_it(draft, line, exporter, officer, search):
    goods_checks.check(draft, NOON)

    with pytest.raises(Refused, match="Give the reason"):
        say(draft, line, exporter, " ")
    with pytest.raises(Refused, match="role"):
        say(draft, line, officer)


def test_a_correction_that_raises_a_question_waits_for_its_answer(exporter, search):
    case = ApplicationFactory(
        organisation=exporter.organisation,
        created_by=exporter,
        in_review=True,
        complete=True,
        status=ApplicationStatus.INFORMATION_REQUESTED,
    )
    case.goods.update(control_code="")

    goods_checks.check(case, NOON)

    assert any(
        "question about line 1" in one for one in workflow.refusals(case, Action.ANSWER, exporter, NOON)
    )


def test_the_section_of_the_goods_names_all_lines_with_a_question(draft, line, search):
    GoodsLineFactory(application=draft, number=2, control_code="")
    GoodsLineFactory(application=draft, number=3, control_code="6A005")
    goods_checks.check(draft, NOON)

    assert completeness.missing(draft)[Section.GOODS] == [
        "Answer the questions about the lines 1, 2: they resemble listed goods."
    ]


# --- what the database refuses ---


def test_a_check_is_never_changed_and_goes_only_with_a_draft(draft, line):
    row = GoodsCheckFactory(line=line)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE licensing_goodscheck SET alarm = 0 WHERE id = {row.pk}")
    handed_in = GoodsCheckFactory(line=ApplicationFactory(in_review=True).goods.get())
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM licensing_goodscheck WHERE id = {handed_in.pk}")

    line.delete()

    assert list(GoodsCheck.objects.all()) == [handed_in]


@pytest.mark.parametrize(
    ("said", "sentence"),
    [({"alarm": 2}, "an_alarm_is_between_zero_and_one"), ({}, "the_same_goods_are_checked_once")],
)
def test_a_check_makes_sense(line, said, sentence):
    GoodsCheckFactory(line=line)

    with pytest.raises(IntegrityError, match=sentence), transaction.atomic():
        GoodsCheckFactory(line=line, **said)
