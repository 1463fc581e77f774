"""Numbers of forms in advance, for machines of ports."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from licensing.actions import forms
from licensing.models import ApiScope
from portal.api import schema
from portal.api.access import needs
from portal.api.fields import Closed, Port, Whole
from portal.http import ApiRequest


class BlockIn(Closed):
    port = Port(max_length=5, help_text="UN/LOCODE of the port, airport or crossing.")
    count = Whole(min_value=1, max_value=forms.MOST, help_text="How many numbers.")


class BlockOut(serializers.Serializer[Any]):
    id = serializers.IntegerField(source="pk")
    block = serializers.CharField(source="__str__", help_text="What its numbers begin with.")
    port = serializers.CharField()
    numbers = serializers.ListField(
        child=serializers.CharField(), help_text="Each for one form, and later the `id` of its message."
    )


class FormBlocksView(APIView):
    permission_classes = [needs(ApiScope.WRITE_USAGES)]
    http_method_names = ["post"]

    @extend_schema(
        **schema.TAKE_FORMS,
        request=BlockIn,
        responses={201: BlockOut, **schema.problems(schema.WRITING)},
    )
    def post(self, request: ApiRequest) -> Response:
        asked = BlockIn(data=[] if request.data is None else request.data)
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        block = forms.take(given["port"], given["count"], by=request.user, at=timezone.now())
        return Response(BlockOut(block).data, status=201)
