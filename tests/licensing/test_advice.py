"""What consulted bodies say."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from licensing.actions import advice
from licensing.errors import Refused
from licensing.models import Action, Consultation, Opinion
from tests.factories import NOON, ConsultationFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def adviser():
    return UserFactory(adviser=True)


@pytest.fixture
def consultation(adviser):
    return ConsultationFactory(body=adviser.organisation)


def give(consultation, by, opinion=Opinion.NO_OBJECTION, answer="", at=NOON):
    return advice.give(consultation.pk, opinion=opinion, answer=answer, by=by, at=at)


def test_an_opinion_is_kept_with_who_and_when_and_logged(consultation, adviser):
    give(consultation, adviser, Opinion.CONDITIONS, " Solo para uso civil. ")

    consultation.refresh_from_db()
    assert (consultation.opinion, consultation.answer) == (Opinion.CONDITIONS, "Solo para uso civil.")
    assert (consultation.answered_by, consultation.answered_at) == (adviser, NOON)
    event = consultation.application.events.get(action=Action.ADVISE)
    assert event.after == {"opinion": Opinion.CONDITIONS, "answer": "Solo para uso civil."}


def test_an_opinion_is_given_once(consultation, adviser):
    give(consultation, adviser)

    with pytest.raises(Refused):
        give(consultation, adviser, Opinion.OBJECTION, "Cambiamos de idea.")

    consultation.refresh_from_db()
    assert consultation.opinion == Opinion.NO_OBJECTION


@pytest.mark.parametrize("opinion", [Opinion.OBJECTION, Opinion.CONDITIONS])
def test_an_opinion_that_asks_for_something_says_why(consultation, adviser, opinion):
    with pytest.raises(Refused):
        give(consultation, adviser, opinion, "   ")


def test_a_late_opinion_is_taken_too(consultation, adviser):
    give(consultation, adviser, at=NOON + timedelta(days=60))

    assert not Consultation.objects.waiting().exists()


def test_a_question_that_was_withdrawn_is_not_answered(adviser):
    withdrawn = ConsultationFactory(body=adviser.organisation, withdrawn_by=UserFactory(), withdrawn_at=NOON)

    with pytest.raises(Refused):
        give(withdrawn, adviser)

    withdrawn.refresh_from_db()
    assert withdrawn.opinion == ""


def test_another_body_can_not_answer(consultation):
    with pytest.raises(Refused):
        give(consultation, UserFactory(adviser=True))

    assert Consultation.objects.waiting().exists()


@pytest.mark.parametrize("role", ["exporter-filer", "case-officer", "deciding-officer", "customs-officer"])
def test_nobody_but_an_adviser_answers_not_even_from_the_same_body(consultation, role):
    with pytest.raises(Refused):
        give(consultation, UserFactory(role=role, organisation=consultation.body))


def test_the_database_takes_no_opinion_without_who_and_when(consultation):
    with pytest.raises(IntegrityError, match="an_opinion_has_who_and_when"), transaction.atomic():
        Consultation.objects.filter(pk=consultation.pk).update(opinion=Opinion.NO_OBJECTION)
