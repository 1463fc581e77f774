"""Annex I of the European Union in the JSON form of exports-watch: an entry's provisions one a line.

Each line begins with its code; notes begin with the code of what they belong to and the word "Note". A line
that repeats the code of a provision goes on with it. Powers are lost in this form and written again.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from screening.control.files import json_object, opened
from screening.control.lists import regimes_by_number
from screening.control.rows import EditionDraft, NoteRow, ProvisionRow, TextRow
from screening.control.wording import cas_numbers, checked_code, with_powers
from screening.control_models import NoteKind
from screening.importers.dates import iso_day
from screening.refusals import BadList

LINE = re.compile(r"(\d[A-E]\d{3}(?:\.(?:[a-z]|\d{1,3}))*) (.+)")
NOTES = (
    (re.compile(r"Technical Notes?\b", re.IGNORECASE), NoteKind.TECHNICAL),
    (re.compile(r"Notes?(?: \d+)?\s?:|Note \d+\b", re.IGNORECASE), NoteKind.NOTE),
    (re.compile(r"N\.\s?B\.", re.IGNORECASE), NoteKind.NB),
)
LANGUAGE = "en"


def parse(path: Path) -> EditionDraft:
    with opened(path) as file:
        content = json_object(file.read(), needed=("entries", "entry_count"))
    entries = content["entries"]
    if not isinstance(entries, list):
        raise BadList("not-this-json", expected="entries")
    rows = [row for number, entry in enumerate(entries, start=1) for row in _rows(number, entry)]
    return EditionDraft(
        list_code="eu-dual-use",
        valid_from=iso_day(str(content.get("valid_from", ""))),
        rows=tuple(rows),
        language=LANGUAGE,
        source_url=str(content.get("source_url", ""))[:500],
        attribution=str(content.get("attribution", "")),
        said_codes=_count(content.get("entry_count")),
    )


def _count(value: object) -> int:
    if not isinstance(value, int):
        raise BadList("not-this-json", expected="entry_count")
    return value


def _rows(number: int, entry: Any) -> Iterator[ProvisionRow]:
    if not isinstance(entry, dict) or not isinstance(entry.get("verbatim_text"), str):
        raise BadList("no-text-under", key="verbatim_text")
    own = checked_code(str(entry.get("entry_code", "")), number)
    texts: dict[str, list[str]] = {}
    notes: dict[str, list[NoteRow]] = {}
    for line in entry["verbatim_text"].splitlines():
        code, text = _parts(number, own, line)
        if kind := kind_of_note(text):
            notes.setdefault(code, []).append(NoteRow(LANGUAGE, kind, text))
        elif code in texts and notes.get(code):
            notes[code][-1] = _longer(notes[code][-1], text)
        else:
            texts.setdefault(code, []).append(text)
    if own not in texts:
        raise BadList("no-text-under", key=own)
    for code, parts in texts.items():
        yield _row(code, "\n".join(parts), tuple(notes.pop(code, ())))
    if notes:
        raise BadList("note-of-nothing", entry=next(iter(notes)))


def _parts(number: int, own: str, line: str) -> tuple[str, str]:
    match = LINE.fullmatch(line.strip())
    if not match or match[1].partition(".")[0] != own:
        raise BadList("not-a-provision", number=number, entry=own, line=line[:80])
    return match[1], with_powers(match[2])


def _longer(note: NoteRow, text: str) -> NoteRow:
    """Return the note with a line that goes on with it: "Technical Note:" alone, a formula's last line."""
    return NoteRow(note.language, note.kind, f"{note.text}\n{text}")


def _row(code: str, text: str, notes: tuple[NoteRow, ...]) -> ProvisionRow:
    return ProvisionRow(
        code,
        texts=(TextRow(LANGUAGE, text),),
        notes=notes,
        regimes=regimes_by_number(code) if "." not in code else (),
        cas=cas_numbers(text),
    )


def kind_of_note(text: str) -> NoteKind | None:
    """Return what kind of note a text begins, None for a provision."""
    return next((kind for pattern, kind in NOTES if pattern.match(text)), None)
