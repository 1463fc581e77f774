"""Officers say under which entries goods fall; nothing is decided about goods that nobody assessed."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import translation

from licensing import classification, precedents, workflow
from licensing.actions import casework, drafts
from licensing.actions.classification import assess
from licensing.classification import Offer, Weighed, digest
from licensing.errors import Refused
from licensing.models import (
    Action,
    ApplicationStatus,
    GoodsAssessment,
    GoodsSuggestion,
    Outcome,
    SuggestionAnswer,
)
from screening.control_models import ControlEdition
from tests.factories import (
    NOON,
    ApplicationFactory,
    GoodsAssessmentFactory,
    GoodsLineFactory,
    GoodsSuggestionFactory,
    ListVersionFactory,
    UserFactory,
    edition_in_force,
)


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def case(db):
    ListVersionFactory()
    return ApplicationFactory(in_review=True, assessed=False)


@pytest.fixture
def line(case):
    return case.goods.get()


def say(line, officer, codes=("6A005",), **more):
    how = {
        "edition_id": edition_in_force().pk,
        "reason": "Láser de más de 1 kW.",
        "seen": digest(line),
        "by": officer,
        "at": NOON,
        **more,
    }
    return assess(line.pk, codes=list(codes), **how)


def recommend(case, officer):
    return casework.recommend(
        case.pk, outcome=Outcome.APPROVE, reasons="Uso civil.", months=12, conditions=[], by=officer, at=NOON
    )


def replaced(edition: ControlEdition, official: bool = False, **digests: str) -> ControlEdition:
    """Put a new edition in the place of `edition`, with other digests where they are given."""
    ControlEdition.objects.filter(pk=edition.pk).update(in_force_to=NOON)
    old = list(edition.versions.all())
    after = ControlEdition.objects.get(pk=edition.pk)
    after.pk, after.label, after.in_force_from, after.in_force_to = None, f"{after.label} (2)", NOON, None
    after.is_catalogue = not official
    after.save(force_insert=True)
    for version in old:
        version.pk, version.edition = None, after
        version.digest = digests.get(version.code.lower(), version.digest)
        version.save(force_insert=True)
    return after


# --- assessments ---


def test_an_assessment_is_kept_with_who_when_why_and_the_edition(case, line, officer):
    row = say(line, officer, ["6A005", "5A002"])

    assert (row.codes, row.by, row.at, row.edition) == (["6A005", "5A002"], officer, NOON, edition_in_force())
    event = case.events.get(action=Action.ASSESS_GOODS)
    assert event.after == {"codes": ["6A005", "5A002"]}
    assert event.data["line"] == line.number and event.data["reason"] == row.reason


def test_not_listed_is_an_assessment_too_and_needs_its_comment(case, line, officer):
    with pytest.raises(Refused, match="reason"):
        say(line, officer, [], reason="  ")

    assert say(line, officer, []).codes == []


def test_the_newest_assessment_counts(case, line, officer):
    say(line, officer, ["5A002"])
    newest = say(line, officer, at=NOON + timedelta(hours=1))

    [row] = classification.assessed(case)
    assert row.assessment == newest
    assert line.assessments.count() == 2


def test_a_case_is_not_recommended_while_a_line_waits_for_its_assessment(case, line, officer):
    other = GoodsLineFactory(application=case)
    say(line, officer)

    with pytest.raises(Refused, match=f"line {other.number}"):
        recommend(case, officer)

    say(other, officer, [])
    recommend(case, officer)


def test_nor_decided(case, line, officer, decider):
    say(line, officer)
    recommend(case, officer)
    case.refresh_from_db()
    GoodsLineFactory(application=case)

    assert any("line 2" in str(reason) for reason in workflow.refusals(case, Action.APPROVE, decider, NOON))


def test_an_assessment_of_what_the_line_no_longer_says_does_not_count(case, line, officer):
    before = say(line, officer)
    line.description = "Láser de corte de 400 W"
    line.save()

    [row] = classification.assessed(case)

    assert (row.assessment, row.overtaken) == (None, before)
    with pytest.raises(Refused):
        recommend(case, officer)


def test_whoever_looked_at_the_line_before_it_was_corrected_looks_again(case, line, officer):
    seen = digest(line)
    line.model = "TL-400"
    line.save()

    with pytest.raises(Refused, match="corrected"):
        say(line, officer, seen=seen)


def test_only_entries_of_the_edition_are_taken(case, line, officer):
    with pytest.raises(Refused, match="6A999"):
        say(line, officer, ["6A999"])

    assert say(line, officer, ["6A005.a.1"]).codes == ["6A005.a.1"]  # a catalogue has the entry alone


def test_of_official_texts_the_paragraph_must_be_there(case, line, officer):
    replaced(edition_in_force(), official=True)

    with pytest.raises(Refused, match="6A005.a.1"):
        say(line, officer, ["6A005.a.1"])


def test_a_case_keeps_the_edition_it_was_handed_in_under(case, line, officer):
    old = edition_in_force()
    case.submitted_at = NOON - timedelta(days=1)
    case.save()
    new = replaced(old)
    later = NOON + timedelta(days=1)

    with pytest.raises(Refused, match="not in force when"):
        say(line, officer, edition_id=new.pk, at=later)
    assert say(line, officer, edition_id=old.pk, at=later).edition_id == old.pk


def test_without_a_control_list_nothing_can_be_recommended(case, officer):
    assert "No control list" in workflow.every_line_is_assessed(case, officer, NOON)


def test_goods_are_assessed_in_review_only_and_by_officers_only(case, line, officer, exporter):
    with pytest.raises(Refused):
        say(line, exporter)
    case.status = ApplicationStatus.SUBMITTED
    case.save()
    with pytest.raises(Refused, match="in review"):
        say(line, officer)
    assert not GoodsAssessment.objects.exists()


# --- the exporter's answers ---


@pytest.fixture
def draft(exporter):
    return ApplicationFactory(organisation=exporter.organisation, created_by=exporter)


def offered(*weighed: Weighed) -> Offer:
    return Offer(edition_in_force().pk, weighed)


ACCEPTED = Weighed("6A005", 1, SuggestionAnswer.ACCEPTED)
REJECTED = Weighed("5A002", 2, SuggestionAnswer.REJECTED, "No cifra nada.")
LINE = {
    "description": "Láser",
    "hs_code": "845611",
    "control_code": "6A005",
    "quantity": 1,
    "unit": "C62",
    "value": 1,
    "currency": "USD",
    "origin": "DE",
}


def put(draft, exporter, offer, pk=None, **changed):
    return drafts.put_goods(draft.pk, pk, by=exporter, at=NOON, offer=offer, **{**LINE, **changed})


def test_what_was_suggested_and_answered_is_kept_with_the_line(draft, exporter):
    line = put(draft, exporter, offered(ACCEPTED, REJECTED, Weighed("6A005", 3)))

    rows = line.suggestions.order_by("place")
    assert [(row.code, row.answer, row.reason) for row in rows] == [
        ("6A005", "accepted", ""),
        ("5A002", "rejected", "No cifra nada."),
        ("6A005", "none", ""),
    ]
    assert {(row.by, row.at, row.edition) for row in rows} == {(exporter, NOON, edition_in_force())}
    told = [event.after for event in draft.events.filter(data__what="goodssuggestion").order_by("pk")]
    assert [one["answer"] for one in told] == ["accepted", "rejected"]


def test_the_same_answers_again_add_nothing(draft, exporter):
    line = put(draft, exporter, offered(ACCEPTED))
    put(draft, exporter, offered(ACCEPTED), pk=line.pk)
    assert line.suggestions.count() == 1

    put(draft, exporter, offered(ACCEPTED), pk=line.pk, description="Otro láser")
    assert line.suggestions.count() == 2


def test_the_newest_answer_about_an_entry_counts(draft, exporter):
    line = put(draft, exporter, offered(ACCEPTED))
    changed = Weighed("6A005", 1, SuggestionAnswer.REJECTED, "Es de 400 W.")
    put(draft, exporter, offered(changed), pk=line.pk)

    [row] = classification.answered([line])[line.pk]
    assert (row.answer, row.reason) == ("rejected", "Es de 400 W.")


def test_they_go_with_a_line_that_is_taken_out_of_a_draft(draft, exporter):
    line = put(draft, exporter, offered(ACCEPTED))

    drafts.drop_goods(draft.pk, line.pk, by=exporter, at=NOON)

    assert not GoodsSuggestion.objects.exists()


def test_the_database_wants_a_reason_for_a_rejection(db):
    with pytest.raises(IntegrityError, match="a_rejected_suggestion_says_why"), transaction.atomic():
        GoodsSuggestionFactory(answer=SuggestionAnswer.REJECTED)


def test_the_database_changes_no_assessment_and_no_suggestion(case, line):
    suggestion, assessment = GoodsSuggestionFactory(line=line), GoodsAssessmentFactory(line=line)

    for statement in (
        f"UPDATE licensing_goodsassessment SET reason = 'otra' WHERE id = {assessment.pk}",
        f"DELETE FROM licensing_goodsassessment WHERE id = {assessment.pk}",
        f"UPDATE licensing_goodssuggestion SET reason = 'otra' WHERE id = {suggestion.pk}",
        f"DELETE FROM licensing_goodssuggestion WHERE id = {suggestion.pk}",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


# --- precedents ---


def decided(description="Láser de corte", status=ApplicationStatus.APPROVED, **assessment):
    case = ApplicationFactory(in_review=True, status=status, complete=True, assessed=False)
    line = case.goods.get()
    line.description = description
    line.save()
    return GoodsAssessmentFactory(line=line, **assessment)


def test_officers_see_what_was_decided_about_anybodys_goods(db):
    row = decided()
    decided(status=ApplicationStatus.IN_REVIEW)
    nothing = decided(codes=[], reason="Nada las describe.")

    library = precedents.decided(NOON)

    key = f"{row.line.application.reference}/{row.line.number}"
    assert library[key].codes == ("6A005",)
    assert library[key].precedent.key == key
    assert library[key].precedent.edition_id == edition_in_force().pk
    assert {past.line for past in library.values()} == {row.line, nothing.line}


def test_a_case_is_no_precedent_of_itself(db):
    row = decided()

    assert precedents.decided(NOON, but=row.line.application) == {}


def test_an_exporter_sees_goods_of_the_own_company_only(db):
    own, foreign = decided(), decided()

    library = precedents.of_company(own.line.application.organisation, NOON)

    assert [past.line for past in library.values()] == [own.line]
    assert foreign.line not in {past.line for past in library.values()}


def test_an_exporter_hears_nothing_of_an_assessment_before_the_approval(db):
    row = decided(status=ApplicationStatus.IN_REVIEW, codes=["5A002"])

    [past] = precedents.of_company(row.line.application.organisation, NOON).values()

    assert (past.codes, past.assessment) == ((row.line.control_code,), None)


def test_drafts_and_what_was_withdrawn_teach_nothing(db):
    company = decided(status=ApplicationStatus.WITHDRAWN).line.application.organisation
    GoodsLineFactory(application=ApplicationFactory(organisation=company))

    assert precedents.of_company(company, NOON) == {}


def test_an_older_edition_is_checked_again(db):
    row = decided()
    old = row.edition
    later = NOON + timedelta(days=1)

    new = replaced(old)
    [past] = precedents.decided(later).values()
    assert past.precedent.edition_id == new.pk  # the entry says the same

    replaced(new, **{"6a005": "otra cosa"})
    assert precedents.decided(later) == {}


def test_not_listed_counts_under_its_own_edition_only(db):
    row = decided(codes=[], reason="Nada las describe.")
    assert len(precedents.decided(NOON)) == 1

    replaced(row.edition)

    assert precedents.decided(NOON + timedelta(days=1)) == {}


def test_an_assessment_of_other_goods_is_no_precedent(db):
    row = decided()
    row.line.description = "Otra cosa"
    row.line.save()

    assert precedents.decided(NOON) == {}


def test_who_assesses_may_be_another_than_who_recommends(case, line, officer):
    say(line, UserFactory())

    recommend(case, officer)
