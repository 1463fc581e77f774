"""Slow work that was promised: written with the act that asks for it, done by a worker afterwards."""

from datetime import datetime

from django.db import models
from django.db.models import Q


class Job(models.TextChoices):
    """What a worker can be asked to do; licensing/tasks.py says how."""

    SCREEN_APPLICATION = "screen-application"
    FIND_LOOK_ALIKES = "find-look-alikes"
    RENDER_LICENCE = "render-licence"
    NOTIFY = "notify"
    LETTER = "letter"
    NOTICE = "notice"
    IMPORT_LIST = "import-list"
    FETCH_LIST = "fetch-list"
    ALARM = "alarm"
    EDITION = "edition"
    EDITION_GOODS = "edition-goods"


class OutboxQuerySet(models.QuerySet["OutboxJob"]):
    def due(self, at: datetime) -> "OutboxQuerySet":
        return self.filter(done_at=None, given_up_at=None, due_at__lte=at)


class OutboxJob(models.Model):
    """One piece of work. It may run twice, so its work must bear it; it is never lost."""

    job = models.CharField(max_length=40, choices=Job)
    arguments = models.JSONField()
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()  # put off after a failure
    tries = models.PositiveSmallIntegerField(default=0)
    failure = models.TextField(blank=True)  # of the last try
    done_at = models.DateTimeField(null=True)
    given_up_at = models.DateTimeField(null=True)  # a person must look

    objects = OutboxQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(done_at=None) | Q(given_up_at=None), name="a_job_is_not_both_done_and_given_up"
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=Q(done_at=None, given_up_at=None),
                name="outbox_due",
            )
        ]

    def __str__(self) -> str:
        return f"{self.job} {self.arguments}"
