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
class Regime:
    """A customs procedure under which goods leave."""

    code: str  # as customs' systems send it
    name: Text


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
class Embargo:
    """An arms embargo of the United Nations on a destination."""

    country: str  # ISO 3166-1
    resolutions: str  # "1718 (2006), 2321 (2016)"
    is_on_all: bool  # else on armed groups or named persons in the country
    has_programmes: bool  # the same resolutions forbid goods for programmes of weapons


@dataclass(frozen=True, slots=True)
class CatchAll:
    """What a yes to a question about the end use does, see licensing.models.EndUseQuestion."""

    question: str
    effect: str  # "licence", or "person": somebody must look
    under_embargo: str  # the same where the destination is under an arms embargo
    basis: Text


@dataclass(frozen=True, slots=True)
class Determining:
    """When a licence is needed, see licensing.determination."""

    lists: tuple[str, ...]  # codes of control lists whose goods need a licence to every destination
    follows_goods: tuple[tuple[str, str], ...]  # (country of origin, list whose law may follow the goods)
    general_licences: tuple[str, ...]  # files in screening/data/general_licences; () where the law has none
    embargoes: tuple[Embargo, ...]
    catch_all: tuple[CatchAll, ...]


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
    departure_days: int  # how many days ago goods may have left before pages ask whether that is right
    detention_hours: int  # within how many hours the authority answers about goods that customs keeps back
    country: Text
    authority: Text
    office: Text
    customs: Text
    legal_basis: Text
    control_list: Text
    tax_id: TaxId
    judging: Judging
    determining: Determining
    bodies: tuple[Body, ...]
    ports: tuple[Port, ...]
    regimes: tuple[Regime, ...]

    def port_name(self, code: str) -> str:
        """Return the port, airport or crossing of a UN/LOCODE, as "Balboa (PABLB)"; the code if unknown."""
        return next((f"{port.name} ({code})" for port in self.ports if port.code == code), code)

    def regime_name(self, code: str) -> Text:
        """Return the name of a customs procedure in both languages; the code if unknown."""
        return next((regime.name for regime in self.regimes if regime.code == code), Text(code, code))

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
        "determining": _determining(raw.pop("determining")),
        "bodies": tuple(Body(body["code"], Text(body["es"], body["en"])) for body in raw.pop("bodies")),
        "ports": tuple(Port(**port) for port in raw.pop("ports")),
        "regimes": tuple(Regime(one["code"], Text(one["es"], one["en"])) for one in raw.pop("regimes")),
        **{name: Text(**raw.pop(name)) for name in TEXTS},
    }
    return CountryPack(**read, **raw)


def _determining(raw: dict[str, Any]) -> Determining:
    return Determining(
        lists=tuple(raw["lists"]),
        follows_goods=tuple((law["origin"], law["list"]) for law in raw.get("follows_goods", ())),
        general_licences=tuple(raw["general_licences"]),
        embargoes=tuple(Embargo(**embargo) for embargo in raw.get("embargoes", ())),
        catch_all=tuple(
            CatchAll(rule["question"], rule["effect"], rule["under_embargo"], Text(**rule["basis"]))
            for rule in raw["catch_all"]
        ),
    )


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
