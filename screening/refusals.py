"""Every reason to refuse a list file, as a code with its sentence.

Codes are stored with their details, so that the sentence can be read in the reader's language later.
"""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

REFUSALS: dict[str, Promise] = {
    "unknown-source": _("No list is called “%(source)s”. The lists we can read: %(known)s."),
    "no-file": _("The file cannot be opened: %(why)s."),
    "empty-file": _("The file is empty."),
    "too-large": _("The file has %(size)s MB. At most %(limit)s MB are read."),
    "cut-off": _("The file ends too early, at line %(line)s. It was probably not received in full."),
    "wrong-encoding": _(
        "The file says it is UTF-8, but line %(line)s, byte %(byte)s of the file, holds the byte %(value)s, "
        "which UTF-8 does not allow there."
    ),
    "not-xml": _("The file is not well-formed XML: line %(line)s, column %(column)s (%(why)s)."),
    "forbidden-xml": _("The file declares a document type or entities (%(name)s). Published lists never do."),
    "wrong-root": _("The file starts with <%(found)s>. This list starts with <%(expected)s>."),
    "no-date": _("The file does not say when it was published (%(where)s)."),
    "future-date": _("The file says it was published on %(published_on)s, which has not come yet."),
    "no-name": _("Entry %(number)s of the file has no name."),
    "no-id": _("Entry %(number)s of the file has no identifier."),
    "twice": _("The file holds the entry %(source_id)s twice."),
    "too-long": _("Entry %(number)s of the file is longer than any real entry (%(what)s)."),
    "wrong-value": _("Entry %(number)s of the file holds a value we cannot read: %(what)s."),
    "names-nobody": _("The file names nobody. An empty list would clear everybody."),
    "count-differs": _("The file says it holds %(said)s entries, but it holds %(found)s."),
    "shrunk": _(
        "The file names %(found)s parties and the list in force names %(in_force)s. So large a fall needs "
        "a person to confirm it."
    ),
    "older": _("The file is of %(published_on)s. The list in force is newer: %(in_force_on)s."),
    "replaced": _("This file was imported before, and another has replaced it since."),
    "busy": _("Another file of this list is being imported now. Try again when it has finished."),
    "changed-while-read": _("The file changed while it was read."),
}


def refusal_sentence(code: str, details: dict[str, Any]) -> str:
    """Return the sentence for a refusal in the language in use; an unknown code returns as it is."""
    sentence = REFUSALS.get(code)
    return gettext(str(sentence)) % details if sentence else code


class BadList(Exception):
    """The file is not what we can take in. Nothing was stored, and the list in force stays in force."""

    def __init__(self, code: str, **details: Any) -> None:
        super().__init__(code, details)
        self.code = code
        self.details = {key: str(value) for key, value in details.items()}

    def __str__(self) -> str:
        return refusal_sentence(self.code, self.details)
