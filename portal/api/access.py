"""Who may call the API: machines of customs, by key or by a token for it, within its scopes and rate."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.settings import api_settings
from rest_framework.throttling import BaseThrottle

from licensing import permissions
from licensing.actions import accounts
from licensing.models import AccessToken, ApiKey, ApiScope, User
from licensing.permissions import Permission
from portal import credentials
from portal.limits import Purse
from screening.asked_often import Question

LAST_USED_IS_EXACT_TO = timedelta(minutes=1)
LIVE_KEY = Question(
    lambda at, digest: ApiKey.objects.live(at).select_related("account").filter(digest=digest),
    datetime(1970, 1, 1, tzinfo=UTC),
    b"digest",
    beside="account",
    is_prepared=True,
)
LIVE_TOKEN = Question(
    lambda at, digest: AccessToken.objects.live(at).select_related("key__account").filter(digest=digest),
    datetime(1970, 1, 1, tzinfo=UTC),
    b"digest",
    beside="key__account",
    is_prepared=True,
)

# What the account behind a key must be allowed for a scope to be of any use.
PERMISSION_OF_SCOPE = {
    ApiScope.READ_LICENCES: Permission.SEE_LICENCES,
    ApiScope.WRITE_USAGES: Permission.REPORT_USAGE,
    ApiScope.SCREEN: Permission.SCREEN,
    ApiScope.CLASSIFY: Permission.CLASSIFY,
}


@dataclass(frozen=True, slots=True)
class Access:
    """What a machine came in by. Whatever is counted is counted for the key, not for one of its tokens."""

    key: ApiKey
    scopes: Collection[str]  # a token may have fewer than its key


class ApiKeyAuthentication(BaseAuthentication):
    """Let a machine in by `Authorization: Bearer …` or `X-Api-Key: …`, with a key or a token for it."""

    def authenticate(self, request: Request) -> tuple[User, Access] | None:
        secret = secret_in(request)
        if not secret:
            return None
        now = timezone.now()
        access = look_up(secret, now)
        if access is None:
            raise AuthenticationFailed(str(credentials.unknown(secret)))
        if fault := credentials.certificate_fault(access.key.certificate_sha256, request.META):
            raise AuthenticationFailed(str(fault))
        note_use(access.key, now)
        return access.key.account, access

    def authenticate_header(self, request: Request) -> str:
        invalid = ', error="invalid_token"' if secret_in(request) else ""
        return f'Bearer realm="{settings.PRODUCT_NAME} API"{invalid}'


def look_up(secret: str, at: datetime) -> Access | None:
    """Look a key or token up. It is the first question of a request, so it finds out by itself whether a
    connection that was kept still stands, and asks once more over a new one."""
    connection.health_check_done = True  # type: ignore[attr-defined]
    try:
        return _live(secret, at)
    except (OperationalError, InterfaceError):
        if connection.in_atomic_block or connection.is_usable():
            raise
        connection.close()
        return _live(secret, at)


def _live(secret: str, at: datetime) -> Access | None:
    digest = accounts.digest(secret)
    if credentials.is_token(secret):
        return next((Access(token.key, token.scopes) for token in LIVE_TOKEN.ask(at, digest)), None)
    return next((Access(key, key.scopes) for key in LIVE_KEY.ask(at, digest)), None)


def secret_in(request: Request) -> str:
    """Return the key or token the request carries, "" if none."""
    scheme, _blank, secret = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() == "bearer":
        return str(secret).strip()
    return str(request.META.get("HTTP_X_API_KEY", "")).strip()


def note_use(key: ApiKey, now: datetime) -> None:
    """Write down that the key was used, once a minute, and never wait for another request doing the same."""
    stale = now - LAST_USED_IS_EXACT_TO
    if key.last_used_at is not None and key.last_used_at > stale:
        return
    with transaction.atomic():
        same = ApiKey.objects.filter(Q(last_used_at=None) | Q(last_used_at__lte=stale), pk=key.pk)
        free = same.select_for_update(skip_locked=True).values("pk")
        ApiKey.objects.filter(pk__in=free).update(last_used_at=now)


class Nobody(BasePermission):
    """The default: a view that names no scope lets nobody in."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return False


def needs(scope: ApiScope) -> type[BasePermission]:
    """Let keys in that have the scope, if their account's role still allows what it stands for."""
    scope_needed = scope

    class Needs(BasePermission):
        scope = scope_needed  # for the description

        def has_permission(self, request: Request, view: Any) -> bool:
            if not isinstance(request.auth, Access) or not isinstance(request.user, User):
                return False
            self.message = _("This key lacks the scope %(scope)s.") % {"scope": scope.value}
            return scope in request.auth.scopes and permissions.has(request.user, PERMISSION_OF_SCOPE[scope])

    return Needs


class PerKeyThrottle(BaseThrottle):
    """So many requests a minute for each key and its tokens (API_RATE); without Redis as many as come."""

    purse = Purse()

    def allow_request(self, request: Request, view: Any) -> bool:
        if not isinstance(request.auth, Access):
            return True
        rate = api_settings.DEFAULT_THROTTLE_RATES["key"]
        self.seconds = self.purse.seconds_to_wait("api", str(request.auth.key.pk), str(rate))
        return self.seconds is None

    def wait(self) -> float | None:
        return self.seconds
