"""Units of quantity by their UN/ECE Recommendation 20 code (data/units.csv)."""

import csv
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path

STORED_DECIMALS = 4  # of every column that holds a quantity
FILE = Path(__file__).parent / "data" / "units.csv"


@dataclass(frozen=True, slots=True)
class Unit:
    code: str
    es: str
    en: str
    plural_es: str
    plural_en: str
    decimals: int  # how many places a quantity may have: 0 for what can only be counted
    kind: str  # mass, volume, count …; "" for what is like no other unit: a box may hold anything
    factor: Decimal  # how many of the kind's first unit (kilogram, cubic metre, one) it is

    def name(self, language: str, quantity: Decimal | None = None) -> str:
        """Return the unit's name in `language` ("es" or "en"), plural unless `quantity` is one, or one less
        than nothing."""
        one = quantity is not None and abs(quantity) == 1
        if language.startswith("en"):
            return self.en if one else self.plural_en
        return self.es if one else self.plural_es


@cache
def units() -> dict[str, Unit]:
    with FILE.open(encoding="utf-8", newline="") as file:
        _head, *rows = csv.reader(file)
        return {row[0]: read_unit(row) for row in rows}


def read_unit(row: list[str]) -> Unit:
    code, es, en, plural_es, plural_en, decimals, kind, factor = row
    return Unit(code, es, en, plural_es, plural_en, int(decimals), kind, Decimal(factor or 1))


def one_or_more(quantity: Decimal) -> int:
    """Return the number that the verb of a quantity follows: 1 for one, 2 for any other, parts included."""
    return 1 if abs(quantity) == 1 else 2


def unit_name(code: str, language: str, quantity: Decimal | None = None) -> str:
    """Return the name of unit `code`; the code itself if it is not one we know."""
    unit = units().get(code)
    return unit.name(language, quantity) if unit else code


def decimals_of(code: str) -> int:
    """Return how many decimal places a quantity in the unit may have."""
    return units()[code].decimals if code in units() else STORED_DECIMALS


def fits(quantity: Decimal, code: str) -> bool:
    """Say whether `quantity` has no more decimal places than its unit allows."""
    return quantity == round(quantity, decimals_of(code))


def converted(quantity: Decimal, code: str, to: str) -> Decimal | None:
    """Return `quantity` of unit `code` in unit `to`, rounded half up to what is stored; None if the two
    measure different things or their ratio is not fixed."""
    if code == to:
        return quantity
    one, other = units().get(code), units().get(to)
    if one is None or other is None or not one.kind or one.kind != other.kind:
        return None
    return (quantity * one.factor / other.factor).quantize(
        Decimal(1).scaleb(-STORED_DECIMALS), rounding=ROUND_HALF_UP
    )


def plain(quantity: Decimal) -> str:
    """Return the digits of `quantity` for machines, without exponent or trailing zeros: 10, 2.5."""
    return f"{quantity.normalize():f}"
