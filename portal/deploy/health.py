"""Tells a container's engine whether what runs in it is well: exit code 0, or 1 with a reason.

`python -m portal.deploy.health http://127.0.0.1:8000/healthz` asks a web server; with the beginning of a path
instead, `/tmp/beat.db 300`, it asks whether a file of that name was written in the last 300 seconds. (Python
adds its own endings to the file in which beat keeps its schedule.)
"""

from __future__ import annotations

import sys
import time
import urllib.request
from pathlib import Path


def main(subject: str, seconds: str = "4") -> None:
    """End the process with 1 if the address does not answer 200, or no such file is young enough."""
    if subject.startswith("http"):
        with urllib.request.urlopen(subject, timeout=float(seconds)) as answer:
            sys.exit(0 if answer.status == 200 else f"{subject} answered {answer.status}")
    path = Path(subject)
    written = max((file.stat().st_mtime for file in path.parent.glob(f"{path.name}*")), default=0.0)
    age = time.time() - written
    sys.exit(0 if age < float(seconds) else f"{subject} was last written {age:.0f} s ago")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except OSError as error:
        sys.exit(str(error))
