"""Knocks that are counted ahead: never more pass than the limit says, and hardly fewer."""

import uuid
from types import SimpleNamespace

import pytest

from portal import limits
from portal.limits import Purse


@pytest.fixture
def clock(monkeypatch):
    """Return the clock of the limits, which stands still unless a test moves it."""
    clock = SimpleNamespace(now=1_800_000_000)
    monkeypatch.setattr(limits, "now", lambda: clock.now)
    return clock


@pytest.fixture
def who():
    return uuid.uuid4().hex


def passed(purses, who, rate, knocks):
    """Return how many of so many knocks pass, at one purse after the other."""
    waits = [purses[at % len(purses)].seconds_to_wait("api", who, rate) for at in range(knocks)]
    return waits.count(None)


@pytest.mark.parametrize("allowed", [3, 100, 600])
def test_one_process_lets_as_many_pass_as_the_limit_says(clock, who, allowed):
    assert passed([Purse()], who, f"{allowed}/min", allowed + 20) == allowed


def test_several_processes_together_never_let_more_pass(clock, who):
    together = passed([Purse(), Purse(), Purse()], who, "600/min", 1000)

    assert 600 - 3 * 5 <= together <= 600


def test_who_waits_is_told_until_when(clock, who):
    purse, clock.now = Purse(), 1_800_000_000 // 60 * 60 + 20
    assert passed([purse], who, "200/min", 200) == 200

    assert purse.seconds_to_wait("api", who, "200/min") == 40


def test_what_one_minute_left_over_is_not_spent_in_the_next(clock, who):
    purse = Purse()
    purse.seconds_to_wait("api", who, "600/min")
    clock.now += 60

    assert passed([purse], who, "600/min", 700) == 600


def test_nobody_spends_what_another_has_left(clock, who):
    purse = Purse()
    assert passed([purse], who, "200/min", 201) == 200

    assert purse.seconds_to_wait("api", f"other than {who}", "200/min") is None
    assert purse.seconds_to_wait("something else", who, "200/min") is None
