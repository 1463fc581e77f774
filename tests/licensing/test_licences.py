from datetime import timedelta
from decimal import Decimal

import pytest

from licensing.actions import licences
from licensing.errors import Refused
from licensing.models import Action, Event, Job, Licence, LicenceState, LicenceStatus, OutboxJob
from tests.factories import NOON, LicenceFactory, LicenceLineFactory, UserFactory

LATER = NOON + timedelta(hours=1)


@pytest.fixture
def licence(db):
    licence = LicenceFactory()
    LicenceLineFactory(licence=licence, granted=Decimal(10))
    return licence


@pytest.fixture
def another(db):
    return UserFactory(decider=True)


def test_one_person_suspends_and_everybody_can_read_who_and_why(licence, decider):
    licences.suspend(licence.pk, reasons=" Desvío posible. ", by=decider, at=NOON)

    licence.refresh_from_db()
    assert licence.state(NOON) == LicenceState.SUSPENDED
    event = Event.objects.get(action=Action.SUSPEND)
    assert (event.licence, event.by, event.at) == (licence, decider, NOON)
    assert (event.before, event.after) == ({"status": "active"}, {"status": "suspended"})
    assert event.data == {"reasons": "Desvío posible."}


def test_a_suspended_licence_is_not_in_force(licence, decider):
    assert licence in Licence.objects.in_force(NOON)

    licences.suspend(licence.pk, reasons="Desvío.", by=decider, at=NOON)

    assert licence not in Licence.objects.in_force(NOON)


@pytest.mark.parametrize("act", [licences.reinstate, licences.revoke])
def test_what_follows_a_suspension_takes_a_second_person(licence, decider, act):
    licences.suspend(licence.pk, reasons="Desvío.", by=decider, at=NOON)

    with pytest.raises(Refused):
        act(licence.pk, reasons="Aclarado.", by=decider, at=LATER)

    licence.refresh_from_db()
    assert licence.status == LicenceStatus.SUSPENDED


def test_a_second_person_reinstates(licence, decider, another):
    licences.suspend(licence.pk, reasons="Desvío.", by=decider, at=NOON)
    licences.reinstate(licence.pk, reasons="Aclarado.", by=another, at=LATER)

    licence.refresh_from_db()
    assert licence.state(LATER) == LicenceState.VALID


def test_a_second_person_revokes_and_nobody_undoes_it(licence, decider, another):
    licences.suspend(licence.pk, reasons="Desvío.", by=decider, at=NOON)
    licences.revoke(licence.pk, reasons="Comprobado.", by=another, at=LATER)

    licence.refresh_from_db()
    assert licence.state(LATER) == LicenceState.REVOKED
    for act in (licences.suspend, licences.reinstate, licences.revoke):
        with pytest.raises(Refused):
            act(licence.pk, reasons="Otra vez.", by=UserFactory(decider=True), at=LATER)


def test_the_last_suspension_counts_for_who_may_end_it(licence, decider, another):
    licences.suspend(licence.pk, reasons="Primera.", by=decider, at=NOON)
    licences.reinstate(licence.pk, reasons="Aclarado.", by=another, at=LATER)
    licences.suspend(licence.pk, reasons="Segunda.", by=another, at=LATER + timedelta(hours=1))

    with pytest.raises(Refused):
        licences.reinstate(licence.pk, reasons="Bien.", by=another, at=LATER + timedelta(hours=2))
    licences.reinstate(licence.pk, reasons="Bien.", by=decider, at=LATER + timedelta(hours=2))


def test_revoking_starts_with_a_suspension(licence, decider):
    with pytest.raises(Refused):
        licences.revoke(licence.pk, reasons="Ya.", by=decider, at=NOON)


@pytest.mark.parametrize("reasons", ["", "  \n"])
def test_reasons_are_needed(licence, decider, reasons):
    with pytest.raises(Refused):
        licences.suspend(licence.pk, reasons=reasons, by=decider, at=NOON)


@pytest.mark.parametrize("role", [{}, {"exporter": True}, {"customs": True}, {"administrator": True}])
def test_only_deciding_officers_change_a_licence(licence, role):
    with pytest.raises(Refused):
        licences.suspend(licence.pk, reasons="Yo.", by=UserFactory(**role), at=NOON)

    assert not Event.objects.filter(action=Action.SUSPEND).exists()


def test_the_holders_people_hear_of_it(licence, decider):
    own = [UserFactory(exporter=True, organisation=licence.holder) for _ in range(2)]
    UserFactory(exporter=True)

    licences.suspend(licence.pk, reasons="Desvío.", by=decider, at=NOON)

    told = {job.arguments["user_id"] for job in OutboxJob.objects.filter(job=Job.NOTIFY)}
    assert told >= {user.pk for user in own}
    assert told == set(licence.holder.users.values_list("pk", flat=True))
