"""Fields of the portal's forms. When one refuses, it says the rule and gives an example."""

from __future__ import annotations  # model fields are generic for type checkers only

import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import date
from functools import lru_cache
from typing import Any, cast

from babel import Locale
from babel.core import get_global
from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from licensing.country import pack
from licensing.units import units
from portal.forms.conflicts import Conflict
from portal.signs import HIDDEN_SIGNS
from portal.templatetags.portal import locale

Words = str | Promise
Choices = list[tuple[str, Any]]

FILL_IN = gettext_lazy("Fill this in.")
CHOOSE = gettext_lazy("Choose one of the answers.")
# Codes that Babel names but that are no country or territory of ISO 3166-1.
NOT_COUNTRIES = frozenset(
    ["AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"]
)
HIDDEN = gettext_lazy("A hidden character came along here. Type the text anew.")


def said(required: Words | None, **more: Words) -> dict[str, Any]:
    """Return the messages of a field; `required` is what to say when it is empty."""
    return {
        "required": required or FILL_IN,
        "max_length": gettext_lazy(
            "Shorten this to %(limit_value)d characters or fewer. It has %(show_value)d now."
        ),
        "null_characters_not_allowed": HIDDEN,
        "invalid_choice": gettext_lazy("“%(value)s” is not in this list. Choose one that is."),
        **more,
    }


def no_hidden_signs(text: str) -> None:
    """Refuse what makes a text look other than it is: a name turned round would pass the lists unseen.

    Of a NUL the field itself says so, in the same words.
    """
    if HIDDEN_SIGNS.search(text.replace("\0", "")):
        raise ValidationError(cast(str, HIDDEN), "hidden")


def says_something(otherwise: Words) -> Callable[[str], None]:
    """Return a check that refuses a text without a letter or digit, with the words of an empty one."""

    def check(text: str) -> None:
        if not any(sign.isalnum() for sign in text):
            raise ValidationError(cast(str, otherwise), "required")

    return check


PHONE = re.compile(r"\+?\(?[0-9][0-9 ().\-/]{5,}(?: ?(?:ext\.?|x) ?[0-9]+)?", re.ASCII | re.IGNORECASE)


def is_phone(text: str) -> None:
    """Refuse what nobody can ring: a number has seven digits or more, signs between them, and a +."""
    if not PHONE.fullmatch(text) or sum(sign.isdigit() for sign in text) < 7:
        raise ValidationError(_("Write the number with all its digits, for example +507 6000 0000."), "phone")


def phone(model: type[models.Model], name: str, *, hint: Words = "", **attrs: Any) -> forms.CharField:
    field = text(model, name, hint=hint, inputmode="tel", **attrs)
    field.validators.append(is_phone)
    return field


def column(model: type[models.Model], name: str) -> models.Field[Any, Any]:
    return cast("models.Field[Any, Any]", model._meta.get_field(name))


def text(
    model: type[models.Model],
    name: str,
    *,
    required: Words | None = None,
    hint: Words = "",
    rows: int = 0,
    longest: int | None = None,
    width: int | None = None,
    **attrs: str,
) -> forms.CharField:
    """A text for a column of `model`: its label and greatest length. Without `required` it may stay empty."""
    of = column(model, name)
    if width:
        attrs["class"] = f"govuk-input--width-{width}"
    return forms.CharField(
        label=of.verbose_name,
        max_length=longest or of.max_length,
        required=required is not None,
        help_text=cast(str, hint),
        error_messages=said(required),
        validators=[no_hidden_signs, *([says_something(required)] if required else [])],
        widget=forms.Textarea({"rows": rows, **attrs}) if rows else forms.TextInput(attrs),
    )


def email(
    model: type[models.Model], name: str, *, required: Words | None = None, hint: Words = ""
) -> forms.EmailField:
    of = column(model, name)
    wrong = gettext_lazy("Write the whole e-mail address, for example ana@example.org.")
    return forms.EmailField(
        label=of.verbose_name,
        max_length=of.max_length,
        required=required is not None,
        help_text=cast(str, hint),
        error_messages=said(required, invalid=wrong),
        widget=forms.EmailInput({"autocomplete": "off", "spellcheck": "false"}),
    )


def choice(
    label: Words,
    choices: Any,
    *,
    required: Words | None = None,
    hint: Words = "",
    radios: bool = False,
    **attrs: Any,
) -> forms.ChoiceField:
    """One of `choices`, or of what they return when called (as they depend on the reader's language)."""
    return forms.ChoiceField(
        label=cast(str, label),
        choices=choices,
        required=required is not None,
        help_text=cast(str, hint),
        error_messages=said(required),
        widget=forms.RadioSelect(attrs) if radios else forms.Select(attrs),
    )


def country(label: Words, *, required: Words | None = None, hint: Words = "") -> forms.ChoiceField:
    return choice(label, countries, required=required, hint=hint)


class LinesField(forms.CharField):
    """Several short texts, one a line: a list without blanks and repetitions."""

    def __init__(self, *, longest: int, most: int, **options: Any) -> None:
        super().__init__(
            required=False,
            validators=[no_hidden_signs],
            widget=forms.Textarea({"rows": 3, "spellcheck": "false"}),
            **options,
        )
        self.error_messages |= said(None)
        self.longest, self.most = longest, most

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        lines = [line.strip() for line in super().clean(value).splitlines()]
        for number, line in enumerate(lines, start=1):
            if len(line) > self.longest:
                raise ValidationError(
                    _("Line %(number)d is too long: write one a line, each of at most %(limit)d characters.")
                    % {"number": number, "limit": self.longest}
                )
        kept = list(dict.fromkeys(line for line in lines if line))
        if len(kept) > self.most:
            raise ValidationError(
                _("Write at most %(limit)d lines; there are %(count)d.")
                % {"limit": self.most, "count": len(kept)}
            )
        return kept


def lines(label: Words, *, hint: Words, longest: int, most: int) -> LinesField:
    return LinesField(label=label, help_text=hint, longest=longest, most=most)


def today() -> date:
    """Return the legal day it is in the country."""
    return pack().legal_day(timezone.now())


class DayField(forms.DateField):
    """A day typed as 2026-11-30 or 30/11/2026, from `earliest` to `latest` (called when needed)."""

    def __init__(
        self, *, earliest: Callable[[], date], latest: Callable[[], date], out_of_range: Words, **options: Any
    ) -> None:
        super().__init__(
            required=False,
            input_formats=["%Y-%m-%d", "%d/%m/%Y"],
            widget=forms.DateInput(
                {"class": "govuk-input--width-10", "autocomplete": "off"}, format="%Y-%m-%d"
            ),
            error_messages=said(
                None,
                invalid=gettext_lazy(
                    "Write the day as year-month-day, for example 2026-11-30, or as 30/11/2026."
                ),
            ),
            **options,
        )
        self.earliest, self.latest, self.out_of_range = earliest, latest, out_of_range

    def validate(self, value: date | None) -> None:
        super().validate(value)
        if value and not self.earliest() <= value <= self.latest():
            raise ValidationError(cast(str, self.out_of_range), "out-of-range")


DAY_HINT = gettext_lazy("For example 2026-11-30 or 30/11/2026.")


def sorted_by_name(named: Iterable[tuple[str, str]]) -> Choices:
    """Return (code, name) pairs in the order of the names, accents aside."""
    return sorted(named, key=lambda pair: _bare(pair[1]))


def _bare(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name.casefold())
    return "".join(sign for sign in letters if not unicodedata.combining(sign))


def countries() -> Choices:
    """Return every country by its name in the reader's language, the portal's own first."""
    return [("", _("Choose a country")), *_countries(locale(), pack().code)]


@lru_cache
def _countries(reader: Locale, first: str) -> Choices:
    named = [
        (code, name)
        for code, name in reader.territories.items()
        if len(code) == 2 and code.isalpha() and code not in NOT_COUNTRIES and code != first
    ]
    return [(first, reader.territories[first]), *sorted_by_name(named)]


def currencies() -> Choices:
    """Return the currencies in use anywhere, those usual here first."""
    return [("", _("Choose a currency")), *_currencies(locale(), pack().currencies)]


@lru_cache
def _currencies(reader: Locale, first: tuple[str, ...]) -> Choices:
    tender = {
        code
        for of_territory in get_global("territory_currencies").values()
        for code, _start, end, is_tender in of_territory
        if is_tender and not end
    }
    codes = [*first, *sorted(tender - set(first))]
    return [(code, f"{code} – {reader.currencies.get(code, code)}") for code in codes]


def unit_choices() -> Choices:
    """Return the units by their plural names in the reader's language, the plain count first."""
    return [("", _("Choose a unit")), *_units(locale().language)]


@lru_cache
def _units(language: str) -> Choices:
    named = [(code, unit.name(language)) for code, unit in units().items()]
    return [*(pair for pair in named if pair[0] == "C62"), *sorted_by_name(p for p in named if p[0] != "C62")]


def ports() -> Choices:
    return [
        ("", _("Choose a place")),
        *sorted_by_name((port.code, f"{port.name} ({port.code})") for port in pack().ports),
    ]


class PageForm(forms.Form):
    """The form of one page of an application. Saved as `unfinished`, it lets fields be empty."""

    def __init__(self, *args: Any, unfinished: bool = False, **options: Any) -> None:
        super().__init__(*args, **options)
        self.unfinished = unfinished
        self.overtaken: Conflict | None = None  # somebody saved other answers while the page was open

    def clean(self) -> dict[str, Any]:
        if self.unfinished:
            for name, errors in list(self.errors.as_data().items()):
                if all(error.code == "required" for error in errors):
                    del self.errors[name]
                    self.cleaned_data[name] = ""
        return self.cleaned_data
