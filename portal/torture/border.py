"""The border alone: everything but the database and the border's own processes is stopped while it is asked.

Every question must be answered, and rightly: a decision made meanwhile shows from its commit on.
"""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import psycopg

from portal.api.grants import FORM, GRANT
from portal.benchmarks import Measure
from portal.border.issuing import TOKEN_PATH
from portal.http_load import Conversation, Load, get
from portal.torture.stack import BORDER, Stack

CLIENTS = 16
QUESTIONS_EACH_SECOND = 100.0
STOPPED = ("redis", "worker", "beat", "web")
FOLDERS = ("media", "mail")  # below PORTAL_VAR
CLIENT_ID = 12  # characters at the start of a key
SECONDS_BETWEEN_TOKENS = 4.0  # a client may ask for twenty a minute
SUSPEND = "UPDATE licensing_licence SET status = 'suspended' WHERE reference = %s"
ANSWERED = 200


@dataclass
class Asked:
    """What was asked while everything else stood still."""

    alone: threading.Event = field(default_factory=threading.Event)
    suspended: set[str] = field(default_factory=set)
    questions: int = 0
    unanswered: int = 0
    wrong: int = 0
    slowest: float = 0.0  # seconds
    tokens: int = 0
    no_token: int = 0  # answers without one, or with one that opens nothing

    def take(self, number: str, was_suspended: bool, status: int, body: bytes, seconds: float) -> None:
        if not self.alone.is_set():
            return
        self.questions += 1
        self.slowest = max(self.slowest, seconds)
        if status != ANSWERED:
            self.unanswered += 1
            return
        said = json.loads(body)
        expected = {"suspended"} if was_suspended else {"valid"}
        if number in self.suspended:
            expected.add("suspended")  # decided while the question was under way
        self.wrong += said["number"] != number or said["state"] not in expected


def trial(
    stack: Stack, *, seconds: float, rate: float = QUESTIONS_EACH_SECOND, application: str = BORDER
) -> list[Measure]:
    """Ask all the while; after a quarter of the time stop everything else."""
    stack.start_border(application)
    stack.start_worker_and_beat()
    asked = Asked()
    conversations = [asking(stack, asked, random.Random(turn)) for turn in range(CLIENTS)]
    load = Load(stack.border_url, conversations, [ANSWERED])
    with ThreadPoolExecutor(2) as pool:
        asking_all_the_while = pool.submit(load.at_a_rate, rate, seconds)
        time.sleep(seconds / 4)
        try:
            stop_everything_else(stack)
            asked.alone.set()
            signing_in = pool.submit(sign_in, stack, asked, lambda: not asking_all_the_while.done())
            suspend_one_after_the_other(stack, asked, lambda: not asking_all_the_while.done())
            asking_all_the_while.result()
            signing_in.result()
        finally:
            start_everything_again(stack)
    return [
        Measure("questions while all else stood still", asked.questions, "", at_least=1),
        Measure("not answered", asked.unanswered, "", at_most=0),
        Measure("answered wrongly", asked.wrong, "", at_most=0),
        Measure("tokens issued by OAuth 2 meanwhile", asked.tokens, "", at_least=1),
        Measure("tokens not issued, or worth nothing", asked.no_token, "", at_most=0),
        Measure("licences suspended meanwhile", len(asked.suspended), ""),
        Measure("slowest answer", 1000 * asked.slowest, "ms"),
    ]


def asking(stack: Stack, asked: Asked, chance: random.Random) -> Conversation:
    while True:
        number = chance.choice(stack.numbers)
        was_suspended = number in asked.suspended
        started = time.perf_counter()
        reply = yield get(f"/api/v1/licences/{number}", stack.key)
        asked.take(number, was_suspended, reply.status, reply.body, time.perf_counter() - started)


def sign_in(stack: Stack, asked: Asked, go_on: Callable[[], bool]) -> None:
    """Exchange the key for a token now and then, and ask about a licence with each."""
    while go_on():
        if with_token(stack) == ANSWERED:
            asked.tokens += 1
        else:
            asked.no_token += 1
        time.sleep(SECONDS_BETWEEN_TOKENS)


def with_token(stack: Stack) -> int:
    """Return the status of a question with a token that was just issued, or that of the refusal; 0 stands for
    no answer."""
    parts = urlsplit(stack.border_url)
    connection = HTTPConnection(parts.hostname or "127.0.0.1", parts.port, timeout=10)
    form = {"grant_type": GRANT, "client_id": stack.key[:CLIENT_ID], "client_secret": stack.key}
    try:
        connection.request("POST", TOKEN_PATH, urlencode(form), {"Content-Type": FORM})
        issued = connection.getresponse()
        said = json.loads(issued.read())
        if issued.status != ANSWERED:
            return issued.status
        own = {"Authorization": f"Bearer {said['access_token']}"}
        connection.request("GET", f"/api/v1/licences/{stack.numbers[-1]}", headers=own)
        return connection.getresponse().status
    except (OSError, HTTPException, ValueError):
        return 0
    finally:
        connection.close()


def stop_everything_else(stack: Stack) -> None:
    """Kill the processes, and put a file where each folder was."""
    for name in STOPPED:
        stack.kill(name)
    for folder in folders(stack):
        folder.mkdir(parents=True, exist_ok=True)
        folder.rename(folder.with_suffix(".away"))
        folder.touch()


def suspend_one_after_the_other(stack: Stack, asked: Asked, go_on: Callable[[], bool]) -> None:
    """Suspend up to half of the licences, straight in the database, since the portal is down."""
    with psycopg.connect(stack.database, autocommit=True) as connection:
        for number in stack.numbers[: len(stack.numbers) // 2]:
            time.sleep(0.5)
            if not go_on():
                return
            connection.execute(SUSPEND, [number])
            asked.suspended.add(number)


def start_everything_again(stack: Stack) -> None:
    for folder in folders(stack):
        if folder.is_file():
            folder.unlink()
            folder.with_suffix(".away").rename(folder)
    stack.kill("border")
    stack.start_broker()
    stack.start_web()


def folders(stack: Stack) -> list[Path]:
    return [Path(stack.environment["PORTAL_VAR"]) / name for name in FOLDERS]
