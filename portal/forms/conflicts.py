"""What somebody else saved while a page was open, beside what was typed there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.functional import Promise

from licensing.models import Event

if TYPE_CHECKING:
    from portal.forms.fields import PageForm


@dataclass(frozen=True, slots=True)
class Difference:
    """A question with both answers in words, "" for none."""

    label: str | Promise
    stored: str
    typed: str


@dataclass(frozen=True, slots=True)
class Conflict:
    event: Event  # the newest change, with who made it
    differences: list[Difference]


def differences(form: PageForm, stored: dict[str, Any]) -> list[Difference]:
    """Compare what was typed into `form`, which is valid, with what is stored, as `form` shows it."""
    as_typed = {name: field.prepare_value(stored.get(name)) for name, field in form.fields.items()}
    other = type(form)(
        {name: value for name, value in as_typed.items() if value is not None},
        initial=stored,
        unfinished=True,
    )
    other.is_valid()
    answers = ((name, other.cleaned_data.get(name), form.cleaned_data.get(name)) for name in form.fields)
    return [
        Difference(
            form.fields[name].label or name,
            in_words(form.fields[name], there or as_typed[name]),
            in_words(form.fields[name], typed),
        )
        for name, there, typed in answers
        if (there or "") != (typed or "")
    ]


def in_words(field: forms.Field, value: Any) -> str:
    if isinstance(field, forms.ChoiceField):
        return next((name for code, name in flat(field.choices) if code == value), str(value or ""))
    if isinstance(value, list):
        return "; ".join(value)
    return value.isoformat() if isinstance(value, date) else str(value or "")


def flat(choices: Any) -> Iterator[tuple[Any, str]]:
    """Yield the choices with their names, also those that stand in groups."""
    for value, name in choices:
        if isinstance(name, list | tuple):
            yield from flat(name)
        else:
            yield value, str(name)
