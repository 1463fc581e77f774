"""How the sign-in library behaves here: nobody signs up, letters speak the reader's language."""

import base64
import hashlib
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.core.internal.ratelimit import get_ip
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from licensing import letters, permissions
from licensing.models import Role, User
from portal import limits

# What counts as a second factor; recovery codes only stand in for one of these.
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
# Tries at one account from all networks together: too few to guess by, too many for one stranger to use up.
TRIES_AT_ONE_ACCOUNT = "60/m"


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": gettext_lazy("The e-mail address or the password is not right."),
        "too_many_login_attempts": gettext_lazy("Too many attempts. Wait five minutes and try again."),
        "rate_limited": gettext_lazy("Too many attempts. Wait a minute and try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_safe_url(self, url: str | None) -> bool:
        """Lead nobody off this host, nor from https to http."""
        request = context.request
        return url_has_allowed_host_and_scheme(
            url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        )

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Let nobody guess on and on, neither from one network nor from many together."""
        super().pre_authenticate(request, **credentials)
        login = str(credentials.get("email", "")).lower()
        if limits.seconds_to_wait("login", login, TRIES_AT_ONE_ACCOUNT) is not None:
            raise self.validation_error("rate_limited")

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Count wrong passwords by account and network: a stranger's must not lock the owner out."""
        return f"{super()._get_login_attempts_cache_key(request, **credentials)}:{get_ip(request)}"

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Machines have keys; a password, should one ever get there, opens nothing for them."""
        user = super().authenticate(request, **credentials)
        return None if user is not None and user.role == Role.CUSTOMS_SYSTEM else user

    def send_password_reset_mail(self, user: User, email: str, context: dict[str, Any]) -> None:
        letters.promise(user, letters.NEW_PASSWORD, at=timezone.now())

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        letters.promise_notice(
            user,
            change=template_prefix.rpartition("/")[2],
            ip=self.get_client_ip(self.request),
            user_agent=self.get_http_user_agent(self.request),
            at=timezone.now(),
        )


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "cannot_delete_authenticator": gettext_lazy(
            "Your role needs a second factor, and this is your last one. Add another first."
        ),
    }

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Whoever must have a second factor keeps at least one."""
        user = authenticator.user
        others = Authenticator.objects.filter(user=user, type__in=FACTORS).exclude(pk=authenticator.pk)
        return not permissions.needs_second_factor(user) or others.exists()

    def encrypt(self, text: str) -> str:
        return _seal().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _seal().decrypt(encrypted_text.encode()).decode()

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Keys name the portal as people know it, and hold for this host."""
        entity: dict[str, str] = super().get_public_key_credential_rp_entity()
        return {**entity, "name": settings.PRODUCT_NAME}

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return _("Key %(number)d") % {"number": number}


def _seal() -> MultiFernet:
    """Return the seal for authenticators' secrets; what older keys sealed is still read."""
    secrets = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return MultiFernet([Fernet(_sealing_key(secret)) for secret in secrets])


def _sealing_key(secret: str) -> bytes:
    digest = hashlib.sha256(b"authenticator secrets" + secret.encode()).digest()
    return base64.urlsafe_b64encode(digest)
