"""What officers make of possible matches, and how many of them it takes. Rows are only ever added."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from licensing.models.accounts import User
from licensing.models.assessment import Judgement, ScreeningHit


class Band(models.TextChoices):
    """How much a hit looks like the listed entry, by its points."""

    LOW = "low", _("Low")
    MEDIUM = "medium", _("Medium")
    HIGH = "high", _("High")


LEAST_WORTH, MOST_WORTH = 50, 100  # below, half of all names would resemble each other
LONGEST_MEMORY = 3650  # days


class Calibration(models.Model):
    """From which points on a likeness is worth a look, and how it must be judged. The newest counts."""

    number = models.PositiveIntegerField(unique=True)  # 1, 2, 3 ...
    worth = models.DecimalField(_("Worth a look from"), max_digits=4, decimal_places=1)  # points
    medium_from = models.DecimalField(_("Medium from"), max_digits=4, decimal_places=1)
    high_from = models.DecimalField(_("High from"), max_digits=4, decimal_places=1)
    # The lowest band in which "somebody else" takes two people; empty: one is enough in every band.
    two_people_from = models.CharField(max_length=10, choices=Band, blank=True)
    remembered_days = models.PositiveIntegerField(_("Days a judgement is remembered"))  # 0: never
    reason = models.TextField(_("Reason"), max_length=2000)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(worth__gte=LEAST_WORTH, high_from__lte=MOST_WORTH)
                & Q(medium_from__gte=F("worth"))
                & Q(high_from__gte=F("medium_from")),
                name="thresholds_rise_from_band_to_band",
            ),
            models.CheckConstraint(
                condition=Q(two_people_from__in=["", *Band.values]), name="the_band_of_two_people_is_known"
            ),
            models.CheckConstraint(
                condition=Q(remembered_days__lte=LONGEST_MEMORY), name="no_judgement_is_remembered_for_ever"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="a_calibration_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.worth} / {self.medium_from} / {self.high_from}"


class HitJudgement(models.Model):
    """What one officer said of a hit, with what the party and the listed entry said then.

    A trigger checks that it is about what the hit says at that moment. `licensing.judgements` works out
    what stands; `entity` is a row that nothing can change, so it needs no copy.
    """

    hit = models.ForeignKey(ScreeningHit, models.PROTECT, related_name="judgements")
    judgement = models.CharField(max_length=10, choices=Judgement)
    reason = models.TextField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    needs_second = models.BooleanField()  # whether it needed a second person by the rules of that moment

    # What was judged
    source = models.CharField(max_length=40)
    source_id = models.CharField(max_length=120)
    entity = models.ForeignKey("screening.ListedEntity", models.PROTECT, related_name="+")
    entity_digest = models.CharField(max_length=64)
    party_digest = models.CharField(max_length=64)
    party_facts = models.JSONField()  # as licensing.parties.facts gives them
    party_key = models.CharField(max_length=200)  # licensing.parties.key: the same party, whatever changed
    points = models.FloatField()
    band = models.CharField(max_length=10, choices=Band)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="a_judgement_has_its_reason"),
            models.CheckConstraint(
                condition=Q(judgement__in=Judgement.values), name="a_judgement_is_one_of_three"
            ),
        ]
        indexes = [
            models.Index(fields=["source", "source_id"], name="judgements_of_an_entry"),
        ]

    def __str__(self) -> str:
        return f"{self.hit_id}: {self.judgement}"


class HitConfirmation(models.Model):
    """The second person's agreement that a party is somebody else; never the first person's.

    A trigger checks that `first_by` is truly who judged, and that the judgement is the newest of its hit.
    """

    judgement = models.OneToOneField(HitJudgement, models.PROTECT, related_name="confirmation")
    first_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    reason = models.TextField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(by=F("first_by")), name="two_people_judge"),
            models.CheckConstraint(condition=~Q(reason=""), name="a_confirmation_has_its_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.judgement}, {self.by_id}"
