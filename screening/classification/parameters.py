"""What data sheets state and thresholds compare: the dictionary of parameters (`data/parameters.toml`).

A parameter has names in English and Spanish, as data sheets write them, and a dimension (`units.py`).
"""

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from screening.classification.synonyms import SMALL, stem
from screening.classification.units import Unit, unit
from screening.codes import DATA

PATH = DATA / "parameters.toml"
Stems = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Parameter:
    key: str  # "sample_rate"
    unit: Unit  # the one to ask in
    ask: dict[str, str]  # by language, with its article: "the sample rate"
    names: dict[str, tuple[str, ...]]  # by language
    loose: tuple[str, ...] = ()  # names that may mean it
    own: tuple[str, ...] = ()  # units without prefix, or with one, that tell it without a name
    bare: tuple[str, ...] = ()  # names that a number without a unit follows: "AES-256"
    spans: bool = False  # goods have a lowest and a highest one: a single value may be either

    @property
    def dimension(self) -> str:
        return self.unit.dimension


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a name in a text may stand for."""

    exact: tuple[str, ...] = ()  # keys of parameters
    loose: tuple[str, ...] = ()
    bare: tuple[str, ...] = ()  # those that need no unit here


@lru_cache(maxsize=1)
def parameters() -> dict[str, Parameter]:
    return _read(PATH)


def _read(path: Path) -> dict[str, Parameter]:
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    return {
        item["key"]: Parameter(
            item["key"],
            unit(item["unit"]),
            item["ask"],
            {language: tuple(names) for language, names in item["names"].items()},
            tuple(item.get("loose", ())),
            tuple(item.get("own", ())),
            tuple(item.get("bare", ())),
            item.get("spans", False),
        )
        for item in content["parameter"]
    }


@lru_cache(maxsize=1)
def meanings() -> dict[Stems, Meaning]:
    """Return what each name may stand for, by its stems."""
    found: dict[Stems, Meaning] = {}
    for parameter in parameters().values():
        named = (*parameter.ask.values(), *parameter.names["en"], *parameter.names["es"])
        for name in named:
            _put(found, name, parameter.key, exact=True, bare=not parameter.unit.symbol)
        for name in parameter.loose:
            _put(found, name, parameter.key, exact=False, bare=not parameter.unit.symbol)
        for name in parameter.bare:
            _put(found, name, parameter.key, exact=True, bare=True)
    return found


def _put(found: dict[Stems, Meaning], name: str, key: str, *, exact: bool, bare: bool) -> None:
    stems = stems_of(name)
    known = found.get(stems, Meaning())
    keys = (*known.exact, key) if exact else known.exact
    loose = known.loose if exact else (*known.loose, key)
    found[stems] = Meaning(
        tuple(dict.fromkeys(keys)),
        tuple(dict.fromkeys(loose)),
        tuple(dict.fromkeys((*known.bare, key) if bare else known.bare)),
    )


def stems_of(name: str) -> Stems:
    """Return the stems of a name; words with a stroke between stay one ("I/O")."""
    words = name.replace("-", " ").split()
    return tuple(stem(word) for word in words if word.casefold() not in SMALL)


@lru_cache(maxsize=1)
def owners() -> dict[str, tuple[str, ...]]:
    """Return the parameters that a unit tells by itself, by its symbol with or without prefix."""
    found: dict[str, tuple[str, ...]] = {}
    for parameter in parameters().values():
        for symbol in parameter.own:
            found[symbol] = (*found.get(symbol, ()), parameter.key)
    return found
