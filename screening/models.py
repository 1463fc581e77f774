"""What the published lists say, version by version, and how each import went.

Versions, entities and names are never edited; database triggers refuse it (migration 0002). A new
version replaces an old one, and the old one stays readable.
"""

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from screening import control_models as control_models
from screening.refusals import refusal_sentence


class ListVersionQuerySet(models.QuerySet["ListVersion"]):
    def in_force(self, at: datetime) -> "ListVersionQuerySet":
        return self.filter(Q(in_force_to=None) | Q(in_force_to__gt=at), in_force_from__lte=at)


class ListVersion(models.Model):
    """One published edition of one list, as we imported it."""

    source = models.CharField(max_length=40)  # a key of screening.importers.PARSERS
    edition = models.CharField(max_length=60)  # as the publisher tells editions apart
    published_on = models.DateField()  # the publisher's date
    sha256 = models.CharField(max_length=64)  # of the file
    size = models.PositiveBigIntegerField()  # of the file, bytes
    in_force_from = models.DateTimeField()
    in_force_to = models.DateTimeField(null=True)  # exclusive; empty while in force
    imported_at = models.DateTimeField()
    imported_by_name = models.CharField(max_length=200)
    entities_count = models.PositiveIntegerField()
    names_count = models.PositiveIntegerField()
    # The earlier version that this one puts back in force, word for word; itself none that was put back.
    restores = models.ForeignKey("self", models.PROTECT, null=True, related_name="restored")
    # The number of the act by which two people let it in although it goes back or names far fewer; each once.
    approval = models.PositiveBigIntegerField(null=True, unique=True)

    objects = ListVersionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "sha256"],
                condition=Q(restores=None),
                name="one_import_per_source_and_hash",
            ),
            models.CheckConstraint(
                condition=Q(restores=None) | Q(approval__isnull=False),
                name="a_version_put_back_has_its_approval",
            ),
            models.UniqueConstraint(
                fields=["source"], condition=Q(in_force_to=None), name="one_version_in_force_per_source"
            ),
            models.CheckConstraint(
                condition=Q(in_force_to=None) | Q(in_force_to__gte=F("in_force_from")),
                name="a_list_version_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(entities_count__gte=1) & Q(names_count__gte=F("entities_count")),
                name="a_list_version_names_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.edition}"

    @property
    def original(self) -> "ListVersion":
        """The version as it was first imported: of one that was put back, the one it restores."""
        return self.restores or self


class EntityKind(models.TextChoices):
    PERSON = "person", _("Person")
    ORGANISATION = "organisation", _("Organisation")
    VESSEL = "vessel", _("Vessel")
    AIRCRAFT = "aircraft", _("Aircraft")
    OTHER = "other", _("Other")


class RelationKind(models.TextChoices):
    """How the entry stands to the other party: it is owned by it, owns it, and so on."""

    OWNED_BY = "owned-by", _("Owned by")
    OWNS = "owns", _("Owns")
    CONTROLLED_BY = "controlled-by", _("Controlled by")
    ACTS_FOR = "acts-for", _("Acts for")
    LED_BY = "led-by", _("Led by")
    MEMBER_OF = "member-of", _("Member of")
    FAMILY = "family", _("Family")
    LINKED = "linked", _("Linked to")


# What lists say of a ship, beside its numbers, which are identifiers.
VESSEL_FACTS: dict[str, Promise] = {
    "flag": _("Flag"),  # ISO 3166-1 alpha-2
    "former-flags": _("Former flags"),
    "type": _("Type of ship"),
    "tonnage": _("Tonnage"),
    "length": _("Length"),
    "built": _("Year built"),
    "owner": _("Owner"),
    "operator": _("Operator"),
}


class ListedEntityQuerySet(models.QuerySet["ListedEntity"]):
    def in_force(self, at: datetime) -> "ListedEntityQuerySet":
        return self.filter(version__in=ListVersion.objects.in_force(at))


class ListedEntity(models.Model):
    """A person, organisation, ship or aircraft that one version of one list names.

    `digest` is the sha256 of everything the list says of the entity, so two versions that say the same
    carry the same digest: a judgement made on one holds for the other.
    """

    version = models.ForeignKey(ListVersion, models.PROTECT, related_name="entities")
    source_id = models.CharField(max_length=80)  # the publisher's key, stable between editions
    reference = models.CharField(max_length=80, blank=True)  # the publisher's number for people, "CDi.001"
    kind = models.CharField(max_length=20, choices=EntityKind)
    primary_name = models.TextField()
    countries = ArrayField(models.CharField(max_length=2), default=list)  # ISO 3166-1, every tie it has
    # Extended Date/Time Format (ISO 8601-2): "1971-05-03", "1971-05", "1971", "1971~" (about), "1958/1963".
    dates_of_birth = ArrayField(models.CharField(max_length=40), default=list)
    places_of_birth = ArrayField(models.TextField(), default=list)
    positions = ArrayField(models.TextField(), default=list)  # titles and functions, as published
    programmes = ArrayField(models.CharField(max_length=200), default=list)
    identifiers = models.JSONField(default=list)  # [{"kind", "number", "country" (ISO2 or ""), "note"}]
    addresses = models.JSONField(default=list)  # [{"text", "country" (ISO2 or ""), "note"}]
    relations = models.JSONField(default=list)  # [{"kind", "name", "source_id", "share", "note"}]
    vessel = models.JSONField(default=dict)  # keys of VESSEL_FACTS
    listed_on = models.DateField(null=True)
    remarks = models.TextField(blank=True)
    digest = models.CharField(max_length=64)

    objects = ListedEntityQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["version", "source_id"], name="one_entity_per_version_and_source_id"
            ),
            models.CheckConstraint(condition=~Q(primary_name=""), name="a_listed_entity_has_a_name"),
        ]
        indexes = [models.Index(fields=["digest"], name="listed_entity_by_digest")]

    def __str__(self) -> str:
        return self.primary_name


class NameKind(models.TextChoices):
    PRIMARY = "primary", _("Main name")
    ALIAS = "alias", _("Also known as")
    WEAK_ALIAS = "weak-alias", _("Weak alias")
    FORMER = "former", _("Former name")
    ORIGINAL_SCRIPT = "original-script", _("Name in its own script")


class ListedName(models.Model):
    entity = models.ForeignKey(ListedEntity, models.PROTECT, related_name="names")
    name = models.TextField()  # as published
    kind = models.CharField(max_length=20, choices=NameKind)
    script = models.CharField(max_length=20)  # as Unicode names it: "Latin", "Arabic", "Han"

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="a_listed_name_is_not_empty"),
        ]

    def __str__(self) -> str:
        return self.name


class ImportRunState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Imported")
    REFUSED = "refused", _("Refused")
    FAILED = "failed", _("Failed")


class ImportRun(models.Model):
    """One attempt to import a file, so that pages can show how far it is and why it was refused."""

    source = models.CharField(max_length=40)
    path = models.TextField()
    file_name = models.CharField(max_length=255)  # as the person who gave the file knows it
    by_name = models.CharField(max_length=200)
    dated = models.DateField(null=True)  # the day of a file that says none, where somebody knows it
    # The version to put back, instead of a file to read.
    restores = models.ForeignKey(ListVersion, models.PROTECT, null=True, related_name="+")
    approval = models.PositiveBigIntegerField(null=True, unique=True)  # as in ListVersion
    state = models.CharField(max_length=20, choices=ImportRunState, default=ImportRunState.WAITING)
    done = models.PositiveBigIntegerField(default=0)  # of `total`; both 0 until it starts
    total = models.PositiveBigIntegerField(default=0)
    refusal = models.CharField(max_length=40, blank=True)  # a key of screening.refusals.REFUSALS
    refusal_details = models.JSONField(default=dict)
    version = models.ForeignKey(ListVersion, models.PROTECT, null=True, related_name="runs")
    asked_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="done") | Q(version__isnull=False),
                name="a_finished_import_has_a_version",
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | ~Q(refusal=""),
                name="a_refused_import_says_why",
            ),
            models.CheckConstraint(
                condition=Q(restores=None) | Q(approval__isnull=False),
                name="putting_back_has_its_approval",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.file_name}: {self.state}"

    @property
    def message(self) -> str | Promise:
        """Why the file was refused, in the reader's language; "" when it was not."""
        return refusal_sentence(self.refusal, self.refusal_details) if self.refusal else ""

    @property
    def percent(self) -> int:
        return 100 * self.done // self.total if self.total else 0


class FetchState(models.TextChoices):
    RUNNING = "running", _("Running")
    UNCHANGED = "unchanged", _("Unchanged")
    RECEIVED = "received", _("New file")
    FAILED = "failed", _("Failed")


class ListFetch(models.Model):
    """One look at the publisher's address. Whatever comes of it, the list in force is not touched by it."""

    source = models.CharField(max_length=40)
    address = models.TextField()
    by_name = models.CharField(max_length=200, blank=True)  # who asked for it; empty: the clock
    state = models.CharField(max_length=20, choices=FetchState, default=FetchState.RUNNING)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    etag = models.CharField(max_length=300, blank=True)  # the two by which the publisher tells files apart
    last_modified = models.CharField(max_length=60, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)  # of the file, also when it was unchanged
    size = models.PositiveBigIntegerField(default=0)  # bytes received
    failure = models.CharField(max_length=40, blank=True)  # a key of screening.refusals.REFUSALS
    failure_details = models.JSONField(default=dict)
    run = models.ForeignKey(ImportRun, models.PROTECT, null=True, related_name="fetches")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="failed") | ~Q(failure=""), name="a_failed_fetch_says_why"
            ),
            models.CheckConstraint(
                condition=~Q(state="received") | Q(run__isnull=False), name="a_received_file_is_imported"
            ),
            models.CheckConstraint(
                condition=Q(state="running", finished_at=None)
                | (~Q(state="running") & Q(finished_at__isnull=False)),
                name="a_fetch_ends_when_it_no_longer_runs",
            ),
            models.UniqueConstraint(
                fields=["source"], condition=Q(state="running"), name="one_fetch_at_a_time_per_source"
            ),
        ]
        indexes = [models.Index(fields=["source", "-started_at"], name="fetches_of_a_list")]

    def __str__(self) -> str:
        return f"{self.source} {self.started_at:%Y-%m-%d %H:%M}: {self.state}"

    @property
    def message(self) -> str | Promise:
        """Why it failed, in the reader's language; "" when it did not."""
        return refusal_sentence(self.failure, self.failure_details) if self.failure else ""
