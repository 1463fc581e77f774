"""Open list files with care: what they are, how far reading is, whether they are what they say."""

import codecs
import hashlib
import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path, PurePosixPath
from typing import Protocol, Self

from django.conf import settings

from screening.refusals import BadList

CHUNK = 1 << 16
LARGEST_FILE = 300 * 1024 * 1024  # bytes; the largest published list of today has some 120 MB
GZIP, ZIP = b"\x1f\x8b", b"PK\x03\x04"  # how packed files start
MOST_TIMES = 200  # content against packed file; real lists have 4 to 30, a bomb 1,000
MOST_MEMBERS = 20  # of a ZIP file; the largest real one has 4
LARGEST_PART = 1 << 17  # bytes read at once from a ZIP file, so also of its list of members
FIRST_MEGABYTE = 1 << 20  # comes out of any packed file, as short files may repeat themselves
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # how members may be packed
UNPACKING_ERRORS = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError, struct.error)
DECLARED = re.compile(rb"""^<\?xml[^>]*encoding\s*=\s*["']([A-Za-z0-9._-]+)""")


class Readable(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


class Seekable(Readable, Protocol):
    def seek(self, offset: int, whence: int = 0, /) -> int: ...
    def tell(self) -> int: ...


class Peeked:
    """A file whose start has been looked at, to tell its format; reading it gives the start again."""

    def __init__(self, file: Readable) -> None:
        self.start = file.read(CHUNK)
        self._held = self.start
        self._file = file

    def read(self, size: int = -1, /) -> bytes:
        if size < 0:
            return b"".join(iter(lambda: self.read(CHUNK), b""))
        data, self._held = self._held[:size], self._held[size:]
        return data or self._file.read(size)


class Watched:
    """A file opened for reading that counts and hashes what is read, and tells how far it is."""

    def __init__(self, path: Path, progress: Callable[[int, int], None] | None = None) -> None:
        self._file = path.open("rb")
        self._size = path.stat().st_size
        self._progress = progress
        self._done = 0
        self._hashed = 0  # bytes from the start on
        self._hash = hashlib.sha256()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._file.close()

    def read(self, size: int = -1, /) -> bytes:
        start = self._file.tell()
        data = self._file.read(size)
        self._note_hash(start, data)
        self._done = min(self._done + len(data), self._size)  # a ZIP file is not read in order
        if self._progress and data:
            self._progress(self._done, self._size)
        return data

    def _note_hash(self, start: int, data: bytes) -> None:
        if start <= self._hashed < start + len(data):
            self._hash.update(data[self._hashed - start :])
            self._hashed = start + len(data)

    def seek(self, offset: int, whence: int = 0, /) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def sha256(self) -> str:
        """Return the hash of the whole file, reading what is left of it."""
        self.seek(self._hashed)
        while self.read(CHUNK):
            pass
        return self._hash.hexdigest()


def fingerprint(path: Path, *, in_utf_8: bool = True) -> tuple[str, int]:
    """Return the sha256 and the size in bytes. Raises BadList if it is absent, empty, huge, or, unless its
    parser sees to that, not UTF-8."""
    try:
        size = path.stat().st_size
        _check_size(size)
        with Watched(path) as file:
            content = unpacked(file)
            if in_utf_8 and not (isinstance(content, Archive) and content.holds_several):
                _check_encoding(content)
            return file.sha256(), size
    except OSError as error:
        raise BadList("no-file", why=error.strerror or str(error)) from error


def _check_size(size: int) -> None:
    if size == 0:
        raise BadList("empty-file")
    if size > largest():
        raise BadList("too-large", size=size // 1_000_000, limit=largest() // 1_000_000)


def largest() -> int:
    """Return how many bytes a list file may have, unpacked too."""
    return int(getattr(settings, "SCREENING_LARGEST_FILE", LARGEST_FILE))


def _check_encoding(file: Readable) -> None:
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


def unpacked(file: Seekable) -> Readable:
    """Return what a file holds, packed (gzip, ZIP) or not. Raises BadList, also while it is read.

    A ZIP file with several lists in it comes as an `Archive`; only a parser that knows it can read it.
    """
    start = file.read(len(ZIP))
    file.seek(0)
    if start.startswith(GZIP):
        return Gunzipped(file)
    return Archive(file) if start == ZIP else file


def packed_on(content: Readable) -> date | None:
    """Return the day a packed file says its content is of, None if it doesn't or is not packed."""
    return content.packed_on if isinstance(content, Archive | Gunzipped) else None


class Allowance:
    """How much may come out of a packed file: at most what an unpacked list may have, and no bomb."""

    def __init__(self, file: Seekable) -> None:
        packed = file.seek(0, 2)
        file.seek(0)
        self._limit = min(largest(), max(packed * MOST_TIMES, FIRST_MEGABYTE))
        self._taken = 0

    def take(self, size: int) -> None:
        self._taken += size
        self.check(0)

    def check(self, size: int) -> None:
        if self._taken + size > self._limit:
            raise BadList("unpacks-too-large", limit=-(-self._limit // 1_000_000))


class Gunzipped:
    """The content of a gzip file, read piece by piece."""

    def __init__(self, file: Seekable) -> None:
        self._allowance = Allowance(file)
        self._file = file
        self._held = file.read(CHUNK)
        self._inflate = zlib.decompressobj(wbits=zlib.MAX_WBITS + 16)
        stamp = int.from_bytes(self._held[4:8], "little")  # 0 for none
        self.packed_on = datetime.fromtimestamp(stamp, UTC).date() if stamp else None

    def read(self, size: int = -1, /) -> bytes:
        if size < 0:
            return b"".join(iter(lambda: self.read(CHUNK), b""))
        data = b""
        while size and not data:
            self._held = self._held or self._file.read(CHUNK)
            if self._inflate.eof and not self._held:
                break
            data = self._inflated(size)
        self._allowance.take(len(data))
        return data

    def _inflated(self, size: int) -> bytes:
        if self._inflate.eof:  # a gzip file may be several, one behind the other
            self._inflate = zlib.decompressobj(wbits=zlib.MAX_WBITS + 16)
        at_end = not self._held
        try:
            data = self._inflate.decompress(self._held, size)
        except zlib.error as error:
            raise BadList("bad-archive", why=error) from error
        self._held = self._inflate.unused_data or self._inflate.unconsumed_tail
        if at_end and not data and not self._inflate.eof:
            raise BadList("archive-cut-off")
        return data


class Archive:
    """A ZIP file. Reading it reads the one file in it; `member` opens one of several."""

    def __init__(self, file: Seekable) -> None:
        self._allowance = Allowance(file)
        try:
            self._zip = zipfile.ZipFile(_InParts(file))
        except UNPACKING_ERRORS as error:
            raise BadList("bad-archive", why=error) from error
        members = [info for info in self._zip.infolist() if not _is_beside(info)]
        self._members = {PurePosixPath(info.filename).name.lower(): info for info in members}
        self._check(members)
        self.names = tuple(self._members)  # without folders, in lower case
        self.holds_several = len(members) != 1
        self.packed_on = max(filter(None, map(_stamp, members)), default=None)
        self._only: Readable | None = None

    def _check(self, members: list[zipfile.ZipInfo]) -> None:
        if len(members) > MOST_MEMBERS or len(self._members) != len(members):  # two of one name
            raise BadList("several-files", found=len(members))
        self._allowance.check(sum(info.file_size for info in members))
        for info in members:
            if info.compress_type not in METHODS:
                raise BadList("bad-archive", why=f"{info.filename}: packed in another way")

    def read(self, size: int = -1, /) -> bytes:
        if self.holds_several:
            raise BadList("several-files", found=len(self._members))
        self._only = self._only or self.member(self.names[0])
        return self._only.read(size)

    def member(self, name: str) -> Readable:
        """Return the member of that name, one of `names`, to be read once."""
        try:
            return _Member(self._zip.open(self._members[name]), self._allowance)
        except UNPACKING_ERRORS as error:
            raise BadList("bad-archive", why=error) from error


class _Member:
    def __init__(self, file: Readable, allowance: Allowance) -> None:
        self._file, self._allowance = file, allowance

    def read(self, size: int = -1, /) -> bytes:
        try:
            data = self._file.read(size)
        except UNPACKING_ERRORS as error:
            raise BadList("bad-archive", why=str(error) or type(error).__name__) from error
        self._allowance.take(len(data))
        return data


class _InParts:
    """A file that refuses to be read in huge parts: the list of members of a ZIP is read at once."""

    def __init__(self, file: Seekable) -> None:
        self._file = file
        self.seek, self.tell = file.seek, file.tell

    def read(self, size: int = -1, /) -> bytes:
        if size > LARGEST_PART:
            raise BadList("bad-archive", why="the list of its members is too long")
        return self._file.read(LARGEST_PART if size < 0 else size)

    def seekable(self) -> bool:
        return True


def _is_beside(info: zipfile.ZipInfo) -> bool:
    """Say whether a member is a folder, or what macOS adds."""
    return info.is_dir() or info.filename.startswith("__MACOSX/") or "/." in f"/{info.filename}"


def _stamp(info: zipfile.ZipInfo) -> date | None:
    year, month, day, *_time = info.date_time
    try:
        return date(year, month, day) if year > 1980 else None  # the format's first year stands for none
    except ValueError:
        return None


def decoded(line: bytes, fallback: str) -> str:
    """Return a line of UTF-8 as text, one that is not in the encoding `fallback`, if there is one.

    Raises UnicodeDecodeError, of the encoding tried last.
    """
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        if not fallback:
            raise
        return line.decode(fallback)
