"""The page of thresholds: consequences first, then a reason, then it is stored."""

import re

import pytest

from licensing.calibration import Thresholds
from licensing.consequences import Group
from licensing.models import Calibration
from portal import histogram
from tests.factories import CalibrationFactory, HitJudgementFactory, ScreeningHitFactory, UserFactory
from tests.people import client_of

pytestmark = pytest.mark.django_db

ADDRESS = "/administration/thresholds/"
GIVEN = {
    "worth": "76",
    "medium_from": "85",
    "high_from": "95",
    "two_people_from": "medium",
    "remembered_days": "30",
}


@pytest.fixture
def desk():
    return client_of(UserFactory(administrator=True, language="en"))


def text(response):
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("trait", ["decider", "exporter", "adviser", "customs"])
def test_the_page_is_the_administrators_alone(trait):
    assert client_of(UserFactory(**{trait: True})).get(ADDRESS).status_code == 403


def test_the_first_visit_shows_what_is_in_force_and_offers_no_saving(desk):
    html = text(desk.get(ADDRESS))

    assert "The country’s defaults are in force" in html
    assert 'name="worth" value="70"' in html
    assert "Store these thresholds" not in html


def test_consequences_are_shown_and_nothing_is_stored_by_looking(desk):
    hit = ScreeningHitFactory(points=75)
    HitJudgementFactory(hit=hit, judgement="same")

    html = text(desk.get(ADDRESS, GIVEN))

    assert "1 possible match that officers judged to be the listed party would no longer be found." in html
    assert 'type="hidden" name="worth" value="76"' in html
    assert not Calibration.objects.exists()


def test_they_are_stored_with_a_reason_and_told_in_the_history(desk):
    response = desk.post(ADDRESS, {**GIVEN, "seen": "0", "reason": "Menos ruido."}, follow=True)

    html = text(response)
    assert Calibration.objects.get().two_people_from == "medium"
    assert "Version 1 is in force" in html
    assert "worth a look from 76.0 points" in html
    assert "Menos ruido." in html


def test_without_a_reason_the_consequences_stay_on_the_page(desk):
    html = text(desk.post(ADDRESS, {**GIVEN, "seen": "0", "reason": " "}))

    assert "Give the reason." in html
    assert "What this would have changed" in html
    assert not Calibration.objects.exists()


def test_whoever_was_overtaken_reads_so_and_sees_what_is_in_force_now(desk):
    CalibrationFactory()

    html = text(desk.post(ADDRESS, {**GIVEN, "seen": "0", "reason": "Menos ruido."}))

    assert "Somebody else has stored thresholds meanwhile." in html
    assert re.search(r'name="seen" value="1"', html)
    assert Calibration.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("worth", ""),
        ("worth", "abc"),
        ("worth", "NaN"),
        ("worth", "72.55"),
        ("worth", "20"),
        ("high_from", "101"),
        ("medium_from", "99"),
        ("remembered_days", "-1"),
        ("remembered_days", "4000"),
        ("remembered_days", "1.5"),
        ("two_people_from", "every"),
        ("two_people_from", ""),
    ],
)
def test_numbers_that_make_no_sense_are_told_and_lead_to_no_consequences(desk, field, value):
    response = desk.get(ADDRESS, {**GIVEN, field: value})

    assert response.context["form"].errors
    assert "What this would have changed" not in text(response)


def test_the_drawing_and_its_table_tell_the_same(desk):
    groups = [
        Group(91.0, "same", 2),
        Group(94.9, "different", 3),
        Group(100.0, "", 1),
        Group(72.0, "unsure", 4),
    ]
    drawn = histogram.draw(groups, Thresholds(70, 80, 90, "high", 1), Thresholds(70, 80, 95, "high", 1))

    bars = {bar.label: bar for bar in drawn.bars if bar.total}
    assert {label: (bar.same, bar.different, bar.unsettled) for label, bar in bars.items()} == {
        "70–74": (0, 0, 4),
        "90–94": (2, 3, 0),
        "95–100": (0, 0, 1),
    }
    assert sum(piece.height for piece in bars["90–94"].pieces) == histogram.PLOT_HEIGHT
    assert len(drawn.lines) == 3
    assert [line.label for line in drawn.lines_now] == ["alto 95"]


def test_nothing_so_far_draws_an_empty_chart(desk):
    assert histogram.draw([], Thresholds(70, 80, 90, "", 1), Thresholds(70, 80, 90, "", 1)).highest == 0
