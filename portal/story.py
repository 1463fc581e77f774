"""What an exporter hears of the life of their application: every event in one table, and who acts next.

Closed by default: hits and judgements, whom we consult and what they say, recommendations and the reasons
of approvals are not told here. A new action is told only once it is written into the table.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from licensing.models import Action, Application, ApplicationStatus, Event
from portal.templatetags.portal import ATTENTION, BAD, GOOD, legal_date


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timeline."""

    text: str
    at: datetime
    detail: str = ""
    tone: str = ""
    actor: str = ""  # only people of the exporter's own side are named


Teller = Callable[[Event], tuple[str, str, str]]  # sentence, detail, tone


def _plain(sentence: Promise, tone: str = "") -> Teller:
    return lambda event: (str(sentence), "", tone)


def _with(sentence: Promise, said: str, tone: str = "") -> Teller:
    """Tell the sentence and, below it, what was said with the act in `data[said]`."""
    return lambda event: (str(sentence), str(event.data.get(said, "")), tone)


def _started(event: Event) -> tuple[str, str, str]:
    source = event.after.get("copied_from")
    detail = _("With the data of %(reference)s.") % {"reference": source} if source else ""
    return _("You started the application."), detail, ""


def _consulted(event: Event) -> tuple[str, str, str]:
    due = legal_date(date.fromisoformat(event.data["due_on"]))
    return (
        _("The authority asked another public body for its opinion. It is due on %(day)s.") % {"day": due},
        "",
        "",
    )


STORY: dict[Action, Teller] = {
    Action.START: _started,
    Action.SUBMIT: _plain(
        gettext_lazy("You submitted the application and declared that it is true and complete.")
    ),
    Action.WITHDRAW: _plain(gettext_lazy("You withdrew the application.")),
    Action.TAKE_ON: _plain(gettext_lazy("An officer of the authority took your application on.")),
    Action.CONSULT: _consulted,
    Action.ADVISE: _plain(gettext_lazy("The public body that was asked has answered.")),
    Action.REQUEST_INFORMATION: _with(
        gettext_lazy("The authority asked you for information."), "question", ATTENTION
    ),
    Action.ANSWER: _with(gettext_lazy("You answered."), "text"),
    Action.RECOMMEND: _plain(gettext_lazy("The officer finished the review and passed it on for decision.")),
    Action.SEND_BACK: _plain(
        gettext_lazy("The deciding officer asked for a closer look; the review goes on.")
    ),
    Action.APPROVE: _plain(
        gettext_lazy("The authority approved the application and issued the licence."), GOOD
    ),
    Action.REFUSE: _with(
        gettext_lazy("The authority refused the application, for these reasons:"), "reasons", BAD
    ),
    Action.RENDER: _plain(gettext_lazy("The licence document is ready.")),
    Action.SUSPEND: _plain(
        gettext_lazy("The authority suspended the licence. It can't be used for now."), ATTENTION
    ),
    Action.REINSTATE: _plain(
        gettext_lazy("The authority reinstated the licence. It can be used again."), GOOD
    ),
    Action.REVOKE: _plain(gettext_lazy("The authority revoked the licence. It can no longer be used."), BAD),
    Action.RECORD_USAGE: _plain(gettext_lazy("Customs wrote a shipment off the licence.")),
    Action.REFUSE_USAGE: _plain(
        gettext_lazy("Customs asked to write off more than the licence allows; it was refused.")
    ),
}

BY_THE_EXPORTER = frozenset({Action.START, Action.SUBMIT, Action.WITHDRAW, Action.ANSWER})


def told(application: Application) -> Iterator[Entry]:
    """Yield what the exporter may hear of the application, newest first."""
    for event in application.events.filter(action__in=STORY).newest_first():
        text, detail, tone = STORY[Action(event.action)](event)
        actor = event.by.name if event.by and event.action in BY_THE_EXPORTER else ""
        yield Entry(text, event.at, detail, tone, actor)


@dataclass(frozen=True, slots=True)
class Turn:
    """Who acts next, in a word and in a sentence."""

    who: Promise | str
    what: Promise | str
    yours: bool = False


_S = ApplicationStatus
_YOU, _AUTHORITY, _NOBODY = gettext_lazy("You"), gettext_lazy("The authority"), "–"

TURNS: dict[ApplicationStatus, Turn] = {
    _S.DRAFT: Turn(_YOU, gettext_lazy("You finish the application and submit it."), yours=True),
    _S.SUBMITTED: Turn(_AUTHORITY, gettext_lazy("An officer of the authority takes the application on.")),
    _S.IN_REVIEW: Turn(_AUTHORITY, gettext_lazy("An officer of the authority reviews the application.")),
    _S.INFORMATION_REQUESTED: Turn(
        _YOU, gettext_lazy("You answer the question of the authority."), yours=True
    ),
    _S.RECOMMENDED: Turn(_AUTHORITY, gettext_lazy("A deciding officer of the authority decides.")),
    _S.APPROVED: Turn(_NOBODY, ""),
    _S.REFUSED: Turn(_NOBODY, ""),
    _S.WITHDRAWN: Turn(_NOBODY, ""),
}


def turn(application: Application) -> Turn:
    return TURNS[ApplicationStatus(application.status)]
