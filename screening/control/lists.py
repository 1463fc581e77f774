"""The lists we know by name; any other list brings its name along."""

import re
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from screening.control_models import ControlList, Regime


@dataclass(frozen=True, slots=True)
class KnownList:
    jurisdiction: str
    name: str | Promise
    decimal: str = ","  # the decimal mark of its texts


LISTS = {
    "eu-dual-use": KnownList("EU", _("Dual-use list of the European Union")),
    "eu-military": KnownList("EU", _("Common military list of the European Union")),
    "us-ccl": KnownList("US", _("Commerce Control List of the United States"), decimal="."),
}
LAW = re.compile(r"Regulation \(EU\) (?:No )?(?P<number>\d+/\d+)(?:, article (?P<article>.+))?")
# The hundreds of the number say where the states agreed on the control.
BY_NUMBER = {
    "0": Regime.WA,
    "1": Regime.MTCR_II,
    "2": Regime.NSG_2,
    "3": Regime.AG,
    "4": Regime.CWC,
    "5": Regime.EU,
    "9": Regime.NATIONAL,
}


def name_of(control_list: ControlList) -> str | Promise:
    known = LISTS.get(control_list.code)
    return known.name if known else law_in_words(control_list.name)


def law_in_words(name: str) -> str:
    """Return the name of a law of the European Union as the reader's language has it, others as they are."""
    found = LAW.fullmatch(name)
    if not found:
        return name
    law = gettext("Regulation (EU) %(number)s") % {"number": found["number"]}
    article = found["article"]
    return gettext("%(law)s, article %(article)s") % {"law": law, "article": article} if article else law


def label_in_words(label: str) -> str:
    """Return the label of an edition in the reader's words: catalogues of ours say that they are one."""
    word, _blank, rest = label.partition(" ")
    return gettext("catalogue %(edition)s") % {"edition": rest} if word == "catalogue" and rest else label


def decimal_of(list_code: str) -> str:
    return LISTS[list_code].decimal if list_code in LISTS else "."


def regimes_by_number(code: str) -> tuple[Regime, ...]:
    """Return the regime that a code of the EU dual-use list names by its number; category 0 is nuclear."""
    if code[0] == "0":
        return (Regime.NSG_1,)
    regime = BY_NUMBER.get(code[2])
    return (regime,) if regime else ()
