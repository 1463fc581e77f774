"""The ledger under many clients, kills of real servers and amendments, and that the trial finds a planted
fault."""

import pytest

from portal.torture import ledger
from portal.torture.stack import WEB, own_stack

PATIENCE = 300  # seconds: enough for the attempts on a machine that answers a few of them a second
FAULTY, FAULTY_OFFICER = "tests.portal.faulty_wsgi:application", "tests.portal.faulty_officer"


@pytest.fixture(scope="module")
def stack():
    with own_stack(8) as stack:
        yield stack


def figures(measures):
    return {each.what: each.value for each in measures}


def wrong(measures):
    return {each.what: each.value for each in measures if each.is_reached is False}


def test_the_books_hold_what_was_answered_though_servers_are_killed(stack):
    measures = ledger.torture(
        stack, attempts=400, seconds=PATIENCE, clients=32, between_kills=3, between_amendments=2
    )

    found = figures(measures)
    assert wrong(measures) == {}
    assert found["web server killed"] and found["database killed"]
    assert found["messages recorded"] > 20
    assert found["licences replaced"]


@pytest.mark.parametrize(
    ("fault", "noticed"),
    [
        ("counted-again", "counted beyond what was answered"),
        ("lost", "answered and not counted"),
        ("under-the-newest", "accepted under a number known to be replaced"),
        ("reservations-left-behind", "answered and not counted"),
    ],
)
def test_a_planted_fault_is_found(stack, fault, noticed):
    stack.kill(WEB)
    stack.children.environment["ISTMO_FAULT"] = fault
    stack.start_web(FAULTY)

    measures = ledger.torture(
        stack,
        attempts=300,
        seconds=PATIENCE,
        clients=16,
        between_kills=None,
        between_amendments=1,
        officer=FAULTY_OFFICER,
    )

    assert noticed in wrong(measures)
