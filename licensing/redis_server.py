"""Ask Redis something that can do without an answer: a counter, whether the queue is there.

Whoever asks waits half a second at most, once. A server that did not answer is left alone for a few seconds
by all of this process, so that the next request does not wait too; then one asks, and the others go on.
"""

import threading
from collections.abc import Callable
from functools import cache
from time import monotonic
from typing import Any, TypeVar

from django.conf import settings
from redis import Redis
from redis.exceptions import RedisError

RESTS = 5.0  # seconds that a server is left alone

T = TypeVar("T")


class NoAnswer(RedisError):
    """The server did not answer just now, and was not asked."""


class Patience:
    """Which server is worth asking, for all threads of a process."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.rests_until: float | None = None  # None: it answered the last time

    def take_turn(self) -> None:
        """Let the caller ask. While the server is in doubt, one caller does so every few seconds; raises
        NoAnswer for all others."""
        with self.lock:
            if self.rests_until is None:
                return
            if monotonic() < self.rests_until:
                raise NoAnswer("it did not answer a moment ago")
            self.rests_until = monotonic() + RESTS

    def note(self, *, answered: bool) -> None:
        with self.lock:
            self.rests_until = None if answered else monotonic() + RESTS


def ask(question: Callable[[Redis], T]) -> T:
    """Return what the cache's server answers. Raises RedisError if it does not, or did not a moment ago."""
    here: dict[str, Any] = settings.CACHES["default"]
    location, options = here["LOCATION"], tuple(here["OPTIONS"].items())
    patience = _patience(location)
    patience.take_turn()
    try:
        answer = question(_client(location, options))
    except RedisError:
        patience.note(answered=False)
        raise
    patience.note(answered=True)
    return answer


@cache
def _patience(location: str) -> Patience:
    return Patience()


@cache
def _client(location: str, options: tuple[tuple[str, Any], ...]) -> Redis:
    return Redis.from_url(location, **dict(options))
