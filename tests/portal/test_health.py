"""/healthz and /readyz say what is so: alive always, ready only if everything answers."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client

from licensing.tasks import HEARTBEAT, heartbeat

NOWHERE = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": "redis://127.0.0.1:1/0",
    }
}


@pytest.fixture
def stranger():
    """A load balancer: no cookies, and a host name that is nobody's."""
    return Client(headers={"Host": "10.9.8.7"})


def test_it_lives(stranger):
    answer = stranger.get("/healthz")

    assert (answer.status_code, answer.json()) == (200, {"alive": True})


def test_it_is_ready_when_everything_answers(stranger, db):
    heartbeat()

    answer = stranger.get("/readyz")

    assert (answer.status_code, answer.json()) == (
        200,
        {"database": True, "broker": True, "workers": True},
    )


def test_without_a_workers_sign_it_is_not_ready(stranger, db):
    cache.delete(HEARTBEAT)

    answer = stranger.get("/readyz")

    assert answer.status_code == 503
    assert answer.json() == {"database": True, "broker": True, "workers": False}


def test_not_being_ready_yet_is_no_error_in_the_log(stranger, db, caplog):
    cache.delete(HEARTBEAT)

    assert stranger.get("/readyz").status_code == 503
    assert caplog.records == []


def test_without_the_broker_it_is_not_ready_and_says_so(stranger, db, settings):
    settings.CACHES = NOWHERE

    answer = stranger.get("/readyz")

    assert answer.status_code == 503
    assert answer.json() == {"database": True, "broker": False, "workers": False}


@pytest.mark.django_db(transaction=True)
def test_without_the_database_it_is_not_ready_but_lives(stranger, monkeypatch):
    heartbeat()
    connection.close()
    with monkeypatch.context() as patched:
        patched.setitem(connection.settings_dict, "HOST", "/nowhere")
        answer, alive = stranger.get("/readyz"), stranger.get("/healthz")
    connection.close()

    assert answer.status_code == 503
    assert answer.json() == {"database": False, "broker": True, "workers": True}
    assert alive.status_code == 200
