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
