"""What holders and officers read of an amendment: amounts with their units, dates, what replaced what."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from licensing.country import pack
from licensing.models import Application, ApplicationStatus
from portal import amended as amendment_pages
from tests.amending import amended, ask, filer_of, granted, recommended
from tests.factories import UserFactory
from tests.people import client_of
from tests.portal.reading import words_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def line():
    return granted(granted=Decimal(10), value=Decimal(1000))


def text_of(user, name, *args, language="en"):
    return words_of(client_of(user, language).get(reverse(name, args=args)))


def expected_on(line, day):
    """Let the licence's application say when its first shipment was expected."""
    Application.objects.filter(pk=line.licence.application_id).update(dispatch_on=day)
    line.licence.application.refresh_from_db()


# --- what differs ---------------------------------------------------------------------------------------


def test_an_amount_that_differs_is_told_with_its_unit_and_its_currency(line, officer):
    case = recommended(line.licence, quantity=Decimal(1), unit="KGM", value=Decimal(1250), currency="EUR")

    page = text_of(officer, "case", case)

    for before, after in (("10 units", "1 kilogram"), ("USD 1,000.00", "EUR 1,250.00")):
        assert f"<del>{before}</del>" in page and f"<ins>{after}</ins>" in page


@pytest.mark.parametrize(("language", "words"), [("en", ("Before", "Now")), ("es", ("Antes", "Ahora"))])
def test_the_columns_are_called_before_and_now(line, officer, language, words):
    case = recommended(line.licence, quantity=Decimal(25))

    page = text_of(officer, "case", case, language=language)

    table = page.split('id="differences"')[1].split("</table>")[0]
    assert all(f'<th scope="col">{word}</th>' in table for word in words)


# --- the date of the first shipment ---------------------------------------------------------------------


def test_a_first_shipment_that_is_past_is_left_empty_and_that_is_said(line):
    expected_on(line, pack().legal_day(timezone.now()) - timedelta(days=2))
    holder = client_of(filer_of(line.licence), "en")
    address = reverse("licence-amend", args=[line.licence])
    assert "A date of the first shipment that is past is left empty." in holder.get(address).content.decode()

    answer = holder.post(address, {"changes": "Más.", "once": "w0rd"}, follow=True).content.decode()

    assert "The date of the first shipment is past, so it is left empty." in answer
    case = line.licence.amendments.get().application
    assert case.dispatch_on is None
    assert amendment_pages.of_case(case).changes == []  # nobody changed it


def test_one_that_is_still_to_come_is_kept(line):
    day = pack().legal_day(timezone.now()) + timedelta(days=9)
    expected_on(line, day)
    holder = client_of(filer_of(line.licence), "en")

    address = reverse("licence-amend", args=[line.licence])
    answer = holder.post(address, {"changes": "Más.", "once": "w0rd"}, follow=True)

    assert line.licence.amendments.get().application.dispatch_on == day
    assert "it is left empty" not in answer.content.decode()


def test_one_that_was_to_come_and_is_taken_out_is_a_change(line):
    expected_on(line, pack().legal_day(timezone.now()) + timedelta(days=9))
    case = ask(line.licence)
    case.dispatch_on = None

    [change] = amendment_pages.of_case(case).changes

    assert change.label and change.before and not change.after


def test_a_draft_of_another_application_never_has_the_date_of_the_first(line):
    expected_on(line, pack().legal_day(timezone.now()) + timedelta(days=9))
    holder = client_of(filer_of(line.licence))

    holder.post(reverse("application-copy", args=[line.licence.application]), {"once": "w0rd"})

    copy = Application.objects.exclude(pk=line.licence.application_id).get()
    assert copy.dispatch_on is None


# --- which replaced which -------------------------------------------------------------------------------


def test_a_licence_says_in_words_and_by_a_link_which_it_replaced_and_which_replaced_it(line, officer):
    old, new = line.licence, amended(line.licence, quantity=Decimal(20))
    holder = filer_of(old)

    for user in (holder, officer):
        page = text_of(user, "licence", new)
        assert f"It took the place of licence {old}; what had left under that one counts here." in page
        assert f'href="{reverse("licence", args=[old])}">Open licence {old}</a>' in page
        page = text_of(user, "licence", old)
        assert f'href="{reverse("licence", args=[new])}">Open licence {new}</a>' in page
        assert "It took the place of" not in page


@pytest.mark.parametrize(
    ("language", "words"), [("en", "which took the place of {}."), ("es", "que reemplazó a {}.")]
)
def test_the_history_of_the_new_licence_says_which_it_replaced(line, language, words):
    old, new = line.licence, amended(line.licence)

    for user in (filer_of(old), UserFactory(decider=True)):
        history = text_of(user, "licence", new, language=language).split('id="history"')[1]
        assert words.format(old) in history
        history = text_of(user, "licence", old, language=language).split('id="history"')[1]
        assert "took the place of PA" not in history and "reemplazó a PA" not in history
        assert new.reference in history


def test_whoever_recommends_reads_what_the_licence_allows_today(line, officer):
    case = recommended(line.licence)
    Application.objects.filter(pk=case.pk).update(status=ApplicationStatus.IN_REVIEW)

    page = text_of(officer, "case-recommend", case)

    assert f"It amends licence {line.licence}, valid from 1 January 2026 to 31 December 2999." in page
