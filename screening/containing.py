"""Find entries by part of a name. It compares nothing: for whole names there is screening.search."""

from collections.abc import Collection, Iterable

from django.db.models import Exists, F, Func, OuterRef, Q, QuerySet, TextField, Value
from django.db.models.functions import Lower

from screening.addresses import ACCENTED, PLAIN, words_of
from screening.models import ListedEntity, ListedName, ListVersion


def names_containing(
    text: str, versions: Iterable[ListVersion], *, without: Collection[int] = ()
) -> QuerySet[ListedEntity]:
    """Return the entities of `versions` of which one name holds every word of `text`, by name.

    A word may be the beginning of a longer one; accents and capitals do not count. `without` are the numbers
    of entities to leave out. A text without a word finds nobody.
    """
    words = words_of(text)
    if not words:
        return ListedEntity.objects.none()
    among = ListedEntity.objects.filter(version__in=list(versions)).exclude(pk__in=without)
    names = ListedName.objects.alias(plain=_plain("name")).filter(_holds(words), entity=OuterRef("pk"))
    return (
        among.alias(plain=_plain("primary_name"))
        .filter(_holds(words) | Exists(names))
        .order_by("primary_name", "pk")
    )


def _plain(field: str) -> Func:
    return Func(
        Lower(F(field)), Value(ACCENTED), Value(PLAIN), function="translate", output_field=TextField()
    )


def _holds(words: Iterable[str]) -> Q:
    holds = Q()
    for word in words:  # \m: where a word begins
        holds &= Q(plain__regex=rf"\m{word}")
    return holds
