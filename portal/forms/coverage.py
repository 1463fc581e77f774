"""What a customs officer types of goods that nobody names a licence for."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from licensing.country import pack
from licensing.coverage import Consignment, Goods
from licensing.terms import Shipment
from licensing.units import decimals_of
from portal.forms import fields
from portal.forms.determination import CodesForm
from portal.forms.fields import choice, no_hidden_signs, said, says_something
from portal.forms.numbers import read_number

WHO = gettext_lazy("Type the exporter's tax number or name.")
LONGEST_NAME = 300
MOST_NAMES = 20


class Names(fields.LinesField):
    """Names, one a line, each with a letter or digit."""

    def clean(self, value: Any) -> list[str]:
        names = super().clean(value)
        for name in names:
            says_something(gettext_lazy("Write a name in each line."))(name)
        return names


class CoverageForm(CodesForm):
    holder = forms.CharField(
        label=gettext_lazy("Exporter"),
        help_text=gettext_lazy("Tax number or name, as on the declaration."),
        max_length=200,
        error_messages=said(WHO),
        validators=[no_hidden_signs, says_something(WHO)],
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )
    destination = fields.country(
        gettext_lazy("Country of final destination"),
        required=gettext_lazy("Choose the country where the goods stay in the end."),
    )
    quantity = forms.CharField(
        label=gettext_lazy("Quantity"),
        help_text=gettext_lazy("What is to leave. Leave it empty to see what remains."),
        required=False,
        max_length=40,
        error_messages=said(None),
        widget=forms.TextInput(
            {"class": "govuk-input--width-10", "inputmode": "decimal", "autocomplete": "off"}
        ),
    )
    unit = choice(gettext_lazy("Unit"), fields.unit_choices)
    parties = Names(
        label=gettext_lazy("Consignee and end users"),
        help_text=gettext_lazy("As on the papers, one name a line, the consignee first."),
        longest=LONGEST_NAME,
        most=MOST_NAMES,
    )
    port = choice(
        gettext_lazy("Where does it leave?"),
        lambda: [("", _("Choose a place")), *((port.code, port.name) for port in pack().ports)],
    )
    regime = choice(
        gettext_lazy("Customs procedure"),
        lambda: [("", _("Choose a procedure")), *((one.code, str(one.name)) for one in pack().regimes)],
    )
    field_order = ["holder", "hs_code", "code", "destination", "quantity", "unit", "parties", "port"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        untouched = not {"hs_code", "code"} & set(self.errors)
        if untouched and not cleaned["hs_code"] and not cleaned["code"]:
            self.add_error("hs_code", _("Type the customs code, the entry of the list, or both."))
        if "quantity" not in self.errors and "unit" not in self.errors:
            cleaned["quantity"] = self._amount(cleaned)
        return cleaned

    def _amount(self, cleaned: dict[str, Any]) -> Decimal | None:
        typed, unit = cleaned["quantity"], cleaned["unit"]
        if not typed:
            return None
        if not unit:
            self.add_error("unit", _("Choose the unit in which the quantity is counted."))
            return None
        try:
            amount = read_number(typed, decimals=decimals_of(unit), above_zero=True)
            if not amount:
                raise ValidationError(_("Write more than zero, or leave it empty."))
        except ValidationError as error:
            self.add_error("quantity", error)
            return None
        return amount

    def consignment(self) -> Consignment:
        given = self.cleaned_data
        goods = Goods(1, given["hs_code"], given["code"], given["quantity"], given["unit"])
        # A licence may let goods go to those alone that it names: the first name is the consignee's.
        shipment = Shipment(given["port"], given["regime"], next(iter(given["parties"]), ""))
        return Consignment(given["holder"], given["destination"], [goods], given["parties"], shipment)
