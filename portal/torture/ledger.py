"""Sixty-four customs systems at once, who repeat themselves, while servers are killed; then the books.

Every client remembers what it was answered. At the end each line must hold exactly what the answers say,
whatever happened in between: nothing overdrawn, nothing twice, nothing acknowledged and lost.
"""

from __future__ import annotations

import json
import random
import threading
import time
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from decimal import Decimal
from http.client import HTTPConnection, HTTPException
from typing import Any

import psycopg

from portal.benchmarks import Measure
from portal.torture.stack import DATABASE, WEB, Stack

CLIENTS = 64
HOT_LICENCES = 1  # that half of all messages are about
MESSAGES_UNTIL_FULL = 60  # of average size: so soon the hot lines refuse
DUPLICATES, RETRIES, CHANGED = 0.25, 0.20, 0.05  # shares of all messages
KILLED = (WEB, DATABASE)  # in turn
SECONDS_BETWEEN_KILLS = 15.0
SECONDS_BEFORE_NEXT_TRY = 0.5
SECONDS_TO_SETTLE = 90.0  # for the answers still missing when time is up
RECORDED, REFUSED, UNPROCESSABLE = 201, 409, 422

Line = tuple[str, int]  # number of the licence, and of the line
Amounts = dict[Line, Decimal]


@dataclass(frozen=True, slots=True)
class Sent:
    """A message and where it goes."""

    path: str
    body: dict[str, Any]

    @property
    def id(self) -> str:
        return str(self.body["id"])


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


@dataclass
class Client:
    """One customs system: sends one message after the other and believes only what it was answered."""

    stack: Stack
    tally: Tally
    lines: Sequence[dict[str, Any]]  # with licence, line, unit, amount; the hot ones first
    hot: int
    chance: random.Random
    go_on: Callable[[], bool]
    caller: HTTPConnection | None = None
    open: dict[str, list[dict[str, Any]]] = field(default_factory=dict)  # lines by declaration
    versions: Counter[str] = field(default_factory=Counter)
    past: list[tuple[Sent, bytes]] = field(default_factory=list)

    def run(self) -> None:
        try:
            while self.go_on():
                self.one_message()
        finally:
            if self.caller:
                self.caller.close()

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
                "licence": one["licence"],
                "line": one["line"],
                "quantity": str(one["amount"] * self.chance.randint(1, 3)),
                "unit": one["unit"],
            }
            for item, one in enumerate(picked, start=1)
        ]

    def head(self, declaration: str) -> dict[str, Any]:
        return {"id": uuid.uuid4().hex, "declaration": declaration}

    def next_version(self, declaration: str) -> int:
        self.versions[declaration] += 1
        return self.versions[declaration]

    def use(self) -> None:
        [one] = self.some_lines(1)
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
                    amounts[one["licence"], one["line"]] += sign * Decimal(one["quantity"])

    # How a message is sent

    def settled(self, sent: Sent) -> dict[str, Any] | None:
        """Send a message until it is answered for good. Return the answer if it is recorded, else None."""
        twin = None
        if self.chance.random() < DUPLICATES:
            twin = threading.Thread(target=self.send_beside, args=(sent,))
            twin.start()
        status, raw = self.answer_of(sent)
        if twin:
            twin.join()
        if status not in (RECORDED, REFUSED):
            return None
        self.past.append((sent, raw))
        return json.loads(raw) if status == RECORDED else None

    def answer_of(self, sent: Sent) -> tuple[int, bytes]:
        deadline = time.monotonic() + SECONDS_TO_SETTLE
        while time.monotonic() < deadline:
            status, raw = self.try_once(sent)
            if status in (RECORDED, REFUSED):
                with self.tally.lock:
                    self.tally.outcomes[sent.id] = status
                return status, raw
            if status not in (0, 500, 502, 503):
                raise RuntimeError(f"{sent.path}: {status} {raw.decode(errors='replace')}")
            time.sleep(SECONDS_BEFORE_NEXT_TRY)
        with self.tally.lock:
            self.tally.unsettled += 1
        return 0, b""

    def try_once(self, sent: Sent) -> tuple[int, bytes]:
        """Return status and body; 0 if there was none."""
        self.caller = self.caller or self.connect()
        status, raw = exchange(self.caller, self.stack.key, sent)
        if not status:
            self.caller.close()
            self.caller = None
        with self.tally.lock:
            self.tally.answered += bool(status)
            self.tally.unanswered += status in (0, 500, 502, 503)
        return status, raw

    def connect(self) -> HTTPConnection:
        return HTTPConnection("127.0.0.1", self.stack.port, timeout=20)

    def send_beside(self, sent: Sent) -> None:
        """Send the same message at the same moment over another connection."""
        with closing(self.connect()) as other:
            status, _raw = exchange(other, self.stack.key, sent)
        with self.tally.lock:
            self.tally.answered += bool(status)

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


def exchange(caller: HTTPConnection, key: str, sent: Sent) -> tuple[int, bytes]:
    headers = {
        "Authorization": f"Bearer {key}",
        "Content-Type": "application/json",
        "Accept-Language": "en",
    }
    try:
        caller.request("POST", f"/api/v1/{sent.path}", json.dumps(sent.body), headers)
        response = caller.getresponse()
        return response.status, response.read()
    except (OSError, HTTPException):
        caller.close()
        return 0, b""


LINES = """
SELECT licence.reference, line.number, line.unit, line.granted
FROM licensing_licenceline AS line JOIN licensing_licence AS licence ON licence.id = line.licence_id
WHERE licence.reference = ANY(%s) ORDER BY licence.id, line.number
"""
BALANCES = """
SELECT licence.reference, line.number, line.reserved, line.used
FROM licensing_licenceline AS line JOIN licensing_licence AS licence ON licence.id = line.licence_id
WHERE licence.reference = ANY(%s)
"""
OVERDRAWN = """
SELECT count(*) FROM licensing_licenceline
WHERE least(used, reserved, used_value, reserved_value) < 0
    OR used + reserved > granted + granted * quantity_tolerance / 100
    OR used_value + reserved_value > value + value * value_tolerance / 100
"""
# Balances beside the ledger, the ledger, and what is open of the reservations, to the last decimal.
UNEQUAL = """
SELECT count(*) FROM licensing_licenceline AS line
LEFT JOIN (
    SELECT line_id, sum(quantity) AS used, sum(reserved) AS reserved, sum(value) AS used_value,
        sum(reserved_value) AS reserved_value
    FROM licensing_ledgerentry GROUP BY line_id
) AS entries ON entries.line_id = line.id
LEFT JOIN (
    SELECT line_id, sum(open_quantity) AS reserved, sum(open_value) AS reserved_value
    FROM licensing_reservation GROUP BY line_id
) AS open ON open.line_id = line.id
WHERE (line.used, line.reserved, line.used_value, line.reserved_value) IS DISTINCT FROM
      (coalesce(entries.used, 0), coalesce(entries.reserved, 0), coalesce(entries.used_value, 0),
       coalesce(entries.reserved_value, 0))
   OR (line.reserved, line.reserved_value) IS DISTINCT FROM
      (coalesce(open.reserved, 0), coalesce(open.reserved_value, 0))
"""
OUTCOMES = "SELECT client_key, outcome FROM licensing_usage WHERE client_key = ANY(%s)"
IRREGULAR = "SELECT count(*) FROM licensing_irregularity"


def torture(
    stack: Stack,
    *,
    attempts: int,
    seconds: float,
    clients: int = CLIENTS,
    between_kills: float | None = SECONDS_BETWEEN_KILLS,
    seed: int = 1,
) -> list[Measure]:
    """Let the clients at the portal until so many attempts are answered, then read the books.

    `between_kills` are the seconds between one kill and the next; None kills nothing. Each server is killed
    at least once, however soon the attempts are answered. It ends after `seconds` whatever happened.
    """
    tally, started = Tally(), time.monotonic()
    lines = lines_of(stack)
    hot = sum(one["licence"] in stack.numbers[:HOT_LICENCES] for one in lines)
    before = balances_of(stack)
    irregular_before = number(stack, IRREGULAR)

    def go_on() -> bool:
        spared = between_kills is not None and len(tally.kills) < len(KILLED)
        return (tally.answered < attempts or spared) and time.monotonic() - started < seconds

    def run(turn: int) -> None:
        Client(stack, tally, lines, hot, random.Random(seed * 1000 + turn), go_on).run()

    with ThreadPoolExecutor(clients) as pool:
        working = [pool.submit(run, turn) for turn in range(clients)]
        if between_kills is not None:
            kill_now_and_then(stack, tally, between_kills, go_on)
        for one in working:
            one.result()
    return found(stack, tally, before, irregular_before, time.monotonic() - started)


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
            "licence": reference,
            "line": line,
            "unit": unit,
            "amount": max(Decimal(1), (granted / MESSAGES_UNTIL_FULL).quantize(Decimal(1))),
        }
        for reference, line, unit, granted in rows(stack, LINES, stack.numbers)
    ]


def balances_of(stack: Stack) -> dict[Line, tuple[Decimal, Decimal]]:
    return {
        (reference, line): (reserved, used)
        for reference, line, reserved, used in rows(stack, BALANCES, stack.numbers)
    }


def rows(stack: Stack, query: str, *values: Any) -> list[Any]:
    with psycopg.connect(stack.database) as connection:
        return connection.execute(query, values).fetchall()


def number(stack: Stack, query: str) -> int:
    [(count,)] = rows(stack, query)
    return int(count)


def found(
    stack: Stack,
    tally: Tally,
    before: dict[Line, tuple[Decimal, Decimal]],
    irregular_before: int,
    seconds: float,
) -> list[Measure]:
    """Compare what the clients were answered with what stands in the books."""
    twice = lost = Decimal(0)
    for line, (reserved, used) in balances_of(stack).items():
        for now, then, answered in zip(
            (reserved, used), before[line], (tally.reserved[line], tally.used[line]), strict=True
        ):
            more = now - then - answered
            twice, lost = twice + max(more, Decimal(0)), lost + max(-more, Decimal(0))
    irregular = number(stack, IRREGULAR) - irregular_before - tally.irregular
    wrong: dict[str, Decimal | int] = {
        "lines overdrawn": number(stack, OVERDRAWN),
        "counted beyond what was answered": twice,
        "answered and not counted": lost,
        "messages answered and not kept": not_kept(stack, tally),
        "lines whose books differ": number(stack, UNEQUAL),
        "irregular departures lost or doubled": abs(irregular),
        "repeats answered differently": tally.contradicted,
        "other bodies taken under a known id": tally.swallowed,
        "messages never answered": tally.unsettled,
    }
    recorded = sum(status == RECORDED for status in tally.outcomes.values())
    figures = {
        "attempts answered": tally.answered,
        "attempts without an answer": tally.unanswered,
        "messages recorded": recorded,
        "messages refused": len(tally.outcomes) - recorded,
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
    kept = dict(rows(stack, OUTCOMES, list(tally.outcomes)))
    return sum(kept.get(key) != told[status] for key, status in tally.outcomes.items())
