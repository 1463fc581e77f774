"""What the database does of a message at one call: ids and locks in order, all or nothing."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from licensing import bookings
from licensing.actions import ledger, licences, messages
from licensing.actions.customs import UsedLine, record_usage
from licensing.actions.messages import Declared, Message, Part
from licensing.bookings import EVERY_ITEM, Move, Movement
from licensing.errors import Refused
from licensing.models import EntryKind, LedgerEntry, LicenceLine, MessageId, Reservation
from tests.factories import LicenceLineFactory, UserFactory
from tests.licensing.test_customs import Held, elsewhere, wait_until_somebody_waits_for_a_lock

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def system():
    return UserFactory(system=True)


@pytest.fixture
def line():
    return LicenceLineFactory(granted=Decimal(10), value=Decimal(1000))


def reserve(line, system, *, declaration="D-1", quantity=4):
    item = Declared(1, line.licence.reference, line.number, Decimal(quantity), line.unit)
    message = Message(f"r-{declaration}", declaration)
    return ledger.reserve(message, [item], by=system, at=timezone.now())


def test_lines_are_locked_in_the_order_of_their_ids_however_a_message_names_them(line, system):
    second = LicenceLineFactory(licence=line.licence)
    holder = Held(lambda: list(LicenceLine.objects.select_for_update().filter(pk=line.pk)))
    used = [UsedLine(second.number, Decimal(1), "C62"), UsedLine(line.number, Decimal(1), "C62")]
    waiting = elsewhere(
        lambda: record_usage(
            line.licence.reference,
            client_key="1",
            declaration="D-1",
            used=used,
            by=system,
            at=timezone.now(),
        )
    )
    wait_until_somebody_waits_for_a_lock()

    with transaction.atomic():  # free: who waits for the first has not locked the second yet
        assert LicenceLine.objects.select_for_update(nowait=True).get(pk=second.pk)

    holder.commit()
    assert waiting.result(10)[1]


def test_a_licence_is_known_with_its_lines_and_what_is_reserved(line, system):
    reserve(line, system)
    movement = Movement(system.organisation_id, "D-1", 1)

    with transaction.atomic():
        taken = bookings.take(
            system, "2", "D-1", [], movement=movement, kind=EntryKind.RESERVE, items=EVERY_ITEM
        )
        [licence] = taken.licences.values()
        kept = LicenceLine.objects.get(pk=line.pk)
        [own] = licence.lines.all()

    assert (licence, own.reserved, own.remaining) == (line.licence, kept.reserved, kept.remaining)
    assert (licence.starts_at, licence.conditions) == (line.licence.starts_at, line.licence.conditions)
    assert taken.reservations[1] == Reservation.objects.get()
    assert taken.reservations[1].expires_at == Reservation.objects.get().expires_at
    assert (taken.known, taken.was_detained) == ([1], False)


def test_an_id_whose_work_fails_is_free_again(line, system):
    with pytest.raises(DatabaseError), transaction.atomic():
        bookings.take(system, "1", "D-1", [line.licence.reference])
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")

    assert not MessageId.objects.exists()


@pytest.mark.parametrize("stop", ["status", "too early", "too late"])
def test_what_takes_asks_for_the_licence_again_and_leaves_nothing_behind(line, system, stop):
    other = LicenceLineFactory(granted=Decimal(10))
    at = timezone.now()
    if stop == "status":
        licences.suspend(other.licence_id, reasons="x", by=UserFactory(decider=True), at=at)
    else:
        at = other.licence.starts_at - timedelta(days=1) if stop == "too early" else other.licence.ends_at
        type(line.licence).objects.filter(pk=line.licence_id).update(
            starts_at=at - timedelta(days=1), ends_at=at + timedelta(days=1)
        )
    moves = [Move(one, EntryKind.USE, quantity=Decimal(1)) for one in (line, other)]

    with pytest.raises(Refused) as refused, transaction.atomic():
        bookings.book(moves, movement=None, at=at)

    assert refused.value.code == "unavailable"
    assert not LedgerEntry.objects.exists()
    line.refresh_from_db()
    assert line.used == 0


def test_what_is_open_of_a_reservation_is_the_sum_of_its_entries(line, system):
    reserve(line, system, quantity=5)
    parts = [Part(1, Decimal(2))]
    ledger.post(Message("p", "D-1"), parts, last=False, by=system, at=timezone.now())
    ledger.release(Message("x", "D-1"), [Part(1, Decimal(1))], by=system, at=timezone.now())

    kept = Reservation.objects.get()

    entries = LedgerEntry.objects.filter(reservation=kept)
    assert kept.open_quantity == sum(one.reserved for one in entries) == 2
    assert kept.open_value == sum(one.reserved_value for one in entries) == 200


def test_an_adjusted_item_has_its_new_reservation_in_place_of_the_old(line, system):
    reserve(line, system)
    item = Declared(1, line.licence.reference, line.number, Decimal(6), line.unit)

    usage, _is_new = ledger.adjust(Message("a", "D-1", 2), [item], by=system, at=timezone.now())

    assert usage.outcome == "recorded"
    assert [one.open_quantity for one in Reservation.objects.order_by("pk")] == [0, 6]
    line.refresh_from_db()
    assert line.reserved == 6


def test_a_movement_told_under_another_id_is_refused_and_stored(line, system):
    reserve(line, system)
    for key in ("p-1", "p-2"):
        usage, is_new = ledger.post(
            Message(key, "D-1"), [Part(1, Decimal(1))], last=False, by=system, at=timezone.now()
        )

    assert (usage.outcome, is_new) == ("refused", True)
    assert usage.answer["reasons"][0]["code"] == "already-recorded"
    again, is_new = ledger.post(
        Message("p-2", "D-1"), [Part(1, Decimal(1))], last=False, by=system, at=timezone.now()
    )
    assert (again, is_new) == (usage, False)
    line.refresh_from_db()
    assert (line.reserved, line.used) == (3, 1)


def test_the_database_keeps_the_plans_of_what_every_message_asks(line, system):
    reserve(line, system)

    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements")
        kept = {statement for (statement,) in cursor.fetchall()}

    assert {bookings.TAKE, messages.RECORD} <= kept
