"""Words and signs around a value that say which end of it is stated, in Spanish and English."""

import re

from screening.classification.values import Ends

FARTHEST = 24  # letters

ENDS_BEFORE: tuple[tuple[Ends, str], ...] = (
    ("least", r"min(?:imum)?\.?|m[ií]n(?:im[oa])?\.?|from|desde|a partir de"),
    ("most", r"max(?:imum)?\.?|m[aá]x(?:im[oa])?\.?|up to|hasta"),
    (
        "at-least",
        r"≥|>=|=>|at least|al menos|por lo menos|no menos de|no less than|not less than|como m[ií]nimo",
    ),
    (
        "at-most",
        r"≤|<=|=<|at most|no m[aá]s de|not more than|no more than|not exceeding|sin exceder|a lo sumo",
    ),
    ("at-most", r"como m[aá]ximo"),
    ("above", r">|more than|greater than|over|above|exceeding|exceeds|in excess of|beyond|m[aá]s de"),
    ("above", r"mayor (?:de|que|a)|superior a|por encima de|encima de|excede(?: los| las)?"),
    ("below", r"<|less than|lower than|under|below|better than|smaller than|menos de|menor (?:de|que|a)"),
    ("below", r"inferior a|por debajo de|debajo de|mejor (?:que|de)"),
)
ENDS_AFTER: tuple[tuple[Ends, str], ...] = (
    ("at-least", r"\+(?![\d/-])|(?:or|o) (?:more|greater|higher|above|longer|m[aá]s|mayor|superior)"),
    ("at-least", r"and (?:more|above)|y m[aá]s|como m[ií]nimo"),
    ("at-most", r"(?:or|o) (?:less|fewer|better|below|lower|menos|menor|inferior|mejor)|como m[aá]ximo"),
    ("least", r"min(?:imum)?\b|m[ií]n(?:im[oa])?\b"),
    ("most", r"max(?:imum)?\b|m[aá]x(?:im[oa])?\b"),
)
BEFORE = tuple(
    (ends, re.compile(rf"(?:^|(?<=[^\w]))(?:{words})\s*[:=]?\s*(?:±\s*)?$", re.IGNORECASE))
    for ends, words in ENDS_BEFORE
)
AFTER = tuple((ends, re.compile(rf"\s?\(?(?:{words})", re.IGNORECASE)) for ends, words in ENDS_AFTER)


def ends_of(text: str, start: int, end: int) -> Ends:
    """Say which ends the value between `start` and `end` has by what stands before it, else behind it."""
    before, after = text[max(0, start - FARTHEST) : start], text[end : end + FARTHEST]
    for ends, pattern in BEFORE:
        if pattern.search(before):
            return ends
    for ends, pattern in AFTER:
        if pattern.match(after):
            return ends
    return "exact"


def start_with_words(text: str, start: int) -> int:
    """Return where a value begins together with the words that say which end it is: "up to 56 MHz"."""
    before = text[max(0, start - FARTHEST) : start]
    found = (pattern.search(before) for _ends, pattern in BEFORE)
    return min((start - len(before) + match.start() for match in found if match), default=start)
