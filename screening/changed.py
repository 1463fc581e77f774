"""What differs between two sets of list versions: the entries that whoever was screened with the first must
be compared with again."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet

from screening.models import ListedEntity


@dataclass(frozen=True, slots=True)
class Changed:
    entities: tuple[int, ...]  # ids of entities of the later versions that are new, or say something new
    before: tuple[int, ...]  # ids of entities of the earlier versions that are gone, or said something else
    keys: frozenset[tuple[str, str]]  # (source, source id) of whatever is new, gone, or says something new


def between(before: Collection[int], after: Collection[int]) -> Changed:
    """Return what changed from the versions (ids) `before` to the versions `after`. An entry that says the
    same in both, by its digest, has not changed."""
    only_before, only_after = set(before) - set(after), set(after) - set(before)
    new, old = (
        list(_unlike(versions, others).values_list("pk", "version__source", "source_id"))
        for versions, others in ((only_after, only_before), (only_before, only_after))
    )
    keys = frozenset((source, source_id) for _pk, source, source_id in (*new, *old))
    return Changed(tuple(row[0] for row in new), tuple(row[0] for row in old), keys)


def _unlike(versions: Collection[int], others: Collection[int]) -> QuerySet[ListedEntity]:
    """Return the entities of `versions` that none of `others` has with the same words."""
    same = ListedEntity.objects.filter(
        version__in=others,
        version__source=OuterRef("version__source"),
        source_id=OuterRef("source_id"),
        digest=OuterRef("digest"),
    )
    return ListedEntity.objects.filter(~Exists(same), version__in=versions).order_by("pk")
