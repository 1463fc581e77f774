"""What two people decide. Rows are only ever added; the database refuses anything else."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from licensing.models.accounts import User
from licensing.models.applications import Application


class Outcome(models.TextChoices):
    APPROVE = "approve", _("Approve")
    REFUSE = "refuse", _("Refuse")


class Recommendation(models.Model):
    """What the case officer proposes; the first of the two people."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="recommendations")
    outcome = models.CharField(_("Recommendation"), max_length=10, choices=Outcome)
    reasons = models.TextField(_("Reasons"), max_length=4000)
    months = models.PositiveSmallIntegerField(_("Months of validity"), null=True, blank=True)
    conditions = ArrayField(models.TextField(max_length=1000), default=list, blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        get_latest_by = "at"
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome=Outcome.REFUSE) | Q(months__gte=1),
                name="an_approval_is_recommended_for_some_months",
            ),
            models.CheckConstraint(condition=~Q(reasons=""), name="a_recommendation_has_reasons"),
        ]

    def __str__(self) -> str:
        return f"{self.application}: {self.outcome}"


class Decision(models.Model):
    """What the deciding officer decides; the second of the two people, never the first.

    A trigger checks that `recommended_by` is truly who wrote the recommendation, for this application.
    """

    application = models.OneToOneField(Application, models.PROTECT, related_name="decision")
    recommendation = models.OneToOneField(Recommendation, models.PROTECT, related_name="decision")
    outcome = models.CharField(_("Decision"), max_length=10, choices=Outcome)
    reasons = models.TextField(_("Reasons"), max_length=4000)
    recommended_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(by=F("recommended_by")), name="two_people_decide"),
            models.CheckConstraint(condition=~Q(reasons=""), name="a_decision_has_reasons"),
        ]

    def __str__(self) -> str:
        return f"{self.application}: {self.outcome}"
