"""What `manage.py` does inside the virtual environment: our two commands, and all of Django's.

A Django command that reads data gets it from the running demonstration, or from the demonstration's servers,
started for as long as the command takes, unless DATABASE_URL says where the data are.
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.core.management import execute_from_command_line

from portal.stack.demo import ENVIRONMENT, demo_environment, run_demo, write_privately
from portal.stack.places import DEMO, demo_places, lock_file
from portal.stack.processes import Children, StackError, plain_environment, say
from portal.stack.services import start_services
from portal.stack.testrun import run_tests
from portal.stack.translations import compile_changed

WITHOUT_DATA = {
    "help",
    "version",
    "check",
    "makemessages",
    "compilemessages",
    "makemigrations",
    "translations",
    "demo_code",
    "draw_workflow",
    "collectstatic",
    "findstatic",
    "diffsettings",
    "spectacular",
    "benchmark classification",  # has a database of its own
    "benchmark startup",  # starts what it measures itself
}


def main(argv: Sequence[str]) -> None:
    """Run the command in `argv` and end the process with its exit code."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    command, arguments = (argv[1], argv[2:]) if len(argv) > 1 else ("help", [])
    try:
        compile_changed()
        if command == "demo":
            sys.exit(run_demo(arguments))
        if command == "test":
            sys.exit(run_tests(arguments))
        run_django(command, list(argv))
    except StackError as error:
        sys.exit(f"error: {error}")


def run_django(command: str, argv: list[str]) -> None:
    if is_without_data(command, argv):
        if "DATABASE_URL" not in os.environ:
            os.environ.setdefault("PORTAL_ENV", "demo")
        execute_from_command_line(argv)
        return
    with data_at_hand() as environment:
        os.environ.update(environment)
        execute_from_command_line(argv)


def is_without_data(command: str, argv: Sequence[str]) -> bool:
    """Tell whether a command needs no servers, or has been told which ones to use."""
    told = "DATABASE_URL" in os.environ or os.environ.get("PORTAL_ENV") == "production"
    asks_only = command.startswith("-") or "--help" in argv or "-h" in argv or argv[1:] == ["benchmark"]
    return told or asks_only or command in WITHOUT_DATA or " ".join(argv[1:3]) in WITHOUT_DATA


@contextmanager
def data_at_hand() -> Iterator[dict[str, str]]:
    """Yield the environment of the demonstration's servers, running already or started for the time being."""
    DEMO.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = lock_file(DEMO / "lock")
    if lock is None:
        with (DEMO / "guests").open("a") as guests:
            fcntl.flock(guests, fcntl.LOCK_SH)
            yield running_environment()
        return
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    places = demo_places()
    children = Children(places.logs, plain_environment({}))
    try:
        environment = demo_environment(start_services(places, children, durable=True), port=None)
        write_privately(ENVIRONMENT, json.dumps(environment))
        yield environment
    finally:
        wait_for_guests()
        ENVIRONMENT.unlink(missing_ok=True)
        children.stop()
        lock.close()


def running_environment() -> dict[str, str]:
    """Return the environment of the stack that runs already; it may still be starting."""
    deadline = time.monotonic() + 60
    while not ENVIRONMENT.exists():
        if time.monotonic() > deadline:
            raise StackError(
                "Another command of this checkout has the servers but does not finish starting them"
            )
        time.sleep(0.1)
    environment: dict[str, str] = json.loads(ENVIRONMENT.read_text())
    return environment


def wait_for_guests() -> None:
    """Let commands that came later and use our servers finish."""
    with (DEMO / "guests").open("a") as guests:
        try:
            fcntl.flock(guests, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Waiting for other commands that use these servers")
            fcntl.flock(guests, fcntl.LOCK_EX)
