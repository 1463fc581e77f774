"""Files that come in: kept only if they are what we take, never more of them than that."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from licensing.models import StoredFile
from portal.uploads import LimitedUploadHandler
from tests.factories import ApplicationFactory
from tests.people import client_of

pytestmark = pytest.mark.django_db
MEGABYTE = 1024 * 1024


@pytest.fixture
def draft(exporter):
    return ApplicationFactory(organisation=exporter.organisation, created_by=exporter)


@pytest.fixture
def add(exporter, draft):
    client = client_of(exporter, "en")

    def add(file, **fields):
        return client.post(
            reverse("form-documents", args=[draft.reference]),
            {"kind": "contract", **({"file": file} if file else {}), **fields},
        )

    return add


def pdf(name="contrato.pdf", content=b"%PDF-1.7 x"):
    return SimpleUploadedFile(name, content)


def test_a_pdf_is_kept_with_its_kind_and_name(add, draft):
    assert add(pdf()).status_code == 302
    document = draft.documents.get()
    assert (document.kind, document.name, document.file.media_type) == (
        "contract",
        "contrato.pdf",
        "application/pdf",
    )


@pytest.mark.parametrize(
    ("file", "message"),
    [
        (None, "Choose the file to add."),
        (pdf(content=b""), "is empty. Choose the file again."),
        (pdf(content=b"MZ this is a program"), "is not of a kind we can take"),
        (pdf("page.pdf", b"<html><script>alert(1)</script>"), "is not of a kind we can take"),
    ],
)
def test_what_we_do_not_take_is_refused_at_the_field(add, draft, file, message):
    page = add(file)
    assert message in str(page.context["form"].errors["file"])
    assert page.context["form"]["kind"].value() == "contract"
    assert not draft.documents.exists()


def test_the_same_file_twice_is_refused_but_a_button_pressed_twice_is_not(add, draft):
    once = "0123456789abcdef"
    assert add(pdf(), once=once).status_code == 302
    assert add(pdf(), once=once).status_code == 302
    assert draft.documents.count() == 1
    assert "already there as “contrato.pdf”" in str(add(pdf("copia.pdf")).context["form"].errors)


class Endless(io.RawIOBase):
    """A file of `size` bytes that takes no memory."""

    name = "enorme.pdf"

    def __init__(self, size):
        self.left = size

    def read(self, size=-1):
        taken = min(self.left, size if size >= 0 else self.left)
        self.left -= taken
        return b"%" * taken


def test_of_a_file_over_the_limit_nothing_is_kept_and_the_page_says_so(add, draft, settings):
    settings.UPLOAD_LIMIT_BYTES = 2 * MEGABYTE
    page = add(Endless(30 * MEGABYTE))
    assert "“enorme.pdf” is larger than 2 MB" in str(page.context["form"].errors["file"])
    assert page.context["form"]["kind"].value() == "contract"
    assert not draft.documents.exists()
    assert not StoredFile.objects.exists()


def test_of_a_file_over_the_limit_not_even_a_temporary_file_stays(settings, tmp_path):
    settings.UPLOAD_LIMIT_BYTES = 2 * MEGABYTE
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    handler = LimitedUploadHandler()
    handler.new_file("file", "enorme.pdf", "application/pdf", None)
    most = 0
    for start in range(0, 30 * MEGABYTE, MEGABYTE):
        handler.receive_data_chunk(b"%" * MEGABYTE, start)
        most = max([most, *(file.stat().st_size for file in tmp_path.iterdir())])
    assert most <= 2 * MEGABYTE
    assert list(tmp_path.iterdir()) == []
    assert handler.file_complete(30 * MEGABYTE).size == 30 * MEGABYTE


def test_a_file_of_just_the_limit_is_taken(add, draft, settings):
    settings.UPLOAD_LIMIT_BYTES = MEGABYTE
    assert add(pdf(content=b"%PDF-" + b"x" * (MEGABYTE - 5))).status_code == 302
    assert draft.documents.get().file.size == MEGABYTE


def test_a_file_chosen_before_going_on_is_not_forgotten(add, draft):
    check = reverse("form-check", args=[draft.reference])
    assert add(pdf(), then="on").url == check
    assert draft.documents.count() == 1
    assert add(None, then="on").url == check
    assert "is empty" in str(add(pdf(content=b""), then="on").context["form"].errors)


def test_a_very_long_file_name_keeps_its_end(add, draft):
    add(pdf("n" * 240 + ".pdf"))
    assert draft.documents.get().name.endswith(".pdf")
    assert len(draft.documents.get().name) <= 200


def test_a_document_is_removed_from_a_draft_and_its_bytes_stay(add, draft, exporter):
    add(pdf())
    document = draft.documents.get()
    client_of(exporter).post(reverse("form-document-remove", args=[draft.reference, document.pk]))
    assert not draft.documents.exists()
    assert StoredFile.objects.count() == 1
