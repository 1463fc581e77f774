"""Who uses the portal, and for whom."""

from datetime import datetime
from typing import Any, ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from licensing.models.addresses import Address
from licensing.models.sorting import by_name


class OrganisationKind(models.TextChoices):
    EXPORTER = "exporter", _("Exporter")
    BODY = "body", _("Consulted body")
    CUSTOMS = "customs", _("Customs")
    AUTHORITY = "authority", _("Licensing authority")


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def bodies_to_ask(self) -> Self:
        """Return every body by name; `can_answer` says whether it has an adviser whose account is open."""
        advisers = User.objects.filter(organisation=OuterRef("pk"), role=Role.ADVISER, is_active=True)
        bodies = self.filter(kind=OrganisationKind.BODY).annotate(can_answer=Exists(advisers))
        return bodies.order_by(*by_name())


class Organisation(Address):
    kind = models.CharField(_("Kind"), max_length=20, choices=OrganisationKind)
    name = models.CharField(_("Name"), max_length=200)
    # The code of the body in the country pack; empty for everybody else.
    body_code = models.CharField(max_length=40, blank=True, editable=False)
    tax_id = models.CharField(max_length=30, blank=True)  # RUC in Panama; its form is the country pack's
    tax_id_check = models.CharField(max_length=4, blank=True)  # DV in Panama
    email = models.EmailField(_("E-mail address"), blank=True)
    phone = models.CharField(_("Telephone"), max_length=40, blank=True)
    created_at = models.DateTimeField()

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=OrganisationKind.values), name="organisation_kind_is_known"
            ),
            models.UniqueConstraint(
                fields=["tax_id"], condition=~Q(tax_id=""), name="one_organisation_per_tax_id"
            ),
            models.UniqueConstraint(
                fields=["body_code"], condition=~Q(body_code=""), name="one_organisation_per_body_code"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    EXPORTER_FILER = "exporter-filer", _("Exporter: files applications")
    EXPORTER_ADMINISTRATOR = "exporter-administrator", _("Exporter: administrator")
    CASE_OFFICER = "case-officer", _("Licensing officer")
    DECIDING_OFFICER = "deciding-officer", _("Deciding officer")
    ADVISER = "adviser", _("Adviser of a consulted body")
    CUSTOMS_OFFICER = "customs-officer", _("Customs officer")
    CUSTOMS_SYSTEM = "customs-system", _("Customs system")
    ADMINISTRATOR = "administrator", _("Administrator")


EXPORTER_ROLES = (Role.EXPORTER_FILER, Role.EXPORTER_ADMINISTRATOR)


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save()
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)

    def visible_to(self, user: "User") -> models.QuerySet["User"]:
        """Administrators see every account, a company's administrator those of the company, others none."""
        if user.role == Role.ADMINISTRATOR:
            return self.all()
        if user.role == Role.EXPORTER_ADMINISTRATOR:
            return self.filter(organisation=user.organisation, role__in=EXPORTER_ROLES)
        return self.none()

    def of(self, organisation: Organisation | None) -> models.QuerySet["User"]:
        return self.filter(organisation=organisation).order_by(*by_name())


class User(AbstractBaseUser):
    """A person, or a machine of customs (role customs-system), who acts in the portal."""

    email = models.EmailField(_("E-mail address"), unique=True)
    name = models.CharField(_("Name"), max_length=150)
    office = models.CharField(_("Office held"), max_length=150, blank=True)  # printed beside a signature
    role = models.CharField(_("Role"), max_length=30, choices=Role)
    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="users",
        verbose_name=_("Organisation"),
    )
    language = models.CharField(
        _("Language"), max_length=2, choices=[("es", "Español"), ("en", "English")], default="es"
    )
    is_active = models.BooleanField(default=True, editable=False)
    created_at = models.DateTimeField()
    disabled_by = models.ForeignKey("self", models.PROTECT, null=True, related_name="+", editable=False)
    disabled_at = models.DateTimeField(null=True, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(role__in=Role.values), name="user_role_is_known"),
            models.CheckConstraint(
                condition=~Q(
                    role__in=[
                        *EXPORTER_ROLES,
                        Role.ADVISER,
                        Role.CUSTOMS_OFFICER,
                        Role.CUSTOMS_SYSTEM,
                    ]
                )
                | Q(organisation__isnull=False),
                name="exporters_advisers_and_customs_act_for_an_organisation",
            ),
            models.CheckConstraint(
                condition=Q(is_active=True, disabled_by=None, disabled_at=None)
                | Q(is_active=False, disabled_by__isnull=False, disabled_at__isnull=False),
                name="a_disabled_account_says_who_and_when",
            ),
            models.UniqueConstraint(Lower("email"), name="one_account_per_email_whatever_its_case"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        return self.name

    @property
    def is_exporter(self) -> bool:
        return self.role in EXPORTER_ROLES


class ApiScope(models.TextChoices):
    READ_LICENCES = "licences:read", _("Ask about licences")
    WRITE_USAGES = "usages:write", _("Write quantities off")
    SCREEN = "screenings:read", _("Compare parties with the lists")
    CLASSIFY = "classifications:read", _("Ask which control list entries may describe goods")


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    def live(self, at: datetime) -> Self:
        """Keys that open something at `at`: not revoked, not expired, of an account that may sign in."""
        return self.filter(revoked_at=None, expires_at__gt=at, account__is_active=True)


class ApiKey(models.Model):
    """A secret that lets a machine in. Only its SHA-256 is stored: 256 random bits need no slow hash.

    To OAuth it is a client: `prefix` is the client's id, the whole secret the client's secret.
    """

    account = models.ForeignKey(User, models.PROTECT, related_name="api_keys")
    name = models.CharField(_("What it is for"), max_length=100)
    prefix = models.CharField(max_length=12)  # the first characters, to tell keys apart on a page
    digest = models.BinaryField(unique=True)
    scopes = ArrayField(models.CharField(max_length=40, choices=ApiScope))
    # In hexadecimal: the certificate without which the key and its tokens open nothing. Empty: none is asked.
    certificate_sha256 = models.CharField(_("SHA-256 of the certificate"), max_length=64, blank=True)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="a_key_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=Q(revoked_by=None, revoked_at=None)
                | Q(revoked_by__isnull=False, revoked_at__isnull=False),
                name="a_revoked_key_says_who_and_when",
            ),
            models.CheckConstraint(
                condition=Q(certificate_sha256="") | Q(certificate_sha256__regex=r"^[0-9a-f]{64}$"),
                name="a_certificate_is_named_by_its_sha256",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.prefix}… {self.name}"

    def scope_labels(self) -> list[str]:
        return [str(ApiScope(scope).label) for scope in self.scopes]


class AccessTokenQuerySet(models.QuerySet["AccessToken"]):
    def live(self, at: datetime) -> Self:
        """Tokens that open something at `at`: not expired, of a key that still does."""
        return self.filter(
            expires_at__gt=at,
            key__revoked_at=None,
            key__expires_at__gt=at,
            key__account__is_active=True,
        )


class AccessToken(models.Model):
    """A secret of minutes that stands for a key (OAuth 2). Only its SHA-256 is stored, until it expires."""

    key = models.ForeignKey(ApiKey, models.PROTECT, related_name="tokens")
    digest = models.BinaryField(unique=True)
    scopes = ArrayField(models.CharField(max_length=40, choices=ApiScope))  # some of the key's, or all
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    objects = AccessTokenQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("issued_at")), name="a_token_ends_after_it_begins"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key.prefix}… {self.issued_at:%Y-%m-%d %H:%M}"
