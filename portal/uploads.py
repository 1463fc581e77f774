"""Take files in without keeping more of them than we would accept."""

from __future__ import annotations  # UploadedFile is generic for type checkers only

from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.urls import reverse

from licensing import permissions
from licensing.permissions import Permission
from screening.importers.files import largest


class LimitedUploadHandler(TemporaryFileUploadHandler):
    """Write a file to the temporary folder up to a limit; of a larger one keep only its size.

    The limit is UPLOAD_LIMIT_BYTES, and what a list may have for whoever may upload one where lists are.

    The rest of a larger file is read and thrown away, so that the other fields of the form still arrive and
    the page can show them again beside the message.
    """

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.too_large = False
        self.limit = largest() if self._is_list() else settings.UPLOAD_LIMIT_BYTES

    def _is_list(self) -> bool:
        request = self.request
        if request is None or request.path != reverse("list-upload") or not request.user.is_authenticated:
            return False
        return permissions.has(request.user, Permission.RUN_LISTS)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.too_large = self.too_large or start + len(raw_data) > self.limit
        if self.too_large:
            self.file.close()  # deletes it
        else:
            self.file.write(raw_data)

    def file_complete(self, file_size: int) -> UploadedFile[Any] | None:
        if not self.too_large:
            return super().file_complete(file_size)
        return UploadedFile(
            BytesIO(), self.file_name, self.content_type, file_size, self.charset, self.content_type_extra
        )
