"""Who may open which page. A page that does not say so opens for nobody.

Our views say it with one of the decorators below; the pages of libraries are listed here. Whoever needs a
second factor and has none can open nothing but the pages that set one up; whoever has one and did not show
it in this session can open nothing but the page that asks for it.
"""

from collections.abc import Callable
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, resolve_url
from django.utils.translation import gettext as _

from licensing import permissions
from licensing.models import Role, User
from licensing.permissions import Permission

View = Callable[..., HttpResponseBase]

# Library pages, by the name of their address.
OPEN_LIBRARY_PAGES = frozenset(
    {
        "account_logout",
        "account_reset_password",
        "account_reset_password_done",
        "account_reset_password_from_key",
        "account_reset_password_from_key_done",
        "account_inactive",
        "mfa_authenticate",
        "mfa_login_webauthn",
        "set_language",
        "api-schema",
    }
)
SIGNED_IN_LIBRARY_PAGES = frozenset(
    {
        "account_reauthenticate",
        "account_change_password",
        "account_set_password",
        "mfa_index",
        "mfa_deactivate_totp",
        "mfa_generate_recovery_codes",
        "mfa_view_recovery_codes",
        "mfa_download_recovery_codes",
        "mfa_list_webauthn",
        "mfa_edit_webauthn",
        "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn",
    }
)
# What somebody may open who needs a second factor and has none yet.
WHILE_SETTING_UP = frozenset(
    {
        "account_reauthenticate",
        "account_change_password",
        "mfa_index",
        "mfa_activate_totp",
        "mfa_add_webauthn",
    }
)
# What somebody may open who has a second factor and has not shown it in this session: nothing that could
# change how the account is protected.
WHILE_UNPROVEN = frozenset({"mfa_reauthenticate", "mfa_reauthenticate_webauthn"})


def needs(*wanted: Permission) -> Callable[[View], View]:
    """Open the page to signed-in people whose role has one of the permissions."""

    def mark(view: View) -> View:
        view.opens_for = wanted  # type: ignore[attr-defined]
        return view

    return mark


def signed_in(view: View) -> View:
    """Open the page to everybody who is signed in."""
    view.opens_for = ()  # type: ignore[attr-defined]
    return view


def open_to_all(view: View) -> View:
    """Open the page to the public."""
    view.opens_for = None  # type: ignore[attr-defined]
    return view


def for_everybody(view: View) -> View:
    """Open the page to the public, and to signed-in people as their own, after the usual checks."""
    view.opens_for = None  # type: ignore[attr-defined]
    view.knows_people = True  # type: ignore[attr-defined]
    return view


class AccessMiddleware:
    """Ask, before any view runs, whether this person may open it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, _args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        if is_api(view):
            return None  # the API has its own gate: portal.api.access
        if any("\x00" in str(value) for value in kwargs.values()):
            raise Http404  # no address of ours has one, and the database could not even look it up
        name = request.resolver_match.url_name if request.resolver_match else None
        wanted, user = audience(view, name), request.user
        if wanted is None and not (user.is_authenticated and hasattr(view, "knows_people")):
            return None
        if not user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if user.role == Role.CUSTOMS_SYSTEM:
            raise PermissionDenied(_("A system account uses the API, not these pages."))
        if detour := second_factor(request, user, name):
            return detour
        if wanted and not any(permissions.has(user, permission) for permission in wanted):
            raise PermissionDenied(f"needs {' or '.join(wanted)}")
        return None


def second_factor(request: HttpRequest, user: User, name: str | None) -> HttpResponseBase | None:
    """Return where somebody must go first who lacks a second factor or has not shown it here, else None."""
    factors = dict(Authenticator.objects.filter(user=user).values_list("pk", "type"))
    if not set(factors.values()) & {Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN}:
        if not permissions.needs_second_factor(user) or name in WHILE_SETTING_UP:
            return None
        messages.info(request, _("Your role needs a second factor. Set one up to go on."))
        return redirect("mfa_activate_totp")
    if name in WHILE_UNPROVEN or is_proven(request, user, factors):
        return None
    page = "mfa_reauthenticate"
    if Authenticator.Type.TOTP not in factors.values():
        page = "mfa_reauthenticate_webauthn"
    return redirect_to_login(request.get_full_path(), login_url=resolve_url(page))


def is_proven(request: HttpRequest, user: User, factors: dict[int, str]) -> bool:
    """Say whether this session showed one of the second factors that the account has now."""
    records = get_authentication_records(request, user)
    return any(record["method"] == "mfa" and record.get("id") in factors for record in records)


def is_api(view: Any) -> bool:
    return hasattr(view, "cls") and hasattr(view.cls, "permission_classes")


def audience(view: Any, name: str | None) -> tuple[Permission, ...] | None:
    """Return the permissions of which one is needed; () for any signed-in person; None for the public.

    Raises PermissionDenied for a view that says nothing.
    """
    if hasattr(view, "opens_for"):
        return view.opens_for  # type: ignore[no-any-return]
    if name in OPEN_LIBRARY_PAGES:
        return None
    if name in SIGNED_IN_LIBRARY_PAGES:
        return ()
    raise PermissionDenied
