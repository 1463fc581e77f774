"""How many questions about parties the portal's API answers each second, through its web server.

Starts PostgreSQL, Redis and granian of its own with `names` made-up listed parties (20000), and calls them
over HTTP from `clients` threads (8) for `seconds` (10) each: one party a message, then `batch` parties (500).
One in `hits` parties (20) resembles a listed one. The callers share the machine with what they measure.

`--set list=FILE --set source=un-consolidated` imports that list instead of the made-up one.
`--set url=http://… --set key=istmo_…` calls a running portal instead.
"""

from __future__ import annotations

import csv
import json
import os
import random
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path

from portal.benchmarks import Measure
from portal.benchmarks.customs import (
    GIVEN,
    READ,
    Portal,
    answers,
    environment_of,
    free_port,
    load,
    manage,
    shown,
    start_web,
)
from portal.benchmarks.screening import FIRST, LAST, PLACE, TRADE
from portal.stack.places import fresh_places, lock_file
from portal.stack.processes import Children, plain_environment, wait_until
from portal.stack.services import start_services

SYLLABLES = ("ba", "ko", "ri", "tu", "mel", "zan", "qui", "dor", "vex", "lim", "sha", "pro", "gat", "nel")
NOBODY = ("Panadería", "Repostería", "Ferretería", "Lavandería", "Zapatería", "Librería")


def run(options: Mapping[str, str]) -> list[Measure]:
    clients, seconds = int(options.get("clients", "8")), float(options.get("seconds", "10"))
    batch, hits = int(options.get("batch", "500")), int(options.get("hits", "20"))
    if "url" in options:
        return measure(Portal(options["url"], options["key"], []), clients, seconds, batch, hits)
    with own_portal(options) as portal:
        return measure(portal, clients, seconds, batch, hits)


def measure(portal: Portal, clients: int, seconds: float, batch: int, hits: int) -> list[Measure]:
    chance = random.Random(1)
    parties = [party(chance, number % hits == 0) for number in range(20_000)]

    def ask(caller: HTTPConnection) -> bool:
        return send(portal, caller, [random.choice(parties)]) == READ

    def ask_many(caller: HTTPConnection) -> bool:
        return send(portal, caller, random.sample(parties, batch)) == READ

    with closing(portal.connect()) as caller:
        for _process in range(2 * (os.cpu_count() or 2)):  # each process of the server opens the index
            send(portal, caller, parties[:1])
    times, failed = load(ask, portal, clients, seconds)
    figures = shown("one party a message", times, failed, seconds, least=300, most=100)
    started = time.monotonic()
    times, failed = load(ask_many, portal, min(clients, os.cpu_count() or 2), seconds)
    rate = batch * len(times) / (time.monotonic() - started)
    return [
        *figures,
        Measure(f"parties in messages of {batch}, each second", rate, "1/s"),
        Measure(f"messages of {batch}, slowest", 1000 * max(times), "ms"),
        Measure(f"messages of {batch}, failed", failed, "requests", at_most=0),
    ]


def send(portal: Portal, caller: HTTPConnection, parties: list[dict[str, object]]) -> int:
    message = {"subjects": [{"id": str(number), **one} for number, one in enumerate(parties)]}
    headers = {"Authorization": f"Bearer {portal.key}", "Content-Type": "application/json"}
    caller.request("POST", "/api/v1/screenings", json.dumps(message), headers)
    response = caller.getresponse()
    response.read()
    return response.status


def party(chance: random.Random, is_alike: bool) -> dict[str, object]:
    if is_alike:
        return {"names": [listed_name(chance)], "countries": ["PA"]}
    person = chance.random() < 0.5
    pools = (FIRST, LAST) if person else (TRADE, PLACE)
    words = [chance.choice(pool) for pool in pools] + [chance.choice(NOBODY)] * (not person)
    kind = "person" if person else "organisation"
    return {"names": [" ".join(words)], "kind": kind, "countries": ["PA"]}


def listed_name(chance: random.Random) -> str:
    """Return a made-up name of two or three words; from few enough syllables that searches meet it again."""
    return " ".join(
        "".join(chance.choice(SYLLABLES) for _part in range(chance.choice((2, 3)))).capitalize()
        for _word in range(chance.choice((2, 2, 3)))
    )


def write_list(path: Path, names: int) -> None:
    chance = random.Random(2)
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("# edition: 2026-01-01\n")
        rows = csv.writer(file)
        rows.writerow(["id", "kind", "name", "countries"])
        for number in range(names):
            kind = chance.choice(("person", "organisation"))
            rows.writerow([number, kind, listed_name(chance), chance.choice(("PA", "CL", "KP", "IR"))])


@contextmanager
def own_portal(options: Mapping[str, str]) -> Iterator[Portal]:
    """Yield a portal with one list in force, on servers of its own, which end with the block."""
    for name in GIVEN:
        os.environ.pop(name, None)
    places = fresh_places()
    lock = lock_file(places.var / "lock")
    children = Children(places.logs, plain_environment({}))
    port = free_port()
    try:
        addresses = start_services(places, children, durable=True)
        environment = environment_of(addresses, str(places.var), port)
        manage(environment, "migrate", "--verbosity", "0")
        key = manage(environment, "generate_data", "--licences", "1", "--key").split()[-1]
        import_list(environment, options)
        children.environment.update(environment)
        start_web(children, port)
        wait_until(lambda: answers(port), children=children, seconds=30, what="The web server")
        yield Portal(f"http://127.0.0.1:{port}", key, [])
    finally:
        children.stop()
        shutil.rmtree(places.servers.parent, ignore_errors=True)
        if lock:
            lock.close()


def import_list(environment: Mapping[str, str], options: Mapping[str, str]) -> None:
    if "list" in options:
        manage(environment, "import_list", options.get("source", "un-consolidated"), options["list"])
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list.csv"
        write_list(path, int(options.get("names", "20000")))
        manage(environment, "import_list", "national", str(path))
