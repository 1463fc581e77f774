"""Read how published lists write dates, as Extended Date/Time Format (see ListedEntity.dates_of_birth)."""

import re
from datetime import date

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
ISO = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")
WORDED = re.compile(r"(?:(\d{1,2})\s+)?([A-Za-z]{3,9})\.?\s+(\d{4})")
DAY_FIRST = re.compile(r"(\d\d?|dd)/(\d\d?|mm)/(\d{4})", re.IGNORECASE)
ABOUT = re.compile(r"^(?:circa|approximately|approx\.?|about|c\.)\s*", re.IGNORECASE)


def edtf(text: str) -> str:
    """Return `text` ("1962", "08 Feb 1980", "circa 1960", "1958 to 1963") in EDTF, or "" if it is no date."""
    text = " ".join(text.split())
    about = "~" if ABOUT.match(text) else ""
    first, _, last = ABOUT.sub("", text).partition(" to ")
    if not last:
        one = _one(first)
        return f"{one}{about}" if one else ""
    from_, to = _one(first), _one(ABOUT.sub("", last))
    return f"{from_}/{to}" if from_ and to else ""


def _one(text: str) -> str:
    if match := ISO.fullmatch(text):
        return _checked(match[1], match[2], match[3])
    if (match := WORDED.fullmatch(text)) and (month := _month(match[2])):
        return _checked(match[3], f"{month:02}", f"{int(match[1]):02}" if match[1] else None)
    return ""


def _month(word: str) -> int:
    short = word[:3].lower()
    return MONTHS.index(short) + 1 if short in MONTHS else 0


def _checked(year: str, month: str | None, day: str | None) -> str:
    try:
        date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return ""
    return "-".join(part for part in (year, month, day) if part)


def iso_day(text: str) -> date | None:
    """Return the day at the start of an ISO 8601 text ("2001-01-25-05:00"), or None."""
    try:
        return date.fromisoformat(text.strip()[:10])
    except ValueError:
        return None


def day_first(text: str) -> str:
    """Return "17/08/1957" in EDTF; "00" or "dd", "mm" stand for what is not known. "" if it is no date."""
    match = DAY_FIRST.fullmatch(text.strip())
    if not match:
        return ""
    day, month = (part.zfill(2) if part.isdigit() and int(part) else None for part in match.groups()[:2])
    return _checked(match[3], month, day if month else None)
