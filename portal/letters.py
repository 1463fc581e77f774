"""The letter with the link by which people choose a password: their first, or a new one."""

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from celery import shared_task
from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from kombu.exceptions import OperationalError

from licensing.country import pack
from licensing.models import Role, User

DAYS = settings.PASSWORD_RESET_TIMEOUT // (24 * 3600)
INVITATION, NEW_PASSWORD = "invitation", "new-password"


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


@shared_task
def send(user_id: int, letter: str) -> None:
    """Send the letter in the person's language. The template's first line is the subject."""
    user = User.objects.get(pk=user_id)
    if not user.is_active or user.role == Role.CUSTOMS_SYSTEM:
        return
    with translation.override(user.language):
        context = {
            "user": user,
            "link": password_link(user),
            "days": DAYS,
            "authority": pack().authority,
            "product_name": settings.PRODUCT_NAME,
            "portal_url": settings.PORTAL_URL,
        }
        subject, _blank, body = render_to_string(f"account/letters/{letter}.txt", context).partition("\n")
        EmailMessage(subject.strip(), body.strip() + "\n", to=[user.email]).send()
