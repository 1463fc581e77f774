"""Codes of goods: the dual-use control list and the Harmonized System."""

import re
from functools import lru_cache
from pathlib import Path

DATA = Path(__file__).parent / "data"
# A base code, then the steps of the paragraph, letters and numbers: 5A002.a.1, also written 5A002a1.
CONTROL_CODE = re.compile(r"(\d)\s?([A-Ea-e])\s?(\d{3})([.\sa-zA-Z0-9]{0,30})")
STEP = re.compile(r"[a-z]|\d{1,2}")
MOST_STEPS = 8  # the deepest paragraph of the list has seven


def normalise_code(code: str) -> str:
    """Return a control code as the list writes it: "5a002A1" and "5A002.a.1." give "5A002.a.1".

    A text that has not the form of a control code returns as it is, without the blanks around it.
    """
    match = CONTROL_CODE.fullmatch(code.strip().rstrip("."))
    steps = STEP.findall(match[4].lower()) if match else []
    if not match or len(steps) > MOST_STEPS:
        return code.strip()
    return ".".join((f"{match[1]}{match[2].upper()}{match[3]}", *steps))


def is_known_code(code: str) -> bool:
    """Say whether the base of `code` stands in the control list. The paragraph below it is not checked."""
    return normalise_code(code).partition(".")[0] in _codes("control_codes")


def normalise_hs(code: str) -> str:
    """Return a customs code as digits only: "8471.30" and "8471 30" give "847130"."""
    return re.sub(r"[.\s]", "", code)


def is_known_hs(code: str) -> bool:
    """Say whether `code` is a customs code of 6 to 12 digits whose first six stand in the HS of 2022."""
    digits = normalise_hs(code)
    return bool(re.fullmatch("[0-9]{6,12}", digits)) and digits[:6] in _codes("hs2022")


@lru_cache(maxsize=1)
def control_codes() -> tuple[str, ...]:
    """Return the base codes of the control list, in its order."""
    return tuple(sorted(_codes("control_codes")))


@lru_cache(maxsize=2)
def _codes(name: str) -> frozenset[str]:
    lines = (DATA / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(code for line in lines if not line.startswith("#") for code in line.split())
