"""Read a large foreign JSON object part by part, in little memory, trusting nothing."""

from collections.abc import Collection, Iterator
from typing import Any

import ijson

from screening.importers.files import Readable
from screening.refusals import BadList

DEEPEST = 8  # objects and arrays inside each other; real lists have 4
STOPS_EARLY = ("premature EOF", "Incomplete JSON")  # as the back ends of ijson say it

Events = Iterator[tuple[str, Any]]


def members(file: Readable, streamed: Collection[str]) -> Iterator[tuple[str, Any]]:
    """Yield (key, value) for every member of the object, in its order.

    A member in `streamed` that is an array comes as (key, item), once for each of its items. Raises BadList
    for anything but one well-formed JSON object.
    """
    events = _events(file)
    event, _value = next(events)
    if event != "start_map":
        raise BadList("not-json", why=f"{event}, not an object")
    for event, key in events:
        if event == "end_map":
            continue  # of the object itself; what may follow is refused by the reader
        event, value = next(events)
        if key in streamed and event == "start_array":
            yield from ((key, item) for item in _items(events, 1))
        else:
            yield key, _built(event, value, events, 1)


def _built(event: str, value: Any, events: Events, depth: int) -> Any:
    if depth > DEEPEST:
        raise BadList("not-json", why=f"> {DEEPEST} levels")
    if event == "start_array":
        return list(_items(events, depth))
    if event != "start_map":
        return value
    found = {}
    for event, key in events:
        if event == "end_map":
            break
        event, inner = next(events)
        found[key] = _built(event, inner, events, depth + 1)
    return found


def _items(events: Events, depth: int) -> Iterator[Any]:
    for event, value in events:
        if event == "end_array":
            return
        yield _built(event, value, events, depth + 1)


def _events(file: Readable) -> Events:
    """Yield the events of ijson. PostgreSQL stores no NUL, and no list has one."""
    try:
        for event, value in ijson.basic_parse(file, use_float=True):
            if isinstance(value, str) and "\x00" in value:
                raise BadList("not-json", why="NUL")
            yield event, value
    except ijson.JSONError as error:
        message = str(error)
        if any(words in message for words in STOPS_EARLY):
            raise BadList("json-cut-off") from error
        raise BadList("not-json", why=message.splitlines()[0][:100]) from error
