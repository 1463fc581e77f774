"""The table of transitions, told in its own words: who may do what, when, and what stands against it."""

from datetime import timedelta

import pytest

from licensing import workflow
from licensing.errors import Refused
from licensing.models import Action, ApplicationStatus, Event, Judgement, LicenceStatus, Role
from tests.factories import (
    NOON,
    ApplicationFactory,
    ConsultationFactory,
    HitJudgementFactory,
    LicenceFactory,
    ListVersionFactory,
    PartyFactory,
    ScreeningFactory,
    ScreeningHitFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

A = ApplicationStatus

# Written down here once more, from the law and not from the table it checks.
PATHS = {
    (A.DRAFT, Action.SUBMIT): A.SUBMITTED,
    (A.SUBMITTED, Action.TAKE_ON): A.IN_REVIEW,
    (A.IN_REVIEW, Action.REQUEST_INFORMATION): A.INFORMATION_REQUESTED,
    (A.INFORMATION_REQUESTED, Action.ANSWER): A.IN_REVIEW,
    (A.IN_REVIEW, Action.RECOMMEND): A.RECOMMENDED,
    (A.RECOMMENDED, Action.SEND_BACK): A.IN_REVIEW,
    (A.RECOMMENDED, Action.APPROVE): A.APPROVED,
    (A.RECOMMENDED, Action.REFUSE): A.REFUSED,
    (A.DRAFT, Action.WITHDRAW): A.WITHDRAWN,
    (A.SUBMITTED, Action.WITHDRAW): A.WITHDRAWN,
    (A.IN_REVIEW, Action.WITHDRAW): A.WITHDRAWN,
    (A.INFORMATION_REQUESTED, Action.WITHDRAW): A.WITHDRAWN,
}
WHO = {
    Action.SUBMIT: {Role.EXPORTER_FILER, Role.EXPORTER_ADMINISTRATOR},
    Action.ANSWER: {Role.EXPORTER_FILER, Role.EXPORTER_ADMINISTRATOR},
    Action.WITHDRAW: {Role.EXPORTER_FILER, Role.EXPORTER_ADMINISTRATOR},
    Action.TAKE_ON: {Role.CASE_OFFICER, Role.DECIDING_OFFICER},
    Action.REQUEST_INFORMATION: {Role.CASE_OFFICER, Role.DECIDING_OFFICER},
    Action.RECOMMEND: {Role.CASE_OFFICER, Role.DECIDING_OFFICER},
    Action.SEND_BACK: {Role.DECIDING_OFFICER},
    Action.APPROVE: {Role.DECIDING_OFFICER},
    Action.REFUSE: {Role.DECIDING_OFFICER},
}


def statuses_of_applications():
    return {
        (source, action): transition.target
        for action, transition in workflow.TRANSITIONS.items()
        for source in transition.sources
        if isinstance(source, ApplicationStatus)
    }


def test_an_application_moves_along_these_paths_and_no_others():
    assert statuses_of_applications() == PATHS


@pytest.mark.parametrize("role", Role.values)
@pytest.mark.parametrize("action", list(WHO))
def test_each_step_is_for_these_roles_only(action, role):
    source = next(start for start, act in PATHS if act == action)
    application = ApplicationFactory(recommended=True, status=source)
    user = UserFactory(role=role, organisation=application.organisation)

    offered = action in workflow.available(application, user, NOON)

    assert offered == (role in WHO[action])


def test_an_exporter_can_not_act_for_another_company(exporter):
    application = ApplicationFactory(complete=True)

    assert workflow.refusals(application, Action.SUBMIT, exporter, NOON) == ["Su función no lo permite."]


def test_a_closed_application_stays_closed(decider):
    for status in (A.APPROVED, A.REFUSED, A.WITHDRAWN):
        application = ApplicationFactory(status=status, submitted_at=NOON)

        assert workflow.available(application, decider, NOON) == {}
        assert workflow.available(application, application.created_by, NOON) == {}


def test_submitting_says_everything_that_is_missing():
    application = ApplicationFactory()

    [reasons] = workflow.refusals(application, Action.SUBMIT, application.created_by, NOON)

    assert "Agregue al menos una línea de mercancías." in reasons
    assert "Agregue el usuario final." in reasons
    assert "Agregue el certificado de usuario final." in reasons


def test_a_step_writes_the_status_and_an_event_with_before_and_after(officer):
    application = ApplicationFactory(status=A.SUBMITTED, submitted_at=NOON)

    together = {"case_officer": officer}
    workflow.perform(application, Action.TAKE_ON, by=officer, at=NOON, together_with=together)

    application.refresh_from_db()
    event = application.events.get()
    assert (application.status, application.case_officer) == (A.IN_REVIEW, officer)
    assert (event.by, event.at, event.before, event.after) == (
        officer,
        NOON,
        {"status": "submitted"},
        {"status": "in-review"},
    )


def test_a_refused_step_changes_nothing(officer):
    application = ApplicationFactory(status=A.DRAFT)

    with pytest.raises(Refused):
        workflow.perform(application, Action.TAKE_ON, by=officer, at=NOON)

    application.refresh_from_db()
    assert application.status == A.DRAFT
    assert not Event.objects.exists()


def recommendable(**traits):
    ListVersionFactory()
    return ApplicationFactory(in_review=True, **traits)


def refusals_to_recommend(application, officer, at=NOON):
    return " ".join(map(str, workflow.refusals(application, Action.RECOMMEND, officer, at)))


def test_a_screened_case_without_hits_can_be_recommended(officer):
    assert refusals_to_recommend(recommendable(), officer) == ""


def test_without_a_list_in_force_nothing_is_recommended(officer):
    application = ApplicationFactory(in_review=True)

    assert "Ninguna lista" in refusals_to_recommend(application, officer)


def test_an_unfinished_screening_holds_the_case(officer):
    application = recommendable()
    ScreeningFactory(application=application, asked_at=NOON + timedelta(hours=1), finished_at=None)

    assert "se siguen cotejando" in refusals_to_recommend(application, officer)


def test_a_new_list_makes_an_old_screening_count_no_more(officer):
    application = recommendable()
    ListVersionFactory()

    assert "han cambiado" in refusals_to_recommend(application, officer)


def test_a_changed_party_makes_an_old_screening_count_no_more(officer):
    application = recommendable()
    PartyFactory(application=application, name="Otra Empresa")

    assert "han cambiado" in refusals_to_recommend(application, officer)


@pytest.mark.parametrize("judgement", ["", Judgement.UNSURE])
def test_a_hit_that_is_not_settled_holds_the_case(officer, judgement):
    application = recommendable()
    hit = ScreeningHitFactory(party=application.parties.first())
    if judgement:
        HitJudgementFactory(hit=hit, judgement=judgement)
    ScreeningFactory(application=application, list_versions=[], asked_at=NOON + timedelta(seconds=1))
    latest = application.screenings.latest("asked_at")
    latest.list_versions = sorted({hit.entity.version_id, *application.screenings.first().list_versions})
    latest.save()

    assert "Resuelva primero 1 posible coincidencia." in refusals_to_recommend(application, officer)


def test_a_question_without_an_answer_holds_the_case(officer):
    application = recommendable()
    ConsultationFactory(application=application, body__name="Ministerio de Salud")

    assert "Ministerio de Salud" in refusals_to_recommend(application, officer)


def test_whoever_suspended_a_licence_can_not_reinstate_or_revoke_it(decider):
    ListVersionFactory()
    licence = LicenceFactory()
    workflow.perform(licence, Action.SUSPEND, by=decider, at=NOON)
    other = UserFactory(decider=True)

    for action in (Action.REINSTATE, Action.REVOKE):
        assert workflow.refusals(licence, action, decider, NOON)
        assert not workflow.refusals(licence, action, other, NOON)


def test_a_revoked_licence_is_revoked_for_good(decider):
    ListVersionFactory()
    licence = LicenceFactory(status=LicenceStatus.REVOKED)

    assert workflow.available(licence, decider, NOON) == {}
