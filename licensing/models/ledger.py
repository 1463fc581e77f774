"""What stands around the ledger: ids of messages, reservations, facts that no licence covers, corrections."""

from datetime import datetime
from typing import Self

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from licensing.models.accounts import Organisation, User
from licensing.models.licences import LedgerEntry, Licence, LicenceLine, LicenceState, Usage


class MessageId(models.Model):
    """A client's own id, taken for good by the first message that bears it. Inserted before anything else, so
    that a second copy of a message waits for the first."""

    client = models.ForeignKey(User, models.PROTECT, related_name="+")
    client_key = models.CharField(max_length=100)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["client", "client_key"], name="an_id_is_taken_once"),
        ]

    def __str__(self) -> str:
        return self.client_key


class ReservationQuerySet(models.QuerySet["Reservation"]):
    def open(self) -> Self:
        return self.filter(open_quantity__gt=0)

    def run_out(self, at: datetime) -> Self:
        return self.open().filter(expires_at__lte=at)


class Reservation(models.Model):
    """A part of a line kept for an item of a declaration until it leaves, is released or runs out.

    `open_quantity` and `open_value` stand beside the ledger, as the balances of the line do.
    """

    usage = models.ForeignKey(Usage, models.PROTECT, related_name="reservations")
    line = models.ForeignKey(LicenceLine, models.PROTECT, related_name="reservations")
    system = models.ForeignKey(Organisation, models.PROTECT, related_name="+")  # whose declaration it is
    declaration = models.CharField(max_length=60)
    version = models.PositiveIntegerField()
    item = models.PositiveIntegerField()
    quantity = models.DecimalField(max_digits=18, decimal_places=4)  # in the line's unit
    value = models.DecimalField(max_digits=18, decimal_places=2)  # in the line's currency
    open_quantity = models.DecimalField(max_digits=18, decimal_places=4)
    open_value = models.DecimalField(max_digits=18, decimal_places=2)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    objects = ReservationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["system", "declaration", "item"],
                condition=Q(open_quantity__gt=0),
                name="an_item_has_one_open_reservation",
            ),
            models.CheckConstraint(
                condition=Q(open_quantity__gte=0, open_quantity__lte=F("quantity")),
                name="no_more_is_open_than_was_reserved",
            ),
            models.CheckConstraint(
                condition=Q(open_value__gte=0, open_value__lte=F("value")),
                name="no_more_value_is_open_than_was_reserved",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("made_at")), name="a_reservation_ends_after_it_begins"
            ),
        ]
        indexes = [
            models.Index(
                fields=["expires_at"], condition=Q(open_quantity__gt=0), name="reservations_that_run_out"
            )
        ]

    def __str__(self) -> str:
        return f"{self.declaration} / {self.item}"


class IrregularityQuerySet(models.QuerySet["Irregularity"]):
    def open(self) -> Self:
        """Those that no two people have settled."""
        return self.filter(
            ~models.Exists(
                Correction.objects.filter(irregularity=models.OuterRef("pk"), confirmation__isnull=False)
            )
        )


class Irregularity(models.Model):
    """Goods that are gone and that a licence does not cover, or not wholly. A fact is recorded, never
    refused; officers settle it. Never changed."""

    usage = models.ForeignKey(Usage, models.PROTECT, related_name="irregularities")
    line = models.ForeignKey(LicenceLine, models.PROTECT, null=True, related_name="irregularities")
    licence = models.ForeignKey(Licence, models.PROTECT, null=True, related_name="irregularities")
    number = models.CharField(max_length=60)  # of the licence, as reported
    line_number = models.PositiveIntegerField()
    item = models.PositiveIntegerField()
    quantity = models.DecimalField(max_digits=18, decimal_places=4)  # as reported, in `unit`
    unit = models.CharField(max_length=3)
    counted = models.DecimalField(
        max_digits=18, decimal_places=4
    )  # written off all the same, in the line's unit
    reasons = models.JSONField()  # code and words, as those of a refusal
    # What the licence was when they left; "" of an unknown one, and of rows older than this.
    state = models.CharField(max_length=20, choices=LicenceState, blank=True)
    at = models.DateTimeField()

    objects = IrregularityQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "irregularities"
        constraints = [
            models.UniqueConstraint(fields=["usage", "item"], name="an_item_is_irregular_once_a_message"),
            models.CheckConstraint(
                condition=Q(counted__gte=0) & (Q(line__isnull=False) | Q(counted=0)),
                name="only_what_has_a_line_is_counted",
            ),
            models.CheckConstraint(
                condition=Q(state="") | Q(state__in=LicenceState.values, licence__isnull=False),
                name="state_at_departure_is_a_licences",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.usage} / {self.item}"


class CorrectionQuerySet(models.QuerySet["Correction"]):
    def waiting(self) -> Self:
        """What a second person has to look at, the oldest first: the newest proposal of its subject, not
        confirmed."""
        same = Q(entry=models.OuterRef("entry")) | Q(irregularity=models.OuterRef("irregularity"))
        newer = Correction.objects.filter(same, pk__gt=models.OuterRef("pk"))
        return self.filter(~models.Exists(newer), confirmation=None).order_by("at", "pk")

    def about(self, licence: Licence) -> Self:
        return self.filter(Q(entry__line__licence=licence) | Q(irregularity__licence=licence))

    def in_full(self) -> Self:
        return self.select_related(
            "by", "entry__line__licence", "entry__usage", "irregularity__usage", "irregularity__licence"
        )


class Correction(models.Model):
    """What one person proposes: to reverse a ledger entry, or to call an irregularity settled. Never changed;
    the newest of its subject counts."""

    entry = models.ForeignKey(LedgerEntry, models.PROTECT, null=True, related_name="corrections")
    irregularity = models.ForeignKey(Irregularity, models.PROTECT, null=True, related_name="corrections")
    reason = models.TextField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = CorrectionQuerySet.as_manager()

    class Meta:
        get_latest_by = "pk"
        constraints = [
            models.CheckConstraint(
                condition=Q(entry__isnull=False, irregularity=None)
                | Q(entry=None, irregularity__isnull=False),
                name="a_correction_is_of_an_entry_or_an_irregularity",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="a_correction_has_its_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.entry or self.irregularity}: {self.reason}"


class CorrectionConfirmation(models.Model):
    """The second person's agreement; a trigger checks that `first_by` proposed the newest correction."""

    correction = models.OneToOneField(Correction, models.PROTECT, related_name="confirmation")
    first_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(by=F("first_by")), name="two_people_correct"),
        ]

    def __str__(self) -> str:
        return f"{self.correction}, {self.by_id}"


class LicenceChange(models.Model):
    """That something changed of a licence, written by triggers. `xact` is the transaction that did it:
    readers go by it, since numbers of rows become visible out of order."""

    class What(models.TextChoices):
        ISSUED = "issued", _("Issued")
        STATUS = "status", _("Status")
        BALANCE = "balance", _("Balance")

    licence = models.ForeignKey(Licence, models.PROTECT, related_name="changes")
    what = models.CharField(max_length=10, choices=What)
    xact = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["xact", "id"], name="changes_in_order"),
            # Costs next to nothing when a row is added, and rows come in the order of time.
            BrinIndex(fields=["at"], name="changes_by_time", autosummarize=True),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(what__in=["issued", "status", "balance"]), name="licence_change_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.licence_id}: {self.what}"
