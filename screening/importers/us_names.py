"""Take apart the names the United States Departments of Commerce and State write into one field."""

import re
from collections.abc import Iterator

from screening.importers.aliases import unique
from screening.importers.rows import NameRow
from screening.importers.xml import tidy
from screening.models import NameKind
from screening.names import script

# Quotation marks that were lost on the way: "JSC ?Vector? Works". Inside a word it may be any letter.
LOST_QUOTE = re.compile(r"(?<!\w)\?|\?(?!\w)")
SUCCESSORS = re.compile(
    r",?\s+and (?:any|its) [^;]*\b(?:successor|sub-?unit|subsidiar)\w*\b[^;]*$", re.IGNORECASE
)
ALSO = r"([af][./]k[./]a|d[./]b[./]a)[.,:]*\s+"
ALSO_BETWEEN = re.compile(rf",?\s{ALSO}", re.IGNORECASE)
ALSO_IN_BRACKETS = re.compile(rf"\s*\({ALSO}([^()]*)\)\s*", re.IGNORECASE)
ALSO_FIRST = re.compile(rf"(?:and\s+)?(?i:{ALSO})?")
# A short form at the end, of three letters or more: "... Organization (AERO)"; "(HK) Ltd" is none.
SHORT_FORM = re.compile(r"(.*\S)\s*\(([A-Z][A-Za-z&]+[A-Z](?:[- ]\w+)*)\)")
NO_SHORT_FORM = re.compile("FZC|FZCO|FZE|JSC|KSA|LLC|LLP|LTD|OAO|OOO|PAO|PRC|PTE|PTY|PVT|SARL|UAE|USA|ZAO")
# A part of a company that is listed itself: "... (CETC 13). Subordinate Institution - MT Microsystems".
PART = re.compile(
    r".*[.,]\s+(?:Affiliated Entity|Subordinate (?:Institution|Institute|Entity))\s*[-:–]\s*(.+)"
)


def names_of(field: str, kind: NameKind) -> tuple[NameRow, ...]:
    """Return the name in one field, as published but tidy, then the names it is made of."""
    name = tidy(SUCCESSORS.sub("", LOST_QUOTE.sub("", tidy(field)))).strip(" ,;")
    rows = [NameRow(found.strip(" ,;"), kind) for found, kind in ((name, kind), *_parts(name))]
    return unique([NameRow(row.name, _kind(row)) for row in rows if row.name])


def covers_more(field: str) -> bool:
    """Say whether the list names a party's successors and parts with it, which `names_of` leaves out."""
    return bool(SUCCESSORS.search(tidy(field)))


def alias_in(field: str) -> tuple[NameRow, ...]:
    """Return the names in an alias, which may start with "and", "f.k.a." or the like."""
    start = ALSO_FIRST.match(field)
    word = (start[1] or "") if start else ""
    return names_of(field[start.end() :] if start else field, _kind_after(word))


def _parts(name: str) -> Iterator[tuple[str, NameKind]]:
    if part := PART.fullmatch(name):
        yield part[1], NameKind.ALIAS
    if (short := SHORT_FORM.fullmatch(name)) and not NO_SHORT_FORM.fullmatch(short[2]):
        yield from ((half, NameKind.ALIAS) for half in short.groups())
    for word, inside in ALSO_IN_BRACKETS.findall(name):
        yield inside, _kind_after(word)
    outside, *others = ALSO_BETWEEN.split(ALSO_IN_BRACKETS.sub(" ", name))
    yield outside, NameKind.ALIAS
    yield from ((other, _kind_after(word)) for word, other in zip(others[::2], others[1::2], strict=True))


def _kind_after(word: str) -> NameKind:
    return NameKind.FORMER if word.lower().startswith("f") else NameKind.ALIAS


def _kind(row: NameRow) -> NameKind:
    if row.kind == NameKind.PRIMARY or row.name.isascii():  # most are, and to look at every letter takes long
        return row.kind
    return row.kind if script(row.name) in ("", "Latin") else NameKind.ORIGINAL_SCRIPT
