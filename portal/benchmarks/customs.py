"""How many questions and write-offs of customs the portal answers each second, through its web server.

Starts PostgreSQL, Redis and granian of its own with `licences` made-up licences (1000), and calls them over
HTTP from `clients` threads (8) for `seconds` (10) each: questions about any licence, write-offs spread over
all of them, write-offs all from one line. The callers share the machine with what they measure. At the end
the balance of the one line is compared with what was answered: nothing lost, nothing twice.

`--set url=http://… --set key=istmo_… --set numbers=PA-L-2026-000001,…` calls a running portal instead.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import socket
import statistics
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from decimal import Decimal
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

from portal.benchmarks import Measure
from portal.stack.places import fresh_places, lock_file
from portal.stack.processes import ROOT, Children, Ending, plain_environment, python, wait_until
from portal.stack.services import start_services

NO_LIMIT = "100000000/min"  # the portal is measured, not its limit for each key
GIVEN = (
    "DATABASE_URL",
    "DATABASE_OWNER_URL",
    "REDIS_URL",
)  # of the demonstration; made-up data stay out of it
READ, WRITTEN = 200, 201


@dataclass(frozen=True, slots=True)
class Portal:
    """Where to call, as whom, and about which licences."""

    url: str
    key: str
    numbers: list[str]

    def connect(self) -> HTTPConnection:
        return HTTPConnection(urlsplit(self.url).netloc, timeout=30)

    def send(self, caller: HTTPConnection, path: str, message: Any = None) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        method, body = ("POST", json.dumps(message)) if message else ("GET", None)
        caller.request(method, f"/api/v1/licences/{path}", body, headers)
        response = caller.getresponse()
        return response.status, json.loads(response.read())

    def first_line(self, caller: HTTPConnection, number: str) -> dict[str, Any]:
        status, licence = self.send(caller, number)
        if status != READ:
            raise RuntimeError(f"{number}: {licence}")
        first: dict[str, Any] = licence["lines"][0]
        return first

    def write_off(self, caller: HTTPConnection, number: str, unit: str) -> int:
        line = {"line": 1, "quantity": "1", "unit": unit}
        message = {"id": uuid.uuid4().hex, "declaration": "DATOS-INVENTADOS", "lines": [line]}
        return self.send(caller, f"{number}/usages", message)[0]


Call = Callable[[HTTPConnection], bool]  # makes one request, says whether it went well


def run(options: Mapping[str, str]) -> list[Measure]:
    clients, seconds = int(options.get("clients", "8")), float(options.get("seconds", "10"))
    if "url" in options:
        portal = Portal(options["url"], options["key"], options["numbers"].split(","))
        return measure(portal, clients, seconds)
    with own_portal(int(options.get("licences", "1000"))) as portal:
        return measure(portal, clients, seconds)


def measure(portal: Portal, clients: int, seconds: float) -> list[Measure]:
    with closing(portal.connect()) as caller:
        return measure_as(caller, portal, clients, seconds)


def measure_as(caller: HTTPConnection, portal: Portal, clients: int, seconds: float) -> list[Measure]:
    units = {number: portal.first_line(caller, number)["unit"] for number in portal.numbers}
    hot = portal.numbers[0]

    def ask(one: HTTPConnection) -> bool:
        return portal.send(one, random.choice(portal.numbers))[0] == READ

    def write_off(one: HTTPConnection) -> bool:
        number = random.choice(portal.numbers)
        return portal.write_off(one, number, units[number]) == WRITTEN

    def write_off_hot(one: HTTPConnection) -> bool:
        return portal.write_off(one, hot, units[hot]) == WRITTEN

    times, failed = load(ask, portal, clients, seconds)
    figures = shown("questions", times, failed, seconds, least=200, most=50)
    times, failed = load(write_off, portal, clients, seconds)
    figures += shown("write-offs, many licences", times, failed, seconds, least=200, most=100)
    before = Decimal(portal.first_line(caller, hot)["used"])
    times, failed = load(write_off_hot, portal, clients, seconds)
    figures += shown("write-offs, one line", times, failed, seconds)
    wrong = abs(Decimal(portal.first_line(caller, hot)["used"]) - before - (len(times) - failed))
    return [*figures, Measure("write-offs lost or doubled", float(wrong), "units", at_most=0)]


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
    port = free_port()
    try:
        # durable: what is acknowledged would survive a power cut here, as in production
        addresses = start_services(places, children, durable=True)
        environment = environment_of(addresses, str(places.var), port)
        manage(environment, "migrate", "--verbosity", "0")
        said = manage(environment, "generate_data", "--licences", str(licences), "--key", "--list")
        *numbers, key = said.split()[-licences - 1 :]
        children.environment.update(environment)
        start_web(children, port)
        wait_until(lambda: answers(port), children=children, seconds=30, what="The web server")
        yield Portal(f"http://127.0.0.1:{port}", key, numbers)
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
        "PORTAL_URL": f"http://127.0.0.1:{port}",
        "ALLOWED_HOSTS": "127.0.0.1",
        "SECRET_KEY": uuid.uuid4().hex * 2,
        "API_RATE": NO_LIMIT,
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
    workers = str(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 2)
    where = ("--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port))
    how = ("--workers", workers, "--blocking-threads", "4", "--no-ws", "--log-level", "warning")
    command = python("-m", "granian", *where, *how, "portal.wsgi:application")
    children.start("web", command, ending=(Ending(signal.SIGTERM, 3),))


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


def answers(port: int) -> bool:
    with socket.socket() as trial:
        trial.settimeout(1)
        return trial.connect_ex(("127.0.0.1", port)) == 0
