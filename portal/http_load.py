"""A light load generator: many connections in one thread, so that it costs little of the machine it measures.

Each connection runs a conversation: a generator that yields a request as bytes and is sent the answer.
"""

from __future__ import annotations

import selectors
import socket
import statistics
import time
from collections import deque
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import urlsplit

from portal.benchmarks import Measure


class Reply(NamedTuple):
    status: int
    body: bytes


Conversation = Generator[bytes, Reply, None]
END_OF_HEAD = b"\r\n\r\n"
LENGTH = b"content-length:"
BROKEN = Reply(0, b"")


def get(path: str, key: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\n\r\n".encode()


def post(path: str, key: str, body: bytes) -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


@dataclass
class Outcome:
    """What a load was answered. A time runs from when the request was due, not from when it could be sent."""

    seconds: float
    times: list[float] = field(default_factory=list)  # in seconds
    failed: int = 0

    def shown(
        self, what: str, *, least: float | None = None, most: float | None = None, steps: int = 1
    ) -> list[Measure]:
        """Return the figures; `steps` are the requests that make one of what is counted."""
        times = [1000 * one for one in self.times] or [float("inf")] * 2
        percentiles = statistics.quantiles(times, n=1000)
        return [
            Measure(f"{what}, each second", len(self.times) / steps / self.seconds, "1/s", at_least=least),
            Measure(f"{what}, half within", percentiles[499], "ms"),
            Measure(f"{what}, 99 of 100 within", percentiles[989], "ms", at_most=most),
            Measure(f"{what}, 999 of 1000 within", percentiles[998], "ms"),
            Measure(f"{what}, failed", self.failed, "requests", at_most=0),
        ]


class Connection:
    """A connection that sends a request and takes its answer, as a whole or as it comes."""

    def __init__(self, address: tuple[str, int], patience: float = 10.0) -> None:
        self.address, self.patience = address, patience  # in seconds, before it counts as broken
        self.received = b""
        self.whole = 0  # bytes of the answer, once its head is here
        self.socket = self.connect()

    def connect(self) -> socket.socket:
        made = socket.create_connection(self.address, timeout=self.patience)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return made

    def write(self, request: bytes) -> None:
        self.received, self.whole = b"", 0
        self.socket.sendall(request)

    def receive(self) -> Reply | None:
        """Read what has come; return the answer once it is whole. BROKEN if the connection ended first."""
        try:
            came = self.socket.recv(65536)
        except OSError:
            came = b""
        if not came:
            return BROKEN
        self.received += came
        if not self.whole:
            end = self.received.find(END_OF_HEAD)
            if end < 0:
                return None
            self.whole = end + len(END_OF_HEAD) + length_of(self.received[:end])
        if len(self.received) < self.whole:
            return None
        return Reply(int(self.received[9:12]), self.received.split(END_OF_HEAD, 1)[1])

    def answer(self) -> Reply:
        """Wait for the whole answer."""
        while (reply := self.receive()) is None:
            pass
        return reply


class Caller(Connection):
    """One connection and the conversation on it."""

    def __init__(self, address: tuple[str, int], conversation: Conversation) -> None:
        super().__init__(address)
        self.conversation = conversation
        self.request = next(conversation)
        self.due = 0.0

    def send(self, due: float) -> None:
        self.due = due
        self.write(self.request)

    def go_on(self, reply: Reply) -> None:
        self.request = self.conversation.send(reply)


def length_of(head: bytes) -> int:
    at = head.lower().find(LENGTH)
    return int(head[at + len(LENGTH) :].split(b"\r\n", 1)[0]) if at >= 0 else 0


class Load:
    """All connections of one load."""

    def __init__(self, url: str, conversations: Sequence[Conversation], right: Sequence[int]) -> None:
        parts = urlsplit(url)
        address = (parts.hostname or "127.0.0.1", parts.port or 80)
        self.callers = [Caller(address, conversation) for conversation in conversations]
        self.right = right  # statuses that are no failure
        self.selector = selectors.DefaultSelector()
        for caller in self.callers:
            self.selector.register(caller.socket, selectors.EVENT_READ, caller)

    def as_fast_as_it_goes(self, seconds: float) -> Outcome:
        """Send on each connection as soon as the answer before is here."""
        started = time.perf_counter()
        end = started + seconds
        outcome, busy = Outcome(seconds), len(self.callers)
        for caller in self.callers:
            caller.send(time.perf_counter())
        while busy:
            for key, _mask in self.selector.select(1.0):
                if not self.take(key.data, outcome):
                    continue
                now = time.perf_counter()
                if now < end:
                    key.data.send(now)
                else:
                    busy -= 1
        outcome.seconds = time.perf_counter() - started
        return self.closed(outcome)

    def at_a_rate(self, rate: float, seconds: float) -> Outcome:
        """Send `rate` requests a second whether or not the answers come; what must wait for a connection has
        been due all the while."""
        started = time.perf_counter()
        count = int(rate * seconds)
        free = deque(self.callers)
        outcome = Outcome(seconds)
        sent = 0
        while sent < count or len(free) < len(self.callers):
            now = time.perf_counter()
            while sent < count and free and started + sent / rate <= now:
                free.popleft().send(started + sent / rate)
                sent += 1
            wait = started + sent / rate - now if sent < count and free else 1.0
            for key, _mask in self.selector.select(max(0.0, wait)):
                if self.take(key.data, outcome):
                    free.append(key.data)
        return self.closed(outcome)

    def take(self, caller: Caller, outcome: Outcome) -> bool:
        """Read what came for a caller; say whether its request is over."""
        reply = caller.receive()
        if reply is None:
            return False
        outcome.times.append(time.perf_counter() - caller.due)
        outcome.failed += reply.status not in self.right
        if reply is BROKEN:
            self.selector.unregister(caller.socket)
            caller.socket.close()
            caller.socket = caller.connect()
            self.selector.register(caller.socket, selectors.EVENT_READ, caller)
        caller.go_on(reply)
        return True

    def closed(self, outcome: Outcome) -> Outcome:
        self.selector.close()
        for caller in self.callers:
            caller.socket.close()
            caller.conversation.close()
        return outcome
