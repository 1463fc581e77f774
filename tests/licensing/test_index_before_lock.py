"""No index is built within a transaction that holds a lock: the database ends one that idles too long."""

from datetime import timedelta

import pytest
from django.db import connection

from licensing import assessment, look_alikes, watch
from licensing.models import ApplicationStatus
from screening import index_store, search
from screening import watch as parties_watched
from tests.factories import (
    NOON,
    ApplicationFactory,
    ListedEntityFactory,
    ListVersionFactory,
    PartyFactory,
)

LATER = NOON + timedelta(hours=1)
NAME = "Compañía Ficticia Listada"


@pytest.fixture
def built(db, monkeypatch):
    """How many transactions were open, beside that of the test, at each build of an index."""
    depths = []
    outside = len(connection.savepoint_ids)

    def noting(build):
        def wrapped(*args, **kwargs):
            depths.append(len(connection.savepoint_ids) - outside)
            return build(*args, **kwargs)

        return wrapped

    monkeypatch.setattr(index_store, "get", noting(index_store.get))
    monkeypatch.setattr(parties_watched, "index_of", noting(parties_watched.index_of))
    search.forget_indexes()
    return depths


@pytest.fixture
def case(db):
    ListedEntityFactory(version__source="demo-un", primary_name="Somebody Far Away", source_id="1")
    case = ApplicationFactory(status=ApplicationStatus.IN_REVIEW, submitted_at=NOON)
    PartyFactory(application=case, name=NAME)
    return case


def screened(case):
    assessment.screen(assessment.ask(case, at=NOON).pk, at=NOON)


def test_the_lists_are_indexed_before_a_party_is_locked(built, case):
    screened(case)

    assert built == [0]


def test_the_parties_are_indexed_before_a_case_is_locked(built, case):
    screened(case)
    del built[:]

    look_alikes.find(case.pk, at=NOON)

    assert built == [0]


def test_the_watch_indexes_new_lists_before_it_locks_cases(built, case):
    screened(case)
    watch.follow(at=NOON)
    ListedEntityFactory(
        version=ListVersionFactory(source="demo-ofac", in_force_from=LATER), primary_name=NAME, source_id="2"
    )
    del built[:]

    run = watch.follow(at=LATER)

    assert run.compared == 1
    assert built
    assert set(built) == {0}
