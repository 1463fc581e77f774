"""Whom a new edition of a control list touches: goods claimed under a code that says something else now."""

from dataclasses import dataclass
from datetime import datetime

from licensing.models import Application, GoodsLine, Licence
from screening.codes import normalise_code
from screening.control.editions import Changes
from screening.control.wording import ancestors, base


@dataclass(frozen=True, slots=True)
class Change:
    """One change of an edition, by the code that goods may claim."""

    code: str
    kind: str  # added | removed | moved | changed
    now: str = ""  # where it moved to


@dataclass(frozen=True, slots=True)
class Touched:
    """Goods of an open application or under a live licence, and what changed of the code they claim."""

    goods: GoodsLine
    application: Application
    licence: Licence | None
    changes: tuple[Change, ...]


def touched(changes: Changes, at: datetime) -> list[Touched]:
    """Return the goods whose claimed code was changed, itself, above or below it, by application.

    Only open applications and those under whose licence something may still be shipped; nothing is altered:
    each keeps the edition that was in force when it was handed in.
    """
    by_base = _by_base(changes)
    watched = Application.objects.watched(at)
    lines = GoodsLine.objects.filter(application__in=watched).exclude(control_code="")
    related = lines.select_related("application__organisation", "application__licence")
    found = []
    for line in related.order_by("application__submitted_at", "application_id", "number"):
        code = normalise_code(line.control_code)
        if met := tuple(change for change in by_base.get(base(code), ()) if _meets(code, change.code)):
            licence = getattr(line.application, "licence", None)
            found.append(Touched(line, line.application, licence, met))
    return found


def _by_base(changes: Changes) -> dict[str, list[Change]]:
    every = [
        *(Change(code, "removed") for code in changes.removed),
        *(Change(old, "moved", new) for old, new in changes.moved),
        *(Change(code, "changed") for code in changes.changed),
        *(Change(code, "added") for code in changes.added),
    ]
    grouped: dict[str, list[Change]] = {}
    for change in every:
        grouped.setdefault(base(change.code), []).append(change)
    return grouped


def _meets(claimed: str, code: str) -> bool:
    """Say whether a change of `code` concerns goods claimed under `claimed`: it, above it or below it."""
    return code == claimed or code in ancestors(claimed) or code.startswith(f"{claimed}.")
