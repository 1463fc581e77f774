"""Letters: how one is written, and those about an account: the link to a password, and what changed.

They are promised in the transaction that is their reason and sent by a worker, which tries again while the
mail server does not answer. The promise holds no secret: a link is made as its letter is sent.
"""

from datetime import datetime
from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext, gettext_noop

from licensing import outbox
from licensing.country import pack
from licensing.models import Job, Role, User

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


def write(user: User, template: str, **facts: Any) -> None:
    """Send `user` a letter in their language. The template's first line is the subject."""
    with translation.override(user.language):
        context = {
            "user": user,
            "portal_url": settings.PORTAL_URL,
            "authority": pack().authority,
            "product_name": settings.PRODUCT_NAME,
            **facts,
        }
        subject, _blank, body = render_to_string(template, context).partition("\n")
        EmailMessage(subject.strip(), body.strip() + "\n", to=[user.email]).send()


def password_link(user: User) -> str:
    """Return the address at which `user` chooses a password; it works once, for DAYS days."""
    key = default_token_generator.make_token(user)
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(user), "key": key})
    return f"{settings.PORTAL_URL}{path}"


def promise(user: User, letter: str, *, at: datetime) -> None:
    """Promise the letter with the link by which `user` chooses a password: INVITATION or NEW_PASSWORD."""
    outbox.put(Job.LETTER, at=at, user_id=user.pk, letter=letter)


def promise_notice(user: User, *, change: str, ip: str, user_agent: str, at: datetime) -> None:
    """Promise the owner to hear that the password or a factor changed (one of CHANGES), whence and when."""
    facts = {"change": change, "ip": ip, "user_agent": user_agent[:USER_AGENT_SHOWN], "when": at.isoformat()}
    outbox.put(Job.NOTICE, at=at, user_id=user.pk, **facts)


def send(user: User, letter: str) -> None:
    """Send the letter, unless the account was disabled meanwhile or is a machine's."""
    if user.is_active and user.role != Role.CUSTOMS_SYSTEM:
        write(user, f"account/letters/{letter}.txt", link=password_link(user), days=DAYS)


def send_notice(user: User, *, change: str, ip: str, user_agent: str, when: str) -> None:
    """`when` is a moment as ISO 8601."""
    with translation.override(user.language):
        words = gettext(CHANGES[change])
    at = datetime.fromisoformat(when)
    write(user, f"account/letters/{CHANGE}.txt", change=words, ip=ip, user_agent=user_agent, at=at)
