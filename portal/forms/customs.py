"""What customs officers type at the dock."""

import uuid
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from licensing.actions.customs import UsedLine
from licensing.actions.forms import MOST
from licensing.country import pack
from licensing.models import LicenceLine, Terms, Usage
from licensing.terms import Shipment
from licensing.units import decimals_of, one_or_more
from portal.forms.check import ReferenceField
from portal.forms.fields import choice, no_hidden_signs, said, says_something
from portal.forms.numbers import read_number
from portal.templatetags.portal import quantity, unit_name

OPEN_TOO_LONG = gettext_lazy(
    "This page stood open for too long. Nothing was written off. Press the button again."
)

WHO = gettext_lazy("Type the holder's tax number or name.")


class NumberForm(forms.Form):
    number = ReferenceField()


class HolderForm(forms.Form):
    """Whose licences somebody looks for."""

    holder = forms.CharField(
        label=gettext_lazy("Holder of the licence"),
        help_text=gettext_lazy("Tax number or name; words of the name are enough."),
        max_length=200,
        error_messages=said(WHO),
        validators=[no_hidden_signs, says_something(WHO)],
        widget=forms.TextInput(
            {"class": "govuk-input--width-20", "autocomplete": "off", "spellcheck": "false"}
        ),
    )


class BlockForm(forms.Form):
    """How many numbers of forms a port takes."""

    port = choice(
        gettext_lazy("Port, airport or crossing"),
        lambda: [("", _("Choose where you work")), *((port.code, port.name) for port in pack().ports)],
        required=gettext_lazy("Choose where you work."),
    )
    count = forms.IntegerField(
        label=gettext_lazy("How many numbers"),
        min_value=1,
        max_value=MOST,
        initial=50,
        error_messages=said(
            gettext_lazy("Type how many numbers."),
            invalid=gettext_lazy("Type a whole number, such as 50."),
            min_value=gettext_lazy("Take at least one number."),
            max_value=gettext_lazy("Take at most 200 numbers at a time."),
        ),
        widget=forms.TextInput({"class": "govuk-input--width-4", "inputmode": "numeric"}),
    )


class QuantityField(forms.CharField):
    """How much of a licence line leaves; empty for none of it."""

    def __init__(self, line: LicenceLine) -> None:
        words = ngettext("%(quantity)s remains.", "%(quantity)s remain.", one_or_more(line.remaining))
        remains = words % {"quantity": quantity(line.remaining, line.unit)}
        super().__init__(
            label=_("Line %(number)d: %(goods)s") % {"number": line.number, "goods": line.description[:80]},
            help_text=remains,
            required=False,
            max_length=40,
            error_messages=said(None),
            widget=forms.TextInput(
                {
                    "class": "govuk-input--width-10",
                    "inputmode": "decimal",
                    "autocomplete": "off",
                    "suffix": unit_name(line.unit),
                }
            ),
        )
        self.line = line

    def clean(self, value: str | None) -> Decimal:
        typed = super().clean(value)
        return read_number(typed, decimals=decimals_of(self.line.unit)) if typed else Decimal(0)


class WriteOffForm(forms.Form):
    """A declaration, and how much of each line leaves. `key` makes a second press the same message."""

    key = forms.UUIDField(
        widget=forms.HiddenInput,
        error_messages={"required": OPEN_TOO_LONG, "invalid": OPEN_TOO_LONG},
    )
    declaration = forms.CharField(
        label=gettext_lazy("Customs declaration"),
        help_text=gettext_lazy("The number of the declaration the goods leave with."),
        max_length=Usage._meta.get_field("declaration").max_length,
        error_messages=said(gettext_lazy("Type the number of the declaration.")),
        validators=[no_hidden_signs],
        widget=forms.TextInput({"class": "govuk-input--width-20", "autocomplete": "off"}),
    )

    def __init__(
        self, lines: Iterable[LicenceLine], data: QueryDict | None = None, *, terms: Terms | None = None
    ) -> None:
        super().__init__(data and data.dict(), initial={"key": uuid.uuid4()})
        self.fields.update(_asked_by(terms) if terms else {})
        for line in lines:
            # What somebody typed is shown again even if nothing of the line remains by now.
            if line.remaining or self.data.get(self.name_of(line.number)):
                self.fields[self.name_of(line.number)] = QuantityField(line)
        if "is_further" in self.data:
            self._ask_whether_further()

    def _ask_whether_further(self) -> None:
        self.fields["is_further"] = forms.BooleanField(
            label=_("More leaves under this declaration"),
            help_text=_(
                "Only if these goods come on top. If they are the same, they are written off already."
            ),
            required=False,
        )

    @staticmethod
    def name_of(number: int) -> str:
        return f"line_{number}"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and not self.used():
            raise ValidationError(_("Type how much leaves of at least one line."))
        return cleaned

    def used(self) -> list[UsedLine]:
        """Return what was typed, in the order of the lines."""
        return [
            UsedLine(field.line.number, self.cleaned_data[name], field.line.unit)
            for name, field in self.fields.items()
            if isinstance(field, QuantityField) and self.cleaned_data.get(name)
        ]

    def shipment(self) -> Shipment:
        """Return what the licence's conditions ask beside the goods."""
        names = ("port", "regime", "consignee")
        return Shipment(**{name: self.cleaned_data[name] for name in names if name in self.fields})

    def refuse_as_counted(self, why: str) -> None:
        """Show what was counted for the declaration before, and ask whether this leaves besides."""
        self._ask_whether_further()
        self.add_error("declaration", why)

    def refuse(self, reasons: Sequence[dict[str, Any]]) -> None:
        """Show why the message was refused, each reason at its line where it has one. A reason against the
        whole licence also tells at each line what was asked for and what remains."""
        asked = {part.number: part for part in self.used()}
        for reason in reasons:
            number = reason.get("line", 0)
            name = self.name_of(number)
            if "remaining" in reason and number in asked:
                self.add_error(name, _nothing_written_off(asked[number], Decimal(reason["remaining"])))
            elif name in self.fields:
                self.add_error(name, reason["detail"])
            else:
                self.add_error(None, reason["detail"])
                # Only a licence that is not in force says nothing of what remains by itself.
                for part in asked.values() if reason["code"] == "not-in-force" else ():
                    field = cast(QuantityField, self.fields[self.name_of(part.number)])
                    message = _nothing_written_off(part, field.line.remaining)
                    self.add_error(self.name_of(part.number), message)

    def renew(self) -> None:
        """Make what is sent next a new message, with everything typed still there."""
        self.data = {**self.data, "key": str(uuid.uuid4())}


def _asked_by(terms: Terms) -> dict[str, forms.Field]:
    """Return a field for each condition that only whoever stands at the dock can answer."""
    country, fields = pack(), dict[str, forms.Field]()
    if terms.ports:
        ports = [(port.code, port.name) for port in country.ports]
        fields["port"] = choice(
            _("Where does it leave?"), [("", _("Choose a place")), *ports], required=_("Choose the place.")
        )
    if terms.regimes:
        regimes = [(regime.code, str(regime.name)) for regime in country.regimes]
        fields["regime"] = choice(
            _("Customs procedure"),
            [("", _("Choose a procedure")), *regimes],
            required=_("Choose the procedure."),
        )
    if terms.named_consignee:
        fields["consignee"] = forms.CharField(
            label=_("Who receives the goods?"),
            help_text=_("As the papers say."),
            max_length=300,
            error_messages=said(_("Write who receives the goods.")),
            validators=[no_hidden_signs],
        )
    return fields


def _nothing_written_off(part: UsedLine, remaining: Decimal) -> str:
    words = ngettext(
        "%(asked)s asked for, %(remaining)s remains. Nothing was written off.",
        "%(asked)s asked for, %(remaining)s remain. Nothing was written off.",
        one_or_more(remaining),
    )
    return words % {
        "asked": quantity(part.quantity, part.unit),
        "remaining": quantity(remaining, part.unit),
    }
