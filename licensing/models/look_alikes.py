"""Parties of different cases that look like one: what a refused buyer would do is come back under another
name."""

from django.db import models
from django.db.models import F, Q

from licensing.models.applications import Party


class LookAlike(models.Model):
    """A party of another case, or a company that applies, that this party resembles.

    Worked out anew with each screening; nothing rests on it but an officer's eye.
    """

    party = models.ForeignKey(Party, models.CASCADE, related_name="look_alikes")
    other = models.ForeignKey(Party, models.CASCADE, related_name="+")
    points = models.FloatField()  # 0 to 100, as screening.matcher gives them
    found_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["party", "other"], name="a_party_resembles_another_once"),
            models.CheckConstraint(condition=~Q(party=F("other")), name="nobody_resembles_themself"),
        ]

    def __str__(self) -> str:
        return f"{self.party} ~ {self.other}"
