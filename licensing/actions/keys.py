"""Signing keys come and go by two administrators: one asks with a reason, another agrees.

Who holds a private key can make licences. So nobody brings one in alone, and nobody takes one away alone:
a revoked key makes every paper it signed doubtful at the border.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from licensing import notifications, signing
from licensing.errors import Refused
from licensing.models import (
    Action,
    Event,
    Job,
    KeyDecision,
    KeyRevocation,
    LicenceDocument,
    ListOutcome,
    OutboxJob,
    SigningKey,
    User,
)
from licensing.permissions import Permission, has
from screening import locks

PRIVATE = gettext_lazy(
    "This is a private key. Whoever has seen it can sign licences as the authority, so treat it as exposed: "
    "make a new key, and if this one is trusted, have it revoked. Nothing of it was kept."
)
LOCK = "signing-keys"  # of whoever asks or decides


@transaction.atomic
def propose(
    *, name: str, public_key: str, starts_at: datetime, ends_at: datetime, reason: str, by: User, at: datetime
) -> SigningKey:
    """Ask that a key is trusted; `public_key` is its public half as PEM."""
    _check(by, reason)
    if signing.is_private(public_key):
        raise Refused(PRIVATE)
    try:
        key = signing.read_public_key(public_key)
    except signing.BadKey as error:
        raise Refused(
            _("This is not the public half of a key on the curve P-256. It begins with BEGIN PUBLIC KEY.")
        ) from error
    if not starts_at < ends_at or ends_at <= at:
        raise Refused(_("The key must end after it starts, and after today."))
    locks.wait_for(LOCK)
    kid = signing.kid_of(key)
    if SigningKey.objects.filter(kid=kid).exclude(decision__outcome=ListOutcome.DECLINE).exists():
        raise Refused(_("This key is known already."))
    row = SigningKey.objects.create(
        kid=kid,
        name=name.strip(),
        public_key=signing.der_of(key),
        starts_at=starts_at,
        ends_at=ends_at,
        reason=reason.strip(),
        by=by,
        at=at,
    )
    _ask(row, "trust", row.reason, by, at)
    return row


@transaction.atomic
def ask_to_revoke(key_id: int, *, reason: str, by: User, at: datetime) -> KeyRevocation:
    """Ask that nothing the key signed counts any more."""
    _check(by, reason)
    locks.wait_for(LOCK)
    key = SigningKey.objects.trusted().filter(pk=key_id).first()
    if key is None:
        raise Refused(_("This key is not trusted, so there is nothing to revoke."))
    if key.revocations.filter(decision=None).exists():
        raise Refused(_("Somebody has asked for this already. It waits for a second person."))
    row = KeyRevocation.objects.create(key=key, reason=reason.strip(), by=by, at=at)
    _ask(key, "revoke", row.reason, by, at)
    return row


@transaction.atomic
def decide(
    subject: SigningKey | KeyRevocation, *, agrees: bool, reason: str, by: User, at: datetime
) -> KeyDecision:
    """Agree as the second person, or decline; who asked may only decline, that is withdraw it.

    With a revocation, the documents that the key signed of licences in force are made anew.
    """
    _check(by, reason)
    locks.wait_for(LOCK)
    row = type(subject).objects.select_related("by", "decision").get(pk=subject.pk)
    if hasattr(row, "decision"):
        raise Refused(_("This has been decided already."))
    if agrees and row.by_id == by.pk:
        raise Refused(_("You asked for this yourself. Another administrator must agree."))
    outcome = ListOutcome.APPROVE if agrees else ListOutcome.DECLINE
    about = {"key": row} if isinstance(row, SigningKey) else {"revocation": row}
    decision = KeyDecision.objects.create(
        **about, outcome=outcome, reason=reason.strip(), asked_by=row.by, by=by, at=at
    )
    key = row if isinstance(row, SigningKey) else row.key
    if agrees and isinstance(row, KeyRevocation):
        _renew_documents(key.kid, at)
    action = Action.APPROVE_KEY_CHANGE if agrees else Action.DECLINE_KEY_CHANGE
    what = "trust" if isinstance(row, SigningKey) else "revoke"
    event = _log(action, key, by, at, what=what, reason=decision.reason, asked_by=row.by_id)
    notifications.announce(event)
    return decision


def _renew_documents(kid: str, at: datetime) -> None:
    """Promise new documents to licences that the key signed one for. The sweep hands them out by and by."""
    licences = (
        LicenceDocument.objects.filter(kid=kid, licence__ends_at__gt=at)
        .values_list("licence", flat=True)
        .distinct()
    )
    OutboxJob.objects.bulk_create(
        (
            OutboxJob(job=Job.RENDER_LICENCE, arguments={"licence_id": pk}, created_at=at, due_at=at)
            for pk in licences.iterator()
        ),
        batch_size=1000,
    )


def _ask(key: SigningKey, what: str, reason: str, by: User, at: datetime) -> None:
    notifications.announce(_log(Action.ASK_KEY_CHANGE, key, by, at, what=what, reason=reason))


def _log(action: Action, key: SigningKey, by: User, at: datetime, **data: object) -> Event:
    return Event.objects.create(
        signing_key=key, action=action, by=by, at=at, data={"kid": key.kid, "name": key.name, **data}
    )


def _check(by: User, reason: str) -> None:
    if not has(by, Permission.MANAGE_KEYS):
        raise Refused(_("Your role does not allow this."))
    if not reason.strip():
        raise Refused(_("Give the reason."))
