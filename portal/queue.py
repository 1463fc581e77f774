"""The open cases as officers see them in their queue: filtered, oldest first, each with what it waits for."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from licensing import judgements
from licensing.country import pack
from licensing.judgements import Standing
from licensing.models import (
    Application,
    ApplicationStatus,
    Consultation,
    GoodsLine,
    HitJudgement,
    Party,
    Screening,
    ScreeningHit,
    User,
)
from portal import findings, turns
from portal.findings import Finding, Lists

A_PAGE = 50


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the queue."""

    application: Application
    finding: Finding
    status: str
    waiting_for: str  # who has to act
    goods: str
    more_goods: int  # lines beyond the first
    age: int  # working days since it was handed in


def filtered(cases: QuerySet[Application], wanted: dict[str, Any], user: User) -> QuerySet[Application]:
    """Return those of `cases` that fit; `wanted` is the cleaned data of the queue's form."""
    if wanted.get("status"):
        cases = cases.filter(status=wanted["status"])
    if wanted.get("mine"):
        cases = cases.filter(case_officer=user)
    if wanted.get("destination"):
        cases = cases.filter(destination=wanted["destination"])
    for word in wanted.get("q", "").split():
        cases = cases.filter(_mentions(word))
    return cases.order_by("submitted_at", "pk")


def _mentions(word: str) -> Q:
    goods = GoodsLine.objects.filter(
        Q(description__icontains=word) | Q(control_code__icontains=word) | Q(hs_code__startswith=word),
        application=OuterRef("pk"),
    )
    parties = Party.objects.filter(name__icontains=word, application=OuterRef("pk"))
    return (
        Q(reference__icontains=word)
        | Q(organisation__name__icontains=word)
        | Q(Exists(goods))
        | Q(Exists(parties))
    )


def with_what_a_row_shows(cases: QuerySet[Application]) -> QuerySet[Application]:
    return cases.select_related("organisation", "case_officer").prefetch_related(
        "goods",
        "parties",
        Prefetch("consultations", Consultation.objects.waiting().select_related("body")),
    )


def rows(cases: Sequence[Application], at: datetime) -> list[Row]:
    """Return the rows of one page of cases, with six further queries however many they are."""
    lists = Lists.in_force(at)
    screenings = newest_screenings(cases)
    hits: dict[int, list[Standing]] = defaultdict(list)
    companies: dict[int, list[int]] = defaultdict(list)
    for case in cases:
        companies[case.organisation_id].append(case.pk)
    found = ScreeningHit.objects.concerning(*cases).filter(gone_at=None)
    found = found.select_related("party")
    for standing in judgements.of_hits(list(found), at, lists.thresholds):
        for case_id in _cases_of(standing.hit.party, companies):
            hits[case_id].append(standing)
    escaped: dict[int, list[HitJudgement]] = defaultdict(list)
    for judgement in judgements.escaped_of(cases):
        for case_id in _cases_of(judgement.hit.party, companies):
            escaped[case_id].append(judgement)
    return [
        _row(
            case,
            findings.of_case(case, screenings.get(case.pk), hits[case.pk], lists, escaped[case.pk]),
            at,
        )
        for case in cases
    ]


def _cases_of(party: Party, companies: dict[int, list[int]]) -> list[int]:
    """Return the cases that what is found of a party concerns: its own, or all of the company."""
    if party.application_id is not None:
        return [party.application_id]
    return companies[party.company_id] if party.company_id is not None else []


def newest_screenings(cases: Iterable[Application]) -> dict[int, Screening]:
    newest = Screening.objects.filter(application__in=list(cases))
    newest = newest.order_by("application", "-asked_at", "-pk").distinct("application")
    return {screening.application_id: screening for screening in newest}


def _row(case: Application, finding: Finding, at: datetime) -> Row:
    goods = list(case.goods.all())
    return Row(
        application=case,
        finding=finding,
        status=status_for_officers(case),
        waiting_for=str(turns.for_officers(case).who),
        goods=goods[0].description if goods else "",
        more_goods=max(0, len(goods) - 1),
        age=age(case, at),
    )


def age(case: Application, at: datetime) -> int:
    """Return the working days since the case was handed in."""
    country = pack()
    since = country.legal_day(case.submitted_at or at)
    return country.working_days_between(since, country.legal_day(at))


def status_for_officers(case: Application) -> str:
    """Return the status in an officer's words: "waiting for your answer" is said to exporters."""
    if case.status == ApplicationStatus.INFORMATION_REQUESTED:
        return _("Waiting for the exporter")
    return case.get_status_display()
