"""Open files of control lists with care."""

import json
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from screening.importers.files import Readable, Watched, unpacked
from screening.refusals import BadList


@contextmanager
def opened(path: Path) -> Iterator[Readable]:
    """Open a file, packed or not, within the limits that hold for all lists."""
    with Watched(path) as file:
        yield unpacked(file)


def json_object(data: bytes, needed: Collection[str]) -> dict[str, Any]:
    """Return the object that a JSON file holds. Raises BadList if it is broken or lacks a key."""
    content = json_value(data)
    for key in needed:
        if not isinstance(content, dict) or key not in content:
            raise BadList("not-this-json", expected=key)
    return dict(content)


def json_value(data: bytes) -> Any:
    try:
        return json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise BadList("not-utf-8") from error
    except json.JSONDecodeError as error:
        early = error.pos >= len(error.doc.rstrip()) or error.msg.startswith("Unterminated")
        raise BadList("json-cut-off" if early else "not-json", why=error.msg) from error
    except RecursionError as error:
        raise BadList("not-json", why="nested too deeply") from error
