from pathlib import Path

import pytest

from screening.control import parser_of
from screening.control.load import load
from tests.factories import NOON


@pytest.fixture
def take(db, tmp_path):
    """Return a function that imports the bytes of a file."""

    def take_it(source, content, at=NOON, name="list", **options):
        path = tmp_path / name
        path.write_bytes(content)
        return load(source, parser_of(source), path, by_name="Prueba", at=at, **options)

    return take_it


@pytest.fixture(scope="session")
def published():
    """The folder of published control lists, where it is kept beside the checkout."""
    for folder in Path(__file__).resolve().parents:
        if (lists := folder / "shared" / "data" / "control").is_dir():
            return lists
    pytest.skip("No published control lists beside this checkout (shared/data/control)")
