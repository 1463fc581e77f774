"""Goods that had left before customs could say so: when that was, and what is irregular of it, in words."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.utils import timezone

from licensing.country import pack
from licensing.models import Irregularity, Usage
from licensing.terms import Given
from tests.factories import NOON, LicenceLineFactory, conditioned
from tests.portal.machines import Machine
from tests.portal.test_ledger_api import declaration

pytestmark = pytest.mark.django_db


@pytest.fixture
def machine():
    return Machine()


@pytest.fixture
def line():
    return LicenceLineFactory(granted=Decimal(10))


def at(moment):
    return moment.isoformat().replace("+00:00", "Z")


def codes(response):
    assert response.status_code == 201, response.content
    return [reason["code"] for one in response.json()["lines"] for reason in one["irregular"]]


def errors(response):
    assert (response.status_code, response["Content-Type"]) == (422, "application/problem+json")
    return [(error["pointer"], error["code"]) for error in response.json()["errors"]]


def test_when_goods_left_is_kept_and_told_in_utc(machine, line):
    response = machine.send("departures", declaration(line, left_at="2026-03-02T09:30:00-05:00"))

    assert response.json()["left_at"] == "2026-03-02T14:30:00Z"
    assert Usage.objects.get().left_at == datetime(2026, 3, 2, 14, 30, tzinfo=UTC)


def test_without_it_nothing_is_said_of_when(machine, line):
    assert machine.send("departures", declaration(line)).json()["left_at"] is None


@time_machine.travel(NOON, tick=False)
def test_days_are_those_of_the_departure(machine):
    """The last day was yesterday: goods that left then are in order, those of today are not."""
    yesterday = pack().legal_day(NOON) - timedelta(days=1)
    line = conditioned(Given(last_day=yesterday), issued_at=NOON - timedelta(days=9)).lines.get()

    late = machine.send("departures", declaration(line, "1"))
    timely = machine.send(
        "departures", declaration(line, "1", id="m-2", version=2, left_at=at(NOON - timedelta(days=1)))
    )

    assert codes(late) == ["too-late"]
    assert codes(timely) == []


def test_goods_that_left_before_the_licence_held_are_irregular(machine):
    line = LicenceLineFactory(licence__starts_at=timezone.now() - timedelta(days=2))

    before = declaration(line, "1", left_at=at(timezone.now() - timedelta(days=3)))

    assert codes(machine.send("departures", before)) == ["not-in-force"]


def test_a_moment_to_come_is_refused(machine, line):
    to_come = declaration(line, left_at=at(timezone.now() + timedelta(hours=1)))

    assert errors(machine.send("departures", to_come)) == [("#/left_at", "not-yet")]
    assert not Usage.objects.exists()


@time_machine.travel(NOON, tick=False)
@pytest.mark.parametrize("ahead", [timedelta(milliseconds=1), timedelta(seconds=30), timedelta(minutes=5)])
def test_a_clock_that_is_minutes_ahead_counts_as_the_moment_of_the_report(machine, ahead):
    line = LicenceLineFactory(licence__issued_at=NOON - timedelta(days=9), licence__ends_at=NOON + ahead / 2)
    sent = declaration(line, left_at=at(NOON + ahead))

    first = machine.send("departures", sent)

    assert codes(first) == []
    assert (first.json()["left_at"], Usage.objects.get().left_at) == (at(NOON), NOON)
    again = machine.send("departures", sent)
    assert (again.json(), again["Idempotency-Replayed"]) == (first.json(), "true")
    other = machine.send("departures", declaration(line, left_at=at(NOON)))
    assert other.json()["type"].endswith("#id-reused")  # what was sent tells messages apart, not what counts


@time_machine.travel(NOON, tick=False)
def test_a_clock_that_is_further_ahead_is_wrong(machine, line):
    to_come = declaration(line, left_at=at(NOON + timedelta(minutes=5, microseconds=1)))

    assert errors(machine.send("departures", to_come)) == [("#/left_at", "not-yet")]


@pytest.mark.parametrize("year", ["1926", "2126", "0001", "9999"])
def test_of_a_year_that_is_mistyped_it_says_so(machine, line, year):
    answer = machine.send("departures", declaration(line, left_at=f"{year}-03-02T09:30:00Z"))

    assert errors(answer) == [("#/left_at", "century")]
    assert "year" in answer.json()["errors"][0]["detail"]


@pytest.mark.parametrize(
    "moment",
    ["2026-03-02", "2026-03-02T09:30:00", "2026-13-02T09:30:00Z", "2026-03-02T09:30:00+99:99", "", 1, None],
)
def test_what_is_no_moment_is_refused(machine, line, moment):
    [(pointer, _code)] = errors(machine.send("departures", declaration(line, left_at=moment)))

    assert pointer == "#/left_at"


def test_the_same_moment_of_another_time_zone_is_the_same_message(machine, line):
    first = machine.send("departures", declaration(line, left_at="2026-03-02T09:30:00-05:00"))
    again = machine.send("departures", declaration(line, left_at="2026-03-02T14:30:00Z"))
    other = machine.send("departures", declaration(line, left_at="2026-03-02T14:31:00Z"))

    assert (again.json(), again["Idempotency-Replayed"]) == (first.json(), "true")
    assert other.json()["type"].endswith("#id-reused")


def test_only_departures_say_when_goods_left(machine, line):
    sent = declaration(line, left_at="2026-03-02T14:30:00Z")

    assert errors(machine.send("reservations", sent)) == [("#/left_at", "unknown")]


def test_in_a_batch_too(machine, line):
    sent = {"kind": "depart", **declaration(line, left_at="2026-03-02T14:30:00Z")}

    [answer] = machine.send("batches", {"messages": [sent]}).json()["answers"]

    assert answer["body"]["left_at"] == "2026-03-02T14:30:00Z"


@pytest.mark.parametrize("first", ["es", "en"])
def test_what_is_irregular_is_said_in_the_readers_language_with_its_code(machine, line, first):
    sent = declaration(line, "12")
    other = "en" if first == "es" else "es"

    told = machine.send("departures", sent, **{"Accept-Language": first})
    again = machine.send("departures", sent, **{"Accept-Language": other})

    words = {first: told, other: again}
    [spanish] = words["es"].json()["lines"][0]["irregular"]
    [english] = words["en"].json()["lines"][0]["irregular"]
    assert english["detail"] == "Line 1: 12 units asked for, but what remains is 10 units."
    assert "12 unidades" in spanish["detail"]
    assert {**spanish, "detail": ""} == {**english, "detail": ""} and spanish["code"] == "not-enough"
    assert again["Idempotency-Replayed"] == "true"
    assert Irregularity.objects.count() == 1


def test_every_reason_has_its_words_in_each_language(machine):
    line = conditioned(Given(ports=("PABLB",), regimes=("re-export",), named_consignee=True)).lines.get()
    sent = declaration(line, "11")
    sent["lines"][0] |= {"value": "99999999"}
    sent["lines"].append({**sent["lines"][0], "item": 2, "licence": "PA-L-1999-000001"})
    sent["lines"].append({**sent["lines"][0], "item": 3, "unit": "KGM"})
    sent["lines"].append({**sent["lines"][0], "item": 4, "line": 7})

    machine.send("departures", sent)

    reasons = [reason for one in Irregularity.objects.all() for reason in one.reasons]
    assert {"not-enough", "not-enough-value", "unknown-licence", "other-unit", "unknown-line"} <= {
        reason["code"] for reason in reasons
    }
    for reason in reasons:
        assert set(reason["words"]) == {"es", "en"} and reason["words"]["es"] != reason["words"]["en"]
