"""Thresholds an administrator proposes and stores. The rules stay with licensing.actions.calibrations."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from licensing.actions import calibrations
from licensing.calibration import Thresholds
from licensing.models import Band
from portal.forms.casework import SHORT, text_area
from portal.forms.fields import CHOOSE, no_hidden_signs, said
from portal.timeline import TWO_PEOPLE

FEW_DIGITS = {"class": "govuk-input--width-4", "inputmode": "decimal", "autocomplete": "off"}
A_NUMBER = _("Write points with at most one decimal, for example 72.5.")
NOWHERE = "none"
BANDS = [(value or NOWHERE, TWO_PEOPLE[value]) for value in ("", Band.HIGH, Band.MEDIUM, Band.LOW)]


def points(label: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        max_digits=4,
        decimal_places=1,
        widget=forms.TextInput(FEW_DIGITS),
        error_messages=said(
            A_NUMBER,
            invalid=A_NUMBER,
            max_digits=A_NUMBER,
            max_decimal_places=A_NUMBER,
            max_whole_digits=A_NUMBER,
        ),
    )


class ThresholdsForm(forms.Form):
    worth = points(_("Worth a look from"))
    medium_from = points(_("Medium from"))
    high_from = points(_("High from"))
    two_people_from = forms.ChoiceField(
        label=_("Where does “somebody else” take two people?"),
        choices=BANDS,
        widget=forms.RadioSelect,
        error_messages=said(CHOOSE),
    )
    remembered_days = forms.IntegerField(
        label=_("Days a judgement counts in later cases"),
        help_text=_("For the same facts only. 0 means that nothing is remembered."),
        widget=forms.TextInput({**FEW_DIGITS, "inputmode": "numeric"}),
        error_messages=said(
            _("Write a whole number of days, for example 365."),
            invalid=_("Write a whole number of days, for example 365."),
        ),
    )

    def clean_two_people_from(self) -> str:
        value: str = self.cleaned_data["two_people_from"]
        return "" if value == NOWHERE else value

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            for reason in calibrations.refusals(
                given["worth"], given["medium_from"], given["high_from"], given["remembered_days"]
            ):
                self.add_error(None, str(reason))
        return given

    def thresholds(self) -> Thresholds:
        """Return what was proposed. Call it on a valid form."""
        given = self.cleaned_data
        return Thresholds(
            float(given["worth"]),
            float(given["medium_from"]),
            float(given["high_from"]),
            given["two_people_from"],
            given["remembered_days"],
        )


def initial(thresholds: Thresholds) -> dict[str, Any]:
    return {
        "worth": f"{thresholds.worth:g}",
        "medium_from": f"{thresholds.medium_from:g}",
        "high_from": f"{thresholds.high_from:g}",
        "two_people_from": thresholds.two_people_from or NOWHERE,
        "remembered_days": thresholds.remembered_days,
    }


class SaveForm(ThresholdsForm):
    """The same numbers, unseen, with the reason: they are stored only after their consequences were shown."""

    seen = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("Why the thresholds change. It stays in the record."),
        max_length=SHORT,
        widget=text_area(3),
        validators=[no_hidden_signs],
        error_messages=said(_("Give the reason.")),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ThresholdsForm.base_fields:
            self.fields[name].widget = forms.HiddenInput()
