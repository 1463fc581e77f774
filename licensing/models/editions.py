"""What a new edition of a control list means to goods, and that people were told of it, once."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from licensing.models.applications import GoodsLine
from screening.control_models import ControlEdition


class EditionNotice(models.Model):
    """A new edition, and how many its letters went out to. The database refuses to change or delete a row."""

    edition = models.OneToOneField(ControlEdition, models.PROTECT, related_name="notice")
    # The edition that people knew before; null for the first of a list, of which nobody is told.
    previous = models.ForeignKey(ControlEdition, models.PROTECT, null=True, related_name="+")
    companies_count = models.PositiveIntegerField()  # whose goods it touched
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(previous__isnull=False) | Q(companies_count=0),
                name="a_first_edition_touches_nobody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.edition}: {self.companies_count}"


class EditionSearch(models.Model):
    """The search for goods under no code that the codes a new edition added may describe; once for each."""

    edition = models.OneToOneField(ControlEdition, models.PROTECT, related_name="goods_search")
    previous = models.ForeignKey(ControlEdition, models.PROTECT, related_name="+")
    codes = ArrayField(models.CharField(max_length=60))  # that the edition added
    reached = models.BigIntegerField(default=0)  # the last line of goods that was looked at
    looked_at_count = models.PositiveIntegerField(default=0)  # goods under no code
    started_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(codes=[]), name="a_search_for_goods_is_for_codes_that_were_added"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.edition}: {self.reached}"


class PossibleListing(models.Model):
    """Goods under no code that an added code may describe, as the search found: a hint, never a finding.

    Rows are never changed, and go only with a line that is taken out of a draft.
    """

    search = models.ForeignKey(EditionSearch, models.PROTECT, related_name="found")
    line = models.ForeignKey(GoodsLine, models.CASCADE, related_name="possible_listings")
    code = models.CharField(max_length=60)
    points = models.FloatField()  # 0 to 100: the alarm of the added codes alone
    goods_digest = models.CharField(max_length=64)  # of what the line said: licensing.classification.digest
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["search", "line"], name="goods_are_found_once_for_an_edition"),
            models.CheckConstraint(
                condition=~Q(code="") & Q(points__gte=0, points__lte=100),
                name="goods_that_may_be_listed_have_a_code_and_points",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line_id}: {self.code}"
