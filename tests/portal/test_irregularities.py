"""The work list of goods that left without being covered: seen by officers, settled by two deciding ones."""

from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from licensing.actions import ledger
from licensing.actions.messages import Declared, Message
from licensing.models import Irregularity
from tests.factories import LicenceLineFactory, UserFactory
from tests.people import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def irregularity():
    line = LicenceLineFactory(granted=Decimal(10))
    gone = [Declared(1, str(line.licence), 1, Decimal(12), "C62")]
    ledger.depart(Message("d1", "PABLB-77"), gone, by=UserFactory(system=True), at=timezone.now())
    return Irregularity.objects.get()


def address(irregularity):
    return reverse("irregularity", args=[irregularity.pk])


def test_officers_find_it_from_the_alerts_on(irregularity, officer):
    reader = client_of(officer, "en")

    assert "1 irregular departure waits" in reader.get(reverse("alerts")).content.decode()
    listed = reader.get(reverse("irregularities")).content.decode()
    assert "PABLB-77" in listed
    assert "licence when it left: In force" in listed
    text = reader.get(address(irregularity)).content.decode()
    assert "12 units asked for" in text
    assert "12 unidades" in client_of(officer, "es").get(address(irregularity)).content.decode()
    assert "Deciding officers settle this" in text
    assert "Licence when they left" in text and "In force" in text


def test_one_writes_how_and_another_confirms(irregularity, decider):
    first, second = client_of(decider, "en"), client_of(UserFactory(decider=True), "en")

    first.post(address(irregularity), {"act": "settle", "reason": "Nueva licencia."})
    own = first.get(address(irregularity)).content.decode()
    assert "Somebody else must confirm it" in own and "Confirm that it is settled" not in own
    proposed = irregularity.corrections.get()
    second.post(address(irregularity), {"act": "confirm", "correction": proposed.pk})

    assert not Irregularity.objects.open().exists()
    assert "Nothing is waiting" in first.get(reverse("irregularities")).content.decode()


def test_who_wrote_it_can_not_confirm_it(irregularity, decider):
    client = client_of(decider, "en")
    client.post(address(irregularity), {"act": "settle", "reason": "x"})

    answer = client.post(
        address(irregularity), {"act": "confirm", "correction": irregularity.corrections.get().pk}
    )

    assert "somebody else must confirm" in answer.content.decode()
    assert Irregularity.objects.open().exists()


def test_without_words_nothing_is_proposed(irregularity, decider):
    answer = client_of(decider, "en").post(address(irregularity), {"act": "settle", "reason": ""})

    assert "Write how this was settled" in answer.content.decode()
    assert not irregularity.corrections.exists()


def test_a_case_officer_settles_nothing(irregularity, officer):
    answer = client_of(officer).post(address(irregularity), {"act": "settle", "reason": "x"})

    assert answer.status_code == 403
