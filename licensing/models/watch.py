"""How everybody who is watched was brought up to new lists."""

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class WatchScope(models.TextChoices):
    CHANGES = "changes", _("Only what changed")
    EVERYTHING = "everything", _("Everybody anew")


class WatchRunQuerySet(models.QuerySet["WatchRun"]):
    def newest_finished(self) -> "WatchRun | None":
        return self.filter(finished_at__isnull=False).order_by("-pk").first()

    def under_way(self) -> Self:
        return self.filter(finished_at=None)


class WatchRun(models.Model):
    """One comparison of everybody who is watched with new lists or by new thresholds.

    The newest finished one says what the comparison of everybody rests on; an unfinished one was
    interrupted, or is under way.
    """

    scope = models.CharField(max_length=20, choices=WatchScope)
    list_versions = ArrayField(models.BigIntegerField())  # ids of screening.ListVersion compared with
    thresholds = models.CharField(max_length=40)  # licensing.calibration.Thresholds.key
    changed_entries = models.PositiveIntegerField(default=0)  # entries of the lists that are new or changed
    watched = models.PositiveIntegerField(default=0)  # parties, companies and people
    compared = models.PositiveIntegerField(default=0)  # of those, how many had to be compared anew
    alerts = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    objects = WatchRunQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(scope__in=WatchScope.values), name="watch_scope_is_known"),
            models.CheckConstraint(
                condition=Q(compared__lte=F("watched")), name="no_more_compared_than_are_watched"
            ),
            models.CheckConstraint(
                condition=Q(finished_at=None) | Q(finished_at__gte=F("started_at")),
                name="a_watch_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M} {self.scope}"
