"""Licences are suspended, revoked, taken back and replaced while customs writes off and asks: nothing is
accepted after the commit.

Two witnesses. The clients: whatever they send once the officer's commit is known must be refused, and the
border must not call the licence good. The database: no balance of a licence changed after its status did, in
the order in which the two took the licence's lock. Of a replaced licence all that has left and all that is
reserved must be on the new one, and what is reserved leaves under it.
"""

from __future__ import annotations

import json
import random
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from portal.benchmarks import Measure
from portal.torture import books
from portal.torture.messages import AGAIN, RECORDED, Customs, Sent
from portal.torture.officer_process import OFFICER, Decide, officer_of
from portal.torture.stack import BORDER, Stack

CLIENTS = 16
ENOUGH = 8  # messages of a licence recorded before a decision, and messages sent after it
SECONDS_AT_MOST = 90.0  # to wait for them: a busy machine records few of them in a second
ANSWERED = 200
SUSPEND, REVOKE, TAKE_BACK, REPLACE = "suspend", "revoke", "take-back", "replace"
FATES = (SUSPEND, REPLACE, REVOKE, TAKE_BACK)  # of one licence after the other
LINE = 1  # of each licence, that all messages are about


class Kept(NamedTuple):
    """What a client has reserved and not yet posted."""

    number: str
    declaration: str


@dataclass
class Race:
    """What the clients know, and what they were told."""

    numbers: Sequence[str]
    fates: Sequence[str]
    lock: threading.Lock = field(default_factory=threading.Lock)
    turn: int = 0  # of the licence that is written off from and decided about
    stopped: dict[str, str] = field(default_factory=dict)  # of which the commit is known: what took its place
    given_back: set[str] = field(default_factory=set)  # nothing is reserved of these any more
    recorded: Counter[str] = field(default_factory=Counter)  # messages
    sent_after: Counter[str] = field(default_factory=Counter)
    asked_after: Counter[str] = field(default_factory=Counter)
    used: Counter[str] = field(default_factory=Counter)  # pieces, by the number that was first named
    reserved: Counter[str] = field(default_factory=Counter)
    held: Counter[str] = field(default_factory=Counter)  # reservations that wait for the decision
    posted_after: Counter[str] = field(default_factory=Counter)  # of those carried over
    lost: int = 0  # reservations that should have been carried over
    accepted_after: int = 0
    called_good: int = 0

    def fate(self, number: str) -> str:
        return self.fates[self.numbers.index(number) % len(self.fates)]

    def count(self, number: str, was_stopped: bool, accepted: bool) -> None:
        with self.lock:
            self.recorded[number] += accepted
            self.sent_after[number] += was_stopped
            self.accepted_after += was_stopped and accepted

    def count_posting(self, kept: Kept, was_stopped: bool, under: str) -> None:
        """Count a posting, recorded under the licence `under` or ("") refused."""
        replacement = self.stopped.get(kept.number, "") if was_stopped else ""
        with self.lock:
            self.lost += bool(replacement) and under != replacement
            self.posted_after[kept.number] += bool(replacement) and under == replacement
        self.count(kept.number, was_stopped, under == kept.number)

    def move(self, number: str, *, used: int = 0, reserved: int = 0) -> None:
        with self.lock:
            self.used[number] += used
            self.reserved[number] += reserved


@dataclass
class Client:
    """A customs system: writes off in one step and in two, and asks the border."""

    stack: Stack
    race: Race
    units: dict[str, str]
    chance: random.Random
    go_on: Callable[[], bool]
    is_patient: bool = False  # lets what it reserved leave only after the licence was replaced
    kept: Kept | None = None

    def run(self) -> None:
        with (
            closing(Customs(self.stack)) as portal,
            closing(Customs(self.stack, self.stack.border_port)) as border,
        ):
            while self.go_on():
                number = self.race.numbers[self.race.turn]
                self.one_message(portal, number)
                self.ask(border, number)

    def one_message(self, portal: Customs, number: str) -> None:
        if self.kept and self.may_leave(self.kept, number):
            self.post(portal, self.kept)
        elif self.kept or number in self.race.given_back or self.chance.random() < 0.5:
            self.use(portal, number)
        else:
            self.reserve(portal, number)

    def may_leave(self, kept: Kept, number: str) -> bool:
        is_ending = number in self.race.given_back or number in self.race.stopped
        if kept.number != number or is_ending:
            return True
        waits = self.is_patient and self.race.fate(number) == REPLACE
        return not waits and self.chance.random() < 0.5

    def use(self, portal: Customs, number: str) -> None:
        part = {"line": LINE, "quantity": "1", "unit": self.units[number]}
        was_stopped, answer = self.send(portal, number, f"licences/{number}/usages", "D-USE", part)
        self.race.move(number, used=bool(answer))
        self.race.count(number, was_stopped, bool(answer))

    def reserve(self, portal: Customs, number: str) -> None:
        declaration = f"D-{uuid.uuid4().hex[:12]}"
        item = {"item": 1, "licence": number, "line": LINE, "quantity": "1", "unit": self.units[number]}
        was_stopped, answer = self.send(portal, number, "reservations", declaration, item)
        if answer:
            self.kept = Kept(number, declaration)
            self.race.move(number, reserved=1)
            self.race.held[number] += self.is_patient
        self.race.count(number, was_stopped, bool(answer))

    def post(self, portal: Customs, kept: Kept) -> None:
        item = {"item": 1, "quantity": "1", "unit": self.units[kept.number]}
        was_stopped, answer = self.send(portal, kept.number, "postings", kept.declaration, item)
        under = answer["lines"][0]["licence"] if answer else ""
        if answer:
            self.race.move(kept.number, used=1, reserved=-1)
        self.race.count_posting(kept, was_stopped, under)
        self.kept = None

    def send(
        self, portal: Customs, number: str, path: str, declaration: str, line: dict[str, Any]
    ) -> tuple[bool, dict[str, Any] | None]:
        """Return whether the commit was known when the message went, and the answer if it is recorded."""
        sent = Sent(path, {"id": uuid.uuid4().hex, "declaration": declaration, "lines": [line]})
        while True:
            was_stopped = number in self.race.stopped
            status, raw = portal.ask(sent)
            if status != AGAIN:  # else its licence was replaced while it waited
                return was_stopped, json.loads(raw) if status == RECORDED else None

    def ask(self, border: Customs, number: str) -> None:
        was_stopped = number in self.race.stopped
        status, raw = border.get(f"licences/{number}")
        is_good = status == ANSWERED and json.loads(raw)["usable"]
        with self.race.lock:
            self.race.asked_after[number] += was_stopped
            self.race.called_good += was_stopped and is_good


def trial(
    stack: Stack,
    *,
    seconds: float,
    clients: int = CLIENTS,
    seed: int = 1,
    application: str = BORDER,
    fates: Sequence[str] = FATES,
    enough: int = ENOUGH,
    officer: str = OFFICER,
) -> list[Measure]:
    """Decide about one licence after the other, for so long or until none is left.

    `enough` messages are recorded before each decision and sent after it. `fates` are the decisions, in turn.
    `officer` is the module that acts for the officers.
    """
    stack.start_border(application)
    race, started = Race(stack.numbers, fates), time.monotonic()
    units = {one: unit for one, number, unit, _granted in lines_of(stack) if number == LINE}
    done = threading.Event()

    def run(turn: int) -> None:
        chance = random.Random(seed * 1000 + turn)
        Client(stack, race, units, chance, lambda: not done.is_set(), is_patient=turn == 0).run()

    with ThreadPoolExecutor(clients) as pool, officer_of(stack, officer) as decide:
        working = [pool.submit(run, turn) for turn in range(clients)]
        try:
            for turn, number in enumerate(stack.numbers):
                race.turn = turn
                decide_about(race, number, decide, enough)
                if time.monotonic() - started > seconds:
                    break
        finally:
            done.set()
        for one in working:
            one.result()
    stack.kill("border")
    return found(stack, race)


def lines_of(stack: Stack) -> list[tuple[str, int, str, Decimal]]:
    return books.rows(stack, books.LINES, stack.numbers)


def decide_about(race: Race, number: str, decide: Decide, enough: int) -> None:
    """Do to a licence what its turn brings, while customs is busy with it."""
    fate = race.fate(number)
    if fate == REPLACE:
        decide(f"amend {number}")
        wait_for(race.held, number, 1)
    wait_for(race.recorded, number, enough)
    if fate == TAKE_BACK:
        decide(f"give-back {number}")
        race.given_back.add(number)
    race.stopped[number] = decide(f"{SUSPEND if fate == REVOKE else fate} {number}")
    wait_for(race.sent_after, number, enough)
    if fate == REPLACE:
        wait_for(race.posted_after, number, 1)
    if fate == REVOKE:
        decide(f"revoke {number}")
        wait_for(race.sent_after, number, 2 * enough)
    wait_for(race.asked_after, number, 1)


def wait_for(counts: Counter[str], number: str, enough: int) -> None:
    end = time.monotonic() + SECONDS_AT_MOST
    while counts[number] < enough and time.monotonic() < end:
        time.sleep(0.02)


def found(stack: Stack, race: Race) -> list[Measure]:
    replaced = [number for number, replacement in race.stopped.items() if replacement]
    some = 1 if replaced else None
    changed = books.number(stack, books.CHANGED_AFTERWARDS, list(race.stopped))
    return [
        Measure("licences suspended, revoked, taken back or replaced", len(race.stopped), "", at_least=1),
        Measure("of these replaced", len(replaced), ""),
        Measure("messages recorded before", race.recorded.total() - race.accepted_after, "", at_least=1),
        Measure("messages sent after the commit", race.sent_after.total(), "", at_least=1),
        Measure("questions asked after the commit", race.asked_after.total(), "", at_least=1),
        Measure("accepted after the commit", race.accepted_after, "", at_most=0),
        Measure("called good by the border after the commit", race.called_good, "", at_most=0),
        Measure("balances changed after the decision", changed, "", at_most=0),
        Measure("reservations posted under the new licence", race.posted_after.total(), "", at_least=some),
        Measure("reservations lost with the old licence", race.lost, "", at_most=0),
        Measure("lines whose books are not as answered", differing(stack, race), "", at_most=0),
        Measure(
            "replaced lines that still hold something", books.number(stack, books.LEFT_BEHIND), "", at_most=0
        ),
        Measure(
            "lines carried over unequally",
            books.number(stack, books.CARRIED_UNEQUALLY, stack.numbers),
            "",
            at_most=0,
        ),
        Measure("lines whose books differ", books.number(stack, books.UNEQUAL), "", at_most=0),
    ]


def differing(stack: Stack, race: Race) -> int:
    """Return on how many licences, with those that took their place, something else is reserved or used than
    the clients were answered."""
    balances = books.balances_of(stack, race.numbers)
    return sum(
        balances[number, LINE] != (Decimal(race.reserved[number]), Decimal(race.used[number]))
        for number in race.numbers
    )
