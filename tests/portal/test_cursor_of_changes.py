"""Where a customs system goes on reading what changed: a place that our records know, or the beginning."""

from urllib.parse import urlencode

import pytest

from licensing.models import LicenceChange
from portal.api.ledger import horizon
from tests.factories import LicenceLineFactory
from tests.portal.machines import Machine

pytestmark = pytest.mark.django_db(transaction=True)

START_ANEW = [
    {
        "pointer": "#/after",
        "code": "start-anew",
        "detail": "No change stands here in our records. Start anew, without “after”.",
    }
]


@pytest.fixture
def machine():
    return Machine()


def ask(machine, *asked):
    return machine.get(f"/api/v1/changes?{urlencode(asked)}")


def written(line, *, xact):
    """Return a change that says it was written by that transaction."""
    return LicenceChange.objects.create(
        licence=line.licence, what="balance", xact=xact, at=line.licence.issued_at
    )


@pytest.mark.parametrize("after", ["999999999-999999999", "9" * 19 + "-" + "9" * 19, "1-0", "0-1"])
def test_a_place_that_was_never_told_is_no_place_to_go_on_from(machine, after):
    LicenceLineFactory()

    answer = ask(machine, ("after", after))

    assert answer.status_code == 422
    assert answer.json()["type"].endswith("#wrong-fields")
    assert answer.json()["errors"] == START_ANEW


def test_a_place_told_before_the_records_were_put_back_is_noticed_even_after_time_went_on(machine):
    """Numbers of rows come again then, with other transactions."""
    LicenceLineFactory()
    told = ask(machine).json()["next"]
    xact, row = map(int, told.split("-"))

    assert ask(machine, ("after", told)).status_code == 200
    for lost in (f"{xact - 1}-{row}", f"{xact}-{row + 1}", f"{xact + 1}-{row}"):
        assert ask(machine, ("after", lost)).json()["errors"] == START_ANEW


def test_a_change_that_nobody_can_have_been_told_of_is_no_place_either(machine):
    ahead = written(LicenceLineFactory(), xact=horizon() + 1_000_000)

    assert ask(machine, ("after", f"{ahead.xact}-{ahead.pk}")).json()["errors"] == START_ANEW


def test_the_beginning_is_a_place_even_where_nothing_changed_yet(machine):
    assert ask(machine, ("after", "0-0")).json() == {"changes": [], "next": "0-0", "more": False}
    assert ask(machine).json()["next"] == "0-0"


@pytest.mark.parametrize(
    ("asked", "name", "code"),
    [
        ([("after", "0-0"), ("after", "1-1")], "after", "twice"),
        ([("since", "0-0")], "since", "unknown"),
        ([("after", "0-0"), ("limit", "5")], "limit", "unknown"),
        ([("after", "")], "after", "blank"),
        ([("after", "12")], "after", "invalid"),
    ],
)
def test_what_is_asked_otherwise_than_described_is_told(machine, asked, name, code):
    answer = ask(machine, *asked)

    assert answer.status_code == 422
    assert [(one["pointer"], one["code"]) for one in answer.json()["errors"]] == [(f"#/{name}", code)]
