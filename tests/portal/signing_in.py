"""Sign in as people do it: over HTTP, with a password and the code of an authenticator app."""

import re
import time

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.urls import reverse

from tests.factories import PASSWORD
from tests.people import TOTP_SECRET

NEW = "otra-clave-larga-de-prueba"


def code(secret=TOTP_SECRET, steps=0):
    """Return what the app shows `steps` times thirty seconds from now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def give_password(client, email, password=PASSWORD, **more):
    return client.post(reverse("account_login"), {"login": email, "password": password, **more})


def give_code(client, value=None):
    return client.post(reverse("mfa_authenticate"), {"code": value or code()})


def ask_for_reset(client, email):
    return client.post(reverse("account_reset_password"), {"email": email})


def link_in(letter):
    return re.search(r"https?://\S+?(/accounts/password/reset/key/\S+)", letter.body)[1]


def choose(client, link, password=NEW):
    form = client.get(link, follow=True).redirect_chain[-1][0]
    return client.post(form, {"password1": password, "password2": password})
