"""What the search for entries of the control list found, made ready for the pages that show it.

The machine never clears anything: where nothing is found, the questions beside every list remain.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from licensing.classification import Weighed
from licensing.precedents import Library, Past
from portal.control_pages import GROUPS, address
from portal.templatetags.portal import ATTENTION, PLAIN
from screening.classification import NoEditionInForce, suggest
from screening.classification.answers import Answer, Comparison, Goods, Outcome, Reason, Suggestion
from screening.classification.parameters import parameters
from screening.classification.suggesting import EU_DUAL_USE
from screening.codes import is_known_hs
from screening.control.lists import label_in_words, name_of
from screening.control.wording import cas_numbers, is_cas
from screening.control_models import ControlEdition, EntryRegime, Regime

LONGEST_TITLE = 220  # characters shown of what a provision says; its page has the rest
SHOWN_AT_ONCE = 5  # the others are one click away
LEAST_LETTERS = 3  # fewer say nothing about goods
SIGNS = ",.;:()[]“”«»\"'"
NOT_CERTAIN = _("Is this the value that is meant?")
BLANKS = re.compile(r"(\s+|/)")
OUTCOMES: dict[Outcome, tuple[Promise, str]] = {
    Outcome.MET: (_("Reached"), ATTENTION),
    Outcome.NOT_MET: (_("Not reached"), PLAIN),
    Outcome.NOT_KNOWN: (_("Not stated: what is it?"), PLAIN),
}


@dataclass(frozen=True, slots=True)
class PathStep:
    code: str
    title: SafeString
    url: str


@dataclass(frozen=True, slots=True)
class Compared:
    """A threshold beside what the goods say, in words."""

    comparison: Comparison
    name: str
    threshold: str
    stated: str  # "" where the goods say nothing of it
    label: Promise
    tone: str


@dataclass(frozen=True, slots=True)
class Said:
    """What the exporter makes of suggestions, by code."""

    weighed: Mapping[str, Weighed] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)  # typed so far
    lacks_reason: str = ""  # the code that was rejected without one


NOTHING_SAID = Said()


@dataclass(frozen=True, slots=True)
class Row:
    """A suggested entry as the pages show it."""

    number: int
    suggestion: Suggestion
    url: str
    path: list[PathStep]
    regimes: list[str]
    reasons: list[str]
    compared: list[Compared]
    precedents: list[Past]
    others: list[PathStep]  # paragraphs of the same entry that fit nearly as well
    weighed: Weighed | None = None  # what the exporter made of it
    typed_reason: str = ""  # why it does not fit, as far as it is typed
    lacks_reason: bool = False

    @property
    def title(self) -> SafeString:
        return self.path[-1].title if self.path else SafeString()

    @property
    def asked_for(self) -> list[str]:
        return missing(self.suggestion)


@dataclass(frozen=True, slots=True)
class Shown:
    """All that a page shows of an answer."""

    answer: Answer
    edition: ControlEdition
    list_name: str
    rows: list[Row]
    claims: list[str] = field(default_factory=list)  # questions about the codes the exporter names

    @property
    def first(self) -> list[Row]:
        return self.rows[:SHOWN_AT_ONCE]

    @property
    def more(self) -> list[Row]:
        return self.rows[SHOWN_AT_ONCE:]

    @property
    def more_matters(self) -> bool:
        """Say whether one of the further rows was answered or waits for a reason, so that it must be seen."""
        return any(row.weighed or row.lacks_reason for row in self.more)

    @property
    def codes(self) -> list[str]:
        return [row.suggestion.code for row in self.rows]


def hs_remark(typed: str) -> str:
    """Return what is wrong with a customs code as somebody typed it, "" where nothing is."""
    if not typed or is_known_hs(typed):
        return ""
    words = gettext(
        "“%(typed)s” is not a code of the Harmonized System of 2022."
        " Write its 6 to 12 digits, for example 8456.11."
    )
    return words % {"typed": typed}


def cas_remark(typed: str) -> str:
    """Return what is wrong with a CAS number as somebody typed it, "" where nothing is."""
    if is_cas(typed):
        return ""
    return gettext("“%(typed)s” is not a CAS number. Write it like 111-48-8.") % {"typed": typed}


def says_something(goods: Goods) -> bool:
    letters = sum(sign.isalpha() for sign in goods.text)
    return letters >= LEAST_LETTERS or bool(goods.cas or cas_numbers(goods.text))


def ask(
    goods: Goods,
    *,
    at: datetime,
    library: Library | None = None,
    said: Said = NOTHING_SAID,
    limit: int = 10,
    list_code: str = EU_DUAL_USE,
) -> Shown | None:
    """Return what is found for goods, in the reader's language; None if no edition is in force.

    `library` holds the precedents that the reader may see; `said` what the exporter makes of it.
    """
    language = (get_language() or "es")[:2]
    precedents = [past.precedent for past in (library or {}).values()]
    try:
        answer = suggest(
            goods, at=at, language=language, list_code=list_code, limit=limit, precedents=precedents
        )
    except NoEditionInForce:
        return None
    edition = ControlEdition.objects.select_related("list").get(pk=answer.edition_id)
    regimes = regimes_of(edition, [one.base for one in answer.suggestions])
    rows = [
        _row(number, one, edition, regimes.get(one.base, []), library or {}, said)
        for number, one in enumerate(answer.suggestions, start=1)
    ]
    return Shown(answer, edition, str(name_of(edition.list)), rows, _claims(answer))


def regimes_of(edition: ControlEdition, bases: Iterable[str]) -> dict[str, list[str]]:
    """Return where the states agreed on each entry, in words."""
    rows = EntryRegime.objects.filter(version__edition=edition, version__code__in=set(bases))
    found: dict[str, list[str]] = {}
    for row in rows.select_related("version").order_by("pk"):
        found.setdefault(row.version.code, []).append(str(Regime(row.regime).label))
    return found


def _row(
    number: int,
    one: Suggestion,
    edition: ControlEdition,
    regimes: list[str],
    library: Library,
    said: Said,
) -> Row:
    return Row(
        number,
        one,
        address(edition, one.code),
        [
            PathStep(step.code, marked(step.title, one.words), address(edition, step.code))
            for step in one.path
        ],
        regimes,
        list(_reasons(one, library)),
        [_compared(comparison) for comparison in one.comparisons],
        [library[key] for key in one.precedents if key in library],
        [PathStep(code, SafeString(), address(edition, code)) for code in one.others],
        said.weighed.get(one.code),
        said.reasons.get(one.code, ""),
        said.lacks_reason == one.code,
    )


REASONS: dict[str, Promise] = {
    "words": _("Words in common: %(detail)s"),
    "letters": _("Written in a similar way"),
    "meaning": _("Means something similar"),
    "substance": _("Names the substance: %(detail)s"),
    "synonym": _("Another name for it: %(detail)s"),
    "hs": _("Goods under the customs code %(detail)s are sometimes meant. That is a hint only."),
    "group": _("The description speaks of this group: %(detail)s"),
    "precedent": _("Similar goods, decided or claimed before: %(detail)s"),
    "claimed": _("Named in the claim: %(detail)s"),
}


DECIDED = _("Officers classified similar goods under it: %(detail)s")
CLAIMED = _("You claimed it for similar goods, which no officer has decided: %(detail)s")


def _reasons(one: Suggestion, library: Library) -> Iterator[str]:
    """Yield the reasons in words. What the exporter claimed is never told as if it had been decided."""
    for reason in one.reasons:
        if reason.code != "precedent":
            yield reason_in_words(reason)
            continue
        past = {key: library[key] for key in one.precedents if key in library}
        for words, is_decided in ((DECIDED, True), (CLAIMED, False)):
            keys = [key for key, found in past.items() if (found.assessment is not None) is is_decided]
            if keys:
                yield str(words) % {"detail": ", ".join(keys)}


def reason_in_words(reason: Reason) -> str:
    words = REASONS.get(reason.code)
    detail = str(GROUPS.get(reason.detail, reason.detail)) if reason.code == "group" else reason.detail
    return str(words) % {"detail": detail} if words else detail


def marked(title: str, words: frozenset[str]) -> SafeString:
    """Return a title, shortened, with the words that were found marked, without the signs around them."""
    text = title if len(title) <= LONGEST_TITLE else f"{title[:LONGEST_TITLE].rsplit(' ', 1)[0]} …"
    return format_html_join("", "{}", ((_piece(part, words),) for part in BLANKS.split(text)))


def _piece(part: str, words: frozenset[str]) -> str:
    core = part.strip(SIGNS)
    if not core or (part not in words and core not in words):
        return part
    before, _core, after = part.partition(core)
    return format_html('{}<mark class="app-mark-token">{}</mark>{}', before, core, after)


def _compared(comparison: Comparison) -> Compared:
    label, tone = OUTCOMES[comparison.outcome]
    if comparison.outcome is Outcome.NOT_KNOWN and comparison.stated is not None:
        label = NOT_CERTAIN
    name, threshold, stated = (
        parameter_name(comparison.parameter),
        _threshold(comparison),
        _stated(comparison),
    )
    return Compared(comparison, name, threshold, stated, label, tone)


def _threshold(comparison: Comparison) -> str:
    return f"{comparison.comparator} {comparison.value.normalize():f} {comparison.unit}".strip()


def _stated(comparison: Comparison) -> str:
    if comparison.found or comparison.stated is None:
        return comparison.found
    return f"{comparison.stated.normalize():f} {comparison.unit}".strip()


def marked_off(comparison: Comparison) -> str:
    """Return a threshold with what the goods say of it, in one line."""
    one = _compared(comparison)
    return f"{one.name} {one.threshold}: {' · '.join(filter(None, (one.stated, str(one.label))))}"


def missing(suggestion: Suggestion) -> list[str]:
    """Return what the goods do not say although a threshold depends on it."""
    unknown = (one for one in suggestion.comparisons if one.outcome is Outcome.NOT_KNOWN)
    return list(dict.fromkeys(parameter_name(one.parameter) for one in unknown))


def parameter_name(parameter: str) -> str:
    """Return what data sheets call it, in the reader's language."""
    known = parameters().get(parameter)
    names = known.names.get((get_language() or "es")[:2]) if known else None
    return names[0] if names else parameter.replace("_", " ")


def _claims(answer: Answer) -> list[str]:
    """Return the questions that the codes named by the exporter raise. They are never refused."""
    said = []
    for claim in answer.claims:
        words = {"code": claim.code, "edition": label_in_words(answer.edition_label)}
        if not claim.is_known:
            said.append(
                gettext("The edition %(edition)s does not have %(code)s. Which entry do you mean?") % words
            )
        elif claim.is_far:
            said.append(
                gettext(
                    "%(code)s is unlike everything found for this description. Is it the right entry?"
                    " If it is, leave it, and say in the description what makes it so."
                )
                % words
            )
    return said


def summary(shown: Shown) -> str:
    """Return what was found in a sentence. It never says that goods are free."""
    if not shown.rows:
        return gettext("No match found")
    if shown.answer.may_be_listed:
        return gettext("These entries may describe the goods")
    return gettext("Nothing stands out; these entries are the least unlike")
