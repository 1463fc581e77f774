"""What machines send to learn which entries of a control list may describe goods, and what they get."""

from collections import Counter
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from portal.api.determinations import is_an_hs_code
from portal.api.fields import Closed, Text, Whole
from portal.api.screening_messages import list_messages, says_something, several
from portal.signs import HIDDEN_SIGNS
from portal.suggested import REASONS
from screening.classification.answers import Outcome
from screening.codes import normalise_code, normalise_hs
from screening.control.lists import LISTS
from screening.control.wording import is_cas
from screening.control_models import Comparator, ControlList

MOST_GOODS = 100  # of one message
MOST_SUGGESTIONS = 20  # of each
USUAL_SUGGESTIONS = 10
LONGEST_TEXT, LONGEST_CODE = 4000, 60


class Prose(Text):
    """Text of several lines."""

    default_error_messages = {
        "control": gettext_lazy(
            "Leave out control characters, such as NUL, and signs that nobody sees. Line ends are allowed."
        )
    }

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        if HIDDEN_SIGNS.search(data):
            self.fail("control")
        return serializers.CharField.to_internal_value(self, data)


def is_a_list(text: str) -> None:
    known = sorted({*LISTS, *ControlList.objects.values_list("code", flat=True)})
    if text not in known:
        raise ValidationError(
            _("No control list has this key. Send one of: %(known)s.") % {"known": ", ".join(known)},
            code="control-list",
        )


def is_a_cas_number(text: str) -> None:
    if not is_cas(text):
        raise ValidationError(_("Send a CAS number, such as “111-48-8”."), code="cas")


class GoodsIn(Closed):
    id = Text(max_length=100, help_text="Your own id of the goods; the answer bears it. One each.")
    description = Prose(
        max_length=LONGEST_TEXT,
        validators=[says_something],
        help_text="What it is, what it does and its main technical data, in Spanish or English.",
    )
    specifications = Prose(
        max_length=LONGEST_TEXT, required=False, help_text="More technical data: `14 bit, 500 MS/s`."
    )
    hs_code = Text(
        max_length=20, required=False, validators=[is_an_hs_code], help_text="Customs code: a hint only."
    )
    cas = several(Text(max_length=20, validators=[is_a_cas_number]), help_text="CAS numbers of substances.")
    claimed = several(
        Text(max_length=LONGEST_CODE, validators=[says_something]),
        help_text="Entries that somebody says describe the goods; `claims` of the answer says what of them.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "hs_code" in attrs:
            attrs["hs_code"] = normalise_hs(attrs["hs_code"])
        if "claimed" in attrs:
            attrs["claimed"] = [normalise_code(code) for code in attrs["claimed"]]
        return attrs


class ClassificationIn(Closed):
    goods = serializers.ListField(
        child=GoodsIn(),
        min_length=1,
        max_length=MOST_GOODS,
        error_messages={
            **list_messages(gettext_lazy("Send at least one object of goods.")),
            "max_length": gettext_lazy("Send at most {max_length} objects of goods."),
        },
        help_text="What to look for in the list: 1 to 100.",
    )
    control_list = Text(
        max_length=40,
        required=False,
        validators=[is_a_list],
        help_text="Key of the control list: `eu-dual-use` (left out), `eu-military`, `us-ccl`. One "
        "that is not in force is answered by `503`, one that nobody knows by `422`.",
    )
    limit = Whole(
        required=False,
        min_value=1,
        max_value=MOST_SUGGESTIONS,
        error_messages={
            "min_value": gettext_lazy("Send 1 or more."),
            "max_value": gettext_lazy("Send 20 or fewer."),
        },
        help_text="How many entries at most for each: 1 to 20, left out 10.",
    )

    def validate_goods(self, goods: list[dict[str, Any]]) -> list[dict[str, Any]]:
        counted = Counter(one["id"] for one in goods)
        twice: Any = {
            place: {"id": [_("Other goods of this message have the same id.")]}
            for place, one in enumerate(goods)
            if counted[one["id"]] > 1
        }
        if twice:
            raise ValidationError(twice, code="twice")
        return goods


class StepOut(serializers.Serializer[Any]):
    code = serializers.CharField()
    title = serializers.CharField(help_text="In the language of the answer where the list has it.")


class SuggestionReasonOut(serializers.Serializer[Any]):
    code = serializers.ChoiceField(choices=list(REASONS))
    detail = serializers.CharField()
    sentence = serializers.CharField(help_text="For people, in the language of the answer.")


class ThresholdOut(serializers.Serializer[Any]):
    code = serializers.CharField(help_text="The provision that holds it.")
    group = serializers.IntegerField(help_text="Those of one group must all be met; one group suffices.")
    parameter = serializers.CharField()
    comparator = serializers.ChoiceField(choices=Comparator.values)
    value = serializers.CharField()
    unit = serializers.CharField(help_text="Empty for a plain number.")
    condition = serializers.CharField()
    stated = serializers.CharField(help_text="What the goods say, in the same unit; empty if nothing.")
    outcome = serializers.ChoiceField(
        choices=[outcome.value for outcome in Outcome],
        help_text="A value that is missing is `not-known`, never `not-met`.",
    )


class SuggestionOut(serializers.Serializer[Any]):
    code = serializers.CharField(help_text="The provision that fits best.")
    entry = serializers.CharField(help_text="The entry at the top: `3A001`.")
    score = serializers.FloatField(help_text="0 to 1, comparable within one result only.")
    path = StepOut(many=True, help_text="From the entry at the top down to the provision.")
    regimes = serializers.ListField(child=serializers.CharField())
    reasons = SuggestionReasonOut(many=True)
    thresholds = ThresholdOut(many=True)
    questions = serializers.ListField(
        child=serializers.CharField(), help_text="Notes that may exclude the goods, and what to ask."
    )
    url = serializers.URLField(help_text="The provision's page in the portal, open to everybody.")


class ClaimOut(serializers.Serializer[Any]):
    code = serializers.CharField()
    is_known = serializers.BooleanField(help_text="Whether the edition has it.")
    is_far = serializers.BooleanField(help_text="Unlike everything found: a question, never a refusal.")


class ClassificationResultOut(serializers.Serializer[Any]):
    id = serializers.CharField(help_text="Your id of the goods.")
    alarm = serializers.FloatField(help_text="0 to 1: how likely it is that the goods are listed at all.")
    may_be_listed = serializers.BooleanField(
        help_text="The alarm is above its threshold. `false` clears nothing."
    )
    suggestions = SuggestionOut(many=True, help_text="The likeliest first. Empty: no match was found.")
    claims = ClaimOut(many=True)


class ClassificationOut(serializers.Serializer[Any]):
    searched_at = serializers.DateTimeField(help_text="In UTC.")
    control_list = serializers.CharField()
    list_name = serializers.CharField()
    edition = serializers.CharField(help_text="The edition that every result rests on.")
    notice = serializers.CharField(help_text="What the answer is not, for people.")
    catch_all = serializers.ListField(
        child=serializers.CharField(),
        help_text="Asked whatever was found: unlisted goods may need a licence.",
    )
    results = ClassificationResultOut(many=True, help_text="One for each goods, in the order sent.")
