"""Exceptions with lists, which two administrators make together, and alarms about lists that are too old.

All rows are only ever added; the database refuses to change one, and to approve what the same person asked
for (migration 0024). The import that follows carries the number of the decision.
"""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from licensing.models.accounts import User
from screening.models import ImportRun, ListVersion


class ListRequestQuerySet(models.QuerySet["ListRequest"]):
    def waiting(self) -> "ListRequestQuerySet":
        return self.filter(decision=None)


class ListRequest(models.Model):
    """One administrator asks to put an earlier version back, or to let in a file that was refused."""

    source = models.CharField(max_length=40)
    version = models.ForeignKey(ListVersion, models.PROTECT, null=True, related_name="+")  # to put back
    run = models.ForeignKey(ImportRun, models.PROTECT, null=True, related_name="+")  # whose file to let in
    # What was in force when it was asked; the second person decides about the same state or not at all.
    in_force = models.ForeignKey(ListVersion, models.PROTECT, null=True, related_name="+")
    reason = models.TextField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = ListRequestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(version__isnull=False, run=None) | Q(version=None, run__isnull=False),
                name="a_list_request_is_about_a_version_or_a_file",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="a_list_request_has_its_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.source}: {self.version or self.run}"


class ListOutcome(models.TextChoices):
    APPROVE = "approve", _("Agreed to")
    DECLINE = "decline", _("Declined")


class ListDecision(models.Model):
    """What became of a request. Whoever asked may decline it, that is withdraw it, but not agree to it."""

    request = models.OneToOneField(ListRequest, models.PROTECT, related_name="decision")
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=10, choices=ListOutcome)
    reason = models.TextField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="decline") | (Q(outcome="approve") & ~Q(by=F("asked_by"))),
                name="two_people_change_a_list",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="a_list_decision_has_its_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.request}: {self.outcome}"

    @property
    def is_withdrawal(self) -> bool:
        return self.outcome == ListOutcome.DECLINE and self.by_id == self.asked_by_id


class ListAlarm(models.Model):
    """Lists that were too old on one day; administrators get a letter about it, once."""

    day = models.DateField(unique=True)  # the legal day
    sources = models.JSONField()  # [key of the list]
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(sources=[]), name="an_alarm_names_a_list"),
        ]

    def __str__(self) -> str:
        return f"{self.day}: {', '.join(self.sources)}"
