"""Sixty-four customs systems at once, who repeat themselves, while servers are killed and licences replaced;
then the books.

Every client remembers what it was answered. At the end each line, with the lines that carry on its account,
must hold exactly what the answers say, whatever happened in between: nothing overdrawn, nothing twice,
nothing acknowledged and lost. Who names a replaced licence is told which to name, and does so from then on.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from decimal import Decimal
from itertools import count
from typing import Any

from portal.benchmarks import Measure
from portal.torture import books
from portal.torture.books import Balances
from portal.torture.clients import Client, Tally
from portal.torture.messages import RECORDED, REFUSED
from portal.torture.officer_process import OFFICER, Decide, officer_of
from portal.torture.stack import DATABASE, WEB, Stack

CLIENTS = 64
HOT_LICENCES = 1  # that half of all messages are about
MESSAGES_UNTIL_FULL = 60  # of average size: so soon the hot lines refuse
KILLED = (WEB, DATABASE)  # in turn
SECONDS_BETWEEN_KILLS = 15.0
SECONDS_BETWEEN_AMENDMENTS = 10.0


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
