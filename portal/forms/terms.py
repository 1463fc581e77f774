"""Conditions of a licence that customs' messages are checked against, as an officer sets them."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from licensing.country import pack
from licensing.models import GoodsLine
from licensing.terms import Given
from licensing.units import decimals_of, one_or_more
from portal.forms.fields import DAY_HINT, said, today
from portal.forms.numbers import read_number
from portal.templatetags.portal import quantity, unit_name

LARGEST_TOLERANCE = 100  # per cent
ANY = gettext_lazy("None ticked: any.")


def _ports() -> list[tuple[str, str]]:
    return [(port.code, port.name) for port in pack().ports]


def _regimes() -> list[tuple[str, str]]:
    return [(regime.code, str(regime.name)) for regime in pack().regimes]


def _several(label: Any, choices: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label,
        choices=choices,
        required=False,
        help_text=ANY,
        error_messages=said(None),
        widget=forms.CheckboxSelectMultiple,
    )


class ShareField(forms.CharField):
    """A share of what is granted, per cent; empty for none."""

    def __init__(self, label: Any, hint: Any) -> None:
        super().__init__(
            label=label,
            help_text=hint,
            required=False,
            max_length=10,
            error_messages=said(None),
            widget=forms.TextInput(
                {
                    "class": "govuk-input--width-5",
                    "inputmode": "decimal",
                    "autocomplete": "off",
                    "suffix": "%",
                }
            ),
        )

    def clean(self, value: str | None) -> Decimal:
        typed = super().clean(value)
        share = read_number(typed, decimals=2) if typed else Decimal(0)
        if share > LARGEST_TOLERANCE:
            raise ValidationError(_("Write a share of 0 to 100 %."))
        return share


class LimitField(forms.CharField):
    """How much of a line of goods may leave with one declaration; empty for all of it."""

    def __init__(self, goods: GoodsLine) -> None:
        words = ngettext(
            "%(quantity)s is asked for.", "%(quantity)s are asked for.", one_or_more(goods.quantity)
        )
        asked = words % {"quantity": quantity(goods.quantity, goods.unit)}
        super().__init__(
            label=_("Line %(number)d: at most with one declaration") % {"number": goods.number},
            help_text=asked,
            required=False,
            max_length=40,
            error_messages=said(None),
            widget=forms.TextInput(
                {
                    "class": "govuk-input--width-10",
                    "inputmode": "decimal",
                    "autocomplete": "off",
                    "suffix": unit_name(goods.unit),
                }
            ),
        )
        self.goods = goods

    def clean(self, value: str | None) -> Decimal | None:
        typed = super().clean(value)
        if not typed:
            return None
        most = read_number(typed, decimals=decimals_of(self.goods.unit))
        if most <= 0:
            raise ValidationError(_("Write more than zero, or nothing for no limit."))
        return most


def _day(label: Any, hint: Any = DAY_HINT) -> forms.DateField:
    return forms.DateField(
        label=label,
        help_text=hint,
        required=False,
        input_formats=["%Y-%m-%d", "%d/%m/%Y"],
        widget=forms.DateInput({"class": "govuk-input--width-10", "autocomplete": "off"}, format="%Y-%m-%d"),
        error_messages=said(
            None,
            invalid=gettext_lazy(
                "Write the day as year-month-day, for example 2026-11-30, or as 30/11/2026."
            ),
        ),
    )


class TermsForm(forms.Form):
    """The part of a recommendation that customs' messages are checked against. All of it may stay empty."""

    ports = _several(gettext_lazy("Leaves only through"), _ports)
    regimes = _several(gettext_lazy("Only under the customs procedure"), _regimes)
    first_day = _day(gettext_lazy("Leaves from this day on"))
    last_day = _day(gettext_lazy("Leaves by this day"))
    named_consignee = forms.BooleanField(
        label=gettext_lazy("Only to the consignee or end user whom the licence names"), required=False
    )
    quantity_tolerance = ShareField(
        gettext_lazy("Tolerance in quantity"), gettext_lazy("By how much more than granted may leave.")
    )
    value_tolerance = ShareField(
        gettext_lazy("Tolerance in value"), gettext_lazy("By how much the value may be higher than granted.")
    )

    def __init__(self, data: Any = None, *, goods: Iterable[GoodsLine], **options: Any) -> None:
        super().__init__(data, **options)
        for line in goods:
            self.fields[f"limit_{line.number}"] = LimitField(line)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        first: date | None = cleaned.get("first_day")
        last: date | None = cleaned.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", _("Choose a day that is not before the first one."))
        if last and last < today():
            self.add_error("last_day", _("This day is over. Choose a later one."))
        return cleaned

    def given(self) -> Given:
        """Return what was set. The form must be valid."""
        data = self.cleaned_data
        limits = {
            field.goods.pk: data[name]
            for name, field in self.fields.items()
            if isinstance(field, LimitField) and data.get(name) is not None
        }
        return Given(
            ports=tuple(data["ports"]),
            regimes=tuple(data["regimes"]),
            first_day=data["first_day"],
            last_day=data["last_day"],
            named_consignee=data["named_consignee"],
            quantity_tolerance=data["quantity_tolerance"],
            value_tolerance=data["value_tolerance"],
            limits=limits,
        )
