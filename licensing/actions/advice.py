"""What consulted bodies say."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from licensing import notifications
from licensing.errors import Refused
from licensing.models import Action, Application, Consultation, Event, Opinion, User
from licensing.permissions import Permission, has


@transaction.atomic
def give(consultation_id: int, *, opinion: Opinion, answer: str, by: User, at: datetime) -> Consultation:
    """Give the opinion of the adviser's body. It is given once; late ones are taken too."""
    application_id = Consultation.objects.values_list("application_id", flat=True).get(pk=consultation_id)
    application = Application.objects.lock(application_id)
    consultation = Consultation.objects.select_related("body").get(pk=consultation_id)
    _check(consultation, answer, opinion, by)
    consultation.opinion, consultation.answer = opinion, answer.strip()
    consultation.answered_by, consultation.answered_at = by, at
    consultation.save(update_fields=["opinion", "answer", "answered_by", "answered_at"])
    event = Event.objects.create(
        application=application,
        action=Action.ADVISE,
        by=by,
        at=at,
        after={"opinion": opinion, "answer": consultation.answer},
        data={"body": consultation.body.name, "consultation": consultation.pk},
    )
    notifications.announce(event)
    return consultation


def _check(consultation: Consultation, answer: str, opinion: Opinion, by: User) -> None:
    if not has(by, Permission.ADVISE) or consultation.body_id != by.organisation_id:
        raise Refused(_("Only the body that was asked can answer."))
    if consultation.answered_at is not None:
        raise Refused(_("This question has been answered already."))
    if consultation.withdrawn_at is not None:
        raise Refused(_("The authority has withdrawn this question. Nothing needs to be answered."))
    if opinion != Opinion.NO_OBJECTION and not answer.strip():
        raise Refused(_("Give the reasons for your opinion."))
