"""Which likeness is worth a look, and how many people it takes to call it somebody else.

An administrator's newest version counts; before the first one, the setting SCREENING_POINTS_WORTH_A_LOOK
and the country pack.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings

from licensing.country import pack
from licensing.models import Band, Calibration
from screening.asked_often import Question
from screening.matcher import POINTS_WORTH_A_LOOK

BANDS = tuple(Band)  # rising
SAME = frozenset({"same-name", "same-words"})  # features of screening.reasons, as are the next
CONTRADICTIONS = frozenset({"other-birth", "other-kind", "other-number"})

NEWEST = Question(
    lambda at: Calibration.objects.filter(at__lte=at).order_by("-number")[:1],
    datetime(1970, 1, 1, tzinfo=UTC),
)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What counts at one moment. Points are those of screening.matcher, 0 to 100."""

    worth: float
    medium_from: float
    high_from: float
    two_people_from: str  # a Band; "" for none
    remembered_days: int
    number: int = 0  # of the stored version; 0 before the first

    def band(self, points: float) -> Band:
        if points >= self.high_from:
            return Band.HIGH
        return Band.MEDIUM if points >= self.medium_from else Band.LOW

    def band_of(self, points: float, features: Collection[str]) -> Band:
        """Return the band of a match by its points and the features of its reasons.

        The same name, word for word, is always in the highest: how common it is, or another country, says too
        little to leave it to one person. A birth, kind or number that contradicts does say enough.
        """
        if not SAME.isdisjoint(features) and CONTRADICTIONS.isdisjoint(features):
            return Band.HIGH
        return self.band(points)

    def takes_two(self, band: Band) -> bool:
        """Say whether a second person must agree that a match of this band is somebody else."""
        return self.two_people_from != "" and BANDS.index(band) >= BANDS.index(Band(self.two_people_from))

    @property
    def two_people_from_points(self) -> float | None:
        """The points from which "somebody else" takes two people; None if one is always enough."""
        starts = {"": None, Band.LOW: 0.0, Band.MEDIUM: self.medium_from, Band.HIGH: self.high_from}
        return starts[self.two_people_from]

    def needs_two(self, points: float) -> bool:
        """Say whether a second person must agree that a hit of so many points is somebody else."""
        return self.takes_two(self.band(points))

    def forgets(self, judged_at: datetime) -> datetime:
        """Return the first moment at which a judgement no longer counts in other cases."""
        return judged_at + timedelta(days=self.remembered_days)

    @property
    def key(self) -> str:
        """What a screening rests on, as it is stored with it: "70.0 80.0 90.0 high"."""
        return f"{self.worth} {self.medium_from} {self.high_from} {self.two_people_from or '-'}"


def in_force(at: datetime) -> Thresholds:
    """Return the thresholds that count at `at`."""
    newest = NEWEST.ask(at)
    return thresholds_of(newest[0]) if newest else default()


def thresholds_of(version: Calibration) -> Thresholds:
    return Thresholds(
        float(version.worth),
        float(version.medium_from),
        float(version.high_from),
        version.two_people_from,
        version.remembered_days,
        version.number,
    )


def default() -> Thresholds:
    """Return what counts before an administrator stored anything."""
    worth = float(getattr(settings, "SCREENING_POINTS_WORTH_A_LOOK", POINTS_WORTH_A_LOOK))
    judging = pack().judging
    medium_from = max(worth, judging.medium_from)
    return Thresholds(
        worth,
        medium_from,
        max(medium_from, judging.high_from),
        judging.two_people_from,
        judging.remembered_days,
    )
