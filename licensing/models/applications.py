"""What an exporter asks for."""

from datetime import datetime
from typing import Any, Self

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from licensing.models.accounts import Organisation, Role, User
from licensing.models.addresses import Address


class ApplicationStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    IN_REVIEW = "in-review", _("In review")
    INFORMATION_REQUESTED = "information-requested", _("Information requested")
    RECOMMENDED = "recommended", _("Waiting for decision")
    APPROVED = "approved", _("Approved")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Withdrawn")


# Who has it.
WITH_EXPORTER = (ApplicationStatus.INFORMATION_REQUESTED, ApplicationStatus.DRAFT)
WITH_AUTHORITY = (ApplicationStatus.SUBMITTED, ApplicationStatus.IN_REVIEW, ApplicationStatus.RECOMMENDED)
CLOSED = (ApplicationStatus.APPROVED, ApplicationStatus.REFUSED, ApplicationStatus.WITHDRAWN)


class ApplicationKind(models.TextChoices):
    EXPORT = "export", _("Export")
    RE_EXPORT = "re-export", _("Re-export")
    TRANSIT = "transit", _("Transit")
    TRANSHIPMENT = "trans-shipment", _("Trans-shipment")
    BROKERING = "brokering", _("Brokering")


class TransportMode(models.TextChoices):
    SEA = "sea", _("Sea")
    AIR = "air", _("Air")
    ROAD = "road", _("Road")
    RAIL = "rail", _("Rail")
    POST = "post", _("Post or courier")
    ELECTRONIC = "electronic", _("Electronic transmission")


def _live_licences(at: datetime) -> models.QuerySet[Any]:
    return apps.get_model("licensing", "Licence").objects.live(at)


class ApplicationQuerySet(models.QuerySet["Application"]):
    def visible_to(self, user: User) -> Self:
        """Exporters see their own organisation's; officers all that were handed in; advisers those they
        were asked about; nobody else any."""
        if user.is_exporter:
            return self.filter(organisation=user.organisation)
        if user.role in (Role.CASE_OFFICER, Role.DECIDING_OFFICER):
            return self.exclude(status=ApplicationStatus.DRAFT)
        if user.role == Role.ADVISER:
            return self.filter(consultations__body=user.organisation).distinct()
        return self.none()

    def open(self) -> Self:
        """Handed in and not yet closed."""
        return self.exclude(status__in=[ApplicationStatus.DRAFT, *CLOSED])

    def watched(self, at: datetime) -> Self:
        """Those whose parties are compared with every new list: open ones, and those under whose licence
        something may still be shipped."""
        return self.filter(
            ~Q(status__in=[ApplicationStatus.DRAFT, *CLOSED])
            | Q(status=ApplicationStatus.APPROVED, licence__in=_live_licences(at))
        )

    def lock(self, pk: int) -> "Application":
        """Return the row, locked until the transaction ends, so that two people can't act at once."""
        return self.select_for_update(of=("self",)).get(pk=pk)


class Application(models.Model):
    reference = models.CharField(max_length=30, unique=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="applications")
    kind = models.CharField(_("What will you do?"), max_length=20, choices=ApplicationKind)
    status = models.CharField(
        max_length=30, choices=ApplicationStatus, default=ApplicationStatus.DRAFT, editable=False
    )
    own_reference = models.CharField(_("Your own reference"), max_length=60, blank=True)
    contact_name = models.CharField(_("Who can we ask?"), max_length=150, blank=True)
    contact_email = models.EmailField(_("E-mail address"), blank=True)
    contact_phone = models.CharField(_("Telephone"), max_length=40, blank=True)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    saved_at = models.DateTimeField()  # when anything of the draft was last written
    submitted_at = models.DateTimeField(null=True, editable=False)
    case_officer = models.ForeignKey(User, models.PROTECT, null=True, related_name="cases", editable=False)

    # The route
    dispatched_from = models.CharField(_("Country of dispatch"), max_length=2, blank=True)
    destination = models.CharField(_("Country of final destination"), max_length=2, blank=True)
    transport_mode = models.CharField(
        _("Means of transport"), max_length=20, choices=TransportMode, blank=True
    )
    port_of_loading = models.CharField(_("Port, airport or crossing of exit"), max_length=10, blank=True)
    port_of_discharge = models.CharField(_("Port or place of arrival"), max_length=100, blank=True)
    transit_countries = ArrayField(models.CharField(max_length=2), default=list, blank=True)
    dispatch_on = models.DateField(_("Expected date of the first shipment"), null=True, blank=True)

    # The end use, in the exporter's words; the declarations are EndUseDeclaration rows
    end_use = models.TextField(_("What will the goods be used for, where and by whom?"), blank=True)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=ApplicationStatus.values), name="application_status_is_known"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=ApplicationKind.values), name="application_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(status=ApplicationStatus.DRAFT)
                | Q(submitted_at__isnull=False)
                | Q(status=ApplicationStatus.WITHDRAWN),
                name="what_was_handed_in_says_when",
            ),
        ]
        indexes = [models.Index(fields=["status", "submitted_at"], name="application_queue")]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_open(self) -> bool:
        """Whether it is handed in and not yet closed."""
        return self.status not in (ApplicationStatus.DRAFT, *CLOSED)


class PartyRole(models.TextChoices):
    CONSIGNOR = "consignor", _("Consignor")
    CONSIGNEE = "consignee", _("Consignee")
    INTERMEDIATE_CONSIGNEE = "intermediate-consignee", _("Intermediate consignee")
    END_USER = "end-user", _("End user")
    ULTIMATE_END_USER = "ultimate-end-user", _("Ultimate end user")
    BROKER = "broker", _("Broker")
    CARRIER = "carrier", _("Carrier")
    FREIGHT_FORWARDER = "freight-forwarder", _("Freight forwarder")
    AGENT = "agent", _("Agent")
    NOTIFY_PARTY = "notify-party", _("Notify party")
    BANK = "bank", _("Bank")
    VESSEL = "vessel", _("Ship that carries the goods")
    # Nobody declares these: the portal screens whoever has an account, see licensing.watched.
    APPLICANT = "applicant", _("Applicant")
    USER = "user", _("Person with an account")


DECLARED_ROLES = tuple(role for role in PartyRole if role not in (PartyRole.APPLICANT, PartyRole.USER))


class PartyKind(models.TextChoices):
    ORGANISATION = "organisation", _("Company or organisation")
    PERSON = "person", _("Person")
    VESSEL = "vessel", _("Ship")


class PartyQuerySet(models.QuerySet["Party"]):
    def watched(self, at: datetime) -> Self:
        """Everybody who is compared with every new list: who takes part in what is open or may still be
        shipped, companies that apply, and people with an account."""
        return self.filter(
            Q(application__in=Application.objects.watched(at))
            | Q(company__isnull=False)
            | Q(account__is_active=True)
        )


class Party(Address):
    """Somebody whom the lists are asked about: who takes part in a transaction, in one role; a company that
    applies; or a person with an account. The last two are kept as `licensing.watched` says."""

    application = models.ForeignKey(Application, models.CASCADE, null=True, related_name="parties")
    company = models.OneToOneField(Organisation, models.PROTECT, null=True, related_name="screened_as")
    account = models.OneToOneField(User, models.PROTECT, null=True, related_name="screened_as")
    role = models.CharField(_("Role in this transaction"), max_length=30, choices=PartyRole)
    kind = models.CharField(_("Company or person"), max_length=20, choices=PartyKind)
    name = models.CharField(_("Full legal name"), max_length=200)
    other_names = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    registration_number = models.CharField(_("Registration or identity number"), max_length=60, blank=True)
    born_on = models.DateField(_("Date of birth"), null=True, blank=True)
    email = models.EmailField(_("E-mail address"), blank=True)
    phone = models.CharField(_("Telephone"), max_length=40, blank=True)
    website = models.URLField(_("Website"), max_length=200, blank=True)
    # What it was last compared as and with. Of a case `Screening` says it; there only the first is kept up.
    screened_digest = models.CharField(max_length=64, blank=True, editable=False)
    screened_versions = ArrayField(models.BigIntegerField(), default=list, editable=False)
    screened_thresholds = models.CharField(max_length=40, blank=True, editable=False)

    objects = PartyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "parties"
        constraints = [
            models.CheckConstraint(condition=Q(role__in=PartyRole.values), name="party_role_is_known"),
            models.CheckConstraint(condition=Q(kind__in=PartyKind.values), name="party_kind_is_known"),
            models.CheckConstraint(condition=~Q(name=""), name="a_party_has_a_name"),
            models.CheckConstraint(
                condition=Q(born_on=None) | Q(kind=PartyKind.PERSON), name="only_persons_are_born"
            ),
            models.CheckConstraint(
                condition=Q(application__isnull=False, company=None, account=None)
                & ~Q(role__in=[PartyRole.APPLICANT, PartyRole.USER])
                | Q(application=None, company__isnull=False, account=None, role=PartyRole.APPLICANT)
                | Q(application=None, company=None, account__isnull=False, role=PartyRole.USER),
                name="a_party_is_of_a_case_or_a_company_or_an_account",
            ),
            models.CheckConstraint(
                condition=Q(role=PartyRole.VESSEL, kind=PartyKind.VESSEL)
                | ~Q(role=PartyRole.VESSEL) & ~Q(kind=PartyKind.VESSEL),
                name="a_ship_is_what_carries",
            ),
        ]

    @property
    def belongs_to(self) -> tuple[str, int | None]:
        """Whose it is: two parties of the same are judged together, others remember."""
        if self.application_id is not None:
            return "application", self.application_id
        return ("company", self.company_id) if self.company_id is not None else ("account", self.account_id)

    @property
    def case_reference(self) -> str:
        """The application it takes part in; "" for a company or an account."""
        return self.application.reference if self.application else ""

    def __str__(self) -> str:
        return self.name

    def names(self) -> tuple[str, ...]:
        """Return every name given for the party, the full legal one first."""
        return (self.name, *self.other_names)


class GoodsLine(models.Model):
    """One kind of goods, software or technology in an application."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="goods")
    number = models.PositiveSmallIntegerField()  # 1, 2, 3 ... within the application
    description = models.TextField(_("Description"), max_length=2000)
    hs_code = models.CharField(_("HS code"), max_length=12)  # digits only, 6 to 12
    control_code = models.CharField(_("Control list entry"), max_length=30, blank=True)  # empty: says none
    quantity = models.DecimalField(_("Quantity"), max_digits=18, decimal_places=4)  # in `unit`
    unit = models.CharField(_("Unit"), max_length=3)  # UN/ECE Recommendation 20 code, such as KGM or C62
    value = models.DecimalField(_("Value"), max_digits=18, decimal_places=2)  # of the line, in `currency`
    currency = models.CharField(_("Currency"), max_length=3)  # ISO 4217
    origin = models.CharField(_("Country of origin"), max_length=2)
    manufacturer = models.CharField(_("Manufacturer"), max_length=200, blank=True)
    model = models.CharField(_("Model or part number"), max_length=200, blank=True)
    serial_numbers = ArrayField(models.CharField(max_length=80), default=list, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["application", "number"], name="one_goods_line_per_number"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="goods_quantity_is_positive"),
            models.CheckConstraint(condition=Q(value__gte=0), name="goods_value_is_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.description[:60]}"


class EndUseQuestion(models.TextChoices):
    """The catch-all questions: each is answered yes or no; a yes needs words."""

    WMD = (
        "wmd",
        _(
            "Do you know or suspect that the goods may serve chemical, biological or nuclear weapons,"
            " or missiles for them?"
        ),
    )
    MILITARY = (
        "military",
        _("Are the goods, or what will be made with them, meant for armed forces or for military use?"),
    )
    INFORMED = "informed", _("Has an authority told you that these goods may need a licence?")
    ONWARD = "onward", _("Will the goods be sold, lent or sent on to anybody else after they arrive?")
    UNUSUAL = (
        "unusual",
        _("Is anything unusual about this order: payment, route, packing, buyer or requested secrecy?"),
    )


class EndUseDeclaration(models.Model):
    application = models.ForeignKey(Application, models.CASCADE, related_name="declarations")
    question = models.CharField(max_length=20, choices=EndUseQuestion)
    answer = models.BooleanField()
    explanation = models.TextField(blank=True, max_length=2000)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["application", "question"], name="one_answer_per_question"),
            models.CheckConstraint(
                condition=Q(question__in=EndUseQuestion.values), name="end_use_question_is_known"
            ),
            models.CheckConstraint(
                condition=Q(answer=False) | ~Q(explanation=""), name="a_yes_says_what_about"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.question}: {self.answer}"
