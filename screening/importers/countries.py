"""Read how published lists write countries."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from babel import Locale

OTHER_NAMES = Path(__file__).parent.parent / "data" / "country_names.txt"


@lru_cache(maxsize=4096)
def country_code(text: str) -> str:
    """Return the ISO 3166-1 alpha-2 code `text` means, or "" when it means none we know.

    Lists write "na", "former Soviet Union" or whole sentences; an unknown country is unknown, no error.
    """
    known = _codes()
    plain = _plain(text)
    return known.get(plain) or known.get(_plain(re.sub(r"\(.*?\)", "", text)), "")


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
