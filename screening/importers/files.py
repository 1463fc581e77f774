"""Open list files with care: what they are, how far reading is, whether they are what they say."""

import codecs
import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Protocol, Self

from django.conf import settings

from screening.refusals import BadList

CHUNK = 1 << 16
LARGEST_FILE = 300 * 1024 * 1024  # bytes; the largest published list of today has some 120 MB
DECLARED = re.compile(rb"""^<\?xml[^>]*encoding\s*=\s*["']([A-Za-z0-9._-]+)""")


class Readable(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


class Watched:
    """A file opened for reading that counts and hashes what is read, and tells how far it is."""

    def __init__(self, path: Path, progress: Callable[[int, int], None] | None = None) -> None:
        self._file = path.open("rb")
        self._size = path.stat().st_size
        self._progress = progress
        self._done = 0
        self._hash = hashlib.sha256()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._file.close()

    def read(self, size: int = -1, /) -> bytes:
        data = self._file.read(size)
        self._hash.update(data)
        self._done += len(data)
        if self._progress and data:
            self._progress(self._done, self._size)
        return data

    def sha256(self) -> str:
        """Return the hash of the whole file, reading what is left of it."""
        while self.read(CHUNK):
            pass
        return self._hash.hexdigest()


def fingerprint(path: Path) -> tuple[str, int]:
    """Return the sha256 and the size in bytes. Raises BadList if it is absent, empty, huge, not UTF-8."""
    try:
        size = path.stat().st_size
        _check_size(size)
        with Watched(path) as file:
            _check_encoding(file)
            return file.sha256(), size
    except OSError as error:
        raise BadList("no-file", why=error.strerror or str(error)) from error


def _check_size(size: int) -> None:
    largest = int(getattr(settings, "SCREENING_LARGEST_FILE", LARGEST_FILE))
    if size == 0:
        raise BadList("empty-file")
    if size > largest:
        raise BadList("too-large", size=size // 1_000_000, limit=largest // 1_000_000)


def _check_encoding(file: Watched) -> None:
    """Say where a file that calls itself UTF-8 is not, which an XML parser does not tell."""
    first = file.read(CHUNK)
    declared = DECLARED.match(first)
    if (declared and declared[1].lower() not in (b"utf-8", b"utf8")) or first[:2] in (
        b"\xff\xfe",
        b"\xfe\xff",
    ):
        return
    decoder = codecs.getincrementaldecoder("utf-8")()
    chunk, before, lines = first, 0, 1
    while chunk:
        held = len(decoder.getstate()[0])
        try:
            lines += decoder.decode(chunk).count("\n")
        except UnicodeDecodeError as error:
            raise BadList(
                "wrong-encoding",
                line=lines + error.object[: error.start].count(b"\n"),
                byte=before - held + error.start + 1,
                value=f"0x{error.object[error.start]:02X}",
            ) from error
        before += len(chunk)
        chunk = file.read(CHUNK)
