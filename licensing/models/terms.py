"""Conditions of a licence as data, which customs' messages are checked against.

They are part of a recommendation, so whoever decides decides on them too. Rows are only ever added.
"""

from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from licensing.models.applications import GoodsLine
from licensing.models.decisions import Recommendation


class Terms(models.Model):
    """What must hold of every shipment. An empty list or field sets no condition."""

    recommendation = models.OneToOneField(Recommendation, models.PROTECT, related_name="terms")
    ports = ArrayField(models.CharField(max_length=10), default=list)  # UN/LOCODE
    regimes = ArrayField(models.CharField(max_length=20), default=list)  # codes of the country pack
    first_day = models.DateField(null=True)  # legal days of the country
    last_day = models.DateField(null=True)
    named_consignee = models.BooleanField(default=False)  # only to whom the licence names
    quantity_tolerance = models.DecimalField(max_digits=5, decimal_places=2, default=Decimal(0))  # per cent
    value_tolerance = models.DecimalField(max_digits=5, decimal_places=2, default=Decimal(0))  # per cent

    class Meta:
        verbose_name_plural = "terms"
        constraints = [
            models.CheckConstraint(
                condition=Q(first_day=None) | Q(last_day=None) | Q(last_day__gte=F("first_day")),
                name="shipping_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(quantity_tolerance__gte=0, quantity_tolerance__lte=100)
                & Q(value_tolerance__gte=0, value_tolerance__lte=100),
                name="a_recommended_tolerance_is_a_share_of_what_is_granted",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.recommendation}"


class ShipmentLimit(models.Model):
    """How much of one line of goods may leave with one declaration, in the line's unit."""

    terms = models.ForeignKey(Terms, models.PROTECT, related_name="limits")
    goods = models.ForeignKey(GoodsLine, models.PROTECT, related_name="+")
    most = models.DecimalField(max_digits=18, decimal_places=4)

    class Meta:
        ordering = ["goods__number"]
        constraints = [
            models.UniqueConstraint(fields=["terms", "goods"], name="one_limit_per_line_of_goods"),
            models.CheckConstraint(condition=Q(most__gt=0), name="a_shipment_limit_lets_something_leave"),
        ]

    def __str__(self) -> str:
        return f"{self.goods}: {self.most}"
