"""How a visitor gets into the demonstration: who there is, and the code an authenticator app would show."""

import time
from dataclasses import dataclass

from allauth.mfa import app_settings
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import settings
from django.utils import translation

from licensing import permissions
from licensing.models import Role, User
from portal.demonstration import people

# Written out, since looking them up by name would load every page of the portal; a test compares.
SIGN_IN, CODES = "/accounts/login/", "/demo/codes/"


@dataclass(frozen=True, slots=True)
class LogIn:
    email: str
    name: str
    role: Role
    organisation: str
    needs_code: bool


@dataclass(frozen=True, slots=True)
class Code:
    value: str
    seconds_left: int


def log_ins() -> list[LogIn]:
    """Return the accounts a visitor can sign in to, in the order people meet the portal."""
    addresses = [*(person.email for person in people.PEOPLE), people.ADMINISTRATOR]
    users = User.objects.filter(email__in=addresses, is_active=True).select_related("organisation")
    known = {user.email: user for user in users}
    return [_log_in(known[address]) for address in addresses if address in known]


def _log_in(user: User) -> LogIn:
    organisation = user.organisation.name if user.organisation else ""
    return LogIn(user.email, user.name, Role(user.role), organisation, permissions.needs_second_factor(user))


def current_code() -> Code:
    """Return what an authenticator app with the public secret shows now."""
    period = app_settings.TOTP_PERIOD
    counter, passed = divmod(int(time.time()), period)
    return Code(format_hotp_value(hotp_value(people.TOTP_SECRET, counter)), period - passed)


def as_text() -> str:
    """Return the log-ins as lines for a terminal."""
    with translation.override("en"):
        return "\n".join([*_heading(), *_table(), "", *_machine()]) + "\n"


def _heading() -> list[str]:
    return [
        "Demonstration log-ins. They are public: everything in this portal is made up.",
        f"  Sign in at            {settings.PORTAL_URL}{SIGN_IN}",
        f"  Password for all      {people.PASSWORD}",
        f"  Authenticator secret  {people.TOTP_SECRET}",
        f"  Six-digit code now    {settings.PORTAL_URL}{CODES}   or: python3 manage.py demo_code",
        "",
    ]


def _table() -> list[str]:
    rows = log_ins()
    width = max((len(row.email) for row in rows), default=0)
    roles = max((len(str(row.role.label)) for row in rows), default=0)
    needed = {True: "password + code", False: "password"}
    return [f"  {row.email:{width}}  {row.role.label!s:{roles}}  {needed[row.needs_code]}" for row in rows]


def _machine() -> list[str]:
    return [
        f"  Customs API {settings.PORTAL_URL}/api/v1/  with the header",
        f"    Authorization: Bearer {people.API_KEY}",
    ]
