import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.core import mail

from licensing import notifications
from licensing.actions import applications, casework, decisions
from licensing.models import Action, Event, Job, OutboxJob, Outcome
from licensing.outbox import put
from licensing.tasks import run_job
from tests.factories import (
    NOON,
    ApplicationFactory,
    LicenceFactory,
    ListVersionFactory,
    OrganisationFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

DATA = {
    Action.REQUEST_INFORMATION: {"question": "¿Qué potencia tiene el láser & su “óptica”?"},
    Action.ANSWER: {"text": "Cuatro kW <exactos>."},
    Action.CONSULT: {"question": "¿Tiene objeción?", "due_on": "2026-03-16", "consultation": 7},
    Action.ADVISE: {"body": "Ministerio de Salud"},
    Action.SEND_BACK: {"reasons": "Falta el contrato & su anexo."},
    Action.REFUSE: {"reasons": "Uso militar & nuclear."},
    Action.SUSPEND: {"reasons": "Posible desvío."},
    Action.REINSTATE: {"reasons": "Aclarado."},
    Action.REVOKE: {"reasons": "Desvío comprobado."},
    Action.ASK_SURRENDER: {"reasons": "Se canceló el pedido."},
    Action.SURRENDER: {"reasons": "Recibida & anotada."},
    Action.REPLACE: {"replacement": "PA-L-2026-900001", "application": "PA-2026-900001"},
}
# Whose letters are about no application: tests/licensing/test_lists.py.
ABOUT_LISTS = {Action.ASK_LIST_CHANGE, Action.APPROVE_LIST_CHANGE, Action.DECLINE_LIST_CHANGE}
# … and tests/licensing/test_signing_keys.py
ABOUT_KEYS = {Action.ASK_KEY_CHANGE, Action.APPROVE_KEY_CHANGE, Action.DECLINE_KEY_CHANGE}
# … and tests/licensing/test_detentions.py
ABOUT_DETENTIONS = {
    Action.DETAIN,
    Action.NOTE_DETENTION,
    Action.ANSWER_DETENTION,
    Action.RELEASE_DETENTION,
    Action.REMIND_OF_DETENTION,
}
# … and tests/licensing/test_webhooks.py
ABOUT_ADDRESSES = {Action.END_WEBHOOK}
ABOUT_A_LICENCE = {
    Action.SUSPEND,
    Action.REINSTATE,
    Action.REVOKE,
    Action.ASK_SURRENDER,
    Action.SURRENDER,
    Action.REPLACE,
}


@pytest.fixture
def licence():
    return LicenceFactory()


def event(action: Action, licence) -> Event:
    return Event.objects.create(
        application=licence.application,
        licence=licence if action in ABOUT_A_LICENCE else None,
        action=action,
        by=UserFactory(name="Beto Ríos"),
        at=NOON,
        data=DATA.get(action, {}),
    )


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize(
    "action",
    sorted(set(notifications.RECIPIENTS) - ABOUT_LISTS - ABOUT_KEYS - ABOUT_DETENTIONS - ABOUT_ADDRESSES),
)
def test_every_notified_action_has_a_letter_with_a_subject_what_was_said_and_a_link(
    action, language, licence
):
    user = UserFactory(language=language, name="Ana O'Neill & Pérez")

    notifications.send(event(action, licence), user)

    (letter,) = mail.outbox
    assert letter.to == [user.email]
    assert licence.application.reference in letter.subject or licence.reference in letter.subject
    assert "\n" not in letter.subject
    assert f"\n{settings.PORTAL_URL}/" in letter.body
    assert "Ana O'Neill & Pérez" in letter.body
    for key, said in DATA.get(action, {}).items():
        assert key in ("due_on", "consultation") or said in letter.body
    assert len(letter.subject) <= 60
    assert not re.search(r"\d{4}-\d{2}-\d{2}", letter.body)
    assert not {"&amp;", "&#x27;", "{{", "{%", "None"} & set(letter.body.split())
    assert "&lt;" not in letter.body


def test_a_letter_is_in_the_readers_language(licence):
    notifications.send(event(Action.SUSPEND, licence), UserFactory(language="en"))

    assert mail.outbox[0].subject == f"Licence {licence.reference} is suspended"
    assert "National Council for Secure Trade and Transport" in mail.outbox[0].body


def test_the_letter_of_an_approval_names_the_licence_and_its_last_day(licence):
    notifications.send(event(Action.APPROVE, licence), UserFactory(language="en"))

    assert licence.reference in mail.outbox[0].body
    assert "31 December 2999" in mail.outbox[0].body
    assert f"/licences/{licence.reference}/" in mail.outbox[0].body


@pytest.mark.parametrize(("language", "day"), [("es", "16 de marzo de 2026"), ("en", "16 March 2026")])
def test_the_letter_to_a_body_leads_to_the_question_and_names_the_day_in_words(licence, language, day):
    notifications.send(event(Action.CONSULT, licence), UserFactory(adviser=True, language=language))

    assert f"{settings.PORTAL_URL}/consultations/7/\n" in mail.outbox[0].body
    assert day in mail.outbox[0].body


def test_the_letter_about_an_opinion_names_the_body_and_nobody_who_asked(licence):
    notifications.send(event(Action.ADVISE, licence), UserFactory(language="en"))

    reference = licence.application.reference
    assert f"Ministerio de Salud has given its opinion on {reference}." in mail.outbox[0].body
    assert "you asked" not in mail.outbox[0].body


def told() -> set[int]:
    return {job.arguments["user_id"] for job in OutboxJob.objects.filter(job=Job.NOTIFY)}


def test_everybody_who_files_for_the_exporter_hears_of_a_refusal(licence):
    organisation = licence.application.organisation
    filer = UserFactory(exporter=True, organisation=organisation)
    gone = UserFactory(
        exporter=True,
        organisation=organisation,
        is_active=False,
        disabled_by=UserFactory(administrator=True),
        disabled_at=NOON,
    )
    stranger = UserFactory(exporter=True)

    notifications.announce(event(Action.REFUSE, licence))

    assert filer.pk in told()
    assert not {gone.pk, stranger.pk} & told()


def test_only_the_case_officer_hears_of_an_answer():
    officer = UserFactory()
    application = ApplicationFactory(case_officer=officer)
    UserFactory()

    notifications.announce(
        Event.objects.create(application=application, action=Action.ANSWER, at=NOON, data={"text": "Sí."})
    )

    assert told() == {officer.pk}


def test_everybody_who_may_decide_hears_of_a_recommendation_but_whoever_made_it(administrator):
    recommender, decider = UserFactory(decider=True), UserFactory(decider=True)
    UserFactory(decider=True, is_active=False, disabled_by=administrator, disabled_at=NOON)
    ListVersionFactory()
    case = ApplicationFactory(in_review=True, case_officer=UserFactory())

    casework.recommend(
        case.pk,
        outcome=Outcome.REFUSE,
        reasons="Riesgo.",
        months=None,
        conditions=[],
        by=recommender,
        at=NOON,
    )

    assert told() == {decider.pk}


def test_the_case_officer_hears_that_a_case_is_sent_back():
    officer = UserFactory()
    case = ApplicationFactory(recommended=True, case_officer=officer)

    decisions.send_back(case.pk, reasons="Falta.", by=UserFactory(decider=True), at=NOON)

    assert told() == {officer.pk}


@pytest.mark.parametrize("taken_on", [True, False])
def test_the_case_officer_if_any_hears_of_a_withdrawal(taken_on):
    officer = UserFactory() if taken_on else None
    case = ApplicationFactory(in_review=True, case_officer=officer)

    applications.withdraw(case.pk, by=case.created_by, at=NOON)

    assert told() == ({officer.pk} if officer else set())


def test_only_advisers_of_the_body_that_was_asked_hear_of_it():
    body = OrganisationFactory(kind="body")
    asked, other = UserFactory(adviser=True, organisation=body), UserFactory(adviser=True)

    notifications.announce(
        Event.objects.create(
            application=ApplicationFactory(),
            action=Action.CONSULT,
            at=NOON,
            data={"organisation": body.pk, "question": "¿?"},
        )
    )

    assert told() == {asked.pk}
    assert other.pk not in told()


def test_the_worker_sends_it(licence):
    user = UserFactory()
    job = put(Job.NOTIFY, at=NOON - timedelta(1), event_id=event(Action.REVOKE, licence).pk, user_id=user.pk)

    run_job(job.pk)

    job.refresh_from_db()
    assert job.done_at
    assert [letter.to for letter in mail.outbox] == [[user.email]]
