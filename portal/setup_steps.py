"""How one step of setting up goes: shown while it runs, logged, stamped when done, explained when it fails.

Standard library only, like portal/bootstrap.py, whose steps these are.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
LOG = ROOT / "var" / "setup.log"
STARTED = time.time()
CERTIFICATES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem")

Command = Sequence["str | Path"]


class SetupFailed(Exception):
    """A step did not work; the message says why and what to do, in one line where possible."""


def say(text: str) -> None:
    sys.stdout.write(f"[{time.time() - STARTED:5.1f} s] {text}\n")
    sys.stdout.flush()


@contextmanager
def step(title: str) -> Iterator[None]:
    """Show that something starts, and how long it took."""
    started = time.monotonic()
    say(f"{title} ...")
    yield
    say(f"{title}: done in {time.monotonic() - started:.1f} s")


def run(command: Command, environment: dict[str, str], *, failing: str) -> None:
    """Run a tool quietly; raises SetupFailed with `failing` and the tool's last lines."""
    result = subprocess.run(
        command,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    with LOG.open("a") as log:
        log.write(f"$ {' '.join(map(str, command))}\n{result.stdout}\n")
    if result.returncode:
        last_lines = "".join(f"\n  {line[:160]}" for line in result.stdout.strip().splitlines()[-2:])
        raise SetupFailed(f"{failing} (everything it said is in {LOG}){last_lines}")


def works(command: Command, environment: dict[str, str] | None = None) -> bool:
    """Tell whether a program is there and ends well; being on PATH proves neither."""
    try:
        return subprocess.run(command, env=environment, capture_output=True, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def checksum(files: Iterable[Path], *more: str) -> str:
    """Return one sum over the contents and names of `files` and over `more`."""
    total = hashlib.sha256("\n".join(more).encode())
    for file in files:
        total.update(str(file.relative_to(ROOT)).encode() + hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()


def is_stamped(name: str, stamp: str) -> bool:
    file = VENV / f".stamp-{name}"
    return file.exists() and file.read_text() == stamp


def put_stamp(name: str, stamp: str) -> None:
    (VENV / f".stamp-{name}").write_text(stamp)


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Let a second command of this checkout wait while the first sets it up."""
    with (ROOT / "var" / "setup.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another command is setting this checkout up; waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def tool_environment() -> dict[str, str]:
    """Return the environment of the installers: a place to cache in, and the machine's own certificates."""
    environment = dict(os.environ)
    for name in ("PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__"):
        environment.pop(name, None)
    environment.setdefault("PATH", os.defpath)
    home = Path(os.path.expanduser("~"))
    if not os.access(home, os.W_OK):  # an account without a home of its own
        for name, folder in (("UV_CACHE_DIR", "uv"), ("PIP_CACHE_DIR", "pip"), ("npm_config_cache", "npm")):
            environment.setdefault(name, str(ROOT / "var" / "cache" / folder))
    bundle = next((path for path in CERTIFICATES if os.path.exists(path)), None)
    if bundle:  # Node knows public authorities only, unless told
        environment.setdefault("NODE_EXTRA_CA_CERTS", bundle)
    if sys.platform == "darwin":  # where Homebrew puts Pango
        environment.setdefault("DYLD_FALLBACK_LIBRARY_PATH", "/opt/homebrew/lib:/usr/local/lib:/usr/lib")
    return environment


def apt_install(*packages: str, what: str) -> None:
    """Install Debian packages where that is possible; else raise SetupFailed naming `what` is missing."""
    advice = f"{what} is missing: run `apt-get install {' '.join(packages)}`, then the same again"
    rights: list[str] = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if not shutil.which("apt-get") or (rights and not works([*rights, "true"])):
        raise SetupFailed(advice)
    # Given as arguments of env, as sudo does not pass the environment on.
    apt = [
        *rights,
        "env",
        "DEBIAN_FRONTEND=noninteractive",
        "apt-get",
        "-qq",
        "-o",
        "DPkg::Lock::Timeout=120",
    ]
    with step(f"{what} (apt-get install {' '.join(packages)})"):
        run([*apt, "update"], dict(os.environ), failing=advice)
        run([*apt, "install", "-y", "--no-install-recommends", *packages], dict(os.environ), failing=advice)
