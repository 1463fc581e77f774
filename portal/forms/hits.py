"""What officers say of possible matches. Forms check input; the rules stay with licensing.actions.hits."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from licensing.judgements import Standing
from licensing.models import Judgement, User
from portal import judged
from portal.forms.casework import SHORT
from portal.forms.fields import no_hidden_signs, said

QUESTION = _("Is the party the listed one?")
SECOND = [
    (Judgement.SAME, Judgement.SAME.label),
    (Judgement.DIFFERENT, _("Somebody else: I confirm it")),
    (Judgement.UNSURE, Judgement.UNSURE.label),
]


class NumberedRadios(forms.RadioSelect):
    """Choices that the keys 1, 2, 3 ... choose too, see static/src/keys.js."""

    def create_option(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(*args, **kwargs)
        option["attrs"]["data-key"] = str(int(option["index"]) + 1)
        return option


def reason_field(hint: Any, empty: Any) -> forms.CharField:
    return forms.CharField(
        label=_("Reason"),
        help_text=hint,
        max_length=SHORT,
        widget=forms.Textarea({"rows": 3, "data-reason": ""}),
        validators=[no_hidden_signs],
        error_messages=said(empty),
    )


class HitForm(forms.Form):
    """The judgement of a hit, by the first or the second person, and of others that are alike with it."""

    judgement = forms.ChoiceField(
        label=QUESTION,
        choices=Judgement.choices,
        widget=NumberedRadios,
        error_messages={"required": _("Choose one of the three answers.")},
    )
    together = forms.MultipleChoiceField(
        label=_("Settle together, for the same reason"),
        help_text=_("Each is recorded by itself. Untick what you want to look at alone."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "invalid_choice": _("One of these has changed or is settled since you opened this page.")
        },
    )
    reason = reason_field(
        _("What makes you sure, or what you still need to know. It stays in the record."),
        _("Give the reason for your judgement."),
    )
    seen = forms.CharField(required=False, max_length=80, widget=forms.HiddenInput)

    def __init__(
        self, data: Any, user: User, *, standing: Standing, alike: list[Standing], together: bool
    ) -> None:
        super().__init__(data, initial=_initial(user, standing, alike, together))
        second = judged.may_confirm(standing, user)
        self.second = second
        self.mark = mark(standing)  # the template writes it, so that a second try is of what is shown now
        if second:
            self.fields["judgement"].choices = SECOND  # type: ignore[attr-defined]
        if alike:
            self.fields["together"].choices = [  # type: ignore[attr-defined]
                (mark(one), judged.label_of_hit(one)) for one in alike
            ]
        else:
            del self.fields["together"]

    def clean_seen(self) -> str:
        seen: str = self.cleaned_data["seen"] or self.mark
        if seen != self.mark:
            raise forms.ValidationError(
                gettext("This has changed or been judged since you opened it. Look at it again, then record.")
            )
        return seen

    @property
    def marks(self) -> list[str]:
        """What the officer looked at: the mark of the hit itself first, then of those settled with it."""
        return [self.cleaned_data["seen"], *self.cleaned_data.get("together", [])]


def _initial(user: User, standing: Standing, alike: list[Standing], together: bool) -> dict[str, Any]:
    """Give people their own words back to change, and never those of somebody else."""
    own = standing.judgement if standing.judgement and standing.judgement.by_id == user.pk else None
    return {
        "judgement": own.judgement if own else "",
        "reason": own.reason if own else "",
        "together": [mark(one) for one in alike if together],
    }


def mark(standing: Standing) -> str:
    """Return what tells whether a hit still is as it was looked at: its id, what it says, its judgement."""
    judgement = standing.judgement
    return f"{standing.hit.pk}.{standing.hit.seen}.{judgement.pk if judgement else 0}"


class RevokeForm(forms.Form):
    reason = reason_field(
        _("What makes you doubt it. From then on it counts in no case, and this match is open again."),
        _("Give the reason."),
    )
