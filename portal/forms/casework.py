"""What officers and advisers write. Forms check input; the rules of the workflow stay with the actions."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from licensing.country import pack, year_after
from licensing.models import (
    Action,
    ApplicationStatus,
    Opinion,
    Organisation,
    Outcome,
)
from portal.forms.fields import no_hidden_signs, said, sorted_by_name
from portal.templatetags.portal import country_name

SHORT, LONG = 2000, 4000  # characters of what people write, as the models hold them
LONGEST_CONDITION = 1000
MOST_CONDITIONS = 30

STATUSES = [
    ("", _("Any")),
    (ApplicationStatus.SUBMITTED, ApplicationStatus.SUBMITTED.label),
    (ApplicationStatus.IN_REVIEW, ApplicationStatus.IN_REVIEW.label),
    (ApplicationStatus.INFORMATION_REQUESTED, _("Waiting for the exporter")),
    (ApplicationStatus.RECOMMENDED, ApplicationStatus.RECOMMENDED.label),
]


def text_area(rows: int = 4) -> forms.Textarea:
    return forms.Textarea({"rows": rows})


class QueueForm(forms.Form):
    q = forms.CharField(
        label=_("Search"),
        required=False,
        max_length=100,
        help_text=_("Reference, exporter, party or goods"),
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    status = forms.ChoiceField(label=_("Status"), required=False, choices=STATUSES)
    destination = forms.ChoiceField(label=_("Destination"), required=False)
    mine = forms.BooleanField(label=_("Only my cases"), required=False)

    def __init__(self, *args: Any, destinations: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        countries = sorted_by_name((code, country_name(code)) for code in destinations)
        self.fields["destination"].choices = [("", _("Any")), *countries]  # type: ignore[attr-defined]


class BodySelect(forms.Select):
    """Bodies of which those that cannot answer are shown but not to be chosen."""

    def create_option(self, name: str, value: Any, label: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, label, *args, **kwargs)
        body = getattr(value, "instance", None)
        if body is not None and not body.can_answer:
            option["attrs"]["disabled"] = True
            option["label"] = gettext("%(body)s (nobody there has an account)") % {"body": label}
        return option


class ConsultForm(forms.Form):
    body = forms.ModelChoiceField(
        Organisation.objects.bodies_to_ask(),
        widget=BodySelect,
        label=_("Body"),
        empty_label=_("Choose a body"),
        error_messages={"required": _("Choose the body to ask.")},
    )
    question = forms.CharField(
        label=_("Question"),
        help_text=_(
            "The body sees the parties, the goods, the route and the end use. It sees no possible match."
        ),
        max_length=SHORT,
        widget=text_area(5),
        validators=[no_hidden_signs],
        error_messages=said(_("Write the question.")),
    )
    due_on = forms.DateField(
        label=_("Answer due by"),
        widget=forms.DateInput({"type": "date", "class": "govuk-input--width-10"}, format="%Y-%m-%d"),
        error_messages={
            "required": _("Choose the day by which the body should answer."),
            "invalid": _("Write the day as year-month-day, for example 2026-03-31."),
        },
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_due_on(self) -> date:
        due_on: date = self.cleaned_data["due_on"]
        if due_on <= self.today:
            raise forms.ValidationError(gettext("Choose a day after today."))
        if due_on > year_after(self.today):
            raise forms.ValidationError(gettext("Choose a day within a year from today."))
        return due_on


class WithdrawQuestionForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("It stays in the record of the case. The body that was asked does not read it."),
        max_length=SHORT,
        widget=text_area(4),
        validators=[no_hidden_signs],
        error_messages=said(_("Give the reason.")),
    )


class InformationForm(forms.Form):
    question = forms.CharField(
        label=_("What do you need to know?"),
        help_text=_("The exporter reads this as you write it. The case waits until they answer."),
        max_length=SHORT,
        widget=text_area(6),
        validators=[no_hidden_signs],
        error_messages=said(_("Write what you need to know.")),
    )


class RecommendForm(forms.Form):
    outcome = forms.ChoiceField(
        label=_("What do you recommend?"),
        choices=Outcome.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what you recommend.")},
    )
    reasons = forms.CharField(
        label=_("Reasons"),
        help_text=_("The deciding officer reads them; the exporter does not."),
        max_length=LONG,
        widget=text_area(6),
        validators=[no_hidden_signs],
        error_messages=said(_("Give the reasons.")),
    )
    months = forms.IntegerField(
        label=_("Months of validity"),
        help_text=_("Only for an approval."),
        required=False,
        widget=forms.NumberInput({"class": "govuk-input--width-3", "inputmode": "numeric"}),
        error_messages={"invalid": _("Write a whole number of months, for example 12.")},
    )
    conditions = forms.CharField(
        label=_("Conditions"),
        help_text=_("Only for an approval. One condition per line; they are printed on the licence."),
        required=False,
        validators=[no_hidden_signs],
        widget=text_area(4),
    )

    def clean_conditions(self) -> list[str]:
        lines = [line.strip() for line in self.cleaned_data["conditions"].splitlines() if line.strip()]
        if len(lines) > MOST_CONDITIONS:
            raise forms.ValidationError(
                gettext("Write at most %(most)d conditions.") % {"most": MOST_CONDITIONS}
            )
        if any(len(line) > LONGEST_CONDITION for line in lines):
            raise forms.ValidationError(
                gettext("Write each condition in at most %(longest)d characters.")
                % {"longest": LONGEST_CONDITION}
            )
        return lines

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        longest = pack().licence_months_longest
        months = cleaned.get("months")
        approves = cleaned.get("outcome") == Outcome.APPROVE
        if approves and "months" in cleaned and (months is None or not 1 <= months <= longest):
            self.add_error(
                "months", gettext("A licence is valid for 1 to %(longest)d months.") % {"longest": longest}
            )
        return cleaned


class DecisionForm(forms.Form):
    """One of the acts that are open to this person now, with its reasons."""

    act = forms.ChoiceField(
        label=_("Your decision"),
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose what you decide."),
            "invalid_choice": _("This is not possible now. The reason stands below."),
        },
    )
    reasons = forms.CharField(
        label=_("Reasons"),
        help_text=_("If you refuse, the exporter reads them as you write them."),
        max_length=LONG,
        widget=text_area(5),
        validators=[no_hidden_signs],
        error_messages=said(_("Give the reasons.")),
    )

    def __init__(self, *args: Any, acts: list[Action], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["act"].choices = [(act.value, act.label) for act in acts]  # type: ignore[attr-defined]


class OpinionForm(forms.Form):
    opinion = forms.ChoiceField(
        label=_("Your body's opinion"),
        choices=Opinion.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose an opinion.")},
    )
    answer = forms.CharField(
        label=_("Reasons and conditions"),
        help_text=_("Needed for an objection or for conditions. Only the licensing authority reads them."),
        required=False,
        max_length=LONG,
        validators=[no_hidden_signs],
        error_messages=said(None),
        widget=text_area(6),
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        opinion = cleaned.get("opinion")
        if opinion and opinion != Opinion.NO_OBJECTION and not cleaned.get("answer") and not self.errors:
            self.add_error("answer", gettext("Give the reasons for your opinion."))
        return cleaned
