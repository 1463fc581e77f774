"""PostgreSQL and Redis together: what every other part of the portal needs first."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from portal.stack.broker import Broker
from portal.stack.places import Places
from portal.stack.postgres import Postgres
from portal.stack.processes import Children, say


def start_services(places: Places, children: Children, *, durable: bool) -> dict[str, str]:
    """Start what DATABASE_URL and REDIS_URL do not name already, and return where both are.

    With DATABASE_URL set, DATABASE_OWNER_URL should be too; without it the same role does everything.
    """
    addresses: dict[str, str] = {}
    if database := os.environ.get("DATABASE_URL"):
        say("Using the database that DATABASE_URL names")
        addresses["DATABASE_OWNER_URL"] = os.environ.get("DATABASE_OWNER_URL") or database
    else:
        addresses |= Postgres(places, children, durable=durable).start()
    if os.environ.get("REDIS_URL"):
        say("Using the broker that REDIS_URL names")
    else:
        addresses |= Broker(places, children, durable=durable).start()
    return addresses


def kept_secret(file: Path) -> str:
    """Return the random secret in `file`, made at the first call and readable by us only."""
    if not file.exists():
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT, 0o600), "w") as new:
            new.write(secrets.token_urlsafe(50))
    return file.read_text()
