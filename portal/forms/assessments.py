"""What officers say of a line of goods: which entries of the control list it falls under."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from licensing.classification import read_codes
from licensing.models import GoodsAssessment
from portal.forms.fields import choice, no_hidden_signs, said, text
from screening.control.lists import label_in_words, name_of
from screening.control_models import ControlEdition

LISTED, NOT_LISTED = "yes", "no"
LONGEST_CODES = 400  # of all codes together, however they are spaced


class AssessForm(forms.Form):
    listed = choice(
        _("Are the goods on the control list?"),
        [(LISTED, _("Yes, under these entries")), (NOT_LISTED, _("Not listed"))],
        required=_("Choose whether the goods are on the control list."),
        radios=True,
    )
    codes = forms.CharField(
        label=_("Control list entries"),
        required=False,
        max_length=LONGEST_CODES,
        help_text=_(
            "With commas between them, for example 6A005.a.1, 6D003. Empty if the goods are not listed."
        ),
        error_messages=said(None),
        validators=[no_hidden_signs],
        widget=forms.TextInput({"spellcheck": "false", "autocomplete": "off"}),
    )
    edition = choice(_("Edition"), [], required=_("Choose the edition that the assessment rests on."))
    reason = text(
        GoodsAssessment,
        "reason",
        rows=4,
        required=_("Give the reason."),
        hint=_("What decides it: values, documents, notes of the list. The deciding officer reads it."),
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, editions: list[ControlEdition], **options: Any) -> None:
        super().__init__(*args, **options)
        choices = [(str(one.pk), f"{name_of(one.list)}, {label_in_words(one.label)}") for one in editions]
        self.fields["edition"].choices = choices  # type: ignore[attr-defined]
        if len(choices) == 1:
            self.fields["edition"].widget = forms.HiddenInput()
            self.fields["edition"].initial = choices[0][0]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        listed, codes = cleaned.get("listed"), read_codes(cleaned.get("codes", ""))
        if listed == LISTED and not codes:
            self.add_error("codes", gettext("Write the entries of the control list, for example 6A005.a.1."))
        if listed == NOT_LISTED and codes:
            words = gettext("You chose “Not listed”, but wrote entries. Delete them, or choose “Yes”.")
            self.add_error("codes", words)
        cleaned["codes"] = codes
        return cleaned
