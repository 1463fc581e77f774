"""What a list says of an entry, and what two versions say differently, in the reader's words."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.templatetags.portal import country_name
from screening.differences import SEVERAL, TEXTS, ChangeKind, Difference, Field
from screening.models import VESSEL_FACTS, EntityKind, ListedEntity, NameKind, RelationKind

LABELS: dict[str, Promise] = {
    "names": _("Names"),
    "reference": _("Number in the list"),
    "kind": _("Kind"),
    "primary_name": _("Main name"),
    "listed_on": _("Listed on"),
    "remarks": _("Remarks"),
    "countries": _("Countries"),
    "dates_of_birth": _("Born on"),
    "places_of_birth": _("Born in"),
    "positions": _("Positions"),
    "programmes": _("Programmes"),
    "identifiers": _("Identifiers"),
    "addresses": _("Addresses"),
    "relations": _("Relations"),
    "vessel": _("Ship"),
}
TONES = {ChangeKind.ADDED: "attention", ChangeKind.REMOVED: "plain", ChangeKind.CHANGED: "info"}
FLAGS = ("flag", "former-flags")


@dataclass(frozen=True, slots=True)
class Fact:
    label: Promise
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A field of an entry that changed: what the older version said alone, and the newer alone."""

    label: Promise
    gone: tuple[str, ...]
    come: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    difference: Difference
    changes: tuple[Change, ...]

    @property
    def tone(self) -> str:
        return TONES[self.difference.kind]


def row(difference: Difference) -> Row:
    return Row(difference, tuple(map(_change, difference.fields)))


def _change(field: Field) -> Change:
    return Change(LABELS[field.name], _worded(field.name, field.gone), _worded(field.name, field.come))


def facts(entity: ListedEntity) -> list[Fact]:
    """Return all that the list says of an entry, its names first, without what it leaves open."""
    said: dict[str, Iterable[Any]] = {
        "names": [(name.name, name.kind) for name in entity.names.order_by("pk")]
    }
    for name in TEXTS:
        said[name] = [value] if (value := getattr(entity, name)) and name != "primary_name" else []
    said |= {name: getattr(entity, name) for name in SEVERAL}
    said["vessel"] = entity.vessel.items()
    return [Fact(LABELS[name], values) for name in LABELS if (values := _worded(name, said[name]))]


def _worded(name: str, values: Iterable[Any]) -> tuple[str, ...]:
    return tuple(WORDS.get(name, str)(value) for value in values)


def _name(value: tuple[str, str]) -> str:
    return f"{value[0]} ({_label(NameKind.choices, value[1])})"


def _kind(value: str) -> str:
    return _label(EntityKind.choices, value)


def _day(value: date) -> str:
    return value.isoformat()


def _identifier(value: dict[str, str]) -> str:
    return _joined(" ", value["kind"], value["number"], country_name(value["country"]), _aside(value["note"]))


def _address(value: dict[str, str]) -> str:
    return _joined(", ", value["text"], country_name(value["country"]), _aside(value["note"]))


def _relation(value: dict[str, str]) -> str:
    share = f"{value['share']} %" if value["share"] else ""
    kind = _label(RelationKind.choices, value["kind"])
    return f"{kind}: {_joined(' ', value['name'], share, _aside(value['note']))}"


def _ship(value: tuple[str, str]) -> str:
    key, said = value
    codes = [code.strip() for code in said.replace(";", ",").split(",")] if key in FLAGS else []
    return f"{VESSEL_FACTS.get(key, key)}: {', '.join(map(country_name, codes)) or said}"


def _label(choices: Iterable[tuple[str, Any]], value: str) -> str:
    return str(dict(choices).get(value, value))


def _aside(note: str) -> str:
    return f"({note})" if note else ""


def _joined(between: str, *parts: str) -> str:
    return between.join(part for part in parts if part)


WORDS: dict[str, Callable[[Any], str]] = {
    "names": _name,
    "kind": _kind,
    "listed_on": _day,
    "countries": country_name,
    "identifiers": _identifier,
    "addresses": _address,
    "relations": _relation,
    "vessel": _ship,
}
