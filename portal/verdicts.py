"""What a licence is worth, as one word and one sentence for whoever stands before the goods."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from licensing.models import Licence, LicenceState
from portal.templatetags.portal import legal_date


@dataclass(frozen=True, slots=True)
class Verdict:
    tone: str  # good, ask or bad
    word: str
    reason: str
    next_step: str = ""


HOLD = gettext_lazy("Don't let the goods leave. Keep them and call the licensing authority.")
NO_MORE = gettext_lazy(
    "Let nothing more leave under this licence. Keep the goods and call the licensing authority."
)
WRITE_OFF = gettext_lazy(
    "Compare goods, quantity, consignee and destination with what stands below. Then write off what leaves."
)
WRITE_DOWN = gettext_lazy(
    "Compare goods, quantity, consignee and destination with what stands below. Then fill in a form for what "
    "leaves."
)

THE_OTHER = gettext_lazy("This paper no longer counts. Ask for the other licence, and look up its number.")

# Why not, and what to do. %(first)s and %(last)s are the days of the licence, %(next)s is what replaced it.
AGAINST: dict[LicenceState, tuple[Promise, Promise]] = {
    LicenceState.NOT_YET: (gettext_lazy("It holds only from %(first)s."), HOLD),
    LicenceState.EXPIRED: (gettext_lazy("It expired at the end of %(last)s."), HOLD),
    LicenceState.EXHAUSTED: (gettext_lazy("Everything it allowed has left."), NO_MORE),
    LicenceState.SUSPENDED: (gettext_lazy("The authority has suspended it."), HOLD),
    LicenceState.REVOKED: (gettext_lazy("The authority has revoked it."), HOLD),
    LicenceState.SURRENDERED: (gettext_lazy("Its holder gave it back before its end."), HOLD),
    LicenceState.REPLACED: (gettext_lazy("It was replaced by licence %(next)s."), THE_OTHER),
}


def verdict(licence: Licence, at: datetime) -> Verdict:
    """Say what customs does about goods under the licence at `at`. Reads its lines."""
    some_used_up = any(line.is_used_up for line in licence.lines.all())
    replaced_by = str(licence.replacement or "")
    return verdict_of(
        licence.state(at), licence.valid_from, licence.valid_to, replaced_by, some_used_up=some_used_up
    )


def verdict_of(
    state: LicenceState, first: date, last: date, replaced_by: str, *, some_used_up: bool
) -> Verdict:
    days = {"first": legal_date(first), "last": legal_date(last), "next": replaced_by}
    if state in AGAINST:
        against, next_step = AGAINST[state]
        return Verdict("bad", _("NOT VALID"), str(against) % days, str(next_step))
    if not some_used_up:
        return Verdict("good", _("VALID"), _("In force until %(last)s.") % days, str(WRITE_OFF))
    reason = _("In force until %(last)s, but not for every line: some are used up.")
    return Verdict("ask", _("ASK"), reason % days, str(WRITE_OFF))


def unknown() -> Verdict:
    return Verdict(
        "ask",
        _("ASK"),
        _("No licence has this number."),
        _("Compare it with the paper, type it again. Still unknown? Keep the goods and call the authority."),
    )


def public_verdict(licence: Licence, at: datetime) -> Verdict:
    """Say to anybody whether the licence is genuine and in force."""
    judged = verdict(licence, at)
    if licence.state(at) == LicenceState.VALID:
        return Verdict(
            "good", _("VALID"), _("It is genuine and in force until %s.") % legal_date(licence.valid_to)
        )
    return Verdict("bad", _("NOT VALID"), judged.reason)


NO_PAPER = gettext_lazy("Don't rely on the paper. Keep the goods and call the licensing authority.")
CALL = gettext_lazy("Keep the goods and ask the licensing authority by telephone before anything leaves.")
# Why a code is not genuine, by the words of portal.offline.verify_token; if the device or the copy may be to
# blame, ask.
NOT_OURS: dict[str, tuple[str, Promise, Promise]] = {
    "unreadable": (
        "ask",
        gettext_lazy("The code could not be read. Scan it again."),
        gettext_lazy("Still unreadable? Keep the goods and ask the licensing authority by telephone."),
    ),
    "unknown-format": (
        "ask",
        gettext_lazy("The code is of a newer kind than this page knows. Load the page with a network."),
        CALL,
    ),
    "unknown-key": ("bad", gettext_lazy("The code was not signed with a key of the authority."), NO_PAPER),
    "wrong-signature": (
        "bad",
        gettext_lazy("The code was changed, or the authority never signed it."),
        NO_PAPER,
    ),
    "key-revoked": ("bad", gettext_lazy("The key that signed the code was revoked."), NO_PAPER),
    "key-not-valid-then": (
        "bad",
        gettext_lazy("The code was signed at a time when its key was not in use."),
        NO_PAPER,
    ),
}
# Genuine, but nobody knows here what it is worth now.
NOT_KNOWN: dict[str, Promise] = {
    "no-snapshot": gettext_lazy(
        "The licence is genuine. Whether it was suspended or used up since is not known here."
    ),
    "snapshot-over": gettext_lazy(
        "The licence is genuine, but the list of states on this device is too old to count."
    ),
    "snapshot-not-genuine": gettext_lazy(
        "The licence is genuine, but the list of states on this device is not as the authority signed it."
    ),
    "not-in-snapshot": gettext_lazy(
        "The licence is genuine, but it is not in the list of states on this device."
    ),
}


def not_genuine(code: str) -> Verdict:
    tone, reason, next_step = NOT_OURS[code]
    return Verdict(tone, _("ASK") if tone == "ask" else _("NOT VALID"), str(reason), str(next_step))


def offline_verdicts() -> dict[str, Verdict]:
    """Return every verdict of the verify page; {first} and {last} are the days of the licence,
    {next} is the one that replaced it."""
    days = {"first": "{first}", "last": "{last}", "next": "{next}"}
    against = {
        state.value: Verdict("bad", _("NOT VALID"), str(reason) % days, str(next_step))
        for state, (reason, next_step) in AGAINST.items()
    }
    good = Verdict("good", _("VALID"), _("In force until %(last)s.") % days, str(WRITE_DOWN))
    some = _("In force until %(last)s, but not for every line: some are used up.") % days
    asked = {code: Verdict("ask", _("ASK"), str(reason), str(CALL)) for code, reason in NOT_KNOWN.items()}
    return {
        LicenceState.VALID.value: good,
        **against,
        # ASK is answered by telephone, as the written procedure says: nobody here knows which line is meant.
        "some-used-up": Verdict("ask", _("ASK"), some, str(CALL)),
        **asked,
        **{code: not_genuine(code) for code in NOT_OURS},
    }
