"""The control lists: which goods are listed, edition by edition, and what is published beside them.

An edition and everything in it is never edited; database triggers refuse it (migration 0021). A new edition
replaces an old one, and the old one stays readable.
"""

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class ControlList(models.Model):
    """A list of controlled goods of one jurisdiction, whatever its edition."""

    code = models.CharField(max_length=40, unique=True)  # "eu-dual-use"
    jurisdiction = models.CharField(max_length=2)  # ISO 3166-1, "EU" for the European Union
    name = models.CharField(max_length=200)  # for lists that screening.control.lists does not name

    def __str__(self) -> str:
        return self.code


def in_force(at: datetime) -> Q:
    return Q(in_force_to=None, in_force_from__lte=at) | Q(in_force_to__gt=at, in_force_from__lte=at)


class ControlEditionQuerySet(models.QuerySet["ControlEdition"]):
    def in_force(self, at: datetime) -> "ControlEditionQuerySet":
        return self.filter(in_force(at))


class ControlTableQuerySet(models.QuerySet["ControlTable"]):
    def in_force(self, at: datetime) -> "ControlTableQuerySet":
        return self.filter(in_force(at))


class ControlEdition(models.Model):
    """One edition of one list. It is in force here from the moment it was imported."""

    list = models.ForeignKey(ControlList, models.PROTECT, related_name="editions")
    label = models.CharField(max_length=60)  # as its publisher tells editions apart, else with a number
    valid_from = models.DateField()  # the publisher's date
    is_catalogue = models.BooleanField(default=False)  # codes and own words only, no official text
    codes_count = models.PositiveIntegerField()
    provisions_count = models.PositiveIntegerField()  # codes and their numbered paragraphs
    headed_count = models.PositiveIntegerField(default=0)  # paragraphs below headings inside an entry
    in_force_from = models.DateTimeField()
    in_force_to = models.DateTimeField(null=True)  # exclusive; empty while in force
    imported_at = models.DateTimeField()
    imported_by_name = models.CharField(max_length=200)
    agreed_by_name = models.CharField(max_length=200, blank=True)  # the second person, where codes fell away

    objects = ControlEditionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["list", "label"], name="no_two_editions_of_a_control_list_bear_one_label"
            ),
            models.UniqueConstraint(
                fields=["list"], condition=Q(in_force_to=None), name="one_edition_in_force_per_control_list"
            ),
            models.CheckConstraint(
                condition=Q(in_force_to=None) | Q(in_force_to__gte=F("in_force_from")),
                name="a_control_edition_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(codes_count__gte=1) & Q(provisions_count__gte=F("codes_count")),
                name="a_control_edition_lists_something",
            ),
            models.CheckConstraint(
                condition=~Q(agreed_by_name=F("imported_by_name")),
                name="who_agrees_to_a_shrunk_control_edition_did_not_import_it",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.list} {self.label}"


class EditionFile(models.Model):
    """A file that an edition was read from: the first made it, others brought its text in more languages."""

    edition = models.ForeignKey(ControlEdition, models.PROTECT, related_name="files")
    language = models.CharField(max_length=2)  # "" for a file in several
    source_url = models.CharField(max_length=500, blank=True)
    attribution = models.TextField(blank=True)  # what its terms of use ask to be said
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()  # bytes
    importer = models.CharField(max_length=40)  # a key of screening.control.SOURCES
    imported_at = models.DateTimeField()
    imported_by_name = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["edition", "sha256"], name="one_file_once_per_edition"),
        ]

    def __str__(self) -> str:
        return f"{self.edition}: {self.sha256[:12]}"


class ControlEntry(models.Model):
    """A code of a list, the same through all editions: judgements and precedents hang on it."""

    list = models.ForeignKey(ControlList, models.PROTECT, related_name="entries")
    code = models.CharField(max_length=60)  # with the steps of its paragraph: "3A001.a.5.a"

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["list", "code"], name="one_entry_per_list_and_code"),
            models.CheckConstraint(condition=~Q(code=""), name="a_control_entry_has_a_code"),
        ]

    def __str__(self) -> str:
        return self.code


class EntryAlias(models.Model):
    """A code that other texts or earlier editions use for what has this code now."""

    entry = models.ForeignKey(ControlEntry, models.PROTECT, related_name="aliases")
    old_code = models.CharField(max_length=60)
    edition = models.ForeignKey(ControlEdition, models.PROTECT)  # whose file said so

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["entry", "old_code", "edition"], name="one_alias_once_per_entry_and_edition"
            ),
            models.CheckConstraint(condition=~Q(old_code=""), name="an_entry_alias_has_a_code"),
        ]

    def __str__(self) -> str:
        return f"{self.old_code} → {self.entry}"


class EntryVersion(models.Model):
    """What stands under a code in one edition.

    The code is the path: what is above it is the code without its last step ("3A001.a" above "3A001.a.5").
    `digest` is the sha256 of all the file says of it, a further language left out.
    """

    edition = models.ForeignKey(ControlEdition, models.PROTECT, related_name="versions")
    entry = models.ForeignKey(ControlEntry, models.PROTECT, related_name="versions")
    code = models.CharField(max_length=60)  # the entry's, kept here for speed
    base = models.CharField(max_length=60)  # the code at the top: "3A001"
    depth = models.PositiveSmallIntegerField()  # 0 for the code at the top
    position = models.PositiveIntegerField()  # in the order of the list
    heading = models.CharField(max_length=200, blank=True)  # inside the entry, above this paragraph
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["edition", "entry"], name="one_version_per_edition_and_entry"),
            models.UniqueConstraint(fields=["edition", "position"], name="one_place_per_edition_and_version"),
        ]
        indexes = [models.Index(fields=["edition", "base", "position"], name="entry_version_by_base")]

    def __str__(self) -> str:
        return self.code


class TextRole(models.TextChoices):
    OFFICIAL = "official", _("Official text")
    OWN_TITLE = "own-title", _("Title in our words")
    KEYWORDS = "keywords", _("Words of the trade")  # one a line


class EntryText(models.Model):
    version = models.ForeignKey(EntryVersion, models.PROTECT, related_name="texts")
    language = models.CharField(max_length=2)
    role = models.CharField(max_length=20, choices=TextRole)
    text = models.TextField()  # superscripts as in 10^3
    folded = models.TextField()  # as screening.control.wording.folded writes it, to search in

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["version", "language", "role"], name="one_text_per_version_language_and_role"
            ),
            models.CheckConstraint(condition=~Q(text=""), name="an_entry_text_says_something"),
        ]

    def __str__(self) -> str:
        return self.text[:60]


class NoteKind(models.TextChoices):
    NOTE = "note", _("Note")
    TECHNICAL = "technical", _("Technical note")
    NB = "nb", _("N.B.")
    RELATED = "related", _("Related controls")
    DEFINITION = "definition", _("Related definitions")
    LICENCE = "licence", _("Note on licences")
    EXCEPTION = "exception", _("Licence exceptions")
    TABLE = "table", _("Table or annex")
    QUESTION = "question", _("Question to the exporter")  # in our own words


class NoteEffect(models.TextChoices):
    EXCLUDES = "excludes", _("May exclude")
    INCLUDES = "includes", _("Includes")
    DEFINES = "defines", _("Defines")
    REFERS = "refers", _("Refers")


class EntryNote(models.Model):
    version = models.ForeignKey(EntryVersion, models.PROTECT, related_name="notes")
    language = models.CharField(max_length=2)
    kind = models.CharField(max_length=20, choices=NoteKind)
    position = models.PositiveSmallIntegerField()
    text = models.TextField()
    effect = models.CharField(max_length=20, choices=NoteEffect)
    targets = ArrayField(models.CharField(max_length=60), default=list)  # codes it names

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["version", "language", "position"], name="one_note_per_version_language_and_place"
            ),
            models.CheckConstraint(condition=~Q(text=""), name="an_entry_note_says_something"),
        ]

    def __str__(self) -> str:
        return self.text[:60]


class Regime(models.TextChoices):
    """Where the states agreed on the control."""

    WA = "WA", _("Wassenaar Arrangement")
    WA_S = "WA-S", _("Wassenaar Arrangement, sensitive")
    WA_VS = "WA-VS", _("Wassenaar Arrangement, very sensitive")
    WA_ML = "WA-ML", _("Wassenaar Arrangement, munitions")
    MTCR_I = "MTCR-I", _("Missile Technology Control Regime, category I")
    MTCR_II = "MTCR-II", _("Missile Technology Control Regime")
    NSG_1 = "NSG-1", _("Nuclear Suppliers Group, trigger list")
    NSG_2 = "NSG-2", _("Nuclear Suppliers Group, dual use")
    AG = "AG", _("Australia Group")
    CWC = "CWC", _("Chemical Weapons Convention")
    EU = "EU", _("European Union, without a regime")
    NATIONAL = "national", _("National control")


class EntryRegime(models.Model):
    version = models.ForeignKey(EntryVersion, models.PROTECT, related_name="regimes")
    regime = models.CharField(max_length=20, choices=Regime)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "regime"], name="one_regime_once_per_version"),
        ]

    def __str__(self) -> str:
        return self.regime


class Substance(models.Model):
    """A substance that a provision names by its number in the registry of the Chemical Abstracts Service."""

    version = models.ForeignKey(EntryVersion, models.PROTECT, related_name="substances")
    cas = models.CharField(max_length=12)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "cas"], name="one_substance_once_per_version"),
            models.CheckConstraint(
                condition=Q(cas__regex=r"^[1-9][0-9]{1,6}-[0-9]{2}-[0-9]$"),
                name="a_substance_has_a_cas_number",
            ),
        ]
        indexes = [models.Index(fields=["cas"], name="substance_by_cas")]

    def __str__(self) -> str:
        return self.cas


class Comparator(models.TextChoices):
    ABOVE = ">", _("more than")
    AT_LEAST = ">=", _("at least")
    BELOW = "<", _("less than")
    AT_MOST = "<=", _("at most")
    EQUAL = "=", _("exactly")


class Threshold(models.Model):
    """A value that decides whether goods are meant.

    Those of one group must all be met; one group that is met suffices.
    """

    version = models.ForeignKey(EntryVersion, models.PROTECT, related_name="thresholds")
    group = models.PositiveSmallIntegerField(default=1)
    position = models.PositiveSmallIntegerField()
    parameter = models.CharField(max_length=60)  # "sample_rate"
    comparator = models.CharField(max_length=2, choices=Comparator)
    value = models.DecimalField(max_digits=40, decimal_places=15)
    unit = models.CharField(max_length=30, blank=True)  # as written in data sheets: "MHz"; "" for a number
    condition = models.CharField(max_length=200, blank=True)  # when it applies, in words
    reviewed_by_name = models.CharField(max_length=200, blank=True)
    reviewed_for = models.CharField(max_length=60, blank=True)  # label of the edition it was compared with

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["version", "position"], name="one_threshold_per_version_and_place"
            ),
            models.CheckConstraint(condition=~Q(parameter=""), name="a_threshold_names_its_parameter"),
        ]

    def __str__(self) -> str:
        return f"{self.parameter} {self.comparator} {self.value.normalize():f} {self.unit}".strip()


class LicenceRequirement(models.Model):
    """Why and whereto goods of an entry need a licence: a column of the country chart, or prose."""

    version = models.ForeignKey(EntryVersion, models.PROTECT, related_name="requirements")
    position = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=40, blank=True)  # "NS"
    scope = models.TextField()  # as published: "NS applies to entire entry"
    scope_codes = ArrayField(models.CharField(max_length=60), default=list)  # [] for the entire entry
    is_entire = models.BooleanField()  # applies to all of the entry, without a condition
    columns = ArrayField(models.CharField(max_length=10), default=list)  # "NS 1"; [] where prose says it
    prose = models.TextField(blank=True)  # as published

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["version", "position"], name="one_requirement_per_version_and_place"
            ),
            models.CheckConstraint(
                condition=~Q(prose="") | ~Q(columns=[]), name="a_licence_requirement_says_whereto"
            ),
        ]

    def __str__(self) -> str:
        return self.scope[:60]


class CatchAllRule(models.Model):
    """What may need a licence though no list names it. It is asked beside every list."""

    edition = models.ForeignKey(ControlEdition, models.PROTECT, related_name="catch_all_rules")
    position = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=40)
    basis = models.CharField(max_length=200)  # the law
    language = models.CharField(max_length=2)
    question = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "code", "language"], name="one_catch_all_rule_per_edition_and_language"
            ),
            models.CheckConstraint(condition=~Q(question=""), name="a_catch_all_rule_asks_something"),
        ]

    def __str__(self) -> str:
        return self.code


class TableKind(models.TextChoices):
    HS_HINTS = "hs-hints", _("Our own hints at customs codes")
    HS_CORRELATION = "hs-correlation", _("Correlation with customs codes")
    COUNTRY_CHART = "country-chart", _("Country chart")
    COUNTRY_GROUPS = "country-groups", _("Country groups")
    WATCHED_GOODS = "watched-goods", _("Goods under watch or sanctions, by customs code")


class ControlTable(models.Model):
    """A table published beside a list, with editions of its own."""

    list = models.ForeignKey(ControlList, models.PROTECT, related_name="tables")
    kind = models.CharField(max_length=20, choices=TableKind)
    label = models.CharField(max_length=60)
    published_on = models.DateField()
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    rows_count = models.PositiveIntegerField()
    in_force_from = models.DateTimeField()
    in_force_to = models.DateTimeField(null=True)  # exclusive; empty while in force
    imported_at = models.DateTimeField()
    imported_by_name = models.CharField(max_length=200)
    agreed_by_name = models.CharField(max_length=200, blank=True)  # the second person, where rows fell away

    objects = ControlTableQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["list", "kind"],
                condition=Q(in_force_to=None),
                name="one_table_in_force_per_list_and_kind",
            ),
            models.CheckConstraint(
                condition=Q(in_force_to=None) | Q(in_force_to__gte=F("in_force_from")),
                name="a_control_table_ends_after_it_starts",
            ),
            models.CheckConstraint(condition=Q(rows_count__gte=1), name="a_control_table_has_rows"),
            models.CheckConstraint(
                condition=~Q(agreed_by_name=F("imported_by_name")),
                name="who_agrees_to_a_shrunk_control_table_did_not_import_it",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.list} {self.kind} {self.label}"


class HsCorrelation(models.Model):
    """A customs code under which goods of an entry often travel: a hint, evidence of nothing."""

    table = models.ForeignKey(ControlTable, models.PROTECT, related_name="correlations")
    entry = models.ForeignKey(ControlEntry, models.PROTECT, related_name="correlations")
    hs_code = models.CharField(max_length=12)  # digits; the first six are of the Harmonized System

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["table", "entry", "hs_code"], name="one_correlation_once_per_table"
            ),
            models.CheckConstraint(
                condition=Q(hs_code__regex=r"^[0-9]{4,12}$"), name="a_correlation_has_a_customs_code"
            ),
        ]
        indexes = [models.Index(fields=["hs_code"], name="hs_correlation_by_code")]

    def __str__(self) -> str:
        return f"{self.hs_code} {self.entry}"


class ChartCell(models.Model):
    """A mark in the country chart. No mark means only that this column asks for no licence."""

    table = models.ForeignKey(ControlTable, models.PROTECT, related_name="cells")
    destination = models.CharField(max_length=120)  # as published
    country = models.CharField(max_length=2, blank=True)  # ISO 3166-1; "" where there is none
    column = models.CharField(max_length=10)  # "NS 1"; "" for a destination without any mark
    footnotes = ArrayField(models.PositiveSmallIntegerField(), default=list)
    pointer = models.TextField(blank=True)  # where the law speaks of a destination without any mark

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["table", "destination", "column"], name="one_mark_per_destination_and_column"
            ),
            models.CheckConstraint(
                condition=~Q(column="") | ~Q(pointer=""), name="a_destination_without_marks_points_elsewhere"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.destination} {self.column}"


class CountryGroupMember(models.Model):
    table = models.ForeignKey(ControlTable, models.PROTECT, related_name="members")
    group = models.CharField(max_length=10)  # "D:5"
    label = models.CharField(max_length=200, blank=True)
    destination = models.CharField(max_length=120)
    country = models.CharField(max_length=2, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["table", "group", "destination"], name="one_member_once_per_country_group"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.group} {self.destination}"


class WatchedGoods(models.Model):
    """A customs code that a measure names: goods that evaders seek, or that may not go to a destination.

    A hint at whoever reads a case, like every customs code.
    """

    table = models.ForeignKey(ControlTable, models.PROTECT, related_name="watched")
    hs_code = models.CharField(max_length=12)  # digits; goods whose code begins with it are meant
    measure = models.CharField(max_length=60)  # as its publisher tells measures apart: "XXIII"
    tier = models.CharField(max_length=10, blank=True)  # "3A"

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["table", "hs_code", "measure"], name="one_row_per_customs_code_and_measure"
            ),
            models.CheckConstraint(
                condition=Q(hs_code__regex=r"^[0-9]{4,12}$"), name="watched_goods_have_a_customs_code"
            ),
            models.CheckConstraint(condition=~Q(measure=""), name="watched_goods_name_their_measure"),
        ]
        indexes = [models.Index(fields=["hs_code"], name="watched_goods_by_code")]

    def __str__(self) -> str:
        return f"{self.hs_code} {self.measure}"
