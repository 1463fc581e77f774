"""What happened, event by event: what an officer reads of it and what an exporter reads, in one table.

Closed by default. Exporters hear no name of an officer, of a listed party or of a consulted body, no opinion,
no recommendation and no reason of an approval; an act without a sentence for them is no business of theirs.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from licensing.models import Action, Band, DetentionVerdict, Event, Judgement, Opinion, Outcome
from licensing.terms import one_stop
from portal.changes import Change, of_edit
from portal.judged import named, where_of_case
from portal.templatetags.portal import ATTENTION, BAD, GOOD, PLAIN, edition_name, legal_date
from screening.control.lists import LISTS
from screening.importers import label_of


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a timeline, as templates/_parts/timeline.html shows it."""

    action: Action
    text: str
    at: datetime
    detail: str = ""
    tone: str = PLAIN
    changes: tuple[Change, ...] = ()  # what a correction changed, the first change first
    actor: str = ""  # told to exporters of their own people; an officer reads the name in the sentence


@dataclass(frozen=True, slots=True)
class Line:
    """How an act is told, and what was said with it. Exporters read the detail only where it says so."""

    officer: Promise
    exporter: Promise | None = None
    detail: Callable[[Event], str] | None = None
    detail_for_exporter: bool = False
    tone: str = PLAIN


def said(key: str) -> Callable[[Event], str]:
    return lambda event: str(event.data.get(key, ""))


def copied_from(event: Event) -> str:
    if amended := event.after.get("amends"):
        return gettext("To amend licence %(reference)s.") % {"reference": amended}
    source = event.after.get("copied_from")
    return gettext("With the data of %(reference)s.") % {"reference": source} if source else ""


def judgement_with_the_one_before(event: Event) -> str:
    reason: str = event.after["reason"]
    if not event.before.get("judgement"):
        return reason
    before = gettext("Before: %(judgement)s. %(reason)s") % {
        "judgement": Judgement(event.before["judgement"]).label,
        "reason": event.before["reason"],
    }
    return f"{reason} ({before})"


def judgement_and_who_must_follow(event: Event) -> str:
    reason = judgement_with_the_one_before(event)
    if event.data.get("needs_second"):
        return gettext("%(reason)s Somebody else must confirm it.") % {"reason": _ended(reason)}
    return reason


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith((".", "!", "?", ")")) else f"{sentence}."


# From which band on "somebody else" takes two people, the strictest first.
TWO_PEOPLE: dict[str, Promise] = {
    Band.LOW: _("In every band"),
    Band.MEDIUM: _("In the medium and the high band"),
    Band.HIGH: _("In the high band only"),
    "": _("In no band"),
}

PARTS: dict[str, Promise] = {
    "application": _("answers"),
    "goodsline": _("goods"),
    "goodssuggestion": _("suggested entries"),
    "party": _("parties"),
    "endusedeclaration": _("end use"),
    "document": _("documents"),
    "amendment": _("what the amendment changes"),
}

# What is not here (accounts, keys) is not part of a case. %(who)s is the person's name, for officers only.
LINES: dict[Action, Line] = {
    Action.START: Line(
        _("%(who)s started the application."),
        _("You started the application."),
        copied_from,
        detail_for_exporter=True,
    ),
    Action.EDIT: Line(_("%(who)s changed the application: %(parts)s.")),
    Action.SUBMIT: Line(
        _("%(who)s submitted the application."),
        _("You submitted the application and declared that it is true and complete."),
        tone=GOOD,
    ),
    Action.WITHDRAW: Line(_("%(who)s withdrew the application."), _("You withdrew the application.")),
    Action.TAKE_ON: Line(
        _("%(who)s took on the case."), _("An officer of the authority took your application on.")
    ),
    Action.SCREEN: Line(_("%(who)s had the parties compared with the lists again.")),
    Action.JUDGE: Line(
        _("%(who)s judged “%(party)s” against “%(listed)s” (%(list)s): %(judgement)s."),
        detail=judgement_and_who_must_follow,
    ),
    Action.CONFIRM_JUDGEMENT: Line(
        _(
            "%(who)s confirmed the judgement of %(first)s on “%(party)s” against “%(listed)s” (%(list)s):"
            " somebody else."
        ),
        detail=said("reason"),
    ),
    Action.REMEMBER_JUDGEMENT: Line(
        _(
            "“%(party)s” against “%(listed)s” (%(list)s) was judged before: somebody else, by %(people)s on"
            " %(judged_on)s %(where)s. It counted here too then."
        ),
        detail=said("reason"),
    ),
    Action.REVOKE_JUDGEMENT: Line(
        _(
            "%(who)s revoked the judgement of %(people)s %(where)s on “%(party)s” against"
            " “%(listed)s” (%(list)s)."
        ),
        detail=said("why"),
        tone=ATTENTION,
    ),
    Action.ASSESS_GOODS: Line(
        _("%(who)s assessed line %(line)s of the goods: %(codes)s (%(list)s, edition %(edition)s)."),
        _("The authority assessed line %(line)s of the goods."),
        said("reason"),
    ),
    Action.CONSULT: Line(
        _("%(who)s asked %(body)s for its opinion, due by %(due)s."),
        _("The authority asked another public body for its opinion. It is due on %(due)s."),
        said("question"),
    ),
    Action.ADVISE: Line(
        _("%(body)s gave its opinion: %(opinion)s."),
        _("The public body that was asked has answered."),
        lambda event: str(event.after["answer"]),
    ),
    Action.WITHDRAW_QUESTION: Line(
        _("%(who)s withdrew the question to %(body)s."),
        _("The authority goes on without the opinion of the public body that was asked."),
        said("reason"),
    ),
    Action.REQUEST_INFORMATION: Line(
        _("%(who)s asked the exporter for information."),
        _("The authority asked you for information."),
        said("question"),
        detail_for_exporter=True,
        tone=ATTENTION,
    ),
    Action.ANSWER: Line(
        _("%(who)s answered for the exporter."),
        _("You answered."),
        said("text"),
        detail_for_exporter=True,
    ),
    Action.RECOMMEND: Line(
        _("%(who)s recommended: %(outcome)s."),
        _("The officer finished the review and passed it on for decision."),
        said("reasons"),
    ),
    Action.SEND_BACK: Line(
        _("%(who)s sent the case back to the case officer."),
        _("The deciding officer asked for a closer look; the review goes on."),
        said("reasons"),
        tone=ATTENTION,
    ),
    Action.APPROVE: Line(
        _("%(who)s approved the application and issued the licence."),
        _("The authority approved the application and issued the licence."),
        said("reasons"),
        tone=GOOD,
    ),
    Action.REFUSE: Line(
        _("%(who)s refused the application."),
        _("The authority refused the application, for these reasons:"),
        said("reasons"),
        detail_for_exporter=True,
        tone=BAD,
    ),
    Action.RENDER: Line(_("The licence document is ready."), _("The licence document is ready.")),
    Action.SUSPEND: Line(
        _("%(who)s suspended the licence."),
        _("The authority suspended the licence. It can't be used for now."),
        said("reasons"),
        detail_for_exporter=True,
        tone=ATTENTION,
    ),
    Action.ALERT: Line(
        _("The portal raised an alert: “%(party)s” resembles “%(listed)s” (%(list)s)."), tone=ATTENTION
    ),
    Action.HOLD: Line(
        _("The portal suspended the licence, because “%(party)s” resembles “%(listed)s” (%(list)s)."),
        _("The authority suspended the licence. It can't be used for now."),
        tone=ATTENTION,
    ),
    Action.REINSTATE: Line(
        _("%(who)s reinstated the licence."),
        _("The authority reinstated the licence. It can be used again."),
        said("reasons"),
        detail_for_exporter=True,
        tone=GOOD,
    ),
    Action.REVOKE: Line(
        _("%(who)s revoked the licence."),
        _("The authority revoked the licence. It can no longer be used."),
        said("reasons"),
        detail_for_exporter=True,
        tone=BAD,
    ),
    Action.ASK_SURRENDER: Line(
        _("%(who)s gave the licence back for the holder."),
        _("You gave the licence back."),
        said("reasons"),
        detail_for_exporter=True,
        tone=ATTENTION,
    ),
    Action.SURRENDER: Line(
        _("%(who)s took the licence back."),
        _("The authority took the licence back. It can no longer be used."),
        said("reasons"),
        detail_for_exporter=True,
    ),
    Action.REPLACE: Line(
        _("Licence %(replacement)s took the place of this one."),
        _("Licence %(replacement)s took the place of this one. Nothing may leave under this number."),
    ),
    Action.RECORD_USAGE: Line(
        _("%(who)s wrote a quantity off for the declaration %(declaration)s."),
        _("Customs wrote a quantity off for the declaration %(declaration)s."),
    ),
    Action.REFUSE_USAGE: Line(
        _("The write-off of %(who)s for the declaration %(declaration)s was refused."),
        _("A write-off for the declaration %(declaration)s was refused."),
        tone=ATTENTION,
    ),
    Action.UPLOAD_LIST: Line(_("%(who)s uploaded the file %(file)s.")),
    Action.FETCH_LIST: Line(_("%(who)s had the publisher’s address looked at.")),
    Action.ASK_LIST_CHANGE: Line(_("%(who)s asked for an exception: %(exception)s."), detail=said("reason")),
    Action.APPROVE_LIST_CHANGE: Line(
        _("%(who)s agreed to the exception: %(exception)s."), detail=said("reason"), tone=ATTENTION
    ),
    Action.DECLINE_LIST_CHANGE: Line(
        _("%(who)s declined the exception: %(exception)s."), detail=said("reason")
    ),
    Action.RESERVE: Line(
        _("%(who)s reserved a quantity for the declaration %(declaration)s."),
        _("Customs reserved a quantity for the declaration %(declaration)s."),
    ),
    Action.POST: Line(
        _("%(who)s wrote off what left of the declaration %(declaration)s."),
        _("Customs wrote off what left of the declaration %(declaration)s."),
    ),
    Action.RELEASE: Line(
        _("%(who)s released what was reserved for the declaration %(declaration)s."),
        _("Customs released what was reserved for the declaration %(declaration)s."),
    ),
    Action.ADJUST: Line(
        _("%(who)s changed what is reserved for the declaration %(declaration)s."),
        _("Customs changed what is reserved for the declaration %(declaration)s."),
    ),
    Action.DEPART: Line(
        _("%(who)s reported that goods of the declaration %(declaration)s have left."),
        _("Customs reported that goods of the declaration %(declaration)s have left."),
    ),
    Action.RUN_OUT: Line(
        _("What was reserved for the declaration %(declaration)s was released: it had not left in time."),
        _("What was reserved for the declaration %(declaration)s was released: it had not left in time."),
    ),
    Action.EXCEED: Line(
        _("Goods of the declaration %(declaration)s left without being covered by the licence."), tone=BAD
    ),
    Action.PROPOSE_CORRECTION: Line(
        _("%(who)s proposed to set the ledger right."), detail=said("reason"), tone=ATTENTION
    ),
    Action.CORRECT: Line(_("%(who)s confirmed that the ledger is set right."), detail=said("reason")),
    Action.ASK_CORRECTION: Line(
        _("%(who)s asked for the ledger to be set right."), detail=said("reason"), tone=ATTENTION
    ),
    Action.DECLINE_CORRECTION: Line(
        _("%(who)s left the ledger as it is, though customs asked for a correction."), detail=said("reason")
    ),
    Action.DETAIN: Line(
        _("%(who)s detained goods of the declaration %(declaration)s and asked the authority."),
        detail=said("question"),
        tone=ATTENTION,
    ),
    Action.NOTE_DETENTION: Line(
        _("%(who)s added to the detention of the declaration %(declaration)s."), detail=said("note")
    ),
    Action.ANSWER_DETENTION: Line(
        _("%(who)s answered about the detained declaration %(declaration)s: %(verdict)s."),
        detail=said("reason"),
        tone=ATTENTION,
    ),
    Action.RELEASE_DETENTION: Line(
        _("%(who)s confirmed that the detained goods of the declaration %(declaration)s may go."),
        detail=said("reason"),
        tone=GOOD,
    ),
    Action.REMIND_OF_DETENTION: Line(
        _("The answer about the detained declaration %(declaration)s is late; officers were reminded."),
        tone=ATTENTION,
    ),
    Action.CALIBRATE: Line(_("%(who)s set the thresholds: %(thresholds)s."), detail=said("reason")),
}

TOLD_TO_EXPORTERS = frozenset(action for action, line in LINES.items() if line.exporter)
BY_THE_EXPORTER = frozenset(
    {Action.START, Action.SUBMIT, Action.WITHDRAW, Action.ANSWER, Action.ASK_SURRENDER}
)


def sentences(events: Iterable[Event], for_exporter: bool) -> list[Entry]:
    """Return one entry for every event its reader may know of, in the order given.

    Changes that one person made one after the other are told together, at the time of the first given; those
    made after it was handed in are corrections, told with what was there before and after.
    Give events with their `by` (`events.newest_first()`), or every one of them costs a query.
    """
    events = list(events)
    handed_in = min((event.pk for event in events if event.action == Action.SUBMIT), default=None)
    return [
        entry
        for alike in _changes_together(events)
        if (entry := _entry(alike, _line(alike[0]), for_exporter, handed_in))
    ]


def _corrections(events: Iterable[Event], handed_in: int | None) -> tuple[Change, ...]:
    if handed_in is None:
        return ()
    edits = [event for event in events if event.action == Action.EDIT and event.pk > handed_in]
    return tuple(change for event in sorted(edits, key=lambda event: event.pk) for change in of_edit(event))


def _changes_together(events: Iterable[Event]) -> Iterator[list[Event]]:
    def key(event: Event) -> tuple[object, ...]:
        return ("change", event.by_id) if event.action == Action.EDIT else ("event", event.pk)

    return (list(alike) for _key, alike in groupby(events, key))


# Whoever asked for an exception withdraws it by the same act by which another declines it.
WITHDRAWN = Line(_("%(who)s withdrew the request for the exception: %(exception)s."), detail=said("reason"))

# An approval whose licence takes the place of another.
AMENDED = Line(
    _("%(who)s approved the application and issued the licence, which took the place of %(replaces)s."),
    _("The authority approved the application and issued the licence, which took the place of %(replaces)s."),
    said("reasons"),
    tone=GOOD,
)


def _line(event: Event) -> Line | None:
    if event.action == Action.APPROVE and event.data.get("replaces"):
        return AMENDED
    if event.action == Action.DECLINE_LIST_CHANGE and event.data.get("asked_by") == event.by_id:
        return WITHDRAWN
    return LINES.get(Action(event.action))


def _entry(events: list[Event], line: Line | None, for_exporter: bool, handed_in: int | None) -> Entry | None:
    words = line and (line.exporter if for_exporter else line.officer)
    if line is None or words is None:
        return None
    event = events[0]
    tells = line.detail_for_exporter or not for_exporter
    return Entry(
        action=Action(event.action),
        text=one_stop(str(words) % (_facts_for_exporter(event) if for_exporter else _facts(events))),
        at=event.at,
        detail=line.detail(event) if line.detail and tells else "",
        tone=line.tone,
        changes=_corrections(events, handed_in),
        actor=event.by.name if event.by and for_exporter and event.action in BY_THE_EXPORTER else "",
    )


def _facts_for_exporter(event: Event) -> dict[str, str]:
    """Return all that an exporter's sentence can speak of: it has no name to give away."""
    return {
        "due": _due(event),
        "declaration": event.data.get("declaration", ""),
        "line": event.data.get("line", ""),
        "replacement": event.data.get("replacement", ""),
        "replaces": event.data.get("replaces", ""),
    }


def _facts(events: list[Event]) -> dict[str, Any]:
    """Return what an officer's sentences speak of, worded for the reader."""
    event = events[0]
    facts = {**event.data, "due": _due(event), "who": event.by.name if event.by else gettext("The portal")}
    facts["parts"] = ", ".join(dict.fromkeys(str(PARTS[e.data["what"]]) for e in events if "what" in e.data))
    if "outcome" in event.data:
        facts["outcome"] = Outcome(event.data["outcome"]).label
    if event.action == Action.ADVISE:
        facts["opinion"] = Opinion(event.after["opinion"]).label
    if event.action == Action.JUDGE:
        facts["judgement"] = Judgement(event.after["judgement"]).label
    if event.action == Action.ANSWER_DETENTION:
        facts["verdict"] = DetentionVerdict(event.data["verdict"]).label
    if event.action == Action.CALIBRATE:
        facts["thresholds"] = thresholds_in_words(event.after)
    if event.action == Action.ASSESS_GOODS:
        facts["codes"] = ", ".join(event.after["codes"]) or gettext("not listed")
        facts["list"] = str(LISTS[code].name) if (code := event.data["list_code"]) in LISTS else code
        return facts
    if event.list_source:
        facts["exception"] = exception_in_words(event.data)
    return facts | _facts_of_hit(event)


def _facts_of_hit(event: Event) -> dict[str, str]:
    facts = {"list": label_of(event.data["list"])} if "list" in event.data else {}
    if "people" in event.data:
        facts["people"] = named(event.data["people"])
        facts["judged_on"] = legal_date(date.fromisoformat(event.data["judged_on"]))
        facts["where"] = where_of_case(event.data["reference"])
    return facts


def exception_in_words(stored: dict[str, Any]) -> str:
    """Tell what an event about a list keeps: which version comes back, or which refused file comes in."""
    if "edition" in stored:
        named = {"edition": edition_name(stored["edition"])}
        return gettext("edition %(edition)s comes back into force") % named
    return gettext("the refused file %(file)s comes into force") % stored if "file" in stored else ""


def thresholds_in_words(stored: dict[str, Any]) -> str:
    """Tell the numbers that an event about thresholds keeps."""
    return gettext(
        "worth a look from %(worth)s points, medium from %(medium_from)s, high from %(high_from)s;"
        " two people: %(two_people)s; remembered for %(remembered_days)s days"
    ) % {**stored, "two_people": str(TWO_PEOPLE[stored["two_people_from"]]).lower()}


def _due(event: Event) -> str:
    return legal_date(date.fromisoformat(event.data["due_on"])) if "due_on" in event.data else ""
