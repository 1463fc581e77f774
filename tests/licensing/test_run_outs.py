"""Reservations whose time is over are given back by the clock, whatever becomes of others."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone

from licensing.actions import ledger, run_outs
from licensing.actions.messages import Declared, Message
from licensing.country import pack
from licensing.models import Reservation
from tests.factories import LicenceLineFactory, UserFactory


@pytest.fixture
def held(transactional_db):
    """Three reservations of different lines, the oldest first."""
    system, now = UserFactory(system=True), timezone.now()
    for number in range(3):
        line = LicenceLineFactory(granted=Decimal(10))
        item = Declared(1, str(line.licence), line.number, Decimal(4), line.unit)
        at = now + timedelta(minutes=number)
        ledger.reserve(Message(f"r{number}", f"D-{number}", 1), [item], by=system, at=at)
    return list(Reservation.objects.order_by("expires_at"))


def later():
    return timezone.now() + timedelta(days=pack().reservation_days, hours=1)


def open_ones():
    return list(Reservation.objects.open().order_by("expires_at"))


def failing(monkeypatch, reservation):
    """Let the database refuse what is done for one reservation, after it has begun."""
    book = run_outs.bookings.book

    def refuse(moves, **more):
        book(moves, **more)
        if moves[0].reservation.pk == reservation.pk:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 / 0")

    monkeypatch.setattr(run_outs.bookings, "book", refuse)


def test_one_that_fails_holds_up_no_other_and_is_tried_again(held, monkeypatch, caplog):
    with monkeypatch.context() as patched:
        failing(patched, held[0])

        assert run_outs.run_out_all(later()) == 2

    assert open_ones() == held[:1]
    held[0].line.refresh_from_db()
    assert held[0].line.reserved == 4, "what was done for it is undone as a whole"
    assert f"Reservation {held[0].pk} could not be given back" in caplog.text
    assert "division by zero" in caplog.text

    assert run_outs.run_out_all(later()) == 1
    assert open_ones() == []


def test_those_that_fail_take_nobodys_place(held, monkeypatch):
    monkeypatch.setattr(run_outs, "EXPIRED_AT_ONCE", 1)
    failing(monkeypatch, held[0])

    run_outs.run_out_all(later())
    run_outs.run_out_all(later())

    assert open_ones() == held[:1]
