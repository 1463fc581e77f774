"""Organisations, accounts and keys: made, disabled, never deleted."""

import hashlib
import secrets
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils.translation import gettext as _

from licensing import letters
from licensing.errors import Refused
from licensing.models import (
    EXPORTER_ROLES,
    Action,
    ApiKey,
    Event,
    Organisation,
    OrganisationKind,
    Role,
    User,
)
from licensing.permissions import Permission, has

KEY_START = "istmo_"

# For whom the people of a role act; an account without an organisation is one of the authority's own.
ACTS_FOR: dict[Role, OrganisationKind] = {
    Role.EXPORTER_FILER: OrganisationKind.EXPORTER,
    Role.EXPORTER_ADMINISTRATOR: OrganisationKind.EXPORTER,
    Role.CASE_OFFICER: OrganisationKind.AUTHORITY,
    Role.DECIDING_OFFICER: OrganisationKind.AUTHORITY,
    Role.ADVISER: OrganisationKind.BODY,
    Role.CUSTOMS_OFFICER: OrganisationKind.CUSTOMS,
    Role.CUSTOMS_SYSTEM: OrganisationKind.CUSTOMS,
    Role.ADMINISTRATOR: OrganisationKind.AUTHORITY,
}


@transaction.atomic
def register_organisation(*, by: User, at: datetime, **fields: Any) -> Organisation:
    _may_manage_accounts(by)
    if fields.get("tax_id") and Organisation.objects.filter(tax_id=fields["tax_id"]).exists():
        raise Refused(_("An organisation with this tax number is registered already."))
    body_code = fields.get("body_code")
    if body_code and Organisation.objects.filter(body_code=body_code).exists():
        raise Refused(_("This body is registered already."))
    organisation = Organisation.objects.create(created_at=at, **fields)
    Event.objects.create(
        organisation=organisation, action=Action.REGISTER, by=by, at=at, after={"name": organisation.name}
    )
    return organisation


@transaction.atomic
def invite(
    *,
    by: User,
    at: datetime,
    email: str,
    name: str,
    role: Role,
    organisation: Organisation | None,
    language: str,
    office: str = "",
) -> User:
    """Make an account without a password; its person chooses one by the link in the letter to `email`."""
    _may_manage(by, role, organisation)
    _check_organisation(role, organisation)
    if User.objects.filter(email__iexact=email).exists():
        raise Refused(_("There is an account with this e-mail address already."))
    user = User.objects.create_user(
        email,
        name=name,
        role=role,
        organisation=organisation,
        language=language,
        office=office,
        created_at=at,
    )
    Event.objects.create(
        account=user,
        organisation=organisation,
        action=Action.INVITE,
        by=by,
        at=at,
        after={"role": role, "email": user.email},
    )
    _promise_a_link(user, at)
    return user


@transaction.atomic
def make_administrator(*, email: str, name: str, language: str, at: datetime) -> User:
    """Make the account from which all others are made; whoever runs the machine asks for it, not a user."""
    if User.objects.filter(email__iexact=email).exists():
        raise Refused(_("There is an account with this e-mail address already."))
    user = User.objects.create_user(
        email, name=name, role=Role.ADMINISTRATOR, language=language, created_at=at
    )
    Event.objects.create(
        account=user, action=Action.INVITE, at=at, after={"role": user.role, "email": user.email}
    )
    return user


@transaction.atomic
def disable(user_id: int, *, by: User, at: datetime, reason: str) -> User:
    """Shut an account: its sessions end and its keys stop with the commit."""
    user = User.objects.select_for_update(of=("self",)).get(pk=user_id)
    _may_manage(by, Role(user.role), user.organisation)
    if user.pk == by.pk:
        raise Refused(_("You can't disable your own account."))
    if not user.is_active:
        raise Refused(_("This account is disabled already."))
    user.is_active, user.disabled_by, user.disabled_at = False, by, at
    user.save(update_fields=["is_active", "disabled_by", "disabled_at"])
    _end_sessions(user)
    user.api_keys.filter(revoked_at=None).update(revoked_by=by, revoked_at=at)
    Event.objects.create(account=user, action=Action.DISABLE, by=by, at=at, data={"reason": reason})
    return user


@transaction.atomic
def enable(user_id: int, *, by: User, at: datetime, reason: str) -> User:
    """Open a disabled account again, as a new one: no password, no second factor, its keys stay revoked.

    So it is also the way back for somebody who has lost every second factor. What the authority shut, a
    company can't open.
    """
    user = User.objects.select_for_update(of=("self",)).get(pk=user_id)
    _may_manage(by, Role(user.role), user.organisation)
    if user.disabled_by is None:
        raise Refused(_("This account is not disabled."))
    if not has(by, Permission.MANAGE_ACCOUNTS) and user.disabled_by.organisation_id != by.organisation_id:
        raise Refused(_("The licensing authority disabled this account, so only it can open it again."))
    user.is_active, user.disabled_by, user.disabled_at = True, None, None
    user.set_unusable_password()
    user.save(update_fields=["is_active", "disabled_by", "disabled_at", "password"])
    Authenticator.objects.filter(user=user).delete()
    Event.objects.create(account=user, action=Action.ENABLE, by=by, at=at, data={"reason": reason})
    _promise_a_link(user, at)
    return user


@transaction.atomic
def send_link(user_id: int, *, by: User, at: datetime) -> User:
    """Send the letter of the invitation again, with a new link."""
    user = User.objects.select_for_update(of=("self",)).get(pk=user_id)
    _may_manage(by, Role(user.role), user.organisation)
    if not user.is_active or user.role == Role.CUSTOMS_SYSTEM:
        raise Refused(_("Only a person whose account is not disabled gets such a letter."))
    letters.promise(user, letters.INVITATION, at=at)
    Event.objects.create(account=user, action=Action.SEND_LINK, by=by, at=at)
    return user


@transaction.atomic
def end_sessions(user_id: int, *, by: User, at: datetime, keep: str = "") -> int:
    """End the sessions of an account, all but the one with the key `keep`; return how many those were.

    People end their own; those who manage an account end its.
    """
    user = User.objects.select_for_update(of=("self",)).get(pk=user_id)
    if user.pk != by.pk:
        _may_manage(by, Role(user.role), user.organisation)
    ended = _end_sessions(user, keep)
    if ended:
        Event.objects.create(account=user, action=Action.END_SESSION, by=by, at=at, data={"ended": ended})
    return ended


@transaction.atomic
def make_key(
    account_id: int,
    *,
    name: str,
    scopes: list[str],
    expires_at: datetime,
    by: User,
    at: datetime,
    certificate_sha256: str = "",
    secret: str = "",
    once: str = "",
) -> tuple[ApiKey, str]:
    """Return a new key of a system account and its secret, which is told this once and never again.

    With `certificate_sha256` (64 hexadecimal digits) it opens nothing without that client certificate.
    The secret is random; only the demonstration gives one, its public one. `once` is a random word of the
    page it was asked on: asked again with it, there is no second key, and the first is not told again.
    """
    account = User.objects.select_for_update(of=("self",)).get(pk=account_id)
    _may_manage(by, Role(account.role), account.organisation)
    if account.role != Role.CUSTOMS_SYSTEM or not account.is_active:
        raise Refused(_("Only a system account that is not disabled can have keys."))
    if expires_at <= at:
        raise Refused(_("Choose a day after today."))
    if once and Event.objects.filter(account=account, action=Action.MAKE_KEY, data__once=once).exists():
        raise Refused(
            _(
                "This key is made already, and it was shown once."
                " If you did not copy it, revoke it and make another one."
            ),
            code="made-already",
        )
    secret = secret or KEY_START + secrets.token_urlsafe(32)
    key = ApiKey.objects.create(
        account=account,
        name=name,
        prefix=secret[: len(KEY_START) + 6],
        digest=digest(secret),
        scopes=scopes,
        certificate_sha256=certificate_sha256,
        created_by=by,
        created_at=at,
        expires_at=expires_at,
    )
    Event.objects.create(
        account=account,
        action=Action.MAKE_KEY,
        by=by,
        at=at,
        after={"key": key.prefix, "scopes": scopes, **_bound(certificate_sha256)},
        data={"once": once} if once else {},
    )
    return key, secret


@transaction.atomic
def revoke_key(key_id: int, *, by: User, at: datetime) -> ApiKey:
    key = ApiKey.objects.select_for_update(of=("self",)).select_related("account").get(pk=key_id)
    _may_manage(by, Role(key.account.role), key.account.organisation)
    if key.revoked_at is not None:
        raise Refused(_("This key is revoked already."))
    key.revoked_by, key.revoked_at = by, at
    key.save(update_fields=["revoked_by", "revoked_at"])
    Event.objects.create(
        account=key.account, action=Action.REVOKE_KEY, by=by, at=at, data={"key": key.prefix}
    )
    return key


@transaction.atomic
def bind_key(key_id: int, *, certificate_sha256: str, by: User, at: datetime) -> ApiKey:
    """Bind a key, and with it its tokens, to another client certificate, or to none if that is empty."""
    key = ApiKey.objects.select_for_update(of=("self",)).select_related("account").get(pk=key_id)
    _may_manage(by, Role(key.account.role), key.account.organisation)
    if key.revoked_at is not None:
        raise Refused(_("This key is revoked already."))
    if key.certificate_sha256 == certificate_sha256:
        raise Refused(_("The key is bound that way already."))
    before, key.certificate_sha256 = key.certificate_sha256, certificate_sha256
    key.save(update_fields=["certificate_sha256"])
    Event.objects.create(
        account=key.account,
        action=Action.BIND_KEY,
        by=by,
        at=at,
        before=_bound(before),
        after=_bound(certificate_sha256),
        data={"key": key.prefix},
    )
    return key


def _bound(certificate_sha256: str) -> dict[str, str]:
    return {"certificate_sha256": certificate_sha256} if certificate_sha256 else {}


def digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _end_sessions(user: User, keep: str = "") -> int:
    sessions = UserSession.objects.filter(user=user).exclude(session_key=keep)
    Session.objects.filter(session_key__in=sessions.values("session_key")).delete()
    ended: int = sessions.delete()[0]
    return ended


def _promise_a_link(user: User, at: datetime) -> None:
    """A machine has keys, no password."""
    if user.role != Role.CUSTOMS_SYSTEM:
        letters.promise(user, letters.INVITATION, at=at)


def _check_organisation(role: Role, organisation: Organisation | None) -> None:
    wanted = ACTS_FOR[role]
    if organisation is None and wanted != OrganisationKind.AUTHORITY:
        raise Refused(_("Say for which organisation this person acts."))
    if organisation is not None and organisation.kind != wanted:
        raise Refused(
            _("%(organisation)s is of another kind: this role acts for one of the kind “%(kind)s”.")
            % {"organisation": organisation.name, "kind": wanted.label}
        )


def _may_manage_accounts(by: User) -> None:
    if not has(by, Permission.MANAGE_ACCOUNTS):
        raise Refused(_("Your role does not allow this."))


def _may_manage(by: User, role: Role, organisation: Organisation | None) -> None:
    """Administrators manage every account; a company's administrator those of the company."""
    own = role in EXPORTER_ROLES and organisation is not None and organisation.pk == by.organisation_id
    if has(by, Permission.MANAGE_ACCOUNTS) or (own and has(by, Permission.MANAGE_COMPANY)):
        return
    raise Refused(_("Your role does not allow this."))
