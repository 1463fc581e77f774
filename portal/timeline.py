"""The history of a case in plain sentences: what officers read, and what of it the exporter may read."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from licensing.country import pack
from licensing.models import (
    Action,
    Application,
    ApplicationStatus,
    Event,
    Judgement,
    Opinion,
    Outcome,
)
from portal.findings import list_name
from portal.templatetags.portal import ATTENTION, BAD, GOOD, PLAIN, legal_date


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a timeline, as templates/_parts/timeline.html shows it."""

    action: Action
    text: str
    at: datetime
    detail: str = ""
    tone: str = PLAIN


@dataclass(frozen=True, slots=True)
class Line:
    """How an action is told. Without a sentence for the exporter it is no business of theirs."""

    officer: Promise
    exporter: Promise | None = None
    detail: Callable[[Event], str] | None = None
    detail_for_exporter: bool = False
    tone: str = PLAIN


def said(key: str) -> Callable[[Event], str]:
    return lambda event: str(event.data.get(key, ""))


def judgement_with_the_one_before(event: Event) -> str:
    reason: str = event.after["reason"]
    if not event.before.get("judgement"):
        return reason
    before = gettext("Before: %(judgement)s. %(reason)s") % {
        "judgement": Judgement(event.before["judgement"]).label,
        "reason": event.before["reason"],
    }
    return f"{reason} ({before})"


PARTS: dict[str, Promise] = {
    "application": _("answers"),
    "goodsline": _("goods"),
    "party": _("parties"),
    "endusedeclaration": _("end use"),
    "document": _("documents"),
}

# What is not here (accounts, keys) is not part of a case. %(who)s is the person's name.
LINES: dict[Action, Line] = {
    Action.START: Line(_("%(who)s started the application."), _("%(who)s started the application.")),
    Action.EDIT: Line(_("%(who)s changed the application: %(parts)s."), _("%(who)s changed: %(parts)s.")),
    Action.SUBMIT: Line(
        _("%(who)s submitted the application."), _("%(who)s submitted the application."), tone=GOOD
    ),
    Action.WITHDRAW: Line(_("%(who)s withdrew the application."), _("%(who)s withdrew the application.")),
    Action.TAKE_ON: Line(_("%(who)s took on the case."), _("An officer is examining the application.")),
    Action.SCREEN: Line(_("%(who)s had the parties compared with the lists again.")),
    Action.JUDGE: Line(
        _("%(who)s judged “%(party)s” against “%(listed)s” (%(list)s): %(judgement)s."),
        detail=judgement_with_the_one_before,
    ),
    Action.CONSULT: Line(
        _("%(who)s asked %(body)s for its opinion, due by %(due)s."),
        _("We asked %(body)s for its opinion, due by %(due)s."),
        said("question"),
    ),
    Action.ADVISE: Line(
        _("%(body)s gave its opinion: %(opinion)s."),
        _("%(body)s has answered."),
        lambda event: str(event.after["answer"]),
    ),
    Action.REQUEST_INFORMATION: Line(
        _("%(who)s asked the exporter for information."),
        _("We asked you for information."),
        said("question"),
        detail_for_exporter=True,
        tone=ATTENTION,
    ),
    Action.ANSWER: Line(
        _("%(who)s answered for the exporter."),
        _("%(who)s answered."),
        said("text"),
        detail_for_exporter=True,
    ),
    Action.RECOMMEND: Line(_("%(who)s recommended: %(outcome)s."), detail=said("reasons")),
    Action.SEND_BACK: Line(
        _("%(who)s sent the case back to the case officer."), detail=said("reasons"), tone=ATTENTION
    ),
    Action.APPROVE: Line(
        _("%(who)s approved the application and issued the licence."),
        _("The application is approved and the licence issued."),
        said("reasons"),
        tone=GOOD,
    ),
    Action.REFUSE: Line(
        _("%(who)s refused the application."),
        _("The application is refused."),
        said("reasons"),
        detail_for_exporter=True,
        tone=BAD,
    ),
    Action.RENDER: Line(_("The licence document is ready."), _("The licence document is ready.")),
    Action.SUSPEND: Line(
        _("%(who)s suspended the licence."),
        _("The licence is suspended: nothing may leave under it."),
        said("reasons"),
        detail_for_exporter=True,
        tone=ATTENTION,
    ),
    Action.REINSTATE: Line(
        _("%(who)s reinstated the licence."),
        _("The licence is in force again."),
        said("reasons"),
        detail_for_exporter=True,
        tone=GOOD,
    ),
    Action.REVOKE: Line(
        _("%(who)s revoked the licence."),
        _("The licence is revoked: nothing may leave under it."),
        said("reasons"),
        detail_for_exporter=True,
        tone=BAD,
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
}


def sentences(events: Iterable[Event], for_exporter: bool) -> list[Entry]:
    """Return one entry for every event its reader may know of, in the order given.

    Changes that one person made one after the other are told together, at the time of the first given.
    Give events with their `by` (`events.newest_first()`), or every one of them costs a query.
    """
    return [
        entry
        for alike in _changes_together(events)
        if (entry := _entry(alike, LINES.get(Action(alike[0].action)), for_exporter))
    ]


def _changes_together(events: Iterable[Event]) -> Iterator[list[Event]]:
    def key(event: Event) -> tuple[object, ...]:
        return ("change", event.by_id) if event.action == Action.EDIT else ("event", event.pk)

    return (list(alike) for _key, alike in groupby(events, key))


def _entry(events: list[Event], line: Line | None, for_exporter: bool) -> Entry | None:
    words = line and (line.exporter if for_exporter else line.officer)
    if line is None or words is None:
        return None
    event = events[0]
    tells = line.detail is not None and (line.detail_for_exporter or not for_exporter)
    return Entry(
        action=Action(event.action),
        text=str(words) % _facts(events),
        at=event.at,
        detail=line.detail(event) if line.detail and tells else "",
        tone=line.tone,
    )


def _facts(events: list[Event]) -> dict[str, Any]:
    """Return what the sentences speak of, worded for the reader."""
    event = events[0]
    facts = {**event.data, "who": event.by.name if event.by else gettext("The portal")}
    facts["parts"] = ", ".join(dict.fromkeys(str(PARTS[e.data["what"]]) for e in events if "what" in e.data))
    if "due_on" in event.data:
        facts["due"] = legal_date(date.fromisoformat(event.data["due_on"]))
    if "outcome" in event.data:
        facts["outcome"] = Outcome(event.data["outcome"]).label
    if event.action == Action.ADVISE:
        facts["opinion"] = Opinion(event.after["opinion"]).label
    if event.action == Action.JUDGE:
        facts["list"] = list_name(event.data["list"])
        facts["judgement"] = Judgement(event.after["judgement"]).label
    return facts


def next_step(application: Application, for_exporter: bool) -> str:
    """Say who acts next, or "" when nobody has to. Reads the consultations and the case officer."""
    waiting = [one.body.name for one in application.consultations.all() if one.answered_at is None]
    match application.status:
        case ApplicationStatus.DRAFT:
            return gettext("Complete and submit the application.") if for_exporter else ""
        case ApplicationStatus.SUBMITTED:
            return gettext("An officer takes on the application.")
        case ApplicationStatus.INFORMATION_REQUESTED:
            return gettext("You answer our question.") if for_exporter else gettext("The exporter answers.")
        case ApplicationStatus.IN_REVIEW if waiting:
            return gettext("We wait for the opinion of %(bodies)s.") % {"bodies": ", ".join(waiting)}
        case ApplicationStatus.IN_REVIEW:
            return _officer_examines(application, for_exporter)
        case ApplicationStatus.RECOMMENDED:
            return gettext("%(authority)s decides.") % {"authority": pack().authority}
        case _:
            return ""


def _officer_examines(application: Application, for_exporter: bool) -> str:
    if for_exporter or application.case_officer is None:
        return gettext("An officer examines the application.")
    return gettext("%(officer)s examines the case.") % {"officer": application.case_officer.name}
