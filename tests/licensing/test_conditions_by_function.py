"""What functions of the database hold, of the tables that every message of customs writes to."""

import re
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from licensing.actions import ledger
from licensing.actions.customs import UsedLine, record_usage
from licensing.actions.messages import Declared, Message
from licensing.models import Action, Event, LedgerEntry, LicenceChange, LicenceLine, Usage
from tests.factories import LicenceLineFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def system():
    return UserFactory(system=True)


@pytest.fixture
def line():
    return LicenceLineFactory(granted=Decimal(10), value=Decimal(1000))


def refuses(constraint, row):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        row.save()


def text_of(function):
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = %s", [function])
        (text,) = cursor.fetchone()
    return text


def test_the_database_knows_every_action_and_no_other(system):
    assert set(re.findall(r"'([^']+)'", text_of("action_is_known"))) == set(Action.values)

    for action in Action.values:
        Event.objects.create(account=system, action=action, at=timezone.now())
    refuses("event_action_is_known", Event(account=system, action="forget", at=timezone.now()))


def test_the_database_knows_every_kind_of_message_and_no_other(system):
    assert set(re.findall(r"'([^']+)'", text_of("message_kind_is_known"))) == set(Usage.Kind.values)

    message = Usage(client=system, client_key="1", outcome="recorded", answer={}, at=timezone.now())
    message.kind = "forget"
    refuses("kind_of_message_is_known", message)


def test_an_entry_without_a_message_is_the_portals(line):
    entry = LedgerEntry(line=line, kind="use", quantity=Decimal(1), at=timezone.now())
    refuses("an_entry_without_a_message_is_the_portals", entry)


def test_a_movement_names_its_system(line, system):
    message = Usage.objects.create(
        client=system, client_key="1", outcome="recorded", answer={}, at=timezone.now()
    )
    entry = LedgerEntry(line=line, usage=message, kind="depart", quantity=Decimal(1), at=timezone.now())
    refuses("a_movement_names_its_system", entry)


@pytest.mark.parametrize(
    ("kind", "confirmation", "holds"),
    [("correct", 1, True), ("correct", None, False), ("use", None, True), ("use", 1, False)],
)
def test_an_entry_is_reversed_by_a_confirmed_correction(db, kind, confirmation, holds):
    with connection.cursor() as cursor:
        cursor.execute("SELECT entry_names_its_confirmation(%s, %s)", [kind, confirmation])
        assert cursor.fetchone() == (holds,)


@pytest.mark.parametrize("shares", [(-1, 0), (101, 0), (0, -1), (0, 101)])
def test_a_tolerance_is_a_share(line, shares):
    """A trigger keeps tolerances as they were granted, so it is a new line that is refused."""
    line.pk, line.number = None, 9
    line.quantity_tolerance, line.value_tolerance = map(Decimal, shares)
    refuses("a_tolerance_is_a_share_of_what_is_granted", line)


@pytest.mark.parametrize(
    "change",
    [
        {"granted": Decimal(11)},
        {"value": Decimal(1001)},
        {"number": 7},
        {"unit": "KGM"},
        {"currency": "EUR"},
        {"description": "another"},
        {"hs_code": "000000"},
        {"control_code": "another"},
    ],
)
def test_what_was_granted_stays_whatever_is_changed_beside_it(line, change):
    for used in ({}, {"used": Decimal(1)}):
        with pytest.raises(IntegrityError, match="what was granted stays"), transaction.atomic():
            LicenceLine.objects.filter(pk=line.pk).update(**change, **used)


def test_a_message_about_many_lines_adds_one_change_for_each_licence(line, system):
    lines = [line, LicenceLineFactory(licence=line.licence), LicenceLineFactory(granted=Decimal(10))]
    before = LicenceChange.objects.count()
    items = [
        Declared(number, one.licence.reference, one.number, Decimal(1), one.unit)
        for number, one in enumerate(lines, 1)
    ]

    usage, _is_new = ledger.reserve(Message("1", "D-1"), items, by=system, at=timezone.now())

    assert usage.outcome == "recorded"
    changed = LicenceChange.objects.order_by("pk")[before:]
    assert sorted(one.licence_id for one in changed) == sorted({one.licence_id for one in lines})
    assert LedgerEntry.objects.filter(usage=usage).count() == len(lines)
    assert Event.objects.filter(data__usage=usage.pk).count() == 2
    assert not Event.objects.filter(data__usage=usage.pk, account__isnull=False).exists()


def test_a_message_about_no_licence_we_know_is_told_of_its_account(system):
    items = [Declared(1, "PA-L-NONE", 1, Decimal(1), "C62")]

    usage, _is_new = ledger.reserve(Message("1", "D-1"), items, by=system, at=timezone.now())

    event = Event.objects.get(data__usage=usage.pk)
    assert (usage.outcome, event.account, event.licence, event.application) == ("refused", system, None, None)


def test_amounts_are_booked_to_the_last_digit(system):
    line = LicenceLineFactory(
        granted=Decimal("99999999999999.9999"), value=Decimal("9999999999999999.99"), unit="KGM"
    )
    used = [UsedLine(line.number, Decimal("12345678901234.5678"), "KGM")]
    message = {"client_key": "1", "declaration": "D-1", "used": used, "by": system, "at": timezone.now()}

    record_usage(line.licence.reference, **message)

    line.refresh_from_db()
    assert line.used == Decimal("12345678901234.5678")
    assert LedgerEntry.objects.get().quantity == line.used
    assert LedgerEntry.objects.get().value == line.used_value == line.value_of(line.used)
