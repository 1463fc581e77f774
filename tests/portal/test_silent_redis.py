"""A Redis that takes connections and never answers: who asks waits a moment once, and nobody after that."""

import socket
import threading
from time import monotonic

import pytest
from django.db import connection
from redis import Redis
from redis.exceptions import RedisError

from licensing import outbox, redis_server
from licensing.models import Job
from portal.limits import seconds_to_wait
from tests.factories import NOON, LicenceLineFactory
from tests.portal.machines import Machine, message


@pytest.fixture
def silent(settings):
    """A server that accepts and stays silent."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        taken = []

        def take():
            while True:
                try:
                    taken.append(server.accept()[0])
                except OSError:
                    return

        threading.Thread(target=take, daemon=True).start()
        address = f"redis://127.0.0.1:{server.getsockname()[1]}/0"
        settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": address}}
        yield taken
        server.shutdown(socket.SHUT_RDWR)
    for one in taken:
        one.close()


def seconds(act):
    started = monotonic()
    act()
    return monotonic() - started


def test_a_request_waits_once_and_the_next_ones_not_at_all(silent):
    def knock():
        assert seconds_to_wait("x", "somebody", "1/m") is None

    first = seconds(knock)

    assert 0.2 < first < 0.8
    assert sum(seconds(knock) for _one in range(50)) < 0.2
    assert len(silent) == 1


def test_of_many_at_once_only_one_asks_again_after_the_rest(silent, monkeypatch):
    monkeypatch.setattr(redis_server, "RESTS", 0.2)
    with pytest.raises(RedisError):
        redis_server.ask(Redis.ping)
    threading.Event().wait(0.3)
    waited = []

    def knock():
        waited.append(seconds(lambda: seconds_to_wait("x", "somebody", "1/m")))

    knocking = [threading.Thread(target=knock) for _one in range(8)]
    for one in knocking:
        one.start()
    for one in knocking:
        one.join()

    assert sum(one > 0.15 for one in waited) == 1


@pytest.mark.django_db
def test_customs_is_answered_and_its_write_off_is_recorded(silent):
    licence, machine = LicenceLineFactory(granted=10).licence, Machine()
    machine.licence(licence)  # whatever the first request loads

    redis_server._patience.cache_clear()
    assert seconds(lambda: machine.licence(licence)) < 1.5
    assert machine.report(licence, message()).status_code == 201
    assert machine.licence(licence).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_a_promise_is_kept_and_its_bell_holds_nobody_up(silent, monkeypatch):
    heard = []
    monkeypatch.setattr(outbox.current_app, "send_task", lambda *told: heard.append(told))

    assert seconds(lambda: outbox.put(Job.RENDER_LICENCE, at=NOON, licence=1)) < 1
    assert seconds(lambda: outbox.put(Job.RENDER_LICENCE, at=NOON, licence=2)) < 0.2

    assert not heard
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM licensing_outboxjob")
        assert cursor.fetchone() == (2,)


def test_who_answers_again_is_asked_again(settings, monkeypatch, silent):
    monkeypatch.setattr(redis_server, "RESTS", 0.1)
    with pytest.raises(RedisError):
        redis_server.ask(Redis.ping)
    patience = redis_server._patience(settings.CACHES["default"]["LOCATION"])
    threading.Event().wait(0.15)

    patience.take_turn()
    patience.note(answered=True)

    patience.take_turn()
    patience.take_turn()
