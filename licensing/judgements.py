"""What stands of the judgements about a hit. Worked out whenever somebody asks, from rows that only grow.

A judgement belongs to what was judged: the facts of the party and what the list said. It counts for its own
hit while both say the same, and, if it was complete, for a hit of the same in a later case until it is too
old. Only SAME and DIFFERENT are settled; whatever is missing, contradicted or too old is open.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from licensing import calibration, parties
from licensing.calibration import Thresholds
from licensing.models import (
    Application,
    ApplicationStatus,
    Band,
    HitConfirmation,
    HitJudgement,
    Judgement,
    Licence,
    ScreeningHit,
    User,
)


class HitState(models.TextChoices):
    OPEN = "open", _("To judge")
    UNSURE = "unsure", _("Not sure")
    UNCONFIRMED = "unconfirmed", _("To confirm")
    SAME = "same", _("Listed")
    DIFFERENT = "different", _("Somebody else")


SETTLED = (HitState.SAME, HitState.DIFFERENT)


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands of a hit at one moment."""

    hit: ScreeningHit
    state: HitState
    band: Band
    needs_two: bool  # whether "somebody else" takes two people here
    judgement: HitJudgement | None = None  # the one that counts, or waits for the second person
    is_remembered: bool = False  # whether `judgement` was made in another case
    known_same: HitJudgement | None = None  # another case holds the same facts to be the listed entry
    earlier: HitJudgement | None = None  # the newest that no longer counts, while none does

    @property
    def is_settled(self) -> bool:
        return self.state in SETTLED

    @property
    def confirmation(self) -> HitConfirmation | None:
        return confirmation_of(self.judgement) if self.judgement else None

    def waits_for(self, user: User) -> bool:
        """Say whether this person could bring it forward."""
        if self.state == HitState.UNCONFIRMED:
            return self.judgement is not None and self.judgement.by_id != user.pk
        return self.state == HitState.OPEN


def confirmation_of(judgement: HitJudgement) -> HitConfirmation | None:
    return getattr(judgement, "confirmation", None)


def hit_facts(hit: ScreeningHit) -> dict[str, Any]:
    """Return what every event about a hit says of it."""
    return {
        "hit": hit.pk,
        "party": hit.party_name,
        "listed": hit.listed_name,
        "list": hit.source,
        "entry": hit.source_id,
        "entity": hit.entity_id,
    }


def of_case(application: Application, at: datetime) -> list[Standing]:
    """Return what stands of every hit of the application that counts, the likeliest first."""
    hits = ScreeningHit.objects.of(application).select_related("party")
    return of_hits(list(hits.order_by("-points", "pk")), at)


def of_hits(
    hits: Sequence[ScreeningHit], at: datetime, thresholds: Thresholds | None = None
) -> list[Standing]:
    """Return what stands of each hit, in their order: two queries however many, none for no hit.

    Give hits with their party.
    """
    if not hits:
        return []
    thresholds = thresholds or calibration.in_force(at)
    rows = about(hits, at)
    return [standing(hit, rows[hit.source, hit.source_id], thresholds, at) for hit in hits]


def escaped(application: Application) -> list[HitJudgement]:
    """Return the judgements by which a party of the application is listed, and which its hit has escaped
    since because the party was changed: another name does not undo what an officer found."""
    return escaped_of([application])


def escaped_of(applications: Iterable[Application]) -> list[HitJudgement]:
    """Return the escaped judgements of many applications, with hit and party: one query."""
    gone = ScreeningHit.objects.concerning(*applications).exclude(gone_at=None)
    newest = (
        HitJudgement.objects.filter(hit__in=gone)
        .order_by("hit", "-pk")
        .distinct("hit")
        .select_related("hit__party", "by")
    )
    return [
        row
        for row in newest
        if row.judgement == Judgement.SAME and row.party_digest != parties.digest(row.hit.party)
    ]


def about(hits: Sequence[ScreeningHit], at: datetime) -> dict[tuple[str, str], list[HitJudgement]]:
    """Return the judgements made until `at` that may concern the hits, by listed entry, the oldest first."""
    found = (
        HitJudgement.objects.filter(
            Q(hit__in=[hit.pk for hit in hits])
            | Q(party_digest__in={hit.party_digest for hit in hits})
            | Q(party_key__in={parties.key(hit.party) for hit in hits}),
            source__in={hit.source for hit in hits},
            source_id__in={hit.source_id for hit in hits},
            at__lte=at,
        )
        .select_related("by", "hit__party__application", "hit__party__company", "confirmation__by")
        .order_by("pk")
    )
    by_entry: dict[tuple[str, str], list[HitJudgement]] = defaultdict(list)
    for row in found:
        by_entry[row.source, row.source_id].append(row)
    return by_entry


def standing(
    hit: ScreeningHit, rows: Iterable[HitJudgement], thresholds: Thresholds, at: datetime
) -> Standing:
    """Return what stands of `hit`. Takes the judgements about its listed entry and the same party or the
    same hit, the oldest first; pure but for the rows' own relations."""
    rows = [row for row in rows if _concerns(row, hit)]
    band = thresholds.band_of(hit.points, hit.features)
    needs_two = thresholds.takes_two(band)
    own = [row for row in rows if row.hit_id == hit.pk and _is_of_the_same(row, hit)]
    elsewhere = [row for row in rows if _is_elsewhere(row, hit) and _is_of_the_same(row, hit)]
    known = _known(elsewhere, needs_two)
    known_same = known if known and known.judgement == Judgement.SAME else None
    if own:
        last = own[-1]
        overtaken = (
            known_same is not None and last.judgement == Judgement.DIFFERENT and known_same.pk > last.pk
        )
        if not overtaken:
            state = _state(last, needs_two)
            return Standing(hit, state, band, needs_two, last, known_same=known_same)
    elif known and not known_same and at < thresholds.forgets(known.at):
        return Standing(hit, HitState.DIFFERENT, band, needs_two, known, is_remembered=True)
    earlier = next((row for row in reversed(rows) if row != known_same), None)
    return Standing(hit, HitState.OPEN, band, needs_two, known_same=known_same, earlier=earlier)


def takes_two(standing: Standing, rows: Iterable[HitJudgement]) -> bool:
    """Say whether "somebody else" takes a second person: by the band, or because it would overturn "the
    same", whoever said it, and whatever changed since."""
    return standing.needs_two or any(
        row.judgement == Judgement.SAME for row in rows if _concerns(row, standing.hit)
    )


def is_complete(judgement: HitJudgement, needs_two: bool) -> bool:
    """Say whether everybody whom a "somebody else" takes has agreed, by the rules of then and of now."""
    return not (judgement.needs_second or needs_two) or confirmation_of(judgement) is not None


def are_alike(one: ScreeningHit, other: ScreeningHit) -> bool:
    """Say whether two hits of a case may be judged together: the same party, by its facts or its name,
    against the same entry, or against entries of other lists under the same name. Give them with party."""
    same_party = one.party_digest == other.party_digest or parties.key(one.party) == parties.key(other.party)
    same_entry = (one.source, one.source_id) == (other.source, other.source_id)
    same_listed = parties.name_key(one.listed_name) == parties.name_key(other.listed_name)
    return same_party and (same_entry or same_listed)


def _concerns(row: HitJudgement, hit: ScreeningHit) -> bool:
    return (
        row.hit_id == hit.pk
        or row.party_digest == hit.party_digest
        or row.party_key == parties.key(hit.party)
    )


def _is_of_the_same(row: HitJudgement, hit: ScreeningHit) -> bool:
    return (row.party_digest, row.entity_digest) == (hit.party_digest, hit.entity_digest)


def _is_elsewhere(row: HitJudgement, hit: ScreeningHit) -> bool:
    return row.hit.party.belongs_to != hit.party.belongs_to


def _state(judgement: HitJudgement, needs_two: bool) -> HitState:
    if judgement.judgement == Judgement.DIFFERENT and not is_complete(judgement, needs_two):
        return HitState.UNCONFIRMED
    return HitState(judgement.judgement)


def _known(elsewhere: Iterable[HitJudgement], needs_two: bool) -> HitJudgement | None:
    """Return the judgement that other cases leave behind: "the same" stays until two people overturn it,
    a complete "somebody else" until anybody says otherwise."""
    known: HitJudgement | None = None
    for row in elsewhere:
        if row.judgement == Judgement.SAME or (
            row.judgement == Judgement.DIFFERENT and is_complete(row, needs_two)
        ):
            known = row
        elif row.judgement == Judgement.UNSURE and known and known.judgement == Judgement.DIFFERENT:
            known = None
    return known


def waiting_for_second(user: User, at: datetime) -> QuerySet[HitJudgement]:
    """Return the judgements of cases in review that wait for somebody else than who made them, if that is
    not `user`, the oldest first."""
    thresholds = calibration.in_force(at)
    newer = HitJudgement.objects.filter(hit=OuterRef("hit"), pk__gt=OuterRef("pk"))
    needed = Q(needs_second=True)
    if (points := thresholds.two_people_from_points) is not None:
        needed |= Q(hit__points__gte=points)
    return (
        HitJudgement.objects.filter(
            needed,
            ~Exists(newer),
            judgement=Judgement.DIFFERENT,
            confirmation=None,
            hit__gone_at=None,
            hit__entity_digest=models.F("entity_digest"),
            hit__party_digest=models.F("party_digest"),
        )
        .filter(
            Q(hit__party__application__status=ApplicationStatus.IN_REVIEW)
            | Q(hit__party__application__licence__in=Licence.objects.live(at))
            | Q(hit__party__application=None)
        )
        .exclude(by=user)
        .select_related("by", "hit__party__application", "hit__party__company", "hit__party__account")
        .order_by("at", "pk")
    )
