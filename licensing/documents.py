"""Keep files under the SHA-256 of their bytes: written once, checked when read, never overwritten."""

import hashlib
import os
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.utils.translation import gettext as _

from licensing.errors import ReasonCode, Refused
from licensing.models import StoredFile

CHUNK = 1024 * 1024

# What we take from exporters, by its first bytes: what a file is called proves nothing.
SIGNATURES: dict[str, tuple[bytes, str]] = {
    "application/pdf": (b"%PDF-", "PDF"),
    "image/png": (b"\x89PNG\r\n\x1a\n", "PNG"),
    "image/jpeg": (b"\xff\xd8\xff", "JPEG"),
}
# How such a file is called, so that whoever opens it opens it as what it is.
ENDINGS: dict[str, tuple[str, ...]] = {
    "application/pdf": (".pdf",),
    "image/png": (".png",),
    "image/jpeg": (".jpg", ".jpeg"),
}
NAME_AT_MOST = 200  # characters


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it comes in: a name to show, its size in bytes, and its bytes to read."""

    name: str
    size: int
    stream: BinaryIO


class Damaged(Exception):
    """The bytes on disk are not those that were stored."""


def keep_upload(upload: Upload, *, at: datetime) -> StoredFile:
    """Store what an exporter sent. Raises Refused if it is empty, too large, or of a kind we do not take."""
    limit = settings.UPLOAD_LIMIT_BYTES
    if upload.size == 0:
        raise Refused(_("“%(name)s” is empty. Choose the file again.") % {"name": upload.name})
    if upload.size > limit:
        raise Refused(
            _("“%(name)s” is larger than %(limit)d MB. Send it in parts or make it smaller.")
            % {"name": upload.name, "limit": limit // (1024 * 1024)},
            code=ReasonCode.FILE_TOO_LARGE,
        )
    upload.stream.seek(0)
    start = upload.stream.read(16)
    upload.stream.seek(0)
    for media_type, (signature, _name) in SIGNATURES.items():
        if start.startswith(signature):
            return keep(upload.stream, media_type=media_type, at=at)
    kinds = ", ".join(name for _signature, name in SIGNATURES.values())
    raise Refused(
        _("“%(name)s” is not of a kind we can take. Send one of: %(kinds)s.")
        % {"name": upload.name, "kinds": kinds},
        code=ReasonCode.OTHER_FILE_KIND,
    )


def shown_name(name: str, media_type: str) -> str:
    """Return the name without signs nobody sees, ending as files of its type end.

    "orden.html" that is a PDF becomes "orden.html.pdf": by its own name a browser would run what is in it.
    """
    seen = "".join(sign for sign in name if sign.isprintable()).strip()
    endings = ENDINGS[media_type]
    if seen.lower().endswith(endings):
        return seen[-NAME_AT_MOST:]
    return seen[-(NAME_AT_MOST - len(endings[0])) :] + endings[0]


def keep(stream: BinaryIO, *, media_type: str, at: datetime) -> StoredFile:
    """Store the bytes and return their row; bytes that are already here are stored once.

    The file is complete on disk under its final name before the row exists, so a full disk or a crash
    leaves a stray file at worst, never a row without its bytes.
    """
    settings.MEDIA_ROOT.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    with tempfile.NamedTemporaryFile(dir=settings.MEDIA_ROOT, delete=False) as file:
        try:
            while chunk := stream.read(CHUNK):
                digest.update(chunk)
                size += len(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
            target = path_of(digest.hexdigest())
            target.parent.mkdir(parents=True, exist_ok=True)
            Path(file.name).replace(target)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise
    row, _created = StoredFile.objects.get_or_create(
        sha256=digest.hexdigest(), defaults={"size": size, "media_type": media_type, "stored_at": at}
    )
    return row


def path_of(sha256: str) -> Path:
    return settings.MEDIA_ROOT / sha256[:2] / sha256[2:4] / sha256


def read(file: StoredFile) -> bytes:
    """Return the bytes. Raises Damaged if they are no longer what was stored."""
    content = path_of(file.sha256).read_bytes()
    if hashlib.sha256(content).hexdigest() != file.sha256:
        raise Damaged(file.sha256)
    return content
