"""Which edition is in force, and what differs between two."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from screening.control.drafts import PARTS, row_of
from screening.control.rows import ProvisionRow
from screening.control.wording import base
from screening.control_models import ControlEdition, EntryAlias, EntryVersion, TextRole

# What is set otherwise and says the same: blanks ("10 000", "90 %"), the stop that becomes a semicolon when a
# paragraph follows, quotation marks, dashes, signs of products, and of powers behind a unit.
SIGNS = str.maketrans(
    {**dict.fromkeys("“”„«»", '"'), **dict.fromkeys("‘’´", "'"), **dict.fromkeys("‐‑‒–—−", "-"), "×": "x"}
)
BLANKS_AND_POWERS = re.compile(r"\s+|(?<=[a-zµΩ])\^(?=\d)")
STOPS = ".,;:"


@dataclass(frozen=True, slots=True)
class Changes:
    """What a newer edition changed, in codes. What moved is in neither `added` nor `removed`."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    moved: tuple[tuple[str, str], ...]  # (old code, new code)
    changed: tuple[str, ...]  # the same code, other words

    @property
    def touched(self) -> frozenset[str]:
        """Return the codes of the older edition that say something else now, or nothing."""
        return frozenset((*self.removed, *self.changed, *(old for old, _new in self.moved)))

    def tops(self, codes: Iterable[str]) -> tuple[str, ...]:
        return tuple(code for code in codes if code == base(code))


def in_force(list_code: str, at: datetime) -> ControlEdition | None:
    """Return the edition of a list that was in force here at a moment, None if none was."""
    editions = ControlEdition.objects.in_force(at).filter(list__code=list_code)
    return editions.select_related("list").first()


def compare(before: ControlEdition, after: ControlEdition) -> Changes:
    """Return what `after` changed of `before`, another edition of the same list.

    A provision has moved when the newer file says so by its old code, or when exactly one that went and one
    that came say the same. A catalogue has no text to compare with that of an official edition.
    """
    can_compare = before.is_catalogue == after.is_catalogue
    old, new = _digests(before), _digests(after)
    if can_compare:
        new |= {code: old[code] for code in _unaltered(before, after, old, new)}
    gone = {code: digest for code, digest in old.items() if code not in new}
    come = {code: digest for code, digest in new.items() if code not in old}
    moved = _moved(gone, come, after) if can_compare else []
    away, here = {code for code, _new in moved}, {code for _old, code in moved}
    return Changes(
        added=tuple(code for code in come if code not in here),
        removed=tuple(code for code in gone if code not in away),
        moved=tuple(moved),
        changed=tuple(
            code for code, digest in new.items() if can_compare and old.get(code, digest) != digest
        ),
    )


def _digests(edition: ControlEdition) -> dict[str, str]:
    versions = EntryVersion.objects.filter(edition=edition).order_by("position")
    return dict(versions.values_list("code", "digest"))


def _unaltered(
    before: ControlEdition, after: ControlEdition, old: dict[str, str], new: dict[str, str]
) -> Iterator[str]:
    """Yield the codes of other digests that say the same in the languages in which both editions are known.

    A digest is of the file that made the edition: the same list in another language, in both at once, or set
    otherwise, has another one.
    """
    differing = [code for code, digest in new.items() if old.get(code, digest) != digest]
    if not differing:
        return
    left, right = (_rows(edition, differing) for edition in (before, after))
    shared = _languages(left.values()) & _languages(right.values())
    for code in differing if shared else ():
        if plain(left[code].in_only(shared)).digest() == plain(right[code].in_only(shared)).digest():
            yield code


def plain(row: ProvisionRow) -> ProvisionRow:
    """Return the row with its texts and notes as they read, however they are set."""
    return replace(
        row,
        texts=tuple(replace(text, text=_plain(text.text)) for text in row.texts),
        notes=tuple(replace(note, text=_plain(note.text)) for note in row.notes),
    )


def _plain(text: str) -> str:
    return BLANKS_AND_POWERS.sub("", text.translate(SIGNS)).rstrip(STOPS)


def _rows(edition: ControlEdition, codes: list[str]) -> dict[str, ProvisionRow]:
    versions = edition.versions.filter(code__in=codes).select_related("entry").prefetch_related(*PARTS)
    return {version.code: row_of(version, [], own_only=False) for version in versions}


def _languages(rows: Iterable[ProvisionRow]) -> set[str]:
    return {text.language for row in rows for text in row.texts if text.role == TextRole.OFFICIAL}


def _moved(gone: dict[str, str], come: dict[str, str], after: ControlEdition) -> list[tuple[str, str]]:
    aliases = EntryAlias.objects.filter(edition=after).values_list("old_code", "entry__code")
    said = [(old, new) for old, new in aliases if old in gone and new in come]
    taken = {old for old, _new in said} | {new for _old, new in said}
    left, right = _only_once(gone, taken), _only_once(come, taken)
    return said + [(code, right[digest]) for digest, code in left.items() if digest in right]


def _only_once(codes: dict[str, str], taken: set[str]) -> dict[str, str]:
    """Return digest -> code for the digests that exactly one of the codes has."""
    found: dict[str, list[str]] = {}
    for code, digest in codes.items():
        if code not in taken:
            found.setdefault(digest, []).append(code)
    return {digest: same[0] for digest, same in found.items() if len(same) == 1}
