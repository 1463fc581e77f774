"""`manage.py demo [--port N]`: the whole portal on this machine, with made-up data, until Ctrl-C."""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path

from portal.stack.broker import Broker
from portal.stack.places import DEMO, Places, demo_places, lock_file
from portal.stack.processes import (
    Child,
    Children,
    Ending,
    StackError,
    Stopped,
    obituary,
    plain_environment,
    python,
    raise_when_stopped,
    say,
    tell,
    wait_until,
)
from portal.stack.services import kept_secret, start_services

ENVIRONMENT = DEMO / "env.json"
ACCOUNTS = DEMO / "accounts.txt"
FIRST_PORT, LAST_PORT = 8000, 8099
BORDER_BEYOND = 1000
BORDER_PATH = "/api/v1/licences/NUMBER"
# A task half done is started again after a restart, so the worker need not finish a long one now; a page
# takes less than a second, and the clock has nothing to finish.
WORKER_ENDING = (Ending(signal.SIGTERM, 2), Ending(signal.SIGQUIT, 0.5))
SOON = (Ending(signal.SIGTERM, 2),)
RAN_WELL = 60  # seconds, after which an end is no sign that starting does not help
SHORTEST_PAUSE, LONGEST_PAUSE = 1, 30  # seconds


def run_demo(arguments: Sequence[str]) -> int:
    """Run the demonstration until somebody stops it; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="manage.py demo", description="Run the portal with demonstration data."
    )
    parser.add_argument("--port", type=int, help="port to listen on (default: the first free one from 8000)")
    options = parser.parse_args(arguments)
    raise_when_stopped()
    try:
        with_lock(options.port)
    except Stopped as stopped:
        say(f"Stopped ({stopped})")
    return 0


def with_lock(port: int | None) -> None:
    """Run the demonstration if no other command of this checkout uses its servers."""
    DEMO.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = lock_file(DEMO / "lock")
    if lock is None:
        raise StackError(already_running())
    with lock:
        Demo(demo_places(), port).run()


def already_running() -> str:
    """Say who uses this checkout's servers already."""
    address = json.loads(ENVIRONMENT.read_text()).get("PORTAL_URL") if ENVIRONMENT.exists() else None
    if address:
        return f"the demonstration of this checkout is running already, at {address}/ (Ctrl-C there stops it)"
    return "another command of this checkout is using the demonstration's servers: wait until it has finished"


class Demo:
    """The demonstration while it runs."""

    def __init__(self, places: Places, port: int | None) -> None:
        self.places = places
        self.claim, self.port = claim_port(port)
        self.children = Children(places.logs, plain_environment({}))
        self.starters: dict[str, Callable[[], Child]] = {
            "worker": self.start_worker,
            "beat": self.start_beat,
            "web": self.start_web,
            "border": self.start_border,
        }
        # Redis of the environment is not ours to start.
        own = {} if os.environ.get("REDIS_URL") else {"redis": self.start_redis}
        self.revivers: dict[str, Callable[[], Child]] = {**self.starters, **own}
        self.started: dict[str, float] = {}  # again, by name, on the monotonic clock
        self.pauses: dict[str, int] = {}  # seconds, before the last start
        self.due: dict[str, float] = {}  # when to start again

    def run(self) -> None:
        """Start everything, wait until somebody stops it, and end everything in order."""
        try:
            self.start()
            self.announce()
            self.watch()
        finally:
            ENVIRONMENT.unlink(missing_ok=True)
            self.children.stop(telling=True, first=["prepare", *self.starters])
            self.claim.close()

    def start(self) -> None:
        addresses = start_services(self.places, self.children, durable=True)
        environment = demo_environment(addresses, self.port)
        write_privately(ENVIRONMENT, json.dumps(environment))
        self.children.environment.update(environment)
        self.prepare()
        started = time.monotonic()
        for starter in self.starters.values():
            starter()
        wait_until(self.is_ready, children=self.children, seconds=180, what="The portal")
        say(f"Web servers, worker and beat ready in {time.monotonic() - started:.1f} s")

    def prepare(self) -> None:
        """Migrate, collect the static files and make the demonstration data, in one process of Django."""
        started = time.monotonic()
        say("Preparing the database and the demonstration data ...")
        child = self.children.start("prepare", python("manage.py", "prepare"), show=True)
        if child.process.wait():
            self.children.running.remove(child)
            raise StackError("preparing failed, see above; run the same again")
        self.children.running.remove(child)
        say(f"Prepared in {time.monotonic() - started:.1f} s")

    def start_redis(self) -> Child:
        return Broker(self.places, self.children, durable=True).launch()[0]

    def start_worker(self) -> Child:
        options = ("--concurrency", "2", "--loglevel", "INFO", "--without-gossip", "--without-mingle")
        # The system checks are for developers; here they would load every page into the worker.
        self.children.environment["CELERY_SKIP_CHECKS"] = "1"
        command = python("-m", "celery", "-A", "portal.celery", "worker", *options)
        return self.children.start("worker", command, ending=WORKER_ENDING)

    def start_beat(self) -> Child:
        options = ("--loglevel", "INFO", "--schedule", str(DEMO / "beat.db"), "--pidfile=")
        command = python("-m", "celery", "-A", "portal.celery", "beat", *options)
        return self.children.start("beat", command, ending=SOON)

    def start_web(self) -> Child:
        return self.start_server("web", "portal.wsgi:application", self.port, threads=4)

    def start_border(self) -> Child:
        return self.start_server(
            "border", "portal.border_wsgi:application", border_port(self.port), threads=2
        )

    def start_server(self, name: str, application: str, port: int, *, threads: int) -> Child:
        options = ("--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--workers", "2")
        more = ("--no-ws", "--workers-kill-timeout", "1", "--log-level", "warning", application)
        command = python("-m", "granian", *options, "--blocking-threads", str(threads), *more)
        return self.children.start(name, command, ending=SOON)

    def is_ready(self) -> bool:
        return is_well(self.port, "/readyz") and is_well(border_port(self.port), "/border/readyz")

    def announce(self) -> None:
        """Print where the portal is and who may sign in."""
        say(f"Istmo is ready at http://127.0.0.1:{self.port}/")
        say(
            f"Customs asks at http://127.0.0.1:{border_port(self.port)}{BORDER_PATH} even if the rest is down"
        )
        if ACCOUNTS.exists():
            tell(f"\n{ACCOUNTS.read_text().rstrip()}\n")
        say("Ctrl-C stops everything")

    def watch(self) -> None:
        """Look after the children: bring back what ended, and leave the others alone meanwhile. Only without
        the database nothing works."""
        while True:
            self.look_after()
            time.sleep(0.25)

    def look_after(self) -> None:
        """Take note of a child that ended, and start again those whose pause is over."""
        if child := self.children.ended():
            if child.name not in self.revivers:
                raise StackError(f"{obituary(child)}\nStopping everything.")
            self.children.running.remove(child)
            self.bring_back(child)
        for name in [name for name, due in self.due.items() if time.monotonic() >= due]:
            del self.due[name]
            self.started[name] = time.monotonic()
            self.revivers[name]()

    def bring_back(self, child: Child) -> None:
        """Start a child again: at once if it ran well for a while, else after a pause that grows."""
        lived = time.monotonic() - self.started.get(child.name, -RAN_WELL)
        last = self.pauses.get(child.name, 0)
        pause = 0 if lived >= RAN_WELL else min(max(2 * last, SHORTEST_PAUSE), LONGEST_PAUSE)
        self.pauses[child.name] = pause
        self.due[child.name] = time.monotonic() + pause
        say(obituary(child))
        say(f"Starting {child.name} again" + (f" in {pause} s" if pause else "") + "; the rest goes on")


def border_port(port: int) -> int:
    """Return where the border's application listens beside a portal on `port`."""
    return port + BORDER_BEYOND if port + BORDER_BEYOND < 2**16 else port - BORDER_BEYOND


def is_well(port: int, path: str) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def demo_environment(addresses: dict[str, str], port: int | None) -> dict[str, str]:
    """Return what the portal needs to know to run as the demonstration; without its superuser."""
    given = {name: os.environ[name] for name in ("DATABASE_URL", "REDIS_URL") if name in os.environ}
    mine = {name: value for name, value in addresses.items() if name != "DATABASE_ADMIN_URL"}
    return {
        **given,
        **mine,
        "PORTAL_ENV": "demo",
        "PORTAL_VAR": str(DEMO),
        "SECRET_KEY": kept_secret(DEMO / "secret_key"),
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        "WEBHOOK_NETWORKS": "127.0.0.0/8",  # its own receiver, and those that a visitor tries
        **({"PORTAL_URL": f"http://127.0.0.1:{port}"} if port else {}),
    }


def claim_port(wanted: int | None) -> tuple[socket.socket, int]:
    """Return a free TCP port, and a socket to keep open that holds it against other demonstrations.

    The web server shares its port with its own workers, and so would share it with another demonstration that
    starts in the same second. The claim is the UDP port of the same number: exclusive, gone with the process.
    """
    for port in [wanted] if wanted else range(FIRST_PORT, LAST_PORT + 1):
        claim = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            claim.bind(("127.0.0.1", port))
            check_free(port)
            check_free(border_port(port))
        except OSError as error:
            claim.close()
            if wanted:
                raise StackError(
                    f"port {wanted} cannot be used ({error.strerror}): choose another with --port"
                ) from error
            continue
        if port != (wanted or FIRST_PORT):
            say(f"Port {FIRST_PORT} is taken; using {port}")
        return claim, port
    raise StackError(f"no port from {FIRST_PORT} to {LAST_PORT} is free: choose one with --port")


def check_free(port: int) -> None:
    """Raise OSError if something listens on a TCP port."""
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        trial.bind(("127.0.0.1", port))


def write_privately(file: Path, text: str) -> None:
    """Write a file that only we may read, whole or not at all."""
    scratch = file.with_suffix(".new")
    with os.fdopen(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as new:
        new.write(text)
    scratch.replace(file)
