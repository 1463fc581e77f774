"""Organisations, accounts and keys: for the administrator, and for a company's administrator their own."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from licensing.actions import accounts
from licensing.country import pack
from licensing.errors import Refused
from licensing.models import Action, ApiKey, Organisation, Role, User
from licensing.models.sorting import by_name
from licensing.permissions import Permission
from portal.access import needs
from portal.forms.accounts import (
    AccountsForm,
    CertificateForm,
    InviteForm,
    KeyForm,
    OrganisationForm,
    OrganisationsForm,
    ReasonForm,
)
from portal.forms.refusals import add_reasons, attempt
from portal.http import PortalRequest
from portal.views.sections import once_of

ROWS_A_PAGE = 50
EVENTS_SHOWN = 50

manages = needs(Permission.MANAGE_ACCOUNTS, Permission.MANAGE_COMPANY)


@needs(Permission.MANAGE_ACCOUNTS)
@require_GET
def index(request: PortalRequest) -> HttpResponse:
    form = AccountsForm(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {}
    people = _filtered(User.objects.visible_to(request.user), wanted).select_related("organisation")
    page = Paginator(people.order_by(*by_name()), ROWS_A_PAGE).get_page(request.GET.get("page"))
    return render(
        request, "administration/accounts.html", {"form": form, "page": page, "query": _query(wanted)}
    )


def _filtered(people: QuerySet[User], wanted: dict[str, Any]) -> QuerySet[User]:
    if wanted.get("role"):
        people = people.filter(role=wanted["role"])
    if wanted.get("state"):
        people = people.filter(is_active=wanted["state"] == "active")
    for word in wanted.get("q", "").split():
        people = people.filter(
            Q(name__icontains=word) | Q(email__icontains=word) | Q(organisation__name__icontains=word)
        )
    return people


def _query(wanted: dict[str, Any]) -> str:
    return urlencode({name: value for name, value in wanted.items() if value})


@needs(Permission.MANAGE_COMPANY)
@require_GET
def company(request: PortalRequest) -> HttpResponse:
    people = User.objects.visible_to(request.user).order_by("-is_active", *by_name())
    return render(
        request,
        "administration/company.html",
        {"organisation": request.user.organisation, "people": people, "tax": pack().tax_id},
    )


@manages
@require_http_methods(["GET", "POST"])
def invite(request: PortalRequest) -> HttpResponse:
    form = InviteForm(request.POST or None, by=request.user)
    if form.is_valid():
        try:
            user = accounts.invite(by=request.user, at=timezone.now(), **_typed(form.given()))
        except Refused as refused:
            add_reasons(form, refused)
        else:
            return _after_inviting(request, user)
    return render(request, "administration/invite.html", {"form": form})


def _typed(given: dict[str, Any]) -> dict[str, Any]:
    return {**given, "role": Role(given["role"])}


def _after_inviting(request: PortalRequest, user: User) -> HttpResponse:
    if user.role == Role.CUSTOMS_SYSTEM:
        messages.success(request, _("The account is made. Make its first key now."))
    else:
        messages.success(
            request,
            _("The account is made, and a letter with a link is on its way to %(email)s.")
            % {"email": user.email},
        )
    return redirect("account", user.pk)


@manages
@require_GET
def show(request: PortalRequest, pk: int) -> HttpResponse:
    return _page(request, _account(request, pk))


def _account(request: PortalRequest, pk: int) -> User:
    people = User.objects.visible_to(request.user).select_related("organisation", "disabled_by")
    return get_object_or_404(people, pk=pk)


def _page(request: PortalRequest, account: User, **more: Any) -> HttpResponse:
    factors = Authenticator.objects.filter(user=account).values_list("type", flat=True)
    context = {
        "account": account,
        "is_system": account.role == Role.CUSTOMS_SYSTEM,
        "own": account.pk == request.user.pk,
        "sessions": UserSession.objects.filter(user=account).count(),
        "factors": [Authenticator.Type(factor).label for factor in factors],
        "keys": account.api_keys.select_related("created_by", "revoked_by").order_by("-created_at"),
        "now": timezone.now(),
        # Each token that a machine fetches is an event too; they would bury the rest.
        "events": account.events.exclude(action=Action.ISSUE_TOKEN).newest_first()[:EVENTS_SHOWN],
        "reason_form": ReasonForm(),
        "key_form": KeyForm(),
        "hears_of_certificates": bool(settings.TRUSTED_PROXIES),
        "once": once_of(request),
        **more,
    }
    return render(request, "administration/account.html", context)


@manages
@require_POST
def disable(request: PortalRequest, pk: int) -> HttpResponse:
    account, form = _account(request, pk), ReasonForm(request.POST)
    if _acted(accounts.disable, account, form, request):
        messages.success(request, _("The account is disabled; its sessions have ended."))
        return redirect("account", account.pk)
    return _page(request, account, reason_form=form, form=form)


@manages
@require_POST
def enable(request: PortalRequest, pk: int) -> HttpResponse:
    """Open the account anew; its person chooses a password by the letter that goes out."""
    account, form = _account(request, pk), ReasonForm(request.POST)
    if _acted(accounts.enable, account, form, request):
        messages.success(request, _("The account is open again, and a letter with a link is on its way."))
        return redirect("account", account.pk)
    return _page(request, account, reason_form=form, form=form)


def _acted(act: Callable[..., User], account: User, form: ReasonForm, request: PortalRequest) -> bool:
    """Say whether the act was done; if not, the form says why."""
    return form.is_valid() and attempt(
        form,
        lambda: act(account.pk, by=request.user, at=timezone.now(), reason=form.cleaned_data["reason"]),
    )


@manages
@require_POST
def end_sessions(request: PortalRequest, pk: int) -> HttpResponse:
    account = _account(request, pk)
    accounts.end_sessions(account.pk, by=request.user, at=timezone.now())
    messages.success(request, _("%(name)s is signed out everywhere.") % {"name": account.name})
    return redirect("account", account.pk)


@manages
@require_POST
def send_letter(request: PortalRequest, pk: int) -> HttpResponse:
    account = _account(request, pk)
    try:
        accounts.send_link(account.pk, by=request.user, at=timezone.now())
    except Refused as refused:  # their page offers no such button
        raise Http404(str(refused)) from refused
    messages.success(
        request, _("A letter with a new link is on its way to %(email)s.") % {"email": account.email}
    )
    return redirect("account", account.pk)


@needs(Permission.MANAGE_ACCOUNTS)
@never_cache
@require_POST
def make_key(request: PortalRequest, pk: int) -> HttpResponse:
    """Make a key and show its secret on this answer, which sent again makes no second key."""
    account = _account(request, pk)
    form = KeyForm(request.POST)
    if form.is_valid():
        try:
            key, secret = accounts.make_key(
                account.pk,
                name=form.cleaned_data["name"],
                scopes=form.cleaned_data["scopes"],
                expires_at=pack().end_of(form.cleaned_data["expires_on"]),
                certificate_sha256=form.cleaned_data["certificate"],
                by=request.user,
                at=timezone.now(),
                once=once_of(request),
            )
        except Refused as refused:
            if refused.code == "made-already":  # the page that showed it was loaded again
                messages.error(request, str(refused))
                return redirect("account", account.pk)
            add_reasons(form, refused)
        else:
            return render(request, "administration/key.html", {"key": key, "secret": secret})
    return _page(request, account, key_form=form, form=form)


@needs(Permission.MANAGE_ACCOUNTS)
@require_POST
def revoke_key(request: PortalRequest, pk: int) -> HttpResponse:
    key = get_object_or_404(ApiKey, pk=pk)
    try:
        accounts.revoke_key(key.pk, by=request.user, at=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("The key is revoked: it opens nothing from now on."))
    return redirect("account", key.account_id)


@needs(Permission.MANAGE_ACCOUNTS)
@require_http_methods(["GET", "HEAD", "POST"])
def key_certificate(request: PortalRequest, pk: int) -> HttpResponse:
    """Bind a key to a client certificate, to another one, or with the button “remove” to none."""
    key = get_object_or_404(ApiKey.objects.select_related("account").filter(revoked_at=None), pk=pk)
    removing = "remove" in request.POST
    form = CertificateForm(request.POST if request.method == "POST" and not removing else None)
    if removing or form.is_valid():
        wanted = "" if removing else form.cleaned_data["certificate"]
        try:
            accounts.bind_key(key.pk, certificate_sha256=wanted, by=request.user, at=timezone.now())
        except Refused as refused:
            if removing:
                messages.error(request, str(refused))
                return redirect("account", key.account_id)
            add_reasons(form, refused)
        else:
            messages.success(request, _binding_said(key, wanted))
            return redirect("account", key.account_id)
    context = {"form": form, "key": key, "hears_of_certificates": bool(settings.TRUSTED_PROXIES)}
    return render(request, "administration/key_certificate.html", context)


def _binding_said(key: ApiKey, certificate_sha256: str) -> str:
    if certificate_sha256:
        return _("“%(name)s” opens nothing any more without its certificate.") % {"name": key.name}
    return _("“%(name)s” opens without a certificate from now on.") % {"name": key.name}


@needs(Permission.MANAGE_ACCOUNTS)
@require_GET
def organisations(request: PortalRequest) -> HttpResponse:
    form = OrganisationsForm(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {}
    rows = Organisation.objects.annotate(people=Count("users"))
    if wanted.get("kind"):
        rows = rows.filter(kind=wanted["kind"])
    for word in wanted.get("q", "").split():
        rows = rows.filter(Q(name__icontains=word) | Q(tax_id__icontains=word))
    page = Paginator(rows.order_by(*by_name()), ROWS_A_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "administration/organisations.html",
        {"form": form, "page": page, "query": _query(wanted), "tax": pack().tax_id},
    )


@needs(Permission.MANAGE_ACCOUNTS)
@require_http_methods(["GET", "POST"])
def register(request: PortalRequest) -> HttpResponse:
    form = OrganisationForm(request.POST or None)
    if form.is_valid() and attempt(
        form,
        lambda: accounts.register_organisation(by=request.user, at=timezone.now(), **form.cleaned_data),
    ):
        messages.success(request, _("%(name)s is registered.") % {"name": form.cleaned_data["name"]})
        return redirect("organisations")
    return render(request, "administration/register.html", {"form": form})
