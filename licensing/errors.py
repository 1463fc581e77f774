"""The one kind of error that callers are meant to handle."""

from django.utils.functional import Promise

Reason = str | Promise


class Refused(Exception):
    """An act that may not be done now, with every reason, worded for the person who tried.

    Pages show the reasons beside the form; the API answers with a problem that carries them. Anything
    else that goes wrong is a bug or an outage and is left to raise.
    """

    def __init__(self, *reasons: Reason, code: str = "refused") -> None:
        super().__init__(*reasons)
        self.reasons = reasons
        self.code = code  # a word for machines, such as "not-in-force"

    def __str__(self) -> str:
        return " ".join(map(str, self.reasons))
