"""`manage.py test [pytest arguments]`: all tests, on servers of their own that go when they end.

Without arguments that choose some, the tests are shared out among as many processes as there are processors,
a file at a time and in order: those that drive a browser must come last in each process.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace

from portal.stack.places import Places, fresh_places, lock_file, private_folder, remove_left_overs
from portal.stack.postgres import Postgres
from portal.stack.processes import (
    ROOT,
    Children,
    Stopped,
    plain_environment,
    python,
    raise_when_stopped,
)
from portal.stack.services import start_services


def run_tests(arguments: Sequence[str]) -> int:
    """Run pytest with `arguments` on fresh servers and return its exit code."""
    raise_when_stopped()
    remove_left_overs()
    places = fresh_places()
    lock = lock_file(places.var / "lock")
    children = Children(places.logs, plain_environment({}))
    try:
        addresses = start_services(places, children, durable=False)
        environment = test_environment(places, addresses)
        if "DATABASE_ADMIN_URL" in addresses:
            environment |= databases_of_others(places, children, processes(arguments))
        return run_pytest(arguments, environment)
    except Stopped:
        return 130
    finally:
        children.stop()
        shutil.rmtree(places.servers.parent, ignore_errors=True)
        if lock:
            lock.close()


def test_environment(places: Places, addresses: dict[str, str]) -> dict[str, str]:
    return plain_environment(
        {
            **addresses,
            "PORTAL_ENV": "test",
            "PORTAL_VAR": str(places.var),
            "SECRET_KEY": "a-key-for-tests-only-that-is-long-enough-0123456789",
        }
    )


def databases_of_others(places: Places, children: Children, count: int) -> dict[str, str]:
    """Start a PostgreSQL server for every process but the first, and return where each is.

    One server would not do: which transactions are over is known of all its databases together, so a test of
    one process would see another's in what changed.
    """
    addresses: dict[str, str] = {}
    for number in range(1, count):
        name = f"postgres-gw{number}"
        servers = places.servers / name
        servers.mkdir()
        sockets = private_folder(places.sockets.parent / f"s{number}", places.account)
        own = replace(places, servers=servers, sockets=sockets)
        started = Postgres(own, children, durable=False, name=name).start()
        addresses |= {f"GW{number}_{key}": address for key, address in started.items()}
    return addresses


def run_pytest(arguments: Sequence[str], environment: dict[str, str]) -> int:
    """Run pytest in the foreground, where Ctrl-C and a debugger reach it; stopped, it finishes its report."""
    process = subprocess.Popen(
        python("-m", "pytest", *sharing(arguments), *arguments), cwd=ROOT, env=environment
    )
    try:
        return process.wait()
    except Stopped as stopped:
        if str(stopped) != "SIGINT" or not in_front_of_a_terminal():
            process.send_signal(signal.SIGINT)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        raise


def sharing(arguments: Sequence[str]) -> list[str]:
    """Return the options that share all tests out among processes, if they are."""
    count = processes(arguments)
    return ["-n", str(count), "--dist", "loadfile", "--no-loadscope-reorder"] if count > 1 else []


def processes(arguments: Sequence[str]) -> int:
    """Return how many processes share the tests: one where only some are asked for, for it has done before a
    second is ready, else one for each processor."""
    plain = all(argument.startswith(("-q", "-v", "-r", "--durations", "--tb")) for argument in arguments)
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return processors if plain else 1


def in_front_of_a_terminal() -> bool:
    """Say whether Ctrl-C reaches all our processes by itself; a second one would cut the report short."""
    return sys.stdin.isatty() and os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
