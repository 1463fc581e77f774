"""The life of an application and of a licence, as one table.

Status changes here and nowhere else. `manage.py draw_workflow` draws the table into licensing/README.md.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from licensing import amendments, calibration, classification, completeness, judgements
from licensing.errors import Reason, Refused
from licensing.judgements import HitState
from licensing.models import (
    Action,
    Application,
    ApplicationStatus,
    Event,
    Licence,
    LicenceStatus,
    Outcome,
    Recommendation,
    Screening,
    User,
)
from licensing.parties import digest_of_case
from licensing.permissions import Permission, may
from screening.models import ListVersion

Subject = Application | Licence
Guard = Callable[[Any, Any, datetime], Reason | None]  # the reason why not, or None


def nothing_is_missing(application: Application, _user: User, _at: datetime) -> Reason | None:
    lacking = [str(reason) for section in completeness.missing(application).values() for reason in section]
    return " ".join(lacking) or None


def it_can_take_the_place(application: Application, _user: User, _at: datetime) -> Reason | None:
    """What an amendment asks for fits what has left under the licence that it amends."""
    return _taking_the_place(application, with_reservations=False)


def it_can_take_the_place_now(application: Application, _user: User, _at: datetime) -> Reason | None:
    """And what customs has reserved fits too, so that no truck on its way is stopped."""
    return _taking_the_place(application, with_reservations=True)


def _taking_the_place(application: Application, *, with_reservations: bool) -> Reason | None:
    amendment = amendments.of(application)
    if amendment is None:
        return None
    reasons = amendments.against_state(amendment) or amendments.against_books(
        amendment, with_reservations=with_reservations
    )
    return " ".join(map(str, reasons)) or None


def every_party_is_screened(application: Application, _user: User, at: datetime) -> Reason | None:
    """Fail closed: all parties as they are now, against all lists and by the thresholds as they are now, and
    there must be some list."""
    in_force = set(ListVersion.objects.in_force(at).values_list("pk", flat=True))
    if not in_force:
        return _("No sanctions list is in force, so nothing can be decided. An administrator must load one.")
    latest = Screening.objects.newest_of(application)
    if latest is None or latest.finished_at is None:
        return _("The parties are still being compared with the lists.")
    if not latest.covers(digest_of_case(application), in_force, calibration.in_force(at).key):
        return _("The lists, the parties or the thresholds have changed; they are being compared again.")
    return None


def every_hit_is_judged(application: Application, _user: User, at: datetime) -> Reason | None:
    """Fail closed: whatever is not completely settled holds the case."""
    waiting = [one for one in judgements.of_case(application, at) if not one.is_settled]
    unconfirmed = sum(one.state == HitState.UNCONFIRMED for one in waiting)
    reasons = []
    if to_judge := len(waiting) - unconfirmed:
        reasons.append(
            ngettext(
                "Judge %(count)d possible match first.", "Judge %(count)d possible matches first.", to_judge
            )
            % {"count": to_judge}
        )
    if unconfirmed:
        reasons.append(
            ngettext(
                "%(count)d judgement waits for a second person.",
                "%(count)d judgements wait for a second person.",
                unconfirmed,
            )
            % {"count": unconfirmed}
        )
    return " ".join(reasons) or None


def every_line_is_assessed(application: Application, _user: User, at: datetime) -> Reason | None:
    """Fail closed: each line of goods as it is now, by an edition of a control list."""
    if not classification.editions_of(application, at):
        return _("No control list is in force, so no goods can be assessed. An administrator must load one.")
    waiting = [str(one.line.number) for one in classification.assessed(application) if not one.assessment]
    if not waiting:
        return None
    return ngettext(
        "Assess line %(lines)s of the goods first.",
        "Assess the lines %(lines)s of the goods first.",
        len(waiting),
    ) % {"lines": ", ".join(waiting)}


def every_consulted_body_has_answered(application: Application, _user: User, _at: datetime) -> Reason | None:
    waiting = application.consultations.waiting().select_related("body")
    names = ", ".join(consultation.body.name for consultation in waiting)
    return _("Waiting for the opinion of %(bodies)s.") % {"bodies": names} if names else None


def no_party_is_listed(application: Application, _user: User, at: datetime) -> Reason | None:
    for one in judgements.of_case(application, at):
        if one.state == HitState.SAME:
            return _("%(party)s is on a list, so this can only be refused.") % {"party": one.hit.party_name}
    for judgement in judgements.escaped(application):
        return _(
            "%(party)s was found to be on a list, and the party was changed afterwards. That does not undo"
            " it: this can only be refused, and another transaction needs an application of its own."
        ) % {"party": judgement.party_facts["names"][0]}
    return None


def somebody_else_recommended(application: Application, user: User, _at: datetime) -> Reason | None:
    """Two people decide: whoever recommended may not also decide."""
    latest = _recommendation(application)
    if latest.by_id != user.pk:
        return None
    return _("You recommended this; somebody else must decide.")


def approval_is_recommended(application: Application, user: User, _at: datetime) -> Reason | None:
    latest = _recommendation(application)
    if latest.outcome == Outcome.APPROVE:
        return None
    if latest.by_id == user.pk:  # who may not refuse either
        return _("A refusal is recommended.")
    return _("A refusal is recommended. Refuse, or send the case back.")


def refusal_is_recommended(application: Application, user: User, _at: datetime) -> Reason | None:
    latest = _recommendation(application)
    if latest.outcome == Outcome.REFUSE:
        return None
    if latest.by_id == user.pk:
        return _("An approval is recommended.")
    return _("An approval is recommended. Approve, or send the case back.")


def somebody_else_suspended(licence: Licence, user: User, at: datetime) -> Reason | None:
    """One person may stop a licence at once; what follows takes a second. Where the portal stopped it, the
    first is who judged why."""
    latest = licence.events.filter(action__in=(Action.SUSPEND, Action.HOLD)).latest("at", "pk")
    if latest.by is not None:
        return _("You suspended this licence; somebody else must do this.") if latest.by == user else None
    judged = [one.judgement.by_id for one in judgements.of_case(licence.application, at) if one.judgement]
    if not judged:
        return _("Somebody must first judge the possible match that stopped this licence.")
    if set(judged) <= {user.pk}:
        return _("You judged the possible match that stopped this licence; somebody else must do this.")
    return None


def every_alert_is_judged(licence: Licence, _user: User, at: datetime) -> Reason | None:
    """Nothing goes on under a licence while a possible match of it waits."""
    waiting = [one for one in judgements.of_case(licence.application, at) if not one.is_settled]
    if not waiting:
        return None
    return ngettext(
        "Judge %(count)d possible match first.", "Judge %(count)d possible matches first.", len(waiting)
    ) % {"count": len(waiting)}


def nobody_of_it_is_listed(licence: Licence, _user: User, at: datetime) -> Reason | None:
    for one in judgements.of_case(licence.application, at):
        if one.state == HitState.SAME:
            return _("%(party)s is on a list, so the licence can only be revoked.") % {
                "party": one.hit.party_name
            }
    return None


def the_holder_gives_it_back(licence: Licence, _user: User, _at: datetime) -> Reason | None:
    """Two people end a licence early: somebody of the holder, and an officer."""
    if hasattr(licence, "surrender_request"):
        return None
    return _("The holder has not given this licence back.")


def nothing_is_reserved(licence: Licence, _user: User, _at: datetime) -> Reason | None:
    """What customs keeps for a declaration may leave at any moment, and its entry must still fit."""
    if not any(line.reserved for line in licence.lines.all()):
        return None
    return _("Customs keeps a quantity for a declaration. Wait until it has left or was released.")


def another_licence_carries_it_on(licence: Licence, _user: User | None, _at: datetime) -> Reason | None:
    """The portal replaces a licence only by one that was issued, and once nothing is left on its lines."""
    if licence.replacements.exists() and not licence.lines.filter(is_replaced=False).exists():
        return None
    return _("No licence takes the place of this one.")


def _recommendation(application: Application) -> Recommendation:
    return application.recommendations.latest()


@dataclass(frozen=True, slots=True)
class Transition:
    sources: tuple[ApplicationStatus | LicenceStatus, ...]
    target: ApplicationStatus | LicenceStatus
    permission: Permission | None  # None: the portal itself, never a person
    guards: tuple[Guard, ...] = ()


_A, _L, _P = ApplicationStatus, LicenceStatus, Permission

_LOOKED_INTO = (
    every_party_is_screened,
    every_hit_is_judged,
    every_line_is_assessed,
    every_consulted_body_has_answered,
)

TRANSITIONS: dict[Action, Transition] = {
    Action.SUBMIT: Transition(
        (_A.DRAFT,), _A.SUBMITTED, _P.APPLY, (nothing_is_missing, it_can_take_the_place)
    ),
    Action.WITHDRAW: Transition(
        (_A.DRAFT, _A.SUBMITTED, _A.IN_REVIEW, _A.INFORMATION_REQUESTED), _A.WITHDRAWN, _P.APPLY
    ),
    Action.TAKE_ON: Transition((_A.SUBMITTED,), _A.IN_REVIEW, _P.REVIEW),
    Action.REQUEST_INFORMATION: Transition((_A.IN_REVIEW,), _A.INFORMATION_REQUESTED, _P.REVIEW),
    Action.ANSWER: Transition(
        (_A.INFORMATION_REQUESTED,),
        _A.IN_REVIEW,
        _P.APPLY,
        (nothing_is_missing, it_can_take_the_place),
    ),
    Action.RECOMMEND: Transition((_A.IN_REVIEW,), _A.RECOMMENDED, _P.REVIEW, _LOOKED_INTO),
    Action.SEND_BACK: Transition((_A.RECOMMENDED,), _A.IN_REVIEW, _P.DECIDE),
    Action.APPROVE: Transition(
        (_A.RECOMMENDED,),
        _A.APPROVED,
        _P.DECIDE,
        (
            somebody_else_recommended,
            approval_is_recommended,
            *_LOOKED_INTO,
            no_party_is_listed,
            it_can_take_the_place_now,
        ),
    ),
    Action.REFUSE: Transition(
        (_A.RECOMMENDED,),
        _A.REFUSED,
        _P.DECIDE,
        (somebody_else_recommended, refusal_is_recommended, *_LOOKED_INTO),
    ),
    Action.SUSPEND: Transition((_L.ACTIVE,), _L.SUSPENDED, _P.MANAGE_LICENCE),
    Action.HOLD: Transition((_L.ACTIVE,), _L.SUSPENDED, None),
    Action.REINSTATE: Transition(
        (_L.SUSPENDED,),
        _L.ACTIVE,
        _P.MANAGE_LICENCE,
        (somebody_else_suspended, every_alert_is_judged, nobody_of_it_is_listed),
    ),
    Action.REVOKE: Transition((_L.SUSPENDED,), _L.REVOKED, _P.MANAGE_LICENCE, (somebody_else_suspended,)),
    Action.SURRENDER: Transition(
        (_L.ACTIVE,),
        _L.SURRENDERED,
        _P.MANAGE_LICENCE,
        (the_holder_gives_it_back, nothing_is_reserved),
    ),
    Action.REPLACE: Transition((_L.ACTIVE,), _L.REPLACED, None, (another_licence_carries_it_on,)),
}


def refusals(subject: Subject, action: Action, by: User | None, at: datetime) -> list[Reason]:
    """Return every reason why `by` may not do `action` to `subject` at `at`; none means they may.

    `by` is None when the portal itself acts, which it may do only where no permission would allow a person.
    """
    transition = TRANSITIONS[action]
    if not _may(by, transition, subject):
        return [_("Your role does not allow this.")]
    if subject.status not in transition.sources:
        return [
            _("%(reference)s is in the state “%(status)s”, so this is not possible now.")
            % {"reference": subject.reference, "status": subject.get_status_display()}
        ]
    return [reason for guard in transition.guards if (reason := guard(subject, by, at))]


def _may(by: User | None, transition: Transition, subject: Subject) -> bool:
    if by is None or transition.permission is None:
        return by is None and transition.permission is None
    return may(by, transition.permission, subject)


def available(subject: Subject, user: User, at: datetime) -> dict[Action, list[Reason]]:
    """Return what somebody with the user's role could do to `subject` in its status, in the table's order.

    The value lists what stands against it now; an empty list means the button works. What the role or the
    status rules out altogether is left out.
    """
    return {
        action: refusals(subject, action, user, at)
        for action, transition in TRANSITIONS.items()
        if subject.status in transition.sources and _may(user, transition, subject)
    }


def perform(
    subject: Subject,
    action: Action,
    *,
    by: User | None,
    at: datetime,
    together_with: dict[str, Any] | None = None,
    **data: Any,
) -> Event:
    """Do `action` to `subject` and log it. Raise Refused, with the reasons, if it is not allowed.

    Call it inside a transaction, with the row locked (`objects.lock`). `together_with` names fields that
    change in the same statement as the status; `data` goes into the event.
    """
    if reasons := refusals(subject, action, by, at):
        raise Refused(*reasons)
    before, subject.status = subject.status, TRANSITIONS[action].target
    for name, value in (together_with or {}).items():
        setattr(subject, name, value)
    subject.save(update_fields=["status", *(together_with or {})])
    return Event.objects.create(
        application=application_of(subject),
        licence=subject if isinstance(subject, Licence) else None,
        action=action,
        by=by,
        at=at,
        before={"status": before},
        after={"status": subject.status},
        data=data,
    )


def application_of(subject: Subject) -> Application:
    return subject if isinstance(subject, Application) else subject.application
