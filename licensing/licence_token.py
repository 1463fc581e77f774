"""The signed token in a licence's QR code: what a port without a network can read and verify.

It is an address of ours that ends in the token, so that any telephone's camera opens the verify page, with or
without a network. All of its characters are of the QR alphabet that takes five and a half bits each, and none
needs escaping in an address: base 41, in groups of two bytes as three characters.

The code stays within version 15 at level Q, so that a bad photocopy can be read. What does not fit is left
out, in this order: descriptions, the end of the holder's name, lines; it says how many lines there are.

It says nothing secret: all of it stands on the paper. The hash is of the file licencia.json inside the PDF,
not of the PDF, which has the code itself on its pages.
"""

import hashlib
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from django.conf import settings

from licensing import signing
from licensing.licence_sheet import Facts
from licensing.models import LicenceState

FORMAT = 1
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ$*+-:"
LONGEST = 426  # characters of a QR code of version 15 at level Q (ISO/IEC 18004, table 7)
# A state is said by its place here; places are never given to others.
STATES = (
    LicenceState.VALID,
    LicenceState.NOT_YET,
    LicenceState.EXPIRED,
    LicenceState.EXHAUSTED,
    LicenceState.SUSPENDED,
    LicenceState.REVOKED,
    LicenceState.SURRENDERED,
    LicenceState.REPLACED,
)
EPOCH = date(1970, 1, 1)
HOLDER, SHORT_HOLDER = 60, 28  # characters
DESCRIPTIONS = (40, 24, 16, 10)  # characters, the longest that fits
MOST_LINES = 12


def make(facts: Facts, data: bytes, *, edition: int, state: LicenceState, at: datetime) -> tuple[str, str]:
    """Return the address in the QR code, and the id of the key that signed it. `data` is licencia.json.

    Raises signing.NoKey.
    """
    content = next(part for part in _contents(facts, data, edition, state, at) if _fits(part))
    signed, kid = signing.sign(content, signing.LICENCE, at=at)
    return prefix() + text_of(signed), kid


def prefix() -> str:
    """Return what stands before the token: an address in capitals, as QR codes like it."""
    return f"{settings.PORTAL_URL}/V/".upper()


def text_of(content: bytes) -> str:
    """Return bytes in base 41."""
    return "".join(_letters(content[at : at + 2]) for at in range(0, len(content), 2))


def _letters(pair: bytes) -> str:
    number, letters = int.from_bytes(pair, "big"), ""
    for _place in range(len(pair) + 1):
        number, digit = divmod(number, len(ALPHABET))
        letters += ALPHABET[digit]
    return letters


def _fits(content: list[Any]) -> bool:
    return len(prefix()) + len(text_of(bytes(signing.size_of(content)))) <= LONGEST


def _contents(
    facts: Facts, data: bytes, edition: int, state: LicenceState, at: datetime
) -> Iterator[list[Any]]:
    """Yield what a token may say, the fullest first; the last always fits."""
    for holder, described, count in _measures(len(facts["lines"])):
        yield [
            FORMAT,
            facts["reference"],
            edition,
            cut(facts["holder"]["name"], holder),
            (date.fromisoformat(facts["valid_from"]) - EPOCH).days,
            (date.fromisoformat(facts["valid_to"]) - EPOCH).days,
            int(at.timestamp()),
            STATES.index(state),
            hashlib.sha256(data).digest(),
            len(facts["lines"]),
            [_line(line, described) for line in facts["lines"][:count]],
        ]


def _measures(lines: int) -> Iterator[tuple[int, int, int]]:
    """Yield lengths of holder and descriptions, and numbers of lines, the fullest first."""
    if lines <= MOST_LINES:
        yield from ((HOLDER, described, lines) for described in DESCRIPTIONS)
        yield from ((SHORT_HOLDER, described, lines) for described in (*DESCRIPTIONS, 0))
    for count in range(min(lines, MOST_LINES), 0, -1):
        yield from ((SHORT_HOLDER, described, count) for described in (DESCRIPTIONS[-1], 0))
    yield (SHORT_HOLDER, 0, 0)


def _line(line: Facts, described: int) -> list[Any]:
    return [
        line["number"],
        line["control_code"],
        line["hs_code"],
        line["quantity"],
        line["unit"],
        cut(line["description"], described),
    ]


def cut(text: str, length: int) -> str:
    """Return at most `length` characters of the text, with an ellipsis where it goes on."""
    if len(text) <= length:
        return text
    return text[: length - 1].rstrip() + "…" if length else ""
