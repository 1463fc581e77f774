"""Goods that customs keeps back, what was asked about them, and what the authority answered.

Rows are only ever added: both sides keep the record.
"""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from licensing.models.accounts import Role, User
from licensing.models.files import StoredFile
from licensing.models.licences import Licence


class DetentionVerdict(models.TextChoices):
    RELEASE = "release", _("Let the goods go")
    KEEP = "keep", _("Keep the goods")


class DetentionState(models.TextChoices):
    """Worked out from the answers, never stored."""

    WAITING = "waiting", _("Waiting for an answer")
    PROPOSED = "release-proposed", _("Waiting for a second person")
    KEPT = "kept", _("To be kept")
    RELEASED = "released", _("Released")


class DetentionQuerySet(models.QuerySet["Detention"]):
    def visible_to(self, user: User) -> Self:
        """Customs people see those of their own service; officers see all; nobody else any."""
        if user.role in (Role.CUSTOMS_OFFICER, Role.CUSTOMS_SYSTEM):
            return self.filter(by__organisation=user.organisation)
        if user.role in (Role.CASE_OFFICER, Role.DECIDING_OFFICER):
            return self
        return self.none()

    def unreleased(self) -> Self:
        """Those whose goods no two people have let go."""
        confirmed = DetentionConfirmation.objects.filter(answer__detention=OuterRef("pk"))
        return self.filter(~Exists(confirmed))

    def kept_at(self, at: datetime) -> Self:
        """Those whose goods were kept at `at`, whatever was answered since."""
        confirmed = DetentionConfirmation.objects.filter(answer__detention=OuterRef("pk"), at__lte=at)
        return self.filter(~Exists(confirmed), at__lte=at)

    def waiting(self) -> Self:
        """Those that officers still have to answer, wholly or by a second person."""
        newest = (
            DetentionAnswer.objects.filter(detention=OuterRef("pk")).order_by("-pk").values("verdict")[:1]
        )
        rows = self.unreleased().annotate(newest_verdict=Subquery(newest))
        return rows.filter(Q(newest_verdict=None) | ~Q(newest_verdict=DetentionVerdict.KEEP))

    def late(self, at: datetime) -> Self:
        return self.waiting().filter(due_at__lte=at)

    def in_state(self, state: DetentionState) -> Self:
        """Those in `state`, as `Detention.state` says of one."""
        if state == DetentionState.RELEASED:
            return self.exclude(pk__in=Detention.objects.unreleased().values("pk"))
        newest = DetentionAnswer.objects.filter(detention=OuterRef("pk")).order_by("-pk").values("verdict")
        rows = self.unreleased().annotate(verdict_now=Subquery(newest[:1]))
        verdict = {
            DetentionState.PROPOSED: DetentionVerdict.RELEASE,
            DetentionState.KEPT: DetentionVerdict.KEEP,
        }.get(state)
        return rows.filter(verdict_now=verdict)

    def in_full(self) -> Self:
        return self.select_related("licence__holder", "by__organisation").prefetch_related(
            "answers__by", "answers__confirmation__by"
        )


class Detention(models.Model):
    """One consignment that does not leave until the authority has answered."""

    licence = models.ForeignKey(Licence, models.PROTECT, null=True, related_name="detentions")
    number = models.CharField(
        max_length=30, blank=True
    )  # of the licence as presented; "" where there is none
    declaration = models.CharField(_("Declaration"), max_length=60)
    port = models.CharField(_("Where are the goods?"), max_length=10)  # UN/LOCODE, of the country pack
    goods = models.TextField(_("What are the goods?"), max_length=1000)  # as they lie before the officer
    once = models.CharField(max_length=100)  # the sender's own id of the message
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    due_at = models.DateTimeField()  # by when the authority answers

    objects = DetentionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["by", "once"], name="a_detention_is_reported_once"),
            models.CheckConstraint(condition=Q(due_at__gt=F("at")), name="an_answer_is_due_later"),
            models.CheckConstraint(
                condition=~Q(declaration="") & ~Q(goods="") & ~Q(port=""),
                name="a_detention_says_what_and_where",
            ),
        ]
        indexes = [
            models.Index(fields=["declaration"], name="detention_by_declaration"),
            models.Index(fields=["due_at"], name="detention_by_due_moment"),
        ]

    def __str__(self) -> str:
        return self.declaration

    @property
    def newest_answer(self) -> "DetentionAnswer | None":
        """Return the answer that counts. Reads all answers, which `in_full` fetches ahead."""
        return max(self.answers.all(), key=lambda answer: answer.pk, default=None)

    @property
    def state(self) -> DetentionState:
        newest = self.newest_answer
        if newest is None:
            return DetentionState.WAITING
        if newest.verdict == DetentionVerdict.KEEP:
            return DetentionState.KEPT
        return DetentionState.RELEASED if newest.is_confirmed else DetentionState.PROPOSED


class DetentionNote(models.Model):
    """What one side tells the other. The first note is the question."""

    detention = models.ForeignKey(Detention, models.PROTECT, related_name="notes")
    text = models.TextField(max_length=4000)
    once = models.CharField(max_length=100, blank=True)  # a machine's own id of it; "" of a person's
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="a_detention_note_says_something"),
            models.UniqueConstraint(
                fields=["by", "once"], condition=~Q(once=""), name="a_detention_note_is_sent_once"
            ),
        ]

    def __str__(self) -> str:
        return self.text[:60]


class DetentionPhoto(models.Model):
    """A picture, or a paper, that goes with a note."""

    note = models.ForeignKey(DetentionNote, models.PROTECT, related_name="photos")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    # Null: of a paper, or of a picture that can't be read.
    thumbnail = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    name = models.CharField(max_length=200)  # as uploaded, shown but never used as a path

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["note", "file"], name="a_photo_goes_once_with_a_note")]

    def __str__(self) -> str:
        return self.name


class DetentionAnswer(models.Model):
    """What one officer answers; the newest counts. That goods are kept holds at once; that they may go, only
    when a second person has confirmed it."""

    detention = models.ForeignKey(Detention, models.PROTECT, related_name="answers")
    verdict = models.CharField(max_length=10, choices=DetentionVerdict)
    reasons = models.TextField(max_length=4000)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(verdict__in=DetentionVerdict.values), name="a_detention_verdict_is_known"
            ),
            models.CheckConstraint(condition=~Q(reasons=""), name="a_detention_answer_has_reasons"),
        ]

    def __str__(self) -> str:
        return f"{self.detention}: {self.verdict}"

    @property
    def is_confirmed(self) -> bool:
        return hasattr(self, "confirmation")


class DetentionConfirmation(models.Model):
    """The second of the two people who let goods go. A trigger checks that `first_by` is who answered, and
    that the answer is the newest and says so."""

    answer = models.OneToOneField(DetentionAnswer, models.PROTECT, related_name="confirmation")
    first_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(by=F("first_by")), name="two_people_let_detained_goods_go")
        ]

    def __str__(self) -> str:
        return str(self.answer)


class DetentionReminder(models.Model):
    """That an answer is late was said once."""

    detention = models.OneToOneField(Detention, models.PROTECT, related_name="reminder")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.detention)
