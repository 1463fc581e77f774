"""Who comes back under another name is shown to whoever judges the next case."""

from datetime import timedelta

import pytest
from django.urls import reverse

from licensing import assessment, look_alikes, tasks
from licensing.models import Application, ApplicationStatus, Job, LookAlike, OutboxJob, PartyRole
from tests.factories import (
    NOON,
    ApplicationFactory,
    ListedEntityFactory,
    LookAlikeFactory,
    OrganisationFactory,
    PartyFactory,
    UserFactory,
)
from tests.people import client_of

LATER = NOON + timedelta(hours=1)
NAME, SLIP = "Zanahoria Quimera Fabricaciones", "Zanahoria Quimerra Fabricaciones"


@pytest.fixture(autouse=True)
def lists(db):
    ListedEntityFactory(version__source="demo-un", primary_name="Somebody Far Away")


def case_with(name, at=NOON, **facts):
    """A case that was screened, with one party of that name."""
    case = ApplicationFactory(status=ApplicationStatus.IN_REVIEW, submitted_at=at)
    PartyFactory(application=case, name=name, role=PartyRole.BANK, **facts)
    assessment.screen(assessment.ask(case, at=at).pk, at=at)
    return case


def found(case):
    return [(row.party.name, row.other.name) for row in LookAlike.objects.filter(party__application=case)]


def test_a_party_of_an_earlier_case_under_a_name_alike_is_found():
    case_with(NAME)
    case = case_with(SLIP, LATER)

    look_alikes.find(case.pk, at=LATER)

    assert found(case) == [(SLIP, NAME)]


def test_the_very_same_party_is_none_that_looks_like_it():
    case_with(NAME)
    case = case_with(NAME, LATER)

    look_alikes.find(case.pk, at=LATER)

    assert found(case) == []


def test_but_it_is_if_it_says_something_else_of_itself():
    case_with(NAME, street="Calle 1")
    case = case_with(NAME, LATER, street="Calle 2")

    look_alikes.find(case.pk, at=LATER)

    assert found(case) == [(NAME, NAME)]


def test_two_parties_of_one_case_do_not_look_like_each_other():
    case = ApplicationFactory(status=ApplicationStatus.IN_REVIEW, submitted_at=NOON)
    PartyFactory(application=case, name=NAME)
    PartyFactory(application=case, name=SLIP, role=PartyRole.BANK)
    assessment.screen(assessment.ask(case, at=NOON).pk, at=NOON)

    look_alikes.find(case.pk, at=NOON)

    assert found(case) == []


def test_a_draft_is_nobodys_business():
    draft = case_with(NAME)
    Application.objects.filter(pk=draft.pk).update(status=ApplicationStatus.DRAFT)
    case = case_with(SLIP, LATER)

    look_alikes.find(case.pk, at=LATER)

    assert found(case) == []


def test_a_company_that_applies_is_looked_among_too():
    company = OrganisationFactory(name=NAME, country="JP")
    other = ApplicationFactory(organisation=company, status=ApplicationStatus.IN_REVIEW, submitted_at=NOON)
    assessment.screen(assessment.ask(other, at=NOON).pk, at=NOON)
    case = case_with(SLIP, LATER)

    look_alikes.find(case.pk, at=LATER)

    assert found(case) == [(SLIP, NAME)]


def test_doing_it_again_changes_nothing_and_what_no_longer_looks_alike_goes():
    case_with(NAME)
    case = case_with(SLIP, LATER)
    look_alikes.find(case.pk, at=LATER)
    look_alikes.find(case.pk, at=LATER)
    assert len(found(case)) == 1

    case.parties.update(name="Jardines del Sol")
    assessment.screen(assessment.ask(case, at=LATER).pk, at=LATER)
    look_alikes.find(case.pk, at=LATER)

    assert found(case) == []


def test_a_finished_comparison_asks_for_it_and_a_worker_does_it():
    case_with(NAME)
    case = case_with(SLIP, LATER)
    job = OutboxJob.objects.filter(job=Job.FIND_LOOK_ALIKES).latest("pk")

    tasks.run_job(job.pk)

    assert found(case) == [(SLIP, NAME)]


def test_the_case_page_shows_what_differs_and_how_it_ended_there():
    case, other = ApplicationFactory(in_review=True), ApplicationFactory(in_review=True)
    Application.objects.filter(pk=other.pk).update(status=ApplicationStatus.REFUSED)
    LookAlikeFactory(
        party=PartyFactory(application=case, name=SLIP), other=PartyFactory(application=other, name=NAME)
    )

    page = client_of(UserFactory(), "en").get(reverse("case", args=[case.reference])).content.decode()

    assert other.reference in page
    assert f"{SLIP} / {NAME}" in page
    assert "Refused" in page
