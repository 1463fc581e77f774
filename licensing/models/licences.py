"""What an exporter may ship, and what has been shipped."""

from collections.abc import Iterable
from datetime import datetime
from decimal import ROUND_DOWN, Context, Decimal
from typing import Any, Protocol, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from licensing.models.accounts import Organisation, Role, User
from licensing.models.applications import Application, GoodsLine
from licensing.models.checks import says
from licensing.models.decisions import Decision
from licensing.models.files import StoredFile
from licensing.units import decimals_of

EXACT = Context(prec=60)  # digits: a quantity and a value of 18 each, multiplied


class LicenceStatus(models.TextChoices):
    """Only what somebody decided. Expired and used up are worked out, not stored."""

    ACTIVE = "active", _("In force")
    SUSPENDED = "suspended", _("Suspended")
    REVOKED = "revoked", _("Revoked")
    SURRENDERED = "surrendered", _("Given back")
    REPLACED = "replaced", _("Replaced")


# Nothing can be shipped under such a licence, ever again.
ENDED = (LicenceStatus.REVOKED, LicenceStatus.SURRENDERED, LicenceStatus.REPLACED)


class LicenceState(models.TextChoices):
    """What a licence is worth at a moment: its status, its period and its balances together."""

    VALID = "valid", _("In force")
    NOT_YET = "not-yet-valid", _("Not yet in force")
    EXPIRED = "expired", _("Expired")
    EXHAUSTED = "exhausted", _("Used up")
    SUSPENDED = "suspended", _("Suspended")
    REVOKED = "revoked", _("Revoked")
    SURRENDERED = "surrendered", _("Given back")
    REPLACED = "replaced", _("Replaced")


# What somebody decided, which neither the period nor the balances change.
DECIDED = (
    LicenceState.SUSPENDED,
    LicenceState.REVOKED,
    LicenceState.SURRENDERED,
    LicenceState.REPLACED,
)


class LicenceQuerySet(models.QuerySet["Licence"]):
    def visible_to(self, user: User) -> Self:
        """Exporters see their own organisation's licences; officers and customs see all."""
        if user.is_exporter:
            return self.filter(holder=user.organisation)
        if user.role in (Role.CASE_OFFICER, Role.DECIDING_OFFICER, Role.CUSTOMS_OFFICER, Role.CUSTOMS_SYSTEM):
            return self
        return self.none()

    def in_force(self, at: datetime) -> Self:
        """Those that something may still be shipped under at `at`, as `Licence.state` says of one."""
        remains = LicenceLine.objects.filter(licence=OuterRef("pk")).filter(
            used__lt=F("granted") + F("granted") * F("quantity_tolerance") / 100
        )
        active = self.filter(status=LicenceStatus.ACTIVE, starts_at__lte=at, ends_at__gt=at)
        return active.filter(Exists(remains))

    def live(self, at: datetime) -> Self:
        """Those under which something may be shipped, now or once they are reinstated."""
        return self.exclude(status__in=ENDED).filter(ends_at__gt=at)

    def in_state(self, state: LicenceState, at: datetime) -> Self:
        """Those that are worth `state` at `at`, as `Licence.state` says of one."""
        if state in DECIDED:
            return self.filter(status=state.value)
        active = self.filter(status=LicenceStatus.ACTIVE)
        if state == LicenceState.EXPIRED:
            return active.filter(ends_at__lte=at)
        if state == LicenceState.NOT_YET:
            return active.filter(ends_at__gt=at, starts_at__gt=at)
        if state == LicenceState.VALID:
            return self.in_force(at)
        return active.filter(starts_at__lte=at, ends_at__gt=at).exclude(pk__in=self.in_force(at).values("pk"))

    def to_take_back(self) -> Self:
        """Those whose holder gives them back, and that nobody has taken back yet."""
        asked = SurrenderRequest.objects.filter(licence=OuterRef("pk"))
        return self.filter(Exists(asked), status=LicenceStatus.ACTIVE)

    def lock(self, pk: int) -> "Licence":
        return self.select_for_update(of=("self",)).get(pk=pk)


class Licence(models.Model):
    application = models.OneToOneField(Application, models.PROTECT, related_name="licence")
    decision = models.OneToOneField(Decision, models.PROTECT, related_name="licence")
    holder = models.ForeignKey(Organisation, models.PROTECT, related_name="licences")
    reference = models.CharField(max_length=30, unique=True)
    check_code = models.CharField(max_length=16)  # Crockford base32, 80 random bits; printed on the licence
    status = models.CharField(
        max_length=20, choices=LicenceStatus, default=LicenceStatus.ACTIVE, editable=False
    )
    valid_from = models.DateField()
    valid_to = models.DateField()  # the last day it may be used, a legal day of the country
    starts_at = models.DateTimeField()  # the same period as moments, worked out once from the two days
    ends_at = models.DateTimeField()  # exclusive
    conditions = ArrayField(models.TextField(), default=list)
    issued_at = models.DateTimeField()
    # The licence that an amendment changed into this one. A trigger asks for the amendment.
    replaces = models.ForeignKey(
        "self", models.PROTECT, null=True, db_index=False, related_name="replacements", editable=False
    )

    objects = LicenceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=LicenceStatus.values), name="licence_status_is_known"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__gte=F("valid_from")), name="licence_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="licence_period_is_not_empty"
            ),
            models.CheckConstraint(
                condition=Q(check_code__regex=r"^[0-9A-HJKMNP-TV-Z]{16}$"),
                name="check_code_is_sixteen_crockford_characters",
            ),
            models.UniqueConstraint(
                fields=["replaces"],
                condition=Q(replaces__isnull=False),
                name="a_licence_is_replaced_once",
            ),
            models.CheckConstraint(condition=~Q(replaces=F("pk")), name="no_licence_replaces_itself"),
        ]
        indexes = [models.Index(fields=["ends_at"], name="licences_by_their_end")]

    def __str__(self) -> str:
        return self.reference

    def is_live(self, at: datetime) -> bool:
        """Say what `LicenceQuerySet.live` says of many."""
        return self.status not in ENDED and at < self.ends_at

    @property
    def replacement(self) -> "Licence | None":
        """Return the licence that counts in the place of this one, if it was replaced."""
        newest = self
        while newest.status == LicenceStatus.REPLACED:
            newest = newest.replacements.get()
        return newest if newest != self else None

    def state(self, at: datetime) -> LicenceState:
        """Say what the licence is worth at `at`. Reads its lines."""
        return state_of(self.status, self.starts_at, self.ends_at, self.accounts, at)

    def keep_lines(self, lines: "list[LicenceLine]") -> None:
        """Take rows that were read already for this licence's lines, as prefetching them would."""
        self._prefetched_objects_cache = KeptLines(self, lines)
        for line in lines:
            line._state.fields_cache["licence"] = self

    @property
    def accounts(self) -> "Iterable[LicenceLine]":
        """Return its lines: those that were read already, without a queryset around them, or asked for."""
        kept = self.__dict__.get("_prefetched_objects_cache")
        return kept.rows if isinstance(kept, KeptLines) else self.lines.all()


class KeptLines(dict[str, Any]):
    """What Django keeps of prefetched rows, for lines that were read otherwise. The queryset around them
    costs more than they do, and is only made if somebody asks for it."""

    def __init__(self, licence: Licence, rows: "list[LicenceLine]") -> None:
        super().__init__()
        self.licence, self.rows = licence, rows

    def __missing__(self, name: str) -> Any:
        if name != "lines":
            raise KeyError(name)
        found: Any = LicenceLine.objects.filter(licence=self.licence)
        found._result_cache, found._prefetch_done = self.rows, True
        self[name] = found
        return found


class SurrenderRequest(models.Model):
    """That the holder gives a licence back before its end: the first of two people, an officer the second.

    A trigger lets no licence be taken back without it.
    """

    licence = models.OneToOneField(Licence, models.PROTECT, related_name="surrender_request")
    reason = models.TextField(max_length=4000)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="who_gives_back_says_why")]

    def __str__(self) -> str:
        return str(self.licence)


class Account(Protocol):
    """What the state of a licence depends on, of each of its lines."""

    @property
    def is_used_up(self) -> bool: ...


def state_of(
    status: str, starts_at: datetime, ends_at: datetime, lines: Iterable[Account], at: datetime
) -> LicenceState:
    """Say what a licence is worth at `at`; the lines are read only if it depends on them."""
    if status != LicenceStatus.ACTIVE:
        return LicenceState(status)
    if at >= ends_at:
        return LicenceState.EXPIRED
    if at < starts_at:
        return LicenceState.NOT_YET
    # What is reserved has not left yet.
    return LicenceState.VALID if any(not line.is_used_up for line in lines) else LicenceState.EXHAUSTED


class Balance:
    """The arithmetic of an account, for a row of the table and for one that was looked up without a model."""

    unit: str
    granted: Decimal
    used: Decimal
    reserved: Decimal
    quantity_tolerance: Decimal
    value: Decimal
    used_value: Decimal
    reserved_value: Decimal
    value_tolerance: Decimal
    is_replaced: bool

    @property
    def most(self) -> Decimal:
        """Return the most that may leave: what was granted, and the tolerance where there is one, rounded
        down to what the unit can count."""
        return with_tolerance(self.granted, self.quantity_tolerance, decimals_of(self.unit))

    @property
    def remaining(self) -> Decimal:
        """Return what may still be reserved or leave without a reservation."""
        if self.is_replaced:
            return Decimal(0)
        return self.most - self.used - self.reserved

    @property
    def remaining_value(self) -> Decimal:
        """Return what its value still bears, in the line's currency."""
        if self.is_replaced:
            return Decimal(0)
        return with_tolerance(self.value, self.value_tolerance, 2) - self.used_value - self.reserved_value

    @property
    def is_used_up(self) -> bool:
        """Say whether all has left; what is reserved has not."""
        return self.used >= self.most


class LicenceLine(Balance, models.Model):
    """An account of one kind of goods: what was granted, reserved and used, in quantity and in value.

    The balances stand beside the ledger and change in the same transaction as it. A tolerance is a condition
    of the licence: by how many hundredths more than granted may leave; without one it is 0.
    """

    licence = models.ForeignKey(Licence, models.PROTECT, related_name="lines")
    goods = models.OneToOneField(GoodsLine, models.PROTECT, related_name="licence_line")
    number = models.PositiveSmallIntegerField()
    description = models.TextField()
    hs_code = models.CharField(max_length=12)
    control_code = models.CharField(max_length=400, blank=True)  # several with commas between
    unit = models.CharField(max_length=3)  # UN/ECE Recommendation 20; of all three quantities
    granted = models.DecimalField(max_digits=18, decimal_places=4)
    used = models.DecimalField(max_digits=18, decimal_places=4, default=Decimal(0))
    reserved = models.DecimalField(max_digits=18, decimal_places=4, default=Decimal(0))
    value = models.DecimalField(max_digits=18, decimal_places=2)  # granted, in `currency`
    currency = models.CharField(max_length=3)  # of all three values
    used_value = models.DecimalField(max_digits=18, decimal_places=2, default=Decimal(0))
    reserved_value = models.DecimalField(max_digits=18, decimal_places=2, default=Decimal(0))
    quantity_tolerance = models.DecimalField(max_digits=5, decimal_places=2, default=Decimal(0))  # per cent
    value_tolerance = models.DecimalField(max_digits=5, decimal_places=2, default=Decimal(0))  # per cent
    # The line of the replaced licence whose account this one carries on.
    continues = models.ForeignKey(
        "self", models.PROTECT, null=True, db_index=False, related_name="continuations", editable=False
    )
    is_replaced = models.BooleanField(default=False, editable=False)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["licence", "number"], name="one_licence_line_per_number"),
            models.CheckConstraint(condition=Q(granted__gt=0), name="licence_line_grants_something"),
            # 0 <= used and 0 <= reserved and used + reserved <= what was granted and the tolerance of it.
            models.CheckConstraint(
                condition=says(
                    "is_within_what_was_granted", "used", "reserved", "granted", "quantity_tolerance"
                ),
                name="no_line_is_overdrawn",
            ),
            models.CheckConstraint(
                condition=says(
                    "is_within_what_was_granted", "used_value", "reserved_value", "value", "value_tolerance"
                ),
                name="no_line_is_overdrawn_in_value",
            ),
            models.CheckConstraint(
                condition=says("tolerance_is_a_share", "quantity_tolerance", "value_tolerance"),
                name="a_tolerance_is_a_share_of_what_is_granted",
            ),
            models.UniqueConstraint(
                fields=["continues"],
                condition=Q(continues__isnull=False),
                name="a_line_is_continued_once",
            ),
            models.CheckConstraint(
                condition=says(
                    "what_is_replaced_holds_nothing",
                    "is_replaced",
                    "used",
                    "reserved",
                    "used_value",
                    "reserved_value",
                ),
                name="nothing_stays_on_a_replaced_line",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.licence} / {self.number}"

    def value_of(self, quantity: Decimal, *, beyond: Decimal = Decimal(0)) -> Decimal:
        """Return what `quantity` is worth at the licence's own price, coming after the part `beyond`.

        All up to either end is rounded down, so that parts that follow one another add up to the value of
        the whole: the last of them takes what rounding left.
        """
        return self._value_up_to(beyond + quantity) - self._value_up_to(beyond)

    def _value_up_to(self, quantity: Decimal) -> Decimal:
        share = EXACT.divide(EXACT.multiply(self.value, quantity), self.granted)
        return share.quantize(Decimal("0.01"), rounding=ROUND_DOWN)


def with_tolerance(granted: Decimal, per_cent: Decimal, decimals: int) -> Decimal:
    """Return the most that may leave of what is granted, rounded down to so many decimals."""
    if not per_cent:
        return granted
    most = granted + granted * per_cent / 100
    return most.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_DOWN)


class UsageQuerySet(models.QuerySet["Usage"]):
    def about(self, licence: Licence) -> Self:
        """Messages about the licence, alone or together with others."""
        moved = LedgerEntry.objects.filter(usage=OuterRef("pk"), line__licence=licence)
        return self.filter(Q(licence=licence) | Exists(moved))


class DigitsOf(Func):
    """The digits of a text, which stay the same however people spell it."""

    function = "regexp_replace"
    template = "%(function)s(%(expressions)s, '[^0-9]', '', 'g')"
    output_field = models.TextField()


class Usage(models.Model):
    """One message of customs and the answer it got, refusals too. Never changed.

    `client_key` is the client's own id of the message: sent again it gets this answer again, for ever.
    """

    class Outcome(models.TextChoices):
        RECORDED = "recorded", _("Recorded")
        REFUSED = "refused", _("Refused")

    class Kind(models.TextChoices):
        USE = "use", _("Write-off in one step")
        RESERVE = "reserve", _("Reservation")
        POST = "post", _("Write-off of what was reserved")
        RELEASE = "release", _("Release")
        ADJUST = "adjust", _("Adjustment")
        DEPART = "depart", _("Report of goods that have left")

    kind = models.CharField(max_length=10, choices=Kind, default=Kind.USE)
    # Null: about several licences, or about one that we don't know.
    # No index of their own: those below begin with them.
    licence = models.ForeignKey(Licence, models.PROTECT, null=True, db_index=False, related_name="usages")
    client = models.ForeignKey(User, models.PROTECT, db_index=False, related_name="+")
    client_key = models.CharField(max_length=100)
    body_digest = models.CharField(max_length=64)  # SHA-256 of what was asked, to tell a replay from a clash
    declaration = models.CharField(max_length=60)  # customs' own reference of the movement
    version = models.PositiveIntegerField(
        default=1
    )  # of the declaration, or the number of what leaves under it
    outcome = models.CharField(max_length=10, choices=Outcome)
    answer = models.JSONField()  # as it was given
    left_at = models.DateTimeField(null=True)  # when the goods left, where the report says it
    at = models.DateTimeField()

    objects = UsageQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["client", "client_key"], name="a_message_counts_once"),
            models.CheckConstraint(
                condition=says("message_kind_is_known", "kind"), name="kind_of_message_is_known"
            ),
            models.CheckConstraint(
                condition=Q(left_at=None) | Q(kind="depart", left_at__lte=F("at")),
                name="what_left_is_reported_afterwards",
            ),
        ]
        indexes = [
            models.Index(fields=["licence", "-at"], name="usage_of_licence"),
            models.Index(fields=["left_at"], condition=Q(left_at__isnull=False), name="usage_by_departure"),
            models.Index(
                DigitsOf("declaration"),
                condition=Q(outcome="recorded"),
                name="usage_by_declaration",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.declaration} ({self.outcome})"


class EntryKind(models.TextChoices):
    USE = "use", _("Written off")  # reserved and posted in one
    RESERVE = "reserve", _("Reserved")
    POST = "post", _("Written off from the reservation")
    RELEASE = "release", _("Released")
    EXPIRE = "expire", _("Reservation ran out")
    DEPART = "depart", _("Had left already")
    CORRECT = "correct", _("Reversed")
    CARRY = "carry", _("Carried over")  # between a line and the one that continues it


AMOUNTS = ("quantity", "reserved", "value", "reserved_value")


class LedgerEntry(models.Model):
    """What changed on one line. Rows are only ever added; a correction is a further row.

    All four amounts are what was added: below zero where something was taken away.
    """

    # Null: no message's. No index of its own: a constraint's begins with it.
    usage = models.ForeignKey(Usage, models.PROTECT, null=True, db_index=False, related_name="entries")
    line = models.ForeignKey(LicenceLine, models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=10, choices=EntryKind, default=EntryKind.USE)
    quantity = models.DecimalField(max_digits=18, decimal_places=4)  # to what is used, in the line's unit
    reserved = models.DecimalField(max_digits=18, decimal_places=4, default=Decimal(0))
    value = models.DecimalField(max_digits=18, decimal_places=2, default=Decimal(0))  # in the line's currency
    reserved_value = models.DecimalField(max_digits=18, decimal_places=2, default=Decimal(0))
    reservation = models.ForeignKey(
        "licensing.Reservation", models.PROTECT, null=True, related_name="entries"
    )
    confirmation = models.OneToOneField(
        "licensing.CorrectionConfirmation", models.PROTECT, null=True, related_name="entry"
    )
    # The movement by its own names: the second guard against counting twice, whatever id a message bears.
    system = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    declaration = models.CharField(max_length=60, blank=True)
    version = models.PositiveIntegerField(default=1)
    item = models.PositiveIntegerField(default=0)
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "ledger entries"
        constraints = [
            models.UniqueConstraint(
                fields=["usage", "line", "item", "kind"], name="a_message_moves_an_item_once"
            ),
            models.UniqueConstraint(
                fields=["system", "declaration", "version", "item", "kind"],
                condition=Q(kind__in=["reserve", "post", "depart"]),
                name="a_movement_counts_once",
            ),
            models.CheckConstraint(
                condition=says(
                    "entry_moves_what_its_kind_says",
                    "kind",
                    "quantity",
                    "reserved",
                    "value",
                    "reserved_value",
                ),
                name="a_ledger_entry_moves_what_its_kind_says",
            ),
            models.CheckConstraint(
                condition=says("entry_names_its_reservation", "kind", "reserved", "reservation"),
                name="what_was_reserved_names_its_reservation",
            ),
            models.CheckConstraint(
                condition=says("entry_names_its_message", "kind", "usage"),
                name="an_entry_without_a_message_is_the_portals",
            ),
            models.CheckConstraint(
                condition=says("entry_names_its_confirmation", "kind", "confirmation"),
                name="an_entry_is_reversed_by_a_confirmed_correction",
            ),
            models.CheckConstraint(
                condition=says("entry_names_its_system", "kind", "system"), name="a_movement_names_its_system"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line}: {self.kind} {self.quantity}"

    @property
    def moved(self) -> Decimal:
        """Return how much the entry is about, whichever way it goes."""
        return abs(self.quantity or self.reserved)


class LicenceDocument(models.Model):
    """The licence as a file. A new edition is a new row; what was handed out is never replaced."""

    licence = models.ForeignKey(Licence, models.PROTECT, related_name="documents")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    edition = models.PositiveSmallIntegerField()
    token = models.TextField(blank=True)  # the address in its QR code; empty in editions older than tokens
    kid = models.CharField(max_length=16, blank=True)  # of the key that signed the token
    made_at = models.DateTimeField()

    class Meta:
        get_latest_by = "edition"
        constraints = [
            models.UniqueConstraint(fields=["licence", "edition"], name="one_document_per_edition"),
            models.CheckConstraint(
                condition=Q(token="", kid="") | (~Q(token="") & ~Q(kid="")),
                name="a_token_names_its_key",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.licence} ({self.edition})"
