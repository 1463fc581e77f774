"""What people choose and write about lists. Whether it may be done is for licensing.actions.lists to say."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.utils.functional import lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from licensing.models import ListOutcome
from portal.forms.casework import SHORT, text_area
from portal.forms.fields import DAY_HINT, Choices, DayField, choice, no_hidden_signs, said, today
from screening.differences import ChangeKind
from screening.importers import PARSERS
from screening.importers.files import largest


class DifferencesForm(forms.Form):
    q = forms.CharField(
        label=_("Search"),
        required=False,
        max_length=100,
        help_text=_("Names, or the number in the list"),
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )
    kind = forms.ChoiceField(
        label=_("What changed"), required=False, choices=[("", _("Any")), *ChangeKind.choices]
    )

    def query(self) -> str:
        """Return what was chosen, for links to the other pages."""
        given = self.cleaned_data if self.is_valid() else {}
        return urlencode({name: value for name, value in given.items() if value})


def _day_hint() -> str:
    return " ".join((gettext("Only for files that do not say it themselves."), str(DAY_HINT)))


def list_choices() -> Choices:
    return [("", gettext("Choose a list")), *((key, label) for key, (label, _parse) in PARSERS.items())]


def _hint() -> str:
    return gettext("The publisher’s file, unchanged, packed or not, at most %(limit)d MB.") % {
        "limit": largest() // 1_000_000
    }


def _too_large() -> str:
    return gettext(
        "This file is larger than %(limit)d MB. Choose the publisher’s file, or pack it as ZIP."
    ) % {"limit": largest() // 1_000_000}


class UploadForm(forms.Form):
    source = choice(_("List"), list_choices, required=_("Choose the list that the file is of."))
    file = forms.FileField(
        label=_("File"),
        help_text=lazy(_hint, str)(),
        error_messages=said(
            _("Choose the file to upload."), empty=_("This file is empty. Choose the publisher’s file.")
        ),
    )
    dated = DayField(
        label=_("Day of the edition"),
        help_text=lazy(_day_hint, str)(),
        earliest=lambda: today().replace(year=2000),
        latest=today,
        out_of_range=_("Choose a day that has come, from the year 2000 on."),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > largest():
            raise forms.ValidationError(_too_large())
        return file


def reason(hint: Any) -> forms.CharField:
    return forms.CharField(
        label=_("Reason"),
        help_text=hint,
        max_length=SHORT,
        widget=text_area(4),
        validators=[no_hidden_signs],
        error_messages=said(_("Give the reason.")),
    )


class AskForm(forms.Form):
    reason = reason(_("Another administrator reads it and must agree. It stays in the record."))


class DecideForm(forms.Form):
    outcome = choice(
        _("What do you say?"),
        [
            (ListOutcome.APPROVE, _("I agree: put it in force")),
            (ListOutcome.DECLINE, _("I decline: the list in force stays")),
        ],
        required=_("Choose one of the answers."),
        radios=True,
    )
    reason = reason(_("It stays in the record."))


class WithdrawForm(forms.Form):
    reason = reason(_("Why you no longer ask for it. It stays in the record."))
