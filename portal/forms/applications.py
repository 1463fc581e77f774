"""What exporters type about an application as a whole."""

from django import forms
from django.utils.translation import gettext_lazy as _

from licensing.models import Application, ApplicationKind
from portal.forms.fields import PageForm, choice, email, no_hidden_signs, phone, said, text

ANSWER_AT_MOST = 4000

KIND_HINTS = _(
    "Export: goods leave the country for good. Re-export: foreign goods leave again."
    " Transit: goods pass through. Trans-shipment: goods change ship or aircraft here."
    " Brokering: you arrange a deal between other countries."
)


def kind() -> forms.ChoiceField:
    return choice(
        _("What will you do?"),
        ApplicationKind.choices,
        required=_("Choose what you will do."),
        hint=KIND_HINTS,
        radios=True,
    )


class KindForm(forms.Form):
    kind = kind()


class AboutForm(PageForm):
    kind = kind()
    own_reference = text(
        Application,
        "own_reference",
        hint=_("Your order or file number, if you want to find this application by it."),
        width=20,
    )
    contact_name = text(
        Application,
        "contact_name",
        required=_("Write the name of the person we can ask, for example Ana Pérez."),
        autocomplete="name",
    )
    contact_email = email(
        Application,
        "contact_email",
        required=_("Write the e-mail address of that person, for example ana@example.org."),
    )
    contact_phone = phone(
        Application,
        "contact_phone",
        hint=_("With the country's number, for example +507 6000 0000."),
        autocomplete="tel",
        width=20,
    )


class AnswerForm(forms.Form):
    text = forms.CharField(
        label=_("Your answer"),
        max_length=ANSWER_AT_MOST,
        validators=[no_hidden_signs],
        widget=forms.Textarea({"rows": 8}),
        error_messages=said(_("Write your answer.")),
    )


class SubmitForm(forms.Form):
    declared = forms.BooleanField(
        label=_(
            "I declare that everything in this application is true and complete, and that I may submit it."
        ),
        error_messages=said(
            _("Tick the box to declare this. Without it the application can't be submitted.")
        ),
    )
