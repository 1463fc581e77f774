"""A message that meets an amendment lands wholly before it, or hears of the new licence."""

from decimal import Decimal

import pytest
from django.utils import timezone

from licensing.actions import customs, ledger
from licensing.actions.customs import UsedLine
from licensing.actions.ledger import Declared, Message, Part
from licensing.errors import ReasonCode, Refused
from licensing.models import LedgerEntry, Licence, Usage
from tests.amending import granted, issue, recommended
from tests.factories import UserFactory
from tests.licensing.test_customs import Held, elsewhere, wait_until_somebody_waits_for_a_lock

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def line():
    return granted(granted=Decimal(10), value=Decimal(1000))


@pytest.fixture
def siga():
    return UserFactory(system=True)


def use(line, by, quantity=3):
    used = [UsedLine(line.number, Decimal(quantity), line.unit)]
    return customs.record_usage(
        str(line.licence), client_key="u1", declaration="D-1", used=used, by=by, at=timezone.now()
    )[0]


def post(by):
    return ledger.post(Message("p1", "D-1"), [Part(1)], last=False, by=by, at=timezone.now())[0]


def test_a_write_off_waits_for_the_amendment_and_hears_of_the_new_licence(line, siga):
    case = recommended(line.licence, quantity=Decimal(20))
    issuing = Held(lambda: issue(case))
    late = elsewhere(lambda: use(line, siga))
    wait_until_somebody_waits_for_a_lock()

    new = issuing.commit()

    usage = late.result(10)
    assert usage.outcome == Usage.Outcome.REFUSED
    [reason] = usage.answer["reasons"]
    assert (reason["code"], reason["replaced_by"]) == (ReasonCode.LICENCE_REPLACED, new.reference)


def test_a_posting_that_waits_is_sent_again_and_finds_its_reservation(line, siga):
    kept = [Declared(1, str(line.licence), line.number, Decimal(3), line.unit)]
    ledger.reserve(Message("r1", "D-1"), kept, by=siga, at=timezone.now())
    case = recommended(line.licence, quantity=Decimal(20))
    issuing = Held(lambda: issue(case))
    late = elsewhere(lambda: post(siga))
    wait_until_somebody_waits_for_a_lock()

    new = issuing.commit()

    with pytest.raises(Refused) as refused:
        late.result(10)
    assert refused.value.code == "unavailable"
    assert post(siga).answer["lines"][0]["licence"] == new.reference
    assert (new.lines.get().used, new.lines.get().reserved) == (3, 0)


def test_the_amendment_waits_for_a_write_off_and_carries_it_over(line, siga):
    case = recommended(line.licence, quantity=Decimal(20))
    early = Held(lambda: use(line, siga))
    issuing = elsewhere(lambda: issue(case))
    wait_until_somebody_waits_for_a_lock()

    assert early.commit().outcome == Usage.Outcome.RECORDED

    new = issuing.result(10)
    line.refresh_from_db()
    assert (line.used, new.lines.get().used) == (0, 3)
    assert Licence.objects.get(pk=line.licence.pk).replacement == new


def test_the_amendment_waits_for_a_write_off_that_it_has_no_room_for(line, siga):
    case = recommended(line.licence, quantity=Decimal(2))
    early = Held(lambda: use(line, siga))
    issuing = elsewhere(lambda: issue(case))
    wait_until_somebody_waits_for_a_lock()

    early.commit()

    with pytest.raises(Refused):
        issuing.result(10)
    line.refresh_from_db()
    assert line.used == 3
    assert LedgerEntry.objects.count() == 1
