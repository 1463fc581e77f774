"""What case officers do, and what holds them up."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from licensing import workflow
from licensing.actions import casework, hits
from licensing.errors import Refused
from licensing.models import (
    Action,
    ApplicationStatus,
    Judgement,
    OutboxJob,
    Outcome,
    Recommendation,
    Screening,
)
from tests.factories import (
    NOON,
    ApplicationFactory,
    ConsultationFactory,
    ListVersionFactory,
    OrganisationFactory,
    ScreeningHitFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

SAME, DIFFERENT, UNSURE = Judgement.SAME, Judgement.DIFFERENT, Judgement.UNSURE
TWO_WEEKS_LATER = date(2026, 3, 16)


@pytest.fixture
def case():
    ListVersionFactory()
    return ApplicationFactory(in_review=True)


@pytest.fixture
def hit(case):
    return ScreeningHitFactory(party=case.parties.first(), entity__version=listed_already())


def listed_already():
    """Hits in the version that the case was compared with, so that the comparison stays up to date."""
    return ListVersionFactory._meta.model.objects.get()


def recommend(case, officer, outcome=Outcome.APPROVE, **terms):
    terms = {"reasons": "Uso civil comprobado.", "months": 12, "conditions": [], **terms}
    return casework.recommend(case.pk, outcome=outcome, by=officer, at=NOON, **terms)


def judge(hit, officer, judgement=DIFFERENT, reason="Otro país y otra fecha.", at=NOON):
    return hits.judge(hit.pk, judgement=judgement, reason=reason, by=officer, at=at)


def test_taking_a_case_on_makes_it_the_officers_own(officer):
    case = ApplicationFactory(in_review=True, status=ApplicationStatus.SUBMITTED)

    casework.take_on(case.pk, by=officer, at=NOON)

    case.refresh_from_db()
    assert (case.status, case.case_officer) == (ApplicationStatus.IN_REVIEW, officer)


def test_a_case_is_taken_on_once(officer, decider):
    case = ApplicationFactory(in_review=True, status=ApplicationStatus.SUBMITTED)
    casework.take_on(case.pk, by=officer, at=NOON)

    with pytest.raises(Refused):
        casework.take_on(case.pk, by=decider, at=NOON)

    case.refresh_from_db()
    assert case.case_officer == officer


def test_a_hit_that_waits_holds_the_recommendation(case, hit, officer):
    with pytest.raises(Refused):
        recommend(case, officer)
    assert not Recommendation.objects.exists()

    judge(hit, officer)

    assert recommend(case, officer).outcome == Outcome.APPROVE


def test_not_being_sure_holds_the_recommendation_like_no_judgement(case, hit, officer):
    judge(hit, officer, UNSURE)

    with pytest.raises(Refused):
        recommend(case, officer, Outcome.REFUSE)


def test_a_listed_party_can_only_be_refused(case, hit, officer):
    judge(hit, officer, SAME)

    with pytest.raises(Refused) as refused:
        recommend(case, officer)
    assert hit.party_name in str(refused.value)

    assert recommend(case, officer, Outcome.REFUSE).outcome == Outcome.REFUSE


def test_a_recommendation_needs_reasons(case, officer):
    with pytest.raises(Refused):
        recommend(case, officer, reasons="  ")

    case.refresh_from_db()
    assert case.status == ApplicationStatus.IN_REVIEW


@pytest.mark.parametrize("months", [None, 0, 25])
def test_an_approval_is_recommended_for_months_that_the_country_allows(case, officer, months):
    with pytest.raises(Refused):
        recommend(case, officer, months=months)


def test_a_refusal_has_no_months(case, officer):
    assert recommend(case, officer, Outcome.REFUSE, months=12).months is None


def test_conditions_are_kept_in_order_without_blank_ones(case, officer):
    recommendation = recommend(case, officer, conditions=["  Informe de entrega. ", "", "Un solo envío."])

    assert recommendation.conditions == ["Informe de entrega.", "Un solo envío."]


def test_a_body_is_asked_and_its_advisers_hear_of_it(case, officer):
    adviser = UserFactory(adviser=True)

    consultation = casework.consult(
        case.pk, adviser.organisation, question="¿Objeción?", due_on=TWO_WEEKS_LATER, by=officer, at=NOON
    )

    assert (consultation.body, consultation.asked_by) == (adviser.organisation, officer)
    letters = OutboxJob.objects.filter(job="notify")
    assert [letter.arguments["user_id"] for letter in letters] == [adviser.pk]


@pytest.mark.parametrize(
    ("question", "due_on"),
    [
        (" ", TWO_WEEKS_LATER),
        ("¿Objeción?", NOON.date()),
        ("¿Objeción?", date(2026, 1, 1)),
        ("¿Objeción?", date(2027, 3, 3)),
    ],
)
def test_a_question_has_words_and_a_day_to_come_within_a_year(case, officer, question, due_on):
    body = UserFactory(adviser=True).organisation

    with pytest.raises(Refused):
        casework.consult(case.pk, body, question=question, due_on=due_on, by=officer, at=NOON)

    assert not case.consultations.exists()


def test_a_body_may_have_a_whole_year(case, officer):
    body, last = UserFactory(adviser=True).organisation, date(2027, 3, 2)

    assert casework.consult(case.pk, body, question="¿?", due_on=last, by=officer, at=NOON).due_on == last


@pytest.mark.parametrize("disabled", [False, True])
def test_a_body_of_which_nobody_can_answer_is_not_asked(case, officer, administrator, disabled):
    body = OrganisationFactory(kind="body")
    UserFactory(role="customs-officer", organisation=body)
    if disabled:
        UserFactory(
            adviser=True, organisation=body, is_active=False, disabled_by=administrator, disabled_at=NOON
        )

    with pytest.raises(Refused, match=body.name):
        casework.consult(case.pk, body, question="¿?", due_on=TWO_WEEKS_LATER, by=officer, at=NOON)

    assert not case.consultations.exists()


def withdraw(consultation, officer, reason="El órgano no contesta."):
    return casework.withdraw_consultation(consultation.pk, reason=reason, by=officer, at=NOON)


def test_a_question_without_an_answer_is_withdrawn_stays_on_record_and_holds_nothing(case, officer):
    asked = ConsultationFactory(application=case)

    withdraw(asked, officer, "  El órgano no contesta. ")

    asked.refresh_from_db()
    assert (asked.withdrawn_by, asked.withdrawn_at, asked.is_waiting) == (officer, NOON, False)
    event = case.events.get(action=Action.WITHDRAW_QUESTION)
    assert event.by == officer
    assert event.data == {
        "body": asked.body.name,
        "consultation": asked.pk,
        "reason": "El órgano no contesta.",
    }
    assert recommend(case, officer).outcome == Outcome.APPROVE


def test_a_body_whose_question_was_withdrawn_can_be_asked_anew(case, officer):
    asked = ConsultationFactory(application=case, body=UserFactory(adviser=True).organisation)
    withdraw(asked, officer)

    casework.consult(case.pk, asked.body, question="¿?", due_on=TWO_WEEKS_LATER, by=officer, at=NOON)

    assert case.consultations.waiting().count() == 1
    assert case.consultations.count() == 2


@pytest.mark.parametrize(
    "facts",
    [
        {"opinion": "no-objection", "answered_at": NOON},
        {"withdrawn_at": NOON},
    ],
)
def test_a_question_that_was_answered_or_withdrawn_is_not_withdrawn(case, officer, decider, facts):
    who = "answered_by" if "opinion" in facts else "withdrawn_by"
    asked = ConsultationFactory(application=case, **{who: decider}, **facts)

    with pytest.raises(Refused):
        withdraw(asked, officer)

    asked.refresh_from_db()
    assert asked.withdrawn_by in (None, decider)


def test_withdrawing_a_question_needs_a_reason_an_open_case_and_an_officer(case, officer):
    asked = ConsultationFactory(application=case)
    closed = ConsultationFactory(application=ApplicationFactory(in_review=True, status="approved"))

    for consultation, by, reason in (
        (asked, officer, " \n"),
        (closed, officer, "No hace falta."),
        (asked, UserFactory(adviser=True, organisation=asked.body), "No hace falta."),
        (asked, UserFactory(exporter=True, organisation=case.organisation), "No hace falta."),
    ):
        with pytest.raises(Refused):
            withdraw(consultation, by, reason)

    assert not case.consultations.withdrawn().exists()


@pytest.mark.parametrize("status", ["submitted", "information-requested", "recommended"])
def test_a_question_is_withdrawn_in_any_state_of_an_open_case(officer, status):
    asked = ConsultationFactory(application=ApplicationFactory(in_review=True, status=status))

    assert withdraw(asked, officer).withdrawn_by == officer


@pytest.mark.parametrize(
    "facts",
    [
        {"withdrawn_at": NOON},
        {"withdrawn_at": NOON, "withdrawn": True, "opinion": "objection", "answered_at": NOON},
    ],
)
def test_the_database_takes_no_withdrawal_without_who_nor_of_what_was_answered(case, officer, facts):
    who = {"withdrawn_by": officer, "answered_by": officer} if facts.pop("withdrawn", False) else {}

    with pytest.raises(IntegrityError, match="a_withdrawn_question"), transaction.atomic():
        ConsultationFactory(application=case, **who, **facts)


def test_a_body_that_has_not_answered_is_not_asked_twice(case, officer):
    waiting = ConsultationFactory(application=case, body=UserFactory(adviser=True).organisation)

    with pytest.raises(Refused, match="todavía no ha respondido"):
        casework.consult(
            case.pk, waiting.body, question="¿Y ahora?", due_on=TWO_WEEKS_LATER, by=officer, at=NOON
        )


def test_the_database_holds_one_open_question_for_each_body(case):
    waiting = ConsultationFactory(application=case)

    with pytest.raises(IntegrityError, match="one_open_question"), transaction.atomic():
        ConsultationFactory(application=case, body=waiting.body)


def test_an_opinion_that_is_out_holds_the_recommendation(case, officer):
    waiting = ConsultationFactory(application=case)

    with pytest.raises(Refused) as refused:
        recommend(case, officer)

    assert waiting.body.name in str(refused.value)


def test_asking_the_exporter_needs_words_and_hands_the_case_over(case, officer):
    with pytest.raises(Refused):
        casework.request_information(case.pk, question=" ", by=officer, at=NOON)

    casework.request_information(case.pk, question="¿Quién instala el láser?", by=officer, at=NOON)

    case.refresh_from_db()
    assert case.status == ApplicationStatus.INFORMATION_REQUESTED
    assert case.events.get(action=Action.REQUEST_INFORMATION).data["question"] == "¿Quién instala el láser?"


def test_screening_again_promises_a_comparison_and_holds_the_case(case, officer):
    casework.screen_again(case.pk, by=officer, at=NOON + timedelta(minutes=1))

    assert Screening.objects.filter(application=case, finished_at=None).exists()
    assert OutboxJob.objects.filter(job="screen-application").exists()
    assert workflow.refusals(case, Action.RECOMMEND, officer, NOON + timedelta(minutes=1))


@pytest.mark.parametrize("status", [ApplicationStatus.APPROVED, ApplicationStatus.WITHDRAWN])
def test_a_closed_case_is_left_alone(status, officer):
    case = ApplicationFactory(in_review=True, status=status)
    body = UserFactory(adviser=True).organisation

    with pytest.raises(Refused):
        casework.screen_again(case.pk, by=officer, at=NOON)
    with pytest.raises(Refused):
        casework.consult(case.pk, body, question="¿?", due_on=TWO_WEEKS_LATER, by=officer, at=NOON)


def test_the_portals_own_role_can_not_rewrite_a_recommendation():
    recommendation = ApplicationFactory(recommended=True).recommendations.get()

    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        Recommendation.objects.filter(pk=recommendation.pk).update(outcome=Outcome.REFUSE)
