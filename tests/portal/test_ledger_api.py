"""What customs systems reserve, post, release, adjust and report late, over REST."""

import threading
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.utils import timezone

from licensing.actions import licences
from licensing.models import ApiScope, Irregularity, LedgerEntry, LicenceChange, Reservation
from tests.factories import LicenceLineFactory, UserFactory
from tests.portal.machines import Machine

PROBLEM = "application/problem+json"


@pytest.fixture
def machine(db):
    return Machine()


@pytest.fixture
def line(db):
    return LicenceLineFactory(granted=Decimal(10), value=Decimal(1000))


def declaration(line, quantity="4", *, id="m-1", item=1, **more) -> dict:
    one = {"item": item, "licence": str(line.licence), "line": line.number, "quantity": quantity}
    return {"id": id, "declaration": "PABLB-1", "lines": [{**one, "unit": line.unit}], **more}


def part(quantity=None, *, id="p-1", item=1, **more) -> dict:
    of = {"quantity": quantity, "unit": "C62"} if quantity else {}
    return {"id": id, "declaration": "PABLB-1", "lines": [{"item": item, **of}], **more}


def reasons(response) -> list[str]:
    assert (response.status_code, response["Content-Type"]) == (409, PROBLEM)
    return [reason["code"] for reason in response.json()["reasons"]]


def balances(line) -> tuple[int, int]:
    line.refresh_from_db()
    return line.reserved, line.used


class TestTwoSteps:
    def test_reserved_adjusted_posted_in_parts_and_released(self, machine, line):
        assert machine.send("reservations", declaration(line)).status_code == 201
        assert machine.send("adjustments", declaration(line, "6", id="m-2", version=2)).status_code == 201
        assert machine.send("postings", part("1")).status_code == 201
        assert machine.send("postings", part("2", id="p-2", version=2)).status_code == 201
        assert balances(line) == (3, 3)

        response = machine.send("releases", {"id": "x-1", "declaration": "PABLB-1"})

        assert response.json()["lines"][0]["quantity"] == "3"
        assert balances(line) == (0, 3)

    def test_the_licence_shows_what_is_reserved(self, machine, line):
        machine.send("reservations", declaration(line))

        [shown] = machine.licence(line.licence).json()["lines"]

        assert (shown["used"], shown["reserved"], shown["remaining"]) == ("0", "4", "6")

    def test_a_repeat_gets_the_same_bytes(self, machine, line):
        first = machine.send("reservations", declaration(line, "11"))
        again = machine.send("reservations", declaration(line, "11"))

        assert reasons(first) == ["not-enough"]
        assert again.content == first.content
        assert again["Idempotency-Replayed"] == "true"

    def test_another_body_under_the_same_id_is_refused(self, machine, line):
        machine.send("reservations", declaration(line))

        response = machine.send("reservations", declaration(line, "5"))

        assert (response.status_code, response.json()["type"].partition("#")[2]) == (422, "id-reused")
        assert balances(line) == (4, 0)

    def test_licences_may_differ_and_all_lines_count_or_none(self, machine, line):
        other = LicenceLineFactory(granted=Decimal(1))
        both = declaration(line)
        both["lines"] += declaration(other, "2", item=2)["lines"]

        response = machine.send("reservations", both)

        assert reasons(response) == ["not-enough"]
        assert response.json()["reasons"][0]["item"] == 2
        assert (balances(line), balances(other)) == ((0, 0), (0, 0))

    def test_releasing_what_is_not_reserved_is_explained(self, machine, line):
        assert reasons(machine.send("releases", part())) == ["no-reservation"]

    def test_an_unknown_licence_is_a_reason_not_an_error(self, machine, line):
        message = declaration(line)
        message["lines"][0]["licence"] = "PA-L-1999-000001"

        assert reasons(machine.send("reservations", message)) == ["unknown-licence"]

    def test_what_has_left_is_recorded_though_the_licence_is_stopped(self, machine, line):
        decider = UserFactory(decider=True)
        licences.suspend(line.licence_id, reasons="x", by=decider, at=timezone.now())

        response = machine.send("departures", declaration(line, "12"))

        assert response.status_code == 201
        assert response.json()["lines"][0]["counted"] == "10"
        assert [one["code"] for one in response.json()["lines"][0]["irregular"]] == [
            "not-in-force",
            "not-enough",
        ]
        assert Irregularity.objects.get().quantity == 12


@pytest.mark.parametrize(
    ("operation", "change", "pointer"),
    [
        ("reservations", {"lines": []}, "#/lines"),
        ("reservations", {"version": 0}, "#/version"),
        ("reservations", {"typo": 1}, "#/typo"),
        ("reservations", {"id": "ñ"}, "#/id"),
        ("postings", {"last": "yes"}, "#/last"),
        ("postings", {"lines": [{"item": 1, "value": "1.234"}]}, "#/lines/0/value"),
        ("postings", {"lines": [{"item": "1"}]}, "#/lines/0/item"),
        ("batches", {}, "#/declaration"),
    ],
)
def test_a_wrong_field_is_pointed_at(machine, line, operation, change, pointer):
    body = declaration(line) if operation == "reservations" else part()

    response = machine.send(operation, {**body, **change})

    assert response.status_code == 422
    assert pointer in [error["pointer"] for error in response.json()["errors"]]


@pytest.mark.parametrize(
    "operation", ["reservations", "adjustments", "postings", "releases", "departures", "batches"]
)
def test_writing_needs_its_scope_and_a_key(db, line, operation):
    reader = Machine(scopes=[ApiScope.READ_LICENCES])

    assert reader.send(operation, declaration(line)).status_code == 403
    assert reader.send(operation, declaration(line), Authorization="").status_code == 401
    assert not LedgerEntry.objects.exists()


class TestBatches:
    def test_each_message_gets_its_own_answer(self, machine, line):
        messages = [
            {"kind": "reserve", **declaration(line)},
            {"kind": "post", **part("9")},
            {"kind": "post", **part("3", id="p-2")},
            {"kind": "reserve", **declaration(line)},
            {"kind": "eat", "id": "e-1"},
            {"kind": "post", "id": "p-3"},
        ]

        response = machine.send("batches", {"messages": messages})

        answers = response.json()["answers"]
        assert [one["status"] for one in answers] == [201, 409, 201, 201, 422, 422]
        assert [one["id"] for one in answers] == ["m-1", "p-1", "p-2", "m-1", "e-1", "p-3"]
        assert [one["replayed"] for one in answers] == [False, False, False, True, False, False]
        assert balances(line) == (1, 3)

    def test_a_batch_that_comes_again_changes_nothing(self, machine, line):
        batch = {"messages": [{"kind": "depart", **declaration(line, "2")}]}
        first = machine.send("batches", batch).json()

        again = machine.send("batches", batch).json()

        assert again["answers"][0]["body"] == first["answers"][0]["body"]
        assert balances(line) == (0, 2)


@pytest.mark.django_db(transaction=True)
class TestChanges:
    def test_they_are_told_once_and_in_order(self):
        machine, line = Machine(), LicenceLineFactory()
        first = machine.get("/api/v1/changes").json()
        assert [one["what"] for one in first["changes"]] == ["issued"]

        machine.send("reservations", declaration(line))
        licences.suspend(line.licence_id, reasons="x", by=UserFactory(decider=True), at=timezone.now())

        second = machine.get(f"/api/v1/changes?after={first['next']}").json()
        assert [one["what"] for one in second["changes"]] == ["balance", "status"]
        assert machine.get(f"/api/v1/changes?after={second['next']}").json()["changes"] == []

    def test_what_is_committed_late_is_not_missed(self):
        """A row with a lower number that is committed after one with a higher."""
        machine, line, other = Machine(), LicenceLineFactory(), LicenceLineFactory()
        start = machine.get("/api/v1/changes").json()["next"]
        written, go = threading.Event(), threading.Event()

        def late():
            with transaction.atomic():
                licences.suspend(line.licence_id, reasons="x", by=decider, at=timezone.now())
                written.set()
                assert go.wait(10)
            connection.close()

        decider = UserFactory(decider=True)
        thread = threading.Thread(target=late)
        thread.start()
        assert written.wait(10)
        machine.send("reservations", declaration(other))
        during = machine.get(f"/api/v1/changes?after={start}").json()
        go.set()
        thread.join()
        after = machine.get(f"/api/v1/changes?after={during['next']}").json()

        told = [one["licence"] for one in during["changes"] + after["changes"]]
        assert sorted(told) == sorted([str(line.licence), str(other.licence)])
        assert LicenceChange.objects.filter(what="balance").count() == 1

    @pytest.mark.parametrize("cursor", ["x", "1", "-", "1-", "1-2-3", "٣-1", "9" * 40 + "-1"])
    def test_a_cursor_that_is_none_is_told(self, cursor):
        response = Machine().get("/api/v1/changes", **{})
        assert response.status_code == 200

        assert Machine().get(f"/api/v1/changes?after={cursor}").status_code == 422


def test_a_reservation_keeps_who_made_it(machine, line):
    machine.send("reservations", declaration(line))

    assert Reservation.objects.get().system == machine.key.account.organisation
