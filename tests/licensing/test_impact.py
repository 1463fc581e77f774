"""Whom a new edition of a control list touches."""

from datetime import date

import pytest

from licensing.impact import touched
from licensing.models import Application, ApplicationStatus, LicenceStatus
from screening.control.editions import Changes
from tests.factories import (
    NOON,
    ApplicationFactory,
    GoodsAssessmentFactory,
    GoodsLineFactory,
    LicenceFactory,
)

CHANGES = Changes(
    added=("3A501", "3A001.z"), removed=("2B001.c",), moved=(("1C001.a", "1C002.b"),), changed=("6A003.b.4",)
)


def goods(code, **application):
    application = {"status": ApplicationStatus.SUBMITTED, "submitted_at": NOON, **application}
    made = ApplicationFactory(**application)
    return GoodsLineFactory(application=made, control_code=code)


@pytest.mark.parametrize(
    ("claimed", "kinds"),
    [
        ("2B001.c", ["removed"]),
        ("2b001c", ["removed"]),  # however it was typed
        ("2B001.c.1", ["removed"]),  # below it
        ("2B001", ["removed"]),  # above it
        ("2B001.d", []),
        ("1C001.a", ["moved"]),
        ("6A003", ["changed"]),
        ("3A001", ["added"]),
        ("3A501", ["added"]),
        ("9A001", []),
        ("", []),
    ],
)
def test_goods_are_touched_by_changes_of_their_code_and_what_is_above_or_below(db, claimed, kinds):
    goods(claimed)

    found = [change.kind for one in touched(CHANGES, NOON) for change in one.changes]

    assert found == kinds


def test_where_a_code_moved_to_is_told(db):
    goods("1C001.a")

    assert touched(CHANGES, NOON)[0].changes[0].now == "1C002.b"


@pytest.mark.parametrize("status", [ApplicationStatus.DRAFT, ApplicationStatus.WITHDRAWN])
def test_drafts_and_closed_cases_are_left_alone(db, status):
    goods("2B001.c", status=status, submitted_at=None if status == "draft" else NOON)

    assert touched(CHANGES, NOON) == []


def test_live_licences_are_touched_and_ended_ones_not(db):
    live, revoked = LicenceFactory(), LicenceFactory(status=LicenceStatus.REVOKED)
    ended = LicenceFactory(valid_from=date(2025, 1, 1), valid_to=date(2025, 2, 1))
    for licence in (live, revoked, ended):
        GoodsLineFactory(application=licence.application, control_code="2B001.c")
    Application.objects.update(status=ApplicationStatus.APPROVED)

    assert [one.licence for one in touched(CHANGES, NOON)] == [live]


def test_the_code_that_officers_found_counts_whatever_was_claimed(db):
    claimed_nothing, found_to_be_none = goods(""), goods("2B001.c")
    GoodsAssessmentFactory(line=claimed_nothing, codes=["2B001.c"])
    GoodsAssessmentFactory(line=found_to_be_none, codes=[], reason="Otra cosa.")

    assert [one.goods for one in touched(CHANGES, NOON)] == [claimed_nothing]
