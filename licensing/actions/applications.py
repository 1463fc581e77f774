"""What exporters do with a whole application."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from licensing import assessment, notifications
from licensing.errors import Refused
from licensing.models import Action, Application, User
from licensing.workflow import perform


@transaction.atomic
def submit(application_id: int, *, by: User, at: datetime) -> Application:
    """Hand the application in, and have its parties screened once it is safely stored.

    Whoever submits declares that all of it is true; the event keeps that.
    """
    application = Application.objects.lock(application_id)
    event = perform(
        application, Action.SUBMIT, by=by, at=at, together_with={"submitted_at": at}, declared_true=True
    )
    assessment.ask(application, at=at)
    notifications.announce(event)
    return application


@transaction.atomic
def answer(application_id: int, *, text: str, by: User, at: datetime) -> Application:
    """Answer what the officer asked. The parties are screened again if they have changed meanwhile."""
    application = Application.objects.lock(application_id)
    if not text.strip():
        raise Refused(_("Write your answer."))
    event = perform(application, Action.ANSWER, by=by, at=at, text=text)
    if not assessment.is_current(application, at=at):
        assessment.ask(application, at=at)
    notifications.announce(event)
    return application


@transaction.atomic
def withdraw(application_id: int, *, by: User, at: datetime) -> Application:
    application = Application.objects.lock(application_id)
    event = perform(application, Action.WITHDRAW, by=by, at=at)
    notifications.announce(event)
    return application
