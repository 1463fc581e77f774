"""What changed since an officer judged: of the party and of the listed entry, field by field."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from licensing import parties
from licensing.models import HitJudgement, PartyKind, ScreeningHit
from portal.findings import facts_of
from portal.templatetags.portal import country_name
from screening.models import ListedEntity


@dataclass(frozen=True, slots=True)
class Change:
    side: str  # whose: the party's or the list's
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
