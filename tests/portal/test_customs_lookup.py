"""Customs people and machines find a licence however its number is typed, and licences by their holder."""

import pytest

from licensing.models import OrganisationKind
from licensing.references import read_licence_number
from tests.factories import LicenceFactory, LicenceLineFactory, OrganisationFactory, UserFactory
from tests.people import client_of
from tests.portal.machines import Machine

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("PA-L-2026-000001", "PA-L-2026-000001"),
        ("pal2026000001", "PA-L-2026-000001"),
        ("PA L 2026 1", "PA-L-2026-000001"),
        ("pa-l–2026—1", "PA-L-2026-000001"),
        ("PA-L-2026-1234567", "PA-L-2026-1234567"),
        ("pal 2026", "PAL2026"),
        ("XX-L-2026-1", "XX-L-2026-1"),
    ],
)
def test_a_number_is_read_without_dashes_and_zeros(typed, read):
    assert read_licence_number(typed) == read


@pytest.fixture
def licence():
    return LicenceLineFactory(licence__reference="PA-L-2026-000071").licence


WAYS = ["pal2026000071", "PA L 2026 71", "pa-l-2026-71"]


@pytest.mark.parametrize("typed", WAYS)
def test_pages_find_it(licence, typed):
    officer = client_of(UserFactory(customs=True))

    assert officer.get("/customs/", {"number": typed}).url == f"/customs/{licence}/"
    assert officer.get(f"/customs/{typed}/").status_code == 200


@pytest.mark.parametrize("typed", WAYS)
def test_machines_find_it_and_may_write_off(licence, typed):
    machine = Machine()

    assert machine.licence(typed).json()["number"] == str(licence)
    item = {"item": 1, "licence": typed, "line": 1, "quantity": "1", "unit": "C62"}
    answer = machine.send("reservations", {"id": "r", "declaration": "D", "lines": [item]})
    assert answer.json()["lines"][0]["licence"] == str(licence)


@pytest.fixture
def held():
    company = OrganisationFactory(
        kind=OrganisationKind.EXPORTER, name="Lentes Quetzal del Sur, S. A.", tax_id="8-7-6"
    )
    return [LicenceFactory(holder=company) for _one in range(2)]


def page_of(typed):
    return (
        client_of(UserFactory(customs=True, language="en"))
        .get("/customs/", {"holder": typed})
        .content.decode()
    )


@pytest.mark.parametrize("typed", ["8-7-6", "lentes quetzal del sur s.a.", "del Quetzal"])
def test_licences_are_found_by_their_holder(held, typed):
    other = LicenceFactory()

    page = page_of(typed)

    assert all(f"/customs/{licence}/" in page for licence in held)
    assert f"/customs/{other}/" not in page


def test_a_name_of_several_companies_asks_which(held):
    OrganisationFactory(kind=OrganisationKind.EXPORTER, name="Puertos Quetzal, S. A.", tax_id="1-2-3")

    page = page_of("quetzal")

    assert "Which company?" in page and "?holder=1-2-3" in page and "?holder=8-7-6" in page
    assert f"/customs/{held[0]}/" not in page


def test_a_holder_nobody_knows_is_said_and_stays_in_its_field(held):
    page = page_of("Nadie & Hijos")

    assert "No company is registered as “Nadie &amp; Hijos”" in page
    assert 'value="Nadie &amp; Hijos"' in page


def test_nothing_typed_is_an_error_at_its_own_field():
    page = page_of("  ")

    assert "Type the holder&#x27;s tax number or name" in page
    assert page.count("govuk-error-message") == 1
