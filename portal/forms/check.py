"""What the public types to check a licence."""

import re
from urllib.parse import unquote

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from licensing.references import CROCKFORD, read_check_code, read_licence_number
from portal.api import keys
from portal.forms.fields import said
from portal.offline import verify_token

REFERENCE = re.compile(r"[A-Z0-9][A-Z0-9-]{2,29}")
CODE = re.compile(f"[{CROCKFORD}]{{16}}")
TOKEN = re.compile(r"(?:^|/V/)([0-9A-Z$*+:-]{60,900})$")
IN_THE_ADDRESS = re.compile(r"/check/([^/]+)/")


class ReferenceField(forms.CharField):
    """A licence's number as people type it, or the address in its QR code pasted whole."""

    def __init__(self) -> None:
        super().__init__(
            label=gettext_lazy("Number of the licence"),
            help_text=gettext_lazy("As printed, such as PA-L-2026-000123."),
            max_length=600,
            error_messages=said(gettext_lazy("Type the number printed at the top of the licence.")),
            widget=forms.TextInput(
                {"class": "govuk-input--width-20", "autocomplete": "off", "spellcheck": "false"}
            ),
        )

    def clean(self, value: str | None) -> str:
        typed = super().clean(value)
        if not typed:  # where there may be none
            return ""
        if TOKEN.search(written := verify_token.tidied(typed)):
            return number_in(written)
        if address := IN_THE_ADDRESS.search(typed):
            typed = unquote(address[1])
        reference = read_licence_number(typed)
        if not REFERENCE.fullmatch(reference):
            raise ValidationError(_("Type letters, digits and hyphens as printed, such as PA-L-2026-000123."))
        return reference


def number_in(token: str) -> str:
    """Return the number of the licence that a QR code's token is of. Raises ValidationError."""
    try:
        return verify_token.verify(token, keys.known()).number
    except verify_token.NotGenuine as error:
        if error.code == "unreadable":
            raise ValidationError(_("The code could not be read. Scan it again.")) from error
        raise ValidationError(
            _("This code was not signed by us. Don't rely on the paper: call the licensing authority.")
        ) from error


class TokenForm(forms.Form):
    """What a QR code says, pasted or read by a scanner that types."""

    token = forms.CharField(
        label=gettext_lazy("What the QR code says"),
        help_text=gettext_lazy("A long row of characters. A hand scanner types it here by itself."),
        error_messages=said(gettext_lazy("Scan the QR code, or paste what it says.")),
        widget=forms.Textarea(
            {
                "rows": 3,
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
                "class": "govuk-textarea app-code",
            }
        ),
    )

    def clean_token(self) -> str:
        found = TOKEN.search(verify_token.tidied(self.cleaned_data["token"]))
        if found is None:
            raise ValidationError(
                _("This is not the code of a licence. Scan the square code at the end of the licence again.")
            )
        return found[1]


class CheckForm(forms.Form):
    number = ReferenceField()
    code = forms.CharField(
        label=gettext_lazy("Check code"),
        help_text=gettext_lazy(
            "The 16 letters and digits beneath the QR code. Blanks and hyphens don't matter."
        ),
        max_length=100,
        error_messages=said(gettext_lazy("Type the 16 letters and digits beneath the QR code.")),
        widget=forms.TextInput(
            {"class": "govuk-input--width-20", "autocomplete": "off", "spellcheck": "false"}
        ),
    )

    def clean_code(self) -> str:
        code = read_check_code(self.cleaned_data["code"])
        if not CODE.fullmatch(code):
            raise ValidationError(
                _("The code has 16 letters and digits, never a U. You typed %(count)d.")
                % {"count": len(code)}
            )
        return code
