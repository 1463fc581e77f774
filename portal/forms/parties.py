"""What exporters type about one party."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from licensing.models import Party, PartyKind, PartyRole
from portal.forms import fields
from portal.forms.fields import DayField, PageForm, choice, email, said, text, today

OTHER_NAMES_AT_MOST = 40


class PartyForm(PageForm):
    role = choice(
        _("Role in this transaction"),
        [("", _("Choose a role")), *PartyRole.choices],
        required=_("Choose what this party does in the transaction."),
        hint=_("Somebody with two roles is added twice."),
    )
    kind = choice(
        _("Company or person"),
        PartyKind.choices,
        required=_("Choose whether this is a company or organisation, or a person."),
        radios=True,
    )
    name = text(
        Party,
        "name",
        required=_("Write the full legal name, for example “Kyoto Glass Works Co., Ltd.”."),
        hint=_("As it stands in the register or the passport, in its own letters or in Latin ones."),
    )
    other_names = fields.lines(
        _("Other names"),
        hint=_("Trade names, former names, the name in other letters. One a line."),
        longest=200,
        most=OTHER_NAMES_AT_MOST,
    )
    street = text(Party, "street")
    street_more = text(Party, "street_more")
    city = text(Party, "city", required=_("Write the city or town."))
    region = text(Party, "region")
    postal_code = text(Party, "postal_code", width=10)
    country = fields.country(_("Country"), required=_("Choose the country of the address."))
    registration_number = text(
        Party,
        "registration_number",
        hint=_("Of the company register, or of the passport or identity card."),
        width=20,
    )
    born_on = DayField(
        label=_("Date of birth"),
        help_text=_("Only for a person. For example 1975-11-30 or 30/11/1975."),
        earliest=lambda: date(1900, 1, 1),
        latest=today,
        out_of_range=_("Write a day from 1900 to today, for example 1975-11-30."),
    )
    email = email(Party, "email")
    phone = fields.phone(Party, "phone", width=20)
    website = forms.URLField(
        label=_("Website"),
        required=False,
        max_length=200,
        assume_scheme="https",
        error_messages=said(
            None, invalid=_("Write the address of the website, for example www.example.org.")
        ),
        widget=forms.TextInput({"inputmode": "url", "spellcheck": "false"}),
    )

    def clean(self) -> dict[str, Any]:
        super().clean()
        if self.cleaned_data.get("born_on") and self.cleaned_data.get("kind") == PartyKind.ORGANISATION:
            self.add_error(
                "born_on", gettext("Only a person has a date of birth. Delete it, or choose “Person”.")
            )
        return self.cleaned_data


def shown(party: Party) -> dict[str, Any]:
    """Return the party as its form shows it."""
    return {name: getattr(party, name) for name in PartyForm.base_fields}
