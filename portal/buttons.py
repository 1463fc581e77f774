"""The buttons of a case, from the table of transitions: what this person could do, and why not now."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from licensing.models import Action, Application, ApplicationStatus, User
from licensing.workflow import available

# Where each act is done; acts that need no words are done by the button itself.
PAGES = {
    Action.TAKE_ON: "case-take-on",
    Action.REQUEST_INFORMATION: "case-request",
    Action.CONSULT: "case-consult",
    Action.RECOMMEND: "case-recommend",
    Action.SEND_BACK: "case-decide",
    Action.APPROVE: "case-decide",
    Action.REFUSE: "case-decide",
}
WITHOUT_WORDS = frozenset({Action.TAKE_ON})
MOST_EXPECTED = frozenset({Action.TAKE_ON, Action.RECOMMEND, Action.APPROVE})


@dataclass(frozen=True, slots=True)
class Button:
    action: Action
    url: str
    reasons: tuple[str, ...]  # why it does not work now; empty when it does

    @property
    def at_once(self) -> bool:
        return self.action in WITHOUT_WORDS

    @property
    def expected(self) -> bool:
        return self.action in MOST_EXPECTED


@dataclass(frozen=True, slots=True)
class Why:
    """Reasons that several buttons share, said once."""

    key: str
    labels: str
    reasons: tuple[str, ...]


def of_case(application: Application, user: User, at: datetime) -> list[Button]:
    """Return a button for everything somebody with the user's role could do to the case in its status."""
    acts = available(application, user, at)
    if application.status == ApplicationStatus.IN_REVIEW and Action.RECOMMEND in acts:
        acts = {Action.CONSULT: [], **acts}
    return [
        Button(action, _page(action, application), tuple(map(str, reasons)))
        for action, reasons in acts.items()
        if action in PAGES
    ]


def _page(action: Action, application: Application) -> str:
    address = reverse(PAGES[action], args=[application.reference])
    return f"{address}?act={action}" if PAGES[action] == "case-decide" else address


def whys(buttons: list[Button]) -> list[Why]:
    """Return why buttons do not work, the ones with the same reasons together."""
    alike: dict[tuple[str, ...], list[Button]] = defaultdict(list)
    for button in buttons:
        if button.reasons:
            alike[button.reasons].append(button)
    return [
        Why(f"why-{same[0].action}", ", ".join(str(button.action.label) for button in same), reasons)
        for reasons, same in alike.items()
    ]
