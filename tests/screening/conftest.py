from pathlib import Path

import pytest
from django.db import connection
from hypothesis import settings

from screening.importers import PARSERS
from screening.importers.rows import load
from tests.factories import NOON
from tests.screening.files import un_text, written

# How long an example takes depends on what else the machine does.
settings.register_profile("istmo", deadline=None)
settings.load_profile("istmo")


@pytest.fixture
def load_un(db, tmp_path):
    """Import UN records, or a whole text, and return the version in force."""

    def load_it(*records, source="un-consolidated", at=NOON, text=None, **options):
        path = written(tmp_path, text if text is not None else un_text(*records))
        return load(source, PARSERS[source][1], path, by_name="Prueba", at=at, **options)

    return load_it


@pytest.fixture(scope="session")
def real_lists():
    """The folder of published lists kept beside the checkout, where there is one."""
    for folder in Path(__file__).resolve().parents:
        if (lists := folder / "shared" / "data" / "screening").is_dir():
            return lists
    pytest.skip("No published lists beside this checkout (shared/data/screening)")


@pytest.fixture
def patient(db):
    """When a test ends, a whole list is checked in one statement, which takes its time on a busy machine."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 120000")
