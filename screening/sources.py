"""What we know of each list apart from its content: how its publisher renews it, and where it is fetched.

The numbers are ours to set: `SCREENING_OLDEST_DAYS` and `SCREENING_FETCH_HOURS` in the environment change
them, `SCREENING_FETCH` gives the addresses. A list without an address is fetched by people.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from django.conf import settings

from screening.importers import PARSERS


class Counted(StrEnum):
    """From when the age of a list counts that may be too old."""

    EDITION = "edition"  # published by a rhythm: from the day of its edition
    CHECK = "check"  # published when something happens: from when the publisher was last asked


@dataclass(frozen=True, slots=True)
class Rhythm:
    counted: Counted
    oldest_days: int | None  # how old it may be before it raises an alarm; None: never too old
    fetch_hours: int  # how often its address is asked


AFTER_EACH_ACT = Rhythm(Counted.CHECK, 3, 6)  # sanctions take effect the day they are published
SELDOM = Rhythm(Counted.CHECK, 7, 24)
WHEN_WE_WISH = Rhythm(Counted.CHECK, None, 24)

RHYTHMS: dict[str, Rhythm] = {
    "un-consolidated": AFTER_EACH_ACT,
    "ofac-sdn": AFTER_EACH_ACT,
    "ofac-consolidated": AFTER_EACH_ACT,
    "us-csl": Rhythm(Counted.EDITION, 5, 12),  # daily, but for weekends and holidays
    "us-dpl": SELDOM,
    "eu-sanctions": AFTER_EACH_ACT,
    "uk-sanctions": AFTER_EACH_ACT,
    "uk-conlist": Rhythm(Counted.CHECK, None, 24),  # ended in January 2026
    "ch-seco": AFTER_EACH_ACT,
    "ca-sema": SELDOM,
    "jp-end-users": Rhythm(Counted.CHECK, 30, 24),  # about once a year
    "opensanctions": Rhythm(Counted.EDITION, 3, 24),  # daily
    "national": WHEN_WE_WISH,
    "foreign-denials": WHEN_WE_WISH,
    "demo-un": Rhythm(Counted.EDITION, 30, 24),
    "demo-ofac": Rhythm(Counted.EDITION, 30, 24),
}


def rhythm_of(source: str) -> Rhythm:
    """Return the rhythm in use of a list; one we do not know is renewed when its publisher wishes."""
    rhythm = RHYTHMS.get(source, WHEN_WE_WISH)
    if source in settings.SCREENING_OLDEST_DAYS:
        rhythm = replace(rhythm, oldest_days=settings.SCREENING_OLDEST_DAYS[source])
    if source in settings.SCREENING_FETCH_HOURS:
        rhythm = replace(rhythm, fetch_hours=settings.SCREENING_FETCH_HOURS[source])
    return rhythm


def address_of(source: str) -> str:
    """Return where the list is fetched, "" if no address is set."""
    address: str = settings.SCREENING_FETCH.get(source, "")
    return address


def fetched() -> list[str]:
    """Return the keys of the lists that have an address."""
    return sorted(settings.SCREENING_FETCH)


def fetched_every(source: str) -> timedelta:
    return timedelta(hours=rhythm_of(source).fetch_hours)


def unknown() -> list[str]:
    """Return the keys in the settings that no list has, which somebody must have mistyped."""
    named = [*settings.SCREENING_FETCH, *settings.SCREENING_OLDEST_DAYS, *settings.SCREENING_FETCH_HOURS]
    return sorted({key for key in named if key not in PARSERS})
