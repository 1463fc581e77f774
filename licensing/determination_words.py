"""The sentence for every ground of the answer to "is a licence needed?", and for the answer itself."""

from dataclasses import dataclass

from babel import Locale
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from licensing.determination import Outcome
from licensing.models import EndUseQuestion
from screening.control.grounds import Ground


@dataclass(frozen=True, slots=True)
class Verdict:
    word: Promise
    reason: Promise


VERDICTS: dict[Outcome, Verdict] = {
    Outcome.NEEDED: Verdict(
        _("A licence is needed"),
        _("By what is stated here, these goods need a licence for this destination or use."),
    ),
    Outcome.PERSON: Verdict(
        _("Somebody at the authority must look"),
        _("The rules alone don’t answer it. Don’t ship before the authority has told you."),
    ),
    Outcome.GENERAL: Verdict(
        _("A licence is needed; a general licence may serve"),
        _("It serves only if every one of its conditions is met. The authority can check that."),
    ),
    Outcome.QUESTIONS: Verdict(
        _("Not on the list as far as stated"),
        _("That frees nothing: the questions about end use remain, and so does an expert’s check."),
    ),
}

SENTENCES: dict[str, Promise] = {
    # the lists
    "listed": _("The list has the entry %(entry)s: its goods need a licence."),
    "moved": _("%(entry)s is written %(now)s in this edition."),
    "paragraph-unknown": _("This edition has %(top)s but not %(entry)s; what holds for %(top)s was taken."),
    "states-none": _("No entry is stated: the goods are taken to be on none. Nobody has checked that here."),
    "not-in-edition": _("%(entry)s is no entry of this edition: somebody must find the right one."),
    "no-list": _("No edition of the list “%(list)s” is in force here, so nothing was looked up."),
    # general licences
    "no-general-licence": _("No general licence exists for it: an individual licence is needed."),
    "general-embargo": _(
        "%(country)s is under an arms embargo: no general licence is proposed, an individual one is needed."
    ),
    "general-end-use": _("What is stated of the end use rules general licences out."),
    "general-may-serve": _("%(licence)s covers %(entry)s to this destination, if its conditions are met."),
    "general-in-part": _("%(licence)s covers only a part of %(entry)s: name the paragraph to know."),
    "no-general-serves": _("No general licence covers all of it to %(country)s."),
    # destination
    "no-destination": _("The destination is not stated."),
    "inside": _(
        "%(country)s is this country: sending goods there is no export, and a transfer inside it follows "
        "other rules. If they go on to another country, state that one."
    ),
    "embargo": _(
        "%(country)s is under an arms embargo of the Security Council: resolutions %(resolutions)s."
    ),
    "embargo-on-groups": _(
        "An arms embargo of the Security Council is on armed groups or persons in %(country)s: resolutions "
        "%(resolutions)s."
    ),
    "embargo-and-programmes": _(
        "The Security Council forbids arms and goods for weapons programmes of %(country)s: resolutions "
        "%(resolutions)s. A licence may be impossible."
    ),
    # end use and end user
    "declared": _("The answer is yes: %(question)s"),
    "declared-under-embargo": _(
        "The answer is yes, and the destination is under an arms embargo: %(question)s"
    ),
    "denied": _("The answer is no, which somebody verifies: %(question)s"),
    "open-question": _("Not answered yet: %(question)s"),
    "end-user-open": _("A possible match of an end user with a sanctions list is not settled."),
    "end-user-same": _("An end user was judged to be on a sanctions list."),
    # hints
    "hs-hint": _("Goods under the customs code %(hs)s often belong to %(entries)s. A hint, no more."),
    "high-priority": _(
        "The customs code %(hs)s is of high priority, tier %(tier)s: evaders of sanctions seek such goods. "
        "Ask where they stay."
    ),
    "measure": _("%(measure)s names the customs code %(hs)s: to some destinations such goods may not go."),
    # the law of the origin
    "foreign-not-loaded": _("The law of %(country)s may follow these goods, but its list is not loaded."),
    "foreign-not-listed": _(
        "%(entry)s is no entry of the list of %(country)s, whose law may follow these goods: find theirs."
    ),
    "foreign-listed": _("The list has the entry %(entry)s, and its law may follow these goods."),
    # the list and chart of the United States
    "us-mark": _("%(scope)s: column %(column)s has a mark for %(country)s, so a licence is needed."),
    "us-mark-perhaps": _(
        "%(scope)s: column %(column)s has a mark for %(country)s, if the row is for these goods. Read it."
    ),
    "us-no-mark": _(
        "%(scope)s: column %(column)s has no mark for %(country)s. Only this column asks for no licence."
    ),
    "us-other-paragraph": _("%(scope)s: that is another paragraph."),
    "us-worldwide": _("%(scope)s: the text asks for a licence to every destination. %(prose)s"),
    "us-prose": _("%(scope)s: no column decides this; read the text. %(prose)s"),
    "us-no-row": _(
        "%(entry)s has no row of licence requirements: it points to other law, which must be read."
    ),
    "us-note": _("Read the note on licences: %(text)s"),
    "us-nothing-found": _(
        "No mark calls for a licence. That is no clearance: prohibitions on end use, end user and embargoes "
        "stand beside the chart."
    ),
    "us-no-chart": _("The country chart is not loaded, so no column was looked up."),
    "us-not-in-chart": _(
        "The country chart has no row for %(country)s: it must be found out under which it falls."
    ),
    "us-points-elsewhere": _("The chart gives %(country)s no mark and points elsewhere: %(text)s"),
    "us-footnotes": _("Read the footnotes of the chart for %(country)s: %(numbers)s."),
    "us-groups": _("%(country)s is in the country groups %(groups)s."),
}


def sentence(ground: Ground) -> str:
    """Return the sentence for a ground in the language in use; an unknown code returns as it is."""
    words = SENTENCES.get(ground.code)
    return gettext(str(words)) % _in_words(ground.details) if words else ground.code


def _in_words(details: dict[str, str]) -> dict[str, str]:
    found = dict(details)
    if country := details.get("country"):
        found["country"] = Locale.parse((get_language() or "es")[:2]).territories.get(country, country)
    if question := details.get("question"):
        found["question"] = str(EndUseQuestion(question).label)
    return found
