"""How long the demonstration takes to start in a new checkout, to start again, and to stop.

`--set rounds=3` repeats the start in the same checkout so often; the slowest counts. Caches of packages are
used as they are on this machine. `--set show=yes` prints what the demonstration says.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from portal.benchmarks import Measure

ROOT = Path(__file__).resolve().parent.parent.parent
NOT_IN_A_NEW_CHECKOUT = (".git", ".venv", "var", "node_modules", "built", "__pycache__", ".*_cache", "*.mo")
OF_THIS_CHECKOUT = ("VIRTUAL_ENV", "PYTHONPATH", "DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE")
READY = "Istmo is ready"


def run(options: Mapping[str, str]) -> list[Measure]:
    """Start and stop the demonstration in a copy of this checkout, as it is now."""
    rounds, show = int(options.get("rounds", "3")), options.get("show") == "yes"
    with tempfile.TemporaryDirectory(prefix="istmo-startup-", dir="/tmp") as folder:
        os.chmod(folder, 0o755)  # PostgreSQL's account goes through
        checkout = Path(folder) / "checkout"
        shutil.copytree(ROOT, checkout, ignore=shutil.ignore_patterns(*NOT_IN_A_NEW_CHECKOUT))
        cold, first_stop = start_and_stop(checkout, show=show)
        warm, stops = zip(*(start_and_stop(checkout, show=show) for _ in range(rounds)), strict=True)
    return [
        Measure("first start in a new checkout", cold, "s", at_most=60),
        Measure(f"start again, slowest of {rounds}", max(warm), "s", at_most=10),
        Measure(f"stop, slowest of {rounds + 1}", max(first_stop, *stops), "s", at_most=5),
    ]


def start_and_stop(checkout: Path, *, show: bool) -> tuple[float, float]:
    """Return the seconds from the command to the portal answering, and from Ctrl-C to the command's end."""
    environment = {name: value for name, value in os.environ.items() if name not in OF_THIS_CHECKOUT}
    # The Python outside of this virtual environment, as somebody with a new checkout has it.
    python = getattr(sys, "_base_executable", sys.executable)
    started = time.monotonic()
    process = subprocess.Popen(
        [python, checkout / "manage.py", "demo"],
        cwd=checkout,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    wait_until_ready(process.stdout, show=show)
    ready = time.monotonic()
    process.send_signal(signal.SIGINT)
    said = process.stdout.read()
    if process.wait() != 0:
        raise RuntimeError(f"the demonstration ended with {process.returncode}:\n{said}")
    return ready - started, time.monotonic() - ready


def wait_until_ready(output: IO[str], *, show: bool) -> None:
    """Read until the demonstration says it is ready; raises RuntimeError with what it said if it does not."""
    lines = []
    for line in output:
        lines.append(line)
        if show:
            sys.stdout.write(line)
        if READY in line:
            return
    raise RuntimeError(f"the demonstration did not start:\n{''.join(lines)}")
