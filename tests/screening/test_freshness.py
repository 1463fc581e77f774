"""A list is too old when nobody has seen for longer than its publisher's rhythm that it is the newest."""

from datetime import date, timedelta

import pytest

from screening import freshness, sources
from screening.importers import PARSERS
from screening.models import ImportRun, ListFetch
from screening.sources import RHYTHMS, Counted
from tests.factories import NOON, ListVersionFactory

TODAY = NOON.date()


def age_of(source):
    return next(one for one in freshness.of_all(NOON, TODAY) if one.source == source)


def imported(source, days, **facts):
    """A version loaded by hand so many days ago, long after its publisher made it."""
    facts = {"published_on": date(2020, 1, 1), **facts}
    return ListVersionFactory(source=source, imported_at=NOON - timedelta(days=days), **facts)


@pytest.mark.parametrize(("days", "late"), [(3, False), (4, True)])
def test_a_list_without_rhythm_is_as_old_as_the_last_look_at_it(db, days, late):
    version = imported("un-consolidated", 9)
    fetch(version, "unchanged", days, sha256=version.sha256)

    age = age_of("un-consolidated")

    assert (age.days, age.is_late, age.counted) == (days, late, Counted.CHECK)


@pytest.mark.parametrize(("days", "late"), [(3, False), (4, True)])
def test_without_a_look_it_is_as_old_as_its_edition_whenever_it_was_loaded(db, days, late):
    imported("un-consolidated", 0, published_on=TODAY - timedelta(days=days))

    age = age_of("un-consolidated")

    assert (age.days, age.is_late, age.checked_at) == (days, late, None)


def test_an_edition_of_years_ago_loaded_today_is_too_old(db):
    imported("un-consolidated", 0, published_on=date(2016, 3, 3))

    assert age_of("un-consolidated").is_late


@pytest.mark.parametrize("source", ["un-consolidated", "us-csl", "national"])
def test_an_edition_older_than_another_that_is_held_is_warned_about(db, source):
    older = imported(source, 0, published_on=TODAY - timedelta(days=1), in_force_from=NOON)
    imported(source, 2, published_on=TODAY, in_force_from=NOON - timedelta(days=2), in_force_to=NOON)

    age = age_of(source)

    assert (age.version, age.is_superseded, age.is_late) == (older, True, True)


@pytest.mark.parametrize(("days", "late"), [(5, False), (6, True)])
def test_a_list_with_a_rhythm_is_as_old_as_its_edition(db, days, late):
    imported("us-csl", 0, published_on=TODAY - timedelta(days=days))

    assert (age_of("us-csl").days, age_of("us-csl").is_late) == (days, late)


def fetch(version, state, days, **facts):
    at = NOON - timedelta(days=days)
    return ListFetch.objects.create(
        source=version.source, address="x", state=state, started_at=at, finished_at=at, **facts
    )


def test_a_look_that_found_it_unchanged_makes_it_fresh(db):
    version = imported("un-consolidated", 9)
    fetch(version, "unchanged", 1, sha256=version.sha256)

    assert age_of("un-consolidated").days == 1


@pytest.mark.parametrize(
    ("state", "facts"),
    [
        ("failed", {"failure": "http-status"}),
        ("unchanged", {"sha256": "f" * 64}),  # of the version before
    ],
)
def test_a_look_that_failed_or_was_at_another_version_does_not(db, state, facts):
    edition = TODAY - timedelta(days=9)
    fetch(imported("un-consolidated", 9, published_on=edition), state, 1, **facts)

    assert age_of("un-consolidated").days == 9


def run_of(version, days):
    return ImportRun.objects.create(
        source=version.source,
        path="x",
        file_name="x",
        by_name="Ana",
        state="done",
        version=version,
        asked_at=NOON,
        finished_at=NOON - timedelta(days=days),
    )


def test_a_look_that_brought_it_makes_it_fresh(db):
    version = imported("un-consolidated", 2)
    fetch(version, "received", 2, sha256=version.sha256, run=run_of(version, 2))

    assert age_of("un-consolidated").days == 2


def test_loading_the_same_file_again_by_hand_is_no_look_at_its_publisher(db):
    run_of(imported("un-consolidated", 9), 2)

    assert age_of("un-consolidated").is_late


def test_a_list_that_is_published_no_more_is_never_too_old(db):
    imported("uk-conlist", 900)

    assert not age_of("uk-conlist").is_late


def test_a_list_with_an_address_and_no_version_is_late(db, settings):
    settings.SCREENING_FETCH = {"ofac-sdn": "https://example.org/"}

    assert age_of("ofac-sdn").is_late
    assert age_of("ofac-sdn").version is None


def test_how_old_a_list_may_be_is_a_setting(db, settings):
    settings.SCREENING_OLDEST_DAYS = {"un-consolidated": 1, "national": 10}
    imported("un-consolidated", 2)
    imported("national", 11)

    assert [one.source for one in freshness.late(NOON, TODAY)] == ["national", "un-consolidated"]


def test_the_last_look_is_shown_with_each_list(db):
    version = imported("un-consolidated", 9)
    fetch(version, "failed", 2, failure="http-status")
    last = fetch(version, "failed", 1, failure="too-slow")

    assert age_of("un-consolidated").last_fetch == last


def test_it_takes_the_same_few_questions_for_any_number_of_lists(db, django_assert_num_queries):
    for number in range(20):
        imported(f"list-{number}", 1)

    with django_assert_num_queries(4):
        assert len(freshness.of_all(NOON, TODAY)) == 20


def test_every_list_we_read_has_a_rhythm():
    assert set(PARSERS) == set(RHYTHMS)


def test_a_list_of_our_own_is_renewed_when_we_wish():
    assert sources.rhythm_of("ministry").oldest_days is None
