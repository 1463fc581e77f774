"""What customs systems ask to be set right in the books, and where officers said no."""

from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from licensing.models.accounts import User
from licensing.models.ledger import CorrectionConfirmation
from licensing.models.licences import LedgerEntry, Licence


class CorrectionState(models.TextChoices):
    WAITING = "waiting", _("Nobody has looked at it")
    PROPOSED = "proposed", _("One officer agrees, a second has to")
    CORRECTED = "corrected", _("Reversed")
    DECLINED = "declined", _("Declined")


class CorrectionRequestQuerySet(models.QuerySet["CorrectionRequest"]):
    def visible_to(self, user: User) -> Self:
        """Those of the service that `user` works for."""
        return self.filter(by__organisation=user.organisation_id)

    def waiting(self) -> Self:
        """What an officer has to look at, the oldest first: of entries that nobody proposed to reverse."""
        return self.filter(refusal=None, entry__corrections=None).order_by("at", "pk")

    def open(self) -> Self:
        """Those that are neither declined nor done."""
        done = CorrectionConfirmation.objects.filter(correction__entry=OuterRef("entry"))
        return self.filter(~Exists(done), refusal=None)

    def about(self, licence: Licence) -> Self:
        return self.filter(entry__line__licence=licence)

    def in_full(self) -> Self:
        return self.select_related(
            "by__organisation", "refusal__by", "entry__line__licence", "entry__usage"
        ).prefetch_related("entry__corrections__confirmation")


class CorrectionRequest(models.Model):
    """That a customs system says an entry of its own is wrong. It moves nothing: two officers reverse the
    entry, or one says why not. Never changed."""

    entry = models.ForeignKey(LedgerEntry, models.PROTECT, related_name="correction_requests")
    once = models.CharField(max_length=100)  # the sender's own id of the message
    reason = models.TextField(max_length=2000)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = CorrectionRequestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["by", "once"], name="a_correction_is_asked_for_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="who_asks_for_a_correction_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.entry}: {self.reason}"

    @property
    def state(self) -> CorrectionState:
        proposed = list(self.entry.corrections.all())
        if any(hasattr(one, "confirmation") for one in proposed):
            return CorrectionState.CORRECTED
        if hasattr(self, "refusal"):
            return CorrectionState.DECLINED
        return CorrectionState.PROPOSED if proposed else CorrectionState.WAITING


class CorrectionRefusal(models.Model):
    """That an entry stays as it is, and why. Never changed."""

    request = models.OneToOneField(CorrectionRequest, models.PROTECT, related_name="refusal")
    reason = models.TextField(max_length=2000)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="who_declines_a_correction_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.request}: {self.reason}"
