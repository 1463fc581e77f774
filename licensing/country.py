"""The country pack: names, numbers and rules that differ from one authority to another.

A pack is one TOML file in `country_packs/`; the setting COUNTRY_PACK names it.
"""

import calendar
import tomllib
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import get_language

PACKS = Path(__file__).parent / "country_packs"
TEXTS = ("country", "authority", "office", "customs", "legal_basis", "control_list")


@dataclass(frozen=True, slots=True)
class Text:
    """The same words in both languages; as a string, those of the language in use."""

    es: str
    en: str

    def __str__(self) -> str:
        return self.en if (get_language() or "es").startswith("en") else self.es


@dataclass(frozen=True, slots=True)
class TaxId:
    label: Text
    check_label: Text
    pattern: str
    check_pattern: str
    example: str


@dataclass(frozen=True, slots=True)
class Port:
    code: str  # UN/LOCODE
    name: str


@dataclass(frozen=True, slots=True)
class Body:
    """A public body that may be asked for its opinion."""

    code: str
    name: Text


@dataclass(frozen=True, slots=True)
class Judging:
    """How possible matches are judged until an administrator says otherwise, see licensing.calibration."""

    medium_from: float  # points
    high_from: float
    two_people_from: str  # the lowest band in which "somebody else" takes two people; "" for none
    remembered_days: int  # how long a judgement counts in later cases
    hold_from: str  # the lowest band in which the portal stops a licence by itself; "" for none


@dataclass(frozen=True, slots=True)
class CountryPack:
    code: str  # ISO 3166-1 alpha-2
    time_zone: ZoneInfo
    number_locale: str
    emblem: str  # file name below static/
    application_reference: str  # a format of {year} and {number}
    licence_reference: str
    currencies: tuple[str, ...]  # ISO 4217, the usual one first
    licence_months: int
    licence_months_longest: int
    consultation_working_days: int
    snapshot_hours: int  # how long a port may rely on a snapshot of all licences
    reservation_days: int  # how long what customs reserves is kept for a declaration
    country: Text
    authority: Text
    office: Text
    customs: Text
    legal_basis: Text
    control_list: Text
    tax_id: TaxId
    judging: Judging
    bodies: tuple[Body, ...]
    ports: tuple[Port, ...]

    def port_name(self, code: str) -> str:
        """Return the port, airport or crossing of a UN/LOCODE, as "Balboa (PABLB)"; the code if unknown."""
        return next((f"{port.name} ({code})" for port in self.ports if port.code == code), code)

    def legal_day(self, moment: datetime) -> date:
        """Return the day it is in this country at `moment`."""
        return moment.astimezone(self.time_zone).date()

    def end_of(self, day: date) -> datetime:
        """Return the first moment that is no longer `day` in this country."""
        return datetime.combine(day + timedelta(days=1), time.min, tzinfo=self.time_zone)

    def start_of(self, day: date) -> datetime:
        return datetime.combine(day, time.min, tzinfo=self.time_zone)

    def working_days_after(self, day: date, count: int) -> date:
        """Return the `count`-th Monday-to-Friday after `day`."""
        while count:
            day += timedelta(days=1)
            count -= day.weekday() < 5
        return day

    def working_days_between(self, day: date, later: date) -> int:
        """Return how many Mondays to Fridays come after `day`, up to `later`; below 0 if it is earlier."""
        if later < day:
            return -self.working_days_between(later, day)
        days = (later - day).days
        weeks, rest = divmod(days, 7)
        return 5 * weeks + sum((day + timedelta(days=n)).weekday() < 5 for n in range(1, rest + 1))


@lru_cache
def load(name: str) -> CountryPack:
    raw: dict[str, Any] = tomllib.loads((PACKS / f"{name}.toml").read_text(encoding="utf-8"))
    tax = raw.pop("tax_id")
    read: dict[str, Any] = {
        "time_zone": ZoneInfo(raw.pop("time_zone")),
        "currencies": tuple(raw.pop("currencies")),
        "tax_id": TaxId(Text(**tax.pop("label")), Text(**tax.pop("check_label")), **tax),
        "judging": Judging(**raw.pop("judging")),
        "bodies": tuple(Body(body["code"], Text(body["es"], body["en"])) for body in raw.pop("bodies")),
        "ports": tuple(Port(**port) for port in raw.pop("ports")),
        **{name: Text(**raw.pop(name)) for name in TEXTS},
    }
    return CountryPack(**read, **raw)


def pack() -> CountryPack:
    """Return the pack of the country this portal serves."""
    return load(settings.COUNTRY_PACK)


def year_after(day: date) -> date:
    return months_after(day, 12)


def months_after(day: date, months: int) -> date:
    """Return the same day `months` later, or the last day of that month if it is shorter."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
