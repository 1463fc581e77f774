"""The border on real servers: alone, and in a race with officers; and that each trial finds a planted fault.

Each lasts seconds; `manage.py border_alone` and `manage.py revoke_race` take two minutes.
"""

import pytest

from portal.torture import border, revocation
from portal.torture.stack import WEB, own_stack

FAULTY_OFFICER = "tests.portal.faulty_officer"
FAULTY, FAULTY_BORDER = "tests.portal.faulty_wsgi:application", "tests.portal.faulty_border_wsgi:application"
EACH = 6  # licences for each trial


@pytest.fixture(scope="module")
def stack():
    with own_stack(20 * EACH) as stack:
        yield stack


@pytest.fixture
def some(stack):
    """Let each trial have licences of its own, still in force."""
    taken, rest = stack.numbers[:EACH], stack.numbers[EACH:]
    assert len(taken) == EACH, "the trials need more licences"
    stack.numbers = taken
    yield stack
    stack.numbers = rest
    stack.children.environment.pop("ISTMO_FAULT", None)


PATIENCE = 300  # seconds: enough for a licence of each fate on a busy machine


def wrong(measures):
    return {each.what: each.value for each in measures if each.is_reached is False}


def test_the_border_answers_everything_while_all_else_stands_still(some):
    measures = border.trial(some, seconds=10)

    assert wrong(measures) == {}


def test_a_border_that_touches_redis_is_found(some):
    some.children.environment["ISTMO_FAULT"] = "touches-redis"

    measures = border.trial(some, seconds=6, application=FAULTY_BORDER)

    assert "not answered" in wrong(measures)


def test_a_border_that_issues_no_tokens_is_found(some):
    some.children.environment["ISTMO_FAULT"] = "no-tokens"

    measures = border.trial(some, seconds=6, application=FAULTY_BORDER)

    assert wrong(measures).keys() == {
        "tokens issued by OAuth 2 meanwhile",
        "tokens not issued, or worth nothing",
    }


def test_nothing_is_accepted_after_the_commit(some):
    some.numbers = some.numbers[: len(revocation.FATES)]

    measures = revocation.trial(some, seconds=PATIENCE, clients=8)

    assert wrong(measures) == {}
    decided = next(each for each in measures if each.what.startswith("licences suspended"))
    assert decided.value == len(revocation.FATES)


@pytest.mark.parametrize(
    ("fault", "fate", "noticed"),
    [
        ("not-taken-back", revocation.TAKE_BACK, "accepted after the commit"),
        ("under-the-newest", revocation.REPLACE, "accepted after the commit"),
    ],
)
def test_a_state_that_a_write_off_passes_over_is_found(some, fault, fate, noticed):
    some.kill(WEB)
    some.children.environment["ISTMO_FAULT"] = fault
    some.start_web(FAULTY)

    measures = revocation.trial(some, seconds=1, clients=8, fates=[fate])

    assert noticed in wrong(measures)


def test_reservations_that_an_amendment_leaves_behind_are_found(some):
    some.children.environment["ISTMO_FAULT"] = "reservations-left-behind"

    measures = revocation.trial(
        some, seconds=1, clients=8, fates=[revocation.REPLACE], officer=FAULTY_OFFICER
    )

    assert wrong(measures).keys() >= {
        "reservations lost with the old licence",
        "lines whose books are not as answered",
    }


def test_a_suspension_while_a_thousand_write_offs_run(some):
    measures = revocation.trial(some, seconds=1, clients=8, fates=[revocation.SUSPEND], enough=500)

    assert wrong(measures) == {}
    found = {each.what: each.value for each in measures}
    assert found["messages recorded before"] >= 500
    assert found["messages sent after the commit"] >= 500


def test_a_state_read_from_a_cache_is_found(some):
    some.kill(WEB)
    some.children.environment["ISTMO_FAULT"] = "cached-state"
    some.start_web(FAULTY)

    measures = revocation.trial(
        some, seconds=3, clients=8, application=FAULTY_BORDER, fates=[revocation.SUSPEND]
    )

    assert wrong(measures).keys() == {
        "accepted after the commit",
        "called good by the border after the commit",
        "balances changed after the decision",
    }
