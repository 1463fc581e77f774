"""General licences: which entries and destinations they cover, as data in `data/general_licences/`.

Whether one may be used depends on conditions that only the exporter can answer, so it never does more than
"may serve".
"""

import tomllib
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache
from typing import Any

from screening.codes import DATA
from screening.control.wording import base

FOLDER = DATA / "general_licences"
ALL = "*"


class Covers(Enum):
    YES = auto()
    IN_PART = auto()  # only paragraphs below the code, or some of them not
    NO = auto()


@dataclass(frozen=True, slots=True)
class Condition:
    code: str
    es: str
    en: str


@dataclass(frozen=True, slots=True)
class GeneralLicence:
    code: str  # "EU001"
    list: str  # the control list whose codes it names
    entries: tuple[str, ...]  # codes with all below them, or ALL
    only: tuple[str, ...]  # letters of groups; () for all
    left_out: tuple[str, ...]  # of `entries`
    groups_left_out: tuple[str, ...]
    destinations: frozenset[str]  # ISO 3166-1, or ALL
    destinations_left_out: frozenset[str]
    conditions: tuple[Condition, ...]

    def covers(self, code: str) -> Covers:
        letter = base(code)[1:2]
        if letter in self.groups_left_out or (self.only and letter not in self.only):
            return Covers.NO
        if any(_within(code, one) for one in self.left_out):
            return Covers.NO
        if ALL in self.entries or any(_within(code, one) for one in self.entries):
            return Covers.IN_PART if any(_within(one, code) for one in self.left_out) else Covers.YES
        return Covers.IN_PART if any(_within(one, code) for one in self.entries) else Covers.NO

    def reaches(self, country: str) -> bool:
        named = ALL in self.destinations or country in self.destinations
        return named and country not in self.destinations_left_out


def _within(code: str, upper: str) -> bool:
    return code == upper or code.startswith(f"{upper}.")


@lru_cache
def load(name: str) -> tuple[GeneralLicence, ...]:
    """Read `data/general_licences/<name>.toml`."""
    raw: dict[str, Any] = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    conditions = {code: Condition(code, **words) for code, words in raw["condition"].items()}
    return tuple(
        GeneralLicence(
            code=one["code"],
            list=raw["list"],
            entries=tuple(one["entries"]),
            only=tuple(one.get("only", ())),
            left_out=tuple(one.get("except", ())),
            groups_left_out=tuple(one.get("except_groups", ())),
            destinations=frozenset(one["destinations"]),
            destinations_left_out=frozenset(one.get("except_destinations", ())),
            conditions=tuple(conditions[code] for code in one["conditions"]),
        )
        for one in raw["licence"]
    )
