"""Ask the lists about somebody outside a case. Every question is written down before its answer is given.

No list in force raises screening.search.NoListInForce: nobody is clear because nobody looked.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from django.db import connection
from psycopg.types.json import Jsonb

from licensing import calibration
from licensing.calibration import Thresholds
from licensing.models import ListSearch, SearchWay, User
from screening import addresses, search
from screening.matcher import Subject
from screening.models import ListedEntity, ListVersion
from screening.search import Match

MOST_AT_AN_ADDRESS = 100


class ListNotInForce(Exception):
    """A list asked for by its key is not in force; leaving it out would look like a clean answer."""

    def __init__(self, keys: Collection[str]) -> None:
        super().__init__(f"Not in force: {', '.join(sorted(keys))}")
        self.keys = sorted(keys)


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom somebody asks about. Empty means "not known"; a name or an identifier is needed."""

    names: tuple[str, ...] = ()
    kind: str = ""  # a value of screening.models.EntityKind
    countries: tuple[str, ...] = ()  # ISO 3166-1 alpha-2
    dates_of_birth: tuple[str, ...] = ()  # as ListedEntity.dates_of_birth
    identifiers: tuple[str, ...] = ()
    address: str = ""

    def subject(self) -> Subject:
        """Return the party as matching takes it. Who is known by a number alone is called by it."""
        return Subject(
            names=self.names or self.identifiers[:1],
            countries=frozenset(self.countries),
            kind=self.kind,
            dates_of_birth=self.dates_of_birth,
            identifiers=self.identifiers,
        )

    def facts(self) -> dict[str, Any]:
        """Return what is known, as it is stored."""
        said = ((field.name, getattr(self, field.name)) for field in fields(self))
        return {name: value for name, value in said if value}


@dataclass(frozen=True, slots=True)
class Answer:
    """What the lists say: the versions searched, the thresholds, and the matches of each party in order."""

    versions: tuple[ListVersion, ...]
    thresholds: Thresholds
    matches: tuple[tuple[Match, ...], ...]


def ask(
    parties: Sequence[Asked],
    *,
    way: SearchWay,
    by: User,
    at: datetime,
    lists: Collection[str] = (),
    points: float | None = None,
) -> Answer:
    """Compare `parties` with the lists in force, or with those of the keys `lists`; write it down.

    `points` asks for likelier matches only, never for others than the thresholds in force give.
    Raises ListNotInForce, NoListInForce.
    """
    thresholds = calibration.in_force(at)
    worth = max(thresholds.worth, points or 0)
    versions, found = search.screen_all([party.subject() for party in parties], at=at, worth=worth)
    chosen = _chosen(versions, lists)
    keys = {version.pk for version in chosen}
    matches = tuple(tuple(match for match in one if match.version.pk in keys) for one in found)
    write_down(
        [party.facts() for party in parties],
        way=way,
        by=by,
        at=at,
        versions=chosen,
        points=worth,
        hits=sum(map(len, matches)),
    )
    return Answer(chosen, thresholds, matches)


def ask_address(
    address: str, *, country: str = "", by: User, at: datetime, lists: Collection[str] = ()
) -> tuple[tuple[ListVersion, ...], list[ListedEntity]]:
    """Return the versions searched and the first MOST_AT_AN_ADDRESS entities listed at an address, by name.

    Raises ListNotInForce, NoListInForce, ValueError if the address has no word.
    """
    chosen = _chosen(tuple(search.lists_in_force(at)), lists)
    found = list(addresses.listed_at(address, chosen, country=country)[:MOST_AT_AN_ADDRESS])
    asked = {"address": address, **({"countries": [country]} if country else {})}
    write_down([asked], way=SearchWay.ADDRESS, by=by, at=at, versions=chosen, points=None, hits=len(found))
    return chosen, found


def write_down(
    asked: list[dict[str, Any]],
    *,
    way: SearchWay,
    by: User | None,
    at: datetime,
    versions: Sequence[ListVersion],
    points: float | None,
    hits: int,
) -> None:
    row: dict[str, Any] = {
        "way": way.value,
        "by_id": by.pk if by else None,
        "organisation_id": by.organisation_id if by else None,
        "at": at,
        "asked": Jsonb(asked),
        "list_versions": [version.pk for version in versions],
        "points": points,
        "hits_count": hits,
    }
    # Said to the database at once: putting the same statement together anew takes longer than the rest.
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {ListSearch._meta.db_table} ({', '.join(row)})"
            f" VALUES ({', '.join(['%s'] * len(row))})",
            list(row.values()),
        )


def _chosen(versions: tuple[ListVersion, ...], lists: Collection[str]) -> tuple[ListVersion, ...]:
    if missing := set(lists) - {version.source for version in versions}:
        raise ListNotInForce(missing)
    return tuple(version for version in versions if not lists or version.source in lists)
