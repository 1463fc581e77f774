"""The books of a licence: who reads them, and how two people reverse a wrong entry."""

from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from licensing.actions import customs
from licensing.actions.customs import UsedLine
from licensing.models import LedgerEntry
from tests.factories import LicenceLineFactory, UserFactory
from tests.people import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def line(db):
    line = LicenceLineFactory(granted=Decimal(10))
    customs.record_usage(
        str(line.licence),
        client_key="k1",
        declaration="PABLB-77",
        used=[UsedLine(line.number, Decimal(4), line.unit)],
        by=UserFactory(system=True),
        at=timezone.now(),
    )
    return line


def books(line):
    return reverse("licence-ledger", args=[str(line.licence)])


def page_of(line):
    return reverse("licence-ledger-entry", args=[str(line.licence), LedgerEntry.objects.earliest("pk").pk])


def used(line):
    line.refresh_from_db()
    return line.used


def test_the_holder_and_officers_read_every_entry_and_others_none(line, officer):
    holder = UserFactory(exporter=True, organisation=line.licence.holder)

    assert "PABLB-77" in client_of(holder).get(books(line)).content.decode()
    assert page_of(line) not in client_of(holder).get(books(line)).content.decode()
    assert page_of(line) in client_of(officer).get(books(line)).content.decode()
    assert client_of(UserFactory(exporter=True)).get(books(line)).status_code == 404
    assert client_of(holder).get(page_of(line)).status_code == 403


def test_two_people_reverse_an_entry(line, decider):
    first, second = client_of(decider, "en"), client_of(UserFactory(decider=True), "en")

    first.post(page_of(line), {"act": "propose", "reason": "The container came back."})
    own = first.get(page_of(line)).content.decode()
    assert "Somebody else must confirm it" in own and "Confirm and reverse it" not in own
    assert used(line) == 4
    proposed = LedgerEntry.objects.get().corrections.get()
    second.post(page_of(line), {"act": "confirm", "correction": proposed.pk})

    assert used(line) == 0
    assert "This entry is reversed" in first.get(page_of(line)).content.decode()
    assert "Reversed" in first.get(books(line)).content.decode()


def test_who_proposed_it_can_not_confirm_it(line, decider):
    client = client_of(decider, "en")
    client.post(page_of(line), {"act": "propose", "reason": "x"})
    proposed = LedgerEntry.objects.get().corrections.get()

    answer = client.post(page_of(line), {"act": "confirm", "correction": proposed.pk})

    assert "somebody else must confirm" in answer.content.decode()
    assert used(line) == 4


def test_without_a_reason_nothing_is_proposed(line, decider):
    answer = client_of(decider, "en").post(page_of(line), {"act": "propose", "reason": " "})

    assert "Write why this entry is wrong" in answer.content.decode()
    assert not LedgerEntry.objects.get().corrections.exists()


def test_case_officers_read_and_reverse_nothing(line, officer):
    client = client_of(officer, "en")

    assert "Deciding officers reverse an entry" in client.get(page_of(line)).content.decode()
    assert client.post(page_of(line), {"act": "propose", "reason": "x"}).status_code == 403


def test_an_entry_of_another_licence_is_not_found(line, officer):
    other = LicenceLineFactory()
    address = reverse("licence-ledger-entry", args=[str(other.licence), LedgerEntry.objects.get().pk])

    assert client_of(officer).get(address).status_code == 404
