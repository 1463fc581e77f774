"""The keys that sign licence tokens and status snapshots: their public halves, and who brought them in.

All rows are only ever added. A key is trusted once a second person agrees to it, until two people revoke it;
the database refuses a decision by the person who asked (migration 0066). The private halves are never here.
"""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from licensing.models.accounts import User
from licensing.models.lists import ListOutcome


class SigningKeyQuerySet(models.QuerySet["SigningKey"]):
    def agreed(self) -> Self:
        """Keys that two people brought in, revoked ones too."""
        return self.filter(decision__outcome=ListOutcome.APPROVE).annotate(is_revoked=_is_revoked())

    def trusted(self) -> Self:
        return self.agreed().filter(is_revoked=False)

    def usable(self, at: datetime) -> Self:
        """Keys that may sign something at `at`."""
        return self.trusted().filter(starts_at__lte=at, ends_at__gt=at)


class SigningKey(models.Model):
    """A public key (ECDSA on the curve P-256) that one administrator asks to trust."""

    kid = models.CharField(max_length=16)  # hexadecimal: first eight bytes of the SHA-256 of `public_key`
    name = models.CharField(max_length=100)
    public_key = models.BinaryField()  # SubjectPublicKeyInfo, DER
    starts_at = models.DateTimeField()  # it signs from then on
    ends_at = models.DateTimeField()  # exclusive; what it signed before stays genuine
    reason = models.TextField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = SigningKeyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kid__regex=r"^[0-9a-f]{16}$"), name="a_kid_is_eight_bytes"),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="a_signing_key_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=~Q(reason="") & ~Q(name=""), name="a_signing_key_has_its_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.kid})"


class KeyRevocation(models.Model):
    """One administrator asks that nothing a key signed counts any more."""

    key = models.ForeignKey(SigningKey, models.PROTECT, related_name="revocations")
    reason = models.TextField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="a_key_revocation_has_its_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.key}: {self.reason}"


class KeyDecision(models.Model):
    """What became of a key or of a revocation that somebody asked for. Who asked may only withdraw it."""

    key = models.OneToOneField(SigningKey, models.PROTECT, null=True, related_name="decision")
    revocation = models.OneToOneField(KeyRevocation, models.PROTECT, null=True, related_name="decision")
    outcome = models.CharField(max_length=10, choices=ListOutcome)
    reason = models.TextField()
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(key__isnull=False, revocation=None) | Q(key=None, revocation__isnull=False),
                name="a_key_decision_is_about_a_key_or_a_revocation",
            ),
            models.CheckConstraint(
                condition=Q(outcome="decline") | (Q(outcome="approve") & ~Q(by=F("asked_by"))),
                name="two_people_change_a_signing_key",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="a_key_decision_has_its_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.key or self.revocation}: {self.outcome}"

    @property
    def is_withdrawal(self) -> bool:
        return self.outcome == ListOutcome.DECLINE and self.by_id == self.asked_by_id


class StatusSnapshot(models.Model):
    """What every licence is worth at a moment, signed, for ports without a network. Old ones are deleted."""

    content = models.BinaryField()  # COSE_Sign1, see licensing.snapshots
    sha256 = models.CharField(max_length=64)
    licences_count = models.PositiveIntegerField()
    horizon = models.BigIntegerField()  # all that older transactions changed is in it
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    made_in = models.DurationField()  # how long the work took

    class Meta:
        get_latest_by = "issued_at"
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("issued_at")), name="a_snapshot_ends_after_it_starts"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.issued_at:%Y-%m-%d %H:%M:%S}: {self.licences_count}"


def _is_revoked() -> Exists:
    return Exists(KeyRevocation.objects.filter(key=OuterRef("pk"), decision__outcome=ListOutcome.APPROVE))
