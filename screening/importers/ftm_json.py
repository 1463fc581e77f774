"""OpenSanctions collections as FollowTheMoney entities, one JSON object a line (entities.ftm.json).

Source: https://www.opensanctions.org/datasets, made anew several times a day; the newest "last_seen" is the
edition. Every fact is an entity: parties, but also addresses, documents, sanctions and the ties between
parties, which refer to each other by id in any order. They are put on a shelf and joined there. Listed are
the parties that are targets or have topics; the others are only named by them. Free of charge for
non-commercial use only; other use needs a licence of OpenSanctions.
"""

import json
from collections.abc import Iterator
from itertools import chain
from typing import Any

from screening.importers import ftm_rows
from screening.importers.dates import iso_day
from screening.importers.files import Readable
from screening.importers.ftm_edges import EDGES
from screening.importers.rows import EntityRow, Publication
from screening.importers.shelf import Shelf
from screening.importers.tables import lines
from screening.refusals import BadList

# What belongs to a party -> the property that refers to it.
BELONGS = {"Sanction": "entity", "Passport": "holder", "Identification": "holder"}

Entity = dict[str, Any]  # {"id", "schema", "properties": {name: [text]}, "target", "last_seen", ...}


def parse(file: Readable) -> tuple[Publication, Iterator[EntityRow]]:
    """Return the edition and its rows, one for each listed party. Raises BadList."""
    shelf, newest = Shelf(), ""
    for number, line in enumerate(lines(file), start=1):
        if line.strip():
            entity = _entity(number, line)
            newest = max(newest, str(entity.get("last_seen") or ""))
            _shelve(shelf, entity)
    published_on = iso_day(newest)
    if not published_on:
        raise BadList("no-date", where="last_seen")
    return Publication(newest, published_on), ftm_rows.rows(shelf)


def _entity(number: int, line: str) -> Entity:
    """Return the entity of a line. A line without an end that is no JSON shows that the file is cut off."""
    try:
        entity = json.loads(line)
    except (ValueError, RecursionError) as error:
        if not line.endswith("\n"):
            raise BadList("cut-off", line=number) from error
        raise BadList("broken-json", number=number) from error
    if not _is_entity(entity):
        raise BadList("wrong-value", number=number, what=line.strip()[:60])
    return entity  # type: ignore[no-any-return]


def _is_entity(entity: Any) -> bool:
    if not isinstance(entity, dict) or not isinstance(entity.get("properties"), dict):
        return False
    properties = entity["properties"].values()
    return all(isinstance(values, list) for values in properties) and all(
        map(_is_text, (entity.get("id"), entity.get("schema"), *chain.from_iterable(properties)))
    )


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and "\0" not in value  # PostgreSQL stores no NUL


def _shelve(shelf: Shelf, entity: Entity) -> None:
    """Put an entity where those that need it look: documents and ties with each party they concern."""
    schema, properties = entity["schema"], entity["properties"]
    if schema in EDGES:
        source, target = EDGES[schema].ends
        for number in {*properties.get(source, ()), *properties.get(target, ())}:
            shelf.put("edge", number, entity)
    elif schema in BELONGS:
        for number in properties.get(BELONGS[schema], ()):
            shelf.put("belongs", number, entity)
    else:
        shelf.put("thing", entity["id"], entity)
