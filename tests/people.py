"""Sign people in as the portal would leave them: with a second factor where their role needs one."""

import time
from importlib import import_module

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.test import Client

from licensing import permissions
from licensing.models import User

TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def give_second_factor(user: User) -> Authenticator:
    """Return the second factor of `user`, new unless there was one."""
    given = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
    return given or TOTP.activate(user, TOTP_SECRET).instance


def session_of(user: User) -> str:
    """Return the key of a new session in which `user` has passed everything their role needs."""
    methods = [{"method": "password", "at": time.time(), "email": user.email}]
    if permissions.needs_second_factor(user):
        factor = give_second_factor(user)
        methods.append({"method": "mfa", "type": "totp", "id": factor.pk, "at": time.time()})
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session["account_authentication_methods"] = methods
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    return session.session_key


def client_of(user: User, language: str = "") -> Client:
    """Return a client signed in as `user`, who reads `language` if one is given, else that of the account."""
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = session_of(user)
    if language:
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    return client
