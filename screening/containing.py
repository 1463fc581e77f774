"""Find entries by part of a name. It weighs nothing: for whole names there is `screening.search.screen`."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from screening import search
from screening.models import ListedEntity, ListVersion
from screening.names import comparable

SHORTEST = 3  # Latin letters of the longest word that is looked for
AT_ONCE = 200  # entries fetched in one query


@dataclass(frozen=True, slots=True)
class Containing:
    entity: ListedEntity
    name: str  # the one that has the words, as published; it may be of a party that the entity owns

    @property
    def is_of_an_owned_party(self) -> bool:
        return self.name != self.entity.primary_name and self.name in search.owned_by(self.entity)


def says_enough(text: str) -> bool:
    """Say whether a word of `text` has SHORTEST letters: with fewer, very many names begin."""
    return bool(text.strip()) and max(map(len, comparable(text).different)) >= SHORTEST


def names_containing(
    text: str,
    versions: Collection[ListVersion],
    *,
    at: datetime,
    most: int,
    without: Collection[int] = (),
) -> list[Containing]:
    """Return at most `most` entities of `versions` of which one name has every word of `text`.

    `versions` are some of those in force at `at`. A word is compared as whole names are: in any script, in
    other spellings; it may be the beginning of a longer one, or very much like one. Entities with the words
    themselves come first, then by name. `without` are the numbers of entities to leave out. A text that does
    not say enough finds nobody. Raises NoListInForce.
    """
    if not says_enough(text):
        return []
    found = (one for one in search.with_words(text, at=at) if one[0] not in without)
    return list(islice(_of_versions(found, versions), most))


def _of_versions(found: Iterator[tuple[int, str]], versions: Collection[ListVersion]) -> Iterator[Containing]:
    among = ListedEntity.objects.filter(version__in=versions)
    while chunk := list(islice(found, AT_ONCE)):
        entities = among.in_bulk([entity for entity, _name in chunk])
        yield from (Containing(entities[pk], name) for pk, name in chunk if pk in entities)
