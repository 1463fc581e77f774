"""Numbers of forms that a port takes before the network fails, for what it lets leave meanwhile."""

from django.db import models
from django.db.models import Q

from licensing.models.accounts import Organisation, User


class FormBlock(models.Model):
    """A row of numbers, each for one form and later for the message that reports it. Never changed."""

    system = models.ForeignKey(Organisation, models.PROTECT, related_name="form_blocks")
    port = models.CharField(max_length=5)  # UN/LOCODE
    count = models.PositiveSmallIntegerField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(count__gte=1, count__lte=200), name="a_block_has_one_to_two_hundred_numbers"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.port}-F{self.pk:05d}"

    @property
    def numbers(self) -> list[str]:
        """Return the numbers, which are ids of messages too: PABLB-F00007-001 and so on."""
        return [f"{self}-{number:03d}" for number in range(1, self.count + 1)]
