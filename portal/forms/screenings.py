"""Whom officers look for in the lists, and whom exporters consider dealing with."""

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from licensing.searches import Asked
from portal.forms import fields
from portal.forms.fields import choice, no_hidden_signs, said, says_something
from portal.screening_files.reading import year_first
from screening.addresses import words_of
from screening.birth import span_of
from screening.importers import label_of
from screening.models import EntityKind, ListVersion
from screening.numbers import SHORTEST, plain_number

LONGEST_NAME, LONGEST_NUMBER, LONGEST_ADDRESS = 400, 100, 400
MOST_NAMES = 20
NOBODY = gettext_lazy("Write a name or a number of whom you look for.")


def any_country() -> fields.Choices:
    return [("", _("Any")), *fields.countries()[1:]]


def words(
    label: fields.Words,
    *,
    longest: int,
    hint: fields.Words = "",
    needs: fields.Words | None = None,
    **attrs: str,
) -> forms.CharField:
    """A line of text that may stay empty; unless `needs` says what it needs."""
    return forms.CharField(
        label=cast(str, label),
        help_text=cast(str, hint),
        required=needs is not None,
        max_length=longest,
        error_messages=said(needs),
        validators=[no_hidden_signs, *([says_something(needs)] if needs else [])],
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false", **attrs}),
    )


class BornField(forms.CharField):
    """A date of birth as far as it is known, as screening takes it: "1971-05-03", "1971-05", "1971~"."""

    def clean(self, value: Any) -> str:
        typed = super().clean(value)
        if typed and span_of(found := year_first(typed)) is None:
            raise ValidationError(
                _("Write the day as 1971-05-03 or 03/05/1971, or only the month or year: 1971-05, 1971.")
            )
        return found if typed else ""


class ListsForm(forms.Form):
    """Which of the lists in force are searched; none ticked: all of them."""

    lists = forms.MultipleChoiceField(
        label=gettext_lazy("Lists"),
        help_text=gettext_lazy("None ticked: all lists in force are searched."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "invalid_choice": gettext_lazy(
                "The list “%(value)s” is not in force. Choose among the lists in force."
            )
        },
    )

    def __init__(self, *args: Any, versions: list[ListVersion], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["lists"].choices = [  # type: ignore[attr-defined]
            (version.source, label_of(version.source)) for version in versions
        ]


class NameSearchForm(ListsForm):
    name = words(
        gettext_lazy("Name"),
        longest=LONGEST_NAME,
        hint=gettext_lazy("In any script, with or without company form."),
    )
    identifier = words(
        gettext_lazy("Identifier"),
        longest=LONGEST_NUMBER,
        hint=gettext_lazy("IMO, passport, register, LEI or tax number, alone or beside the name."),
    )
    kind = choice(gettext_lazy("Kind"), lambda: [("", _("Any")), *EntityKind.choices])
    country = choice(gettext_lazy("Country"), any_country)
    born = BornField(
        label=gettext_lazy("Date of birth"),
        help_text=gettext_lazy("As far as it is known: 1971-05-03, 1971-05 or 1971."),
        required=False,
        max_length=20,
        error_messages=said(None),
        validators=[no_hidden_signs],
        widget=forms.TextInput({"class": "govuk-input--width-10", "autocomplete": "off"}),
    )

    field_order = ("name", "identifier", "kind", "country", "born", "lists")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and not (says(cleaned["name"]) or cleaned["identifier"]):
            self.add_error("name", NOBODY)
        self._check_number(cleaned)
        return cleaned

    def _check_number(self, cleaned: dict[str, Any]) -> None:
        if self.errors or says(cleaned["name"]):
            return
        if len(plain_number(cleaned["identifier"])) < SHORTEST:
            self.add_error(
                "identifier",
                _("A number of fewer than %(count)d digits or letters is shared by too many. Add a name.")
                % {"count": SHORTEST},
            )

    def asked(self) -> Asked:
        typed = self.cleaned_data
        return Asked(
            names=one(typed["name"]) if says(typed["name"]) else (),
            kind=typed["kind"],
            countries=one(typed["country"]),
            dates_of_birth=one(typed["born"]),
            identifiers=one(typed["identifier"]),
        )


def one(value: str) -> tuple[str, ...]:
    return (value,) if value else ()


def says(text: str) -> bool:
    return any(sign.isalnum() for sign in text)


class AddressSearchForm(ListsForm):
    address = words(
        gettext_lazy("Words of the address"),
        longest=LONGEST_ADDRESS,
        hint=gettext_lazy("Street, building, city, in any order; accents don't matter."),
        needs=gettext_lazy("Write words of the address, for example a street and a city."),
    )
    country = choice(gettext_lazy("Country"), any_country)

    field_order = ("address", "country", "lists")

    def clean_address(self) -> str:
        typed: str = self.cleaned_data["address"]
        if not words_of(typed):
            raise ValidationError(_("Write words of the address, for example a street and a city."))
        return typed


class PrecheckForm(forms.Form):
    """A party an exporter considers dealing with. Names and a number only: more would tell more."""

    name = words(
        gettext_lazy("Name of the party"),
        longest=LONGEST_NAME,
        hint=gettext_lazy(
            "As it stands in the register or the passport, in its own letters or in Latin ones."
        ),
        needs=gettext_lazy("Write the full legal name, for example “Kyoto Glass Works Co., Ltd.”."),
    )
    other_names = fields.lines(
        gettext_lazy("Other names"),
        hint=gettext_lazy("Trade names, former names, the name in other letters. One a line."),
        longest=LONGEST_NAME,
        most=MOST_NAMES,
    )
    identifier = words(
        gettext_lazy("Number"),
        longest=LONGEST_NUMBER,
        hint=gettext_lazy("Of the register, the passport or the ship, if you know it."),
        **{"class": "govuk-input--width-20"},
    )

    def asked(self) -> Asked:
        typed = self.cleaned_data
        others = (name for name in typed["other_names"] if says(name))
        return Asked(names=(typed["name"], *others), identifiers=one(typed["identifier"]))
