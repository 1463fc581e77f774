"""Put records aside on disk and read them back together.

Some lists scatter what belongs together, say what comes first only at their end, or refer from entry to
entry. A shelf lets a parser join them in memory that does not grow with the file.
"""

import json
import sqlite3
from collections.abc import Iterator
from typing import Any

CACHE_KB = 2048  # of memory; what is more lies on disk


class Shelf:
    """Values under a kind and a key, in the order they were put. The file has no name and goes by itself."""

    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None)  # "" is a private file on disk
        self._db.execute(f"PRAGMA cache_size = -{CACHE_KB}")
        self._db.execute("PRAGMA journal_mode = OFF")
        self._db.execute("CREATE TABLE kept (id INTEGER PRIMARY KEY, kind TEXT, key TEXT, value TEXT)")
        self._db.execute("CREATE INDEX kept_by_key ON kept (kind, key, id)")

    def __del__(self) -> None:
        self._db.close()

    def put(self, kind: str, key: str, value: Any) -> None:
        """Add a value of JSON's types."""
        text = json.dumps(value, ensure_ascii=False)
        self._db.execute("INSERT INTO kept (kind, key, value) VALUES (?, ?, ?)", (kind, key, text))

    def of(self, kind: str, key: str) -> list[Any]:
        """Return the values under a key, [] when there are none."""
        rows = self._db.execute("SELECT value FROM kept WHERE kind = ? AND key = ? ORDER BY id", (kind, key))
        return [json.loads(value) for (value,) in rows]

    def each(self, kind: str) -> Iterator[tuple[str, list[Any]]]:
        """Yield every key with its values, in the order in which the keys came first."""
        keys = self._db.execute("SELECT key FROM kept WHERE kind = ? GROUP BY key ORDER BY MIN(id)", (kind,))
        for (key,) in keys:
            yield key, self.of(kind, key)
