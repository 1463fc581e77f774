"""Read the objects of a large foreign JSON array one by one, in constant memory, trusting nothing."""

from collections.abc import Iterator
from typing import Any

import ijson

from screening.importers.files import Readable
from screening.refusals import BadList


def items(file: Readable, path: str = "item") -> Iterator[dict[str, Any]]:
    """Yield the objects at `path`, ijson's words for where they lie ("item": those of the array).

    Raises BadList for what is no JSON, ends early or holds something else than objects there.
    """
    number = 0
    try:
        for item in ijson.items(file, path, use_float=True):
            number += 1
            if not isinstance(item, dict):
                raise BadList("wrong-value", number=number, what=str(item)[:60])
            yield item
    except ijson.IncompleteJSONError as error:
        # Also what is broken in the middle: the parser cannot tell it from an early end.
        raise BadList("broken-json", number=number + 1) from error
    except (ijson.JSONError, UnicodeDecodeError) as error:
        raise BadList("broken-json", number=number + 1) from error


def text_of(item: dict[str, Any], key: str) -> str:
    """Return the text under a key with single spaces. Raises BadList if it is missing or no text."""
    return _text(key, item.get(key))


def texts_of(item: dict[str, Any], key: str) -> list[str]:
    """Return the texts of the array under a key, empty ones left out. Raises BadList if it is none."""
    found = item.get(key)
    if not isinstance(found, list):
        raise BadList("no-text-under", key=key)
    return [text for value in found if (text := _text(key, value))]


def _text(key: str, value: Any) -> str:
    # PostgreSQL stores no NUL, which JSON may hold.
    if not isinstance(value, str) or "\0" in value:
        raise BadList("no-text-under", key=key)
    return " ".join(value.split())
