"""The demonstration goes on when a part of it dies, and the part comes back; the database ends it all."""

import shutil
import signal
import sys
import time

import pytest
from redis import Redis

from portal.stack import demo, processes
from portal.stack.broker import Broker
from portal.stack.demo import Demo
from portal.stack.places import fresh_places, lock_file
from portal.stack.processes import Children, StackError, plain_environment

SLEEPER = [sys.executable, "-c", "import time; time.sleep(600)"]


@pytest.fixture
def said(monkeypatch):
    lines = []
    monkeypatch.setattr(demo, "say", lines.append)
    monkeypatch.setattr(processes, "say", lines.append)
    return lines


@pytest.fixture
def running(tmp_path, monkeypatch, said):
    """A demonstration whose parts are a Redis and programs that sleep."""
    monkeypatch.delenv("REDIS_URL")
    places = fresh_places()
    lock = lock_file(places.var / "lock")  # another run of tests takes it for left over otherwise
    one = Demo(places, None)
    one.children = Children(tmp_path, plain_environment({}))
    Broker(places, one.children, durable=False).start()
    for name in ("postgresql", "web", "border"):
        one.children.start(name, SLEEPER)
    for name in ("web", "border"):
        one.revivers[name] = lambda name=name: one.children.start(name, SLEEPER)
    yield one
    one.children.stop()
    one.claim.close()
    shutil.rmtree(places.servers.parent)
    lock.close()


def child(one, name):
    return next((each for each in one.children.running if each.name == name), None)


def lives(one, name):
    found = child(one, name)
    return found is not None and found.process.poll() is None


def kill(one, name):
    killed = child(one, name)
    killed.process.send_signal(signal.SIGKILL)
    killed.process.wait()


def looks_after(one, until, seconds=10):
    deadline = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < deadline
        one.look_after()
        time.sleep(0.02)


def test_a_killed_redis_comes_back_and_the_border_never_stops(running, said):
    border = child(running, "border").process.pid
    kill(running, "redis")

    looks_after(running, lambda: lives(running, "redis"))

    server = Broker(running.places, running.children, durable=False)
    looks_after(running, server.answers)
    assert Redis(unix_socket_path=str(server.socket)).ping()
    assert child(running, "border").process.pid == border
    assert any("redis was ended by signal 9" in line for line in said)
    assert "Starting redis again; the rest goes on" in said


def test_what_ends_again_and_again_is_started_after_longer_pauses(running, said):
    for _time in range(3):
        looks_after(running, lambda: lives(running, "web"))
        kill(running, "web")
    looks_after(running, lambda: lives(running, "web"))

    told = [line for line in said if line.startswith("Starting web")]
    assert told == [
        "Starting web again; the rest goes on",
        "Starting web again in 1 s; the rest goes on",
        "Starting web again in 2 s; the rest goes on",
    ]


def test_several_may_be_away_at_once(running):
    for name in ("redis", "web", "border"):
        kill(running, name)

    looks_after(running, lambda: all(lives(running, name) for name in ("redis", "web", "border")))


def test_without_the_database_everything_stops(running):
    kill(running, "postgresql")

    with pytest.raises(StackError, match="Stopping everything"):
        looks_after(running, lambda: False)
