"""A licence ends early when its holder gives it back and an officer takes it back."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from licensing.actions import ledger, licences
from licensing.actions.ledger import Declared, Message
from licensing.errors import Refused
from licensing.models import Licence, LicenceState, LicenceStatus, SurrenderRequest
from tests.factories import LicenceLineFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def line(db):
    return LicenceLineFactory(granted=Decimal(10))


def holder_of(line):
    return UserFactory(exporter=True, organisation=line.licence.holder)


def give_back(line, by=None, at=None):
    return licences.ask_surrender(
        line.licence.pk, reasons="Se canceló el pedido.", by=by or holder_of(line), at=at or timezone.now()
    )


def take_back(line, by=None):
    return licences.surrender(
        line.licence.pk, reasons="Recibido.", by=by or UserFactory(decider=True), at=timezone.now()
    )


def test_it_stays_in_force_until_it_is_taken_back(line):
    give_back(line)
    assert Licence.objects.get(pk=line.licence.pk).state(timezone.now()) == LicenceState.VALID
    assert list(Licence.objects.to_take_back()) == [line.licence]

    take_back(line)

    assert Licence.objects.get(pk=line.licence.pk).state(timezone.now()) == LicenceState.SURRENDERED
    assert not Licence.objects.live(timezone.now()).filter(pk=line.licence.pk).exists()
    assert not Licence.objects.to_take_back().exists()


def test_what_nobody_gives_back_is_not_taken_back(line):
    with pytest.raises(Refused):
        take_back(line)
    with pytest.raises(IntegrityError, match="what is taken back was given back"), transaction.atomic():
        Licence.objects.filter(pk=line.licence.pk).update(status=LicenceStatus.SURRENDERED)


def test_nobody_gives_back_the_licence_of_another(line):
    stranger = UserFactory(exporter=True)

    with pytest.raises(Refused):
        give_back(line, by=stranger)
    with pytest.raises(IntegrityError, match="only the holder gives a licence back"), transaction.atomic():
        SurrenderRequest.objects.create(licence=line.licence, reason="x", by=stranger, at=timezone.now())


def test_it_is_given_back_once_and_with_a_reason(line):
    with pytest.raises(Refused):
        licences.ask_surrender(line.licence.pk, reasons=" ", by=holder_of(line), at=timezone.now())
    give_back(line)

    with pytest.raises(Refused):
        give_back(line)


def test_a_stopped_or_ended_licence_is_not_given_back(line):
    """Nobody gets round a revocation by giving the licence back."""
    with pytest.raises(Refused):
        give_back(line, at=line.licence.ends_at + timedelta(seconds=1))
    licences.suspend(line.licence.pk, reasons="x", by=UserFactory(decider=True), at=timezone.now())

    with pytest.raises(Refused):
        give_back(line)


def test_a_licence_stopped_after_it_was_given_back_is_not_taken_back(line):
    give_back(line)
    licences.suspend(line.licence.pk, reasons="x", by=UserFactory(decider=True), at=timezone.now())

    with pytest.raises(Refused):
        take_back(line)


def test_what_customs_keeps_must_leave_first(line):
    kept = [Declared(1, str(line.licence), 1, Decimal(3), "C62")]
    ledger.reserve(Message("r1", "PABLB-1"), kept, by=UserFactory(system=True), at=timezone.now())
    give_back(line)

    with pytest.raises(Refused):
        take_back(line)


def test_only_deciding_officers_take_back(line):
    give_back(line)

    with pytest.raises(Refused):
        take_back(line, by=UserFactory())


def test_a_request_stays(line):
    request = give_back(line)

    with pytest.raises(DatabaseError), transaction.atomic():
        SurrenderRequest.objects.filter(pk=request.pk).update(reason="y")
