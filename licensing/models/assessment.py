"""What the portal found out about an application, what officers made of it, and what other bodies said."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from licensing.models.accounts import Organisation, User
from licensing.models.applications import Application, Party


class ScreeningQuerySet(models.QuerySet["Screening"]):
    def newest_of(self, application: Application) -> "Screening | None":
        return self.filter(application=application).order_by("-asked_at", "-pk").first()


class Screening(models.Model):
    """One comparison of all parties of an application with all lists in force."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="screenings")
    list_versions = ArrayField(
        models.BigIntegerField(), default=list
    )  # ids of screening.ListVersion compared with
    parties_digest = models.CharField(max_length=64)  # of the parties as they were, see assessment.digest
    parties_total = models.PositiveIntegerField()
    parties_done = models.PositiveIntegerField(default=0)
    asked_at = models.DateTimeField()
    # From which points on a likeness counted, and in which band: licensing.calibration.Thresholds.key
    thresholds = models.CharField(max_length=40, blank=True)
    finished_at = models.DateTimeField(null=True)
    failure = models.TextField(blank=True)  # why it could not be finished; empty while it can

    objects = ScreeningQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(parties_done__lte=models.F("parties_total")),
                name="no_more_parties_screened_than_there_are",
            ),
            models.CheckConstraint(
                condition=Q(finished_at=None) | Q(parties_done=models.F("parties_total")),
                name="a_finished_screening_saw_every_party",
            ),
        ]
        indexes = [models.Index(fields=["application", "-asked_at"], name="screening_latest")]

    def __str__(self) -> str:
        return f"{self.application}: {self.parties_done}/{self.parties_total}"

    def covers(self, parties_digest: str, list_versions: set[int], thresholds: str) -> bool:
        """Whether it is finished, of exactly those parties, list versions (ids) and thresholds (key)."""
        return (
            self.finished_at is not None
            and self.parties_digest == parties_digest
            and set(self.list_versions) == list_versions
            and self.thresholds == thresholds
        )


class Judgement(models.TextChoices):
    SAME = "same", _("The same as the listed one")
    DIFFERENT = "different", _("Somebody else")
    UNSURE = "unsure", _("Not sure")


class ScreeningHitQuerySet(models.QuerySet["ScreeningHit"]):
    def of(self, application: Application) -> "ScreeningHitQuerySet":
        """The hits that count for the application: of its parties, and not overtaken by a newer list."""
        return self.concerning(application).filter(gone_at=None)

    def concerning(self, *applications: Application) -> "ScreeningHitQuerySet":
        """The hits of the parties of the applications and of whoever applies, overtaken ones too."""
        companies = [application.organisation_id for application in applications]
        return self.filter(Q(party__application__in=applications) | Q(party__company__in=companies))


class ScreeningHit(models.Model):
    """A listed entity that a party resembles, as the newest screening found it.

    What officers make of it are rows of HitJudgement; `licensing.judgements` works out what stands, which
    depends on what the listed entry says now (`entity_digest`) and the party (`party_digest`).
    """

    party = models.ForeignKey(Party, models.CASCADE, related_name="hits")
    source = models.CharField(max_length=40)  # the list, and
    source_id = models.CharField(max_length=120)  # the publisher's own number of the entry in it
    entity = models.ForeignKey("screening.ListedEntity", models.PROTECT, related_name="+")
    entity_digest = models.CharField(max_length=64)
    party_digest = models.CharField(max_length=64)
    points = models.FloatField()  # 0 to 100, as screening.matcher gives them
    party_name = models.CharField(max_length=200)  # which name of the party matched
    listed_name = models.TextField()  # which name of the listed entity it matched
    reasons = models.JSONField()
    found_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True)  # when a later screening no longer found it

    objects = ScreeningHitQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["party", "source", "source_id"], name="one_hit_per_party_and_listed_entity"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.party_name} ~ {self.listed_name}"

    @property
    def features(self) -> frozenset[str]:
        """What its reasons are about, by the keys of screening.reasons.SENTENCES."""
        return frozenset(reason["feature"] for reason in self.reasons)

    @property
    def seen(self) -> str:
        """A mark of what party and entry say now, so that nobody judges what has just changed."""
        return f"{self.party_digest[:12]}{self.entity_digest[:12]}"


class Opinion(models.TextChoices):
    NO_OBJECTION = "no-objection", _("No objection")
    CONDITIONS = "conditions", _("No objection with conditions")
    OBJECTION = "objection", _("Objection")


class ConsultationQuerySet(models.QuerySet["Consultation"]):
    def visible_to(self, user: User) -> "ConsultationQuerySet":
        return self.filter(body=user.organisation)

    def waiting(self) -> "ConsultationQuerySet":
        return self.filter(answered_at=None, withdrawn_at=None)

    def withdrawn(self) -> "ConsultationQuerySet":
        return self.exclude(withdrawn_at=None)


class Consultation(models.Model):
    """One question to one consulted body about one application, and its opinion."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="consultations")
    body = models.ForeignKey(Organisation, models.PROTECT, related_name="consultations")
    question = models.TextField(_("Question"), max_length=2000)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    due_on = models.DateField()  # the last day an answer is in time
    opinion = models.CharField(_("Opinion"), max_length=20, choices=Opinion, blank=True)
    answer = models.TextField(_("Reasons"), max_length=4000, blank=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)  # by an officer, unanswered; the event says why

    objects = ConsultationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["application", "body"],
                condition=Q(answered_at=None, withdrawn_at=None),
                name="one_open_question_per_body_and_application",
            ),
            models.CheckConstraint(
                condition=Q(opinion="", answered_by=None, answered_at=None)
                | (Q(opinion__in=Opinion.values, answered_by__isnull=False, answered_at__isnull=False)),
                name="an_opinion_has_who_and_when",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_by=None, withdrawn_at=None)
                | Q(withdrawn_by__isnull=False, withdrawn_at__isnull=False, answered_at=None),
                name="a_withdrawn_question_has_who_and_when_and_no_answer",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application}: {self.body}"

    @property
    def is_waiting(self) -> bool:
        """Whether the body may still answer."""
        return self.answered_at is None and self.withdrawn_at is None
