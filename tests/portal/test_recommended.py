"""The page of a recommendation begins with what was said before, so that no condition is lost on the way."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from licensing import terms
from licensing.actions import decisions
from licensing.models import Application, ApplicationStatus
from licensing.terms import Given
from tests.amending import ask, granted, issue, recommended
from tests.factories import ApplicationFactory, RecommendationFactory, UserFactory
from tests.people import client_of

pytestmark = pytest.mark.django_db

CONDITIONS = ["Avise la llegada.", "Sin reventa."]


@pytest.fixture
def line():
    return granted(granted=Decimal(10), value=Decimal(1000))


def licensed(line, **given):
    """Return a licence under conditions, at most four of its line with one declaration among them."""
    case = recommended(line.licence)
    limits = {case.goods.get().pk: Decimal(4)}
    newest = RecommendationFactory(application=case, conditions=CONDITIONS, at=timezone.now())
    terms.store(newest, Given(limits=limits, **given))
    return issue(case)


def page_of(case):
    Application.objects.filter(pk=case.pk).update(
        status=ApplicationStatus.IN_REVIEW, submitted_at=timezone.now()
    )
    return client_of(UserFactory(), "en").get(reverse("case-recommend", args=[case])).context


def tomorrow():
    return timezone.now().date() + timedelta(1)


def test_an_amendment_begins_with_the_conditions_of_its_licence(line):
    licence = licensed(
        line,
        ports=("PABLB",),
        last_day=tomorrow(),
        named_consignee=True,
        quantity_tolerance=Decimal(5),
    )

    shown = page_of(ask(licence))

    assert shown["form"]["conditions"].value() == "Avise la llegada.\nSin reventa."
    assert shown["form"]["months"].value() == 12
    asked = {name: shown["terms"][name].value() for name in shown["terms"].fields}
    assert asked["ports"] == ["PABLB"] and asked["named_consignee"] is True
    assert (asked["last_day"], asked["quantity_tolerance"], asked["limit_1"]) == (tomorrow(), "5", "4")
    assert not asked["value_tolerance"] and not asked["regimes"]


def test_a_limit_of_a_line_in_another_unit_now_is_not_taken_over(line):
    licence = licensed(line)

    assert not page_of(ask(licence, unit="KGM"))["terms"]["limit_1"].value()


def test_one_that_was_sent_back_begins_with_its_own_words(line):
    case = recommended(line.licence)
    before = case.recommendations.get()
    terms.store(before, Given(limits={case.goods.get().pk: Decimal("2.5")}))
    decisions.send_back(case.pk, reasons="Falta algo.", by=UserFactory(decider=True), at=timezone.now())

    shown = page_of(case)

    for name in ("outcome", "reasons", "months"):
        assert shown["form"][name].value() == getattr(before, name)
    assert shown["form"]["conditions"].value() == "\n".join(before.conditions)
    assert shown["terms"]["limit_1"].value() == "2.5"


def test_any_other_case_begins_without_conditions():
    shown = page_of(ApplicationFactory(complete=True, submitted_at=timezone.now()))

    assert not shown["form"]["conditions"].value() and not shown["terms"].initial
