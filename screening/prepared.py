"""Statements of our own on Django's connection, prepared once for each connection and asked as libpq is.

Of what comes with every message, the database would otherwise spend more on reading and planning than on
doing it, and Python more on a cursor and on waiting than on all else.
"""

from collections.abc import Sequence
from itertools import count
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import FeatureNotSupported, InvalidSqlStatementName, error_from_result
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus
from psycopg.pq.abc import PGresult

Row = tuple[Any, ...]
WELL = (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK)
# What the database says of a prepared statement once a migration changed a column of its answer, or once it
# was deallocated: the next time it is prepared anew.
OUTDATED = (FeatureNotSupported, InvalidSqlStatementName)


class Statements:
    """Those that one connection of psycopg keeps the plans of."""

    def __init__(self, own: "psycopg.Connection[Any]") -> None:
        self.own, self.pgconn = own, own.pgconn
        self.adapting = Transformer(own)
        self.names: dict[tuple[str, tuple[int, ...]], bytes] = {}
        self.numbers = count()

    def execute(self, statement: str, values: Sequence[Any]) -> list[Row]:
        """Return all rows. `values` stand for $1, $2 …

        Raises psycopg.Error; of a statement that is outdated only within a transaction, which it ends.
        """
        self._begin()
        given: Any = self.adapting.dump_sequence(values, [PyFormat.AUTO] * len(values))
        key = statement, tuple(self.adapting.types or ())
        try:
            result = self._asked(key, given)
        except OUTDATED:
            del self.names[key]
            if self.pgconn.transaction_status != TransactionStatus.IDLE:
                raise
            result = self._asked(key, given)
        self.adapting.set_pgresult(result)
        rows: list[Row] = self.adapting.load_rows(0, result.ntuples, tuple)
        return rows

    def _asked(self, key: tuple[str, tuple[int, ...]], given: Any) -> PGresult:
        name = self.names.get(key) or self._prepare(key)
        return self._checked(self.pgconn.exec_prepared(name, given, self.adapting.formats))

    def _begin(self) -> None:
        """Begin the transaction that psycopg would begin with the first statement."""
        if not self.own.autocommit and self.pgconn.transaction_status == TransactionStatus.IDLE:
            self._checked(self.pgconn.exec_(b"BEGIN"))

    def _prepare(self, key: tuple[str, tuple[int, ...]]) -> bytes:
        statement, types = key
        name = f"own_{next(self.numbers)}".encode()
        self._checked(self.pgconn.prepare(name, statement.encode(), types))
        self.names[key] = name
        return name

    def _checked(self, result: PGresult) -> PGresult:
        if result.status in WELL:
            return result
        if self.pgconn.status == ConnStatus.BAD:
            raise psycopg.OperationalError(self.pgconn.get_error_message())
        raise error_from_result(result, encoding="utf-8")


def fetch(statement: str, values: Sequence[Any]) -> list[Row]:
    """Return the rows of a statement, whose gaps $1, $2 … the values fill.

    It belongs to the transaction that is open, and raises Django's errors.
    """
    django: Any = connections[DEFAULT_DB_ALIAS]
    django.ensure_connection()
    with django.wrap_database_errors:
        kept: Statements | None = getattr(django, "own_statements", None)
        if kept is None or kept.own is not django.connection:
            kept = django.own_statements = Statements(django.connection)
        return kept.execute(statement, values)
