"""Officers read what the licence says today beside what it will say as recommended."""

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from licensing import terms
from licensing.actions import decisions
from licensing.country import pack
from licensing.models import ApplicationStatus, Outcome
from licensing.terms import Given
from portal import new_licence
from portal.templatetags.portal import legal_date
from tests.amending import ask, filer_of, granted, issue, looked_into, recommended
from tests.factories import ApplicationFactory, GoodsLineFactory, RecommendationFactory, UserFactory
from tests.people import client_of
from tests.portal.reading import words_of

pytestmark = pytest.mark.django_db

AT = timezone.now()  # one moment for all, so that no midnight falls between two
RESALE, ARRIVAL, CUSTODY = "Sin reventa.", "Avise la llegada.", "Guárdese bajo llave."


@pytest.fixture
def line():
    return granted(granted=Decimal(10), value=Decimal(1000))


def under(line, *conditions, **given):
    """Return the licence that takes the place of the line's, under these conditions."""
    return issue(as_recommended(ask(line.licence), *conditions, **given), AT)


def as_recommended(case, *conditions, most=None, months=12, **given):
    """Return the amendment as it waits for its decision; `most` of its first line for each declaration."""
    case = looked_into(case)
    limits = {case.goods.first().pk: Decimal(most)} if most else {}
    newest = RecommendationFactory(
        application=case, conditions=list(conditions), months=months, at=timezone.now()
    )
    terms.store(newest, Given(limits=limits, **given))
    return case


def compared(case):
    with translation.override("en"):
        return new_licence.of_case(case, AT)


def different(case):
    """Return by label and side what the licence says before and after, where it differs."""
    return {(row.label, row.side): (row.before, row.after) for row in compared(case).rows if row.differs}


def spaced(text):
    return text.replace("\N{NO-BREAK SPACE}", " ")


def test_days_amounts_and_conditions_stand_beside_each_other(line):
    licence = under(line, RESALE, ARRIVAL, most=4, ports=("PABLB",), quantity_tolerance=Decimal(5))
    case = as_recommended(
        ask(licence, quantity=Decimal(25), value=Decimal(1250)),
        RESALE,
        CUSTODY,
        most=8,
        months=6,
        ports=("PAMIT",),
        value_tolerance=Decimal(2),
        last_day=date(2030, 1, 31),
    )

    found = different(case)

    assert found["Condition", ""] == ("", CUSTODY)
    assert {key: tuple(map(spaced, both)) for key, both in found.items() if key[1] == "Line 1"} == {
        ("Quantity", "Line 1"): ("10 units", "25 units"),
        ("Value", "Line 1"): ("USD 1,000.00", "USD 1,250.00"),
        ("Most with one declaration", "Line 1"): (
            "Line 1: at most 4 units with each declaration.",
            "Line 1: at most 8 units with each declaration.",
        ),
    }
    assert {key[0] for key in found} == {
        "Valid to",
        "Quantity",
        "Value",
        "Condition",
        "Ports",
        "Last day",
        "Most with one declaration",
        "Tolerance in quantity",
        "Tolerance in value",
    }
    assert found["Ports", ""] == (
        "Leaves only through: Balboa (PABLB).",
        "Leaves only through: Manzanillo (PAMIT).",
    )
    assert found["Tolerance in quantity", ""] == ("Tolerance: 5 % in quantity.", "")
    assert found["Tolerance in value", ""] == ("", "Tolerance: 2 % in value.")
    rows = [(row.before, row.after) for row in compared(case).rows if row.label == "Condition"]
    assert rows == [(RESALE, RESALE), (ARRIVAL, ""), ("", CUSTODY)]


def test_the_days_are_those_of_a_licence_issued_today(line):
    case = as_recommended(ask(line.licence), months=6)

    found = {row.label: row for row in compared(case).rows}

    first, last = decisions.period(6, AT)
    assert first == pack().legal_day(AT)
    with translation.override("en"):
        assert found["Valid from"].before == legal_date(line.licence.valid_from)
        assert (found["Valid from"].after, found["Valid to"].after) == (legal_date(first), legal_date(last))
    assert found["Valid to"].side == "if it is decided today"


def test_nothing_that_differs_is_said_in_a_sentence(line):
    case = as_recommended(ask(under(line, RESALE, most=4)), RESALE, most=4)

    found = compared(case)

    assert found.rows and found.different == 0
    with translation.override("en"):
        shown = render_to_string("casework/_new_licence.html", {"new_licence": found})
    assert "Nothing differs: goods, amounts, days and conditions stay as they are." in shown
    assert not {"<del>", "<ins>", "Differs"} & set(re.findall(r"<del>|<ins>|Differs", shown))


def test_a_line_left_out_and_a_new_one_have_one_side(line):
    case = ask(line.licence)
    kept = case.goods.get()
    GoodsLineFactory(application=case, number=2, quantity=Decimal(3), unit="KGM", value=Decimal(70))
    kept.delete()

    found = different(as_recommended(case))

    sides = {key[1]: tuple(map(spaced, both)) for key, both in found.items() if key[0] == "Quantity"}
    assert sides == {"Line 2, a new one": ("", "3 kilograms"), "Line 1, left out": ("10 units", "")}


def test_the_entry_that_officers_found_is_the_one_the_licence_will_name():
    line = granted(control_code="2B350")
    case = recommended(line.licence, description="Otra cosa", control_code="3A001")

    found = different(case)

    assert found["Control list entry", "Line 1"] == ("2B350", "6A005")
    assert found["Description", "Line 1"] == (line.description, "Otra cosa")


def test_a_named_receiver_who_is_another_now_differs(line):
    case = ask(under(line, named_consignee=True))
    case.parties.filter(role="consignee").update(name="Vidrios del Pacífico")

    before, after = different(as_recommended(case, named_consignee=True))["Who may receive", ""]

    assert "Vidrios del Pacífico" in after and "Vidrios del Pacífico" not in before
    assert before.startswith("Only to the consignee or end user named here.\n")


def test_a_condition_stays_with_its_line_when_the_number_of_that_changes(line):
    case = ask(under(line, most=4))
    case.goods.update(number=3)

    found = different(as_recommended(case, most=4))

    assert set(found) == {("Most with one declaration", "Line 3")}  # the sentence names the line


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("The licence today", "As recommended", "Differs")),
        ("es", ("La licencia hoy", "Según lo recomendado", "Cambia")),
    ],
)
def test_whoever_decides_and_the_case_officer_read_it(line, officer, language, words):
    case = as_recommended(ask(line.licence), CUSTODY)

    for user, name in ((officer, "case"), (UserFactory(decider=True), "case-decide")):
        page = text_of(user, name, case, language)
        assert all(word in page for word in words)
        assert f"<ins>{CUSTODY}</ins>" in page


def test_the_exporter_does_not_read_what_is_recommended(line):
    case = as_recommended(ask(line.licence), CUSTODY)

    page = text_of(filer_of(line.licence), "application", case)

    assert "As recommended" not in page and CUSTODY not in page


def test_until_an_approval_is_recommended_the_page_says_what_will_stand_there(line, officer):
    case = looked_into(ask(line.licence))
    waits = "Once an approval is recommended, the licence as recommended stands here"
    RecommendationFactory(application=case, outcome=Outcome.REFUSE, months=None, at=timezone.now())
    assert waits in text_of(officer, "case", case)

    type(case).objects.filter(pk=case.pk).update(status=ApplicationStatus.IN_REVIEW)
    RecommendationFactory(application=case, at=timezone.now() + timedelta(seconds=1))

    assert waits in text_of(officer, "case", case)


def test_once_it_is_issued_both_licences_are_compared_as_they_are(line, officer):
    case = as_recommended(ask(line.licence, quantity=Decimal(25)), CUSTODY, months=6)
    new = issue(case)
    case.refresh_from_db()

    assert compared(case).is_issued
    assert different(case)["Condition", ""] == ("", CUSTODY)
    assert spaced(different(case)["Quantity", "Line 1"][1]) == "25 units"
    [valid_to] = [row for row in compared(case).rows if row.label == "Valid to"]
    assert str(new.valid_to.year) in valid_to.after and valid_to.side == ""
    page = text_of(officer, "case", case)
    assert "The licence before" in page and "The new licence" in page


def test_a_case_that_amends_nothing_has_no_such_section(officer):
    case = ApplicationFactory(recommended=True)

    assert new_licence.of_case(case, timezone.now()) is None
    assert 'id="new-licence"' not in text_of(officer, "case", case)


def text_of(user, name, case, language="en"):
    return words_of(client_of(user, language).get(reverse(name, args=[case])))
