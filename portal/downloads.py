"""Hand stored files out."""

from io import BytesIO

from django.http import FileResponse

from licensing import documents
from licensing.models import StoredFile


def shown(file: StoredFile) -> FileResponse:
    """Show a picture that we made ourselves, to whoever may see the page it is on, kept by no proxy."""
    return FileResponse(
        BytesIO(documents.read(file)),
        content_type=file.media_type,
        headers={"Cache-Control": "private, max-age=3600"},
    )


def handed_out(file: StoredFile, name: str) -> FileResponse:
    """Hand a file out for saving under `name`, never to be shown as a page of ours or kept by a proxy."""
    return FileResponse(
        BytesIO(documents.read(file)),
        as_attachment=True,
        filename=name,
        content_type=file.media_type,
        headers={"Cache-Control": "private, no-store"},
    )
