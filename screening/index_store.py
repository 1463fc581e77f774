"""Keep the index over the lists in a folder, so that a machine builds it once and its processes share it."""

import fcntl
import hashlib
import shutil
from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from screening.index import NameIndex
from screening.matcher import Subject

FOLDERS_KEPT = 3
# What an index depends on beside the lists: how names are read and compared.
CODE = (
    "latin",
    "rewriting",
    "number_words",
    "names",
    "likeness",
    "rarity",
    "numbers",
    "addresses",
    "birth",
    "index",
    "matcher",
)

Listed = Callable[[], Iterable[tuple[int, Subject]]]


def get(key: object, listed: Listed) -> NameIndex:
    """Return the index over `listed`, which `key` tells from every other; built unless it is kept already.

    Without SCREENING_INDEX_FOLDER it lives in this process alone.
    """
    where = getattr(settings, "SCREENING_INDEX_FOLDER", None)
    if where is None:
        return NameIndex.of(listed())
    where.mkdir(parents=True, exist_ok=True)
    folder = where / hashlib.sha256(f"{code()} {key}".encode()).hexdigest()[:32]
    if folder.is_dir():
        return NameIndex.load(folder)  # whoever builds another keeps nobody waiting
    with (where / "building").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # whoever comes second finds what the first has built
        if not folder.is_dir():
            NameIndex.of(listed()).save(folder)
            _forget_old(where, folder)
    return NameIndex.load(folder)


def _forget_old(where: Path, newest: Path) -> None:
    """Take away all but the newest folders; who has one mapped keeps it until it lets go."""
    others = sorted(
        (folder for folder in where.iterdir() if folder.is_dir() and folder != newest),
        key=lambda folder: folder.stat().st_mtime,
    )
    for folder in others[: 1 - FOLDERS_KEPT]:
        shutil.rmtree(folder)


@lru_cache(maxsize=1)
def code() -> str:
    """Return a hash of the code and the tables that an index depends on."""
    here = Path(__file__).parent
    files = [*(here / f"{name}.py" for name in CODE), *sorted((here / "data").glob("*.txt"))]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
