"""Customs' book of a day beside ours: lost, doubled and late messages, and exactly those are found."""

import random
from decimal import Decimal

import pytest
import time_machine
from django.db import IntegrityError, ProgrammingError, connection, transaction

from licensing.actions import corrections
from licensing.models import LedgerEntry, OrganisationKind, Reconciliation
from tests.factories import NOON, LicenceLineFactory, OrganisationFactory, UserFactory
from tests.people import client_of
from tests.portal.machines import Machine, item_of

pytestmark = pytest.mark.django_db
DAY = "2026-03-02"  # of NOON, in Panama
NEXT_DAY = "2026-03-03T17:00:00Z"


@pytest.fixture
def line():
    return LicenceLineFactory(granted=Decimal(100_000), unit="C62", licence__starts_at=NOON)


@pytest.fixture
def machine():
    return Machine()


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


def departure(number, line, quantity="4", **more):
    item = item_of(line, quantity)
    return {
        "id": f"m-{number}",
        "declaration": f"PABLB-{number}",
        "lines": [item],
        "kind": "depart",
        **more,
    }


def row(number, line, quantity="4", unit=None):
    return {
        "licence": str(line.licence),
        "line": line.number,
        "declaration": f"PABLB-{number}",
        "quantity": quantity,
        "unit": unit or line.unit,
    }


def sent(machine, *messages):
    answer = machine.send("batches", {"messages": list(messages)})
    return [one["status"] for one in answer.json()["answers"]]


def compared(machine, rows, day=DAY):
    answer = machine.send("reconciliations", {"day": day, "lines": rows})
    assert answer.status_code == 201, answer.content
    return answer.json()


def kinds(answer):
    return {(one["declaration"], one["kind"]) for one in answer["differences"]}


def test_a_day_of_lost_doubled_and_late_messages_and_exactly_those_are_found(machine, line):
    """Ports keep a book and a queue of messages; what happens to them on the way is drawn by lot."""
    chance = random.Random(2026)
    numbers = list(range(400))
    lost, late, doubled, strange, unknown = (set(chance.sample(numbers, 12)) for _kind in range(5))
    late -= lost
    doubled -= lost | late  # sent twice under two ids and as two versions: counted twice here
    strange -= lost | late | doubled  # they wrote another quantity into their book
    unknown -= lost | late | doubled | strange  # they forgot to write it into their book
    queue = [departure(number, line) for number in numbers if number not in lost | late]
    queue += [departure(number, line) for number in numbers[::3] if number not in lost | late]  # retries
    queue += [departure(number, line, id=f"m-{number}-again", version=2) for number in doubled]
    chance.shuffle(queue)
    for start in range(0, len(queue), 100):
        assert set(sent(machine, *queue[start : start + 100])) == {201}
    with time_machine.travel(NEXT_DAY, tick=False):
        for number in late:
            assert sent(machine, departure(number, line)) == [201]
        book = [
            row(number, line, "5" if number in strange else "4")
            for number in numbers
            if number not in unknown
        ]

        answer = compared(machine, book)

    assert kinds(answer) == {
        *((f"PABLB-{number}", "missing-here") for number in lost - unknown),
        *((f"PABLB-{number}", "other-day") for number in late - unknown),
        *((f"PABLB-{number}", "differing") for number in doubled | strange),
        *((f"PABLB-{number}", "missing-there") for number in unknown),
    }
    assert answer["matched"] == len(numbers) - len(answer["differences"])


def test_books_that_agree_have_no_difference(machine, line):
    sent(machine, departure(1, line), departure(2, line, "7.000"))

    answer = compared(machine, [row(1, line), row(2, line, "7")])

    assert (answer["matched"], answer["differences"]) == (2, [])


def test_their_unit_is_converted_and_an_unlike_one_is_a_difference(machine):
    line = LicenceLineFactory(granted=Decimal(1000), unit="KGM", licence__starts_at=NOON)
    sent(machine, departure(1, line, "2"), departure(2, line, "2"))

    answer = compared(machine, [row(1, line, "2000", "GRM"), row(2, line, "2", "LTR")])

    (difference,) = answer["differences"]
    assert (difference["declaration"], difference["kind"], difference["theirs"], difference["unit"]) == (
        "PABLB-2",
        "differing",
        "2",
        "LTR",
    )


def test_what_left_beyond_the_licence_counts_on_both_sides(machine):
    line = LicenceLineFactory(granted=Decimal(3), unit="C62", licence__starts_at=NOON)
    sent(machine, departure(1, line, "10"))

    assert compared(machine, [row(1, line, "10")])["differences"] == []


def test_what_two_people_reversed_counts_no_more(machine, line):
    sent(machine, departure(1, line))
    first, second = UserFactory(decider=True), UserFactory(decider=True)
    entry = LedgerEntry.objects.get()
    proposed = corrections.propose_reversal(entry.pk, reason="Nunca salió.", by=first, at=NOON)
    corrections.confirm(proposed.pk, by=second, at=NOON)

    assert compared(machine, [])["differences"] == []


def test_a_part_that_left_on_another_day_is_no_difference(machine, line):
    sent(machine, departure(1, line))
    with time_machine.travel(NEXT_DAY, tick=False):
        sent(machine, departure(1, line, "3", id="second-part", version=2))
        assert kinds(compared(machine, [row(1, line)])) == set()
        assert kinds(compared(machine, [row(1, line, "3")], "2026-03-03")) == set()


def test_another_systems_book_is_not_compared_with_ours_of_this_one(machine, line):
    other = Machine(account__organisation=OrganisationFactory(kind=OrganisationKind.CUSTOMS))
    sent(other, departure(1, line))

    assert compared(machine, [])["differences"] == []


@pytest.mark.parametrize(
    "body",
    [
        {"lines": []},
        {"day": "yesterday", "lines": []},
        {"day": DAY, "lines": [{"licence": "X"}]},
        {"day": DAY, "lines": "none"},
        {"day": DAY, "lines": [], "more": 1},
    ],
)
def test_what_is_no_book_is_told_so(machine, body):
    assert machine.send("reconciliations", body).status_code == 422
    assert not Reconciliation.objects.exists()


def test_a_day_that_has_not_come_is_refused(machine):
    assert machine.send("reconciliations", {"day": "2026-03-03", "lines": []}).status_code == 409


def test_it_takes_a_key_that_may_write(line):
    machine = Machine(scopes=["licences:read"])

    assert machine.send("reconciliations", {"day": DAY, "lines": []}).status_code == 403


def test_the_number_of_questions_does_not_grow_with_the_book(machine, line, django_assert_max_num_queries):
    sent(machine, *(departure(number, line) for number in range(50)))

    with django_assert_max_num_queries(25):
        compared(machine, [row(number, line) for number in range(50)])


def test_officers_see_the_differences_and_customs_does_not_see_the_page(machine, line):
    answer = compared(machine, [row(1, line)])
    officer = client_of(UserFactory(language="en"))

    assert f"/alerts/books/{answer['id']}/" in officer.get("/alerts/books/").content.decode()
    page = officer.get(f"/alerts/books/{answer['id']}/").content.decode()
    assert "PABLB-1" in page and "Only in their book" in page
    assert "/alerts/books/" in officer.get("/alerts/").content.decode()
    assert client_of(UserFactory(customs=True)).get("/alerts/books/").status_code == 403


def test_a_difference_leads_to_the_books_of_its_licence_where_there_is_one(machine, line):
    unknown = {**row(2, line), "licence": "PA-L-1999-000001"}
    answer = compared(machine, [row(1, line), unknown])

    page = client_of(UserFactory()).get(f"/alerts/books/{answer['id']}/").content.decode()

    assert f'href="/licences/{line.licence}/ledger/"' in page
    assert "PA-L-1999-000001" in page and "/licences/PA-L-1999-000001/" not in page


def test_no_comparison_can_be_changed_or_deleted(machine, line):
    compared(machine, [])

    for statement in (
        "UPDATE licensing_reconciliation SET matched_count = 9",
        "DELETE FROM licensing_reconciliation",
    ):
        with pytest.raises((IntegrityError, ProgrammingError)), transaction.atomic():
            connection.cursor().execute(statement)


def test_goods_that_no_line_covers_are_compared_as_they_were_reported(machine, line):
    elsewhere = departure(1, line)
    elsewhere["lines"][0]["licence"] = "PA-L-1999-000001"
    unlike = departure(2, line)
    unlike["lines"][0]["unit"] = "KGM"
    assert sent(machine, elsewhere, unlike) == [201, 201]

    assert kinds(compared(machine, [])) == {("PABLB-1", "missing-there"), ("PABLB-2", "missing-there")}
    book = [{**row(1, line), "licence": "PA-L-1999-000001"}, row(2, line, unit="KGM")]
    assert kinds(compared(machine, book)) == set()
