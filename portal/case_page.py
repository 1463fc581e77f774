"""What the pages of a case show, gathered once for the case page, the decision page and their fragments."""

from datetime import datetime
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from licensing import completeness
from licensing.country import pack
from licensing.models import (
    Action,
    Application,
    ApplicationStatus,
    Consultation,
    Judgement,
    Screening,
    ScreeningHit,
    User,
)
from portal import buttons, findings, turns
from portal.findings import Lists
from portal.forms.casework import HitForm
from portal.queue import status_for_officers
from portal.timeline import sentences
from screening.importers import label_of

CORRESPONDENCE = (Action.REQUEST_INFORMATION, Action.ANSWER)


def with_facts(cases: QuerySet[Application]) -> QuerySet[Application]:
    """Fetch with each case what templates/casework/_facts.html shows, and what says who acts next."""
    return cases.select_related("organisation", "case_officer").prefetch_related(
        "goods",
        "parties",
        "declarations",
        Prefetch("consultations", Consultation.objects.select_related("body")),
    )


def fetch(user: User, reference: str) -> Application:
    """Return the case if this user may see it. Raises Http404."""
    return get_object_or_404(with_facts(Application.objects.visible_to(user)), reference=reference)


def hits_of(application: Application) -> list[ScreeningHit]:
    """Return the possible matches that count, the likeliest first."""
    hits = ScreeningHit.objects.of(application).select_related("party", "entity__version", "judged_by")
    return list(hits.order_by("-points", "pk"))


def found(application: Application, at: datetime) -> dict[str, Any]:
    """Return what the section "Found" shows."""
    hits = hits_of(application)
    screening = Screening.objects.newest_of(application)
    return {
        "hits": [
            {
                "hit": hit,
                "list_name": label_of(hit.source),
                "label": hit.get_judgement_display() if hit.judgement else _("To judge"),
                "tone": findings.JUDGEMENT_TONES[hit.judgement],
            }
            for hit in hits
        ],
        "screening": screening,
        "finding": findings.of_case(application, screening, hits, Lists.in_force(at)),
        "compared": [
            {"name": label_of(version.source), "edition": findings.edition_of(version)}
            for version in findings.versions_compared(screening)
        ],
        "is_open": application.is_open,
    }


def bar(application: Application, user: User, at: datetime) -> dict[str, Any]:
    """Return what the decision bar shows."""
    row = buttons.of_case(application, user, at)
    return {
        "buttons": row,
        "whys": buttons.whys(row),
        "status_label": status_for_officers(application),
        "next_step": turns.for_officers(application).what,
    }


def said(application: Application, at: datetime) -> dict[str, Any]:
    """Return what people said of the case: opinions, questions and answers, recommendations, the decision."""
    consultations: QuerySet[Consultation] = application.consultations.select_related(
        "body", "answered_by", "withdrawn_by"
    )
    today = pack().legal_day(at)
    events = list(application.events.newest_first())
    withdrawn = {
        event.data["consultation"]: event.data["reason"]
        for event in events
        if event.action == Action.WITHDRAW_QUESTION
    }
    return {
        "consultations": [
            {
                "row": one,
                "late": one.is_waiting and one.due_on < today,
                "can_withdraw": one.is_waiting and application.is_open,
                "why_withdrawn": withdrawn.get(one.pk, ""),
            }
            for one in consultations.order_by("asked_at", "pk")
        ],
        "letters": sentences([event for event in events if event.action in CORRESPONDENCE], False),
        "recommendations": list(application.recommendations.select_related("by").order_by("-at", "-pk")),
        "decision": getattr(application, "decision", None),
        "licence": getattr(application, "licence", None),
        "history": sentences(events, for_exporter=False),
    }


def missing(application: Application) -> list[str]:
    return [str(lack) for section in completeness.missing(application).values() for lack in section]


def comparison(hit: ScreeningHit, application: Application, form: HitForm | None = None) -> dict[str, Any]:
    """Return what the comparison of a party and a listed entity shows, with its form if it may be judged."""
    judgements = application.events.filter(action=Action.JUDGE, data__hit=hit.pk).newest_first()
    if form is None and application.status == ApplicationStatus.IN_REVIEW:
        form = HitForm(initial={"judgement": hit.judgement, "reason": hit.judgement_reason})
    return {
        "hit": hit,
        "list_name": label_of(hit.source),
        "edition": findings.edition_of(hit.entity.version),
        "party_name": findings.marked_party_name(hit),
        "listed_name": findings.marked_listed_name(hit),
        "words": findings.words_side_by_side(hit),
        "evidence": findings.evidence(hit),
        "listed_facts": findings.facts_of(hit.entity),
        "listed_names": list(hit.entity.names.order_by("pk")),
        "form": form,
        "why_not": "" if form else _why_not(application),
        "previous": sentences(judgements, for_exporter=False),
    }


def _why_not(application: Application) -> str:
    if application.status == ApplicationStatus.SUBMITTED:
        return _("Take on the case, then you can judge this.")
    return _("A judgement can be given or changed only while the case is in review.")


def first_to_judge(hits: list[ScreeningHit]) -> ScreeningHit | None:
    return next((hit for hit in hits if hit.judgement in ("", Judgement.UNSURE)), None)
