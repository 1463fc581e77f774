"""Two people decide, and the second one issues the licence."""

import threading
from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest
from django.conf import settings
from django.db import IntegrityError, ProgrammingError, connection, connections, transaction

from licensing.actions import casework, decisions
from licensing.errors import Refused
from licensing.models import (
    Action,
    ApplicationStatus,
    Decision,
    Event,
    Judgement,
    Licence,
    OutboxJob,
    Outcome,
)
from screening.models import ListVersion
from tests.factories import (
    NOON,
    ApplicationFactory,
    ConsultationFactory,
    GoodsAssessmentFactory,
    GoodsLineFactory,
    HitJudgementFactory,
    ListVersionFactory,
    RecommendationFactory,
    ScreeningHitFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def case():
    ListVersionFactory()
    return ApplicationFactory(recommended=True)


def approve(case, by, at=NOON, reasons="De acuerdo."):
    return decisions.approve(case.pk, reasons=reasons, by=by, at=at)


def judged(case, judgement):
    """Put a judged hit into the case as it waits for its decision."""
    hit = ScreeningHitFactory(party=case.parties.first(), entity__version=ListVersion.objects.get())
    HitJudgementFactory(hit=hit, judgement=judgement)
    return hit


def recommended_to_refuse():
    ListVersionFactory()
    case = ApplicationFactory(in_review=True)
    RecommendationFactory(application=case, outcome=Outcome.REFUSE, months=None)
    case.status = ApplicationStatus.RECOMMENDED
    case.save()
    return case


def test_an_approval_issues_a_licence_for_everything_that_was_asked(case, decider):
    GoodsAssessmentFactory(line=GoodsLineFactory(application=case, quantity="2.5", unit="KGM"))

    licence = approve(case, decider)

    case.refresh_from_db()
    assert case.status == ApplicationStatus.APPROVED
    asked = [(line.number, line.quantity, line.unit) for line in case.goods.all()]
    assert [(line.number, line.granted, line.unit) for line in licence.lines.all()] == asked
    assert licence.holder == case.organisation
    assert OutboxJob.objects.filter(job="render-licence").count() == 1


def test_a_licence_holds_from_today_for_the_months_recommended(case, decider):
    licence = approve(case, decider)

    assert (licence.valid_from, licence.valid_to) == (date(2026, 3, 2), date(2027, 3, 1))
    assert decisions.period(12, NOON) == (licence.valid_from, licence.valid_to)


def test_a_licence_begins_on_the_legal_day_of_the_country():
    night_in_panama = datetime(2026, 3, 3, 4, 59, tzinfo=UTC)

    assert decisions.period(1, night_in_panama) == (date(2026, 3, 2), date(2026, 4, 1))


def test_a_licence_carries_the_conditions_recommended(decider):
    ListVersionFactory()
    case = ApplicationFactory(in_review=True)
    RecommendationFactory(application=case, conditions=["Informe de entrega."])
    case.status = ApplicationStatus.RECOMMENDED
    case.save()

    assert approve(case, decider).conditions == ["Informe de entrega."]


def test_a_licence_names_the_entries_that_officers_found_not_the_claim(decider):
    ListVersionFactory()
    case = ApplicationFactory(in_review=True)
    line = case.goods.get()
    GoodsAssessmentFactory(line=line, codes=["0C001", "0C002"], at=NOON + timedelta(hours=1))
    RecommendationFactory(application=case)
    case.status = ApplicationStatus.RECOMMENDED
    case.save()

    assert approve(case, decider, at=NOON + timedelta(hours=2)).lines.get().control_code == "0C001, 0C002"


def test_whoever_recommended_can_not_decide(decider):
    ListVersionFactory()
    case = ApplicationFactory(in_review=True)
    casework.recommend(
        case.pk, outcome=Outcome.APPROVE, reasons="Uso civil.", months=12, conditions=[], by=decider, at=NOON
    )

    with pytest.raises(Refused):
        approve(case, decider)

    assert not Decision.objects.exists()
    assert approve(case, UserFactory(decider=True)).application == case


def test_the_database_itself_refuses_a_decision_by_whoever_recommended(case):
    """As the application's own role, past every line of our code."""
    recommendation = case.recommendations.get()

    with pytest.raises(IntegrityError, match="two people decide"), transaction.atomic():
        insert_decision(recommendation, recommended_by=recommendation.by_id, by=recommendation.by_id)


def test_the_database_refuses_a_decision_that_names_somebody_else_as_the_first(case, decider):
    recommendation = case.recommendations.get()
    stranger = UserFactory()

    with pytest.raises(IntegrityError, match="two people decide"), transaction.atomic():
        insert_decision(recommendation, recommended_by=stranger.pk, by=recommendation.by_id)


def test_the_database_refuses_a_decision_against_the_recommendation(case, decider):
    recommendation = case.recommendations.get()

    with pytest.raises(IntegrityError, match="agrees with what was recommended"), transaction.atomic():
        insert_decision(
            recommendation, recommended_by=recommendation.by_id, by=decider.pk, outcome=Outcome.REFUSE
        )


def test_the_tests_act_as_the_role_that_owns_nothing():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("portal_app",)


def insert_decision(recommendation, *, recommended_by, by, outcome=Outcome.APPROVE):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO licensing_decision"
            " (application_id, recommendation_id, outcome, reasons, recommended_by_id, by_id, at)"
            " VALUES (%s, %s, %s, 'De acuerdo.', %s, %s, %s)",
            [recommendation.application_id, recommendation.pk, outcome, recommended_by, by, NOON],
        )


def test_a_decision_is_never_rewritten(case, decider):
    approve(case, decider)

    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        Decision.objects.update(outcome=Outcome.REFUSE)


@pytest.mark.parametrize("act", [decisions.approve, decisions.refuse, decisions.send_back])
def test_every_decision_needs_reasons(case, decider, act):
    with pytest.raises(Refused):
        act(case.pk, reasons=" \n", by=decider, at=NOON)

    case.refresh_from_db()
    assert case.status == ApplicationStatus.RECOMMENDED


@pytest.mark.parametrize("role", ["case-officer", "exporter-filer", "customs-officer", "administrator"])
def test_nobody_but_a_deciding_officer_decides(case, role):
    with pytest.raises(Refused):
        approve(case, UserFactory(role=role, organisation=case.organisation))


def test_a_hit_that_waits_holds_the_approval(case, decider):
    ScreeningHitFactory(party=case.parties.first(), entity__version=ListVersion.objects.get())

    with pytest.raises(Refused):
        approve(case, decider)


def test_a_listed_party_is_never_approved(case, decider):
    hit = judged(case, Judgement.SAME)

    with pytest.raises(Refused) as refused:
        approve(case, decider)

    assert hit.party_name in str(refused.value)
    assert not Licence.objects.exists()


def test_a_hit_judged_to_be_somebody_else_does_not_hold_the_approval(case, decider):
    judged(case, Judgement.DIFFERENT)

    assert approve(case, decider)


def test_a_list_that_came_in_meanwhile_holds_the_approval(case, decider):
    ListVersionFactory()

    with pytest.raises(Refused):
        approve(case, decider)


def test_without_a_list_in_force_nothing_is_decided(case, decider):
    before_any_list = NOON.replace(year=2025)

    with pytest.raises(Refused) as refused:
        approve(case, decider, at=before_any_list)

    assert len(refused.value.reasons) == 1
    assert not Decision.objects.exists()


def test_an_opinion_that_is_out_holds_the_approval(case, decider):
    ConsultationFactory(application=case)

    with pytest.raises(Refused):
        approve(case, decider)


def test_an_approval_that_was_not_recommended_is_refused(decider):
    with pytest.raises(Refused):
        approve(recommended_to_refuse(), decider)


def test_a_refusal_that_was_not_recommended_is_refused(case, decider):
    with pytest.raises(Refused):
        decisions.refuse(case.pk, reasons="No.", by=decider, at=NOON)


def test_a_refusal_closes_the_case_without_a_licence_and_tells_the_exporter(decider):
    case = recommended_to_refuse()
    filer = UserFactory(exporter=True, organisation=case.organisation)

    decision = decisions.refuse(case.pk, reasons="Riesgo de desvío.", by=decider, at=NOON)

    case.refresh_from_db()
    assert (case.status, decision.outcome) == (ApplicationStatus.REFUSED, Outcome.REFUSE)
    assert not Licence.objects.exists()
    told = {job.arguments["user_id"] for job in OutboxJob.objects.filter(job="notify")}
    assert filer.pk in told


def test_a_case_sent_back_is_recommended_anew_and_decided_on_the_newest(case, decider, officer):
    decisions.send_back(case.pk, reasons="Falta el contrato.", by=decider, at=NOON)
    later = NOON + timedelta(hours=1)
    casework.recommend(
        case.pk, outcome=Outcome.APPROVE, reasons="Ya está.", months=6, conditions=[], by=officer, at=later
    )

    licence = approve(case, decider, at=later)

    assert licence.decision.recommendation.months == 6


def test_a_decision_is_logged_with_before_and_after(case, decider):
    approve(case, decider)

    event = Event.objects.get(application=case, action=Action.APPROVE)
    assert (event.before, event.after) == ({"status": "recommended"}, {"status": "approved"})
    assert (event.by, event.data["reasons"]) == (decider, "De acuerdo.")


@pytest.mark.django_db(transaction=True)
def test_of_two_people_who_decide_at_once_the_second_waits_and_is_then_refused(case):
    """The first holds the row until the second is seen to wait for it, so the order is forced."""
    first, second = UserFactory(decider=True), UserFactory(decider=True)
    outcome = []

    def decide_too():
        try:
            outcome.append(approve(case, second))
        except Refused as refused:
            outcome.append(refused)
        finally:
            connections.close_all()

    other = threading.Thread(target=decide_too)
    with transaction.atomic():
        approve(case, first)
        other.start()
        assert somebody_waits_for_a_lock()
        assert outcome == []
    other.join(20)

    assert isinstance(outcome[0], Refused)
    assert Decision.objects.get().by == first
    assert Licence.objects.count() == 1


def somebody_waits_for_a_lock(seconds: float = 15) -> bool:
    """Wait until a session of this database waits for another's lock."""
    database = settings.DATABASES["default"]
    query = (
        "SELECT EXISTS (SELECT FROM pg_stat_activity"
        " WHERE datname = %s AND cardinality(pg_blocking_pids(pid)) > 0)"
    )
    pause = threading.Event()
    with psycopg.connect(
        dbname=database["NAME"], host=database["HOST"], user=database["USER"], autocommit=True
    ) as watcher:
        for _attempt in range(int(seconds * 20)):
            row = watcher.execute(query, [database["NAME"]]).fetchone()
            if row and row[0]:
                return True
            pause.wait(0.05)
    return False
