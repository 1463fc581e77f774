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

from portal.stack.places import Places, fresh_places, lock_file, remove_left_overs
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
        return run_pytest(arguments, test_environment(places, addresses))
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
    """Return the options that share all tests out among processes; none where only some are asked for, for
    then one process has done before a second is ready, nor where -n says how many."""
    plain = all(argument.startswith(("-q", "-v", "-r", "--durations", "--tb")) for argument in arguments)
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if not plain or processors < 2:
        return []
    return ["-n", str(processors), "--dist", "loadfile", "--no-loadscope-reorder"]


def in_front_of_a_terminal() -> bool:
    """Say whether Ctrl-C reaches all our processes by itself; a second one would cut the report short."""
    return sys.stdin.isatty() and os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
