"""What somebody types who asks whether a licence is needed."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from licensing.determination import Asked
from licensing.models import EndUseQuestion
from portal.forms import fields
from portal.forms.fields import choice, no_hidden_signs, said
from screening.codes import is_known_hs, normalise_code, normalise_hs
from screening.control.wording import checked_code
from screening.refusals import BadList

YES, NO, UNKNOWN = "yes", "no", ""
TYPED_AT_MOST = 80


def any_country() -> fields.Choices:
    return [("", _("Not stated")), *fields.countries()[1:]]


class CodesForm(forms.Form):
    """Goods by what stands on the papers: the entry of a control list and the customs code."""

    code = forms.CharField(
        label=gettext_lazy("Entry of the control list"),
        help_text=gettext_lazy(
            "For example 6A005.a.1. Leave it empty if the goods are on no list, as far as you know."
        ),
        required=False,
        max_length=TYPED_AT_MOST,
        error_messages=said(None),
        validators=[no_hidden_signs],
        widget=forms.TextInput(
            {"class": "govuk-input--width-10", "autocomplete": "off", "spellcheck": "false"}
        ),
    )
    hs_code = forms.CharField(
        label=gettext_lazy("HS code"),
        help_text=gettext_lazy("The customs code of the goods: 6 to 12 digits, for example 8456.11."),
        required=False,
        max_length=TYPED_AT_MOST,
        error_messages=said(None),
        validators=[no_hidden_signs],
        widget=forms.TextInput({"class": "govuk-input--width-10", "autocomplete": "off"}),
    )

    def clean_code(self) -> str:
        typed = self.cleaned_data["code"].strip()
        code = normalise_code(typed)
        if not code:
            return ""
        try:
            return checked_code(code, 1)
        except BadList:
            raise ValidationError(
                _("“%(typed)s” is not written as an entry. Write it as the list does, for example 6A005.a.1.")
                % {"typed": typed}
            ) from None

    def clean_hs_code(self) -> str:
        typed: str = self.cleaned_data["hs_code"]
        if not typed or is_known_hs(typed):
            return normalise_hs(typed)
        raise ValidationError(
            _(
                "“%(typed)s” is not a code of the Harmonized System of 2022."
                " Write its 6 to 12 digits, for example 8456.11."
            )
            % {"typed": typed}
        )


class LicenceNeededForm(CodesForm):
    destination = fields.country(
        gettext_lazy("Country of final destination"),
        required=gettext_lazy("Choose the country where the goods stay in the end."),
    )
    end_user = choice(
        gettext_lazy("Country of the end user"),
        any_country,
        hint=gettext_lazy("Only if it is another."),
    )
    origin = choice(
        gettext_lazy("Country of origin"),
        any_country,
        hint=gettext_lazy("Where the goods were made: the law of some countries follows their goods."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for question in EndUseQuestion:
            self.fields[question.value] = choice(
                question.label,
                [
                    (NO, gettext_lazy("No")),
                    (YES, gettext_lazy("Yes")),
                    (UNKNOWN, gettext_lazy("I don’t know")),
                ],
                radios=True,
            )

    def questions(self) -> Iterator[forms.BoundField]:
        for question in EndUseQuestion.values:
            yield self[question]

    def asked(self) -> Asked:
        given = self.cleaned_data
        users = (given["end_user"],) if given["end_user"] else ()
        answers = {question: {YES: True, NO: False}.get(given[question.value]) for question in EndUseQuestion}
        return Asked(
            given["code"],
            given["destination"],
            given["origin"],
            users,
            answers,
            hs_code=given["hs_code"],
        )
