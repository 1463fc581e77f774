"""Where a stack keeps its things, and how one stack keeps out of another's way."""

from __future__ import annotations

import fcntl
import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from portal.stack.processes import ROOT, Account, StackError, as_account

VAR = ROOT / "var"
DEMO = VAR / "demo"
# Socket paths are limited to 103 bytes on macOS, so they start from a short folder.
SHORT = Path("/tmp") if os.access("/tmp", os.W_OK) else Path(tempfile.gettempdir())


@dataclass(frozen=True)
class Places:
    """The folders of one stack."""

    var: Path  # keys, media, letters, logs: for the portal
    servers: Path  # data of PostgreSQL and Redis: reachable for PostgreSQL's account
    sockets: Path  # short and private
    shared: Path  # what all stacks of this checkout share: PostgreSQL's template, copied programs
    account: Account | None  # PostgreSQL's, when root starts it; it refuses to run as root

    @property
    def logs(self) -> Path:
        return self.var / "log"


def demo_places() -> Places:
    """Return the demonstration's folders; they last."""
    account = unprivileged()
    shared = shared_folder(account)
    servers = shared / "servers"
    servers.mkdir(exist_ok=True)
    DEMO.mkdir(mode=0o700, exist_ok=True)
    sockets = private_folder(SHORT / f"istmo-{os.getuid()}-{mark()}", account)
    places = Places(var=DEMO, servers=servers, sockets=sockets, shared=shared, account=account)
    places.logs.mkdir(parents=True, exist_ok=True)
    return places


def fresh_places() -> Places:
    """Return fresh folders for one run of the tests, all below `sockets`' parent."""
    account = unprivileged()
    top = Path(tempfile.mkdtemp(prefix="istmo-test-", dir=SHORT))
    top.chmod(0o711)  # PostgreSQL's account goes through
    servers = top / "servers"
    servers.mkdir()
    places = Places(
        var=top / "var",
        servers=servers,
        sockets=private_folder(top / "s", account),
        shared=shared_folder(account),
        account=account,
    )
    places.logs.mkdir(parents=True)
    places.var.chmod(0o700)
    return places


def remove_left_overs() -> None:
    """Remove the folders of test runs that were killed."""
    for top in SHORT.glob("istmo-test-*"):
        if top.is_dir() and not top.is_symlink() and top.stat().st_uid == os.getuid():
            lock = lock_file(top / "var" / "lock") if (top / "var").is_dir() else None
            if lock:
                shutil.rmtree(top, ignore_errors=True)
                lock.close()


def lock_file(path: Path) -> IO[str] | None:
    """Return the locked file, open for as long as the lock is needed; None if another process has it."""
    file = path.open("a")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file


def mark() -> str:
    """Return what tells this checkout from others."""
    return hashlib.sha256(str(ROOT).encode()).hexdigest()[:8]


def unprivileged() -> Account | None:
    """Return the account for PostgreSQL if we are root, which it refuses to be."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "_postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise StackError("PostgreSQL does not run as root, and there is no account postgres or nobody: make one")


def can_reach(path: Path, account: Account | None) -> bool:
    if account is None:
        return True
    test = subprocess.run(["test", "-x", path], cwd="/", check=False, **as_account(account))  # type: ignore[call-overload]
    return bool(test.returncode == 0)


def shared_folder(account: Account | None) -> Path:
    """Return var/, or a folder below /var/lib where PostgreSQL's account cannot reach it (as below /root)."""
    VAR.mkdir(exist_ok=True)
    if can_reach(VAR, account):
        return VAR
    outside = Path(f"/var/lib/istmo-{mark()}")
    outside.mkdir(mode=0o711, exist_ok=True)
    return outside


def private_folder(path: Path, account: Account | None) -> Path:
    """Return `path`, made for our eyes and the account's only; raises StackError if somebody else made it."""
    path.mkdir(mode=0o700, exist_ok=True)
    allowed = {os.getuid(), account.uid if account else os.getuid()}
    if path.is_symlink() or path.lstat().st_uid not in allowed:
        raise StackError(f"{path} belongs to somebody else: remove it")
    if account:
        os.chown(path, account.uid, account.gid)
    path.chmod(0o700)
    return path
