"""That people were told of a new edition of a control list, once."""

from django.db import models
from django.db.models import Q

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
