"""List files as they were received, kept by their SHA-256 so that anybody can look at them again.

Publishers drop old editions; what an answer rested on must not depend on them. A file is written once and
never again; the same file is kept once.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.conf import settings

from screening.importers.files import Watched
from screening.refusals import BadList


@contextmanager
def unfinished() -> Iterator[Path]:
    """Give the path of an empty file beside the kept ones, to write to; it is gone after the block."""
    folder = Path(settings.SCREENING_FOLDER)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=folder, suffix=".part", delete=False) as file:
        path = Path(file.name)
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def keep(path: Path) -> Path:
    """Move a finished file from `unfinished` to its place and return that."""
    with Watched(path) as file:
        kept = path.parent / file.sha256()
    with path.open("rb") as file:
        os.fsync(file.fileno())
    path.replace(kept)
    return kept


def keep_copy(path: Path) -> Path:
    """Keep a copy of somebody's own file and return its place. Raises BadList if it cannot be read."""
    if path.parent == Path(settings.SCREENING_FOLDER):
        return path
    try:
        with unfinished() as copy:
            shutil.copyfile(path, copy)
            return keep(copy)
    except OSError as error:
        raise BadList("no-file", why=error.strerror or str(error)) from error
