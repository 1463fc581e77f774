import io

import pytest

from licensing import documents
from licensing.documents import Damaged, Upload, keep, keep_upload, read
from licensing.errors import Refused
from licensing.models import StoredFile
from tests.factories import NOON

PDF = b"%PDF-1.7 and more"
pytestmark = pytest.mark.django_db


def upload(content: bytes, name: str = "certificado.pdf", size: int | None = None) -> Upload:
    return Upload(name, len(content) if size is None else size, io.BytesIO(content))


def test_what_was_kept_is_read_back():
    row = keep_upload(upload(PDF), at=NOON)

    assert read(row) == PDF
    assert (row.size, row.media_type, row.stored_at) == (len(PDF), "application/pdf", NOON)


def test_the_same_bytes_are_kept_once(settings):
    first = keep(io.BytesIO(PDF), media_type="application/pdf", at=NOON)
    second = keep(io.BytesIO(PDF), media_type="application/pdf", at=NOON)

    assert first == second
    assert len([file for file in settings.MEDIA_ROOT.rglob("*") if file.is_file()]) == 1


def test_the_name_of_a_file_is_never_its_path(settings):
    row = keep_upload(upload(PDF, name="../../etc/passwd"), at=NOON)

    assert documents.path_of(row.sha256).is_relative_to(settings.MEDIA_ROOT)


def test_an_empty_file_is_refused():
    with pytest.raises(Refused, match="certificado.pdf"):
        keep_upload(upload(b""), at=NOON)


def test_a_file_that_is_too_large_is_refused_before_it_is_read(settings):
    with pytest.raises(Refused):
        keep_upload(upload(PDF, size=settings.UPLOAD_LIMIT_BYTES + 1), at=NOON)

    assert not StoredFile.objects.exists()


@pytest.mark.parametrize("content", [b"MZ\x90\x00 program", b"<html>", b"PK\x03\x04"])
def test_a_kind_we_do_not_take_is_refused_whatever_it_is_called(content):
    with pytest.raises(Refused):
        keep_upload(upload(content, name="certificado.pdf"), at=NOON)


@pytest.mark.parametrize("start", [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0"])
def test_pictures_are_taken(start):
    assert keep_upload(upload(start + b"picture"), at=NOON).media_type.startswith("image/")


def test_changed_bytes_are_found_when_read():
    row = keep_upload(upload(PDF), at=NOON)
    documents.path_of(row.sha256).write_bytes(b"%PDF-1.7 and less")

    with pytest.raises(Damaged):
        read(row)


def test_a_file_that_breaks_off_leaves_nothing(settings):
    class Broken(io.BytesIO):
        def read(self, size=-1):
            raise OSError("gone")

    with pytest.raises(OSError):
        keep(Broken(), media_type="application/pdf", at=NOON)

    assert not [file for file in settings.MEDIA_ROOT.rglob("*") if file.is_file()]
    assert not StoredFile.objects.exists()


@pytest.mark.parametrize(
    ("name", "media_type", "shown"),
    [
        ("orden.pdf", "application/pdf", "orden.pdf"),
        ("ORDEN.PDF", "application/pdf", "ORDEN.PDF"),
        ("sello.jpeg", "image/jpeg", "sello.jpeg"),
        ("orden.html", "application/pdf", "orden.html.pdf"),
        ("orden", "image/png", "orden.png"),
        ("\u202efdp.exe", "application/pdf", "fdp.exe.pdf"),
        ("a\x01b.pdf", "application/pdf", "ab.pdf"),
        ("a" * 300, "application/pdf", "a" * 196 + ".pdf"),
        ("a" * 300 + ".pdf", "application/pdf", "a" * 196 + ".pdf"),
    ],
)
def test_a_file_is_called_by_what_it_is(name, media_type, shown):
    assert documents.shown_name(name, media_type) == shown
