"""What officers say of goods that left without being covered, and of entries of the books that are wrong."""

from django import forms
from django.utils.translation import gettext_lazy

from portal.forms.fields import said

REASON_LONGEST = 2000


class SettleForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("How this was settled"),
        max_length=REASON_LONGEST,
        help_text=gettext_lazy(
            "What you found out, and what was done. A second person reads it and confirms."
        ),
        error_messages=said(gettext_lazy("Write how this was settled.")),
        widget=forms.Textarea({"rows": 5}),
    )


class ReverseForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why this is wrong"),
        max_length=REASON_LONGEST,
        help_text=gettext_lazy(
            "What happened really, and how you know. A second person reads it and confirms; then the whole "
            "entry is reversed. What is right must be written off anew."
        ),
        error_messages=said(gettext_lazy("Write why this entry is wrong.")),
        widget=forms.Textarea({"rows": 5}),
    )


class DeclineForm(forms.Form):
    """What customs reads when an entry stays as it is. Its name differs from that of the form beside it."""

    refusal = forms.CharField(
        label=gettext_lazy("Why it stays as it is"),
        max_length=REASON_LONGEST,
        help_text=gettext_lazy("The customs service that asked reads this."),
        error_messages=said(gettext_lazy("Write why the entry stays as it is.")),
        widget=forms.Textarea({"rows": 4}),
    )


class ConfirmForm(forms.Form):
    """Nothing to type: the button says it."""

    correction = forms.IntegerField(widget=forms.HiddenInput)
