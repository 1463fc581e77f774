"""A value as a text states it."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from screening.classification.units import Unit

# "most" and "least" are ends of what goods can do; the last four are bounds of a value that is not stated.
Ends = Literal["exact", "range", "most", "least", "at-least", "above", "at-most", "below"]


@dataclass(frozen=True, slots=True)
class Interval:
    """From `low` to `high` in the unit; None where that end is not stated."""

    low: Decimal | None
    high: Decimal | None
    ends: Ends = "exact"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A value as a text states it."""

    words: str  # as they stand in the text: "de 2 a 5 µm"
    start: int  # where, in the text
    end: int
    unit: Unit  # NUMBER where there is none
    readings: tuple[Interval, ...]  # more than one where the text may be read in several ways
    parameters: tuple[str, ...] = ()  # what it is a value of, by its name or unit
    loosely: tuple[str, ...] = ()  # what it may be a value of

    @property
    def dimension(self) -> str:
        return self.unit.dimension
