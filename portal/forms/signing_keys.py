"""What administrators write about signing keys. What may be done is for licensing.actions.keys to say."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from licensing import signing
from licensing.actions.keys import PRIVATE
from licensing.country import months_after, year_after
from licensing.models import ListOutcome
from portal.forms.fields import DayField, choice, no_hidden_signs, said, today
from portal.forms.lists import reason

LONGEST_MONTHS = 120


class KeyArea(forms.Textarea):
    """Never shows a private key again, nor hands it on to be shown."""

    def format_value(self, value: Any) -> str | None:
        return "" if value and signing.is_private(value) else super().format_value(value)


class PublicKeyField(forms.CharField):
    """Says of a private key that it is one before anything else, such as that it is too long."""

    def clean(self, value: Any) -> Any:
        if value and signing.is_private(value):
            raise ValidationError(str(PRIVATE), "private")
        return super().clean(value)


class ProposeForm(forms.Form):
    name = forms.CharField(
        label=_("Name"),
        help_text=_("For the administrators, such as “Signing key 2027”."),
        max_length=100,
        validators=[no_hidden_signs],
        error_messages=said(_("Give the key a name.")),
    )
    public_key = PublicKeyField(
        label=_("Public key"),
        help_text=_(
            "The text between BEGIN PUBLIC KEY and END PUBLIC KEY, both lines included, as "
            "manage.py signing_key prints it. Never paste a private key anywhere."
        ),
        max_length=2000,
        widget=KeyArea({"rows": 5}),
        error_messages=said(_("Paste the public key.")),
    )
    first = DayField(
        label=_("It signs from"),
        earliest=today,
        latest=lambda: months_after(today(), LONGEST_MONTHS),
        out_of_range=_("Choose a day from today on, at most ten years away."),
    )
    last = DayField(
        label=_("It signs until, that day included"),
        earliest=today,
        latest=lambda: months_after(today(), LONGEST_MONTHS),
        out_of_range=_("Choose a day from today on, at most ten years away."),
    )
    reason = reason(_("Another administrator reads it and must agree. It stays in the record."))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in ("first", "last"):
            self.fields[name].required = True
            self.fields[name].error_messages["required"] = _("Write the day.")

    def get_initial_for_field(self, field: forms.Field, field_name: str) -> Any:
        """Propose a year from today on."""
        days = {"first": today(), "last": year_after(today())}
        return days.get(field_name) or super().get_initial_for_field(field, field_name)


class RevokeForm(forms.Form):
    reason = reason(_("Another administrator reads it and must agree. It stays in the record."))


class DecideForm(forms.Form):
    outcome = choice(
        _("What do you say?"),
        [(ListOutcome.APPROVE, _("I agree")), (ListOutcome.DECLINE, _("I decline: everything stays"))],
        required=_("Choose one of the answers."),
        radios=True,
    )
    reason = reason(_("It stays in the record."))
