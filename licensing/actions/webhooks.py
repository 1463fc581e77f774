"""Administrators say which address of a customs system is told what happens to licences."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from licensing import webhooks
from licensing.errors import Refused
from licensing.models import (
    Action,
    Event,
    Organisation,
    OrganisationKind,
    User,
    WebhookEndpoint,
    WebhookMessage,
)
from licensing.permissions import Permission, has


@transaction.atomic
def add(organisation: Organisation, address: str, *, by: User, at: datetime) -> tuple[WebhookEndpoint, str]:
    """Return the endpoint and its secret, which is never shown again. It hears what happens from now on."""
    _check(by)
    if organisation.kind != OrganisationKind.CUSTOMS:
        raise Refused(_("Only customs is told what happens to licences."))
    try:
        webhooks.checked_address(address)
    except webhooks.NoAnswer as error:
        raise Refused(
            _("This address can't be called. It must be https, have a known name, and not be in our network.")
        ) from error
    secret = webhooks.new_secret()
    try:
        with transaction.atomic():
            endpoint = WebhookEndpoint.objects.create(
                organisation=organisation,
                address=address,
                secret=webhooks.lock(secret),
                created_by=by,
                created_at=at,
                resume_at=at,
                lease_ends_at=at,
            )
    except IntegrityError as error:
        raise Refused(_("This address is told already.")) from error
    _log(Action.ADD_WEBHOOK, endpoint, by, at)
    return endpoint, secret


@transaction.atomic
def disable(endpoint_id: int, *, by: User, at: datetime) -> None:
    """Tell the address nothing more. What was not delivered stays on the record."""
    _check(by)
    endpoint = WebhookEndpoint.objects.select_for_update().get(pk=endpoint_id)
    if not endpoint.is_live:
        raise Refused(_("This address is told nothing already."))
    WebhookEndpoint.objects.filter(pk=endpoint_id).update(disabled_by=by, disabled_at=at)
    _log(Action.DISABLE_WEBHOOK, endpoint, by, at)


@transaction.atomic
def send_again(message_id: int, *, by: User, at: datetime) -> None:
    """Send a message that was given up, for three days more, and before it what was given up of the same
    licence or detention earlier: news that overtakes older news would be taken back by it."""
    _check(by)
    message = WebhookMessage.objects.select_related("endpoint", "news").get(pk=message_id)
    earlier = WebhookMessage.objects.about_the_same(message).dead().filter(pk__lte=message.pk)
    waiting = list(earlier.select_for_update(of=("self",)).order_by("pk"))
    if message.pk not in {one.pk for one in waiting}:
        raise Refused(_("This message was not given up."))
    if not message.endpoint.is_live:
        raise Refused(_("This address is told nothing any more."))
    earlier.update(dead_at=None, first_at=at, due_at=at, tries=0)
    WebhookEndpoint.objects.filter(pk=message.endpoint_id).update(resume_at=at, failures=0)
    for one in waiting:
        _log(Action.RESEND_WEBHOOK, message.endpoint, by, at, message=one.key)


def _check(by: User) -> None:
    if not has(by, Permission.MANAGE_ACCOUNTS):
        raise Refused(_("Your role does not allow this."))


def _log(action: Action, endpoint: WebhookEndpoint, by: User, at: datetime, **data: object) -> None:
    Event.objects.create(
        organisation=endpoint.organisation,
        action=action,
        by=by,
        at=at,
        data={"address": endpoint.address, **data},
    )
