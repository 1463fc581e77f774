"""Who hears of which Action, and how. The letters are templates/emails/<action>.txt."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils.functional import lazy

from licensing import letters, outbox
from licensing.errors import said
from licensing.models import (
    EXPORTER_ROLES,
    Action,
    Detention,
    DetentionVerdict,
    Event,
    Job,
    LicenceState,
    Role,
    User,
)
from licensing.permissions import Permission, roles_with
from screening.importers import label_of

list_name = lazy(label_of, str)  # in the language of the letter


def _not_covered(event: Event) -> list[dict[str, Any]]:
    """Return item by item why goods left irregularly, and what the licence was when they left."""
    return [
        {
            "item": one["item"],
            "licence": one["licence"],
            "state": LicenceState(one["state"]).label if one["state"] else "",
            "reasons": [said(reason) for reason in one["reasons"]],
        }
        for one in event.data.get("irregular", ())
    ]


not_covered = lazy(_not_covered, list)


def filers(event: Event) -> Iterable[User]:
    """Everybody at the exporter who may file: an answer must not wait for one person's holiday."""
    assert event.application is not None
    return User.objects.filter(
        organisation=event.application.organisation, role__in=EXPORTER_ROLES, is_active=True
    )


def case_officer(event: Event) -> Iterable[User]:
    assert event.application is not None
    officer = event.application.case_officer
    return [officer] if officer and officer.is_active else []


def other_deciders(event: Event) -> Iterable[User]:
    """Everybody who may decide: two people do, so not whoever recommended."""
    deciders = User.objects.filter(role=Role.DECIDING_OFFICER, is_active=True)
    return deciders.exclude(pk=event.by.pk) if event.by else deciders


def watchers(event: Event) -> Iterable[User]:
    """Whoever may stop a licence, and the officer who knows the case."""
    known = Q(pk=event.application.case_officer_id) if event.application else Q(role=Role.CASE_OFFICER)
    return User.objects.filter(Q(role=Role.DECIDING_OFFICER) | known, is_active=True)


def advisers(event: Event) -> Iterable[User]:
    return User.objects.filter(organisation=event.data["organisation"], role=Role.ADVISER, is_active=True)


def other_watchers(event: Event) -> Iterable[User]:
    """Whoever may let detained goods go, but for who proposed it: that takes two."""
    return [user for user in watchers(event) if user.pk != event.by_id]


def who_detained(event: Event) -> Iterable[User]:
    return User.objects.filter(pk=_detention(event).by_id, is_active=True)


def the_other_side(event: Event) -> Iterable[User]:
    """A note of customs is for officers, one of an officer for whoever detained the goods."""
    return watchers(event) if event.by_id == _detention(event).by_id else who_detained(event)


def after_an_answer(event: Event) -> Iterable[User]:
    """That goods are kept is for whoever detained them; that they may go waits for a second officer."""
    is_release = event.data["verdict"] == DetentionVerdict.RELEASE
    return other_watchers(event) if is_release else who_detained(event)


def _detention(event: Event) -> Detention:
    return Detention.objects.get(pk=event.data["detention"])


def other_administrators(event: Event) -> Iterable[User]:
    """Everybody who may agree to what one of them asked for."""
    people = User.objects.filter(role__in=roles_with(Permission.RUN_LISTS), is_active=True)
    return people.exclude(pk=event.by.pk) if event.by else people


def administrators(event: Event) -> Iterable[User]:
    """Everybody who says which addresses are told."""
    return User.objects.filter(role__in=roles_with(Permission.MANAGE_ACCOUNTS), is_active=True)


def who_asked(event: Event) -> Iterable[User]:
    return User.objects.filter(pk=event.data["asked_by"], is_active=True).exclude(
        pk=event.by.pk if event.by else 0
    )


RECIPIENTS: dict[Action, Callable[[Event], Iterable[User]]] = {
    Action.SUBMIT: filers,
    Action.WITHDRAW: case_officer,
    Action.REQUEST_INFORMATION: filers,
    Action.ANSWER: case_officer,
    Action.CONSULT: advisers,
    Action.ADVISE: case_officer,
    Action.RECOMMEND: other_deciders,
    Action.SEND_BACK: case_officer,
    Action.APPROVE: filers,
    Action.REFUSE: filers,
    Action.SUSPEND: filers,
    Action.HOLD: filers,
    Action.ALERT: watchers,
    Action.EXCEED: watchers,
    Action.DETAIN: watchers,
    Action.NOTE_DETENTION: the_other_side,
    Action.ANSWER_DETENTION: after_an_answer,
    Action.RELEASE_DETENTION: who_detained,
    Action.REMIND_OF_DETENTION: watchers,
    Action.REINSTATE: filers,
    Action.REVOKE: filers,
    Action.ASK_SURRENDER: watchers,
    Action.SURRENDER: filers,
    Action.REPLACE: filers,
    Action.ASK_LIST_CHANGE: other_administrators,
    Action.APPROVE_LIST_CHANGE: who_asked,
    Action.DECLINE_LIST_CHANGE: who_asked,
    Action.ASK_KEY_CHANGE: other_administrators,
    Action.APPROVE_KEY_CHANGE: who_asked,
    Action.DECLINE_KEY_CHANGE: who_asked,
    Action.END_WEBHOOK: administrators,
}


def announce(event: Event) -> None:
    """Promise a letter to everybody who should hear of the event. Call it in the event's transaction."""
    for user in RECIPIENTS[Action(event.action)](event):
        outbox.put(Job.NOTIFY, at=event.at, event_id=event.pk, user_id=user.pk)


def send(event: Event, user: User) -> None:
    """Send `user` the letter about `event`."""
    due_on = event.data.get("due_on")
    letters.write(
        user,
        f"emails/{event.action}.txt",
        event=event,
        application=event.application,
        due_on=date.fromisoformat(due_on) if due_on else None,
        licence=event.licence or getattr(event.application, "licence", None),
        list_name=list_name(event.list_source),
        not_covered=not_covered(event),
    )
