"""What deciding officers write when they change a licence."""

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
