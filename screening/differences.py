"""What one version of a list says otherwise than another: whom it adds, drops, and describes anew.

Entries are the same by the publisher's key (`source_id`) and say the same by their digest. The database
compares whole versions in one statement; only the entries of one page are fetched.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from screening.models import ListedEntity, ListVersion


class ChangeKind(TextChoices):
    ADDED = "added", _("Added")
    REMOVED = "removed", _("Removed")
    CHANGED = "changed", _("Changed")


@dataclass(frozen=True, slots=True)
class Counts:
    added: int
    removed: int
    changed: int

    @property
    def total(self) -> int:
        return self.added + self.removed + self.changed


@dataclass(frozen=True, slots=True)
class Field:
    """What a list no longer says of an entry and what it says instead.

    `name` is a field of ListedEntity, "names", or "vessel". Values are as stored: texts; (name, kind) of a
    name; a dict of an identifier, address or relation; (key, value) of a ship.
    """

    name: str
    gone: tuple[Any, ...]
    come: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """An entry that differs. `before` is None for one that was added, `after` for one that was removed."""

    kind: ChangeKind
    before: ListedEntity | None
    after: ListedEntity | None
    fields: tuple[Field, ...] = ()  # of a changed one; empty where only the order or the form changed

    @property
    def entity(self) -> ListedEntity:
        """The entry as the newer version has it, else as the older had it."""
        found = self.after or self.before
        assert found is not None
        return found


DIFFERING = """
    SELECT before.id AS before_id, after.id AS after_id,
        CASE WHEN before.id IS NULL THEN 'added' WHEN after.id IS NULL THEN 'removed' ELSE 'changed' END
            AS kind,
        COALESCE(after.primary_name, before.primary_name) AS name
    FROM (SELECT * FROM screening_listedentity WHERE version_id = %(before)s) AS before
    FULL JOIN (SELECT * FROM screening_listedentity WHERE version_id = %(after)s) AS after
        ON after.source_id = before.source_id
    WHERE before.digest IS DISTINCT FROM after.digest
"""
# Each word is in a name, or is the entry's number or key.
NAMED = """
    AND (EXISTS (
            SELECT FROM screening_listedname
            WHERE entity_id IN (before.id, after.id) AND name ILIKE %(word{0})s)
        OR %(key{0})s IN (LOWER(before.source_id), LOWER(after.source_id),
            LOWER(before.reference), LOWER(after.reference)))
"""
COUNTED = f"SELECT kind, COUNT(*) FROM ({DIFFERING}{{named}}) AS differing GROUP BY kind"
LISTED = f"""
    SELECT kind, before_id, after_id FROM ({DIFFERING}{{named}}) AS differing
    WHERE kind = ANY(%(kinds)s)
    ORDER BY array_position(ARRAY['added', 'removed', 'changed'], kind), name, COALESCE(after_id, before_id)
    OFFSET %(offset)s LIMIT %(limit)s
"""
TEXTS = ("reference", "kind", "primary_name", "listed_on", "remarks")
SEVERAL = (
    "countries",
    "dates_of_birth",
    "places_of_birth",
    "positions",
    "programmes",
    "identifiers",
    "addresses",
    "relations",
)


def counts(before: ListVersion, after: ListVersion, text: str = "") -> Counts:
    """Return how many entries differ, of those that `text` finds ("" for all)."""
    named, given = _search(text)
    with connection.cursor() as cursor:
        cursor.execute(COUNTED.format(named=named), {"before": before.pk, "after": after.pk, **given})
        found: dict[str, int] = dict(cursor.fetchall())
    return Counts(*(found.get(kind, 0) for kind in ("added", "removed", "changed")))


def between(
    before: ListVersion,
    after: ListVersion,
    *,
    kinds: Iterable[ChangeKind] = tuple(ChangeKind),
    text: str = "",
    offset: int = 0,
    limit: int = 50,
) -> list[Difference]:
    """Return the entries that differ: the added first, then the removed, then the changed, each by name.

    Of `text` each word must be found in a name of the entry in either version, or be its number.
    """
    named, given = _search(text)
    given |= {"before": before.pk, "after": after.pk, "offset": offset, "limit": limit}
    with connection.cursor() as cursor:
        cursor.execute(LISTED.format(named=named), {**given, "kinds": list(map(str, kinds))})
        rows = cursor.fetchall()
    wanted = {pk for _kind, *pair in rows for pk in pair if pk}
    entities = ListedEntity.objects.filter(pk__in=wanted).prefetch_related("names").in_bulk()
    return [_difference(kind, entities.get(old), entities.get(new)) for kind, old, new in rows]


def _search(text: str) -> tuple[str, dict[str, Any]]:
    """Return the condition that finds the words of `text`, with its values."""
    given: dict[str, Any] = {}
    words = text.split()
    for number, word in enumerate(words):
        escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        given |= {f"word{number}": f"%{escaped}%", f"key{number}": word.lower()}
    return "".join(NAMED.format(number) for number in range(len(words))), given


def _difference(kind: str, before: ListedEntity | None, after: ListedEntity | None) -> Difference:
    changed = fields(before, after) if before and after else ()
    return Difference(ChangeKind(kind), before, after, changed)


def fields(before: ListedEntity, after: ListedEntity) -> tuple[Field, ...]:
    """Return what differs between two descriptions of an entry, field by field, without what moved only."""
    pairs = [("names", _names(before), _names(after))]
    pairs += [(name, _single(before, name), _single(after, name)) for name in TEXTS]
    pairs += [(name, list(getattr(before, name)), list(getattr(after, name))) for name in SEVERAL]
    pairs.append(("vessel", sorted(before.vessel.items()), sorted(after.vessel.items())))
    return tuple(
        Field(name, _without(old, new), _without(new, old))
        for name, old, new in pairs
        if _without(old, new) or _without(new, old)
    )


def _names(entity: ListedEntity) -> list[Any]:
    return [(name.name, name.kind) for name in sorted(entity.names.all(), key=lambda name: name.pk)]


def _single(entity: ListedEntity, name: str) -> list[Any]:
    value = getattr(entity, name)
    return [value] if value else []


def _without(some: list[Any], others: list[Any]) -> tuple[Any, ...]:
    known = {_key(other) for other in others}
    return tuple(one for one in some if _key(one) not in known)


def _key(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str)
