"""Units as data sheets write them, and values in them turned into each other exactly (`data/units.toml`)."""

import math
import tomllib
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction
from functools import cached_property, lru_cache
from itertools import product
from pathlib import Path
from typing import Any

from screening.codes import DATA

PATH = DATA / "units.toml"
COUNT = "count"  # the dimension of numbers without a unit
DIGITS = Context(prec=28)
# How else a sign of a symbol may be written.
VARIANTS = {"µ": "µμu", "°": "°º", "·": "·⋅", "2": ("2", "²", "^2"), "3": ("3", "³", "^3")}


@dataclass(frozen=True, slots=True)
class Unit:
    symbol: str  # "MS/s"
    base: str  # without its prefix: "S/s"
    dimension: str
    ratio: Fraction
    offset: Fraction = Fraction(0)
    is_decibel: bool = False  # above `ratio`
    name_en: str = ""  # in the plural, of the unit without its prefix
    name_es: str = ""

    def name(self, language: str) -> str:
        """Return what people call the unit, or its symbol where it has a prefix or no name."""
        named = self.name_es if language == "es" else self.name_en
        return named or self.symbol

    def in_base(self, value: Decimal) -> Fraction:
        """Return the value in the unit of the dimension whose ratio is 1."""
        if self.is_decibel:
            return Fraction(DIGITS.power(Decimal(10), value / 10)) * self.ratio
        return (Fraction(value) + self.offset) * self.ratio

    def from_base(self, value: Fraction) -> Decimal:
        """Return a value in this unit, with 28 digits where it is not exact."""
        if self.is_decibel:
            if value <= 0:
                return Decimal("-Infinity")
            return DIGITS.multiply(DIGITS.log10(_decimal(value / self.ratio)), Decimal(10))
        return _decimal(value / self.ratio - self.offset)


NUMBER = Unit("", "", COUNT, Fraction(1))


def unit(symbol: str) -> Unit:
    """Return the unit that thresholds write so; "" is a plain number. Raises KeyError if there is none."""
    return NUMBER if not symbol else book().by_symbol[symbol]


def units_at(text: str, start: int) -> tuple[int, tuple[Unit, ...]]:
    """Return where a unit that begins at `start` ends and what it may mean: "g" is mass or acceleration.

    The longest wins. A unit that goes on ("m" of "m/min") is none; then (start, ()) comes back.
    """
    known = book()
    piece = text[start : start + known.longest]
    lower = piece.lower()
    for end in range(len(piece), 0, -1):
        found = known.written.get(piece[:end]) or known.words.get(lower[:end]) or known.loose.get(lower[:end])
        if found and _ends(text, start + end, piece[end - 1]):
            return start + end, found
    return start, ()


def _ends(text: str, end: int, last: str) -> bool:
    after = text[end : end + 2]
    if not after:
        return True
    if last.isalnum() and (after[0].isalnum() or after[0] in "_²³^µ·*√"):
        return False
    return not (after[0] in "/·" and after[1:].isalpha())


class Book:
    """All units, by the ways to write them."""

    def __init__(self, path: Path) -> None:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        self._prefixes = {item["symbol"]: item for item in content["prefix"]}
        self.written: dict[str, tuple[Unit, ...]] = {}
        self.words: dict[str, tuple[Unit, ...]] = {}
        self.by_symbol: dict[str, Unit] = {}
        for item in content["unit"]:
            self._add(item)
        self.loose = self._loose()

    @cached_property
    def longest(self) -> int:
        return max(map(len, (*self.written, *self.words)))

    def _add(self, item: dict[str, Any]) -> None:
        for prefix in ("", *item.get("prefixes", ())):
            made = _unit(item, prefix, Fraction(self._prefixes[prefix]["ratio"]) if prefix else Fraction(1))
            self.by_symbol[made.symbol] = made
            for form in (item["symbol"], *item.get("written", ())):
                for written in _written(prefix, form):
                    self._put(self.written, written, made)
            for word in item.get("words", ()):
                for begin in self._begins(prefix):
                    for spelt in {f"{begin}{word}".lower(), _plain(f"{begin}{word}".lower())}:
                        self._put(self.words, spelt, made)

    def _begins(self, prefix: str) -> list[str]:
        """Return a prefix in full, before a word and apart from it: "mega samples per second"."""
        words = self._prefixes[prefix]["words"] if prefix else [""]
        return [f"{word}{gap}" for word in words for gap in (("", " ") if word else ("",))]

    @staticmethod
    def _put(table: dict[str, tuple[Unit, ...]], written: str, made: Unit) -> None:
        known = table.get(written, ())
        if not any((one.dimension, one.ratio) == (made.dimension, made.ratio) for one in known):
            table[written] = (*known, made)

    def _loose(self) -> dict[str, tuple[Unit, ...]]:
        """Return symbols in whatever capitals, where no other unit has the same letters: mW is not MW.

        One or two letters are too few for that, but behind a "k".
        """
        table: dict[str, set[tuple[Unit, ...]]] = {}
        for written, found in self.written.items():
            table.setdefault(written.lower(), set()).add(found)
        return {
            lower: next(iter(meanings))
            for lower, meanings in table.items()
            if len(meanings) == 1 and (len(lower) > 2 or (len(lower) == 2 and lower[0] == "k"))
        }


@lru_cache(maxsize=1)
def book() -> Book:
    return Book(PATH)


def _unit(item: dict[str, Any], prefix: str, factor: Fraction) -> Unit:
    name = {language: item.get("name", {}).get(language, "") for language in ("en", "es")}
    is_decibel = "decibels_above" in item
    return Unit(
        f"{prefix}{item['symbol']}",
        item["symbol"],
        item["dimension"],
        Fraction(item["decibels_above"] if is_decibel else item["ratio"]) * factor,
        Fraction(item.get("offset", "0")),
        is_decibel,
        "" if prefix else name["en"],
        "" if prefix else name["es"],
    )


def _written(prefix: str, form: str) -> set[str]:
    """Return the ways to write a symbol: micro as u, powers with a sign or raised, kilo with a capital."""
    ways = ("".join(signs) for signs in product(*(VARIANTS.get(sign, sign) for sign in form)))
    if prefix == "k":
        return {f"{kilo}{way}" for way in ways for kilo in "kK"}
    return {f"{sign}{way}" for way in ways for sign in VARIANTS.get(prefix, (prefix,))}


def _plain(word: str) -> str:
    return word.translate(str.maketrans("áéíóúü", "aeiouu"))


def _decimal(value: Fraction) -> Decimal:
    exact = DIGITS.divide(Decimal(value.numerator), Decimal(value.denominator))
    return exact.quantize(Decimal(1)) if exact == exact.to_integral_value() and _is_short(exact) else exact


def _is_short(value: Decimal) -> bool:
    return not value or math.log10(abs(value)) < DIGITS.prec - 1
