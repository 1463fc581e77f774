"""The first page: it greets each kind of user with what they came for."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from licensing import alerts, judgements, permissions
from licensing.country import pack
from licensing.models import (
    WITH_AUTHORITY,
    WITH_EXPORTER,
    Application,
    ApplicationStatus,
    Consultation,
    Correction,
    CorrectionRequest,
    Detention,
    Irregularity,
    KeyRevocation,
    Licence,
    LicenceStatus,
    ListRequest,
    OutboxJob,
    Recommendation,
    SigningKey,
    User,
    WebhookMessage,
)
from licensing.permissions import Permission
from portal.access import for_everybody
from portal.views.alerts import row as alert_row
from portal.views.lists import in_force, late_count

SHOWN = 6  # rows of each list; the rest is one click away
LATE_SHOWN = 100  # late opinions and proposed corrections have no other page

Page = dict[str, Any]


@for_everybody
@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """Show the first page that fits what this person may do; without a log-in, the public's."""
    if not request.user.is_authenticated:
        return render(request, "home/public.html")
    user, now = request.user, timezone.now()
    for permission, template, page in PAGES:
        if permissions.has(user, permission):
            return render(request, template, {"greeting": greeting(user.name, now), **page(user, now)})
    return render(request, "home/public.html")


def greeting(name: str, at: datetime) -> str:
    """Greet as people do at this hour in the country."""
    hour = at.astimezone(pack().time_zone).hour
    if 5 <= hour < 12:
        words = _("Good morning, %(name)s")
    elif 12 <= hour < 19:
        words = _("Good afternoon, %(name)s")
    else:
        words = _("Good evening, %(name)s")
    return words % {"name": name}


def exporter(user: User, at: datetime) -> Page:
    own = Application.objects.visible_to(user).order_by("-saved_at")
    open_ones = list(own.filter(status__in=[*WITH_EXPORTER, *WITH_AUTHORITY])[:100])
    mine = sorted(
        (row for row in open_ones if row.status in WITH_EXPORTER),
        key=lambda row: WITH_EXPORTER.index(ApplicationStatus(row.status)),
    )
    licences = Licence.objects.visible_to(user).in_force(at)
    suspended = Licence.objects.visible_to(user).filter(status=LicenceStatus.SUSPENDED, ends_at__gt=at)
    counts = own.aggregate(
        mine=Count("pk", Q(status__in=WITH_EXPORTER)), moving=Count("pk", Q(status__in=WITH_AUTHORITY))
    )
    return {
        "mine": mine[:SHOWN],
        "moving": [row for row in open_ones if row.status in WITH_AUTHORITY][:SHOWN],
        "licences": licences.select_related("application").order_by("ends_at")[:SHOWN],
        "suspended": suspended.select_related("application").order_by("ends_at")[:SHOWN],
        "counts": {**counts, "licences": licences.count(), "suspended": suspended.count()},
    }


def officer(user: User, at: datetime) -> Page:
    cases = Application.objects.visible_to(user).open().select_related("organisation")
    mine = cases.filter(case_officer=user).exclude(status=ApplicationStatus.RECOMMENDED)
    late = (
        Consultation.objects.waiting()
        .filter(due_on__lt=pack().legal_day(at), application__in=cases)
        .select_related("application", "body")
        .order_by("due_on")
    )
    return {
        "mine": mine.order_by("submitted_at")[:SHOWN],
        "to_confirm": judgements.waiting_for_second(user, at)[:SHOWN],
        "unassigned": cases.filter(status=ApplicationStatus.SUBMITTED).order_by("submitted_at")[:SHOWN],
        "late": late[:LATE_SHOWN],
        "counts": cases.aggregate(
            mine=Count("pk", Q(case_officer=user) & ~Q(status=ApplicationStatus.RECOMMENDED)),
            unassigned=Count("pk", Q(status=ApplicationStatus.SUBMITTED)),
            open=Count("pk"),
        ),
        "late_count": late.count(),
        **open_alerts(at),
        "old_lists": late_count(at),
    }


def decider(user: User, at: datetime) -> Page:
    waiting = for_decision_by(user)
    suspended = Licence.objects.visible_to(user).filter(status=LicenceStatus.SUSPENDED)
    return {
        "waiting": waiting.select_related("organisation", "case_officer")[:SHOWN],
        "waiting_count": waiting.count(),
        "to_confirm": judgements.waiting_for_second(user, at)[:SHOWN],
        "open_count": Application.objects.visible_to(user).open().count(),
        "suspended": suspended.select_related("holder").order_by("pk")[:SHOWN],
        "suspended_count": suspended.count(),
        "given_back": Licence.objects.to_take_back().select_related("holder").order_by("pk")[:SHOWN],
        # Whoever proposed one can't confirm it.
        "corrections": Correction.objects.waiting().exclude(by=user).in_full()[:LATE_SHOWN],
        "asked_corrections": CorrectionRequest.objects.waiting().in_full()[:LATE_SHOWN],
        **open_alerts(at),
        "old_lists": late_count(at),
    }


def open_alerts(at: datetime) -> Page:
    found = alerts.open_ones(at)
    detained = Detention.objects.waiting()
    irregular = Irregularity.objects.open().select_related("usage", "licence__holder")
    return {
        "now": at,
        "detained": detained.in_full().order_by("due_at", "pk")[:SHOWN],
        "detained_count": detained.count(),
        "irregular": irregular.order_by("at", "pk")[:SHOWN],
        "irregular_count": irregular.count(),
        "alerts": [alert_row(alert) for alert in found[:SHOWN]],
        "alerts_count": len(found),
    }


def for_decision_by(user: User) -> QuerySet[Application]:
    """Return the recommended cases that somebody else than `user` recommended, the longest waiting first."""
    newest = Recommendation.objects.filter(application=OuterRef("pk")).order_by("-at", "-pk")
    return (
        Application.objects.visible_to(user)
        .filter(status=ApplicationStatus.RECOMMENDED)
        .annotate(
            recommended_at=Subquery(newest.values("at")[:1]),
            recommended=Subquery(newest.values("outcome")[:1]),
            recommended_by=Subquery(newest.values("by")[:1]),
        )
        .exclude(recommended_by=user.pk)
        .order_by("recommended_at")
    )


def adviser(user: User, at: datetime) -> Page:
    questions = Consultation.objects.visible_to(user).select_related("application__organisation")
    return {
        "waiting": questions.waiting().order_by("due_on")[:SHOWN],
        "waiting_count": questions.waiting().count(),
        "answered": questions.exclude(answered_at=None).order_by("-answered_at")[:SHOWN],
        "today": pack().legal_day(at),
    }


def customs(user: User, at: datetime) -> Page:
    detained = Detention.objects.visible_to(user).unreleased().in_full()
    return {"now": at, "detained": detained.order_by("-pk")[:SHOWN], "detained_count": detained.count()}


def administrator(user: User, at: datetime) -> Page:
    lists = in_force(at)
    return {
        "in_force": [row for row in lists if row.version],
        "old_lists": sum(row.is_stale for row in lists),
        "to_agree": ListRequest.objects.waiting().exclude(by=user).select_related("by", "version", "run"),
        "accounts": User.objects.aggregate(
            active=Count("pk", Q(is_active=True)), disabled=Count("pk", Q(is_active=False))
        ),
        "dead_count": WebhookMessage.objects.dead().count(),
        "keys": SigningKey.objects.filter(decision=None).exclude(by=user).select_related("by").order_by("at"),
        "revocations": KeyRevocation.objects.filter(decision=None)
        .exclude(by=user)
        .select_related("by", "key")
        .order_by("at"),
        "failed": OutboxJob.objects.exclude(given_up_at=None).order_by("-given_up_at")[:SHOWN],
        "failed_count": OutboxJob.objects.exclude(given_up_at=None).count(),
        "waiting_count": OutboxJob.objects.due(at).count(),
    }


PAGES: tuple[tuple[Permission, str, Callable[[User, datetime], Page]], ...] = (
    (Permission.DECIDE, "home/decider.html", decider),
    (Permission.REVIEW, "home/officer.html", officer),
    (Permission.APPLY, "home/exporter.html", exporter),
    (Permission.ADVISE, "home/adviser.html", adviser),
    (Permission.MANAGE_ACCOUNTS, "home/administrator.html", administrator),
    (Permission.SEE_LICENCES, "home/customs.html", customs),
)
