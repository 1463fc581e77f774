"""How many questions and write-offs of customs are answered each second: by the border, and by the portal.

Starts PostgreSQL, Redis, the border's web server and the portal's, all its own, with `licences` made-up
licences (1000), and calls them from one thread over `clients` connections (16) for `seconds` (10) each:
questions as fast as they go and at `rate` (500) a second, the same of the portal's ordinary view, the look-up
alone without a web server, write-offs in one step and in two, over many licences and all from one line. The
caller shares the machine with what it measures. At the end the balance of the one line is compared with what
was answered: nothing lost, nothing twice.

`--set url=http://… --set key=istmo_… --set numbers=PA-L-2026-000001,…` calls a running portal instead, and
its border at `--set border=http://…`.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from http.client import HTTPConnection
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import django
import psycopg

from portal.benchmarks import Measure
from portal.border.lookup import Lookup
from portal.http_load import Conversation, Load, Outcome, get, post
from portal.settings import database
from portal.stack.places import fresh_places, lock_file
from portal.stack.processes import ROOT, Children, Ending, plain_environment, python, wait_until
from portal.stack.services import start_services

NO_LIMIT = "100000000"  # the portal is measured, not its limit for each key
GIVEN = (
    "DATABASE_URL",
    "DATABASE_OWNER_URL",
    "REDIS_URL",
)  # of the demonstration; made-up data stay out of it
READ, WRITTEN = 200, 201
MEASURED = ("border", "web", "postgres") if sys.platform == "linux" else ()
MOST_ASKED_ABOUT = 200_000  # licences, by chance
WRITTEN_OFF = 2000  # licences that take part in write-offs
BORDER, BORDER_THREADS = "portal.border_wsgi:application", 2
ABOUT = "/api/v1/licences/"
REFERENCES = "SELECT reference FROM licensing_licence ORDER BY random() LIMIT %s"


@dataclass(frozen=True, slots=True)
class Portal:
    """Where to call, as whom, and about which licences."""

    url: str
    key: str
    numbers: list[str]
    border: str = ""
    database: str = ""  # where the look-up alone is measured; "" where it can't be
    processes: Mapping[str, int] = field(default_factory=dict)  # servers whose work is measured

    def worked(self) -> dict[str, float]:
        """Return how many seconds of a processor each server has used, this process included."""
        if not self.processes:
            return {}
        servers = {name: seconds_of(process) for name, process in self.processes.items()}
        return {**servers, "the caller": time.process_time()}

    def connect(self) -> HTTPConnection:
        return HTTPConnection(urlsplit(self.url).netloc, timeout=30)

    def line(self, number: str) -> dict[str, Any]:
        """Return the first line of a licence, as the portal says it."""
        with closing(self.connect()) as caller:
            caller.request("GET", f"{ABOUT}{number}", headers={"Authorization": f"Bearer {self.key}"})
            response = caller.getresponse()
            licence = json.loads(response.read())
        if response.status != READ:
            raise RuntimeError(f"{number}: {licence}")
        first: dict[str, Any] = licence["lines"][0]
        return first


Call = Callable[[HTTPConnection], bool]  # makes one request, says whether it went well


def run(options: Mapping[str, str]) -> list[Measure]:
    clients, seconds = int(options.get("clients", "16")), float(options.get("seconds", "10"))
    rate = float(options.get("rate", "500"))
    if "url" in options:
        border = options.get("border", options["url"])
        portal = Portal(options["url"], options["key"], options["numbers"].split(","), border)
        return measure(portal, clients, seconds, rate)
    with own_portal(int(options.get("licences", "1000"))) as portal:
        return measure(portal, clients, seconds, rate)


def measure(portal: Portal, clients: int, seconds: float, rate: float) -> list[Measure]:
    return [
        *questions(portal, clients, seconds, rate),
        *write_offs(portal, clients, seconds),
    ]


def questions(portal: Portal, clients: int, seconds: float, rate: float) -> list[Measure]:
    def ask(url: str) -> Load:
        return Load(url, [asking(portal) for _ in range(clients)], [READ])

    for url in (portal.border, portal.url):
        ask(url).as_fast_as_it_goes(min(seconds, 3))  # every worker has loaded all it needs then
    before = portal.worked()
    fast = ask(portal.border).as_fast_as_it_goes(seconds)
    between = portal.worked()
    steady = ask(portal.border).at_a_rate(rate, seconds)
    again = portal.worked()
    ordinary = ask(portal.url).as_fast_as_it_goes(seconds)
    return [
        *fast.shown("questions", least=3000, most=25),
        *work("a question", before, between, fast),
        *steady.shown(f"questions at {rate:.0f} a second", most=10),
        *ordinary.shown("questions of the ordinary view"),
        *work("a question of the ordinary view", again, portal.worked(), ordinary),
        *(look_ups_alone(portal, seconds) if portal.database else []),
    ]


def work(what: str, before: dict[str, float], after: dict[str, float], outcome: Outcome) -> list[Measure]:
    """Say how much processor time each request took, and where: this holds on a busy machine as well."""
    return [
        Measure(
            f"{what}, processor time of {name}", 1e6 * (after[name] - before[name]) / len(outcome.times), "µs"
        )
        for name in before
    ]


def asking(portal: Portal) -> Conversation:
    while True:
        yield get(ABOUT + random.choice(portal.numbers), portal.key)


def look_ups_alone(portal: Portal, seconds: float) -> list[Measure]:
    """Let a process for each processor look up, without web server, limits or JSON."""
    count = processors()
    with ProcessPoolExecutor(count, get_context("spawn"), django.setup) as pool:
        given = (portal.database, portal.key, portal.numbers[:10_000], seconds)
        rates = [pool.submit(look_up, *given) for _ in range(count)]
        rate = sum(one.result() for one in rates)
    return [Measure(f"the look-up alone, by {count} processes, each second", rate, "1/s")]


def look_up(address: str, key: str, numbers: list[str], seconds: float) -> float:
    """Return how many licences one connection finds each second."""
    lookup, digest = Lookup(database(address)), hashlib.sha256(key.encode()).digest()
    done, started = 0, time.perf_counter()
    while time.perf_counter() - started < seconds:
        lookup.ask(digest, random.choice(numbers))
        done += 1
    return done / (time.perf_counter() - started)


def write_offs(portal: Portal, clients: int, seconds: float) -> list[Measure]:
    taking_part = portal.numbers[:WRITTEN_OFF]
    units = {number: portal.line(number)["unit"] for number in taking_part}
    hot = taking_part[0]

    def all_say(conversation: Callable[[], Conversation]) -> Outcome:
        return Load(portal.url, [conversation() for _ in range(clients)], [WRITTEN]).as_fast_as_it_goes(
            seconds
        )

    def write_off(numbers: list[str]) -> Conversation:
        while True:
            number = random.choice(numbers)
            part = {"line": 1, "quantity": "1", "unit": units[number]}
            yield sent(portal, f"licences/{number}/usages", lines=[part])

    def reserve_and_post() -> Conversation:
        while True:
            number = random.choice(taking_part)
            declaration = f"INVENTADA-{uuid.uuid4().hex[:12]}"
            item = {"item": 1, "licence": number, "line": 1, "quantity": "1", "unit": units[number]}
            yield sent(portal, "reservations", declaration=declaration, lines=[item])
            part = {"item": 1, "quantity": "1", "unit": units[number]}
            yield sent(portal, "postings", declaration=declaration, lines=[part])

    start = portal.worked()
    in_one = all_say(lambda: write_off(taking_part))
    end = portal.worked()
    in_two = all_say(reserve_and_post)
    before = Decimal(portal.line(hot)["used"])
    of_one_line = all_say(lambda: write_off([hot]))
    written = len(of_one_line.times) - of_one_line.failed
    wrong = abs(Decimal(portal.line(hot)["used"]) - before - written)
    return [
        *in_one.shown("reserved and posted in one message", least=500, most=100),
        *work("a message", start, end, in_one),
        *in_two.shown("reserved and posted in two messages", most=100, steps=2),
        *of_one_line.shown("write-offs of one line"),
        Measure("write-offs lost or doubled", float(wrong), "units", at_most=0),
    ]


def sent(portal: Portal, operation: str, **message: Any) -> bytes:
    body = {"id": uuid.uuid4().hex, "declaration": "DATOS-INVENTADOS", **message}
    return post(f"/api/v1/{operation}", portal.key, json.dumps(body).encode())


def load(call: Call, portal: Portal, clients: int, seconds: float) -> tuple[list[float], int]:
    """Call from `clients` threads for `seconds`. Return how long each took, and how many went wrong."""
    end = time.monotonic() + seconds

    def client(_number: int) -> tuple[list[float], int]:
        times, failed = [], 0
        with closing(portal.connect()) as caller:
            while (started := time.monotonic()) < end:
                failed += not call(caller)
                times.append(time.monotonic() - started)
        return times, failed

    with ThreadPoolExecutor(clients) as pool:
        results = list(pool.map(client, range(clients)))
    return [one for times, _failed in results for one in times], sum(failed for _times, failed in results)


def shown(
    what: str,
    times: list[float],
    failed: int,
    seconds: float,
    *,
    least: float | None = None,
    most: float | None = None,
) -> list[Measure]:
    percentiles = statistics.quantiles([1000 * one for one in times], n=100)
    return [
        Measure(f"{what}, each second", len(times) / seconds, "1/s", at_least=least),
        Measure(f"{what}, half within", percentiles[49], "ms"),
        Measure(f"{what}, 99 of 100 within", percentiles[98], "ms", at_most=most),
        Measure(f"{what}, failed", failed, "requests", at_most=0),
    ]


@contextmanager
def own_portal(licences: int) -> Iterator[Portal]:
    """Yield a portal on servers of its own, which end with the block."""
    for name in GIVEN:
        os.environ.pop(name, None)
    places = fresh_places()
    lock = lock_file(places.var / "lock")
    children = Children(places.logs, plain_environment({}))
    port, border_port = free_port(), free_port()
    try:
        # durable: what is acknowledged would survive a power cut here, as in production
        addresses = start_services(places, children, durable=True)
        environment = environment_of(addresses, str(places.var), port)
        manage(environment, "migrate", "--verbosity", "0")
        key = manage(environment, "generate_data", "--licences", str(licences), "--key").split()[-1]
        with psycopg.connect(addresses["DATABASE_ADMIN_URL"], autocommit=True) as admin:
            admin.execute("VACUUM (ANALYZE)")  # as the server does by itself in time
            admin.execute("CHECKPOINT")
            numbers = [number for (number,) in admin.execute(REFERENCES, [MOST_ASKED_ABOUT])]
        children.environment.update(environment)
        start_web(children, port)
        start_border(children, border_port)
        for one in (port, border_port):
            wait_until(lambda: answers(one), children=children, seconds=60, what="A web server")  # noqa: B023
        processes = {child.name: child.process.pid for child in children.running if child.name in MEASURED}
        yield Portal(local(port), key, numbers, local(border_port), addresses["DATABASE_URL"], processes)
    finally:
        children.stop()
        shutil.rmtree(places.servers.parent, ignore_errors=True)
        if lock:
            lock.close()


def environment_of(addresses: Mapping[str, str], var: str, port: int) -> dict[str, str]:
    return {
        **addresses,
        "PORTAL_ENV": "demo",
        "PORTAL_VAR": var,
        "PORTAL_URL": local(port),
        "ALLOWED_HOSTS": "127.0.0.1",
        "SECRET_KEY": uuid.uuid4().hex * 2,
        "API_RATE": f"{NO_LIMIT}/min",
        "BORDER_RATE": NO_LIMIT,
        "BORDER_CAPACITY": NO_LIMIT,
    }


def manage(environment: Mapping[str, str], *arguments: str) -> str:
    command = python("-m", "django", *arguments)
    return subprocess.run(
        command,
        env={**plain_environment({}), **environment},
        cwd=ROOT,
        check=True,
        text=True,
        stdout=subprocess.PIPE,
    ).stdout


def start_web(children: Children, port: int) -> None:
    start_server(children, "web", "portal.wsgi:application", port, threads=4)


def start_border(children: Children, port: int, application: str = BORDER) -> None:
    start_server(children, "border", application, port, threads=BORDER_THREADS)


def start_server(children: Children, name: str, application: str, port: int, *, threads: int) -> None:
    where = ("--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port))
    how = ("--workers", str(processors()), "--blocking-threads", str(threads), "--no-ws")
    command = python("-m", "granian", *where, *how, "--log-level", "warning", application)
    children.start(name, command, ending=(Ending(signal.SIGTERM, 3),))


def seconds_of(process: int) -> float:
    """Return the processor time of a process with all its children, those that have ended included."""
    own: dict[int, float] = {}
    parents: dict[int, int] = {}
    for file in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = file.read_text().rpartition(")")[2].split()
        except OSError:  # it has just ended
            continue
        number = int(file.parent.name)
        parents[number] = int(fields[1])
        own[number] = sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    total, found = 0.0, [process]
    while found:
        one = found.pop()
        total += own.get(one, 0.0)
        found += [child for child, parent in parents.items() if parent == one]
    return total


def processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 2


def local(port: int) -> str:
    return f"http://127.0.0.1:{port}"


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


def answers(port: int) -> bool:
    with socket.socket() as trial:
        trial.settimeout(1)
        return trial.connect_ex(("127.0.0.1", port)) == 0
