"""What the database lets an entry of the ledger move, and which entries name a reservation."""

from itertools import product

import pytest
from django.db import connection

from licensing.models import EntryKind

pytestmark = pytest.mark.django_db

# By kind: what may be added to what is used, to what is reserved, and to both values. "+": more than zero,
# "-": less, "0": nothing, "+0" and "-0": or nothing.
MAY_MOVE = {
    EntryKind.USE: [("+", "0", "+0", "0")],
    EntryKind.RESERVE: [("0", "+", "0", "+0")],
    EntryKind.POST: [("+", "-", "+0", "-0")],
    EntryKind.RELEASE: [("0", "-", "0", "-0")],
    EntryKind.EXPIRE: [("0", "-", "0", "-0")],
    EntryKind.DEPART: [("+", "-0", "+0", "-0")],
    EntryKind.CORRECT: [("-", "0", "-0", "0")],
    EntryKind.CARRY: [
        ("+", "0", "+-0", "0"),
        ("-", "0", "+-0", "0"),
        ("0", "+", "0", "+-0"),
        ("0", "-", "0", "+-0"),
    ],
}
AMOUNTS = {"-": -2, "0": 0, "+": 2}


def ask(function, *values):
    places = ", ".join(["%s"] * len(values))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}({places})", values)
        return cursor.fetchone()[0]


def moves(kind, *amounts):
    return ask("entry_moves_what_its_kind_says", kind, *amounts)


@pytest.mark.parametrize("kind", EntryKind.values)
def test_an_entry_moves_what_its_kind_says_and_nothing_else(kind):
    for signs in product(AMOUNTS, repeat=4):
        may = any(all(sign in one for sign, one in zip(signs, row, strict=True)) for row in MAY_MOVE[kind])
        assert moves(kind, *(AMOUNTS[sign] for sign in signs)) == may, signs


def test_what_is_posted_was_reserved_to_the_last_unit():
    assert moves("post", 2, -2, 0, 0)
    assert not moves("post", 2, -1, 0, 0)
    assert not moves("post", 2, -3, 0, 0)


def test_no_more_is_taken_from_a_reservation_than_left():
    assert moves("depart", 3, -2, 0, 0)
    assert not moves("depart", 2, -3, 0, 0)


def test_a_kind_that_nobody_knows_moves_nothing():
    assert not moves("gift", 2, 0, 0, 0)


@pytest.mark.parametrize(
    ("kinds", "reserved", "with_one", "without"),
    [
        (["use", "correct"], 0, False, True),
        (["reserve", "post", "release", "expire"], 2, True, False),
        (["depart"], -2, True, True),
        (["carry"], 2, True, False),
        (["carry"], 0, False, True),
    ],
)
def test_what_was_reserved_names_its_reservation(kinds, reserved, with_one, without):
    for kind in kinds:
        assert ask("entry_names_its_reservation", kind, reserved, 1) == with_one
        assert ask("entry_names_its_reservation", kind, reserved, None) == without
