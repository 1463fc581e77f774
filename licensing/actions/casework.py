"""What case officers do."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from licensing import assessment, notifications, terms
from licensing.country import pack, year_after
from licensing.errors import Reason, Refused
from licensing.models import (
    Action,
    Application,
    ApplicationStatus,
    Consultation,
    Event,
    Organisation,
    Outcome,
    Recommendation,
    Role,
    User,
)
from licensing.permissions import Permission, may
from licensing.workflow import no_party_is_listed, perform

NO_TERMS = terms.Given()


@transaction.atomic
def take_on(application_id: int, *, by: User, at: datetime) -> Application:
    application = Application.objects.lock(application_id)
    perform(application, Action.TAKE_ON, by=by, at=at, together_with={"case_officer": by})
    return application


@transaction.atomic
def screen_again(application_id: int, *, by: User, at: datetime) -> Application:
    application = _open(application_id, by)
    assessment.ask(application, at=at)
    Event.objects.create(application=application, action=Action.SCREEN, by=by, at=at)
    return application


@transaction.atomic
def consult(
    application_id: int, body: Organisation, *, question: str, due_on: date, by: User, at: datetime
) -> Consultation:
    """Ask a body for its opinion, due by the end of `due_on`, within a year."""
    application = _in_review(application_id, by)
    if not question.strip():
        raise Refused(_("Write the question."))
    _check_due(due_on, pack().legal_day(at))
    _check_body(application, body)
    consultation = Consultation.objects.create(
        application=application, body=body, question=question.strip(), asked_by=by, asked_at=at, due_on=due_on
    )
    event = Event.objects.create(
        application=application,
        action=Action.CONSULT,
        by=by,
        at=at,
        data={
            "body": body.name,
            "organisation": body.pk,
            "consultation": consultation.pk,
            "question": question.strip(),
            "due_on": due_on.isoformat(),
        },
    )
    notifications.announce(event)
    return consultation


def _check_due(due_on: date, today: date) -> None:
    if due_on <= today:
        raise Refused(_("Choose a day after today."))
    if due_on > year_after(today):
        raise Refused(_("Choose a day within a year from today."))


def _check_body(application: Application, body: Organisation) -> None:
    if application.consultations.waiting().filter(body=body).exists():
        raise Refused(_("%(body)s has already been asked and has not answered yet.") % {"body": body})
    if not User.objects.filter(organisation=body, role=Role.ADVISER, is_active=True).exists():
        raise Refused(
            _(
                "Nobody could answer for %(body)s: it has no adviser with an active account."
                " Have an administrator make one, then ask."
            )
            % {"body": body}
        )


@transaction.atomic
def withdraw_consultation(consultation_id: int, *, reason: str, by: User, at: datetime) -> Consultation:
    """Take a question back that has not been answered, so that the case can go on without the opinion.

    The question stays on record. The same body may be asked anew.
    """
    application_id = Consultation.objects.values_list("application_id", flat=True).get(pk=consultation_id)
    application = _open(application_id, by)
    consultation = Consultation.objects.select_related("body").get(pk=consultation_id)
    if reasons := refusals_to_withdraw(consultation, application, by):
        raise Refused(*reasons)
    if not reason.strip():
        raise Refused(_("Give the reason."))
    consultation.withdrawn_by, consultation.withdrawn_at = by, at
    consultation.save(update_fields=["withdrawn_by", "withdrawn_at"])
    Event.objects.create(
        application=application,
        action=Action.WITHDRAW_QUESTION,
        by=by,
        at=at,
        data={
            "body": consultation.body.name,
            "consultation": consultation.pk,
            "reason": reason.strip(),
        },
    )
    return consultation


def refusals_to_withdraw(consultation: Consultation, application: Application, by: User) -> list[Reason]:
    """Return why `by` can't withdraw the question now; none means they can."""
    if reasons := _refusals_while_open(application, by):
        return reasons
    if consultation.answered_at is not None:
        return [_("%(body)s has answered already.") % {"body": consultation.body}]
    if consultation.withdrawn_at is not None:
        return [_("This question has been withdrawn already.")]
    return []


@transaction.atomic
def request_information(application_id: int, *, question: str, by: User, at: datetime) -> Application:
    application = Application.objects.lock(application_id)
    if not question.strip():
        raise Refused(_("Write what you need to know."))
    event = perform(application, Action.REQUEST_INFORMATION, by=by, at=at, question=question.strip())
    notifications.announce(event)
    return application


@transaction.atomic
def recommend(
    application_id: int,
    *,
    outcome: Outcome,
    reasons: str,
    months: int | None,
    conditions: list[str],
    by: User,
    at: datetime,
    given: terms.Given = NO_TERMS,
) -> Recommendation:
    """Propose a decision: the first of two people. `months` of validity and conditions only for an approval;
    `given` are those that customs' messages are checked against."""
    application = Application.objects.lock(application_id)
    if not reasons.strip():
        raise Refused(_("Give the reasons."))
    if outcome == Outcome.APPROVE:
        _check_months(months)
        if listed := no_party_is_listed(application, by, at):
            raise Refused(listed)
    assessment.remember(application, at=at)
    event = perform(application, Action.RECOMMEND, by=by, at=at, outcome=outcome, reasons=reasons.strip())
    notifications.announce(event)
    recommendation = Recommendation.objects.create(
        application=application,
        outcome=outcome,
        reasons=reasons.strip(),
        months=months if outcome == Outcome.APPROVE else None,
        conditions=[condition.strip() for condition in conditions if condition.strip()],
        by=by,
        at=at,
    )
    if outcome == Outcome.APPROVE:
        terms.store(recommendation, given)
    return recommendation


def _check_months(months: int | None) -> None:
    longest = pack().licence_months_longest
    if months is None or not 1 <= months <= longest:
        raise Refused(_("A licence is valid for 1 to %(longest)d months.") % {"longest": longest})


def _in_review(application_id: int, by: User) -> Application:
    application = Application.objects.lock(application_id)
    if reasons := refusals_in_review(application, by):
        raise Refused(*reasons)
    return application


def refusals_in_review(application: Application, by: User) -> list[Reason]:
    """Return why `by` can't ask a body now; none means they can."""
    if reasons := _refusals_while_open(application, by):
        return reasons
    if application.status == ApplicationStatus.SUBMITTED:
        return [_("This is possible only while the case is in review. Take it on first.")]
    if application.status != ApplicationStatus.IN_REVIEW:
        return [_("This is possible only while the case is in review.")]
    return []


def _open(application_id: int, by: User) -> Application:
    application = Application.objects.lock(application_id)
    if reasons := _refusals_while_open(application, by):
        raise Refused(*reasons)
    return application


def _refusals_while_open(application: Application, by: User) -> list[Reason]:
    if not may(by, Permission.REVIEW, application):
        return [_("Your role does not allow this.")]
    return [] if application.is_open else [_("This case is not open.")]
