"""Goods are detained of a declaration of which something has left already: both sides are told."""

import html
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core import mail
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from licensing import counted, tasks
from licensing.actions import corrections, customs, detentions, ledger
from licensing.actions.customs import UsedLine
from licensing.actions.messages import Declared, Message
from licensing.models import Detention, DigitsOf, Job, LedgerEntry, OutboxJob, Usage
from tests.amending import granted, issue, recommended
from tests.factories import LicenceLineFactory, UserFactory
from tests.people import client_of

pytestmark = pytest.mark.django_db

NEW = reverse("detention-new")
ASKED = "Something was counted for this declaration before."


@pytest.fixture
def line():
    return LicenceLineFactory(granted=Decimal(10), unit="C62")


@pytest.fixture
def dock(customs_officer):
    return client_of(customs_officer, "en")


def write_off(line, by, declaration="PABLB-1", quantity=4):
    usage, _is_new = customs.record_usage(
        str(line.licence),
        client_key=f"{declaration}/{quantity}",
        declaration=declaration,
        used=[UsedLine(line.number, Decimal(quantity), line.unit)],
        by=by,
        at=timezone.now(),
    )
    return usage


def reserve(line, by, declaration="PABLB-1", quantity=3):
    message = Message(f"reserve {declaration}", declaration, 1)
    declared = [Declared(1, str(line.licence), line.number, Decimal(quantity), line.unit)]
    return ledger.reserve(message, declared, by=by, at=timezone.now())[0]


def asks(**other):
    given = {
        "number": "",
        "declaration": "PABLB-1",
        "port": "PABLB",
        "goods": "Two boxes without markings",
        "question": "Are these the boxes of the licence?",
        "once": "o1",
    }
    return {**given, **other}


def text_of(response) -> str:
    return html.unescape(response.content.decode())


def told(line, amount):
    return f"line {line.number}, {amount}\N{NO-BREAK SPACE}units"


@pytest.mark.parametrize("spelling", ["PABLB-1", "pablb-1", " PABLB – 1 "])
def test_before_goods_are_detained_customs_sees_what_has_left_of_their_declaration(
    dock, line, customs_officer, spelling
):
    write_off(line, customs_officer)

    text = text_of(dock.post(NEW, asks(declaration=spelling)))

    assert not Detention.objects.exists()
    assert ASKED in text
    assert str(line.licence) in text and told(line, 4) in text and ">Has left<" in text
    assert "Two boxes without markings" in text, "what was typed is kept"
    assert 'govuk-checkboxes__label" for="id_is_known">' in text, "the tick is drawn as one that is seen"


def test_with_a_tick_they_are_detained_all_the_same(dock, line, customs_officer):
    write_off(line, customs_officer)

    response = dock.post(NEW, asks(is_known="PABLB-1"))

    assert response.status_code == 302
    assert Detention.objects.get().declaration == "PABLB-1"


def test_a_tick_about_another_declaration_counts_for_nothing(dock, line, customs_officer):
    write_off(line, customs_officer, "PABLB-2")

    text = text_of(dock.post(NEW, asks(declaration="PABLB-2", is_known="PABLB-1")))

    assert ASKED in text
    assert not Detention.objects.exists()


def test_where_nothing_was_counted_nobody_is_asked(dock, line, customs_officer):
    write_off(line, customs_officer, "PABLB-2")
    write_off(line, customs_officer, "PABLB-1", quantity=11)  # refused

    assert dock.post(NEW, asks()).status_code == 302


def test_it_is_found_however_customs_wrote_it_when_it_was_written_off(dock, line, customs_officer):
    write_off(line, customs_officer, "pablb – 1")

    assert told(line, 4) in text_of(dock.post(NEW, asks()))


def test_another_declaration_of_the_same_digits_is_another(line, customs_officer):
    write_off(line, customs_officer, "PACTB-1")

    assert counted.for_declaration("PABLB-1") == []


def test_what_is_reserved_is_shown_as_reserved(dock, line, customs_officer):
    reserve(line, customs_officer)

    text = text_of(dock.post(NEW, asks()))

    assert told(line, 3) in text and ">Reserved<" in text and ">Has left<" not in text


@pytest.mark.parametrize(("who", "page"), [("officer", "licence"), ("customs_officer", "customs-licence")])
def test_both_sides_see_it_on_the_page_of_the_detention(line, customs_officer, who, page, request):
    write_off(line, customs_officer)
    detention = detain(customs_officer)

    client = client_of(request.getfixturevalue(who), "en")
    text = text_of(client.get(reverse("detention", args=[detention.pk])))

    assert "Counted for this declaration" in text and told(line, 4) in text
    assert reverse(page, args=[str(line.licence)]) in text


def test_the_page_of_a_detention_is_silent_where_nothing_was_counted(customs_officer, dock):
    detention = detain(customs_officer)

    assert "Counted for this declaration" not in text_of(dock.get(reverse("detention", args=[detention.pk])))


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "{licence}, line 1: departure of 4\N{NO-BREAK SPACE}units, "),
        ("es", "{licence}, línea 1: salida de 4\N{NO-BREAK SPACE}unidades, "),
    ],
)
def test_the_letter_says_which_licence_how_much_and_when(line, customs_officer, language, words):
    decider = UserFactory(decider=True, language=language)
    write_off(line, customs_officer)
    reserve(line, customs_officer)
    detain(customs_officer)

    mail.outbox.clear()
    for job in OutboxJob.objects.filter(job=Job.NOTIFY, done_at=None):
        tasks.run_job(job.pk)

    [letter] = [one for one in mail.outbox if one.to == [decider.email] and reverse("detentions") in one.body]
    assert words.format(licence=line.licence) in letter.body
    assert "3\N{NO-BREAK SPACE}uni" in letter.body
    assert str(timezone.now().year) in letter.body


def test_what_was_reversed_is_not_counted(line, customs_officer):
    write_off(line, customs_officer)
    entry = LedgerEntry.objects.get()
    now = timezone.now()
    proposed = corrections.propose_reversal(
        entry.pk, reason="Another declaration.", by=UserFactory(decider=True), at=now
    )
    corrections.confirm(proposed.pk, by=UserFactory(decider=True), at=now)

    assert counted.for_declaration("PABLB-1") == []


def test_what_was_carried_to_an_amended_licence_is_counted_once(customs_officer):
    old = granted(granted=Decimal(10), value=Decimal(1000), unit="C62")
    write_off(old, customs_officer)
    reserve(old, customs_officer)
    new = issue(recommended(old.licence, quantity=Decimal(20))).lines.get()

    rows = counted.for_declaration("PABLB-1")

    assert [(row.line.licence, row.quantity, row.has_left) for row in rows] == [
        (old.licence, 4, True),
        (new.licence, 3, False),
    ]


def test_goods_that_had_left_are_told_with_the_day_they_left(line, customs_officer):
    left_at = timezone.now() - timedelta(days=3)
    message = Message("left", "PABLB-1", 1, left_at=left_at)
    ledger.depart(
        message,
        [Declared(1, str(line.licence), line.number, Decimal(2), line.unit)],
        by=customs_officer,
        at=timezone.now(),
    )

    assert [row.at for row in counted.for_declaration("PABLB-1")] == [left_at]


def test_declarations_are_found_by_an_index():
    recorded = Usage.objects.filter(outcome=Usage.Outcome.RECORDED).alias(digits=DigitsOf("declaration"))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")

    assert "usage_by_declaration" in recorded.filter(digits="1").explain()


def detain(by):
    return detentions.detain(
        number="",
        declaration="PABLB-1",
        port="PABLB",
        goods="Two boxes",
        question="Are these the boxes?",
        photos=(),
        once="o1",
        by=by,
        at=timezone.now(),
    )[0]
