"""Sixty-four customs systems at once, who repeat themselves, while servers are killed and licences replaced;
then the books.

Every client remembers what it was answered. At the end each line, with the lines that carry on its account,
must hold exactly what the answers say, whatever happened in between: nothing overdrawn, nothing twice,
nothing acknowledged and lost. Who names a replaced licence is told which to name, and does so from then on.
"""

from __future__ import annotations

import json
import random
import threading
import time
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count
from typing import Any

from portal.benchmarks import Measure
from portal.http_load import Reply
from portal.torture import books
from portal.torture.books import Balances, Line
from portal.torture.messages import (
    AGAIN,
    NO_ANSWER,
    RECORDED,
    REFUSED,
    Customs,
    Sent,
    replacements,
)
from portal.torture.officer_process import OFFICER, Decide, officer_of
from portal.torture.stack import DATABASE, WEB, Stack

CLIENTS = 64
HOT_LICENCES = 1  # that half of all messages are about
MESSAGES_UNTIL_FULL = 60  # of average size: so soon the hot lines refuse
DUPLICATES, RETRIES, CHANGED = 0.25, 0.20, 0.05  # shares of all messages
KILLED = (WEB, DATABASE)  # in turn
SECONDS_BETWEEN_KILLS = 15.0
SECONDS_BETWEEN_AMENDMENTS = 10.0
OLD_NUMBERS = 0.05  # of the lines that could name a replaced licence once more, do
SECONDS_BEFORE_NEXT_TRY = 0.5
SECONDS_TO_SETTLE = 90.0  # for the answers still missing when time is up
LOST = (NO_ANSWER, 500, 502, AGAIN)  # what is sent again

Amounts = dict[Line, Decimal]  # by the number that the chain of licences began with


@dataclass
class Tally:
    """What all clients were answered, and what they noticed."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    answered: int = 0
    unanswered: int = 0  # the connection broke, or the server could not answer
    outcomes: dict[str, int] = field(default_factory=dict)  # status by id, of messages answered for good
    reserved: Amounts = field(default_factory=lambda: defaultdict(Decimal))
    used: Amounts = field(default_factory=lambda: defaultdict(Decimal))
    irregular: int = 0
    contradicted: int = 0  # a repeat got another answer than the first
    swallowed: int = 0  # another body under a known id was taken for the first
    unsettled: int = 0
    kills: Counter[str] = field(default_factory=Counter)
    first: dict[str, str] = field(default_factory=dict)  # number that a chain began with, by number
    newest: dict[str, str] = field(default_factory=dict)  # number to name, by that first one
    replaced: set[str] = field(default_factory=set)  # numbers whose replacement is known to be committed
    told: set[tuple[str, str]] = field(default_factory=set)  # the number named, and the one to name instead
    accepted_late: int = 0  # though the message named a number of `replaced`

    def hear(self, old: str, new: str) -> None:
        """Name the new number from now on."""
        with self.lock:
            first = self.first[old]
            self.told.add((old, new))
            self.first[new] = first
            if self.newest[first] == old:
                self.newest[first] = new


@dataclass
class Client:
    """One customs system: sends one message after the other and believes only what it was answered."""

    stack: Stack
    tally: Tally
    lines: Sequence[dict[str, Any]]  # with first, line, unit, amount; the hot ones first
    hot: int
    chance: random.Random
    go_on: Callable[[], bool]
    open: dict[str, list[dict[str, Any]]] = field(default_factory=dict)  # lines by declaration
    versions: Counter[str] = field(default_factory=Counter)
    past: list[tuple[Sent, bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.customs, self.beside = Customs(self.stack), Customs(self.stack)

    def run(self) -> None:
        try:
            while self.go_on():
                self.one_message()
        finally:
            self.close()

    def close(self) -> None:
        self.customs.close()
        self.beside.close()

    def one_message(self) -> None:
        choices = [self.use, self.reserve, self.reserve, self.depart]
        if self.open:
            choices += [self.post, self.post, self.release, self.adjust]
        self.chance.choice(choices)()
        if self.past and self.chance.random() < RETRIES:
            self.repeat(*self.chance.choice(self.past[-20:]))
        if self.past and self.chance.random() < CHANGED:
            self.change(self.chance.choice(self.past[-20:])[0])

    # What a message says

    def some_lines(self, most: int) -> list[dict[str, Any]]:
        count = self.chance.randint(1, most)
        pool = self.lines[: self.hot] if self.chance.random() < 0.5 else self.lines
        picked = self.chance.sample(list(pool), min(count, len(pool)))
        return [
            {
                "item": item,
                "licence": self.number_of(one["first"]),
                "line": one["line"],
                "quantity": str(one["amount"] * self.chance.randint(1, 3)),
                "unit": one["unit"],
            }
            for item, one in enumerate(picked, start=1)
        ]

    def number_of(self, first: str) -> str:
        """Return the number to name; now and then the first, though it may have been replaced."""
        return first if self.chance.random() < OLD_NUMBERS else self.tally.newest[first]

    def head(self, declaration: str) -> dict[str, Any]:
        return {"id": uuid.uuid4().hex, "declaration": declaration}

    def next_version(self, declaration: str) -> int:
        self.versions[declaration] += 1
        return self.versions[declaration]

    def use(self) -> None:
        [one] = self.some_lines(1)
        self.write_off(one)

    def insist(self, number: str) -> None:
        """Write off under a number that was replaced, as a port does that has not heard of it."""
        first = self.tally.first[number]
        known = next(one for one in self.lines if one["first"] == first)
        self.write_off({"licence": number, "line": known["line"], "quantity": "1", "unit": known["unit"]})

    def write_off(self, one: dict[str, Any]) -> None:
        part = {name: one[name] for name in ("line", "quantity", "unit")}
        sent = Sent(f"licences/{one['licence']}/usages", {**self.head("D-USE"), "lines": [part]})
        if self.settled(sent):
            self.note(used=[one])

    def reserve(self) -> None:
        declaration = f"D-{uuid.uuid4().hex[:12]}"
        lines = self.some_lines(4)
        body = {**self.head(declaration), "version": self.next_version(declaration), "lines": lines}
        if self.settled(Sent("reservations", body)):
            self.note(reserved=lines)
            self.open[declaration] = lines

    def post(self) -> None:
        declaration, line = self.some_open()
        amount = {**line, "quantity": self.some_of(line)}
        part = {name: amount[name] for name in ("item", "quantity", "unit")}
        body = {**self.head(declaration), "version": self.next_version(declaration), "lines": [part]}
        if self.settled(Sent("postings", body)):
            self.note(used=[amount], released=[amount])
            self.shrink(declaration, line, amount["quantity"])

    def release(self) -> None:
        declaration, line = self.some_open()
        body = {**self.head(declaration), "lines": [{"item": line["item"]}]}
        if self.settled(Sent("releases", body)):
            self.note(released=[line])
            self.shrink(declaration, line, line["quantity"])

    def adjust(self) -> None:
        declaration, _line = self.some_open()
        lines = self.some_lines(4)
        body = {**self.head(declaration), "version": self.next_version(declaration), "lines": lines}
        if self.settled(Sent("adjustments", body)):
            self.note(released=self.open[declaration], reserved=lines)
            self.open[declaration] = lines

    def depart(self) -> None:
        declaration = f"D-{uuid.uuid4().hex[:12]}"
        [line] = self.some_lines(1)
        body = {**self.head(declaration), "lines": [line]}
        if answer := self.settled(Sent("departures", body)):
            [gone] = answer["lines"]
            self.note(used=[{**line, "quantity": gone["counted"]}])
            with self.tally.lock:
                self.tally.irregular += bool(gone["irregular"])

    def some_open(self) -> tuple[str, dict[str, Any]]:
        declaration = self.chance.choice(sorted(self.open))
        return declaration, self.chance.choice(self.open[declaration])

    def some_of(self, line: dict[str, Any]) -> str:
        """Return all that is open of a line, or a part of it that its unit can express."""
        whole = Decimal(line["quantity"])
        half = whole / 2 if line["unit"] == "KGM" else Decimal(int(whole) // 2)
        return str(half if half and self.chance.random() < 0.5 else whole)

    def shrink(self, declaration: str, line: dict[str, Any], amount: str) -> None:
        rest = Decimal(line["quantity"]) - Decimal(amount)
        others = [one for one in self.open[declaration] if one is not line]
        lines = [*others, {**line, "quantity": str(rest)}] if rest else others
        self.open[declaration] = lines
        if not lines:
            del self.open[declaration]

    def note(
        self,
        *,
        used: Sequence[dict[str, Any]] = (),
        reserved: Sequence[dict[str, Any]] = (),
        released: Sequence[dict[str, Any]] = (),
    ) -> None:
        """Write down what an answer says has moved."""
        with self.tally.lock:
            for amounts, moved, sign in (
                (self.tally.used, used, 1),
                (self.tally.reserved, reserved, 1),
                (self.tally.reserved, released, -1),
            ):
                for one in moved:
                    account = self.tally.first[one["licence"]], one["line"]
                    amounts[account] += sign * Decimal(one["quantity"])

    # How a message is sent

    def settled(self, sent: Sent) -> dict[str, Any] | None:
        """Send a message until it is answered for good. Return the answer if it is recorded, else None."""
        late = sent.path != "departures" and not self.tally.replaced.isdisjoint(sent.numbers().values())
        has_twin = self.chance.random() < DUPLICATES
        if has_twin:
            self.beside.send(sent)  # the same message at the same moment over another connection
        status, raw = self.answer_of(sent)
        if has_twin:
            self.count(self.beside.answer())
        if status not in (RECORDED, REFUSED):
            return None
        self.past.append((sent, raw))
        answer: dict[str, Any] = json.loads(raw)
        if status == RECORDED:
            with self.tally.lock:
                self.tally.accepted_late += late
            return answer
        for old, new in replacements(sent, answer).items():
            self.tally.hear(old, new)
        return None

    def answer_of(self, sent: Sent) -> Reply:
        deadline = time.monotonic() + SECONDS_TO_SETTLE
        while time.monotonic() < deadline:
            reply = self.try_once(sent)
            if reply.status in (RECORDED, REFUSED):
                with self.tally.lock:
                    self.tally.outcomes[sent.id] = reply.status
                return reply
            if reply.status not in LOST:
                raise RuntimeError(f"{sent.path}: {reply.status} {reply.body.decode(errors='replace')}")
            time.sleep(SECONDS_BEFORE_NEXT_TRY)
        with self.tally.lock:
            self.tally.unsettled += 1
        return Reply(NO_ANSWER, b"")

    def try_once(self, sent: Sent) -> Reply:
        reply = self.customs.ask(sent)
        self.count(reply)
        return reply

    def count(self, reply: Reply) -> None:
        with self.tally.lock:
            self.tally.answered += reply.status != NO_ANSWER
            self.tally.unanswered += reply.status in LOST

    def repeat(self, sent: Sent, first: bytes) -> None:
        _status, raw = self.answer_of(sent)
        with self.tally.lock:
            self.tally.contradicted += raw not in (first, b"")

    def change(self, sent: Sent) -> None:
        """Say something else under a known id: it must not be taken for what was said first."""
        body = {**sent.body, "declaration": sent.body["declaration"] + "-X"}
        status, _raw = self.try_once(Sent(sent.path, body))
        with self.tally.lock:
            self.tally.swallowed += status in (RECORDED, REFUSED)


def torture(
    stack: Stack,
    *,
    attempts: int,
    seconds: float,
    clients: int = CLIENTS,
    between_kills: float | None = SECONDS_BETWEEN_KILLS,
    between_amendments: float | None = SECONDS_BETWEEN_AMENDMENTS,
    seed: int = 1,
    officer: str = OFFICER,
) -> list[Measure]:
    """Let the clients at the portal until so many attempts are answered, then read the books.

    `between_kills` are the seconds between one kill and the next, `between_amendments` those between one
    licence's replacement and the next; None leaves them out. Each server is killed, and a licence replaced,
    at least once, however soon the attempts are answered. It ends after `seconds` whatever happened.
    `officer` is the module that acts for the officers.
    """
    tally, started, worked = known_before(stack), time.monotonic(), time.process_time()
    lines = lines_of(stack)
    hot = sum(one["first"] in stack.numbers[:HOT_LICENCES] for one in lines)
    before = books.balances_of(stack, stack.numbers)
    irregular_before = books.number(stack, books.IRREGULAR)

    def go_on() -> bool:
        spared = between_kills is not None and len(tally.kills) < len(KILLED)
        spared |= between_amendments is not None and not tally.replaced
        return (tally.answered < attempts or spared) and time.monotonic() - started < seconds

    def run(turn: int) -> None:
        Client(stack, tally, lines, hot, random.Random(seed * 1000 + turn), go_on).run()

    with officers(stack, officer, between_amendments) as decide, ThreadPoolExecutor(clients + 1) as pool:
        working = [pool.submit(run, turn) for turn in range(clients)]
        if decide and between_amendments is not None:
            late = Client(stack, tally, lines, hot, random.Random(seed * 1000 + clients), go_on)
            working.append(pool.submit(amend_now_and_then, late, decide, between_amendments))
        if between_kills is not None:
            kill_now_and_then(stack, tally, between_kills, go_on)
        for one in working:
            one.result()
    own = Measure(
        "processor time of an attempt, the clients",
        1e6 * (time.process_time() - worked) / max(tally.answered, 1),
        "µs",
    )
    return [*found(stack, tally, before, irregular_before, time.monotonic() - started), own]


def known_before(stack: Stack) -> Tally:
    """Return an empty tally that knows what took the place of the licences before."""
    later = books.firsts_of(stack, stack.numbers)  # in the order of their issue
    firsts = {one: one for one in stack.numbers} | later
    return Tally(first=firsts, newest={first: number for number, first in firsts.items()})


@contextmanager
def officers(stack: Stack, officer: str, between_amendments: float | None) -> Iterator[Decide | None]:
    if between_amendments is None:
        yield None
        return
    with officer_of(stack, officer) as decide:
        yield decide


def amend_now_and_then(late: Client, decide: Decide, between_amendments: float) -> None:
    """Put an amended licence in the place of one after the other, every other time of the hot one. After
    each, `late` names the old number once more."""
    tally, numbers = late.tally, late.stack.numbers
    newest = dict(tally.newest)
    for turn in count():
        due = time.monotonic() + between_amendments
        first = numbers[0 if turn % 2 == 0 else (turn + 1) // 2 % len(numbers)]
        old = newest[first]
        decide(f"amend {old}")
        newest[first] = new = decide(f"replace {old}")
        with tally.lock:
            tally.first[new] = first
            tally.replaced.add(old)
        late.insist(old)
        while time.monotonic() < due and late.go_on():
            time.sleep(0.1)
        if not late.go_on():
            late.close()
            return


def kill_now_and_then(stack: Stack, tally: Tally, between_kills: float, go_on: Callable[[], bool]) -> None:
    """Kill the web server and the database in turn, and start them again, as long as there is work."""
    turn, due = 0, time.monotonic() + between_kills
    while go_on():
        if time.monotonic() >= due:
            name = KILLED[turn % len(KILLED)]
            stack.kill_and_start_again(name)
            tally.kills[name] += 1
            turn, due = turn + 1, time.monotonic() + between_kills
        time.sleep(0.1)


def lines_of(stack: Stack) -> list[dict[str, Any]]:
    """Return the lines of all licences, the hot ones first, with an amount of which few fit."""
    return [
        {
            "first": reference,
            "line": line,
            "unit": unit,
            "amount": max(Decimal(1), (granted / MESSAGES_UNTIL_FULL).quantize(Decimal(1))),
        }
        for reference, line, unit, granted in books.rows(stack, books.LINES, stack.numbers)
    ]


def found(
    stack: Stack,
    tally: Tally,
    before: Balances,
    irregular_before: int,
    seconds: float,
) -> list[Measure]:
    """Compare what the clients were answered with what stands in the books."""
    twice = lost = Decimal(0)
    for line, (reserved, used) in books.balances_of(stack, stack.numbers).items():
        for now, then, answered in zip(
            (reserved, used), before[line], (tally.reserved[line], tally.used[line]), strict=True
        ):
            more = now - then - answered
            twice, lost = twice + max(more, Decimal(0)), lost + max(-more, Decimal(0))
    irregular = books.number(stack, books.IRREGULAR) - irregular_before - tally.irregular
    wrong: dict[str, Decimal | int] = {
        "lines overdrawn": books.number(stack, books.OVERDRAWN),
        "counted beyond what was answered": twice,
        "answered and not counted": lost,
        "messages answered and not kept": not_kept(stack, tally),
        "lines whose books differ": books.number(stack, books.UNEQUAL),
        "irregular departures lost or doubled": abs(irregular),
        "repeats answered differently": tally.contradicted,
        "other bodies taken under a known id": tally.swallowed,
        "messages never answered": tally.unsettled,
        "accepted under a number known to be replaced": tally.accepted_late,
        "told a number that is no replacement": misled(stack, tally.told),
        "balances changed after the replacement": books.number(
            stack, books.CHANGED_AFTERWARDS, list(tally.replaced)
        ),
        "replaced lines that still hold something": books.number(stack, books.LEFT_BEHIND),
        "lines carried over unequally": books.number(stack, books.CARRIED_UNEQUALLY, stack.numbers),
    }
    recorded = sum(status == RECORDED for status in tally.outcomes.values())
    figures = {
        "attempts answered": tally.answered,
        "attempts without an answer": tally.unanswered,
        "messages recorded": recorded,
        "messages refused": len(tally.outcomes) - recorded,
        "licences replaced": len(tally.replaced),
        "reservations carried over": books.number(stack, books.CARRIED, stack.numbers),
        "replacements told": len(tally.told),
        "web server killed": tally.kills[WEB],
        "database killed": tally.kills[DATABASE],
    }
    return [
        Measure("attempts, each second", tally.answered / seconds, "1/s"),
        *(Measure(what, float(value), "") for what, value in figures.items()),
        *(Measure(what, float(value), "", at_most=0) for what, value in wrong.items()),
    ]


def not_kept(stack: Stack, tally: Tally) -> int:
    """Return how many messages are not stored with the outcome that their client was told."""
    told = {RECORDED: "recorded", REFUSED: "refused"}
    kept = dict(books.rows(stack, books.OUTCOMES, list(tally.outcomes)))
    return sum(kept.get(key) != told[status] for key, status in tally.outcomes.items())


def misled(stack: Stack, told: Collection[tuple[str, str]]) -> int:
    """Return how often somebody was told to name a licence that took another's place."""
    later = set(books.rows(stack, books.LATER, list({old for old, _new in told})))
    return len(set(told) - later)
