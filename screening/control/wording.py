"""How control lists write codes, numbers, substances and references, in English and Spanish."""

import re
import unicodedata
from collections.abc import Iterator

from screening.control_models import NoteEffect, NoteKind
from screening.refusals import BadList

CODE = re.compile(r"[A-Z0-9]{1,12}(?:\.[a-z0-9]{1,4}){0,10}")
# What a spreadsheet makes of 1E001 and 1E201, and a code that became a plain number.
AS_A_NUMBER = re.compile(r"\d+(?:[.,]\d+)?(?:E[+-]\d+)?|\d+[.,]\d+E\d+", re.IGNORECASE)
DUAL_USE = r"\d[A-E]\d{3}(?:\.(?:[a-z]|\d{1,2})(?![a-z0-9]))*"
REFERENCE = re.compile(rf"(?<![\w.])(?:{DUAL_USE}|ML\d{{1,2}}(?:\.(?:[a-z]|\d{{1,2}})(?![a-z0-9]))*)(?![\w])")
CAS = re.compile(r"(?<![\d-])([1-9]\d{1,6})-(\d{2})-(\d)(?![\d-])")
CAS_WITH_BLANKS = re.compile(r"CAS ([1-9]\d{1,6})[ -](\d{2})[ -](\d)(?!\d)")
POWER_LOST = re.compile(r"([×x]\s?10)(-?\d{1,2})(?![\d.,])")  # "5 × 103" was 5 × 10^3
UNIT_POWER_LOST = re.compile(r"(?<=[\s/·])((?:n|k|c|m|µ)?m|s|ft)([23])(?![\w.])")
EXCLUDES = re.compile(
    r"\b(?:does|do) not (?:control|apply|include)|\bno somete[n]? a control|\bno se aplica|\bno incluye"
    r"|\bno controla|\bis not controlled|\bare not controlled",
    re.IGNORECASE,
)
INCLUDES = re.compile(r"\bincludes?\b|\bincluye[n]?\b|\bcomprende[n]?\b", re.IGNORECASE)
THOUSANDS = {
    ",": re.compile(r"(?<![\d.,])\d{1,3}(?:[ \u00a0\u2009\u202f.]\d{3})+(?!\d)"),
    ".": re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?!\d)"),
}
BETWEEN_DIGITS = {",": re.compile(r"(?<=\d),(?=\d)"), ".": re.compile(r"(?!)")}
LONGEST_CODE = 60


def checked_code(code: str, where: int) -> str:
    """Return the code as the list writes it. Raises BadList for what is none, such as a number.

    `where` is the number of its row or line, for the person who must mend it.
    """
    if AS_A_NUMBER.fullmatch(code):
        raise BadList("code-is-number", line=where, entry=code)
    if not CODE.fullmatch(code) or len(code) > LONGEST_CODE:
        raise BadList("no-control-code", line=where, entry=code[:60])
    return code


def above(code: str) -> str:
    """Return the code that this one stands right below, "" for one at the top."""
    return code.rpartition(".")[0]


def ancestors(code: str) -> tuple[str, ...]:
    """Return the codes above this one, from the top on."""
    steps = code.split(".")
    return tuple(".".join(steps[:count]) for count in range(1, len(steps)))


def base(code: str) -> str:
    return code.partition(".")[0]


def references(text: str, own: str = "") -> tuple[str, ...]:
    """Return the codes of dual-use and military lists that `text` names, each once, without `own`."""
    found = dict.fromkeys(match.group() for match in REFERENCE.finditer(text))
    return tuple(code for code in found if code != own)


def cas_numbers(text: str) -> tuple[str, ...]:
    """Return the registry numbers in `text` whose check digit is right, each once."""
    found = (*CAS.finditer(text), *CAS_WITH_BLANKS.finditer(text))
    numbers = dict.fromkeys("-".join(match.groups()) for match in found)
    return tuple(number for number in numbers if is_cas(number))


def is_cas(number: str) -> bool:
    """Say whether it has the form of a CAS number and its last digit checks the others."""
    if not CAS.fullmatch(number):
        return False
    *digits, check = (int(sign) for sign in number.replace("-", ""))
    return sum(place * digit for place, digit in enumerate(reversed(digits), start=1)) % 10 == check


def effect(kind: NoteKind, text: str) -> NoteEffect:
    if EXCLUDES.search(text):
        return NoteEffect.EXCLUDES
    if kind in (NoteKind.TECHNICAL, NoteKind.DEFINITION):
        return NoteEffect.DEFINES
    return NoteEffect.INCLUDES if INCLUDES.search(text) else NoteEffect.REFERS


def with_powers(text: str) -> str:
    """Write the powers again that a text dump has flattened: "5 × 103 Gy" is 5 × 10^3 Gy, "g/cm3" g/cm^3.

    No list multiplies by 103 or measures in anything called m3 but cubic metres, so both are certain.
    """
    return UNIT_POWER_LOST.sub(r"\1^\2", POWER_LOST.sub(r"\1^\2", text))


def plain_numbers(text: str, decimal: str) -> str:
    """Write numbers without marks of thousands and with a decimal point; `decimal` is the list's own mark.

    European lists write 1,3 and 1 000 (the blank may be thin); those of the United States 1.3 and 1,000.
    """
    joined = THOUSANDS[decimal].sub(lambda match: re.sub(r"\D", "", match.group()), text)
    return BETWEEN_DIGITS[decimal].sub(".", joined)


def folded(text: str, decimal: str = ".") -> str:
    """Return `text` as one searches in it: small letters, no accents, numbers plain, single blanks."""
    letters = unicodedata.normalize("NFD", plain_numbers(text, decimal).casefold())
    return " ".join("".join(sign for sign in letters if not unicodedata.combining(sign)).split())


def marked(text: str) -> Iterator[tuple[str, str]]:
    """Yield the text in pieces, each with the code it names or ""."""
    end = 0
    for match in REFERENCE.finditer(text):
        if match.start() > end:
            yield text[end : match.start()], ""
        yield match.group(), match.group()
        end = match.end()
    if end < len(text):
        yield text[end:], ""
