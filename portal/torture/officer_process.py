"""The officers' process, as a trial sees it: tells it what to do, and waits until that is committed."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from portal.stack.processes import ROOT, python
from portal.torture.stack import Stack

OFFICER = "portal.torture.officer"
RUN = "import django; django.setup(); from {module} import main; main()"

Decide = Callable[[str], str]


@contextmanager
def officer_of(stack: Stack, module: str = OFFICER) -> Iterator[Decide]:
    """Yield what makes the officers' process do an act, and returns what came of it when it is committed."""
    process = subprocess.Popen(
        python("-c", RUN.format(module=module)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env=stack.children.environment,
        text=True,
    )
    assert process.stdin and process.stdout
    told, heard = process.stdin, process.stdout

    def hear(words: str) -> str:
        said: str = heard.readline().strip()
        if not said.startswith(words):
            raise RuntimeError(f"The officers said {said!r} instead of {words!r}")
        return said.removeprefix(words).strip()

    def decide(words: str) -> str:
        told.write(words + "\n")
        told.flush()
        return hear(words)

    try:
        hear("ready")
        yield decide
    finally:
        told.close()
        heard.close()
        process.wait(30)
