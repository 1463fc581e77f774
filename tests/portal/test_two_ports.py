"""A container that is declared at two ports at the same moment, under one licence: it leaves once."""

from decimal import Decimal

import pytest

from licensing.models import OrganisationKind, Reservation
from tests.factories import LicenceLineFactory, OrganisationFactory, UserFactory
from tests.licensing.test_customs import Held, elsewhere, wait_until_somebody_waits_for_a_lock
from tests.portal.machines import Machine, item_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def line():
    return LicenceLineFactory(granted=Decimal(10), unit="C62")


@pytest.fixture
def ports():
    """Two systems of one customs administration, as Manzanillo and Balboa have them."""
    customs = OrganisationFactory(kind=OrganisationKind.CUSTOMS)
    return [Machine(account=UserFactory(system=True, organisation=customs)) for _port in range(2)]


def declare(port, line, message, declaration, quantity="6"):
    item = item_of(line, quantity)
    return port.send("reservations", {"id": message, "declaration": declaration, "lines": [item]})


def at_the_same_moment(first, second):
    """Return both answers: the second comes while the first is not yet committed."""
    early = Held(first)
    late = elsewhere(second)
    wait_until_somebody_waits_for_a_lock()
    return early.commit(), late.result(10)


def codes(answer):
    return [reason["code"] for reason in answer.json()["reasons"]]


def test_the_same_declaration_is_taken_at_one_of_them(ports, line):
    manzanillo, balboa = ports

    first, second = at_the_same_moment(
        lambda: declare(manzanillo, line, "m-manzanillo", "DUCA-1", "4"),
        lambda: declare(balboa, line, "m-balboa", "DUCA-1", "4"),
    )

    assert (first.status_code, second.status_code) == (201, 409)
    assert codes(second) == ["already-recorded"]
    line.refresh_from_db()
    assert line.reserved == 4
    assert Reservation.objects.count() == 1


def test_under_another_number_it_is_taken_only_while_the_licence_has_room(ports, line):
    manzanillo, balboa = ports

    first, second = at_the_same_moment(
        lambda: declare(manzanillo, line, "m-manzanillo", "DUCA-1"),
        lambda: declare(balboa, line, "m-balboa", "DUCA-2"),
    )

    assert (first.status_code, second.status_code) == (201, 409)
    assert codes(second) == ["not-enough"]
    line.refresh_from_db()
    assert line.reserved == 6
