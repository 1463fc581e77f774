"""Child processes: started quietly, ended in order, never left behind."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, NoReturn

ROOT = Path(__file__).resolve().parent.parent.parent
STARTED = float(os.environ.pop("PORTAL_STARTED", time.time()))  # the clock set-up started, shown to people
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)
ENOUGH_LOG = 10_000_000  # bytes; a longer log starts over
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def say(text: str) -> None:
    tell(f"[{time.time() - STARTED:5.1f} s] {text}")


def tell(text: str) -> None:
    # A terminal that has been closed must not keep us from stopping in order.
    with suppress(OSError):
        sys.stdout.write(text + "\n")
        sys.stdout.flush()


class StackError(Exception):
    """Something the stack needs is missing or has ended; the message says what and what to do."""


class Stopped(BaseException):
    """Somebody wants the stack to stop: Ctrl-C, a terminal that closed, or a TERM."""


def raise_when_stopped() -> None:
    """Turn the first stop signal into Stopped, and be deaf to the next ones: stopping is under way then."""

    def on_signal(number: int, frame: object) -> NoReturn:
        for each in STOP_SIGNALS:
            signal.signal(each, signal.SIG_IGN)
        raise Stopped(signal.Signals(number).name)

    for number in STOP_SIGNALS:
        signal.signal(number, on_signal)


class Account(NamedTuple):
    """The unprivileged account a server runs under when root starts it."""

    uid: int
    gid: int


def as_account(account: Account | None) -> dict[str, object]:
    """Return the arguments of subprocess that make a process run as `account`."""
    return {"user": account.uid, "group": account.gid, "extra_groups": []} if account else {}


class Ending(NamedTuple):
    """A signal, and how many seconds a process has to end after it before the next one."""

    signal: signal.Signals
    seconds: float


GENTLY = (Ending(signal.SIGTERM, 4),)


@dataclass
class Child:
    name: str
    process: subprocess.Popen[bytes]
    ending: Sequence[Ending]
    log: Path
    asked: signal.Signals | None = None  # to end, by this signal
    asked_at: float = 0  # on the monotonic clock

    def ask_to_end(self, number: signal.Signals) -> None:
        if self.asked == number:
            return
        if self.process.poll() is None:
            self.process.send_signal(number)
        self.asked, self.asked_at = number, time.monotonic()

    def has_ended(self, seconds: float) -> bool:
        """Wait until `seconds` after it was asked, and say whether it has ended."""
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(max(0, self.asked_at + seconds - time.monotonic()))
        return self.process.returncode is not None


class Children:
    """The processes of one stack, in the order they were started."""

    def __init__(self, logs: Path, environment: dict[str, str]) -> None:
        self.logs = logs
        self.environment = environment
        self.running: list[Child] = []

    def start(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        account: Account | None = None,
        folder: Path = ROOT,
        ending: Sequence[Ending] = GENTLY,
        die_by: signal.Signals = signal.SIGTERM,
        show: bool = False,
    ) -> Child:
        """Start `command` in its own session, so that Ctrl-C reaches the stack alone.

        Its output goes to NAME.log, or to the terminal with `show`.
        """
        log = self.logs / f"{name}.log"
        with log.open("ab" if not log.exists() or log.stat().st_size < ENOUGH_LOG else "wb") as output:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=None if show else output,
                stderr=None if show else subprocess.STDOUT,
                cwd=folder,
                env=self.environment,
                start_new_session=True,
                preexec_fn=dying_with(os.getpid(), die_by),
                **as_account(account),  # type: ignore[call-overload]
            )
        child = Child(name, process, ending, log)
        self.running.append(child)
        return child

    def ended(self) -> Child | None:
        """Return a child that has ended by itself, if there is one."""
        return next((child for child in self.running if child.process.poll() is not None), None)

    def check(self) -> None:
        """Raise StackError with the last lines of its log if a child has ended."""
        if child := self.ended():
            raise StackError(obituary(child))

    def stop(self, *, telling: bool = False, first: Sequence[str] = ()) -> None:
        """End all children in two waves, those in `first` and then the servers they use. All of a wave are
        asked at once, and the time each has runs from then."""
        users = [child for child in self.running if child.name in first]
        for wave in (users, [child for child in self.running if child not in users]):
            for child in wave:
                child.ask_to_end(child.ending[0].signal)
            for child in reversed(wave):
                end(child)
                self.running.remove(child)
                if telling:
                    say(f"Stopped: {child.name}")


def end(child: Child) -> None:
    """End a process by its signals, one after the other, at last by force together with what it started."""
    for number, seconds in child.ending:
        child.ask_to_end(number)
        if child.has_ended(seconds):
            return
    os.killpg(child.process.pid, signal.SIGKILL)
    child.process.wait()


def obituary(child: Child) -> str:
    """Say that a child has ended, with the last lines it wrote."""
    lines = child.log.read_text(errors="replace").strip().splitlines()[-12:]
    code = child.process.returncode
    how = f"was ended by signal {-code}" if code < 0 else f"ended with code {code}"
    return f"{child.name} {how}. Its last lines (all: {child.log}):\n  " + "\n  ".join(lines)


def dying_with(parent: int, number: signal.Signals) -> Callable[[], None] | None:
    """On Linux, have the kernel end the child when this process is killed; else the next start tidies up."""
    if sys.platform != "linux":
        return None

    def prepare() -> None:
        LIBC.prctl(PR_SET_PDEATHSIG, number)
        if os.getppid() != parent:  # it was killed before the line above
            os._exit(1)

    return prepare


def wait_until(ready: Callable[[], bool], *, children: Children, seconds: float, what: str) -> None:
    """Wait until `ready()`; raise StackError if a child ends meanwhile or `seconds` have passed."""
    deadline = time.monotonic() + seconds
    while not ready():
        children.check()
        if time.monotonic() > deadline:
            raise StackError(f"{what} does not answer after {seconds:.0f} s; see the logs in {children.logs}")
        time.sleep(0.25)


def python(*arguments: str | Path) -> list[str | Path]:
    return [sys.executable, *arguments]


def plain_environment(extra: Mapping[str, str]) -> dict[str, str]:
    """Return this process's environment with `extra`, fit for children run from the checkout."""
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONHOME"}
    return {
        **inherited,
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        **extra,
    }
