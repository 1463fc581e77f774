"""Machines ask whether goods need a licence: the answer of the rules with its grounds, never a decision."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response
from rest_framework.views import APIView

from licensing import determination
from licensing.determination import Asked, Outcome
from licensing.determination_words import SENTENCES
from licensing.models import ApiScope, EndUseQuestion
from portal import determined
from portal.api import schema
from portal.api.access import needs
from portal.api.fields import MISSING, Closed, Text
from portal.api.screening_messages import is_a_country, several
from portal.http import ApiRequest
from screening.codes import is_known_hs, normalise_code, normalise_hs
from screening.control.grounds import Weight
from screening.control.lists import law_in_words, name_of
from screening.control.wording import LONGEST_CODE, checked_code
from screening.refusals import BadList

OUTCOMES = [one.value for one in Outcome]


def is_an_entry(text: str) -> None:
    try:
        checked_code(normalise_code(text), 1)
    except BadList:
        raise ValidationError(
            _("Send an entry as its list writes it, such as “3A001.a.5”."), code="entry"
        ) from None


def is_an_hs_code(text: str) -> None:
    if not is_known_hs(text):
        raise ValidationError(
            _("Send a code of the Harmonized System of 2022, 6 to 12 digits, such as “854231”."), code="hs"
        )


class Truth(serializers.BooleanField):
    """True or false that was sent as one: not "yes", not 1."""

    default_error_messages = {**MISSING, "invalid": gettext_lazy("Send true or false, without quotes.")}

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid")
        return data


def yes_or_no(question: EndUseQuestion) -> Truth:
    return Truth(
        required=False,
        help_text=f"{question.label} Leave it out if nobody knows: that is not taken for a no.",
    )


class EndUseIn(Closed):
    """What is known of the end use; `open_questions` of the answer names the rest."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {question.value: yes_or_no(question) for question in EndUseQuestion}


class DeterminationIn(Closed):
    entry = Text(
        max_length=LONGEST_CODE,
        required=False,
        validators=[is_an_entry],
        help_text="Entry of the control list, such as `3A001.a.5`; left out: on none as far as you know.",
    )
    hs_code = Text(
        max_length=20,
        required=False,
        validators=[is_an_hs_code],
        help_text="Customs code of the goods, 6 to 12 digits: it gives hints, and decides nothing.",
    )
    destination = Text(
        max_length=2, validators=[is_a_country], help_text="Where the goods stay: ISO 3166-1 alpha-2."
    )
    end_user_countries = several(
        Text(max_length=2, validators=[is_a_country]), help_text="Where end users sit, if elsewhere."
    )
    origin = Text(
        max_length=2,
        required=False,
        validators=[is_a_country],
        help_text="Where the goods were made: the law of some countries follows their goods.",
    )
    end_use = EndUseIn(
        required=False, help_text="Yes or no to what is asked whether or not goods are listed."
    )


class GroundOut(serializers.Serializer[Any]):
    code = serializers.ChoiceField(choices=list(SENTENCES))
    weight = serializers.ChoiceField(
        choices=[one.value for one in Weight],
        help_text="`needed`: it calls for a licence. `person`: somebody must read it. `fact`: it explains.",
    )
    sentence = serializers.CharField(help_text="For people, in the language of the answer.")
    basis = serializers.CharField(help_text="The law, or the edition of a list, that it rests on.")


class GeneralOut(serializers.Serializer[Any]):
    code = serializers.CharField()
    conditions = serializers.ListField(
        child=serializers.CharField(), help_text="All must be true, or it does not serve."
    )


class ControlEditionOut(serializers.Serializer[Any]):
    list = serializers.CharField(help_text="Key of the control list.")
    name = serializers.CharField(help_text="In the language of the answer.")
    edition = serializers.CharField()
    valid_from = serializers.DateField(help_text="The publisher's date.")


class CatchAllOut(serializers.Serializer[Any]):
    code = serializers.CharField()
    question = serializers.CharField(help_text="In the language of the answer.")
    basis = serializers.CharField(help_text="The law that asks it.")


class DeterminationOut(serializers.Serializer[Any]):
    determined_at = serializers.DateTimeField(help_text="In UTC.")
    outcome = serializers.ChoiceField(
        choices=OUTCOMES,
        help_text="`needed`; `person`: the authority must look; `general`: a general licence may serve; "
        "`questions`: not listed as far as stated, the questions and an expert's check remain.",
    )
    sentence = serializers.CharField(help_text="For people, in the language of the answer.")
    grounds = GroundOut(many=True, help_text="The chain, in the order in which the law asks.")
    foreign_grounds = GroundOut(many=True, help_text="What the law of the country of origin asks.")
    general_licences = GeneralOut(many=True)
    open_questions = serializers.ListField(
        child=serializers.ChoiceField(choices=EndUseQuestion.values), help_text="Not answered in `end_use`."
    )
    catch_all = CatchAllOut(many=True, help_text="Asked whatever the list says.")
    editions = ControlEditionOut(many=True, help_text="The editions that the answer rests on.")


class LicenceRequirementsView(APIView):
    permission_classes = [needs(ApiScope.READ_LICENCES)]
    http_method_names = ["post"]

    @extend_schema(
        **schema.DETERMINE,
        request=DeterminationIn,
        responses={200: DeterminationOut, **schema.problems(schema.DETERMINING)},
    )
    def post(self, request: ApiRequest) -> Response:
        message = DeterminationIn(data=[] if request.data is None else request.data)
        message.is_valid(raise_exception=True)
        at = timezone.now()
        [answer] = determined.answer_all([asked(message.validated_data)], at)
        body = {"determined_at": at, **told(answer)}
        return Response(DeterminationOut(body).data, headers={"Cache-Control": "no-store"})


def asked(sent: dict[str, Any]) -> Asked:
    said = sent.get("end_use", {})
    return Asked(
        code=normalise_code(sent.get("entry", "")),
        destination=sent["destination"],
        origin=sent.get("origin", ""),
        end_user_countries=tuple(sent.get("end_user_countries", ())),
        answers={question: said.get(question.value) for question in EndUseQuestion},
        hs_code=normalise_hs(sent.get("hs_code", "")),
    )


def told(answer: determination.Answer) -> dict[str, Any]:
    shown = determined.shown(answer)
    return {
        "outcome": shown.outcome,
        "sentence": f"{shown.word}. {shown.reason}",
        "grounds": [_ground(step) for step in shown.steps],
        "foreign_grounds": [_ground(step) for step in shown.foreign],
        "general_licences": [{"code": one.code, "conditions": one.conditions} for one in shown.general],
        "open_questions": list(answer.open_questions),
        "catch_all": [
            {"code": rule.code, "question": rule.question, "basis": law_in_words(rule.basis)}
            for rule in determined.catch_all(answer.editions)
        ],
        "editions": [
            {
                "list": edition.list.code,
                "name": str(name_of(edition.list)),
                "edition": edition.label,
                "valid_from": edition.valid_from,
            }
            for edition in answer.editions
        ],
    }


def _ground(step: determined.Step) -> dict[str, str]:
    return {"code": step.code, "weight": step.weight, "sentence": step.text, "basis": step.basis}
