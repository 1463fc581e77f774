"""What the pages of a case show, gathered once for the case page, the decision page and their fragments."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.forms import Form
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from licensing import completeness, judgements
from licensing.actions.hits import is_under_live_licence
from licensing.country import pack
from licensing.judgements import Standing
from licensing.models import (
    Action,
    Application,
    ApplicationStatus,
    Consultation,
    Correction,
    CorrectionRequest,
    Document,
    Event,
    Licence,
    LookAlike,
    Party,
    Screening,
    ScreeningHit,
    User,
)
from licensing.models.events import EventQuerySet
from portal import buttons, changes, findings, judged, turns
from portal.findings import Lists
from portal.forms.hits import HitForm, RevokeForm
from portal.queue import status_for_officers
from portal.templatetags.portal import BAD, PLAIN
from portal.timeline import sentences
from screening.importers import label_of

JUDGING = (
    Action.JUDGE,
    Action.CONFIRM_JUDGEMENT,
    Action.REMEMBER_JUDGEMENT,
    Action.REVOKE_JUDGEMENT,
)
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


def standings_of(application: Application, at: datetime) -> list[Standing]:
    """Return what stands of the possible matches that count, the likeliest first."""
    hits = ScreeningHit.objects.of(application).select_related("party__application", "entity__version")
    return judgements.of_hits(list(hits.order_by("-points", "pk")), at)


def found(application: Application, at: datetime, standings: list[Standing]) -> dict[str, Any]:
    """Return what the section "Found" shows."""
    screening = Screening.objects.newest_of(application)
    escaped = judgements.escaped(application)
    return {
        "hits": judged.rows(standings),
        "escaped": escaped,
        "screening": screening,
        "finding": findings.of_case(application, screening, standings, Lists.in_force(at), escaped),
        "compared": [
            {"name": label_of(version.source), "edition": findings.edition_of(version)}
            for version in findings.versions_compared(screening)
        ],
        "is_open": application.is_open,
        "can_judge": may_be_judged(application, at),
    }


def look_alikes(application: Application) -> list[dict[str, Any]]:
    """Return whom the parties of the case resemble in other cases, the likeliest first."""
    concerned = Q(party__application=application) | Q(party__company=application.organisation_id)
    rows = LookAlike.objects.filter(concerned)
    rows = rows.select_related("party", "other__application__organisation", "other__company")
    return [
        {
            "row": row,
            "case": row.other.application,
            "status": status_for_officers(row.other.application) if row.other.application else "",
            "tone": BAD
            if row.other.application and row.other.application.status == ApplicationStatus.REFUSED
            else PLAIN,
            "differences": changes.between(row.party, row.other),
        }
        for row in rows.order_by("-points", "pk")
    ]


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
    licence = getattr(application, "licence", None)
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
        "licence": licence,
        **(corrections(licence) if licence else {}),
        "history": sentences(events, for_exporter=False),
    }


def corrections(licence: Licence) -> dict[str, Any]:
    """Return what waits for deciding officers to set the books of the licence right."""
    return {
        "corrections": Correction.objects.waiting().about(licence).in_full(),
        "asked_corrections": CorrectionRequest.objects.waiting().about(licence).in_full(),
    }


def documents(application: Application) -> QuerySet[Document]:
    return application.documents.select_related("file", "added_by").order_by("added_at", "pk")


def missing(application: Application) -> list[str]:
    return [str(lack) for section in completeness.missing(application).values() for lack in section]


def may_be_judged(application: Application | None, at: datetime) -> bool:
    """Say whether possible matches can be settled now: in review, under a live licence, or of no case."""
    return (
        application is None
        or application.status == ApplicationStatus.IN_REVIEW
        or is_under_live_licence(application, at)
    )


def address_of(hit: ScreeningHit, application: Application | None) -> str:
    """Return where a possible match is looked at: on the page of the case, or by itself."""
    if application is None:
        return reverse("alert", args=[hit.pk])
    return reverse("case-hit", args=[application.reference, hit.pk])


def comparison(
    standing: Standing,
    standings: list[Standing],
    application: Application | None,
    form: Form | None,
    at: datetime,
) -> dict[str, Any]:
    """Return what the comparison of a party and a listed entity shows. `form`: as form_for gives it;
    `application`: the case on whose page it is shown, if any."""
    hit = standing.hit
    acts = _acts_about(hit.party).filter(action__in=JUDGING, data__hit=hit.pk).newest_first()
    order = [one.hit.pk for one in standings]
    place = order.index(hit.pk) if hit.pk in order else -1
    return {
        "hit": hit,
        "row": judged.Row(standing, len(judged.alike(standing, standings))),
        "list_name": label_of(hit.source),
        "edition": findings.edition_of(hit.entity.version),
        "party_name": findings.marked_party_name(hit),
        "listed_name": findings.marked_listed_name(hit),
        "words": findings.words_side_by_side(hit),
        "readings": findings.readings(hit),
        "evidence": findings.evidence(hit),
        "listed_facts": findings.facts_of(hit.entity),
        "listed_names": list(hit.entity.names.order_by("pk")),
        "form": form,
        "why_not": _why_not(standing, application, form),
        "address": address_of(hit, application),
        "warning": judged.warning(standing),
        "before": judged.before(standing),
        "counts_until": judged.counts_until(standing, at),
        "previous": sentences(acts, for_exporter=False),
        "number": place + 1,
        "total": len(order),
        "previous_pk": order[place - 1] if place > 0 else None,
        "next_pk": order[place + 1] if 0 <= place < len(order) - 1 else None,
        "previous_address": address_of(standings[place - 1].hit, application) if place > 0 else "",
        "next_address": address_of(standings[place + 1].hit, application)
        if 0 <= place < len(order) - 1
        else "",
    }


def _acts_about(party: Party) -> EventQuerySet:
    if party.application_id is not None:
        return Event.objects.filter(application=party.application_id)
    if party.company_id is not None:
        return Event.objects.filter(organisation=party.company_id)
    return Event.objects.filter(account=party.account_id)


def form_for(
    standing: Standing,
    standings: list[Standing],
    application: Application | None,
    user: User,
    data: Mapping[str, Any] | None = None,
    together: bool = False,
) -> HitForm | RevokeForm | None:
    """Return the form that this person may fill in for the hit now, bound to `data`; None if there is none.

    What was typed is kept even where it came too late: the action says why it is refused. `together` asks
    for everything that is alike to be ticked; nothing is otherwise.
    """
    is_open = may_be_judged(application, timezone.now()) and standing.hit.gone_at is None
    if not is_open and data is None:
        return None
    if standing.is_remembered:
        return RevokeForm(data)
    return HitForm(
        data,
        user,
        standing=standing,
        alike=judged.alike(standing, standings),
        together=together,
    )


def _why_not(standing: Standing, application: Application | None, form: Form | None) -> str:
    if form is not None:
        return ""
    if standing.hit.gone_at is not None or application is None:
        return _("The newest comparison no longer finds this, so there is nothing to judge.")
    if application.status == ApplicationStatus.SUBMITTED:
        return _("Take on the case, then you can judge this.")
    return _("A judgement can be given or changed only while the case is in review.")


def first_to_judge(standings: list[Standing], user: User) -> Standing | None:
    """Return the first possible match that waits for this person, or else for anybody."""
    waiting = [one for one in standings if not one.is_settled]
    return next((one for one in waiting if one.waits_for(user)), waiting[0] if waiting else None)
