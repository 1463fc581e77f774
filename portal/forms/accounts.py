"""What people type to sign in, and what administrators type about organisations, accounts and keys."""

import re
from datetime import date, timedelta
from typing import Any

from allauth.account import forms as library
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from licensing.country import pack
from licensing.models import (
    EXPORTER_ROLES,
    ApiKey,
    ApiScope,
    Organisation,
    OrganisationKind,
    Role,
    User,
)
from licensing.models.sorting import by_name
from licensing.permissions import Permission, has
from portal.credentials import sha256_of
from portal.forms.fields import CHOOSE, FILL_IN, DayField, choice, country, email, phone, said, text, today

KEY_DAYS, KEY_DAYS_LONGEST = 365, 730
REASON_LONGEST = 500
CERTIFICATE_LONGEST = 10_000


class LoginForm(library.LoginForm):  # type: ignore[misc]
    """The library's, with the address from ?email= filled in, so that a list of log-ins can lead here."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["login"].label = gettext_lazy("E-mail address")
        if self.request is not None and "email" in self.request.GET:
            self.initial["login"] = self.request.GET["email"][:254]


class AccountsForm(forms.Form):
    q = forms.CharField(label=gettext_lazy("Name, address or organisation"), required=False, max_length=100)
    role = choice(gettext_lazy("Role"), lambda: [("", _("Any")), *Role.choices])
    state = choice(
        gettext_lazy("State"),
        lambda: [("", _("Any")), ("active", _("Active")), ("disabled", _("Disabled"))],
    )


class OrganisationsForm(forms.Form):
    q = forms.CharField(label=gettext_lazy("Name or tax number"), required=False, max_length=100)
    kind = choice(gettext_lazy("Kind"), lambda: [("", _("Any")), *OrganisationKind.choices])


class InviteForm(forms.Form):
    name = text(User, "name", required=FILL_IN, autocomplete="off")
    email = email(
        User,
        "email",
        required=FILL_IN,
        hint=gettext_lazy("The person signs in with it; the link to choose a password goes there."),
    )
    role = choice(gettext_lazy("Role"), lambda: [("", _("Choose a role")), *Role.choices], required=CHOOSE)
    organisation = forms.ModelChoiceField(
        Organisation.objects.order_by("kind", *by_name()),
        label=gettext_lazy("Organisation"),
        required=False,
        empty_label=gettext_lazy("The licensing authority itself"),
        error_messages=said(None),
    )
    office = text(
        User,
        "office",
        hint=gettext_lazy("For example “Director of licences”. It stands beside what the person signs."),
    )
    language = choice(
        gettext_lazy("Language"), [("es", "Español"), ("en", "English")], required=CHOOSE, radios=True
    )

    def __init__(self, *args: Any, by: User, **options: Any) -> None:
        super().__init__(*args, **options)
        self.by = by
        self.initial.setdefault("language", "es")
        if not has(by, Permission.MANAGE_ACCOUNTS):
            del self.fields["organisation"], self.fields["office"]
            self.fields["role"] = choice(
                gettext_lazy("Role"),
                [(role.value, role.label) for role in EXPORTER_ROLES],
                required=CHOOSE,
                radios=True,
            )

    def given(self) -> dict[str, Any]:
        """Return the account's facts; people of a company invite for their own."""
        return {"organisation": self.by.organisation, "office": "", **self.cleaned_data}


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=REASON_LONGEST,
        help_text=gettext_lazy("It stays in the record of the account."),
        error_messages=said(gettext_lazy("Give the reason.")),
        widget=forms.Textarea({"rows": 3}),
    )


def last_day_of_a_key() -> date:
    return today() + timedelta(days=KEY_DAYS_LONGEST)


def tomorrow() -> date:
    return today() + timedelta(days=1)


class CertificateField(forms.CharField):
    """A client certificate, pasted or named by its SHA-256; in the end its SHA-256."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            label=gettext_lazy("Client certificate"),
            max_length=CERTIFICATE_LONGEST,
            widget=forms.Textarea({"rows": 4, "spellcheck": "false"}),
            error_messages=said(gettext_lazy("Paste the certificate or write its SHA-256.")),
            **options,
        )

    def clean(self, value: Any) -> str:
        written = super().clean(value)
        try:
            return sha256_of(written) if written else ""
        except ValueError as problem:
            text = _(
                "This is no certificate and no SHA-256. Paste the text from BEGIN CERTIFICATE to"
                " END CERTIFICATE, or the 64 digits that “openssl x509 -noout -fingerprint -sha256”"
                " prints after the equals sign."
            )
            raise ValidationError(text, "certificate") from problem


class KeyForm(forms.Form):
    name = text(
        ApiKey,
        "name",
        required=FILL_IN,
        hint=gettext_lazy("For example the system and the port that will use it."),
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("What it may do"),
        choices=ApiScope.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages=said(gettext_lazy("Choose at least one.")),
    )
    expires_on = DayField(
        label=gettext_lazy("Last day"),
        help_text=gettext_lazy("At most two years from now. Make a new key before it ends."),
        earliest=tomorrow,
        latest=last_day_of_a_key,
        out_of_range=gettext_lazy("Choose a day from tomorrow to two years from now."),
    )

    certificate = CertificateField(
        required=False,
        help_text=gettext_lazy(
            "Only if the key shall open nothing without it. Paste the certificate, or its SHA-256."
        ),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["expires_on"].required = True
        self.initial.setdefault("scopes", [ApiScope.READ_LICENCES])
        self.initial.setdefault("expires_on", today() + timedelta(days=KEY_DAYS))


class CertificateForm(forms.Form):
    certificate = CertificateField(
        help_text=gettext_lazy(
            "Paste the text from BEGIN CERTIFICATE to END CERTIFICATE, or write its SHA-256. Never paste a "
            "private key anywhere."
        )
    )


class OrganisationForm(forms.Form):
    kind = choice(
        gettext_lazy("Kind"),
        lambda: [("", _("Choose a kind")), *OrganisationKind.choices],
        required=CHOOSE,
    )
    name = text(Organisation, "name", required=FILL_IN)
    body_code = choice(
        gettext_lazy("Which body of the country’s rules"),
        lambda: [("", _("None")), *((body.code, str(body.name)) for body in pack().bodies)],
        hint=gettext_lazy("Only for a consulted body."),
    )
    tax_id = forms.CharField(max_length=30, required=False)
    tax_id_check = forms.CharField(
        max_length=4, required=False, widget=forms.TextInput({"class": "govuk-input--width-4"})
    )
    email = email(Organisation, "email")
    phone = phone(Organisation, "phone")
    street = text(Organisation, "street")
    street_more = text(Organisation, "street_more")
    city = text(Organisation, "city")
    region = text(Organisation, "region")
    postal_code = text(Organisation, "postal_code")
    country = country(gettext_lazy("Country"), required=CHOOSE)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        tax = pack().tax_id
        self.fields["tax_id"].label = str(tax.label)
        self.fields["tax_id"].help_text = _(
            "An exporter of this country needs one, for example %(example)s"
        ) % {"example": tax.example}
        self.fields["tax_id_check"].label = str(tax.check_label)
        self.initial.setdefault("country", pack().code)

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if given.get("kind") != OrganisationKind.BODY:
            given["body_code"] = ""
        if given.get("country") == pack().code:
            self._check_tax_id(given)
        return given

    def _check_tax_id(self, given: dict[str, Any]) -> None:
        """A company of this country has a tax number in the form that the country pack knows."""
        tax = pack().tax_id
        needed = given.get("kind") == OrganisationKind.EXPORTER
        for name, pattern, label in (
            ("tax_id", tax.pattern, tax.label),
            ("tax_id_check", tax.check_pattern, tax.check_label),
        ):
            value = given[name] = given.get(name, "").upper().replace(" ", "")
            if not value and needed:
                self.add_error(name, ValidationError(_("An exporter of this country has one. Fill it in.")))
            elif value and not re.fullmatch(pattern, value):
                self.add_error(
                    name,
                    ValidationError(
                        _("“%(value)s” has not the form of %(label)s; an example is %(example)s."),
                        params={
                            "value": value,
                            "label": label,
                            "example": tax.example if name == "tax_id" else "12",
                        },
                    ),
                )
