"""What other thresholds would have done to the possible matches of the past. Reads only."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, OuterRef, Subquery

from licensing import assessment, parties
from licensing.calibration import Thresholds
from licensing.models import (
    Application,
    ApplicationStatus,
    HitJudgement,
    Judgement,
    Party,
    ScreeningHit,
)
from screening import search

SAMPLE = 100  # parties compared anew to see what would appear: a second or two


@dataclass(frozen=True, slots=True)
class Group:
    """Hits of the past with the same points and the same last judgement ("" for none)."""

    points: float
    judgement: str
    count: int


@dataclass(frozen=True, slots=True)
class Consequences:
    hits: int  # that count by the thresholds in force
    gone: int  # of them, that would no longer be found
    gone_same: int  # of those, that officers judged to be the listed entry
    appearing: int  # matches in the sample that would be found in addition
    sample: int  # parties compared anew; 0 if none had to be
    two_now: int  # hits that take two people by the thresholds in force
    two_then: int
    open_cases: int  # that would be screened again


def past_hits() -> list[Group]:
    """Return every hit ever found, also by lists of the past, grouped, by rising points."""
    last = HitJudgement.objects.filter(hit=OuterRef("pk")).order_by("-pk").values("judgement")[:1]
    groups = ScreeningHit.objects.annotate(last=Subquery(last)).values("points", "last")
    return [
        Group(row["points"], row["last"] or "", row["count"])
        for row in groups.annotate(count=Count("pk")).order_by("points", "last")
    ]


def of(proposed: Thresholds, now: Thresholds, groups: Iterable[Group], at: datetime) -> Consequences:
    """Return what `proposed` would change; `groups` as past_hits gives them."""
    counted = [group for group in groups if group.points >= now.worth]
    kept = [group for group in counted if group.points >= proposed.worth]
    gone = [group for group in counted if group.points < proposed.worth]
    appearing, sample = _appearing(proposed, now, at)
    return Consequences(
        hits=_sum(counted),
        gone=_sum(gone),
        gone_same=_sum(group for group in gone if group.judgement == Judgement.SAME),
        appearing=appearing,
        sample=sample,
        two_now=_sum(group for group in counted if now.needs_two(group.points)),
        two_then=_sum(group for group in kept if proposed.needs_two(group.points)),
        open_cases=Application.objects.open().count() if proposed.key != now.key else 0,
    )


def _sum(groups: Iterable[Group]) -> int:
    return sum(group.count for group in groups)


def _appearing(proposed: Thresholds, now: Thresholds, at: datetime) -> tuple[int, int]:
    """Compare the newest parties with the lists of now, if less would be asked for; return how many matches
    more there would be, and in how many parties we looked."""
    if proposed.worth >= now.worth:
        return 0, 0
    sample = _newest_parties()
    try:
        found = [
            match
            for party in sample
            for match in search.screen(assessment.subject_of(party), at=at, worth=proposed.worth).matches
        ]
    except search.NoListInForce:
        return 0, 0
    return sum(match.score.points < now.worth for match in found), len(sample)


def _newest_parties() -> list[Party]:
    """Return the parties handed in last, each of the same facts once."""
    rows = Party.objects.exclude(application__status=ApplicationStatus.DRAFT).order_by("-pk")
    return list({parties.digest(party): party for party in rows[: 4 * SAMPLE]}.values())[:SAMPLE]
