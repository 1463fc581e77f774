"""Customs systems ask by the token in a licence's QR code."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from licensing import signing
from licensing.models import ApiScope, Licence, LicenceState
from portal.api import schema
from portal.api.access import needs
from portal.api.customs import AnsweredOut, WorthOut, facts_of
from portal.border.tokens import Beyond, answer_to, paper_of
from portal.etags import is_known
from portal.http import ApiRequest
from portal.verdicts import NOT_OURS

TOKEN_VERDICTS = [*LicenceState.values, *(one.value for one in Beyond)]
FLAWS = ["", *NOT_OURS]


class PaperOut(serializers.Serializer[Any]):
    number = serializers.CharField(help_text="Number of the licence.")
    edition = serializers.IntegerField(help_text="Of the paper; a corrected one has a higher edition.")
    holder = serializers.CharField(help_text="Cut to what there was room for.")
    valid_from = serializers.DateField()
    valid_to = serializers.DateField()
    issued_at = serializers.DateTimeField(help_text="When the paper was made.")
    state = serializers.ChoiceField(choices=LicenceState.values, help_text="What it was worth then.")
    data_sha256 = serializers.CharField(help_text="SHA-256 of `licencia.json` inside the licence's PDF.")
    kid = serializers.CharField(help_text="The key that signed it, as in `getKeys`.")


class TokenAnswerOut(AnsweredOut):
    """Describes what portal.border.tokens says."""

    verdict = serializers.ChoiceField(
        choices=TOKEN_VERDICTS,
        help_text="The state of the licence now; `not-genuine` if the authority did not sign this token, "
        "`unknown` if it did and there is no such licence.",
    )
    usable = serializers.BooleanField(help_text="True if, and only if, the verdict is `valid`.")
    sentence = serializers.CharField(help_text="The verdict for people, in the language of the answer.")
    next_step = serializers.CharField(help_text="What to do, in the language of the answer.")
    genuine = serializers.BooleanField(help_text="Whether the authority signed it, with a key that counts.")
    flaw = serializers.ChoiceField(choices=FLAWS, help_text="Why it is not genuine; empty if it is.")
    outdated = serializers.BooleanField(
        help_text="Whether a newer edition of the paper exists. Go by `licence`, not by the paper."
    )
    token = PaperOut(allow_null=True, help_text="What the token says; null if it is not genuine.")
    licence = WorthOut(allow_null=True, help_text="What the licence is worth now, as `getLicence` says.")


class TokenView(APIView):
    permission_classes = [needs(ApiScope.READ_LICENCES)]
    http_method_names = ["get", "head"]

    @extend_schema(
        **schema.READ_TOKEN,
        responses={200: TokenAnswerOut, 304: schema.UNCHANGED, **schema.problems(schema.READING)},
    )
    def get(self, request: ApiRequest, token: str) -> Response:
        paper = paper_of(token, signing.public_keys())
        licences = Licence.objects.visible_to(request.user).select_related("application", "holder")
        licence = licences.prefetch_related("lines").filter(reference=paper.number).first()
        newest = licence.documents.order_by("edition").last() if licence else None
        facts = facts_of(licence) if licence else None
        told = answer_to(paper, facts, newest.edition if newest else None, timezone.now())
        if is_known(request.headers.get("If-None-Match"), told.headers["ETag"]):
            return Response(status=304, headers=told.headers)
        return Response(told.whole, headers=told.headers)
