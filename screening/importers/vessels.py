"""What lists say of ships, in one form."""

import re
from collections.abc import Iterable, Mapping

from screening.importers.countries import code_of, country_code
from screening.importers.rows import IdentifierRow
from screening.models import VESSEL_FACTS

IMO_NUMBER = re.compile(r"(?<!\d)\d{7}(?!\d)")  # "IMO9562233", "IMO No. 9562233"


def imo_numbers(texts: Iterable[str]) -> tuple[IdentifierRow, ...]:
    """Return the IMO numbers in the texts, without what is written around them, each once."""
    found = dict.fromkeys(number for text in texts for number in IMO_NUMBER.findall(text))
    return tuple(IdentifierRow("IMO number", number) for number in found)


def flags(texts: Iterable[str]) -> str:
    """Return the codes of the flag states, joined with commas; a state we do not know stays as written."""
    known = dict.fromkeys(code_of(text) or country_code(text) or text for text in texts if text)
    return ", ".join(known)


def vessel(facts: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return what is said of a ship as EntityRow.vessel has it, in the order of VESSEL_FACTS."""
    return tuple((key, facts[key]) for key in VESSEL_FACTS if facts.get(key))
