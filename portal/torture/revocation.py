"""Licences are suspended and revoked while customs writes off and asks: nothing is accepted after the commit.

Two witnesses. The clients: whatever they send once the officer's commit is known must be refused, and the
border must not call the licence good. The database: no balance of a licence changed after its status did, in
the order in which the two took the licence's lock.
"""

from __future__ import annotations

import json
import random
import subprocess
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from typing import Any

import psycopg

from portal.benchmarks import Measure
from portal.stack.processes import ROOT, python
from portal.torture.ledger import RECORDED, Sent, exchange
from portal.torture.stack import BORDER, Stack

CLIENTS = 16
ENOUGH = 8  # messages of a licence recorded before a decision, and messages sent after it
SECONDS_AT_MOST = 90.0  # to wait for them: a busy machine records few of them in a second
ANSWERED = 200
OFFICER = "import django; django.setup(); from portal.torture import officer; officer.main()"
UNITS = """
SELECT licence.reference, line.unit
FROM licensing_licenceline AS line JOIN licensing_licence AS licence ON licence.id = line.licence_id
WHERE line.number = 1 AND licence.reference = ANY(%s)
"""
# Each of the two writes its change while it holds the licence's lock, so their numbers tell who was first.
CHANGED_AFTERWARDS = """
SELECT count(*) FROM licensing_licencechange AS later
JOIN licensing_licence AS licence ON licence.id = later.licence_id
WHERE later.what = 'balance' AND licence.reference = ANY(%s) AND later.id > (
    SELECT min(id) FROM licensing_licencechange
    WHERE licence_id = later.licence_id AND what = 'status'
)
"""


@dataclass
class Race:
    """What the clients know, and what they were told."""

    numbers: Sequence[str]
    lock: threading.Lock = field(default_factory=threading.Lock)
    turn: int = 0  # of the licence that is written off from and decided about
    stopped: set[str] = field(default_factory=set)  # of which the commit is known
    recorded: Counter[str] = field(default_factory=Counter)
    sent_after: Counter[str] = field(default_factory=Counter)
    accepted_after: int = 0
    called_good: int = 0

    def count(self, number: str, was_stopped: bool, accepted: bool, called_good: bool = False) -> None:
        with self.lock:
            self.recorded[number] += accepted
            self.sent_after[number] += was_stopped
            self.accepted_after += was_stopped and accepted
            self.called_good += was_stopped and called_good


@dataclass
class Customs:
    """One client: writes off in one step and in two, and asks the border."""

    stack: Stack
    race: Race
    units: dict[str, str]
    chance: random.Random
    go_on: Callable[[], bool]

    def run(self) -> None:
        with (
            closing(HTTPConnection("127.0.0.1", self.stack.port, timeout=20)) as portal,
            closing(HTTPConnection("127.0.0.1", self.stack.border_port, timeout=20)) as border,
        ):
            while self.go_on():
                number = self.race.numbers[self.race.turn]
                self.chance.choice((self.use, self.reserve_and_post))(portal, number)
                self.ask(border, number)

    def use(self, portal: HTTPConnection, number: str) -> None:
        part = {"line": 1, "quantity": "1", "unit": self.units[number]}
        self.send(portal, number, f"licences/{number}/usages", "D-USE", part)

    def reserve_and_post(self, portal: HTTPConnection, number: str) -> None:
        declaration = f"D-{uuid.uuid4().hex[:12]}"
        item = {"item": 1, "quantity": "1", "unit": self.units[number]}
        if self.send(portal, number, "reservations", declaration, {**item, "licence": number, "line": 1}):
            self.send(portal, number, "postings", declaration, item)

    def send(
        self, portal: HTTPConnection, number: str, path: str, declaration: str, line: dict[str, Any]
    ) -> bool:
        body = {"id": uuid.uuid4().hex, "declaration": declaration, "lines": [line]}
        was_stopped = number in self.race.stopped
        status, _raw = exchange(portal, self.stack.key, Sent(path, body))
        self.race.count(number, was_stopped, status == RECORDED)
        return status == RECORDED

    def ask(self, border: HTTPConnection, number: str) -> None:
        was_stopped = number in self.race.stopped
        border.request(
            "GET", f"/api/v1/licences/{number}", headers={"Authorization": f"Bearer {self.stack.key}"}
        )
        response = border.getresponse()
        said = json.loads(response.read())
        self.race.count(number, was_stopped, False, response.status == ANSWERED and said["usable"])


def trial(
    stack: Stack, *, seconds: float, clients: int = CLIENTS, seed: int = 1, application: str = BORDER
) -> list[Measure]:
    """Decide about one licence after the other, for so long or until none is left."""
    stack.start_border(application)
    race, started = Race(stack.numbers), time.monotonic()
    with psycopg.connect(stack.database) as connection:
        units: dict[str, str] = dict(connection.execute(UNITS, [stack.numbers]).fetchall())
    done = threading.Event()

    def run(turn: int) -> None:
        Customs(stack, race, units, random.Random(seed * 1000 + turn), lambda: not done.is_set()).run()

    with ThreadPoolExecutor(clients) as pool, officer_of(stack) as decide:
        working = [pool.submit(run, turn) for turn in range(clients)]
        try:
            for turn, number in enumerate(stack.numbers):
                race.turn = turn
                decide_about(race, number, decide, also_revoke=turn % 2 == 1)
                if time.monotonic() - started > seconds:
                    break
        finally:
            done.set()
        for one in working:
            one.result()
    stack.kill("border")
    with psycopg.connect(stack.database) as connection:
        [(changed,)] = connection.execute(CHANGED_AFTERWARDS, [list(race.stopped)]).fetchall()
    return [
        Measure("licences suspended or revoked", len(race.stopped), "", at_least=1),
        Measure("messages recorded before", race.recorded.total() - race.accepted_after, "", at_least=1),
        Measure("messages and questions sent after the commit", race.sent_after.total(), "", at_least=1),
        Measure("accepted after the commit", race.accepted_after, "", at_most=0),
        Measure("called good by the border after the commit", race.called_good, "", at_most=0),
        Measure("balances changed after the decision", changed, "", at_most=0),
    ]


def decide_about(race: Race, number: str, decide: Callable[[str], None], *, also_revoke: bool) -> None:
    """Suspend, and perhaps revoke, each while customs is busy with the licence."""
    wait_for(race.recorded, number, ENOUGH)
    decide(f"suspend {number}")
    race.stopped.add(number)
    wait_for(race.sent_after, number, ENOUGH)
    if also_revoke:
        decide(f"revoke {number}")
        wait_for(race.sent_after, number, 2 * ENOUGH)


def wait_for(counts: Counter[str], number: str, enough: int) -> None:
    end = time.monotonic() + SECONDS_AT_MOST
    while counts[number] < enough and time.monotonic() < end:
        time.sleep(0.02)


@contextmanager
def officer_of(stack: Stack) -> Iterator[Callable[[str], None]]:
    """Yield what makes the officers' process do an act and returns when it is committed."""
    process = subprocess.Popen(
        python("-c", OFFICER),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env=stack.children.environment,
        text=True,
    )
    assert process.stdin and process.stdout
    told, heard = process.stdin, process.stdout

    def hear(words: str) -> None:
        if (said := heard.readline().strip()) != words:
            raise RuntimeError(f"The officers said {said!r} instead of {words!r}")

    def decide(words: str) -> None:
        told.write(words + "\n")
        told.flush()
        hear(words)

    try:
        hear("ready")
        yield decide
    finally:
        told.close()
        heard.close()
        process.wait(10)
