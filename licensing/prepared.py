"""Functions of the database that are told everything in one JSON object."""

from typing import Any

import orjson

from screening.prepared import fetch


def ask(statement: str, about: dict[str, Any]) -> Any:
    """Run a statement whose only parameter, $1, is a JSON object; return its one value.

    It belongs to the transaction that is open, and raises Django's errors.
    """
    [(value,)] = fetch(statement, [orjson.dumps(about).decode()])
    return value
