"""Take apart what publishers write into one name field: several names, names in another script, remarks."""

import re
from collections.abc import Iterator

from screening.importers.rows import NameRow
from screening.importers.xml import tidy
from screening.models import NameKind
from screening.names import script

SEVERAL = re.compile(r"\s*;\s*|\s+/\s+|(?:^|\s+)[a-z]\)\s+")  # "A; B", "A / B", "a) A b) B"
IN_BRACKETS = re.compile(r"\s*\(\s*((?:[^()]|\([^()]*\))*)\s*\)\s*")
SCRIPT_LABEL = re.compile(r"^original script:\s*", re.IGNORECASE)
BORN = re.compile(r",?\s+born\s.*$")  # "..., born in 1967"
SHORT_FORM = re.compile(r"[A-Z][A-Za-z]*[A-Z](?:[-/][A-Z]+)*")  # "FDLR", "JuA", "AAS-T"
WORDS_BY_COMMA = re.compile(r"\w+(?:, \w+){2,}")  # "Abdurezak, Abdelrazaq, Abdulrazak"


def names_in(field: str, kind: NameKind) -> tuple[NameRow, ...]:
    """Return the names in one published field, each once.

    A name in brackets is a name of its own when it is in another script or a short form; any other remark
    in brackets stays in the first name and is left out of a second one, as it may or may not belong to it.
    """
    rows = [
        NameRow(name, _kind_of(name, kind)) for part in _parts(tidy(field)) for name in _names(part) if name
    ]
    return unique(rows)


def unique(rows: list[NameRow]) -> tuple[NameRow, ...]:
    """Return the rows with each name once, as and where it came first."""
    first: dict[str, NameRow] = {}
    for row in rows:
        first.setdefault(row.name, row)
    return tuple(first.values())


def main_first(rows: list[NameRow]) -> tuple[NameRow, ...]:
    """Return each name once, one main name in front: the first marked so, or the first of all.

    Further names marked as main become aliases, as some lists call every spelling "primary".
    """
    if not rows:
        return ()
    main = next((row for row in rows if row.kind == NameKind.PRIMARY), rows[0])
    others = [NameRow(row.name, _no_main(row.kind)) for row in rows if row.name != main.name]
    return unique([NameRow(main.name, NameKind.PRIMARY), *others])


def _no_main(kind: NameKind) -> NameKind:
    return NameKind.ALIAS if kind == NameKind.PRIMARY else kind


def scripted(name: str, kind: NameKind) -> NameRow:
    """Return the name as one in its own script if it is not in Latin letters; weak and former stay so."""
    return NameRow(name, _kind_of(name, kind) if kind in (NameKind.PRIMARY, NameKind.ALIAS) else kind)


def _parts(field: str) -> Iterator[str]:
    """Split a field at signs that part names, but not inside brackets."""
    held: list[str] = []

    def hold(match: re.Match[str]) -> str:
        held.append(match.group())
        return f"\x00{len(held) - 1}\x00"

    for part in SEVERAL.split(IN_BRACKETS.sub(hold, field)):
        yield re.sub("\x00(\\d+)\x00", lambda match: held[int(match[1])], part)


def _names(part: str) -> Iterator[str]:
    part = BORN.sub("", part)
    if WORDS_BY_COMMA.fullmatch(part):
        yield from part.split(", ")
        return
    outside = _trimmed(IN_BRACKETS.sub(" ", part))
    inside = [tidy(SCRIPT_LABEL.sub("", found)) for found in IN_BRACKETS.findall(part)]
    names = [name for found in inside for name in _own_names(found, outside)]
    if len(names) < len(inside):
        yield _trimmed(part)
    yield outside
    yield from names


def _own_names(found: str, outside: str) -> list[str]:
    if SHORT_FORM.fullmatch(found):
        return [found]
    if outside and script(found) != script(outside):
        return [_trimmed(name) for name in found.split(";")]
    return []


def _trimmed(name: str) -> str:
    return tidy(name).strip(" ,;") if name.count("(") == name.count(")") else tidy(name).strip(" ,;()")


def _kind_of(name: str, kind: NameKind) -> NameKind:
    return NameKind.ORIGINAL_SCRIPT if script(name) not in ("", "Latin") else kind
