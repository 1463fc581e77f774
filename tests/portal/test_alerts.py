"""The pages of alerts: what is open, one of a company or a person, and where a licence shows its own."""

import pytest
from django.urls import reverse

from licensing.models import (
    Application,
    ApplicationStatus,
    HitJudgement,
    LicenceStatus,
    PartyKind,
    PartyRole,
    Role,
)
from tests.factories import (
    ApplicationFactory,
    LicenceFactory,
    OrganisationFactory,
    PartyFactory,
    ScreeningHitFactory,
    UserFactory,
)
from tests.people import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def marta():
    return UserFactory(language="en", name="Marta Ríos")


@pytest.fixture
def reader(marta):
    return client_of(marta, "en")


@pytest.fixture
def company():
    return OrganisationFactory(name="Quimera Óptica S. A.")


@pytest.fixture
def company_hit(company):
    party = PartyFactory(application=None, company=company, role=PartyRole.APPLICANT, name=company.name)
    return ScreeningHitFactory(party=party)


@pytest.fixture
def licence():
    licence = LicenceFactory()
    Application.objects.filter(licence=licence).update(status=ApplicationStatus.APPROVED)
    return licence


@pytest.fixture
def licence_hit(licence):
    return ScreeningHitFactory(party=PartyFactory(application=licence.application, role=PartyRole.BANK))


def html(response) -> str:
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize(
    "role", [Role.EXPORTER_FILER, Role.ADVISER, Role.CUSTOMS_OFFICER, Role.ADMINISTRATOR]
)
def test_nobody_but_officers_sees_them(role, company_hit):
    client = client_of(UserFactory(role=role))
    for address in (reverse("alerts"), reverse("alert", args=[company_hit.pk])):
        assert client.get(address).status_code == 403


def test_it_says_that_nothing_is_open(reader):
    assert "No alert is open." in html(reader.get(reverse("alerts")))


def test_it_lists_what_is_open_of_companies_and_under_licences(reader, company_hit, licence_hit, licence):
    page = html(reader.get(reverse("alerts")))

    assert reverse("alert", args=[company_hit.pk]) in page
    assert reverse("case-hit", args=[licence.application.reference, licence_hit.pk]) in page
    assert licence.reference in page


def test_officers_find_them_on_their_first_page(reader, company_hit):
    assert reverse("alert", args=[company_hit.pk]) in html(reader.get("/"))


def test_a_company_is_judged_on_a_page_of_its_own(reader, marta, company_hit):
    address = reverse("alert", args=[company_hit.pk])
    assert "Quimera Óptica S. A." in html(reader.get(address))

    answer = reader.post(address, {"judgement": "different", "reason": "Otro registro."})

    assert answer.status_code == 302
    judged = HitJudgement.objects.get()
    assert (judged.hit, judged.by, judged.reason) == (company_hit, marta, "Otro registro.")


def test_what_is_wrong_with_a_judgement_is_said_and_nothing_is_lost(reader, company_hit):
    page = html(reader.post(reverse("alert", args=[company_hit.pk]), {"reason": "Otro registro."}))

    assert "Choose one of the three answers." in page
    assert "Otro registro." in page
    assert not HitJudgement.objects.exists()


def test_a_person_has_no_country_to_show(reader):
    user = UserFactory(name="Quimerico Rábanos")
    party = PartyFactory(
        application=None, account=user, role=PartyRole.USER, kind=PartyKind.PERSON, name=user.name, country=""
    )
    hit = ScreeningHitFactory(party=party)

    assert "Quimerico Rábanos" in html(reader.get(reverse("alert", args=[hit.pk])))


def test_the_page_of_a_company_opens_nothing_of_a_case(reader, licence_hit):
    assert reader.get(reverse("alert", args=[licence_hit.pk])).status_code == 404


def test_a_licence_shows_its_alerts_to_officers_alone(reader, licence, licence_hit):
    address = reverse("licence", args=[licence.reference])
    holder = client_of(UserFactory(exporter=True, organisation=licence.holder), "en")

    assert licence_hit.listed_name in html(reader.get(address))
    assert licence_hit.listed_name not in html(holder.get(address))


def test_a_match_of_the_company_is_judged_in_its_case_too(reader, marta, company):
    case = ApplicationFactory(in_review=True, organisation=company)
    party = PartyFactory(application=None, company=company, role=PartyRole.APPLICANT, name=company.name)
    hit = ScreeningHitFactory(party=party)
    address = reverse("case-hit", args=[case.reference, hit.pk])
    assert "Applicant" in html(reader.get(address))

    reader.post(address, {"judgement": "same", "reason": "Es la misma."})

    assert HitJudgement.objects.get().hit == hit
    assert case.events.filter(action="judge").exists()


def test_under_a_licence_that_is_revoked_the_form_is_gone(reader, licence, licence_hit):
    address = reverse("case-hit", args=[licence.application.reference, licence_hit.pk])
    assert 'name="judgement"' in html(reader.get(address))

    type(licence).objects.update(status=LicenceStatus.REVOKED)

    assert 'name="judgement"' not in html(reader.get(address))
