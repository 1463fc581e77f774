"""Machines ask which entries of a control list may describe goods. Nothing is cleared or kept."""

from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from licensing.models import ApiScope
from portal.api import schema
from portal.api.access import needs
from portal.api.classification_messages import (
    MOST_GOODS,
    USUAL_SUGGESTIONS,
    ClassificationIn,
    ClassificationOut,
)
from portal.api.errors import problem, respond
from portal.api.parsers import StrictJSONParser
from portal.api.screenings import RETRY_AFTER_NO_LIST, count_subjects
from portal.control_pages import address
from portal.http import ApiRequest
from portal.suggested import reason_in_words, regimes_of
from screening import classification
from screening.classification import NoEditionInForce
from screening.classification.answers import Answer, Comparison, Goods, Suggestion
from screening.control.lists import name_of
from screening.control_models import ControlEdition

DEFAULT_LIST = "eu-dual-use"


class GoodsParser(StrictJSONParser):
    """For a hundred descriptions with all that is known of each."""

    largest_body = 1024 * 1024  # bytes; what the proxy lets through
    most_openings = 4 * MOST_GOODS


class ClassificationsView(APIView):
    permission_classes = [needs(ApiScope.CLASSIFY)]
    parser_classes = [GoodsParser]
    http_method_names = ["post"]

    @extend_schema(
        **schema.CLASSIFY,
        request=ClassificationIn,
        responses={200: ClassificationOut, **schema.problems(schema.CLASSIFYING)},
    )
    def post(self, request: ApiRequest) -> Response:
        sent = ClassificationIn().run_validation([] if request.data is None else request.data)
        count_subjects(request, len(sent["goods"]))
        at, language = timezone.now(), (get_language() or "es")[:2]
        try:
            answers = [
                classification.suggest(
                    described(one),
                    at=at,
                    language=language,
                    list_code=sent.get("control_list", DEFAULT_LIST),
                    limit=sent.get("limit", USUAL_SUGGESTIONS),
                )
                for one in sent["goods"]
            ]
        except NoEditionInForce:
            answer = problem("no-control-list-in-force", request)
            return respond(answer, {"Retry-After": RETRY_AFTER_NO_LIST})
        body = {"searched_at": at.isoformat().replace("+00:00", "Z"), **told(answers, sent["goods"])}
        return Response(body, headers={"Cache-Control": "no-store"})


def described(one: dict[str, Any]) -> Goods:
    return Goods(
        description=one["description"],
        specifications=one.get("specifications", ""),
        hs_code=one.get("hs_code", ""),
        cas=tuple(one.get("cas", ())),
        claimed=tuple(one.get("claimed", ())),
    )


def told(answers: list[Answer], goods: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the body of the answer but for its time; all answers rest on one edition."""
    edition = ControlEdition.objects.select_related("list").get(pk=answers[0].edition_id)
    regimes = regimes_of(edition, [one.base for answer in answers for one in answer.suggestions])
    return {
        "control_list": edition.list.code,
        "list_name": str(name_of(edition.list)),
        "edition": edition.label,
        "notice": _(
            "This is a search, not a decision. Where no match is found, the catch-all questions and an"
            " expert’s check remain."
        ),
        "catch_all": list(answers[0].catch_all),
        "results": [
            {
                "id": one["id"],
                "alarm": round(answer.alarm, 4),
                "may_be_listed": answer.may_be_listed,
                "suggestions": [
                    suggestion_out(suggestion, edition, regimes.get(suggestion.base, []))
                    for suggestion in answer.suggestions
                ],
                "claims": [
                    {"code": claim.code, "is_known": claim.is_known, "is_far": claim.is_far}
                    for claim in answer.claims
                ],
            }
            for one, answer in zip(goods, answers, strict=True)
        ],
    }


def suggestion_out(one: Suggestion, edition: ControlEdition, regimes: list[str]) -> dict[str, Any]:
    return {
        "code": one.code,
        "entry": one.base,
        "score": round(one.score, 4),
        "path": [{"code": step.code, "title": step.title} for step in one.path],
        "regimes": regimes,
        "reasons": [
            {"code": reason.code, "detail": reason.detail, "sentence": reason_in_words(reason)}
            for reason in one.reasons
        ],
        "thresholds": [threshold_out(comparison) for comparison in one.comparisons],
        "questions": list(one.questions),
        "url": settings.PORTAL_URL + address(edition, one.code),
    }


def threshold_out(one: Comparison) -> dict[str, Any]:
    return {
        "code": one.code,
        "group": one.group,
        "parameter": one.parameter,
        "comparator": one.comparator,
        "value": f"{one.value.normalize():f}",
        "unit": one.unit,
        "condition": one.condition,
        "stated": "" if one.stated is None else f"{one.stated.normalize():f}",
        "outcome": one.outcome.value,
    }
