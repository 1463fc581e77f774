"""Compare dates of birth that may be known to the day, the month, the year or not quite. Pure.

Dates are in the Extended Date/Time Format (ISO 8601-2): "1971-05-03", "1971-05", "1971", "1971~" (about),
"1958/1963" (between). What cannot be read counts as not known.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

ABOUT_YEARS = 2
DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?(~?)")


@dataclass(frozen=True, slots=True)
class Span:
    first: date
    last: date

    @property
    def is_a_day(self) -> bool:
        return self.first == self.last

    def meets(self, other: "Span") -> bool:
        return self.first <= other.last and other.first <= self.last

    def swaps(self, other: "Span") -> bool:
        """Say whether both are days of one year with day and month exchanged."""
        return (
            self.is_a_day
            and other.is_a_day
            and (self.first.year, self.first.month, self.first.day)
            == (other.first.year, other.first.day, other.first.month)
        )


def how_births_agree(ours: tuple[str, ...], theirs: tuple[str, ...]) -> str:
    """Return "same-birth", "near-birth", "other-birth", or "" when nothing can be said.

    The best of all dates on either side counts. Days that differ within one year say nothing: lists hold
    many dates of birth that are known by the year only and written as a day.
    """
    pairs = [(mine, other) for mine in _spans(ours) for other in _spans(theirs)]
    if any(mine.is_a_day and mine == other for mine, other in pairs):
        return "same-birth"
    if any(mine.meets(other) or mine.swaps(other) for mine, other in pairs):
        return "near-birth"
    if not pairs or any(abs(mine.first.year - other.first.year) <= 1 for mine, other in pairs):
        return ""
    return "other-birth"


def _spans(dates: tuple[str, ...]) -> list[Span]:
    return [span for text in dates if (span := span_of(text))]


def span_of(text: str) -> Span | None:
    """Return the first and last day `text` may mean, or None if it is not such a date."""
    first, _, last = text.partition("/")
    if not last:
        return _one(text)
    from_, to = _one(first), _one(last)
    return Span(from_.first, to.last) if from_ and to and from_.first <= to.last else None


def _one(text: str) -> Span | None:
    match = DATE.fullmatch(text.strip())
    if not match:
        return None
    year, month, day = (int(part) if part else 0 for part in match.groups()[:3])
    about = ABOUT_YEARS if match[4] else 0
    try:
        first = date(year - about, month or 1, day or 1)
        last_month = month or 12
        last = date(year + about, last_month, day or monthrange(year + about, last_month)[1])
    except ValueError:
        return None
    return Span(first, last)
