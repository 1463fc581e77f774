"""What a new list says of people whom we deal with already: under a licence, as a company, with an account.

A possible match of an open case is part of its work. Any other is an alert until officers settled it; where
the country pack says so, the portal stops the licences that it concerns at once.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from licensing import judgements, notifications
from licensing.calibration import BANDS, Thresholds
from licensing.country import pack
from licensing.judgements import HitState, Standing
from licensing.models import Action, Band, Event, Licence, LicenceStatus, Party, ScreeningHit
from licensing.workflow import perform


@dataclass(frozen=True, slots=True)
class Alert:
    """A possible match that concerns somebody we deal with, and what stands of it."""

    standing: Standing
    licences: tuple[Licence, ...]  # the live ones it concerns

    @property
    def hit(self) -> ScreeningHit:
        return self.standing.hit


def hits(at: datetime) -> QuerySet[ScreeningHit]:
    """Return the possible matches that count, of everybody we deal with outside an open case."""
    live = Licence.objects.live(at).filter(application=OuterRef("party__application"))
    return ScreeningHit.objects.filter(
        Exists(live) | Q(party__company__isnull=False) | Q(party__account__is_active=True), gone_at=None
    )


def open_ones(at: datetime) -> list[Alert]:
    """Return the alerts that are not settled, the likeliest first. One that was found to be the listed entry
    stays while a licence it concerns is in force, or the account is open."""
    rows = hits(at).select_related(
        "party__application__organisation", "party__application__licence", "party__company", "party__account"
    )
    found = judgements.of_hits(list(rows.order_by("-points", "pk")), at)
    unsettled = [one for one in found if one.state != HitState.DIFFERENT]
    licences = _live_licences([one.hit.party for one in unsettled], at)
    alerts = [Alert(one, tuple(licences[one.hit.party.belongs_to])) for one in unsettled]
    return [alert for alert in alerts if _is_open(alert)]


def _live_licences(parties: Sequence[Party], at: datetime) -> dict[tuple[str, int | None], list[Licence]]:
    """Return the live licences by whose they are, as `Party.belongs_to` says: one query, none for nobody."""
    found: dict[tuple[str, int | None], list[Licence]] = defaultdict(list)
    if not parties:
        return found
    cases, companies = {one.application_id for one in parties}, {one.company_id for one in parties}
    rows = Licence.objects.live(at).filter(
        Q(application__in=cases - {None}) | Q(holder__in=companies - {None})
    )
    for licence in rows.order_by("pk"):
        found["application", licence.application_id].append(licence)
        found["company", licence.holder_id].append(licence)
    return found


def _is_open(alert: Alert) -> bool:
    if alert.standing.state != HitState.SAME:
        return True
    in_force = any(licence.status == LicenceStatus.ACTIVE for licence in alert.licences)
    return in_force or alert.hit.party.account_id is not None


def licences_of(party: Party, at: datetime) -> tuple[Licence, ...]:
    """Return the live licences that a party takes part in, or a company holds."""
    if party.account_id is not None:
        return ()
    of = {"application": party.application_id} if party.application_id else {"holder": party.company_id}
    return tuple(Licence.objects.live(at).filter(**of).order_by("pk"))


def raise_for(party: Party, found: Sequence[ScreeningHit], thresholds: Thresholds, at: datetime) -> int:
    """Tell officers what was newly found of somebody we deal with, and hold licences if the policy says so.

    Call it in the transaction that stores `found`. Returns how many alerts were raised.
    """
    licences = licences_of(party, at)
    if not found or (party.application_id and not licences):
        return 0
    waiting = [one for one in judgements.of_hits(found, at, thresholds) if not one.is_settled]
    for standing in waiting:
        event = Event.objects.create(
            **_about(party, licences),
            action=Action.ALERT,
            at=at,
            data={**judgements.hit_facts(standing.hit), "band": standing.band, "points": standing.hit.points},
        )
        notifications.announce(event)
    if worst := next((one for one in waiting if _is_held(one.band)), None):
        for licence in licences:
            hold(licence.pk, worst.hit, at=at)
    return len(waiting)


def _about(party: Party, licences: Sequence[Licence]) -> dict[str, Any]:
    if party.application_id:
        return {"application": party.application, "licence": licences[0]}
    return {"organisation": party.company, "account": party.account}


def _is_held(band: Band) -> bool:
    policy = pack().judging.hold_from
    return policy != "" and BANDS.index(band) >= BANDS.index(Band(policy))


def hold(licence_id: int, hit: ScreeningHit, *, at: datetime) -> None:
    """Stop a licence in force until officers settled `hit`; one that is stopped already stays so."""
    licence = Licence.objects.lock(licence_id)
    if licence.status == LicenceStatus.ACTIVE:
        notifications.announce(perform(licence, Action.HOLD, by=None, at=at, **judgements.hit_facts(hit)))
