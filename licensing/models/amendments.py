"""What a holder wants changed of a licence in force: by an application of its own."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from licensing.models.accounts import User
from licensing.models.applications import Application, GoodsLine
from licensing.models.licences import Licence, LicenceLine


class Amendment(models.Model):
    """That an application asks for a licence in place of one in force. Once it is approved, the new licence
    replaces the old.

    `is_open` follows the status of the application by a trigger, so that a constraint can speak of it.
    """

    application = models.OneToOneField(Application, models.PROTECT, related_name="amendment")
    licence = models.ForeignKey(Licence, models.PROTECT, related_name="amendments")
    changes = models.TextField(_("What changes, and why?"), max_length=4000)
    is_open = models.BooleanField(default=True, editable=False)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["licence"], condition=Q(is_open=True), name="a_licence_has_one_open_amendment"
            ),
            models.CheckConstraint(condition=~Q(changes=""), name="an_amendment_says_what_changes"),
        ]

    def __str__(self) -> str:
        return f"{self.application}: {self.licence}"


class AmendedLine(models.Model):
    """Which line of the licence a line of goods takes the place of."""

    amendment = models.ForeignKey(Amendment, models.PROTECT, related_name="lines")
    goods = models.OneToOneField(GoodsLine, models.CASCADE, related_name="amends")
    line = models.ForeignKey(LicenceLine, models.PROTECT, related_name="amended_by")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["amendment", "line"], name="a_line_is_amended_once"),
        ]

    def __str__(self) -> str:
        return f"{self.goods}: {self.line}"
