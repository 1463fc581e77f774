"""Numbers of forms that a port takes in advance: nobody else has them, and each is for one message."""

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from licensing.actions import forms
from licensing.errors import Refused
from licensing.models import FormBlock, OrganisationKind
from tests.factories import NOON, LicenceLineFactory, OrganisationFactory, UserFactory
from tests.people import client_of
from tests.portal.machines import Machine

pytestmark = pytest.mark.django_db


@pytest.fixture
def machine():
    return Machine()


def test_no_two_blocks_share_a_number():
    customs = OrganisationFactory(kind=OrganisationKind.CUSTOMS)
    officers = [UserFactory(customs=True, organisation=customs) for _one in range(2)]

    blocks = [forms.take("PABLB", 200, by=officer, at=NOON) for officer in officers]

    numbers = [number for block in blocks for number in block.numbers]
    assert len(set(numbers)) == 400


def test_what_left_under_a_form_is_reported_later_with_its_number_and_counts_once(machine):
    line = LicenceLineFactory(granted=100, used=0, unit="C62")
    taken = machine.send("form-blocks", {"port": "PABLB", "count": 2}).json()
    first, second = taken["numbers"]
    item = {"item": 1, "licence": str(line.licence), "line": 1, "quantity": "4", "unit": "C62"}
    message = {"kind": "depart", "id": first, "declaration": "PABLB-1", "lines": [item]}

    answers = machine.send("batches", {"messages": [message, message]}).json()["answers"]

    assert [(one["status"], one["replayed"]) for one in answers] == [(201, False), (201, True)]
    line.refresh_from_db()
    assert line.used == 4
    block = FormBlock.objects.get()
    assert forms.reported(block) == {first}
    officer = UserFactory(customs=True, organisation=block.system, language="en")
    page = client_of(officer).get(f"/customs/forms/{block.pk}/").content.decode()
    assert second in page and page.count(">Reported<") == 1


def test_an_officer_takes_a_block_on_the_page_and_gets_its_numbers(client):
    officer = client_of(UserFactory(customs=True, language="en"))

    answer = officer.post("/customs/forms/", {"port": "PABLB", "count": "3"}, follow=True)

    for number in FormBlock.objects.get().numbers:
        assert number in answer.content.decode()
    assert str(FormBlock.objects.get()) in officer.get("/customs/forms/").content.decode()


@pytest.mark.parametrize(
    "typed", [{"port": "", "count": "3"}, {"port": "PABLB", "count": "201"}, {"port": "PABLB", "count": "x"}]
)
def test_what_is_no_block_gets_an_error_and_stays_in_its_field(typed):
    page = client_of(UserFactory(customs=True)).post("/customs/forms/", typed).content.decode()

    assert "govuk-error-summary" in page
    assert f'value="{typed["count"]}"' in page
    assert not FormBlock.objects.exists()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"port": "XXXXX", "count": 1}, 422),
        ({"port": "PABLB", "count": 0}, 422),
        ({"port": "PABLB", "count": 201}, 422),
        ({"count": 1}, 422),
    ],
)
def test_a_machine_is_told_what_is_wrong(machine, body, status):
    assert machine.send("form-blocks", body).status_code == status
    assert not FormBlock.objects.exists()


def test_others_do_not_see_or_take_blocks():
    block = forms.take("PABLB", 1, by=UserFactory(customs=True), at=NOON)

    assert client_of(UserFactory(customs=True)).get(f"/customs/forms/{block.pk}/").status_code == 404
    assert client_of(UserFactory()).get("/customs/forms/").status_code == 403
    with pytest.raises(Refused):
        forms.take("PABLB", 1, by=UserFactory(decider=True), at=NOON)


def test_no_block_can_be_changed_or_deleted():
    forms.take("PABLB", 1, by=UserFactory(customs=True), at=NOON)

    for statement in ("UPDATE licensing_formblock SET count = 2", "DELETE FROM licensing_formblock"):
        with pytest.raises((IntegrityError, ProgrammingError)), transaction.atomic():
            connection.cursor().execute(statement)
