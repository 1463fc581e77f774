"""How often a client may ask, in this process; and who waits when more come than it can answer.

Counted in the memory of the process, which nothing but the process can take away: every worker counts for
itself, so a client that spreads its connections over two gets up to twice its rate.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass

BURST = 2.0  # seconds' worth of tokens that a client may save up
REMEMBERED = 10_000  # clients; the one that asked longest ago is forgotten, and starts with all its tokens


@dataclass(slots=True)
class Tokens:
    left: float
    at: float  # on the monotonic clock


class Shares:
    """Tokens for each client, `rate` of them a second, and a fair share of the process's `capacity`."""

    def __init__(self, rate: float, capacity: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.rate, self.capacity, self.clock = rate, capacity, clock
        self.lock = threading.Lock()
        self.tokens: OrderedDict[Hashable, Tokens] = OrderedDict()
        self.second = 0
        self.asked: dict[Hashable, int] = {}  # in this second
        self.total = 0
        self.active_before = 0  # clients of the second before

    def seconds_to_wait(self, who: Hashable) -> float | None:
        """Count a question of `who`. Return how long to wait if it is one too many, else None."""
        with self.lock:
            now = self.clock()
            return self._beyond_its_rate(who, now) or self._beyond_its_share(who, now)

    def _beyond_its_rate(self, who: Hashable, now: float) -> float | None:
        most = self.rate * BURST
        tokens = self.tokens.get(who)
        if tokens is None:
            tokens = self.tokens[who] = Tokens(most, now)
            if len(self.tokens) > REMEMBERED:
                self.tokens.popitem(last=False)
        self.tokens.move_to_end(who)
        tokens.left = min(most, tokens.left + (now - tokens.at) * self.rate)
        tokens.at = now
        if tokens.left < 1:
            return (1 - tokens.left) / self.rate
        tokens.left -= 1
        return None

    def _beyond_its_share(self, who: Hashable, now: float) -> float | None:
        """While the process is full, only those wait who had more than their part of it in this second."""
        if int(now) != self.second:
            self.active_before = len(self.asked) if int(now) == self.second + 1 else 0
            self.second, self.asked, self.total = int(now), {}, 0
        had = self.asked.get(who, 0)
        active = max(len(self.asked) + (not had), self.active_before)
        if self.total >= self.capacity and had >= self.capacity / active:
            return self.second + 1 - now
        self.asked[who] = had + 1
        self.total += 1
        return None
