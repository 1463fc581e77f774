"""What exporters type about one party."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from licensing.models import DECLARED_ROLES, Party, PartyKind, PartyRole
from portal.forms import fields
from portal.forms.fields import DayField, PageForm, choice, email, said, text, today

OTHER_NAMES_AT_MOST = 40


class PartyForm(PageForm):
    role = choice(
        _("Role in this transaction"),
        [("", _("Choose a role")), *((role.value, role.label) for role in DECLARED_ROLES)],
        required=_("Choose what this party does in the transaction."),
        hint=_("Somebody with two roles is added twice."),
    )
    kind = choice(
        _("Company or person"),
        PartyKind.choices,
        required=_("Choose whether this is a company or organisation, a person or a ship."),
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
    city = text(
        Party,
        "city",
        required=_("Write the city or town."),
        hint=_("Of a ship, its port of registry, if you know it."),
    )
    region = text(Party, "region")
    postal_code = text(Party, "postal_code", width=10)
    country = fields.country(
        _("Country"), required=_("Choose the country of the address."), hint=_("Of a ship, its flag.")
    )
    registration_number = text(
        Party,
        "registration_number",
        hint=_("Of the company register, or of the passport or identity card. Of a ship, its IMO number."),
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
        kind = self.cleaned_data.get("kind")
        if self.cleaned_data.get("born_on") and kind != PartyKind.PERSON:
            self.add_error(
                "born_on", gettext("Only a person has a date of birth. Delete it, or choose “Person”.")
            )
        if kind == PartyKind.VESSEL:
            self._clean_ship()
        if kind and (kind == PartyKind.VESSEL) != (self.cleaned_data.get("role") == PartyRole.VESSEL):
            self.add_error(
                "kind",
                gettext("A ship has the role “%(role)s”, and nobody else has. Change the role or the kind.")
                % {"role": PartyRole.VESSEL.label},
            )
        return self.cleaned_data

    def _clean_ship(self) -> None:
        """Keep only the digits of the IMO number, by which a ship is found whatever it is called now. Where a
        ship is registered need not be known."""
        if not self["city"].value():
            self.errors.pop("city", None)
            self.cleaned_data["city"] = ""
        number = self.cleaned_data.get("registration_number", "")
        if not number:
            return
        digits = number.upper().removeprefix("IMO").strip(" .:-")
        if is_imo_number(digits):
            self.cleaned_data["registration_number"] = digits
        else:
            self.add_error(
                "registration_number",
                gettext(
                    "This is no IMO number. Write its seven digits, for example 9074729, or leave it empty."
                ),
            )


def is_imo_number(text: str) -> bool:
    """Say whether it is seven digits of which the last checks the others, as the IMO numbers ships."""
    if not (len(text) == 7 and text.isascii() and text.isdigit()):
        return False
    return sum(int(digit) * weight for digit, weight in zip(text, range(7, 1, -1), strict=False)) % 10 == int(
        text[6]
    )


def shown(party: Party) -> dict[str, Any]:
    """Return the party as its form shows it."""
    return {name: getattr(party, name) for name in PartyForm.base_fields}
