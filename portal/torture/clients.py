"""Customs systems that repeat themselves, and believe only what they were answered."""

from __future__ import annotations

import json
import random
import threading
import time
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_DOWN, Decimal
from typing import Any

from licensing.units import decimals_of
from portal.http_load import Reply
from portal.torture.books import Line
from portal.torture.messages import (
    AGAIN,
    NO_ANSWER,
    RECORDED,
    REFUSED,
    UNPROCESSABLE,
    Customs,
    Sent,
    replacements,
)
from portal.torture.stack import Stack

DUPLICATES, RETRIES, CHANGED = 0.25, 0.20, 0.05  # shares of all messages
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
        half = (whole / 2).quantize(Decimal(1).scaleb(-decimals_of(line["unit"])), ROUND_DOWN)
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
            if reply.status == UNPROCESSABLE and b"#id-reused" in reply.body:
                with self.tally.lock:
                    self.tally.contradicted += 1  # no message has the id of this one but itself
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
