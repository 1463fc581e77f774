"""What machines send to have parties compared with the lists, and what they get: the shape of both."""

from collections import Counter
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from licensing.models import Band
from portal.api.fields import MISSING, Closed, Text
from screening.addresses import words_of
from screening.birth import span_of
from screening.importers.countries import code_of
from screening.models import EntityKind, NameKind, RelationKind
from screening.numbers import SHORTEST, plain_number
from screening.reasons import SENTENCES, TOKEN_WORDS

MOST_SUBJECTS = 1000  # of one message
MOST_HITS = 50  # told of each subject; all are counted
MOST_AT_ADDRESS = 10
MOST_OF_EACH = 20  # names, countries, dates, numbers of one subject
LONGEST_NAME, LONGEST_ADDRESS, LONGEST_NUMBER = 400, 400, 100


def list_messages(least: Any = None) -> dict[str, Any]:
    empty = least or gettext_lazy("Leave the field out, or send at least one entry.")
    return {
        **MISSING,
        "not_a_list": gettext_lazy("Send a list in brackets."),
        "empty": empty,
        "min_length": empty,
        "max_length": gettext_lazy("Send at most {max_length} entries."),
    }


def several(child: serializers.Field[Any, Any, Any, Any], **more: Any) -> serializers.ListField:
    return serializers.ListField(
        child=child, required=False, max_length=MOST_OF_EACH, error_messages=list_messages(), **more
    )


def says_something(text: str) -> None:
    if not any(sign.isalnum() for sign in text):
        raise ValidationError(_("Send a text with a letter or digit."), code="says-nothing")


def is_a_country(text: str) -> None:
    if code_of(text) != text:
        raise ValidationError(_("Send a country's code of ISO 3166-1 alpha-2, such as “PA”."), code="country")


def is_a_birth(text: str) -> None:
    if span_of(text) is None:
        raise ValidationError(
            _("Send a date such as “1971-05-03”, “1971-05”, “1971~” (about) or “1958/1963” (between)."),
            code="date",
        )


def has_words(text: str) -> None:
    if not words_of(text):
        raise ValidationError(_("Send a text with a letter or digit."), code="says-nothing")


@extend_schema_field({"type": "number", "minimum": 0, "maximum": 100})
class Points(serializers.Field[float, Any, Any, Any]):
    """Points of likeness, sent as a number."""

    default_error_messages = {
        **MISSING,
        "invalid": gettext_lazy("Send a number from 0 to 100, without quotes."),
    }

    def to_internal_value(self, data: Any) -> float:
        if isinstance(data, bool | str) or not hasattr(data, "__float__") or not 0 <= data <= 100:
            self.fail("invalid")
        return float(data)


class SubjectIn(Closed):
    id = Text(
        max_length=100, help_text="Your own id of the subject; the answer bears it. One each in a message."
    )
    names = several(
        Text(max_length=LONGEST_NAME, validators=[says_something]),
        help_text="All names you know, in any script, the main one first. Needed without `identifiers`.",
    )
    kind = serializers.ChoiceField(
        choices=EntityKind.values,
        required=False,
        error_messages={
            **MISSING,
            "invalid_choice": gettext_lazy("Send one of: person, organisation, vessel, aircraft, other."),
        },
        help_text="What the subject is; leave it out if you don't know.",
    )
    countries = several(
        Text(max_length=2, validators=[is_a_country]),
        help_text="ISO 3166-1 alpha-2: nationality, seat, flag, any tie.",
    )
    dates_of_birth = several(
        Text(max_length=20, validators=[is_a_birth]),
        help_text="ISO 8601-2, as far as known: `1971-05-03`, `1971-05`, `1971`, `1971~`, `1958/1963`.",
    )
    identifiers = several(
        Text(max_length=LONGEST_NUMBER, validators=[says_something]),
        help_text="Numbers of passports, registers, taxpayers, ships (IMO), LEI; signs don't matter.",
    )
    address = Text(
        max_length=LONGEST_ADDRESS,
        required=False,
        validators=[has_words],
        help_text="If given, `at_address` names who is listed at an address with all of these words. "
        "It gives no points.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs.get("names") and not attrs.get("identifiers"):
            raise ValidationError({"names": [_("Send a name or an identifier.")]}, code="required")
        if not attrs.get("names") and len(plain_number(attrs["identifiers"][0])) < SHORTEST:
            text = _("A number of fewer than %(count)d digits or letters is shared by too many. Add a name.")
            raise ValidationError({"identifiers": [text % {"count": SHORTEST}]}, code="too-short")
        return attrs


class ScreeningIn(Closed):
    subjects = serializers.ListField(
        child=SubjectIn(),
        min_length=1,
        max_length=MOST_SUBJECTS,
        error_messages={
            **list_messages(gettext_lazy("Send at least one subject.")),
            "max_length": gettext_lazy("Send at most {max_length} subjects."),
        },
        help_text="Whom to compare with the lists: 1 to 1000.",
    )
    lists = several(
        Text(max_length=40),
        help_text="Keys of the lists to answer from, such as `un-consolidated`; left out: all in force. A "
        "list that is not in force refuses the message.",
    )
    min_points = Points(
        required=False,
        help_text="Only hits of so many points or more. It can't be below the points in force, which the "
        "answer names in `min_points`.",
    )

    def validate_subjects(self, subjects: list[dict[str, Any]]) -> list[dict[str, Any]]:
        counted = Counter(subject["id"] for subject in subjects)
        twice: Any = {
            place: {"id": [_("Another subject of this message has the same id.")]}
            for place, subject in enumerate(subjects)
            if counted[subject["id"]] > 1
        }
        if twice:
            raise ValidationError(twice, code="twice")
        return subjects


class ListOut(serializers.Serializer[Any]):
    key = serializers.CharField()
    name = serializers.CharField(help_text="In the language of the answer.")
    edition = serializers.CharField(help_text="As the publisher tells editions apart.")
    published_on = serializers.DateField()
    in_force_from = serializers.DateTimeField(help_text="Since when it is in force here, in UTC.")
    sha256 = serializers.CharField(help_text="Of the publisher's file.")


class NameOut(serializers.Serializer[Any]):
    name = serializers.CharField(help_text="As published.")
    kind = serializers.ChoiceField(choices=NameKind.values)
    script = serializers.CharField(help_text="As Unicode names it: `Latin`, `Arabic`, `Han`.")


class IdentifierOut(serializers.Serializer[Any]):
    kind = serializers.CharField(help_text="In the publisher's words.")
    number = serializers.CharField()
    country = serializers.CharField(help_text="ISO 3166-1 alpha-2; empty if unknown.")
    note = serializers.CharField()


class AddressOut(serializers.Serializer[Any]):
    text = serializers.CharField()
    country = serializers.CharField(help_text="ISO 3166-1 alpha-2; empty if unknown.")
    note = serializers.CharField()


class RelationOut(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=RelationKind.values)
    name = serializers.CharField()
    source_id = serializers.CharField(help_text="The other party's number in the list; empty if it has none.")
    share = serializers.CharField(help_text="Percent; empty if unknown.")
    note = serializers.CharField()


class EntryOut(serializers.Serializer[Any]):
    list = serializers.CharField(help_text="Key of the list.")
    source_id = serializers.CharField(help_text="The publisher's key, stable between editions.")
    reference = serializers.CharField(help_text="The publisher's number for people; may be empty.")
    kind = serializers.ChoiceField(choices=EntityKind.values)
    primary_name = serializers.CharField()
    names = NameOut(many=True)
    countries = serializers.ListField(child=serializers.CharField())
    dates_of_birth = serializers.ListField(child=serializers.CharField())
    places_of_birth = serializers.ListField(child=serializers.CharField())
    positions = serializers.ListField(child=serializers.CharField())
    programmes = serializers.ListField(child=serializers.CharField())
    identifiers = IdentifierOut(many=True)
    addresses = AddressOut(many=True)
    relations = RelationOut(many=True)
    vessel = serializers.DictField(child=serializers.CharField())
    listed_on = serializers.CharField(help_text="A day; empty if unknown.")
    remarks = serializers.CharField()
    url = serializers.URLField(help_text="The entry's page in the portal, for officers.")


class TokenOut(serializers.Serializer[Any]):
    ours = serializers.CharField(help_text="Word of the subject's name; empty if it has no like.")
    theirs = serializers.CharField(help_text="Word of the listed name; empty if it has no like.")
    how = serializers.ChoiceField(choices=list(TOKEN_WORDS))


class MatchReasonOut(serializers.Serializer[Any]):
    code = serializers.ChoiceField(choices=list(SENTENCES))
    points = serializers.FloatField(help_text="What it gives, or takes where negative.")
    detail = serializers.CharField()
    sentence = serializers.CharField(help_text="For people, in the language of the answer.")
    tokens = TokenOut(many=True)


class HitOut(serializers.Serializer[Any]):
    points = serializers.FloatField(help_text="0 to 100. The reasons say where they come from.")
    band = serializers.ChoiceField(choices=Band.values)
    matched_name = serializers.CharField(help_text="The subject's name that matched.")
    listed_name = serializers.CharField(help_text="The listed name it matched.")
    reasons = MatchReasonOut(many=True)
    entry = EntryOut()


class ResultOut(serializers.Serializer[Any]):
    id = serializers.CharField(help_text="Your id of the subject.")
    hits_total = serializers.IntegerField(help_text="0: nobody on the lists named resembles the subject.")
    hits = HitOut(many=True, help_text=f"The likeliest first, at most {MOST_HITS}.")
    at_address = EntryOut(
        many=True, help_text=f"Who is listed at the address asked for, at most {MOST_AT_ADDRESS}."
    )


class ScreeningOut(serializers.Serializer[Any]):
    screened_at = serializers.DateTimeField(help_text="In UTC.")
    min_points = serializers.FloatField(help_text="From which on a likeness is a hit.")
    lists = ListOut(many=True, help_text="The editions that every result rests on.")
    results = ResultOut(many=True, help_text="One for each subject, in the order sent.")
