"""What the answer to "is a licence needed?" rests on: grounds, each with its law and its weight.

A ground may call for a licence or for a person; none ever says that no licence is needed.
"""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from django.utils.functional import Promise

from screening.control.lists import label_in_words, name_of
from screening.control_models import ControlEdition, ControlTable


class Weight(StrEnum):
    """What a ground does to the answer."""

    NEEDED = "needed"  # a licence is needed
    PERSON = "person"  # somebody must read what no rule can judge
    FACT = "fact"  # it explains, and decides nothing


@dataclass(frozen=True, slots=True)
class Basis:
    """The edition of a list, or of a table beside it, that a ground rests on."""

    of: ControlEdition | ControlTable

    def __str__(self) -> str:
        kind = f", {self.of.get_kind_display()}" if isinstance(self.of, ControlTable) else ""
        return f"{name_of(self.of.list)}{kind}, {label_in_words(self.of.label)}"


@dataclass(frozen=True, slots=True)
class Dated:
    """Something published on a day, by its name."""

    name: str | Promise
    day: date

    def __str__(self) -> str:
        return f"{self.name}, {self.day}"


@dataclass(frozen=True, slots=True)
class Ground:
    """`licensing.determination_words.sentence` puts it into words. `basis` is words, or says them as a string
    in the reader's language."""

    code: str
    weight: Weight = Weight.FACT
    basis: object = ""
    details: dict[str, str] = field(default_factory=dict)
