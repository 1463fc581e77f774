"""What the rest of the portal may ask of the lists."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial

from django.conf import settings
from django.db import connection
from django.db.models import Exists, OuterRef

from screening import index_store
from screening.asked_often import Question
from screening.index import NameIndex
from screening.matcher import (
    POINTS_WORTH_A_LOOK,
    SURE_OF_THE_NAME,
    Reason,
    Score,
    Subject,
    is_hit,
    least_of_the_name,
    score_from,
)
from screening.models import (
    ListedEntity,
    ListedEntityQuerySet,
    ListedName,
    ListVersion,
    NameKind,
    RelationKind,
)

# Indexes kept in one process: what is in force, and one earlier date that somebody asks about.
INDEXES_KEPT = 2
HALF = 50.0  # percent owned by listed parties from which the owned one is treated as they are


IN_FORCE = Question(
    lambda at: ListVersion.objects.in_force(at).order_by("source"), datetime(1970, 1, 1, tzinfo=UTC)
)


class NoListInForce(Exception):
    """No list is in force at the time asked for, so nobody can be said to be clear."""


@dataclass(frozen=True, slots=True)
class Match:
    entity: ListedEntity
    version: ListVersion
    score: Score


@dataclass(frozen=True, slots=True)
class Screened:
    """An answer with the versions it was found in: an auditor must see what a clean answer rests on."""

    versions: tuple[ListVersion, ...]
    matches: tuple[Match, ...]


def points_worth_a_look() -> float:
    """Return the points from which a score is a hit: SCREENING_POINTS_WORTH_A_LOOK, or the matcher's own."""
    return float(getattr(settings, "SCREENING_POINTS_WORTH_A_LOOK", POINTS_WORTH_A_LOOK))


def lists_in_force(at: datetime) -> list[ListVersion]:
    """Return the versions in force at `at`, by source. Raises NoListInForce if there is none."""
    versions = IN_FORCE.ask(at)
    if not versions:
        raise NoListInForce(f"No list is in force at {at.isoformat()}")
    return versions


def find_matches(subject: Subject, *, at: datetime) -> list[Match]:
    """Return the entities listed at `at` that resemble `subject`, the likeliest first.

    Raises NoListInForce if no list is in force, ValueError if the subject has no name or a blank one.
    """
    return list(screen(subject, at=at).matches)


def prepare(at: datetime) -> None:
    """Have the index over the lists in force at `at` ready. Building it may take longer than a transaction
    may idle: whoever asks within one, and holds a lock there, prepares before. Raises NoListInForce."""
    _index(lists_in_force(at))


def build_ahead(at: datetime) -> None:
    """Have the index over the lists in force at `at`, as this transaction sees them, ready in its folder for
    whoever asks after the commit; nobody else waits meanwhile. Without a folder this does nothing."""
    versions = list(ListVersion.objects.in_force(at))
    if settings.SCREENING_INDEX_FOLDER and versions:
        with connection.cursor() as cursor:  # the usual limits are for pages
            cursor.execute(
                "SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL statement_timeout = 0"
            )
        index_store.get(_key(versions), partial(listed, [version.pk for version in versions]))


def screen(subject: Subject, *, at: datetime, worth: float | None = None) -> Screened:
    """Return what `find_matches` returns, with the list versions that were searched.

    `worth` is the points from which a score is a match; None for `points_worth_a_look()`.
    """
    if not subject.names:
        raise ValueError("A subject without a name cannot be searched for")
    versions = lists_in_force(at)
    worth = points_worth_a_look() if worth is None else worth
    index = _index(versions)
    scores = _scores(subject, index, worth)
    by_id = {version.pk: version for version in versions}
    matches = [
        Match(entity, by_id[entity.version_id], _with_owners(scores[entity.pk], entity, index))
        for entity in ListedEntity.objects.filter(pk__in=scores)
    ]
    matches.sort(key=_likeliest_first)
    return Screened(tuple(versions), tuple(matches))


def screen_all(
    subjects: Sequence[Subject], *, at: datetime, worth: float | None = None
) -> tuple[tuple[ListVersion, ...], list[tuple[Match, ...]]]:
    """Return the versions searched, one set for all, and the matches of each subject, in the order given.

    Raises what `screen` raises. It costs two queries, however many subjects there are.
    """
    if not all(subject.names for subject in subjects):
        raise ValueError("A subject without a name cannot be searched for")
    versions = lists_in_force(at)
    worth = points_worth_a_look() if worth is None else worth
    index = _index(versions)
    scores = [_scores(subject, index, worth) for subject in subjects]
    entities = ListedEntity.objects.in_bulk({pk for found in scores for pk in found})
    by_id = {version.pk: version for version in versions}
    return tuple(versions), [
        tuple(
            sorted(
                (
                    Match(
                        entities[pk],
                        by_id[entities[pk].version_id],
                        _with_owners(score, entities[pk], index),
                    )
                    for pk, score in found.items()
                ),
                key=_likeliest_first,
            )
        )
        for found in scores
    ]


def _likeliest_first(match: Match) -> tuple[float, str, str]:
    return -match.score.points, match.version.source, match.entity.source_id


def _scores(subject: Subject, index: NameIndex, worth: float) -> dict[int, Score]:
    return {
        entity: score
        for entity, other in index.candidates(subject, least_of_the_name(subject, worth)).items()
        if (score := score_from(subject, other, worth, worth=worth))
    }


def _with_owners(score: Score, entity: ListedEntity, index: NameIndex) -> Score:
    """Add, as reasons without points, which listed parties own the entity by what its list says.

    A name found because a listed party owns it says so already. The owners' shares add up: from half on, many
    laws treat the party as listed, whoever of its owners is (the 50 % rule).
    """
    if any(reason.feature == "owned-party" for reason in score.reasons):
        return score
    owners = [
        (relation["name"], share_of(relation))
        for relation in entity.relations
        if relation["kind"] == RelationKind.OWNED_BY and _is_listed(relation["name"], index)
    ]
    reasons = [
        Reason("listed-owner", 0.0, f"{name} ({share:g} %)" if share else name) for name, share in owners
    ]
    if (together := sum(share for _name, share in owners)) >= HALF:
        reasons.append(Reason("half-owned", 0.0, f"{together:g} %"))
    return replace(score, reasons=(*score.reasons, *reasons)) if reasons else score


def with_words(part: str, *, at: datetime) -> list[tuple[int, str]]:
    """Return the numbers of the entities listed at `at` of which one name has every word of `part`, with that
    name; as `NameIndex.with_words`. Raises NoListInForce, ValueError if `part` is blank."""
    return _index(lists_in_force(at)).with_words(part)


def owners_named(relations: Sequence[Mapping[str, str]]) -> list[str]:
    """Return the names of the owners that a list gives an entry in its relations."""
    owners = [one["name"] for one in relations if one["kind"] == RelationKind.OWNED_BY]
    return [name for name in owners if name.strip()]


def _is_listed(name: str, index: NameIndex) -> bool:
    if not name.strip():
        return False
    party = Subject((name,))
    found = index.candidates(party, SURE_OF_THE_NAME).values()
    return any(is_hit(party, Subject(other.names), worth=SURE_OF_THE_NAME) for other in found)


def owned_by(entity: ListedEntity) -> list[str]:
    """Return the names of parties of which the list says only that the entity owns half or more of them."""
    owned = [
        relation["name"]
        for relation in entity.relations
        if relation["kind"] == RelationKind.OWNS and share_of(relation) >= HALF
    ]
    return [name for name in dict.fromkeys(owned) if name.strip()]


def share_of(relation: Mapping[str, str]) -> float:
    """Return the percent owned that a list's tie between two parties says; 0 when it says none."""
    try:
        return float(relation["share"] or 0)
    except ValueError:
        return 0.0


# What tells one stored version from every other, also after a database was restored and numbers came again.
Key = tuple[tuple[int, str, datetime], ...]
_indexes: dict[Key, NameIndex] = {}
_building = threading.Lock()


def _key(versions: Sequence[ListVersion]) -> Key:
    return tuple(sorted((version.pk, version.sha256, version.imported_at) for version in versions))


def _index(versions: list[ListVersion]) -> NameIndex:
    """Return the index over exactly these versions; built once, since versions are never edited."""
    global _indexes
    key = _key(versions)
    if found := _indexes.get(key):
        return found
    with _building:
        if found := _indexes.get(key):
            return found
        index = index_store.get(key, partial(listed, [version.pk for version in versions]))
        kept = list(_indexes.items())[-(INDEXES_KEPT - 1) :]
        _indexes = {**dict(kept), key: index}  # one assignment: readers see the old or the new, never half
        return index


def forget_indexes() -> None:
    """Forget what was built, for tests that change what versions say, which nothing else can."""
    global _indexes
    _indexes = {}


def listed(version_ids: list[int]) -> Iterator[tuple[int, Subject]]:
    """Yield every entity of these versions by its number, as matching needs to know it."""
    return subjects_of(ListedEntity.objects.filter(version__in=version_ids))


def changed(version: ListVersion, before: ListVersion | None) -> Iterator[tuple[int, Subject]]:
    """Yield, as `listed` does, the entities of `version` of which `before` did not say the same; of no
    version before, every one."""
    entities = ListedEntity.objects.filter(version=version)
    if before:
        known = ListedEntity.objects.filter(version=before, source_id=OuterRef("source_id"))
        entities = entities.filter(~Exists(known.filter(digest=OuterRef("digest"))))
    return subjects_of(entities)


def subjects_of(entities: ListedEntityQuerySet) -> Iterator[tuple[int, Subject]]:
    """Yield these entities by their numbers, as matching needs to know them."""
    names: dict[int, list[str]] = {}
    weak: dict[int, set[str]] = {}
    rows = ListedName.objects.filter(entity__in=entities).order_by("pk")
    for owner, name, kind in rows.values_list("entity_id", "name", "kind").iterator():
        names.setdefault(owner, []).append(name)
        if kind == NameKind.WEAK_ALIAS:
            weak.setdefault(owner, set()).add(name)
    wanted = ("kind", "primary_name", "countries", "dates_of_birth", "identifiers", "addresses", "relations")
    for entity in entities.order_by("pk").only(*wanted).iterator():
        own = names.get(entity.pk, [entity.primary_name])
        owned = [name for name in owned_by(entity) if name not in own]
        yield (
            entity.pk,
            Subject(
                names=(*own, *owned),
                countries=frozenset(entity.countries),
                kind=entity.kind,
                dates_of_birth=tuple(entity.dates_of_birth),
                identifiers=tuple(identifier["number"] for identifier in entity.identifiers),
                weak_names=frozenset(weak.get(entity.pk, ())),
                addresses=tuple(address["text"] for address in entity.addresses if address["text"]),
                owned_names=frozenset(owned),
            ),
        )
