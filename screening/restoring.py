"""Put an earlier version of a list back in force.

What was in force when is told by the versions, and each has one period. So an earlier edition comes back as a
version of its own that says which one it restores, with the same entries: answers of the past keep pointing
at what they were given by, and everything that asks which versions are in force stays as it is.
"""

from datetime import datetime

from django.db import connection, transaction

from screening.importers.rows import one_import_at_a_time
from screening.models import ListedEntity, ListedName, ListVersion
from screening.refusals import BadList


@transaction.atomic
def put_back(version: ListVersion, *, approval: int, by_name: str, at: datetime) -> ListVersion:
    """Return the new version, in force from `at`, that says what `version` says.

    Raises BadList, with nothing changed, if that is in force already or another import is under way.
    """
    one_import_at_a_time(version.source)
    original = version.original
    in_force = ListVersion.objects.filter(source=version.source, in_force_to=None).first()
    if in_force and original in (in_force, in_force.restores):
        raise BadList("in-force")
    ListVersion.objects.filter(source=version.source, in_force_to=None).update(in_force_to=at)
    again = ListVersion.objects.create(
        source=original.source,
        edition=original.edition,
        published_on=original.published_on,
        sha256=original.sha256,
        size=original.size,
        in_force_from=at,
        imported_at=at,
        imported_by_name=by_name,
        entities_count=original.entities_count,
        names_count=original.names_count,
        restores=original,
        approval=approval,
    )
    _copy_entries(original, again)
    return again


def _copy_entries(original: ListVersion, again: ListVersion) -> None:
    """Copy the entries within the database, whatever columns they have, names in their order."""
    entity_columns = _columns(ListedEntity, "version_id")
    name_columns = _columns(ListedName, "entity_id")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '10min'")  # the usual limit is for pages
        cursor.execute(
            f"INSERT INTO screening_listedentity (version_id, {', '.join(entity_columns)})"
            f" SELECT %s, {', '.join(entity_columns)} FROM screening_listedentity"
            " WHERE version_id = %s ORDER BY id",
            [again.pk, original.pk],
        )
        cursor.execute(
            f"INSERT INTO screening_listedname (entity_id, {', '.join(name_columns)})"
            f" SELECT new.id, {', '.join(f'named.{column}' for column in name_columns)}"
            " FROM screening_listedname AS named"
            " JOIN screening_listedentity AS old ON old.id = named.entity_id"
            " JOIN screening_listedentity AS new ON new.source_id = old.source_id AND new.version_id = %s"
            " WHERE old.version_id = %s ORDER BY named.id",
            [again.pk, original.pk],
        )


def _columns(model: type[ListedEntity] | type[ListedName], owner: str) -> list[str]:
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    columns = [field.column or "" for field in fields if field.column != owner]
    return [connection.ops.quote_name(column) for column in columns]
