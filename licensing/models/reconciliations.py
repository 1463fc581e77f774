"""Customs' books of a day beside ours, and where they differ."""

from django.db import models
from django.db.models import Q

from licensing.models.accounts import Organisation, User


class Reconciliation(models.Model):
    """One comparison. Never changed; a later one of the same day stands beside it."""

    system = models.ForeignKey(Organisation, models.PROTECT, related_name="reconciliations")
    day = models.DateField()  # a legal day
    asked_count = models.PositiveIntegerField()  # rows that were sent
    matched_count = models.PositiveIntegerField()
    differences_count = models.PositiveIntegerField()
    differences = models.JSONField()  # as licensing.actions.reconciliations lists them
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(matched_count__gte=0, differences_count__gte=0),
                name="a_comparison_counts_what_it_found",
            ),
        ]
        indexes = [models.Index(fields=["system", "-day"], name="reconciliations_of_system")]

    def __str__(self) -> str:
        return f"{self.system}, {self.day}"
