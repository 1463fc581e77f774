#!/usr/bin/env python3
"""The one entry point: `manage.py demo`, `manage.py test [pytest arguments]`, and every Django command.

It starts with nothing but Python: outside the checkout's virtual environment it sets that up and runs itself
again inside it. These lines are plain enough for old Pythons to read, so that they can say what is missing.
"""

import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.abspath(__file__))


def newer_python():
    """Return a Python >= 3.11 from PATH, or None. Each is run: a version manager's stand-in may fail."""
    probe = "import sys; sys.exit(sys.version_info < (3, 11))"
    for name in ("python3.13", "python3.12", "python3.11", "python3.14", "python3", "/usr/bin/python3"):
        try:
            with open(os.devnull, "w") as nothing:
                if subprocess.call([name, "-c", probe], stdout=nothing, stderr=nothing) == 0:
                    return name
        except OSError:
            continue
    return None


if sys.version_info < (3, 11):
    newer = newer_python()
    if newer is None:
        sys.exit(
            "error: Istmo needs Python 3.11 or newer, this is %d.%d: install python3.11"
            % sys.version_info[:2]
        )
    os.execvp(newer, [newer, os.path.join(ROOT, "manage.py")] + sys.argv[1:])

sys.path[0] = ROOT
if os.path.realpath(sys.prefix) == os.path.realpath(os.path.join(ROOT, ".venv")):
    from portal.stack.commands import main
else:
    from portal.bootstrap import main

if __name__ == "__main__":
    main(sys.argv)
