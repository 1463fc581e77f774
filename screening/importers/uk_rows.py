"""How both United Kingdom lists put several values into one field, and how they write numbers."""

import re
from collections.abc import Iterable, Iterator

from screening.importers.aliases import scripted
from screening.importers.countries import country_code
from screening.importers.rows import IdentifierRow, NameRow
from screening.importers.xml import tidy
from screening.models import NameKind

# "(1) Tunisia (2) Libya", "1) Saudi Arabia 2) Qatar", "a) French, b) Tunisian", "(1)-(2) Shabwa"
MARKS = re.compile(r"\((?:\d{1,2}|[a-h])\)|(?:^|(?<=\s))(?:\d{1,2}|[a-h])\)")
# What comes before and after the number of a document: "Passport No: 592667 (Qatari passport issued ...)".
BEFORE = re.compile(r"^(?:[A-Za-z' ]*\b(?:passport|number|no)\b[.:]*\s*)+", re.IGNORECASE)
NUMBER = re.compile(r"\b(?:[A-Z]{1,4}[ -])*[A-Z/.-]*\d(?:[A-Z\d/.-]*[A-Z\d])?(?: [A-Z\d/-]*\d[A-Z\d]*)*\b")
IN_BRACKETS = re.compile(r"\(([^()]*)\)")
# What a name is called, in small letters: the spellings vary within one file.
KINDS = {"fka": NameKind.FORMER, "primary name": NameKind.PRIMARY, "prime alias": NameKind.PRIMARY}
COUNTRY_ENDS = re.compile(r"\b(?:citizenship|national\b|by birth|as (?:of|at)\b).*$", re.IGNORECASE)


def several(field: str) -> list[str]:
    """Return the values of a numbered field, or the field alone when it has no numbers."""
    parts = (tidy(part).strip(" ,;-") for part in MARKS.split(field))
    return [part for part in parts if part]


def each(fields: Iterable[str]) -> tuple[str, ...]:
    """Return all values of the fields, each once."""
    return tuple(dict.fromkeys(part for field in fields for part in several(field)))


def countries(fields: Iterable[str]) -> tuple[str, ...]:
    """Return the codes of the countries the fields name or describe ("Tunisian", "Libya (since 2009)")."""
    return tuple(sorted({_country(part) for part in each(fields)} - {""}))


def _country(part: str) -> str:
    shorter = (part, COUNTRY_ENDS.sub("", part), part.rpartition(",")[2])
    return next((code for text in shorter if (code := country_code(text))), "")


def name_row(name: str, kind: str, quality: str) -> NameRow:
    """Return the name with the kind its type and quality mean; an unknown type is an alias."""
    if quality.strip().lower().startswith("low"):
        return NameRow(name, NameKind.WEAK_ALIAS)
    meant = KINDS.get(kind.strip().lower(), NameKind.ALIAS)
    return scripted(name, meant) if meant == NameKind.ALIAS else NameRow(name, meant)


def documents(kind: str, fields: Iterable[str], notes: Iterable[str] = ()) -> Iterator[IdentifierRow]:
    """Yield the numbers in the fields; words around a number become its note, nations in it its country."""
    note = "; ".join(each(notes))
    for text in each(fields):
        words = BEFORE.sub("", text)
        number = NUMBER.search(words)
        if number:
            said = text if text != number.group() else note
            yield IdentifierRow(kind, tidy(number.group()), _nation(text) or _nation(note), said)


def _nation(text: str) -> str:
    found = (country_code(words) for words in (*IN_BRACKETS.findall(text), *text.split()))
    return next((code for code in found if code), "")
