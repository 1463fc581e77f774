"""Count how often somebody knocks, and say when it is too often.

The counters live in Redis. Without Redis nobody is turned away, and nobody waits for it longer than a moment:
goods at the border don't wait for a counter.
"""

import hashlib
import logging
import threading
import time
from collections.abc import Callable

from django.http import HttpRequest
from redis import Redis
from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from licensing import redis_server

logger = logging.getLogger(__name__)

SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


# Adds knocks to what a name was counted before, within so many seconds, and returns the sum.
Counting = Callable[[str, int, int], int]


def now() -> float:
    """Return the moment in which a knock is counted, in seconds since 1970."""
    return time.time()


def seconds_to_wait(
    what: str, who: str, rate: str, *, knocks: int = 1, counting: Counting | None = None
) -> int | None:
    """Count a knock of `who` at `what`, or several. Return the seconds to wait if too many, else None.

    `rate` is such as "10/m" or "6000/min": so many in each second, minute, hour or day of the clock.
    Redis counts, unless `counting` does.
    """
    allowed, length = _read(rate)
    window, passed = divmod(int(now()), length)
    whose = hashlib.sha256(who.encode()).hexdigest()
    count = (counting or _count)(f"limit:{what}:{whose}:{window}", length, knocks)
    return length - passed if count > allowed else None


def _read(rate: str) -> tuple[int, int]:
    """Return how many knocks are allowed in how many seconds."""
    allowed, _slash, period = rate.partition("/")
    return int(allowed), SECONDS[period[0]]


class Purse:
    """Knocks that this process counted ahead: who may knock very often is counted a hundredth of the limit at
    a time. What a process does not spend before its window ends is lost to the others, so that no limit is
    ever passed, and each process may fall short of it by a hundredth."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.left: dict[tuple[str, str], tuple[int, int]] = {}  # by what and who: the window, and how many

    def seconds_to_wait(self, what: str, who: str, rate: str) -> int | None:
        """Count a knock as `seconds_to_wait` does."""
        allowed, length = _read(rate)
        window, batch = int(now()) // length, max(1, allowed // 100)
        if batch == 1:
            return seconds_to_wait(what, who, rate)
        with self.lock:
            counted_in, left = self.left.get((what, who), (window, 0))
            if counted_in == window and left:
                self.left[what, who] = window, left - 1
                return None
        wait = seconds_to_wait(what, who, rate, knocks=batch)
        if wait is None:
            with self.lock:
                counted_in, left = self.left.get((what, who), (window, 0))
                self.left[what, who] = window, batch - 1 + (left if counted_in == window else 0)
        return wait


def _count(key: str, length: int, knocks: int) -> int:
    """Count in one trip to Redis, which Django's cache takes two for, and clear away with the first knock."""

    def counted(counters: Redis) -> int:
        count = int(counters.incrby(key, knocks))
        if count == knocks:
            counters.expire(key, 2 * length)
        return count

    try:
        return redis_server.ask(counted)
    except RedisError as problem:
        logger.warning("Not counted: %s", problem)
        return 0


def client_address(request: HttpRequest | Request) -> str:
    """Return the caller's network address, as our own proxy saw it; others' claims are not believed."""
    return str(BaseThrottle().get_ident(request))  # type: ignore[arg-type]
