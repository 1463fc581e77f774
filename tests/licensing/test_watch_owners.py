"""What is found of a party says which owners of the entry are listed: also after those lists changed."""

from datetime import timedelta

import pytest

from licensing import watch
from licensing.models import ScreeningHit, WatchScope
from screening.models import ListVersion
from tests.factories import ListedEntityFactory, ListVersionFactory
from tests.licensing.test_watch import LATER, LATEST, LISTED, NEAR, NOON, calm, found, licence_with

OWNER = "Fantasma Holding Internacional"


def put_in_force(source, at, *entities):
    ListVersion.objects.filter(source=source, in_force_to=None).update(in_force_to=at)
    version = ListVersionFactory(source=source, in_force_from=at, in_force_to=None, imported_at=at)
    for number, facts in enumerate(entities):
        facts = {"source_id": str(number), "digest": f"{source} {number} {facts['primary_name']}", **facts}
        ListedEntityFactory(version=version, **facts)


def features():
    [hit] = ScreeningHit.objects.filter(gone_at=None)
    return [reason["feature"] for reason in hit.reasons]


@pytest.fixture
def owned(db):
    """A live licence whose end user resembles an entry that names its owner."""
    relation = {"kind": "owned-by", "name": OWNER, "source_id": "", "share": "60", "note": ""}
    start = NOON - timedelta(days=1)
    put_in_force("demo-un", start, {"primary_name": LISTED, "relations": [relation]})
    put_in_force("demo-ofac", start, {"primary_name": "Somebody Far Away"})
    licence_with(NEAR)
    calm(NOON)
    assert "listed-owner" not in features()


def test_an_owner_that_becomes_listed_is_said_of_what_it_owns(owned):
    put_in_force("demo-ofac", LATER, {"primary_name": "Somebody Far Away"}, {"primary_name": OWNER})

    run = calm(LATER)

    assert (run.scope, run.compared) == (WatchScope.CHANGES, 1)
    assert features()[-2:] == ["listed-owner", "half-owned"]


def test_an_owner_that_is_listed_no_longer_is_not_said(owned):
    put_in_force("demo-ofac", LATER, {"primary_name": "Somebody Far Away"}, {"primary_name": OWNER})
    calm(LATER)
    put_in_force("demo-ofac", LATEST, {"primary_name": "Somebody Far Away"})

    calm(LATEST)

    assert "listed-owner" not in features()


def test_both_ways_to_follow_a_change_say_the_same_of_owners(owned):
    put_in_force("demo-ofac", LATER, {"primary_name": "Somebody Far Away"}, {"primary_name": OWNER})
    calm(LATER)
    by_changes = found()
    for hit in ScreeningHit.objects.filter(gone_at=None):
        watch.assessment.screen_party(hit.party_id, watch.calibration.in_force(LATER), LATER)

    assert found() == by_changes


def test_another_change_compares_nobody_again(owned):
    put_in_force("demo-ofac", LATER, {"primary_name": "Somebody Farther Away"})

    assert calm(LATER).compared == 0
