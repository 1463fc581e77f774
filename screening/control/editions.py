"""Which edition is in force, and what differs between two."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from screening.control.wording import base
from screening.control_models import ControlEdition, EntryAlias, EntryVersion


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
