"""Forms written during an outage: reported on a page or by a table, counted once, never refused for what a
licence says."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from licensing.actions import forms, reconciliations
from licensing.actions.forms import read_number
from licensing.actions.reconciliations import Total
from licensing.country import pack
from licensing.models import Irregularity, Usage
from tests.factories import LicenceLineFactory, UserFactory
from tests.people import client_of

pytestmark = pytest.mark.django_db

PAGE, TABLE = reverse("port-form-new-report"), reverse("port-form-upload")
DAY = pack().legal_day(timezone.now()) - timedelta(days=1)


@pytest.fixture
def officer():
    return UserFactory(customs=True, language="en")


@pytest.fixture
def block(officer):
    return forms.take("PABLB", 5, by=officer, at=timezone.now())


@pytest.fixture
def line():
    return LicenceLineFactory(granted=Decimal(10), unit="C62")


def typed(block, line, *, place=0, act="report", **other):
    row = {"item": "1", "line": "1", "quantity": "4", "unit": "C62"}
    head = {
        "number": block.numbers[place],
        "day": DAY.isoformat(),
        "clock": "14:30",
        "declaration": "PABLB-1",
        "version": "1",
        "licence": str(line.licence) if line else "PA-L-1999-000001",
        "regime": "",
        "consignee": "",
        "act": act,
        "lines-TOTAL_FORMS": "1",
        "lines-INITIAL_FORMS": "0",
    }
    changed = {name: value for name, value in other.items() if name in row}
    rest = {name.replace("__", "-"): value for name, value in other.items() if name not in row}
    return {**head, **{f"lines-0-{name}": value for name, value in {**row, **changed}.items()}, **rest}


def used(line):
    line.refresh_from_db()
    return line.used


def test_a_form_is_written_off_with_its_number_moment_and_port(officer, block, line):
    answer = client_of(officer).post(PAGE, typed(block, line), follow=True)

    usage = Usage.objects.get()
    here = usage.left_at.astimezone(pack().time_zone)
    assert usage.client_key == block.numbers[0]
    assert (here.date(), here.hour, here.minute) == (DAY, 14, 30)
    assert used(line) == 4
    page = answer.content.decode()
    assert "The form is reported" in page and "Covered" in page and "PABLB-1" in page
    numbers = client_of(officer).get(f"/customs/forms/{block.pk}/").content.decode()
    assert numbers.count(">Reported<") == 1
    assert reverse("port-form-report", args=[usage.pk]) in numbers


def test_what_a_licence_does_not_cover_is_recorded_and_shown_as_irregular(officer, block, line):
    page = client_of(officer).post(PAGE, typed(block, line, quantity="14"), follow=True).content.decode()

    assert used(line) == 10
    assert Irregularity.objects.get().quantity == 14
    assert "Recorded, and officers look into it" in page and "14 units asked for" in page


def test_goods_under_a_licence_that_nobody_knows_are_recorded_too(officer, block):
    page = client_of(officer).post(PAGE, typed(block, None), follow=True).content.decode()

    assert Irregularity.objects.get().licence is None
    assert "No licence has the number PA-L-1999-000001" in page


def test_a_used_number_is_caught_and_nothing_typed_is_lost(officer, block, line):
    client = client_of(officer)
    client.post(PAGE, typed(block, line))

    answer = client.post(PAGE, typed(block, line, declaration="PABLB-2", quantity="3"))

    page = answer.content.decode()
    assert "This form was reported already" in page and "declaration PABLB-1" in page
    assert 'value="PABLB-2"' in page and 'value="3"' in page
    assert used(line) == 4


def test_a_colleague_can_not_report_the_same_form_again(officer, block, line):
    colleague = UserFactory(customs=True, organisation=officer.organisation, language="en")
    client_of(officer).post(PAGE, typed(block, line))

    page = client_of(colleague).post(PAGE, typed(block, line)).content.decode()

    assert "This form was reported already" in page
    assert used(line) == 4


def test_a_second_press_counts_nothing_twice(officer, block, line):
    client = client_of(officer)
    client.post(PAGE, typed(block, line))

    page = client.post(PAGE, typed(block, line), follow=True).content.decode()

    assert "Nothing was counted twice" in page
    assert used(line) == 4


def test_a_declaration_reported_under_another_form_is_refused_and_leaves_the_number_free(
    officer, block, line
):
    client = client_of(officer)
    client.post(PAGE, typed(block, line))

    refused = client.post(PAGE, typed(block, line, place=1)).content.decode()
    client.post(PAGE, typed(block, line, place=1, version="2"))

    assert "Item 1 of declaration PABLB-1, version 1, is recorded already" in refused
    assert used(line) == 8
    assert forms.reported(block) == set(block.numbers[:2])


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ({"number": "PABLB-F99999-001"}, "in no block that your authority took"),
        ({"number": "hello"}, "in no block that your authority took"),
        ({"day": (DAY + timedelta(days=3)).isoformat()}, "has not come yet"),
        ({"day": "soon"}, "Write the day the goods left"),
        ({"clock": "noon"}, "Write the time as hours and minutes"),
        ({"quantity": "0"}, "Write more than zero"),
        ({"quantity": "1.00005"}, "at most four decimal places"),
        ({"quantity": ""}, "Type how much left"),
        ({"unit": ""}, "Choose the unit that the form says"),
        ({"item": "0"}, "Type a whole number from 1 on"),
        ({"version": "x"}, "Type a whole number from 1 on"),
        ({"declaration": ""}, "Type the number of the declaration"),
    ],
)
def test_what_can_not_be_read_gets_an_error_and_stays_in_its_field(officer, block, line, other, told):
    page = client_of(officer).post(PAGE, typed(block, line, **other)).content.decode()

    assert told in page
    assert 'value="14:30"' in page or "clock" in other
    assert not Usage.objects.exists()


def test_a_line_more_keeps_what_was_typed_and_judges_nothing_yet(officer, block, line):
    page = client_of(officer).post(PAGE, typed(block, line, act="more", declaration="")).content.decode()

    assert 'name="lines-1-quantity"' in page and 'name="lines-2-quantity"' not in page
    assert 'name="lines-0-quantity" value="4"' in page and f'value="{block.numbers[0]}"' in page
    assert "govuk-error-summary" not in page


def test_two_lines_of_a_form_are_counted_together(officer, block, line):
    second = LicenceLineFactory(licence=line.licence, number=2, granted=Decimal(10), unit="KGM")
    more = {
        "lines__TOTAL_FORMS": "3",
        "lines__1__item": "2",
        "lines__1__line": "2",
        "lines__1__quantity": "2,5",
        "lines__1__unit": "KGM",
        "lines__2__item": "3",  # nothing else typed: not a line
    }

    client_of(officer).post(PAGE, typed(block, line, **more))

    assert (used(line), used(second)) == (4, Decimal("2.5"))


def test_others_see_no_report(officer, block, line):
    client_of(officer).post(PAGE, typed(block, line))
    address = reverse("port-form-report", args=[Usage.objects.get().pk])

    assert client_of(UserFactory(customs=True)).get(address).status_code == 404
    assert client_of(UserFactory(decider=True)).get(PAGE).status_code == 403
    assert client_of(UserFactory(decider=True)).get(TABLE).status_code == 403


@pytest.mark.parametrize(
    "written", ["PABLB-F00007-001", " pablb f00007 001 ", "pablbf00007001", "PABLB–F00007–001"]
)
def test_a_number_is_read_however_it_is_typed(written):
    assert read_number(written) == "PABLB-F00007-001"


def test_a_licence_that_ended_after_the_goods_left_covers_them(officer, block, line):
    now = timezone.now()
    left_at = now - timedelta(days=2)
    licence = line.licence
    type(licence).objects.filter(pk=licence.pk).update(
        starts_at=now - timedelta(days=9),
        ends_at=now - timedelta(days=1),
        valid_from=DAY - timedelta(days=9),
        valid_to=DAY - timedelta(days=1),
    )
    item = [forms.Declared(1, str(licence), 1, Decimal(4), "C62")]
    said = {"declaration": "D", "version": 1, "regime": "", "consignee": "", "by": officer, "at": now}

    usage, _is_new = forms.report(block.numbers[0], item, left_at=left_at, **said)

    assert not usage.answer["lines"][0]["irregular"]


def test_the_books_of_the_day_it_left_agree(officer, block, line):
    client_of(officer).post(PAGE, typed(block, line))
    total = [Total(str(line.licence), 1, "PABLB-1", Decimal(4), "C62")]

    compared = reconciliations.compare(DAY, total, by=officer, at=timezone.now())

    assert (compared.matched_count, compared.differences) == (1, [])


def test_the_database_keeps_no_departure_after_its_report(officer):
    with pytest.raises(IntegrityError, match="what_left_is_reported_afterwards"), transaction.atomic():
        Usage.objects.create(
            kind=Usage.Kind.DEPART,
            client=officer,
            client_key="k",
            declaration="d",
            outcome=Usage.Outcome.RECORDED,
            answer={},
            at=timezone.now(),
            left_at=timezone.now() + timedelta(minutes=1),
        )


# --- a table ---

HEAD = "formulario;salida;declaracion;item;licencia;linea;cantidad;unidad"


def row(block, line, place=0, *, item=1, quantity="4", moment=f"{DAY} 14:30", unit="C62"):
    return f"{block.numbers[place]};{moment};D-{place};{item};{line.licence};1;{quantity};{unit}"


def sent(officer, *rows, head=HEAD):
    file = SimpleUploadedFile("forms.csv", "\n".join([head, *rows]).encode(), "text/csv")
    return client_of(officer).post(TABLE, {"file": file}).content.decode()


def test_a_table_is_answered_line_by_line_and_a_wrong_form_keeps_no_other_back(officer, block, line):
    page = sent(
        officer,
        row(block, line),
        row(block, line, 1, quantity="many"),
        row(block, line, 2, item=1, unit="unidades"),
        row(block, line, 2, item=2, quantity="9"),
    )

    assert page.count(">Recorded<") == 2
    assert "“many” can&#x27;t be read" in page and "1 line was not reported" in page
    assert page.count("Recorded; officers look into it") == 1
    assert used(line) == 10
    assert forms.reported(block) == {block.numbers[0], block.numbers[2]}


def test_the_same_table_again_counts_nothing_twice(officer, block, line):
    sent(officer, row(block, line))

    page = sent(officer, row(block, line), row(block, line, 1, quantity="2"))

    assert page.count("Reported before; nothing was counted twice") == 1
    assert used(line) == 6


def test_a_form_with_one_wrong_line_is_not_reported_in_part(officer, block, line):
    page = sent(officer, row(block, line), row(block, line, item=2, moment="yesterday"))

    assert "“yesterday” is no day and time" in page
    assert "Line 3 of the same form can&#x27;t be read" in page
    assert used(line) == 0


def test_lines_of_a_form_must_agree(officer, block, line):
    page = sent(officer, row(block, line), row(block, line, item=2, moment=f"{DAY} 15:00"))

    assert page.count("name different declarations, versions, moments or receivers") == 2
    assert used(line) == 0


@pytest.mark.parametrize(
    ("head", "told"),
    [
        ("colour", "unknown column: colour"),
        ("salida;licencia", "one of them is “formulario” or “form”"),
        (HEAD, "The table holds no forms"),
    ],
)
def test_what_is_no_table_is_refused_whole(officer, head, told):
    assert told in sent(officer, head=head)
    assert not Usage.objects.exists()


def test_a_table_may_be_written_in_english(officer, block, line):
    head = "form,left_at,declaration,licence,line,quantity,unit,procedure"
    one = f"{block.numbers[0]},{DAY:%d/%m/%Y} 14:30,D-1,{line.licence},1,4,units,"

    assert ">Recorded<" in sent(officer, one, head=head)
    assert used(line) == 4


def test_a_table_longer_than_a_day_is_sent_in_parts(officer, block, line):
    assert "Send at most 500 lines" in sent(officer, *[row(block, line)] * 501)
    assert not Usage.objects.exists()


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "Write what left, in at least one line."),
        ("es", "Escriba lo que salió, en una línea al menos."),
    ],
)
def test_a_form_without_a_line_is_told_so_in_our_words(officer, block, line, language, told):
    given = typed(block, line)
    empty = {name: "" for name in given if name.startswith("lines-0-")} | {"lines-0-item": "1"}

    answer = client_of(officer, language).post(PAGE, {**given, **empty})

    assert told in answer.content.decode()
    assert "formulario como mínimo" not in answer.content.decode()


def test_a_declaration_goes_on_on_a_second_form(officer, block, line):
    """As the written procedure says: the same declaration and version, its items numbered on."""
    client = client_of(officer)
    client.post(PAGE, typed(block, line))

    answer = client.post(PAGE, typed(block, line, place=1, item="2", quantity="3"), follow=True)

    assert "The form is reported" in answer.content.decode()
    assert used(line) == 7
    assert forms.reported(block) == set(block.numbers[:2])
