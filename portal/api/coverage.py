"""Machines of customs ask by what stands before the officer, and by the holder of licences."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response
from rest_framework.views import APIView

from licensing import coverage, terms
from licensing.coverage import Actor, Candidate, Consignment, Goods, Item, Verdict
from licensing.models import ApiScope, Licence, LicenceState
from licensing.units import units
from portal import covered, determined
from portal.api import schema
from portal.api.access import needs
from portal.api.customs import LIST_OF_LINES, MOST_LINES, Holder, ShipmentIn, TermOut, shipment_of
from portal.api.determinations import OUTCOMES, GroundOut, is_an_entry, is_an_hs_code
from portal.api.fields import Closed, Quantity, QuantityAsked, Text, Whole, asked_once
from portal.api.screening_messages import is_a_country, says_something, several
from portal.border.answer import clause_shown
from portal.http import ApiRequest
from screening.codes import normalise_code, normalise_hs
from screening.control.wording import LONGEST_CODE

MOST_CANDIDATES = 5  # shown for each item, those that lack least first
MOST_LICENCES = 100  # of one answer
LARGEST_ID = 2**63 - 1


class ConsignedIn(Closed):
    item = Whole(min_value=1, max_value=2_147_483_647, help_text="Number of the item; each one once.")
    hs_code = Text(
        max_length=20,
        required=False,
        validators=[is_an_hs_code],
        help_text="Customs code, 6 to 12 digits. Send this, the entry, or both.",
    )
    entry = Text(
        max_length=LONGEST_CODE,
        required=False,
        validators=[is_an_entry],
        help_text="Entry of the control list, such as `3A001.a.5`, if the papers state one.",
    )
    quantity = QuantityAsked(required=False, help_text="What is to leave; needs `unit`.")
    unit = Text(
        max_length=3,
        required=False,
        help_text="UN/ECE Recommendation 20 code; converted into the line's own.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs.get("hs_code") and not attrs.get("entry"):
            raise ValidationError({"hs_code": [_("Send the customs code, the entry, or both.")]}, "required")
        if "quantity" in attrs and "unit" not in attrs:
            raise ValidationError({"unit": [_("Send the unit of the quantity.")]}, "required")
        if "unit" in attrs and attrs["unit"] not in units():
            told = _("Send a code of UN/ECE Recommendation 20, such as “C62” or “KGM”.")
            raise ValidationError({"unit": [told]}, "unit")
        return attrs


class CoverageIn(ShipmentIn):
    holder = Text(
        max_length=200,
        validators=[says_something],
        help_text="The exporter, by tax number (RUC in Panama) or by name. Only its licences are looked at.",
    )
    destination = Text(
        max_length=2, validators=[is_a_country], help_text="Where the goods stay: ISO 3166-1 alpha-2."
    )
    parties = several(
        Text(max_length=300, validators=[says_something]),
        help_text="Names of those who receive or use the goods. The licence must name each of them, and the "
        "`consignee` as well.",
    )
    goods = serializers.ListField(
        child=ConsignedIn(),
        min_length=1,
        max_length=MOST_LINES,
        error_messages=LIST_OF_LINES,
        help_text="What stands before you, item by item. One line of a licence covers an item, or none does.",
    )

    def validate_goods(self, sent: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if len({one["item"] for one in sent}) != len(sent):
            raise ValidationError(_("Name each item once."), "item-twice")
        return sent


class LackOut(serializers.Serializer[Any]):
    code = serializers.ChoiceField(choices=schema.REASON_CODES)
    detail = serializers.CharField(help_text="For people, in the language of the answer.")


class CandidateOut(serializers.Serializer[Any]):
    licence = serializers.CharField(help_text="Number of the licence.")
    line = serializers.IntegerField(help_text="Number of the line within the licence.")
    state = serializers.ChoiceField(choices=LicenceState.values)
    remaining = Quantity()
    unit = serializers.CharField(help_text="The line's unit.")
    conditions = serializers.ListField(child=serializers.CharField())
    terms = TermOut(many=True, help_text="Those of the conditions that we check messages against.")
    lacks = LackOut(many=True, help_text="Why it does not cover the item; empty if it does.")


class NeedOut(serializers.Serializer[Any]):
    outcome = serializers.ChoiceField(choices=OUTCOMES, help_text="As `determineLicence` answers.")
    sentence = serializers.CharField(help_text="For people, in the language of the answer.")
    grounds = GroundOut(many=True, help_text="The chain, in the order in which the law asks.")


VERDICTS = [one.value for one in Verdict]
VERDICTS_SAY = (
    "`covered`: a licence line in force covers it. `not-covered`: a licence is needed and none covers it. "
    "`ask`: the authority must look. `not-listed`: not on the list as far as stated; that frees nothing."
)


class ItemOut(serializers.Serializer[Any]):
    item = serializers.IntegerField()
    verdict = serializers.ChoiceField(choices=VERDICTS, help_text=VERDICTS_SAY)
    need = NeedOut(help_text="Is a licence needed for it?")
    licences = CandidateOut(
        many=True, help_text=f"The holder's lines of such goods, at most {MOST_CANDIDATES}, the best first."
    )


class CoverageOut(serializers.Serializer[Any]):
    as_of = serializers.DateTimeField(help_text="The moment all of this is true of, in UTC.")
    verdict = serializers.ChoiceField(
        choices=VERDICTS, help_text=f"The strictest of the items'. {VERDICTS_SAY}"
    )
    acts = serializers.ChoiceField(
        choices=[one.value for one in Actor], help_text="Who has to do something next."
    )
    sentence = serializers.CharField(help_text="The verdict for people, in the language of the answer.")
    next_step = serializers.CharField(help_text="What to do, in the language of the answer.")
    holder = Holder(allow_null=True, help_text="Null if no such company is registered.")
    items = ItemOut(many=True, help_text="In the order they were sent.")


class CoverageView(APIView):
    permission_classes = [needs(ApiScope.READ_LICENCES)]
    http_method_names = ["post"]

    @extend_schema(
        **schema.COVER,
        request=CoverageIn,
        responses={200: CoverageOut, **schema.problems(schema.DETERMINING)},
    )
    def post(self, request: ApiRequest) -> Response:
        message = CoverageIn(data=[] if request.data is None else request.data)
        message.is_valid(raise_exception=True)
        at = timezone.now()
        found = coverage.answer(consignment(message.validated_data), by=request.user, at=at)
        words = covered.in_words(found)
        body = {
            "as_of": at,
            "verdict": found.verdict,
            "acts": found.actor,
            "sentence": f"{words.word}. {words.reason}",
            "next_step": words.next_step,
            "holder": found.holder,
            "items": [_item(item, at) for item in found.items],
        }
        return Response(CoverageOut(body).data, headers={"Cache-Control": "no-store"})


def consignment(sent: dict[str, Any]) -> Consignment:
    return Consignment(
        holder=sent["holder"],
        destination=sent["destination"],
        goods=[
            Goods(
                item=one["item"],
                hs_code=normalise_hs(one.get("hs_code", "")),
                code=normalise_code(one.get("entry", "")),
                quantity=one.get("quantity"),
                unit=one.get("unit", ""),
            )
            for one in sent["goods"]
        ],
        parties=sent.get("parties", ()),
        shipment=shipment_of(sent),
    )


def _item(item: Item, at: datetime) -> dict[str, Any]:
    need = determined.shown(item.need)
    return {
        "item": item.goods.item,
        "verdict": item.verdict,
        "need": {
            "outcome": need.outcome,
            "sentence": f"{need.word}. {need.reason}",
            "grounds": [
                {"code": one.code, "weight": one.weight, "sentence": one.text, "basis": one.basis}
                for one in need.steps
            ],
        },
        "licences": [_shown(one, at) for one in item.candidates[:MOST_CANDIDATES]],
    }


def _shown(candidate: Candidate, at: datetime) -> dict[str, Any]:
    line = candidate.line
    return {
        "licence": line.licence.reference,
        "line": line.number,
        "state": line.licence.state(at),
        "remaining": line.remaining,
        "unit": line.unit,
        "conditions": line.licence.conditions,
        "terms": [clause_shown(one) for one in terms.clauses_of(line.licence)],
        "lacks": candidate.lacks,
    }


class HeldOut(serializers.Serializer[Any]):
    number = serializers.CharField()
    state = serializers.ChoiceField(choices=LicenceState.values, help_text="What it is worth at `as_of`.")
    valid_from = serializers.DateField(help_text="First legal day, in the country's time zone.")
    valid_to = serializers.DateField(help_text="Last legal day, included.")
    destination = serializers.CharField(help_text="Country of final destination, ISO 3166-1 alpha-2.")


class HeldByOut(serializers.Serializer[Any]):
    as_of = serializers.DateTimeField(help_text="The moment all of this is true of, in UTC.")
    holder = Holder(allow_null=True, help_text="Null if no such company is registered.")
    licences = HeldOut(many=True, help_text="In the order they were issued.")
    next = serializers.CharField(help_text="Send it as `after` for those that follow.")
    more = serializers.BooleanField(help_text="True if there are more already.")


class AskedIn(Closed):
    """What stands after the question mark."""

    holder = Text(max_length=200, validators=[says_something])
    state = serializers.ChoiceField(
        choices=LicenceState.values,
        required=False,
        error_messages={"invalid_choice": gettext_lazy("Send a state as the description names them.")},
    )
    after = serializers.RegexField(
        r"^[0-9]{1,19}$",
        required=False,
        error_messages={"invalid": gettext_lazy("Send `next` of the last answer as it came.")},
    )

    def validate_after(self, sent: str) -> str:
        if int(sent) > LARGEST_ID:
            raise ValidationError(_("Send `next` of the last answer as it came."), "invalid")
        return sent


class LicencesView(APIView):
    permission_classes = [needs(ApiScope.READ_LICENCES)]
    http_method_names = ["get", "head"]

    @extend_schema(**schema.LIST_LICENCES, responses={200: HeldByOut, **schema.problems(schema.CHANGES_FAIL)})
    def get(self, request: ApiRequest) -> Response:
        message = AskedIn(data=asked_once(request.query_params))
        message.is_valid(raise_exception=True)
        asked = message.validated_data
        at = timezone.now()
        holder = coverage.holder_of(asked["holder"])
        rows = Licence.objects.visible_to(request.user).filter(holder=holder, pk__gt=asked.get("after", 0))
        if asked.get("state"):
            rows = rows.in_state(LicenceState(asked["state"]), at)
        rows = rows.select_related("application").prefetch_related("lines").order_by("pk")
        found = list(rows[: MOST_LICENCES + 1]) if holder else []
        shown = found[:MOST_LICENCES]
        body = {
            "as_of": at,
            "holder": holder,
            "licences": [
                {
                    "number": licence.reference,
                    "state": licence.state(at),
                    "valid_from": licence.valid_from,
                    "valid_to": licence.valid_to,
                    "destination": licence.application.destination,
                }
                for licence in shown
            ],
            "next": str(shown[-1].pk) if shown else asked.get("after", "0"),
            "more": len(found) > MOST_LICENCES,
        }
        return Response(HeldByOut(body).data, headers={"Cache-Control": "no-store"})
