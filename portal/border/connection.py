"""One thread's connection, asked as libpq is.

A cursor takes three times the processor time for a statement: it waits in Python, and other threads with it.
"""

from typing import Any

import psycopg
from psycopg.adapt import Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus, Format
from psycopg.pq.abc import PGresult

Row = tuple[Any, ...]
WELL = (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK)


class Connection:
    """Statements are prepared the first time, and each is a transaction of its own."""

    def __init__(self, conninfo: str) -> None:
        """Raises psycopg.OperationalError."""
        self.connection = psycopg.connect(conninfo, autocommit=True)
        self.pgconn = self.connection.pgconn
        self.reading = Transformer(self.connection)
        self.names: dict[str, bytes] = {}  # of what is prepared

    @property
    def is_broken(self) -> bool:
        """Say whether nothing can be asked over it any more, whoever closed it."""
        return self.connection.closed

    def close(self) -> None:
        self.connection.close()

    def execute(self, statement: str, *values: str | bytes) -> list[Row]:
        """Return all rows. `values` stand for $1, $2 …: text of any type, or the bytes of a bytea.

        Raises psycopg.Error.
        """
        if statement not in self.names:
            name = f"s{len(self.names)}".encode()
            checked(self.pgconn.prepare(name, statement.encode()))
            self.names[statement] = name
        if any("\0" in value for value in values if isinstance(value, str)):
            raise psycopg.DataError("A text cannot hold NUL")  # libpq would take what stands before it
        result = checked(
            self.pgconn.exec_prepared(
                self.names[statement],
                [value if isinstance(value, bytes) else value.encode() for value in values],
                [Format.BINARY if isinstance(value, bytes) else Format.TEXT for value in values],
            )
        )
        self.reading.set_pgresult(result)
        return self.reading.load_rows(0, result.ntuples, tuple)


def checked(result: PGresult) -> PGresult:
    """Raises psycopg.Error for a statement that went wrong."""
    if result.status not in WELL:
        raise error_from_result(result)
    return result
