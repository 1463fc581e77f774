"""Read how published lists write countries."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

from babel import Locale
from babel.core import get_global

NO_COUNTRY = {"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"}  # what CLDR also calls a territory
OTHER_NAMES = Path(__file__).parent.parent / "data" / "country_names.txt"


@lru_cache(maxsize=4096)
def country_code(text: str) -> str:
    """Return the ISO 3166-1 alpha-2 code `text` means, or "" when it means none we know.

    Lists write "na", "former Soviet Union" or whole sentences; an unknown country is unknown, no error.
    """
    known = _codes()
    plain = _plain(text)
    return known.get(plain) or known.get(_plain(re.sub(r"\(.*?\)", "", text)), "")


@lru_cache(maxsize=4096)
def country_of(text: str) -> str:
    """Return the code of a country that a list gives by code ("PA") or by name, or ""."""
    return text if text in _codes().values() else country_code(text)


@lru_cache(maxsize=1)
def _codes() -> dict[str, str]:
    names = {_plain(name): code for code, name in _cldr_names()}
    for line in OTHER_NAMES.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            code, _, others = line.partition(" ")
            names |= {_plain(other): code for other in others.split(";")}
    return names


def _cldr_names() -> Iterator[tuple[str, str]]:
    for code, name in Locale("en").territories.items():
        if len(code) == 2 and code.isalpha():
            yield code, name


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.replace("&", " and ")).encode("ascii", "ignore").decode()
    return " ".join(re.findall("[a-z]+", letters.replace("'", "").lower()))


@lru_cache(maxsize=1024)
def code_of(code: str) -> str:
    """Return the alpha-2 code for an ISO 3166-1 code of two or three letters in any case, or ""."""
    code = code.strip().upper()
    if len(code) == 3:
        # CLDR knows the three letters as other names of the two; a state that broke up has several heirs.
        heirs = get_global("territory_aliases").get(code, [])
        code = heirs[0] if len(heirs) == 1 else ""
    return code if len(code) == 2 and code in Locale("en").territories and code not in NO_COUNTRY else ""


def codes_in(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the countries the texts mean, as names or as codes, each once and sorted."""
    codes = {code_of(text) or country_code(text) for text in texts}
    return tuple(sorted(codes - {""}))
