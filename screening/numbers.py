"""Numbers that tell parties apart: passports, registers, taxpayers, ships. Pure.

A number is compared by its capitals and digits, without the words that stand in front of it. Some schemes
give everybody one number with a check digit (LEI, the registers of Russia and China): two parties with
different numbers of such a scheme are not the same, which no other number can say.
"""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

SHORTEST = 5  # shorter numbers are shared by too many
# What stands before a number and is no part of it; the check digits Panama writes behind are none either.
PREFIX = re.compile(
    r"^(?:IMO|MMSI|LEI|RUC|RUT|RFC|NIT|CUIT|CNPJ|TIN|INN|OGRN|OKPO|KPP|UEN|USCC|VAT|REG|PASSPORT|PASAPORTE|CEDULA)"
    r"(?:NUMBER|NUMERO|NO|NR)?(?=\d)"
)
CHECKED = re.compile(r"(?<=\d)DV\d{1,2}$")
LETTERS_OF_CHINA = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WEIGHTS_OF_CHINA = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
WEIGHTS_OF_INN = (2, 4, 10, 3, 5, 9, 4, 6, 8)


@lru_cache(maxsize=1 << 16)
def plain_number(number: str) -> str:
    """Return a number as it is compared: capitals and digits, no prefix, no zeros before digits alone."""
    plain = CHECKED.sub("", PREFIX.sub("", re.sub("[^0-9A-Z]", "", number.upper())))
    return plain.lstrip("0") if plain.isdigit() else plain


def telling(numbers: Iterable[str]) -> frozenset[str]:
    """Return the numbers, as they are compared, that are long enough to tell one party from another."""
    return frozenset(plain for plain in map(plain_number, numbers) if len(plain) >= SHORTEST)


def contradicting(ours: Iterable[str], theirs: Iterable[str]) -> tuple[str, str] | None:
    """Return a number of each side that are of one scheme and differ, or None where no scheme says so."""
    mine, other = _by_scheme(ours), _by_scheme(theirs)
    for scheme in mine.keys() & other.keys():
        if not mine[scheme] & other[scheme]:
            return min(mine[scheme]), min(other[scheme])
    return None


def _by_scheme(numbers: Iterable[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for number in map(plain_number, numbers):
        if scheme := scheme_of(number):
            found.setdefault(scheme, set()).add(number)
    return found


@lru_cache(maxsize=1 << 16)
def scheme_of(number: str) -> str:
    """Return the scheme of a plain number that gives everybody one number and whose check digit agrees."""
    return next(
        (name for name, (form, fits) in SCHEMES.items() if form.fullmatch(number) and fits(number)), ""
    )


def is_lei(number: str) -> bool:
    return int("".join(str(int(sign, 36)) for sign in number)) % 97 == 1


def is_ogrn(number: str) -> bool:
    """Say whether it can be a number of Russia's register of companies."""
    return int(number[:12]) % 11 % 10 == int(number[12])


def is_inn(number: str) -> bool:
    """Say whether it can be a number of a taxed company in Russia."""
    return sum(
        int(digit) * weight for digit, weight in zip(number, WEIGHTS_OF_INN, strict=False)
    ) % 11 % 10 == int(number[9])


def is_uscc(number: str) -> bool:
    """Say whether it can be a unified social credit code of China."""
    values = [LETTERS_OF_CHINA.index(sign) for sign in number]
    return (
        sum(value * weight for value, weight in zip(values, WEIGHTS_OF_CHINA, strict=False)) + values[17]
    ) % 31 == 0


SCHEMES: dict[str, tuple[re.Pattern[str], Callable[[str], bool]]] = {
    "lei": (re.compile(r"[0-9A-Z]{18}\d\d"), is_lei),
    "uscc": (re.compile(f"[{LETTERS_OF_CHINA}]{{18}}"), is_uscc),
    "ogrn": (re.compile(r"[15]\d{12}"), is_ogrn),
    "inn": (re.compile(r"\d{10}"), is_inn),
}
