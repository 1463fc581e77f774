"""What customs people type of a paper form: goods that left while the portal could not be asked."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BaseFormSet, formset_factory
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from licensing.actions.forms import read_number as read_form_number
from licensing.actions.messages import Declared
from licensing.country import pack
from licensing.models import Usage
from licensing.units import STORED_DECIMALS, decimals_of
from portal.forms.check import ReferenceField
from portal.forms.fields import DAY_HINT, choice, no_hidden_signs, said, text, unit_choices
from portal.forms.numbers import read_number
from portal.forms.ticks import asked, tick

MOST_LINES = 50  # of one form on the page
OLD_DAY = "old_day"  # the tick that a day long ago is right
LARGEST = 2_147_483_647
LARGEST_FILE = 1_000_000  # bytes; a table of a day is far smaller
NOT_YET = gettext_lazy("This moment has not come yet. Write when the goods left.")
NUMBER = gettext_lazy("Type the number at the top of the form, such as PABLB-F00007-001.")
DAY = gettext_lazy("Write the day the goods left, for example 2026-11-30 or 30/11/2026.")
CLOCK = gettext_lazy("Write the time as hours and minutes, for example 14:30.")
THE_DAY_IS_RIGHT = gettext_lazy("The day is right")
LOOK_AT_DAYS = gettext_lazy("Look at the days and years on those forms once more.")
LOOK_AT_DAY = gettext_lazy("Look at the day and the year on the form once more.")
WHOLE = gettext_lazy("Type a whole number from 1 on.")
ABOVE_ZERO = gettext_lazy("Write more than zero. A line of which nothing left does not belong here.")
DECIMALS = gettext_lazy("Write at most four decimal places.")


def regimes() -> list[tuple[str, Any]]:
    named = [(one.code, one.name) for one in pack().regimes]
    return [("", _("The form does not say it")), *named]


def whole(label: Any, *, required: Any, hint: Any = "", largest: int = LARGEST, **options: Any) -> Any:
    wrong = dict.fromkeys(("invalid", "min_value", "max_value"), WHOLE)
    return forms.IntegerField(
        label=label,
        help_text=hint,
        min_value=1,
        max_value=largest,
        error_messages=said(required, **wrong),
        widget=forms.TextInput(
            {"class": "govuk-input--width-4", "inputmode": "numeric", "autocomplete": "off"}
        ),
        **options,
    )


def read_quantity(typed: str, unit: str) -> Decimal:
    """Return what left of one line. Raises ValidationError."""
    amount = read_number(typed, decimals=decimals_of(unit))
    if amount <= 0:
        raise ValidationError(str(ABOVE_ZERO))
    if amount != round(amount, STORED_DECIMALS):
        raise ValidationError(str(DECIMALS))
    return amount


def past(moment: datetime) -> datetime:
    """Return the moment. Raises ValidationError for one to come."""
    if moment > timezone.now():
        raise ValidationError(str(NOT_YET))
    return moment


def long_ago(moment: datetime) -> str:
    """Return what to ask about goods that left so long ago that the day may be a slip; "" for others."""
    days = pack().departure_days
    if timezone.now() - moment <= timedelta(days=days):
        return ""
    words = _("This is more than %(days)d days ago. Is it right? Correct it, or tick that it is.")
    return words % {"days": days}


class DepartedForm(forms.Form):
    """The head of a form: what all of its lines share."""

    number = forms.CharField(
        label=gettext_lazy("Number of the form"),
        help_text=gettext_lazy("At the top of the form, such as PABLB-F00007-001."),
        max_length=60,
        error_messages=said(NUMBER),
        validators=[no_hidden_signs],
        widget=forms.TextInput(
            {"class": "govuk-input--width-20", "autocomplete": "off", "spellcheck": "false"}
        ),
    )
    day = forms.DateField(
        label=gettext_lazy("Day the goods left"),
        help_text=DAY_HINT,
        input_formats=["%Y-%m-%d", "%d/%m/%Y"],
        error_messages=said(DAY, invalid=DAY),
        widget=forms.DateInput({"class": "govuk-input--width-10", "autocomplete": "off"}, format="%Y-%m-%d"),
    )
    clock = forms.TimeField(
        label=gettext_lazy("Time"),
        help_text=gettext_lazy("Of the clock at the port, for example 14:30."),
        input_formats=["%H:%M", "%H.%M", "%H:%M:%S"],
        error_messages=said(CLOCK, invalid=CLOCK),
        widget=forms.TimeInput({"class": "govuk-input--width-5", "autocomplete": "off"}, format="%H:%M"),
    )
    declaration = text(
        Usage,
        "declaration",
        required=gettext_lazy("Type the number of the declaration."),
        width=20,
        autocomplete="off",
        spellcheck="false",
    )
    version = whole(
        gettext_lazy("Version of the declaration"),
        required=WHOLE,
        hint=gettext_lazy("1, unless more left earlier under the same declaration or it was amended."),
        initial=1,
    )
    licence = ReferenceField()
    regime = choice(
        gettext_lazy("Customs procedure"),
        regimes,
        hint=gettext_lazy("Some licences allow only certain procedures."),
    )
    consignee = forms.CharField(
        label=gettext_lazy("Who received the goods"),
        help_text=gettext_lazy("As the form says. Some licences allow only those they name."),
        required=False,
        max_length=300,
        error_messages=said(None),
        validators=[no_hidden_signs],
        widget=forms.TextInput({"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["declaration"].label = _("Customs declaration")
        if ticked := self.initial.get(OLD_DAY):  # and then asked for a line more
            self.fields[OLD_DAY] = tick(ticked, label=THE_DAY_IS_RIGHT, hint=LOOK_AT_DAY)

    def clean_number(self) -> str:
        return read_form_number(self.cleaned_data["number"])

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("day") and given.get("clock"):
            try:
                given["left_at"] = past(datetime.combine(given["day"], given["clock"], pack().time_zone))
                self._ask_about(given["left_at"])
            except ValidationError as error:
                self.add_error("day", error)
        return given

    def _ask_about(self, left_at: datetime) -> None:
        if why := long_ago(left_at):
            day = pack().legal_day(left_at).isoformat()
            asked(self, OLD_DAY, day, label=THE_DAY_IS_RIGHT, hint=LOOK_AT_DAY, otherwise=why)


class LeftLineForm(forms.Form):
    """What left under one line of the licence; all of it may stay empty in what is added for more."""

    item = whole(
        gettext_lazy("Item of the declaration"),
        required=gettext_lazy("Type the item of the declaration, or leave all of this line empty."),
    )
    line = whole(
        gettext_lazy("Line of the licence"),
        required=gettext_lazy("Type the number of the line, as the licence has it."),
        largest=32767,
    )
    quantity = forms.CharField(
        label=gettext_lazy("Quantity"),
        max_length=40,
        error_messages=said(gettext_lazy("Type how much left.")),
        widget=forms.TextInput(
            {"class": "govuk-input--width-10", "inputmode": "decimal", "autocomplete": "off"}
        ),
    )
    unit = choice(
        gettext_lazy("Unit"), unit_choices, required=gettext_lazy("Choose the unit that the form says.")
    )

    def __init__(self, *args: Any, place: int = 0, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["item"].initial = place + 1

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("quantity") and given.get("unit"):
            try:
                given["quantity"] = read_quantity(given["quantity"], given["unit"])
            except ValidationError as error:
                self.add_error("quantity", error)
        return given


class BaseLeftLines(BaseFormSet):  # type: ignore[type-arg]  # generic for type checkers only
    default_error_messages = {  # as Django declares it
        **BaseFormSet.default_error_messages,
        "too_few_forms": gettext_lazy("Write what left, in at least one line."),
    }

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        return {**super().get_form_kwargs(index), "place": index or 0}

    def clean(self) -> None:
        items = [given["item"] for given in self._typed()]
        if len(set(items)) != len(items):
            raise ValidationError(_("Name each item of the declaration once."))

    def _typed(self) -> list[dict[str, Any]]:
        return [
            form.cleaned_data for form in self.forms if form.is_valid() and form.cleaned_data.get("quantity")
        ]

    def declared(self, licence: str) -> list[Declared]:
        return [
            Declared(given["item"], licence, given["line"], given["quantity"], given["unit"])
            for given in self._typed()
        ]


LeftLines = formset_factory(
    LeftLineForm,
    formset=BaseLeftLines,
    extra=0,
    min_num=1,
    validate_min=True,
    max_num=MOST_LINES,
    absolute_max=MOST_LINES,
)


class TableForm(forms.Form):
    """A table of many forms."""

    file = forms.FileField(
        label=gettext_lazy("Table (CSV)"),
        help_text=lazy(
            lambda: (
                _("At most %(size)d MB, in UTF-8, with the names of the columns in the first line.")
                % {"size": LARGEST_FILE // 1_000_000}
            ),
            str,
        )(),
        error_messages=said(
            gettext_lazy("Choose the table to upload."),
            empty=gettext_lazy("This file is empty. Choose the table with the forms."),
        ),
        widget=forms.FileInput({"accept": ".csv,text/csv"}),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if OLD_DAY in self.data:
            self.ask_about_days()

    def ask_about_days(self) -> None:
        """Ask whether days long ago are right."""
        self.fields[OLD_DAY] = forms.BooleanField(
            label=_("The days long ago are right"), help_text=str(LOOK_AT_DAYS), required=False
        )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > LARGEST_FILE:
            raise ValidationError(
                _("This file is larger than %(size)d MB. Send the table in parts.")
                % {"size": LARGEST_FILE // 1_000_000}
            )
        return file
