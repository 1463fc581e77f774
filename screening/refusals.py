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
    "bad-archive": _("The packed file (ZIP or gzip) is damaged or of an unknown kind: %(why)s."),
    "archive-cut-off": _("The packed file (gzip) ends too early. It was probably not received in full."),
    "unpacks-too-large": _(
        "The packed file would unpack to more than %(limit)s MB. No published list of its size does."
    ),
    "several-files": _("The ZIP file holds %(found)s files. This list is in one file."),
    "archive-lacks": _("This list is a ZIP file with %(expected)s. The file given holds %(found)s."),
    "wrong-columns": _("The table lacks these columns: %(missing)s. It has: %(found)s."),
    "wrong-width": _(
        "Line %(line)s of the table has %(found)s fields, and %(expected)s are expected. The file was "
        "probably not received in full."
    ),
    "not-csv": _("Line %(line)s is not as in a table of this list (%(why)s)."),
    "belongs-to-nobody": _("The file %(file)s says something of the entry %(number)s, which the list lacks."),
    "out-of-order": _("The file %(file)s is not in the order of its entries at %(number)s."),
    "not-json": _("The file is not well-formed JSON (%(why)s)."),
    "json-cut-off": _("The JSON file ends too early. It was probably not received in full."),
    "not-this-json": _("The file is JSON, but not that of this list: it has no “%(expected)s”."),
    "not-xml": _("The file is not well-formed XML: line %(line)s, column %(column)s (%(why)s)."),
    "forbidden-xml": _("The file declares a document type or entities (%(name)s). Published lists never do."),
    "wrong-root": _("The file starts with <%(found)s>. This list starts with <%(expected)s>."),
    "no-date": _("The file does not say when it was published (%(where)s)."),
    "undated": _(
        "Neither the file nor its entries say when it was published. Give the day: "
        "import_list --dated YYYY-MM-DD."
    ),
    "future-date": _("The file says it was published on %(published_on)s, which has not come yet."),
    "no-name": _("Entry %(number)s of the file has no name."),
    "no-id": _("Entry %(number)s of the file has no identifier."),
    "twice": _("The file holds the entry %(source_id)s twice."),
    "too-long": _("Entry %(number)s of the file is longer than any real entry (%(what)s)."),
    "too-long-for-a-cell": _(
        "A cell of a spreadsheet holds %(letters)s letters and this text is longer: %(what)s"
        " Write the list as JSON lines or CSV."
    ),
    "wrong-value": _("Entry %(number)s of the file holds a value we cannot read: %(what)s."),
    "not-utf-8": _("The file is not written in UTF-8, in which this list is read."),
    "no-text": _("Line %(line)s of the file holds a sign that no text has (NUL)."),
    "line-too-long": _("Line %(line)s of the file is longer than any real line."),
    "no-table": _("Line %(line)s of the file cannot be read as a row of a table (%(why)s)."),
    "no-column": _("The file has no column “%(column)s”."),
    "columns-differ": _("Line %(line)s has %(found)s cells, but the file has %(expected)s columns."),
    "broken-json": _("The file is not well-formed JSON, or ends too early: entry %(number)s cannot be read."),
    "no-text-under": _("An entry of the file has no text under “%(key)s”."),
    "unknown-format": _("The file is in none of the forms in which this list is read: %(known)s."),
    "part-of-list": _("The file holds only a part of the list (%(said)s). The whole list is needed."),
    "unknown-column": _("The file has a column “%(column)s”. The columns of this list: %(known)s."),
    "unknown-member": _(
        "Line %(line)s has a member “%(member)s”, which this form does not know. Known there: %(known)s."
    ),
    "member-missing": _("Line %(line)s: the member “%(member)s” is missing."),
    "member-no-text": _("Line %(line)s, member “%(member)s”: it must be a text, in quotation marks."),
    "member-no-number": _("Line %(line)s, member “%(member)s”: it must be a number."),
    "member-no-truth": _("Line %(line)s, member “%(member)s”: it must be true or false."),
    "member-no-array": _('Line %(line)s, member “%(member)s”: it must be an array, such as ["…", "…"].'),
    "member-no-object": _('Line %(line)s, member “%(member)s”: it must be an object, such as {"es": "…"}.'),
    "member-no-language": _(
        "Line %(line)s, member “%(member)s”: its name must be a language in two small letters, such as “es”."
    ),
    "no-line-end": _(
        "The last line, %(line)s, has no line end, so nobody can tell whether the file was received in full. "
        "If it was, add a line end there."
    ),
    "cell-empty": _("Line %(line)s, column “%(column)s”: a value is needed."),
    "cell-kind": _("Line %(line)s, column “%(column)s”: “%(value)s” is none of %(known)s."),
    "cell-country": _(
        "Line %(line)s, column “%(column)s”: “%(value)s” is no country code of two letters (ISO 3166-1)."
    ),
    "cell-date": _(
        "Line %(line)s, column “%(column)s”: “%(value)s” is no date. Write 2026-02-01; a birth may also be "
        "2026-02, 2026, 2026~ (about) or 2024/2026 (between)."
    ),
    "cell-identifier": _(
        "Line %(line)s, column “%(column)s”: “%(value)s” is not written kind:number or kind:number:country."
    ),
    "cell-number": _("Line %(line)s, column “%(column)s”: “%(value)s” has not %(digits)s digits."),
    "cell-share": _(
        "Line %(line)s, column “%(column)s”: “%(value)s” is no percentage from 0 to 100 "
        "of an owner in “owner”."
    ),
    "cell-ship": _("Line %(line)s, column “%(column)s”: only a vessel has a value here."),
    "cell-quotes": _(
        "Line %(line)s, column “%(column)s”: the quotation marks of “%(value)s” do not fit. A value with a "
        "semicolon or a quotation mark at its start stands in quotation marks, and those inside are doubled."
    ),
    "names-nobody": _("The file names nobody. An empty list would clear everybody."),
    "count-differs": _("The file says it holds %(said)s entries, but it holds %(found)s."),
    "shrunk": _(
        "The file names %(found)s parties and the list in force names %(in_force)s. So large a fall needs "
        "two administrators to agree to it."
    ),
    "older": _("The file is of %(published_on)s. The list in force is newer: %(in_force_on)s."),
    "replaced": _("This file was imported before, and another has replaced it since."),
    "busy": _("Another file of this list is being imported now. Try again when it has finished."),
    "changed-while-read": _("The file changed while it was read."),
    "in-force": _("This version is in force already."),
    # of fetching a file from its publisher's address
    "no-address": _("No address is set for this list. SCREENING_FETCH in the environment names it."),
    "unsafe-address": _(
        "The address %(address)s is not fetched from: it does not start with https, or a publisher's address "
        "led to a machine that is not public."
    ),
    "no-answer": _("The publisher's server (%(host)s) does not answer: %(why)s."),
    "unproven-server": _("The publisher's server (%(host)s) could not prove who it is: %(why)s."),
    "led-in-circles": _("The publisher's address leads on to other addresses without end."),
    "http-status": _("The publisher's server answered with the status %(status)s instead of the file."),
    "too-slow": _("The file did not arrive within %(seconds)s seconds."),
    "not-in-full": _("The file was not received in full: the connection ended after %(size)s bytes."),
    "web-page": _("The publisher's server sent a web page instead of the file."),
    "interrupted": _("The portal was stopped while it fetched the file."),
    "code-is-number": _(
        "Line %(line)s: “%(entry)s” is a number where a code is expected. A spreadsheet has probably turned "
        "a code such as 1E001 into a number: take the file as it was published, or save the column as text."
    ),
    "no-control-code": _(
        "Line %(line)s: “%(entry)s” is not written as a code of a control list, such as 3A001.a.5."
    ),
    "no-cas-number": _("Line %(line)s: “%(value)s” is no CAS number, or its last digit is wrong."),
    "no-customs-code": _("Line %(line)s: “%(entry)s” is no customs code of 4 to 12 digits."),
    "cell-is-number": _(
        "Line %(line)s, column “%(column)s”: %(value)s is stored as a number, which loses zeros in front and "
        "breaks codes such as 1E001. Save the column as text."
    ),
    "not-a-provision": _(
        "Entry %(number)s (%(entry)s) has a line that does not begin with its code: “%(line)s”."
    ),
    "note-of-nothing": _("A note belongs to %(entry)s, which the file lacks."),
    "below-nothing": _("The file holds %(entry)s but not the entry %(base)s that it is part of."),
    "no-such-code": _("The file names %(entry)s, which is no code of this list."),
    "lists-nothing": _("The file lists nothing. An empty list would free everything."),
    "fewer-codes": _(
        "The file holds %(found)s codes and the edition in force %(in_force)s. So large a fall needs two "
        "people to agree to it: whoever imports it, and another named with --agreed-by."
    ),
    "fewer-rows": _(
        "The table holds %(found)s rows and the one in force %(in_force)s. So large a fall needs two people "
        "to agree to it: whoever imports it, and another named with --agreed-by."
    ),
    "one-person": _("%(name)s imports the file and can’t be the second person who agrees to it."),
    "undated-control-list": _(
        "The file does not say from which day it is valid. Give the day: "
        "import_control_list --dated YYYY-MM-DD."
    ),
    "languages-differ": _(
        "The file is of the edition %(edition)s in another language, but %(count)s provisions are in only "
        "one of the two: %(examples)s."
    ),
    "official-in-force": _(
        "The official edition %(edition)s is in force. The catalogue that comes with the portal does not "
        "replace it."
    ),
    "no-list-yet": _("Import the list itself first (%(list)s): this table belongs to its entries."),
    "no-language": _("The file does not say in which of these languages it is: %(known)s."),
    "not-this-xml": _("The file is XML, but not that of this list: it has no “%(expected)s”."),
    "not-a-workbook": _("The file is no spreadsheet that can be read (%(why)s)."),
    "not-toml": _("The file %(file)s of the catalogue cannot be read (%(why)s)."),
    "head-lacks": _("The head of the file lacks “%(key)s”, or it is not as in this example: %(example)s."),
}

# What two people may let in nevertheless: the file is whole and the publisher's.
ACCEPTABLE = frozenset({"shrunk", "older"})


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
