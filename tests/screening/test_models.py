"""What a list said stays as it was, whoever asks the database."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from screening.models import ListedEntity, ListedName, ListVersion
from tests.factories import NOON, ListedEntityFactory, ListedNameFactory, ListVersionFactory

LATER = NOON + timedelta(hours=1)
REFUSED = (IntegrityError, ProgrammingError)  # by a trigger, or by the rights of the application's role


@pytest.mark.parametrize(
    ("factory", "change"),
    [
        (ListedEntityFactory, {"primary_name": "Somebody else"}),
        (ListedEntityFactory, {"countries": ["PA"]}),
        (ListedNameFactory, {"name": "Somebody else"}),
        (ListVersionFactory, {"sha256": "0" * 64}),
        (ListVersionFactory, {"in_force_from": LATER}),
        (ListVersionFactory, {"in_force_to": LATER, "edition": "forged"}),
        (ListVersionFactory, {"entities_count": 7, "names_count": 9}),
    ],
)
def test_what_a_list_said_cannot_be_edited(db, factory, change):
    row = factory()

    with pytest.raises(REFUSED), transaction.atomic():
        type(row).objects.filter(pk=row.pk).update(**change)


@pytest.mark.parametrize("model", [ListedName, ListedEntity, ListVersion])
def test_what_a_list_said_cannot_be_deleted(db, model):
    ListedEntityFactory()
    table = model._meta.db_table

    with pytest.raises(REFUSED), transaction.atomic(), transaction.get_connection().cursor() as cursor:
        cursor.execute(f"DELETE FROM {table}")

    assert model.objects.exists()


def test_a_version_ends_once(db):
    version = ListVersionFactory()
    ListVersion.objects.filter(pk=version.pk).update(in_force_to=LATER)

    for change in (LATER + timedelta(days=1), None):
        with pytest.raises(IntegrityError, match="only end, once"), transaction.atomic():
            ListVersion.objects.filter(pk=version.pk).update(in_force_to=change)


@pytest.mark.parametrize(
    ("constraint", "fields"),
    [
        ("one_version_in_force_per_source", {"sha256": "b" * 64}),
        ("one_import_per_source_and_hash", {"in_force_to": LATER}),
        (
            "a_list_version_ends_after_it_starts",
            {"source": "other", "in_force_to": NOON - timedelta(days=900)},
        ),
        ("a_list_version_names_somebody", {"source": "other", "entities_count": 0, "names_count": 0}),
        ("a_list_version_names_somebody", {"source": "other", "entities_count": 2, "names_count": 1}),
    ],
)
def test_the_database_refuses_versions_that_make_no_sense(db, constraint, fields):
    ListVersionFactory(source="list", sha256="a" * 64)

    with pytest.raises(IntegrityError, match=constraint):
        ListVersionFactory(**{"source": "list", "sha256": "a" * 64} | fields)


def test_an_entity_stands_once_in_a_version(db):
    entity = ListedEntityFactory()

    with pytest.raises(IntegrityError, match="one_entity_per_version_and_source_id"):
        ListedEntityFactory(version=entity.version, source_id=entity.source_id)
