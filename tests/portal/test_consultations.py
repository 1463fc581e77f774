"""What advisers of a consulted body see and say."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from licensing.models import Opinion, Role
from tests.factories import NOON, ConsultationFactory, ScreeningHitFactory, UserFactory
from tests.people import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def adviser(db):
    return UserFactory(adviser=True, language="en")


@pytest.fixture
def desk(adviser):
    return client_of(adviser)


@pytest.fixture
def consultation(adviser):
    return ConsultationFactory(body=adviser.organisation, question="¿Tiene objeción al destino?")


def text(response) -> str:
    assert response.status_code == 200
    return response.content.decode()


def address(consultation) -> str:
    return f"/consultations/{consultation.pk}/"


def answered(body, **facts):
    return ConsultationFactory(
        body=body, opinion=Opinion.NO_OBJECTION, answered_by=UserFactory(), answered_at=NOON, **facts
    )


def test_the_index_shows_what_waits_by_due_date_and_what_was_answered(desk, adviser, consultation):
    urgent = ConsultationFactory(body=adviser.organisation, due_on=NOON.date())
    done = answered(adviser.organisation)
    ConsultationFactory()

    context = desk.get("/consultations/").context

    assert [one["row"] for one in context["waiting"]] == [urgent, consultation]
    assert list(context["page"]) == [done]


def test_days_left_are_working_days_and_late_ones_say_so(desk, adviser):
    today = timezone.now().date()
    ConsultationFactory(body=adviser.organisation, due_on=today - timedelta(days=14))

    response = desk.get("/consultations/")

    assert response.context["waiting"][0]["left"] in (-10, -9)
    assert "days late" in text(response)


def test_an_adviser_sees_the_facts_of_the_case(desk, consultation):
    html = text(desk.get(address(consultation)))

    for fact in ("¿Tiene objeción al destino?", "Kyoto Glass Works", "845611", "Japan", "lentes civiles"):
        assert fact in html


def test_an_adviser_sees_no_match_no_other_opinion_and_no_document(desk, consultation):
    case = consultation.application
    ScreeningHitFactory(party=case.parties.first(), entity__primary_name="Compañía Listada X")
    ConsultationFactory(
        application=case,
        body__name="Otro Ministerio",
        opinion=Opinion.OBJECTION,
        answer="Riesgo grave.",
        answered_by=UserFactory(),
        answered_at=NOON,
    )

    html = text(desk.get(address(consultation)))

    for secret in ("Compañía Listada X", "Otro Ministerio", "Riesgo grave.", "certificado.pdf"):
        assert secret not in html


def test_an_opinion_is_given_once_and_can_be_read_afterwards(desk, adviser, consultation):
    response = desk.post(address(consultation), {"opinion": "conditions", "answer": "Solo para uso civil."})
    assert response.url == "/consultations/"

    html = text(desk.get(address(consultation)))
    assert "Solo para uso civil." in html
    assert "<textarea" not in html
    again = desk.post(address(consultation), {"opinion": "objection", "answer": "Cambiamos de idea."})

    assert "This question has been answered already." in text(again)
    consultation.refresh_from_db()
    assert (consultation.opinion, consultation.answered_by) == (Opinion.CONDITIONS, adviser)


def test_a_withdrawn_question_is_shown_as_such_and_takes_no_answer(desk, adviser):
    withdrawn = ConsultationFactory(
        body=adviser.organisation, withdrawn_by=UserFactory(name="Marta Ríos"), withdrawn_at=NOON
    )

    index = desk.get("/consultations/")
    html = text(desk.get(address(withdrawn)))
    refused = text(desk.post(address(withdrawn), {"opinion": "no-objection", "answer": "Sin objeción."}))

    assert (index.context["waiting"], list(index.context["withdrawn"])) == ([], [withdrawn])
    assert "Withdrawn by the authority" in text(index)
    assert "The authority has withdrawn this question." in html
    assert "<textarea" not in html
    assert "Marta" not in html + text(index)
    assert "The authority has withdrawn this question." in refused
    withdrawn.refresh_from_db()
    assert withdrawn.opinion == ""


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"opinion": "objection", "answer": "  "}, "answer"),
        ({"opinion": "", "answer": "Bien."}, "opinion"),
        ({"opinion": "maybe", "answer": "Bien."}, "opinion"),
        ({"opinion": "no-objection", "answer": "x" * 4001}, "answer"),
    ],
)
def test_an_opinion_with_a_mistake_is_told_at_its_field(desk, consultation, given, field):
    response = desk.post(address(consultation), given)

    assert list(response.context["form"].errors) == [field]
    assert response.context["form"]["answer"].value() == given["answer"]
    consultation.refresh_from_db()
    assert consultation.opinion == ""


def test_the_question_to_another_body_does_not_exist_for_this_one(desk):
    other = ConsultationFactory()

    assert desk.get(address(other)).status_code == 404
    assert desk.post(address(other), {"opinion": "no-objection"}).status_code == 404


@pytest.mark.parametrize("role", [role for role in Role.values if role != Role.ADVISER])
def test_nobody_but_advisers_opens_these_pages(consultation, role):
    client = client_of(UserFactory(role=role))

    assert client.get("/consultations/").status_code == 403
    assert client.get(address(consultation)).status_code == 403
    assert client.post(address(consultation), {"opinion": "no-objection"}).status_code == 403


def test_the_index_costs_the_same_with_many_questions(desk, adviser):
    def queries():
        with CaptureQueriesContext(connection) as seen:
            desk.get("/consultations/")
        return len(seen)

    ConsultationFactory(body=adviser.organisation)
    answered(adviser.organisation)
    queries()
    few = queries()
    for _n in range(15):
        ConsultationFactory(body=adviser.organisation)
        answered(adviser.organisation)

    assert queries() <= few
