"""Make the licence as a document that is signed, printed and shown at the border."""

from datetime import datetime


def make(licence_id: int, *, at: datetime) -> None:
    raise NotImplementedError
