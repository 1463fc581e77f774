"""Have the rows of a file worked on by several processes, and take the results in order."""

import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import islice
from typing import TypeVar

from django.utils.translation import get_language

from portal.screening_files import pool

ROWS_AT_ONCE = 200  # of one task of a process
WAITING = 3  # tasks for each process that may lie ahead of what is written
Row = TypeVar("Row")
Result = TypeVar("Result")


def spread(
    rows: Iterable[Row], work: Callable[[list[Row]], Result], processes: int, at_once: int = ROWS_AT_ONCE
) -> Iterator[Result]:
    """Yield what `work` makes of each chunk of rows, in order. `work` is a function that can be pickled."""
    chunks = _chunks(rows, at_once)
    if processes == 1:
        yield from map(work, chunks)
        return
    context = multiprocessing.get_context("spawn")  # a copy of this process would share its connections
    language = get_language() or "es"
    with ProcessPoolExecutor(processes, context, initializer=pool.prepare, initargs=(language,)) as executor:
        waiting: deque[Future[Result]] = deque()
        for chunk in chunks:
            waiting.append(executor.submit(work, chunk))
            if len(waiting) >= WAITING * processes:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _chunks(rows: Iterable[Row], at_once: int) -> Iterator[list[Row]]:
    every = iter(rows)
    while chunk := list(islice(every, at_once)):
        yield chunk


def processes_for(rows: int, worth_one: int) -> int:
    """Return how many processes are worth it, each for at least `worth_one` rows."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(cores, rows // worth_one))
