"""Statements of our own on Django's connection, prepared once for each connection. Of what comes with every
message, the processor would otherwise spend more on reading and planning than on doing it."""

import json
from typing import Any

from django.db import connection
from psycopg import RawCursor


def ask(statement: str, about: dict[str, Any]) -> Any:
    """Run a statement whose only parameter, $1, is a JSON object; return its one value.

    It belongs to the transaction that is open, and raises Django's errors.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors, RawCursor(connection.connection) as cursor:
        row = cursor.execute(statement, [json.dumps(about)], prepare=True).fetchone()
    assert row is not None
    return row[0]
