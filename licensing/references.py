"""Numbers by which people call applications and licences."""

import re
import secrets
from datetime import datetime
from functools import cache
from string import Formatter
from unicodedata import normalize

from django.db import connection

from licensing.country import pack

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
YEAR, NUMBER = "[0-9]{4}", "[0-9]{1,12}"
PLAIN = re.compile("[0-9A-Z-]*")
DASHES = str.maketrans("\N{HYPHEN}\N{NON-BREAKING HYPHEN}\N{EN DASH}\N{EM DASH}\N{MINUS SIGN}", "-----")


def application_reference(at: datetime) -> str:
    """Return the next reference of an application, such as PA-2026-000123. Never given twice."""
    return pack().application_reference.format(
        year=pack().legal_day(at).year, number=_next("application_numbers")
    )


def licence_reference(at: datetime) -> str:
    return pack().licence_reference.format(year=pack().legal_day(at).year, number=_next("licence_numbers"))


def new_check_code() -> str:
    """Return 80 random bits as 16 letters and digits that can't be mistaken for each other."""
    return "".join(secrets.choice(CROCKFORD) for _ in range(16))


def in_fours(code: str) -> str:
    """Return a check code as people read it: 7K3M 9QXT 2B8V 4HNC."""
    return " ".join(code[at : at + 4] for at in range(0, len(code), 4))


def read_check_code(typed: str) -> str:
    """Return the one form of a check code as people type it: with hyphens, small letters, O for 0."""
    kept = "".join(character for character in typed.upper() if character.isalnum())
    return kept.translate(str.maketrans("OIL", "011"))


def read_reference(typed: str) -> str:
    """Return a reference as people type or paste it (blanks, small letters, long dashes, letters of another
    width) in its one form, which may be longer."""
    if PLAIN.fullmatch(typed):  # as nearly all are, by machines
        return typed
    plain = normalize("NFKC", typed)
    kept = "".join(character for character in plain if character.isprintable() and not character.isspace())
    return kept.upper().translate(DASHES)


def read_licence_number(typed: str) -> str:
    """Return a licence's number in its one form, typed without dashes and zeros too: "PA L 2026 1"."""
    kept = read_reference(typed)
    form = pack().licence_reference
    found = _pattern(form).fullmatch(kept.replace("-", ""))
    return form.format(year=int(found["year"]), number=int(found["number"])) if found else kept


def licence_numbers() -> re.Pattern[str]:
    """Return what finds the numbers of licences in a text, as they are written."""
    return _written(pack().licence_reference)


@cache
def _written(form: str) -> re.Pattern[str]:
    return re.compile(rf"\b{_filled(form, YEAR, NUMBER)}\b")


@cache
def _pattern(form: str) -> re.Pattern[str]:
    """Return what a number looks like without its dashes, by the form that the country pack gives it."""
    return re.compile(_filled(form.replace("-", ""), f"(?P<year>{YEAR})", f"(?P<number>{NUMBER})"))


def _filled(form: str, year: str, number: str) -> str:
    words = {"year": year, "number": number}
    parts = Formatter().parse(form)
    return "".join(re.escape(text) + (words[name] if name else "") for text, name, *_ in parts)


def _next(sequence: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s::regclass)", [sequence])
        return int(cursor.fetchone()[0])
