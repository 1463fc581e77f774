"""Find entries of an edition by code, number or words, accents ignored."""

from collections import Counter

from django.db.models import Q
from django.db.models.functions import Lower

from screening.codes import normalise_code
from screening.control.wording import LONGEST_CODE, ancestors, base, folded, is_cas
from screening.control_models import ControlEdition, EntryAlias, EntryText, HsCorrelation, Substance, TextRole

MOST_WORDS = 12
SHORTEST_HS = 4
# A word in our title says more than one in the list of trade words, and that more than one in the long text.
WEIGHTS = {TextRole.OWN_TITLE: 6, TextRole.KEYWORDS: 3, TextRole.OFFICIAL: 1}


def find(edition: ControlEdition, asked: str) -> list[str]:
    """Return the codes that fit what was asked, the best first.

    Asked may be a code, a CAS number, a customs code or words. The words must all occur under one entry, in
    any language; the provision that has most of them is given.
    """
    asked = asked.strip().replace("\0", "")
    return _by_code(edition, asked) or _by_number(edition, asked) or _by_words(edition, asked)


def named(edition: ControlEdition, typed: str) -> str:
    """Return the entry whose code, and nothing else, somebody typed; else the nearest above it, else ""."""
    asked = typed.strip().rstrip(".").replace("\0", "")
    if not asked or len(asked) > LONGEST_CODE:
        return ""
    if exact := _by_code(edition, asked):
        return exact[0]
    if len(asked.split()) > 1:
        return ""
    upper = [code.casefold() for code in ancestors(normalise_code(asked))]
    held = edition.versions.annotate(small=Lower("code")).filter(small__in=upper)
    return str(held.order_by("-depth").values_list("code", flat=True).first() or "")


def _by_code(edition: ControlEdition, asked: str) -> list[str]:
    code = normalise_code(asked)
    aliases = EntryAlias.objects.filter(entry__list=edition.list, old_code__in=(asked, code))
    exact = edition.versions.filter(Q(code__iexact=code) | Q(code__in=aliases.values("entry__code")))
    return list(exact.order_by("position").values_list("code", flat=True))


def _by_number(edition: ControlEdition, asked: str) -> list[str]:
    digits = asked.replace(".", "").replace(" ", "")
    if is_cas(asked):
        found = Substance.objects.filter(version__edition=edition, cas=asked).order_by("version__position")
        return list(found.values_list("version__code", flat=True))
    if digits.isdecimal() and digits.isascii() and len(digits) >= SHORTEST_HS:
        hints = HsCorrelation.objects.filter(
            table__in_force_to=None, table__list=edition.list, hs_code__startswith=digits[:6]
        )
        versions = edition.versions.filter(entry__in=hints.values("entry"))
        return list(versions.order_by("position").values_list("code", flat=True))
    return []


def _by_words(edition: ControlEdition, asked: str) -> list[str]:
    words = list(dict.fromkeys(folded(asked).split()))[:MOST_WORDS]
    found = [_with(edition, word) for word in words]
    if not found:
        return []
    tops = set.intersection(*({base(code) for code in codes} for codes in found))
    points: Counter[str] = Counter()
    for codes in found:
        for code, worth in codes.items():
            points[code] += worth if base(code) in tops else 0
    best: dict[str, str] = {}
    for code, _worth in sorted(points.items(), key=lambda item: (-item[1], item[0])):
        if points[code]:
            best.setdefault(base(code), code)
    return list(best.values())


def _with(edition: ControlEdition, word: str) -> dict[str, int]:
    """Return the codes whose texts hold the word, with what it is worth there."""
    texts = EntryText.objects.filter(version__edition=edition, folded__contains=word)
    found: dict[str, int] = {}
    for code, role in texts.values_list("version__code", "role").order_by("version__position"):
        found[code] = max(found.get(code, 0), WEIGHTS[TextRole(role)])
    return found
