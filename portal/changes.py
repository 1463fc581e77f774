"""What changed, field by field: of a party and a listed entry since an officer judged, and of what was handed
in by a correction."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from licensing import parties
from licensing.models import EndUseQuestion, Event, HitJudgement, Party, PartyKind, ScreeningHit
from portal.findings import facts_of
from portal.templatetags.portal import (
    country_name,
    legal_date,
    money,
    number,
    port_name,
    quantity,
    unit_name,
)
from screening.models import ListedEntity

COUNTRIES = ("country", "origin", "dispatched_from", "destination", "transit_countries")
# What no person typed.
NOT_TOLD = ("file_id", "added_by_id", "added_at", "number")
LABELS: dict[str, Promise] = {
    "other_names": gettext_lazy("Other names"),
    "transit_countries": gettext_lazy("Countries on the way"),
    "serial_numbers": gettext_lazy("Serial numbers"),
    "answer": gettext_lazy("Answer given"),
    "explanation": gettext_lazy("Explanation"),
}
# What is read with another field of its row.
MEASURED: dict[str, tuple[Callable[[Decimal | None, str], str], str]] = {
    "quantity": (quantity, "unit"),
    "value": (money, "currency"),
}


@dataclass(frozen=True, slots=True)
class Change:
    side: str  # whose: the party's or the list's; in a correction what people call it
    label: str
    before: str  # "" if it said nothing
    after: str


def since(judgement: HitJudgement, hit: ScreeningHit) -> list[Change]:
    """Return every difference between what was judged and what the hit is about now, the party's first."""
    found: list[Change] = []
    if judgement.party_digest != hit.party_digest:
        before, after = _words(judgement.party_facts), _words(parties.facts(hit.party))
        found += _differences(_("In the application"), before, after)
    if judgement.entity_digest != hit.entity_digest:
        found += _differences(_("In the list"), _entry(judgement.entity), _entry(hit.entity))
    return found


def between(one: Party, other: Party) -> list[Change]:
    """Return what two parties say differently of themselves: `before` is of `one`, `after` of `other`."""
    return _differences("", _words(parties.facts(one)), _words(parties.facts(other)))


def _differences(side: str, before: Mapping[str, str], after: Mapping[str, str]) -> list[Change]:
    return [
        Change(side, label, before.get(label, ""), after.get(label, ""))
        for label in dict.fromkeys([*after, *before])
        if before.get(label, "") != after.get(label, "")
    ]


def _words(facts: Mapping[str, Any]) -> dict[str, str]:
    """Return facts of a party, as licensing.parties.facts gives them, as people read them."""
    return {
        _("Names"): "; ".join(facts["names"]),
        _("Kind"): str(dict(PartyKind.choices).get(facts["kind"], facts["kind"])),
        _("Country"): country_name(facts["country"]),
        _("Address"): ", ".join(facts["address"]),
        _("Identifiers"): facts["registration_number"],
        _("Born on"): facts["born_on"],
    }


def _entry(entity: ListedEntity) -> dict[str, str]:
    names = "; ".join(entity.names.order_by("pk").values_list("name", flat=True))
    return {_("Names"): names, **facts_of(entity)}


def of_edit(event: Event) -> list[Change]:
    """Return what an edit changed, in the order of the form; what was added has nothing before."""
    model = apps.get_model("licensing", event.data["what"])
    names = [name for name in dict.fromkeys([*event.after, *event.before]) if name not in NOT_TOLD]
    found = [
        Change(
            _called(event),
            str(LABELS.get(name) or model._meta.get_field(name).verbose_name),
            _worded(model, name, event.before.get(name)),
            _worded(model, name, event.after.get(name)),
        )
        for name in names
    ]
    return [change for change in found if change.before != change.after]


def of_rows(side: str, before: models.Model, after: models.Model, names: Iterable[str]) -> list[Change]:
    """Return what two rows of a table say differently in these fields, in their order."""
    model: Any = type(after)
    return [
        Change(
            side,
            str(LABELS.get(name) or model._meta.get_field(name).verbose_name),
            _of_row(before, name),
            _of_row(after, name),
        )
        for name in names
        if getattr(before, name) != getattr(after, name)
    ]


def _of_row(row: Any, name: str) -> str:
    """Return what a row says in a field; an amount with the unit or the currency that the row gives it."""
    value = getattr(row, name)
    if name in MEASURED and value is not None:
        word, other = MEASURED[name]
        return word(value, getattr(row, other))
    return _worded(type(row), name, value)


def _called(event: Event) -> str:
    called: str = event.data.get("called") or event.after.get("name", "")
    if event.data["what"] == "application":
        return ""  # the case itself, which the reader has before him
    return str(dict(EndUseQuestion.choices).get(called, called))


def _worded(model: type[models.Model], name: str, value: Any) -> str:
    """Return a stored value as people read it; "" for none."""
    if value in (None, "", []):
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    values = value if isinstance(value, list) else [value]
    return ", ".join(_one_worded(model._meta.get_field(name), str(one)) for one in values)


def _one_worded(field: Any, value: str) -> str:
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if field.name in COUNTRIES:
        return country_name(value)
    if field.name == "unit":
        return unit_name(value)
    if field.name == "port_of_loading":
        return port_name(value)
    if isinstance(field, models.DecimalField):
        return number(Decimal(value))
    return legal_date(date.fromisoformat(value)) if isinstance(field, models.DateField) else value
