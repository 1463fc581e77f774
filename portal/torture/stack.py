"""A portal on servers of its own whose web server and database can be killed and started again."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from portal.benchmarks.customs import answers, environment_of, free_port, local, manage, start_server
from portal.stack.broker import Broker
from portal.stack.places import Places, fresh_places, lock_file
from portal.stack.postgres import Postgres
from portal.stack.processes import Children, Ending, plain_environment, python, wait_until

WEB, DATABASE = "web", "postgres"
APPLICATION, BORDER = "portal.wsgi:application", "portal.border_wsgi:application"
WORKERS, THREADS = 2, 8
SECONDS_TO_START = 60


@dataclass
class Stack:
    places: Places
    children: Children
    environment: Mapping[str, str]
    port: int
    key: str
    numbers: list[str]  # of the made-up licences
    border_port: int = 0  # once its server has been started

    @property
    def database(self) -> str:
        """Return the address of the database for whoever may read everything."""
        return self.environment["DATABASE_ADMIN_URL"]

    def start_web(self, application: str = APPLICATION) -> None:
        where = ("--interface", "wsgi", "--host", "127.0.0.1", "--port", str(self.port))
        how = ("--workers", str(WORKERS), "--blocking-threads", str(THREADS), "--no-ws")
        command = python("-m", "granian", *where, *how, "--log-level", "warning", application)
        self.children.start(WEB, command, ending=(Ending(signal.SIGTERM, 3),))
        wait_until(
            lambda: answers(self.port),
            children=self.children,
            seconds=SECONDS_TO_START,
            what="The web server",
        )

    def start_border(self, application: str = BORDER) -> None:
        self.border_port = free_port()
        start_server(self.children, "border", application, self.border_port, threads=2)
        wait_until(
            lambda: answers(self.border_port),
            children=self.children,
            seconds=SECONDS_TO_START,
            what="The border",
        )

    @property
    def border_url(self) -> str:
        return local(self.border_port)

    def start_worker_and_beat(self) -> None:
        """Start both and don't wait: nothing that is tried depends on them."""
        celery = ("-m", "celery", "-A", "portal.celery")
        self.children.start(
            "worker", python(*celery, "worker", "--concurrency", "1", "--loglevel", "WARNING")
        )
        schedule = self.places.var / "beat.db"
        self.children.start("beat", python(*celery, "beat", "--schedule", schedule, "--pidfile="))

    def start_broker(self) -> None:
        Broker(self.places, self.children, durable=True).start()

    def kill(self, name: str) -> None:
        """End a server at once, with all it started, as a power cut would."""
        child = next(one for one in self.children.running if one.name == name)
        self.children.running.remove(child)
        os.killpg(child.process.pid, signal.SIGKILL)
        child.process.wait()

    def kill_and_start_again(self, name: str) -> None:
        self.kill(name)
        if name == WEB:
            self.start_web()
        else:
            Postgres(self.places, self.children, durable=True).start()


@contextmanager
def own_stack(licences: int) -> Iterator[Stack]:
    """Yield a portal with so many made-up licences on servers of its own, which end with the block."""
    places = fresh_places()
    lock = lock_file(places.var / "lock")
    children = Children(places.logs, plain_environment({}))
    port = free_port()
    try:
        # durable: what is acknowledged must survive a kill, as in production
        addresses = Postgres(places, children, durable=True).start()
        addresses |= Broker(places, children, durable=True).start()
        environment = environment_of(addresses, str(places.var), port)
        manage(environment, "migrate", "--verbosity", "0")
        said = manage(environment, "generate_data", "--licences", str(licences), "--key", "--list")
        *numbers, key = said.split()[-licences - 1 :]
        children.environment.update(environment)
        stack = Stack(places, children, environment, port, key, numbers)
        stack.start_web()
        yield stack
    finally:
        children.stop()
        shutil.rmtree(places.servers.parent, ignore_errors=True)
        if lock:
            lock.close()
