"""What a holder writes who wants a licence amended."""

from django import forms
from django.utils.translation import gettext_lazy as _

from licensing.models import Amendment
from portal.forms.fields import PageForm, no_hidden_signs, said


class ChangesForm(PageForm):
    changes = forms.CharField(
        label=_("What changes, and why?"),
        max_length=Amendment._meta.get_field("changes").max_length,
        help_text=_(
            "For example: 20 units more, since the buyer enlarged the order; or another consignee, and why."
        ),
        validators=[no_hidden_signs],
        error_messages=said(_("Write what changes, and why.")),
        widget=forms.Textarea({"rows": 5}),
    )
