"""Customs systems ask for a write-off of their own to be reversed, and read what became of it."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.response import Response
from rest_framework.views import APIView

from licensing.actions import asked_corrections
from licensing.bookings import id_reused
from licensing.models import ApiScope, CorrectionRequest, CorrectionState
from licensing.units import plain
from portal.api import schema
from portal.api.access import needs
from portal.api.fields import Closed, Text, Whole, numbered
from portal.api.ledger import LARGEST, MessageIn
from portal.api.screening_messages import says_something
from portal.http import ApiRequest


class CorrectionIn(Closed):
    id = MessageIn().fields["id"]
    message = Text(max_length=100, help_text="`id` of the message of yours that wrote off what is wrong.")
    item = Whole(
        required=False,
        min_value=1,
        max_value=LARGEST,
        help_text="Which item of that message; of a write-off in one step, which line of the licence. Leave "
        "it out if it wrote off one thing only.",
    )
    reason = Text(
        max_length=2000, validators=[says_something], help_text="What happened really, and how you know."
    )


class RefusalOut(serializers.Serializer[Any]):
    reason = serializers.CharField()
    at = serializers.DateTimeField()


class CorrectionOut(serializers.Serializer[Any]):
    correction = serializers.IntegerField(help_text="Our number of it.")
    id = serializers.CharField()
    message = serializers.CharField()
    item = serializers.IntegerField(help_text="Of the message; of a write-off in one step, the line.")
    licence = serializers.CharField()
    line = serializers.IntegerField()
    quantity = serializers.CharField(help_text="Written off, in the line's unit. All of it goes back.")
    unit = serializers.CharField()
    reason = serializers.CharField()
    asked_at = serializers.DateTimeField()
    state = serializers.ChoiceField(
        choices=CorrectionState.values,
        help_text="`waiting`: nobody has looked at it. `proposed`: one officer agrees, a second has to. "
        "`corrected`: the line has it back. `declined`: it stays, `answer` says why.",
    )
    answer = RefusalOut(allow_null=True, help_text="Why it was declined; null if it was not.")


class CorrectionsView(APIView):
    permission_classes = [needs(ApiScope.WRITE_USAGES)]
    http_method_names = ["post"]

    @extend_schema(
        **schema.ASK_CORRECTION,
        request=CorrectionIn,
        responses={201: CorrectionOut, **schema.problems(schema.WRITING)},
    )
    def post(self, request: ApiRequest) -> Response:
        message = CorrectionIn(data=[] if request.data is None else request.data)
        message.is_valid(raise_exception=True)
        sent = message.validated_data
        said = {"message": sent["message"], "item": sent.get("item"), "reason": sent["reason"]}
        made, is_new = asked_corrections.ask(**said, once=sent["id"], by=request.user, at=timezone.now())
        if not is_new and not asked_corrections.repeats(made, **said):
            raise id_reused()
        body = CorrectionOut(told(find(request, str(made.pk)))).data
        return Response(body, status=201, headers={} if is_new else {"Idempotency-Replayed": "true"})


class CorrectionView(APIView):
    permission_classes = [needs(ApiScope.READ_LICENCES)]
    http_method_names = ["get", "head"]

    @extend_schema(**schema.GET_CORRECTION, responses={200: CorrectionOut, **schema.problems(schema.READING)})
    def get(self, request: ApiRequest, correction: str) -> Response:
        shown = CorrectionOut(told(find(request, correction)))
        return Response(shown.data, headers={"Cache-Control": "no-store"})


def find(request: ApiRequest, number: str) -> CorrectionRequest:
    found = numbered(CorrectionRequest.objects.visible_to(request.user).in_full(), number)
    if found is None:
        raise NotFound(_("No correction has this number."))
    return found


def told(request: CorrectionRequest) -> dict[str, Any]:
    entry = request.entry
    return {
        "correction": request.pk,
        "id": request.once,
        "message": entry.usage.client_key if entry.usage else "",
        "item": entry.item or entry.line.number,
        "licence": entry.line.licence.reference,
        "line": entry.line.number,
        "quantity": plain(entry.quantity),
        "unit": entry.line.unit,
        "reason": request.reason,
        "asked_at": request.at,
        "state": request.state.value,
        "answer": getattr(request, "refusal", None),
    }
