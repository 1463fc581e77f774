"""What exporters type about the end use, and what they declare about it."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from licensing.models import Application, EndUseDeclaration, EndUseQuestion
from portal.forms.fields import PageForm, choice, no_hidden_signs, said, text

END_USE_AT_MOST = 4000
YES, NO = "yes", "no"


class EndUseForm(PageForm):
    """The end use in words, then for each question `<question>` (yes or no) and `<question>_what`."""

    end_use = text(
        Application,
        "end_use",
        rows=5,
        longest=END_USE_AT_MOST,
        required=_("Describe the end use, for example “Cutting of glass for lenses in our plant in Kyoto”."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for question in EndUseQuestion:
            self.fields[question.value] = choice(
                question.label,
                [(NO, _("No")), (YES, _("Yes"))],
                required=_("Answer yes or no."),
                radios=True,
            )
            self.fields[f"{question.value}_what"] = _explanation()

    def clean(self) -> dict[str, Any]:
        super().clean()
        for question in EndUseQuestion.values:
            if self.cleaned_data.get(question) == YES and self.cleaned_data.get(f"{question}_what") == "":
                self.add_error(
                    f"{question}_what",
                    gettext("You answered yes. Say what it is about, in a sentence or two."),
                )
        return self.cleaned_data

    def answers(self) -> dict[str, tuple[bool, str]]:
        """Return the questions that are answered: yes or no, and the explanation."""
        return {
            question: (self.cleaned_data[question] == YES, self.cleaned_data[f"{question}_what"])
            for question in EndUseQuestion.values
            if self.cleaned_data[question]
        }

    def questions(self) -> Iterator[tuple[forms.BoundField, forms.BoundField]]:
        for question in EndUseQuestion.values:
            yield self[question], self[f"{question}_what"]


def _explanation() -> forms.CharField:
    return forms.CharField(
        label=_("If yes: what is it about?"),
        required=False,
        max_length=EndUseDeclaration._meta.get_field("explanation").max_length,
        error_messages=said(None),
        validators=[no_hidden_signs],
        widget=forms.Textarea({"rows": 2}),
    )


def shown(application: Application) -> dict[str, Any]:
    """Return the end use and the answers so far as the form shows them."""
    initial: dict[str, Any] = {"end_use": application.end_use}
    for declaration in application.declarations.all():
        initial[declaration.question] = YES if declaration.answer else NO
        initial[f"{declaration.question}_what"] = declaration.explanation
    return initial
