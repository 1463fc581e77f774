"""Loaded before Django: where several processes share the tests, each has a PostgreSQL server and a Redis
database of its own, which it may empty between tests, and a folder of its own."""

import gc
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
    for key in ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_ADMIN_URL"):
        # Where the caller named a server, the processes share it; their databases differ (tests/conftest.py).
        os.environ[key] = os.environ.get(f"{WORKER.upper()}_{key}", os.environ.get(key, ""))
    os.environ["PORTAL_VAR"] = os.path.join(os.environ["PORTAL_VAR"], WORKER)

# Of millions of objects hardly any die in circles, and looking for them at Python's own pace took a fifth of
# the time of migrations: it is done more seldom, and not among what was there before the first test.
gc.set_threshold(100_000, 20, 20)


def pytest_collection_finish():
    gc.freeze()
