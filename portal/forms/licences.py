"""What deciding officers write when they change a licence, and its holder when giving it back."""

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.forms.fields import no_hidden_signs, said

LONGEST_REASONS = 4000


class ChangeForm(forms.Form):
    reasons = forms.CharField(
        label=_("Reasons"),
        max_length=LONGEST_REASONS,
        help_text=_("The holder reads them. Say what happened, and what the holder can do now."),
        validators=[no_hidden_signs],
        error_messages=said(_("Give the reasons.")),
        widget=forms.Textarea({"rows": 6}),
    )


class GiveBackForm(forms.Form):
    reasons = forms.CharField(
        label=_("Why do you give it back?"),
        max_length=LONGEST_REASONS,
        help_text=_("For example: the order was cancelled, or nothing more will be shipped."),
        validators=[no_hidden_signs],
        error_messages=said(_("Write why you give the licence back.")),
        widget=forms.Textarea({"rows": 4}),
    )
