"""Letters about an account: the link by which people choose a password, and what changed."""

from datetime import datetime
from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from celery import shared_task
from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext, gettext_noop
from kombu.exceptions import OperationalError

from licensing.country import pack
from licensing.models import Role, User

DAYS = settings.PASSWORD_RESET_TIMEOUT // (24 * 3600)
INVITATION, NEW_PASSWORD, CHANGE = "invitation", "new-password", "change"
USER_AGENT_SHOWN = 200  # characters

# What the sign-in library calls a change -> how we tell its owner.
CHANGES = {
    "password_changed": gettext_noop("Your password was changed."),
    "password_reset": gettext_noop("A new password was chosen by the link in a letter."),
    "password_set": gettext_noop("A password was chosen."),
    "totp_activated": gettext_noop("An authenticator app was set up."),
    "totp_deactivated": gettext_noop("The authenticator app was taken away."),
    "recovery_codes_generated": gettext_noop("New recovery codes were made; the old ones no longer work."),
    "webauthn_added": gettext_noop("A security key or passkey was added."),
    "webauthn_removed": gettext_noop("A security key or passkey was taken away."),
}


def password_link(user: User) -> str:
    """Return the address at which `user` chooses a password; it works once, for DAYS days."""
    key = default_token_generator.make_token(user)
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(user), "key": key})
    return f"{settings.PORTAL_URL}{path}"


def post(user: User, letter: str) -> None:
    """Have a worker send the letter, so that a page takes as long for an unknown address as for a known one.

    The link is made by the worker: the queue holds no secret.
    """
    try:
        send.delay(user.pk, letter)
    except OperationalError:
        send(user.pk, letter)


def post_notice(user: User, *, change: str, ip: str, user_agent: str, at: datetime) -> None:
    """Have a worker tell the owner that the password or a factor changed, from where and when."""
    facts = {"change": change, "ip": ip, "user_agent": user_agent[:USER_AGENT_SHOWN], "at": at.isoformat()}
    try:
        send_notice.delay(user.pk, **facts)
    except OperationalError:
        send_notice(user.pk, **facts)


@shared_task
def send(user_id: int, letter: str) -> None:
    user = User.objects.get(pk=user_id)
    if user.is_active and user.role != Role.CUSTOMS_SYSTEM:
        _send(letter, user, link=password_link(user), days=DAYS)


@shared_task
def send_notice(user_id: int, *, change: str, ip: str, user_agent: str, at: str) -> None:
    user = User.objects.get(pk=user_id)
    with translation.override(user.language):
        words = gettext(CHANGES[change])
    _send(CHANGE, user, change=words, ip=ip, user_agent=user_agent, at=datetime.fromisoformat(at))


def _send(letter: str, user: User, **facts: Any) -> None:
    """Send the letter in the person's language. The template's first line is the subject."""
    with translation.override(user.language):
        context = {
            "user": user,
            "authority": pack().authority,
            "product_name": settings.PRODUCT_NAME,
            "portal_url": settings.PORTAL_URL,
            **facts,
        }
        subject, _blank, body = render_to_string(f"account/letters/{letter}.txt", context).partition("\n")
        EmailMessage(subject.strip(), body.strip() + "\n", to=[user.email]).send()
