"""What an exporter may ship, and what has been shipped."""

from datetime import datetime
from decimal import Decimal
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from licensing.models.accounts import Organisation, Role, User
from licensing.models.applications import Application, GoodsLine
from licensing.models.decisions import Decision
from licensing.models.files import StoredFile


class LicenceStatus(models.TextChoices):
    """Only what somebody decided. Expired and used up are worked out, not stored."""

    ACTIVE = "active", _("In force")
    SUSPENDED = "suspended", _("Suspended")
    REVOKED = "revoked", _("Revoked")


class LicenceState(models.TextChoices):
    """What a licence is worth at a moment: its status, its period and its balances together."""

    VALID = "valid", _("In force")
    NOT_YET = "not-yet-valid", _("Not yet in force")
    EXPIRED = "expired", _("Expired")
    EXHAUSTED = "exhausted", _("Used up")
    SUSPENDED = "suspended", _("Suspended")
    REVOKED = "revoked", _("Revoked")


class LicenceQuerySet(models.QuerySet["Licence"]):
    def visible_to(self, user: User) -> Self:
        """Exporters see their own organisation's licences; officers and customs see all."""
        if user.is_exporter:
            return self.filter(holder=user.organisation)
        if user.role in (Role.CASE_OFFICER, Role.DECIDING_OFFICER, Role.CUSTOMS_OFFICER, Role.CUSTOMS_SYSTEM):
            return self
        return self.none()

    def in_force(self, at: datetime) -> Self:
        """Those that something may still be shipped under at `at`, as `Licence.state` says of one."""
        remains = LicenceLine.objects.filter(licence=OuterRef("pk"), granted__gt=F("used") + F("reserved"))
        active = self.filter(status=LicenceStatus.ACTIVE, starts_at__lte=at, ends_at__gt=at)
        return active.filter(Exists(remains))

    def live(self, at: datetime) -> Self:
        """Those under which something may be shipped, now or once they are reinstated."""
        return self.exclude(status=LicenceStatus.REVOKED).filter(ends_at__gt=at)

    def lock(self, pk: int) -> "Licence":
        return self.select_for_update(of=("self",)).get(pk=pk)


class Licence(models.Model):
    application = models.OneToOneField(Application, models.PROTECT, related_name="licence")
    decision = models.OneToOneField(Decision, models.PROTECT, related_name="licence")
    holder = models.ForeignKey(Organisation, models.PROTECT, related_name="licences")
    reference = models.CharField(max_length=30, unique=True)
    check_code = models.CharField(max_length=16)  # Crockford base32, 80 random bits; printed on the licence
    status = models.CharField(
        max_length=20, choices=LicenceStatus, default=LicenceStatus.ACTIVE, editable=False
    )
    valid_from = models.DateField()
    valid_to = models.DateField()  # the last day it may be used, a legal day of the country
    starts_at = models.DateTimeField()  # the same period as moments, worked out once from the two days
    ends_at = models.DateTimeField()  # exclusive
    conditions = ArrayField(models.TextField(), default=list)
    issued_at = models.DateTimeField()

    objects = LicenceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=LicenceStatus.values), name="licence_status_is_known"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__gte=F("valid_from")), name="licence_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="licence_period_is_not_empty"
            ),
            models.CheckConstraint(
                condition=Q(check_code__regex=r"^[0-9A-HJKMNP-TV-Z]{16}$"),
                name="check_code_is_sixteen_crockford_characters",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    def is_live(self, at: datetime) -> bool:
        """Say what `LicenceQuerySet.live` says of many."""
        return self.status != LicenceStatus.REVOKED and at < self.ends_at

    def state(self, at: datetime) -> LicenceState:
        """Say what the licence is worth at `at`. Reads its lines."""
        if self.status != LicenceStatus.ACTIVE:
            return LicenceState(self.status)
        if at >= self.ends_at:
            return LicenceState.EXPIRED
        if at < self.starts_at:
            return LicenceState.NOT_YET
        remains = any(line.remaining for line in self.lines.all())
        return LicenceState.VALID if remains else LicenceState.EXHAUSTED


class LicenceLine(models.Model):
    """An account of one kind of goods: what was granted, what is reserved, what is used.

    `used` and `reserved` stand beside the ledger and change in the same transaction as it.
    """

    licence = models.ForeignKey(Licence, models.PROTECT, related_name="lines")
    goods = models.OneToOneField(GoodsLine, models.PROTECT, related_name="licence_line")
    number = models.PositiveSmallIntegerField()
    description = models.TextField()
    hs_code = models.CharField(max_length=12)
    control_code = models.CharField(max_length=30, blank=True)
    unit = models.CharField(max_length=3)  # UN/ECE Recommendation 20; of all three quantities
    granted = models.DecimalField(max_digits=18, decimal_places=4)
    used = models.DecimalField(max_digits=18, decimal_places=4, default=Decimal(0))
    reserved = models.DecimalField(max_digits=18, decimal_places=4, default=Decimal(0))
    value = models.DecimalField(max_digits=18, decimal_places=2)  # granted, in `currency`
    currency = models.CharField(max_length=3)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["licence", "number"], name="one_licence_line_per_number"),
            models.CheckConstraint(condition=Q(granted__gt=0), name="licence_line_grants_something"),
            models.CheckConstraint(
                condition=Q(used__gte=0, reserved__gte=0) & Q(granted__gte=F("used") + F("reserved")),
                name="no_line_is_overdrawn",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.licence} / {self.number}"

    @property
    def remaining(self) -> Decimal:
        return self.granted - self.used - self.reserved


class Usage(models.Model):
    """One message of customs about one licence, and the answer it got, refusals too. Never changed.

    `client_key` is the client's own id of the message: sent again it gets this answer again, for ever.
    """

    class Outcome(models.TextChoices):
        RECORDED = "recorded", _("Recorded")
        REFUSED = "refused", _("Refused")

    licence = models.ForeignKey(Licence, models.PROTECT, related_name="usages")
    client = models.ForeignKey(User, models.PROTECT, related_name="+")
    client_key = models.CharField(max_length=100)
    body_digest = models.CharField(max_length=64)  # SHA-256 of what was asked, to tell a replay from a clash
    declaration = models.CharField(max_length=60)  # customs' own reference of the movement
    outcome = models.CharField(max_length=10, choices=Outcome)
    answer = models.JSONField()  # as it was given
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["client", "client_key"], name="a_message_counts_once"),
        ]
        indexes = [models.Index(fields=["licence", "-at"], name="usage_of_licence")]

    def __str__(self) -> str:
        return f"{self.declaration} ({self.outcome})"


class LedgerEntry(models.Model):
    """A quantity written off one line. Rows are only ever added; a correction is a further row."""

    usage = models.ForeignKey(Usage, models.PROTECT, related_name="entries")
    line = models.ForeignKey(LicenceLine, models.PROTECT, related_name="entries")
    quantity = models.DecimalField(max_digits=18, decimal_places=4)  # in the line's unit
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "ledger entries"
        constraints = [
            models.UniqueConstraint(fields=["usage", "line"], name="a_message_names_a_line_once"),
            models.CheckConstraint(condition=~Q(quantity=0), name="a_ledger_entry_moves_something"),
        ]

    def __str__(self) -> str:
        return f"{self.line}: {self.quantity}"


class LicenceDocument(models.Model):
    """The licence as a file. A new edition is a new row; what was handed out is never replaced."""

    licence = models.ForeignKey(Licence, models.PROTECT, related_name="documents")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    edition = models.PositiveSmallIntegerField()
    made_at = models.DateTimeField()

    class Meta:
        get_latest_by = "edition"
        constraints = [
            models.UniqueConstraint(fields=["licence", "edition"], name="one_document_per_edition"),
        ]

    def __str__(self) -> str:
        return f"{self.licence} ({self.edition})"
