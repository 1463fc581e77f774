"""Under which entries of a control list goods fall, as exporters and officers say. Rows are only added."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from licensing.models.accounts import User
from licensing.models.applications import GoodsLine

REASON_AT_MOST = 500


class SuggestionAnswer(models.TextChoices):
    NONE = "none", _("Not answered")
    ACCEPTED = "accepted", _("Accepted")
    REJECTED = "rejected", _("Rejected")


class GoodsSuggestion(models.Model):
    """An entry that the portal suggested for a line of goods, and what the exporter made of it.

    The newest row of a line and code counts. They go only with a line that is taken out of a draft.
    """

    line = models.ForeignKey(GoodsLine, models.CASCADE, related_name="suggestions")
    edition = models.ForeignKey("screening.ControlEdition", models.PROTECT, related_name="+")
    code = models.CharField(_("Control list entry"), max_length=60)
    place = models.PositiveSmallIntegerField()  # among what was suggested together, from 1
    answer = models.CharField(_("Answer"), max_length=10, choices=SuggestionAnswer)
    reason = models.CharField(_("Reason"), max_length=REASON_AT_MOST, blank=True)
    goods_digest = models.CharField(max_length=64)  # of what the line said: licensing.classification.digest
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(answer__in=SuggestionAnswer.values), name="an_answer_to_a_suggestion_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(answer=SuggestionAnswer.REJECTED) | ~Q(reason=""),
                name="a_rejected_suggestion_says_why",
            ),
            models.CheckConstraint(
                condition=~Q(code="") & Q(place__gte=1), name="a_suggestion_has_a_code_and_a_place"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code}: {self.answer}"


class GoodsCheck(models.Model):
    """How likely goods are listed, as the search for entries found, and what their exporter is asked.

    One for what a line says and an edition. They go only with a line that is taken out of a draft.
    """

    line = models.ForeignKey(GoodsLine, models.CASCADE, related_name="checks")
    edition = models.ForeignKey("screening.ControlEdition", models.PROTECT, related_name="+")
    alarm = models.DecimalField(max_digits=4, decimal_places=3)  # 0 to 1
    # The entries that the description resembles although the exporter names none of them, the likeliest
    # first; [] where nothing is asked.
    codes = ArrayField(models.CharField(max_length=60), default=list)
    goods_digest = models.CharField(max_length=64)  # of what the line said: licensing.classification.digest
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["line", "edition", "goods_digest"], name="the_same_goods_are_checked_once"
            ),
            models.CheckConstraint(
                condition=Q(alarm__gte=0, alarm__lte=1), name="an_alarm_is_between_zero_and_one"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line_id}: {self.alarm}"


class GoodsAssessment(models.Model):
    """Under which entries of one edition an officer says a line of goods falls. The newest counts.

    It is the first of two opinions: the decision of another person confirms it.
    """

    line = models.ForeignKey(GoodsLine, models.PROTECT, related_name="assessments")
    edition = models.ForeignKey("screening.ControlEdition", models.PROTECT, related_name="+")
    codes = ArrayField(models.CharField(max_length=60), default=list)  # [] for "not listed"
    reason = models.TextField(_("Reason"), max_length=2000)
    goods_digest = models.CharField(max_length=64)  # of what the line said: licensing.classification.digest
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="an_assessment_of_goods_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.line_id}: {', '.join(self.codes) or '-'}"
