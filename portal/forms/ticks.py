"""What a form asks once before it goes on: is it meant? Answered by a tick that stands for just that."""

from typing import Any

from django import forms

from portal.forms.fields import Words


class Checkbox(forms.CheckboxInput):
    """A checkbox whose value says what it was ticked about, so that it counts for nothing else.

    Templates know by the name of the class how it is drawn.
    """

    def __init__(self, about: str) -> None:
        super().__init__(check_test=lambda said: said == about)
        self.about = about

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return data.get(name)

    def format_value(self, value: Any) -> str:
        return self.about


def tick(about: str, *, label: Words, hint: Words) -> forms.BooleanField:
    return forms.BooleanField(label=str(label), help_text=str(hint), required=False, widget=Checkbox(about))


def asked(
    form: forms.BaseForm, name: str, about: str, *, label: Words, hint: Words, otherwise: Words
) -> None:
    """Add the tick to the form; it refuses with the words of `otherwise` unless that was ticked about this.

    For the `clean` of a form.
    """
    form.fields[name] = tick(about, label=label, hint=hint)
    if form.data.get(form.add_prefix(name)) != about:
        form.add_error(name, str(otherwise))
