"""Past hits by their points, drawn as SVG on the server, and the same numbers for the table beneath it."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from licensing.calibration import Thresholds
from licensing.consequences import Group
from licensing.models import Judgement
from licensing.models.judgements import LEAST_WORTH, MOST_WORTH
from portal.judged import band_words

STEP = 5  # points in a bar
LEFT, TOP, PLOT_WIDTH, PLOT_HEIGHT = 40, 72, 640, 180  # of the drawing, in its own units
GAP = 8


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a bar."""

    kind: str  # same, different or open, as the style sheet and the legend know them
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Bar:
    label: str  # "70–74"
    band: str  # by the thresholds shown; "" below what is worth a look
    same: int
    different: int
    unsettled: int
    x: float
    width: float
    pieces: tuple[Piece, ...]

    @property
    def total(self) -> int:
        return self.same + self.different + self.unsettled

    @property
    def middle(self) -> float:
        return self.x + self.width / 2

    @property
    def top(self) -> float:
        """Where the number above the bar stands."""
        return min((piece.y for piece in self.pieces), default=TOP + PLOT_HEIGHT) - 6


@dataclass(frozen=True, slots=True)
class Line:
    """A threshold as an upright line."""

    x: float
    label: str
    row: int  # labels of near lines stand below each other

    @property
    def y(self) -> int:
        return 14 + 15 * self.row


@dataclass(frozen=True, slots=True)
class Histogram:
    bars: tuple[Bar, ...]
    lines: tuple[Line, ...]  # of the thresholds shown
    lines_now: tuple[Line, ...]  # of those in force, where they differ
    highest: int
    bottom: int = TOP + PLOT_HEIGHT
    left: int = LEFT
    right: int = LEFT + PLOT_WIDTH
    top: int = TOP
    width: int = LEFT + PLOT_WIDTH + 16
    height: int = TOP + PLOT_HEIGHT + 40

    @property
    def label_y(self) -> int:
        return self.bottom + 18

    @property
    def title_y(self) -> int:
        return self.bottom + 36


def draw(groups: Iterable[Group], shown: Thresholds, now: Thresholds) -> Histogram:
    starts = range(LEAST_WORTH, MOST_WORTH, STEP)
    counts = {start: {"same": 0, "different": 0, "open": 0} for start in starts}
    for group in groups:
        start = min(max(int(group.points // STEP) * STEP, LEAST_WORTH), MOST_WORTH - STEP)
        counts[start][_kind(group.judgement)] += group.count
    highest = max((sum(of.values()) for of in counts.values()), default=0)
    return Histogram(
        bars=tuple(_bar(start, of, shown, highest) for start, of in counts.items()),
        lines=_lines(shown),
        lines_now=tuple(line for line in _lines(now) if line not in _lines(shown)),
        highest=highest,
    )


def _kind(judgement: str) -> str:
    return judgement if judgement in (Judgement.SAME, Judgement.DIFFERENT) else "open"


def _bar(start: int, counts: dict[str, int], shown: Thresholds, highest: int) -> Bar:
    last = MOST_WORTH if start == MOST_WORTH - STEP else start + STEP - 1
    pieces, y = [], float(TOP + PLOT_HEIGHT)
    for kind, count in counts.items():
        if count:
            height = PLOT_HEIGHT * count / highest
            y -= height
            pieces.append(Piece(kind, round(y, 1), round(height, 1)))
    return Bar(
        label=f"{start}–{last}",
        band=band_words(shown.band(last)) if last >= shown.worth else "",
        same=counts["same"],
        different=counts["different"],
        unsettled=counts["open"],
        x=round(_x(start) + GAP / 2, 1),
        width=round(_x(start + STEP) - _x(start) - GAP, 1),
        pieces=tuple(pieces),
    )


def _lines(thresholds: Thresholds) -> tuple[Line, ...]:
    marks = (
        (thresholds.worth, _("worth a look")),
        (thresholds.medium_from, _("medium")),
        (thresholds.high_from, _("high")),
    )
    return tuple(
        Line(round(_x(points), 1), f"{label} {points:g}", row) for row, (points, label) in enumerate(marks)
    )


def _x(points: float) -> float:
    return LEFT + PLOT_WIDTH * (points - LEAST_WORTH) / (MOST_WORTH - LEAST_WORTH)
