"""What administrators type about addresses that are told."""

from django import forms
from django.utils.translation import gettext_lazy as _

from licensing.models import Organisation, OrganisationKind
from portal.forms.fields import said


class EndpointForm(forms.Form):
    organisation = forms.ModelChoiceField(
        label=_("Customs authority"),
        empty_label="",
        queryset=Organisation.objects.filter(kind=OrganisationKind.CUSTOMS).order_by("name"),
        error_messages=said(_("Choose whose address it is.")),
    )
    address = forms.URLField(
        label=_("Address"),
        help_text=_("Begins with https://. Messages go there as POST, signed as Standard Webhooks are."),
        max_length=500,
        assume_scheme="https",
        error_messages=said(
            _("Type the address."),
            invalid=_("Type a whole address, such as https://customs.example.org/hook."),
        ),
        widget=forms.URLInput({"autocomplete": "off", "spellcheck": "false"}),
    )
