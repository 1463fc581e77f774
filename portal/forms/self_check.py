"""What anybody may describe to see which entries of the control list may be meant. Nothing of it is kept."""

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.forms.fields import no_hidden_signs, said, says_something
from portal.suggested import cas_remark, hs_remark
from screening.classification.answers import Goods
from screening.classification.suggesting import EU_DUAL_USE
from screening.codes import normalise_hs

LONGEST_TEXT = 2000
LONGEST_CODES = 200
MOST_CAS = 10
DESCRIBE = _("Say what the goods are, for example “Laser cutting machine, 4 kW, for glass”.")


class SelfCheckForm(forms.Form):
    list_code = forms.ChoiceField(
        label=_("Look in"),
        initial=EU_DUAL_USE,
        error_messages=said(_("Choose one of the lists shown.")),
        widget=forms.RadioSelect,
    )
    description = forms.CharField(
        label=_("Describe the goods"),
        help_text=_("What it is, what it does and its main technical data."),
        max_length=LONGEST_TEXT,
        error_messages=said(DESCRIBE),
        validators=[no_hidden_signs, says_something(DESCRIBE)],
        widget=forms.Textarea({"rows": 5}),
    )
    hs_code = forms.CharField(
        label=_("HS code"),
        help_text=_("If you know it: 6 to 12 digits, for example 8456.11."),
        required=False,
        max_length=LONGEST_CODES,
        error_messages=said(None),
        widget=forms.TextInput({"class": "govuk-input--width-10", "autocomplete": "off"}),
    )
    cas = forms.CharField(
        label=_("CAS numbers"),
        help_text=_("Of chemicals, with commas between them, for example 111-48-8."),
        required=False,
        max_length=LONGEST_CODES,
        error_messages=said(None),
        widget=forms.TextInput({"class": "govuk-input--width-20", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, lists: Mapping[str, str | Promise], **kwargs: Any) -> None:
        """`lists` are those in force, by their codes; of one alone there is nothing to choose."""
        super().__init__(*args, **kwargs)
        if len(lists) > 1:
            self.fields["list_code"].choices = list(lists.items())  # type: ignore[attr-defined]
        else:
            del self.fields["list_code"]

    def clean_hs_code(self) -> str:
        typed: str = self.cleaned_data["hs_code"]
        if remark := hs_remark(typed):
            raise ValidationError(remark)
        return normalise_hs(typed)

    def clean_cas(self) -> list[str]:
        numbers = [number for number in re.split(r"[,;\s]+", self.cleaned_data["cas"]) if number]
        for number in numbers:
            if remark := cas_remark(number):
                raise ValidationError(remark)
        if len(numbers) > MOST_CAS:
            raise ValidationError(gettext("Write at most %(most)d CAS numbers.") % {"most": MOST_CAS})
        return numbers

    @property
    def chosen_list(self) -> str:
        return str(self.cleaned_data.get("list_code", EU_DUAL_USE))

    def goods(self) -> Goods:
        given = self.cleaned_data
        return Goods(given["description"], hs_code=given["hs_code"], cas=tuple(given["cas"]))
