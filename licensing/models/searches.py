"""What was asked of the lists outside a case: by whom, about whom, when, and what the answer rests on."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from licensing.models.accounts import Organisation, User


class SearchWay(models.TextChoices):
    PAGE = "page", _("Search page")
    ADDRESS = "address", _("Search by address")
    API = "api", _("API")
    PRECHECK = "precheck", _("Pre-check by an exporter")
    FILE = "file", _("File")


class ListSearch(models.Model):
    """One question to the lists. The database refuses to change or delete a row.

    The law on personal data asks who looked for whom; an auditor asks what an answer rests on.
    """

    way = models.CharField(max_length=20, choices=SearchWay)
    by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+"
    )  # null: whoever runs the machine
    # For whom the person acted then; null for the authority's own people.
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    asked = models.JSONField()  # one object for each party, as it was asked for
    list_versions = ArrayField(models.BigIntegerField())  # of screening.ListVersion, those searched
    points = models.FloatField(null=True)  # from which a likeness counted; null where none was worked out
    hits_count = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(way__in=SearchWay.values), name="the_way_of_asking_is_known"),
            models.CheckConstraint(
                condition=Q(by__isnull=False) | Q(way=SearchWay.FILE),
                name="only_a_file_is_compared_without_an_account",
            ),
            models.CheckConstraint(
                condition=~Q(way=SearchWay.PRECHECK) | Q(organisation__isnull=False),
                name="a_pre_check_is_made_for_an_organisation",
            ),
            models.CheckConstraint(
                condition=~Q(list_versions=[]), name="an_answer_rests_on_at_least_one_list"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.way}"
