"""All tests are shared out among processes that cannot disturb each other."""

import os

import pytest
from django.conf import settings

from portal.stack import testrun
from tests.each_process import WORKER, numbered


@pytest.fixture
def processors(monkeypatch):
    def have(count):
        monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: set(range(count)), raising=False)

    return have


@pytest.mark.parametrize("arguments", [[], ["-q"], ["-q", "--durations=5"]])
def test_all_tests_are_shared_out_a_file_at_a_time_in_order(processors, arguments):
    processors(2)

    options = testrun.sharing(arguments)

    assert options[:4] == ["-n", "2", "--dist", "loadfile"]
    assert "--no-loadscope-reorder" in options, "the browser's tests come last"


@pytest.mark.parametrize("arguments", [["tests/licensing"], ["-k", "ledger"], ["-n", "4"], ["--pdb"], ["-x"]])
def test_some_tests_and_a_debugger_have_one_process(processors, arguments):
    processors(2)

    assert testrun.sharing(arguments) == []


def test_one_processor_has_one_process(processors):
    processors(1)

    assert testrun.sharing([]) == []


@pytest.mark.parametrize(
    ("url", "another"),
    [
        ("unix:///tmp/sockets/redis", "unix:///tmp/sockets/redis?db=2"),
        ("unix:///tmp/sockets/redis?db=0", "unix:///tmp/sockets/redis?db=2"),
        ("redis://127.0.0.1:6379/0", "redis://127.0.0.1:6379/2"),
        ("redis://127.0.0.1:6379", "redis://127.0.0.1:6379/2"),
    ],
)
def test_each_process_has_a_redis_database_of_its_own(url, another):
    assert numbered(url, 2) == another


def test_the_queue_is_in_the_same_redis_database_as_the_counters(db):
    assert settings.CELERY_BROKER_URL.partition("?")[2].removeprefix("virtual_host=") == (
        settings.REDIS_URL.partition("?")[2].removeprefix("db=")
    )
    assert settings.DATABASES["default"]["NAME"].endswith(WORKER)
