"""Customs sends its book of a day, and reads where it differs from ours."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from licensing.actions import reconciliations
from licensing.actions.reconciliations import DIFFERING, MISSING_HERE, MISSING_THERE, OTHER_DAY, Total
from licensing.models import ApiScope
from licensing.references import read_licence_number
from portal.api import schema
from portal.api.access import needs
from portal.api.customs import LIST_OF_LINES
from portal.api.fields import Closed, Day, QuantityAsked, Text, Whole
from portal.api.parsers import StrictJSONParser
from portal.http import ApiRequest

MOST_ROWS = 5000
LARGEST_BOOK = 1024 * 1024  # bytes; what the proxy lets through
DIFFERENCES = [MISSING_HERE, MISSING_THERE, DIFFERING, OTHER_DAY]


class TotalIn(Closed):
    licence = Text(max_length=60, help_text="Number of the licence.")
    line = Whole(min_value=1, max_value=32767, help_text="Number of the line within the licence.")
    declaration = Text(max_length=60, help_text="Number of your declaration.")
    quantity = QuantityAsked(help_text="All that left under this line with this declaration, by your books.")
    unit = Text(max_length=3, help_text="UN/ECE Recommendation 20 code; converted into the line's own.")


class BookIn(Closed):
    day = Day(help_text="A legal day of the country.")
    lines = serializers.ListField(
        child=TotalIn(),
        max_length=MOST_ROWS,
        error_messages={**LIST_OF_LINES, "max_length": gettext_lazy("Send at most {max_length} rows.")},
        help_text="What left that day; an empty list if nothing did.",
    )


class DifferenceOut(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(
        choices=DIFFERENCES,
        help_text="`missing-here`: only in your book. `missing-there`: only in ours. `differing`: in both, "
        "with other quantities. `other-day`: the same in both, but recorded here on another day.",
    )
    licence = serializers.CharField()
    line = serializers.IntegerField()
    declaration = serializers.CharField()
    theirs = serializers.CharField(help_text="By your book, in `unit`; `0` if it has nothing.")
    ours = serializers.CharField(help_text="By our book, what left beyond the licence included.")
    unit = serializers.CharField(help_text="The line's unit.")


class ReconciledOut(serializers.Serializer[Any]):
    id = serializers.IntegerField(source="pk")
    day = serializers.DateField()
    at = serializers.DateTimeField()
    matched = serializers.IntegerField(source="matched_count", help_text="On how many both books agree.")
    differences = DifferenceOut(many=True)


class BookParser(StrictJSONParser):
    largest_body = LARGEST_BOOK
    most_openings = 2 * MOST_ROWS


class ReconciliationsView(APIView):
    permission_classes = [needs(ApiScope.WRITE_USAGES)]
    http_method_names = ["post"]
    parser_classes = (BookParser,)

    @extend_schema(
        **schema.RECONCILE,
        request=BookIn,
        responses={201: ReconciledOut, **schema.problems(schema.WRITING)},
    )
    def post(self, request: ApiRequest) -> Response:
        book = BookIn(data=[] if request.data is None else request.data)
        book.is_valid(raise_exception=True)
        totals = [
            Total(
                licence=read_licence_number(one["licence"]),
                line=one["line"],
                declaration=one["declaration"],
                quantity=one["quantity"],
                unit=one["unit"],
            )
            for one in book.validated_data["lines"]
        ]
        done = reconciliations.compare(book.validated_data["day"], totals, by=request.user, at=timezone.now())
        return Response(ReconciledOut(done).data, status=201)
