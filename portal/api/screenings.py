"""Machines ask the lists about parties: one or a thousand in a message, each answered by itself."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import Throttled, ValidationError
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import APIView

from licensing import calibration, searches
from licensing.calibration import Thresholds
from licensing.models import ApiScope, SearchWay
from licensing.searches import Answer, Asked, ListNotInForce
from portal.api import schema
from portal.api.access import needs
from portal.api.errors import problem, respond
from portal.api.parsers import StrictJSONParser
from portal.api.screening_messages import (
    MOST_AT_ADDRESS,
    MOST_HITS,
    MOST_SUBJECTS,
    ScreeningIn,
    ScreeningOut,
)
from portal.findings import detail_in_words
from portal.http import ApiRequest
from portal.limits import seconds_to_wait
from screening.addresses import listed_at
from screening.importers import label_of
from screening.matcher import Reason
from screening.models import ListedEntity, ListedName, ListVersion
from screening.reasons import sentence
from screening.search import Match, NoListInForce

# Reads every message: a serializer made for each would copy all of its fields anew, about a millisecond.
MESSAGE = ScreeningIn()
RETRY_AFTER_NO_LIST = "300"  # seconds; a list comes by hand


class SubjectsParser(StrictJSONParser):
    """For a thousand subjects with all that is known of them."""

    largest_body = 1024 * 1024  # bytes; what the proxy lets through
    most_openings = 8 * MOST_SUBJECTS


class ScreeningsView(APIView):
    permission_classes = [needs(ApiScope.SCREEN)]
    parser_classes = [SubjectsParser]
    http_method_names = ["post"]

    @extend_schema(
        **schema.SCREEN,
        request=ScreeningIn,
        responses={200: ScreeningOut, **schema.problems(schema.SCREENING)},
    )
    def post(self, request: ApiRequest) -> Response:
        sent = MESSAGE.run_validation([] if request.data is None else request.data)
        at = timezone.now()
        count_subjects(request, len(sent["subjects"]))
        check_points(sent.get("min_points"), at)
        try:
            answer = searches.ask(
                [asked(subject) for subject in sent["subjects"]],
                way=SearchWay.API,
                by=request.user,
                at=at,
                lists=sent.get("lists", ()),
                points=sent.get("min_points"),
            )
        except ListNotInForce as missing:
            raise not_in_force(sent["lists"], missing.keys) from None
        except NoListInForce:
            return respond(problem("no-list-in-force", request), {"Retry-After": RETRY_AFTER_NO_LIST})
        return Response(told(answer, sent, at), headers={"Cache-Control": "no-store"})


def count_subjects(request: ApiRequest, count: int) -> None:
    """Let each subject beyond the first count as a request of its own. Raises Throttled."""
    rate = str(api_settings.DEFAULT_THROTTLE_RATES["key"])
    if count > 1 and (wait := seconds_to_wait("api", str(request.auth.key.pk), rate, knocks=count - 1)):
        raise Throttled(wait)


def check_points(asked_for: float | None, at: datetime) -> None:
    if asked_for is None:
        return
    least = calibration.in_force(at).worth
    if asked_for < least:
        text = _("Send %(least)s or more: the points in force.") % {"least": f"{least:g}"}
        raise ValidationError({"min_points": [text]}, code="below-the-points-in-force")


def not_in_force(sent: list[str], missing: list[str]) -> ValidationError:
    words = _("This list is not in force.")
    places: Any = {place: [words] for place, key in enumerate(sent) if key in missing}
    return ValidationError({"lists": places}, code="not-in-force")


def asked(subject: dict[str, Any]) -> Asked:
    return Asked(
        names=tuple(subject.get("names", ())),
        kind=subject.get("kind", ""),
        countries=tuple(subject.get("countries", ())),
        dates_of_birth=tuple(subject.get("dates_of_birth", ())),
        identifiers=tuple(subject.get("identifiers", ())),
        address=subject.get("address", ""),
    )


def told(answer: Answer, sent: dict[str, Any], at: datetime) -> dict[str, Any]:
    """Return the body of the answer. Plain dicts: ScreeningOut describes them, tests compare both."""
    shown = [matches[:MOST_HITS] for matches in answer.matches]
    residents = [at_address(subject, answer.versions) for subject in sent["subjects"]]
    names = names_of(
        {match.entity.pk for matches in shown for match in matches}
        | {entity.pk for entities in residents for entity in entities}
    )
    lists = {version.pk: version.source for version in answer.versions}
    return {
        "screened_at": at.isoformat().replace("+00:00", "Z"),
        "min_points": max(answer.thresholds.worth, sent.get("min_points") or 0),
        "lists": [list_out(version) for version in answer.versions],
        "results": [
            {
                "id": subject["id"],
                "hits_total": len(matches),
                "hits": [hit_out(match, answer.thresholds, names) for match in best],
                "at_address": [entry_out(entity, lists[entity.version_id], names) for entity in entities],
            }
            for subject, matches, best, entities in zip(
                sent["subjects"], answer.matches, shown, residents, strict=True
            )
        ],
    }


def at_address(subject: dict[str, Any], versions: Iterable[ListVersion]) -> list[ListedEntity]:
    if "address" not in subject:
        return []
    return list(listed_at(subject["address"], versions)[:MOST_AT_ADDRESS])


def names_of(entities: set[int]) -> dict[int, list[dict[str, str]]]:
    """Return the names of all these entities: one query for all, none for none."""
    names: dict[int, list[dict[str, str]]] = {}
    rows = ListedName.objects.filter(entity__in=entities).order_by("pk") if entities else []
    for row in rows:
        names.setdefault(row.entity_id, []).append({"name": row.name, "kind": row.kind, "script": row.script})
    return names


def list_out(version: ListVersion) -> dict[str, Any]:
    return {
        "key": version.source,
        "name": label_of(version.source),
        "edition": version.edition,
        "published_on": version.published_on.isoformat(),
        "in_force_from": version.in_force_from.isoformat().replace("+00:00", "Z"),
        "sha256": version.sha256,
    }


def hit_out(match: Match, thresholds: Thresholds, names: dict[int, list[dict[str, str]]]) -> dict[str, Any]:
    score = match.score
    return {
        "points": score.points,
        "band": thresholds.band_of(score.points, score.features).value,
        "matched_name": score.matched_name,
        "listed_name": score.listed_name,
        "reasons": [reason_out(reason) for reason in score.reasons],
        "entry": entry_out(match.entity, match.version.source, names),
    }


def reason_out(reason: Reason) -> dict[str, Any]:
    return {
        "code": reason.feature,
        "points": reason.points,
        "detail": reason.detail,
        "sentence": sentence(reason.feature, detail_in_words(reason.feature, reason.detail)),
        "tokens": [{"ours": one.ours, "theirs": one.theirs, "how": one.how} for one in reason.tokens],
    }


def entry_out(entity: ListedEntity, source: str, names: dict[int, list[dict[str, str]]]) -> dict[str, Any]:
    return {
        "list": source,
        "source_id": entity.source_id,
        "reference": entity.reference,
        "kind": entity.kind,
        "primary_name": entity.primary_name,
        "names": names.get(entity.pk, []),
        "countries": entity.countries,
        "dates_of_birth": entity.dates_of_birth,
        "places_of_birth": entity.places_of_birth,
        "positions": entity.positions,
        "programmes": entity.programmes,
        "identifiers": [filled(one, IDENTIFIER) for one in entity.identifiers],
        "addresses": [filled(one, ADDRESS) for one in entity.addresses],
        "relations": [filled(one, RELATION) for one in entity.relations],
        "vessel": {key: str(value) for key, value in entity.vessel.items()},
        "listed_on": entity.listed_on.isoformat() if entity.listed_on else "",
        "remarks": entity.remarks,
        "url": settings.PORTAL_URL + reverse("listed-entity", args=[entity.pk]),
    }


IDENTIFIER, ADDRESS = ("kind", "number", "country", "note"), ("text", "country", "note")
RELATION = ("kind", "name", "source_id", "share", "note")


def filled(stored: dict[str, str], names: tuple[str, ...]) -> dict[str, str]:
    """Return the members of the description in its order; what an older import left out is empty."""
    return {name: stored.get(name) or "" for name in names}
