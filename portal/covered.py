"""The answer to "does a licence cover this?", in words for whoever stands before the goods."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from licensing.coverage import Actor, Coverage, Verdict
from portal import verdicts

ASK_SOMEBODY = gettext_lazy("Keep the goods and ask the licensing authority before anything leaves.")
WORDS: dict[Verdict, tuple[str, Promise, Promise]] = {
    Verdict.COVERED: (
        "good",
        gettext_lazy("COVERED"),
        gettext_lazy("A licence in force covers every item that needs one."),
    ),
    Verdict.NOT_COVERED: (
        "bad",
        gettext_lazy("NOT COVERED"),
        gettext_lazy("By what is stated these goods need a licence, and none of this exporter covers them."),
    ),
    Verdict.ASK: (
        "ask",
        gettext_lazy("ASK"),
        gettext_lazy(
            "No licence covers them as stated, and the rules alone don’t say whether one is needed."
        ),
    ),
    Verdict.NOT_LISTED: (
        "ask",
        gettext_lazy("NOT ON THE LIST"),
        gettext_lazy("As far as stated the goods are not on the list. That frees nothing by itself."),
    ),
}
NEXT: dict[tuple[Verdict, Actor], Promise] = {
    (Verdict.COVERED, Actor.CUSTOMS): gettext_lazy(
        "Compare goods, quantity and conditions with the licence. Then reserve or write off what leaves."
    ),
    (Verdict.NOT_COVERED, Actor.EXPORTER): gettext_lazy(
        "Don’t let the goods leave. The exporter has to correct the declaration, or to apply for a licence."
    ),
    (Verdict.NOT_COVERED, Actor.AUTHORITY): verdicts.HOLD,
    (Verdict.ASK, Actor.AUTHORITY): ASK_SOMEBODY,
    (Verdict.NOT_LISTED, Actor.CUSTOMS): gettext_lazy(
        "Ask what the goods are for. Go on with your own checks; if in doubt, ask the licensing authority."
    ),
}
ACTORS: dict[Actor, Promise] = {
    Actor.CUSTOMS: gettext_lazy("Customs"),
    Actor.EXPORTER: gettext_lazy("The exporter"),
    Actor.AUTHORITY: gettext_lazy("The licensing authority"),
}


def in_words(coverage: Coverage) -> verdicts.Verdict:
    """Return the verdict over the whole shipment: one word, why, and what to do."""
    tone, word, reason = WORDS[coverage.verdict]
    if coverage.holder is None:
        unknown = _("No company is registered under this number or name.")
        return verdicts.Verdict(tone, str(word), f"{reason} {unknown}", next_step(coverage))
    return verdicts.Verdict(tone, str(word), str(reason), next_step(coverage))


def next_step(coverage: Coverage) -> str:
    return str(NEXT[(coverage.verdict, coverage.actor)])
