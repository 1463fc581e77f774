"""What happened to a case and who acts next, in the words of whoever reads it."""

from datetime import date, timedelta

import pytest
from django.utils import translation

from licensing.actions import advice, casework, decisions, drafts, hits
from licensing.models import Action, Application, ApplicationStatus, Event, Judgement, Opinion, Outcome
from portal import turns
from portal.timeline import LINES, TOLD_TO_EXPORTERS, sentences
from screening.models import ListVersion
from tests.factories import (
    NOON,
    ApplicationFactory,
    ConsultationFactory,
    ListVersionFactory,
    ScreeningHitFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

KEPT_FROM_EXPORTERS = {
    Action.EDIT,
    Action.SCREEN,
    Action.JUDGE,
    Action.CONFIRM_JUDGEMENT,
    Action.REMEMBER_JUDGEMENT,
    Action.REVOKE_JUDGEMENT,
    Action.CALIBRATE,
    Action.ALERT,
    Action.UPLOAD_LIST,
    Action.FETCH_LIST,
    Action.ASK_LIST_CHANGE,
    Action.APPROVE_LIST_CHANGE,
    Action.DECLINE_LIST_CHANGE,
    Action.EXCEED,
    Action.PROPOSE_CORRECTION,
    Action.CORRECT,
    Action.ASK_CORRECTION,
    Action.DECLINE_CORRECTION,
    Action.DETAIN,
    Action.NOTE_DETENTION,
    Action.ANSWER_DETENTION,
    Action.RELEASE_DETENTION,
    Action.REMIND_OF_DETENTION,
}
ACCOUNTS_ONLY = {
    Action.REGISTER,
    Action.INVITE,
    Action.DISABLE,
    Action.ENABLE,
    Action.MAKE_KEY,
    Action.REVOKE_KEY,
    Action.BIND_KEY,
    Action.ISSUE_TOKEN,
    Action.END_SESSION,
    Action.SEND_LINK,
    Action.RECONCILE,
    Action.TAKE_FORMS,
    Action.ADD_WEBHOOK,
    Action.DISABLE_WEBHOOK,
    Action.RESEND_WEBHOOK,
    Action.END_WEBHOOK,
    # of signing keys, whose page shows them
    Action.ASK_KEY_CHANGE,
    Action.APPROVE_KEY_CHANGE,
    Action.DECLINE_KEY_CHANGE,
}


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def story():
    """A case in which everything was said that an exporter must not hear."""
    ListVersionFactory(source="demo-un")
    officer, adviser = UserFactory(name="Marta Ríos"), UserFactory(adviser=True)
    adviser.organisation.name = "Ministerio de Salud"
    adviser.organisation.save()
    case = ApplicationFactory(in_review=True, status=ApplicationStatus.SUBMITTED)
    hit = ScreeningHitFactory(party=case.parties.first(), entity__version=ListVersion.objects.get())
    casework.take_on(case.pk, by=officer, at=NOON)
    for judgement, reason in ((Judgement.UNSURE, "Falta la fecha."), (Judgement.DIFFERENT, "Otra fecha.")):
        hits.judge(hit.pk, judgement=judgement, reason=reason, by=officer, at=NOON)
    asked = casework.consult(
        case.pk,
        adviser.organisation,
        question="¿Es sospechoso?",
        due_on=date(2026, 3, 16),
        by=officer,
        at=NOON,
    )
    advice.give(asked.pk, opinion=Opinion.CONDITIONS, answer="Vigilar de cerca.", by=adviser, at=NOON)
    casework.recommend(
        case.pk,
        outcome=Outcome.APPROVE,
        reasons="Razón interna.",
        months=12,
        conditions=[],
        by=officer,
        at=NOON,
    )
    decider = UserFactory(decider=True)
    decisions.approve(case.pk, reasons="Visto bueno interno.", by=decider, at=NOON)
    return case


def told(case, *, for_exporter=False):
    return sentences(case.events.newest_first(), for_exporter)


def test_every_act_on_a_case_has_its_sentence():
    assert set(LINES) == set(Action) - ACCOUNTS_ONLY


def test_every_act_is_either_told_to_exporters_or_kept_from_them_on_purpose():
    assert set(Action) - ACCOUNTS_ONLY - KEPT_FROM_EXPORTERS == TOLD_TO_EXPORTERS


@pytest.mark.parametrize("action", sorted(TOLD_TO_EXPORTERS))
def test_no_sentence_for_exporters_has_room_for_a_name(action):
    """What the sentence itself may speak of: the day of an opinion, the declaration, the number of a line,
    the licence that took the place of another."""
    said = dict.fromkeys(["due", "declaration", "line", "replacement"], "")
    assert str(LINES[action].exporter) % said


def test_officers_read_who_did_what_and_why(story):
    texts = {entry.action: entry.text for entry in told(story)}
    details = [entry.detail for entry in told(story)]

    assert texts[Action.TAKE_ON] == "Marta Ríos took on the case."
    assert (
        texts[Action.CONSULT] == "Marta Ríos asked Ministerio de Salud for its opinion, due by 16 March 2026."
    )
    assert texts[Action.ADVISE] == "Ministerio de Salud gave its opinion: No objection with conditions."
    assert texts[Action.RECOMMEND] == "Marta Ríos recommended: Approve."
    assert "Demonstration list of fictional parties" in texts[Action.JUDGE]
    assert "Otra fecha. (Before: Not sure. Falta la fecha.)" in details


def test_exporters_read_no_name_of_an_officer_no_match_no_opinion_and_no_internal_reason(story):
    everything = " ".join(f"{entry.text} {entry.detail}" for entry in told(story, for_exporter=True))

    for secret in (
        "Marta",
        "Ministerio de Salud",
        "Otra fecha",
        "Compañía Ficticia",
        "sospechoso",
        "Vigilar",
        "conditions",
        "Razón interna",
        "Visto bueno interno",
    ):
        assert secret not in everything
    assert {entry.action for entry in told(story, for_exporter=True)} == {
        Action.TAKE_ON,
        Action.CONSULT,
        Action.ADVISE,
        Action.RECOMMEND,
        Action.APPROVE,
    }


def test_exporters_read_what_they_are_asked_and_why_they_are_refused():
    case = ApplicationFactory(in_review=True)
    officer = UserFactory()
    for action, data in (
        (Action.REQUEST_INFORMATION, {"question": "¿Quién instala?"}),
        (Action.REFUSE, {"reasons": "Riesgo de desvío."}),
    ):
        Event.objects.create(application=case, action=action, by=officer, at=NOON, data=data)

    assert [entry.detail for entry in told(case, for_exporter=True)] == [
        "Riesgo de desvío.",
        "¿Quién instala?",
    ]


def test_changes_made_one_after_the_other_are_told_together():
    case = ApplicationFactory(contact_name="")
    author = case.created_by
    drafts.save(case.pk, by=author, at=NOON, contact_name="Ana Pérez")
    drafts.save(case.pk, by=author, at=NOON + timedelta(minutes=5), end_use="Lentes")

    entries = told(case)

    assert [entry.action for entry in entries] == [Action.EDIT]
    assert entries[0].at == NOON + timedelta(minutes=5)


def test_what_the_portal_did_by_itself_is_told_without_a_person():
    case = ApplicationFactory()
    Event.objects.create(application=case, action=Action.SCREEN, by=None, at=NOON)

    assert told(case)[0].text == "The portal had the parties compared with the lists again."


def test_the_sentences_cost_no_query_each(story, django_assert_num_queries):
    with django_assert_num_queries(1):
        told(story)


def test_exporters_read_which_of_their_own_people_acted():
    case = ApplicationFactory()
    officer = UserFactory(name="Marta Ríos")
    for action, by in ((Action.START, case.created_by), (Action.TAKE_ON, officer)):
        Event.objects.create(application=case, action=action, by=by, at=NOON)

    assert [entry.actor for entry in told(case, for_exporter=True)] == ["", case.created_by.name]


@pytest.mark.parametrize("words", [turns.for_exporter, turns.for_officers])
@pytest.mark.parametrize("status", sorted(set(ApplicationStatus.values) - {ApplicationStatus.DRAFT}))
def test_somebody_acts_next_until_the_case_is_closed(status, words):
    case = ApplicationFactory(in_review=True, status=status)
    closed = status in (ApplicationStatus.APPROVED, ApplicationStatus.REFUSED, ApplicationStatus.WITHDRAWN)

    assert bool(words(case).who) == bool(words(case).what) == (not closed)


def test_a_draft_is_its_authors_turn():
    assert turns.for_exporter(ApplicationFactory()).who == "You"


def test_a_body_that_was_asked_acts_next_and_only_officers_read_which():
    ConsultationFactory(body__name="Ministerio de Salud")
    case = Application.objects.get()

    assert turns.for_officers(case).who == "Ministerio de Salud"
    assert turns.for_officers(case).what == "We wait for the opinion of Ministerio de Salud."
    assert turns.for_exporter(case).who == "The authority"


def test_a_body_whose_question_was_withdrawn_does_not_act_next():
    officer = UserFactory(name="Ana Lee")
    case = ApplicationFactory(in_review=True, case_officer=officer)
    ConsultationFactory(application=case, withdrawn_by=officer, withdrawn_at=NOON)

    assert turns.for_officers(case).who == "Ana Lee"
