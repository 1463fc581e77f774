"""Take files in without keeping more of them than we would accept."""

from __future__ import annotations  # UploadedFile is generic for type checkers only

from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler


class LimitedUploadHandler(TemporaryFileUploadHandler):
    """Write a file to the temporary folder up to UPLOAD_LIMIT_BYTES; of a larger one keep only its size.

    The rest of a larger file is read and thrown away, so that the other fields of the form still arrive and
    the page can show them again beside the message.
    """

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.too_large = False

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.too_large = self.too_large or start + len(raw_data) > settings.UPLOAD_LIMIT_BYTES
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
