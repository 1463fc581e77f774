"""Ends waits that the database does not end: what stands still does not look at its own time-outs either."""

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

LONGEST = 4.0  # seconds for a statement, twice what the server itself allows
EVERY = 1.0  # seconds between two looks


class Watch:
    """Who waits for the database in this process, and since when."""

    def __init__(self) -> None:
        self.waiting: dict[int, tuple[float, int]] = {}  # by thread: since when, and on which socket
        self.lock = threading.Lock()
        self.looks = False

    @contextmanager
    def over(self, connected: int) -> Iterator[None]:
        """While a thread waits on this socket, end the wait if it takes too long: libpq finds it closed."""
        if not self.looks:
            self._begin()
        thread = threading.get_ident()
        self.waiting[thread] = time.monotonic(), connected
        try:
            yield
        finally:
            del self.waiting[thread]

    def _begin(self) -> None:
        with self.lock:
            if not self.looks:
                self.looks = True
                threading.Thread(target=self._look, name="watch", daemon=True).start()

    def _look(self) -> None:
        while True:
            time.sleep(EVERY)
            for since, connected in list(self.waiting.values()):
                if time.monotonic() - since > LONGEST:
                    end(connected)


def end(connected: int) -> None:
    """Shut a socket, so that whoever reads from it hears that nothing will come."""
    with suppress(OSError), socket.socket(fileno=os.dup(connected)) as ours:
        ours.shutdown(socket.SHUT_RDWR)
