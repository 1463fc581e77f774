"""Loaded before Django: where several processes share the tests, each has a Redis database of its own, which
it may empty between tests, and a folder of its own. (Its PostgreSQL database: tests/conftest.py.)"""

import os
from urllib.parse import urlsplit

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")  # gw0, gw1 ...; "" for the only process


def numbered(url: str, number: int) -> str:
    """Return the address of another database of the same Redis."""
    if url.startswith("unix:"):
        return f"{url.partition('?')[0]}?db={number}"
    return urlsplit(url)._replace(path=f"/{number}").geturl()


if WORKER:
    os.environ["REDIS_URL"] = numbered(os.environ["REDIS_URL"], 1 + int(WORKER.removeprefix("gw")))
    os.environ["PORTAL_VAR"] = os.path.join(os.environ["PORTAL_VAR"], WORKER)
