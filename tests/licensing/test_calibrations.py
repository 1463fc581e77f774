"""The thresholds: who sets them, what counts before anybody did, and what others would have changed."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from licensing import calibration, consequences
from licensing.actions import calibrations
from licensing.calibration import Thresholds
from licensing.errors import Refused
from licensing.models import Action, Band, Calibration, Event
from tests.factories import (
    NOON,
    ApplicationFactory,
    CalibrationFactory,
    HitJudgementFactory,
    ListedEntityFactory,
    ListVersionFactory,
    PartyFactory,
    ScreeningHitFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

STRICT = Thresholds(70.0, 80.0, 90.0, "low", 365)


def save(by, **given):
    numbers = {"worth": Decimal("75"), "medium_from": Decimal("85"), "high_from": Decimal("95.5")}
    rest = {"two_people_from": "medium", "remembered_days": 90, "seen": 0, "reason": "Menos ruido."}
    return calibrations.save(**{**numbers, **rest, **given}, by=by, at=NOON)


@pytest.mark.parametrize(
    ("points", "band", "two"),
    [
        (70, "low", False),
        (79.9, "low", False),
        (80, "medium", False),
        (90, "high", True),
        (100, "high", True),
    ],
)
def test_before_anybody_set_them_the_countrys_bands_count(points, band, two):
    thresholds = calibration.in_force(NOON)

    assert (thresholds.band(points), thresholds.needs_two(points)) == (band, two)
    assert (thresholds.worth, thresholds.remembered_days) == (70.0, 365)


def test_the_setting_counts_until_a_version_is_stored(settings):
    settings.SCREENING_POINTS_WORTH_A_LOOK = 84
    assert calibration.in_force(NOON).worth == calibration.in_force(NOON).medium_from == 84

    CalibrationFactory(worth=72)

    assert calibration.in_force(NOON).worth == 72


@pytest.mark.parametrize(
    ("two_people_from", "two"),
    [("", []), ("high", ["high"]), ("medium", ["medium", "high"]), ("low", ["low", "medium", "high"])],
)
def test_two_people_are_asked_from_a_band_on(two_people_from, two):
    CalibrationFactory(two_people_from=two_people_from)
    thresholds = calibration.in_force(NOON)

    assert [
        band for band, points in (("low", 71), ("medium", 81), ("high", 91)) if thresholds.needs_two(points)
    ] == two


def test_a_version_is_stored_with_who_when_and_why_and_the_one_before_stays(administrator):
    first = save(administrator)
    second = save(administrator, worth=Decimal("80"), seen=1)

    assert (first.number, second.number, second.by, second.at) == (1, 2, administrator, NOON)
    assert calibration.in_force(NOON).worth == 80
    event = Event.objects.filter(action=Action.CALIBRATE).latest("pk")
    assert (event.before["worth"], event.after["worth"]) == (75, 80)
    assert (event.by, event.data["reason"], event.calibration) == (administrator, "Menos ruido.", second)


@pytest.mark.parametrize("trait", ["exporter", "customs", "adviser", "decider", "system"])
def test_nobody_but_an_administrator_sets_them(trait):
    with pytest.raises(Refused):
        save(UserFactory(**{trait: True}))
    with pytest.raises(Refused):
        save(UserFactory())


@pytest.mark.parametrize(
    "given",
    [
        {"worth": Decimal("49.9")},
        {"high_from": Decimal("100.1")},
        {"worth": Decimal("86")},
        {"medium_from": Decimal("96")},
        {"remembered_days": 3651},
        {"reason": " \n"},
        {"seen": 4},
    ],
)
def test_thresholds_that_make_no_sense_are_refused(administrator, given):
    with pytest.raises(Refused):
        save(administrator, **given)

    assert not Calibration.objects.exists()


@pytest.mark.parametrize(
    "facts",
    [
        {"medium_from": 60},
        {"high_from": 70},
        {"worth": 40},
        {"two_people_from": "every"},
        {"reason": ""},
        {"remembered_days": 4000},
    ],
)
def test_the_database_takes_none_that_make_no_sense(facts):
    with pytest.raises(IntegrityError), transaction.atomic():
        CalibrationFactory(**facts)


@pytest.mark.django_db(transaction=True)
def test_of_two_administrators_at_once_the_second_is_told_to_look_first():
    people = UserFactory.create_batch(2, administrator=True)

    def work(person):
        try:
            save(person)
        except Refused:
            return "refused"
        finally:
            connection.close()
        return "stored"

    with ThreadPoolExecutor() as pool:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('calibration', 0))")
            both = [pool.submit(work, person) for person in people]
            for one in both:
                with pytest.raises(TimeoutError):
                    one.result(timeout=0.3)
        said = sorted(one.result(timeout=20) for one in both)

    assert said == ["refused", "stored"]
    assert Calibration.objects.count() == 1


# Consequences


@pytest.fixture
def past():
    """Hits of 72, 85 and 93 points; officers called the last the listed one, the second somebody else."""
    made = [ScreeningHitFactory(points=points) for points in (72, 85, 93)]
    HitJudgementFactory(hit=made[1])
    HitJudgementFactory(hit=made[2], judgement="different")
    HitJudgementFactory(hit=made[2], judgement="same")
    return consequences.past_hits()


def now():
    return calibration.in_force(NOON)


def test_past_hits_are_told_by_their_points_and_what_was_said_last(past):
    assert [(group.points, group.judgement, group.count) for group in past] == [
        (72, "", 1),
        (85, "different", 1),
        (93, "same", 1),
    ]


def test_higher_thresholds_say_what_would_disappear_and_which_true_ones(past):
    told = consequences.of(Thresholds(94.0, 95.0, 96.0, "", 365), now(), past, NOON)

    assert (told.hits, told.gone, told.gone_same) == (3, 3, 1)
    assert (told.two_now, told.two_then, told.sample) == (1, 0, 0)


def test_a_stricter_rule_says_how_many_would_take_two_people(past):
    told = consequences.of(STRICT, now(), past, NOON)

    assert (told.gone, told.two_now, told.two_then) == (0, 1, 3)


def test_lower_thresholds_are_tried_on_the_parties_handed_in_last():
    version = ListVersionFactory()
    ListedEntityFactory(version=version, primary_name="Compañía Ficticia Listada")
    case = ApplicationFactory(in_review=True)
    for role in ("bank", "agent"):
        PartyFactory(application=case, role=role, name="Compañía Ficticia")
    ApplicationFactory(complete=True)  # a draft counts for nothing

    told = consequences.of(Thresholds(50.0, 80.0, 90.0, "high", 365), now(), [], NOON)

    assert (told.sample, told.appearing, told.open_cases) == (2, 1, 1)


def test_without_a_list_nothing_can_be_tried(past):
    told = consequences.of(Thresholds(50.0, 80.0, 90.0, "high", 365), now(), past, NOON)

    assert (told.sample, told.appearing) == (0, 0)


def test_what_changes_no_threshold_screens_nothing_again():
    ApplicationFactory(in_review=True)

    assert consequences.of(Thresholds(70.0, 80.0, 90.0, "high", 9), now(), [], NOON).open_cases == 0
    assert consequences.of(STRICT, now(), [], NOON).open_cases == 1


@pytest.mark.parametrize("feature", ["same-name", "same-words"])
def test_the_same_name_is_for_two_people_however_common_it_is(feature):
    thresholds = calibration.default()

    assert thresholds.band_of(thresholds.worth, {feature, "other-country", "common-words"}) == Band.HIGH
    assert thresholds.takes_two(Band.HIGH)


@pytest.mark.parametrize("against", ["other-birth", "other-kind", "other-number"])
def test_unless_something_that_tells_people_apart_is_against_it(against):
    thresholds = calibration.default()

    assert thresholds.band_of(thresholds.worth, {"same-name", against}) == thresholds.band(thresholds.worth)


def test_a_name_that_is_only_alike_goes_by_its_points():
    thresholds = calibration.default()

    assert thresholds.band_of(thresholds.worth, {"similar-name"}) == Band.LOW
