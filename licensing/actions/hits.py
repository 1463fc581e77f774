"""What officers make of possible matches: judge, confirm, revoke what is remembered."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from licensing import assessment, calibration, judgements, parties
from licensing.actions.casework import refusals_in_review
from licensing.errors import Reason, Refused
from licensing.judgements import HitState, Standing
from licensing.models import (
    Action,
    Application,
    Event,
    HitConfirmation,
    HitJudgement,
    Judgement,
    Licence,
    Party,
    ScreeningHit,
    User,
)
from licensing.permissions import Permission, has, may


@transaction.atomic
def judge(hit_id: int, *, judgement: Judgement, reason: str, by: User, at: datetime) -> HitJudgement:
    """Say whether a party is the listed entity it resembles: in a case until it is recommended, and again
    while something may be shipped under its licence; of a company or a person with an account, any time."""
    return judge_together({hit_id: ""}, judgement=judgement, reason=reason, by=by, at=at)[0]


@transaction.atomic
def judge_together(
    seen: Mapping[int, str],
    *,
    judgement: Judgement,
    reason: str,
    by: User,
    at: datetime,
    case_id: int | None = None,
) -> list[HitJudgement]:
    """Say the same of hits of one case that are alike, for one reason. Each is judged and logged by itself.

    `seen` maps the id of each hit to the mark (`ScreeningHit.seen`) of what the officer looked at, "" for
    whatever it is now. `case_id` names the application on whose page it is judged, which matters for what is
    found of the company that applies. All are judged or none.
    """
    application, hits, reason = _open_hits(seen, reason, by, at, case_id)
    rows = judgements.about(hits, at)
    thresholds = calibration.in_force(at)
    return [
        _judge(application, judgements.standing(hit, found, thresholds, at), found, judgement, reason, by, at)
        for hit in hits
        for found in [rows[hit.source, hit.source_id]]
    ]


def _judge(
    application: Application | None,
    standing: Standing,
    rows: list[HitJudgement],
    judgement: Judgement,
    reason: str,
    by: User,
    at: datetime,
) -> HitJudgement:
    second = judgement == Judgement.DIFFERENT and judgements.takes_two(standing, rows)
    row = _record(standing, judgement, reason, needs_second=second, by=by, at=at)
    before = standing.judgement
    Event.objects.create(
        **_about(application, standing),
        action=Action.JUDGE,
        by=by,
        at=at,
        before={
            "judgement": before.judgement if before else "",
            "reason": before.reason if before else "",
        },
        after={"judgement": judgement, "reason": reason},
        data={**judgements.hit_facts(standing.hit), "judgement": row.pk, "needs_second": second},
    )
    return row


def _record(
    standing: Standing, judgement: Judgement, reason: str, *, needs_second: bool, by: User, at: datetime
) -> HitJudgement:
    hit = standing.hit
    return HitJudgement.objects.create(
        hit=hit,
        judgement=judgement,
        reason=reason,
        by=by,
        at=at,
        needs_second=needs_second,
        source=hit.source,
        source_id=hit.source_id,
        entity=hit.entity,
        entity_digest=hit.entity_digest,
        party_digest=hit.party_digest,
        party_facts=parties.facts(hit.party),
        party_key=parties.key(hit.party),
        points=hit.points,
        band=standing.band,
    )


@transaction.atomic
def confirm(
    judgement_ids: list[int], *, reason: str, by: User, at: datetime, case_id: int | None = None
) -> list[HitConfirmation]:
    """Agree, as the second person, that a party is somebody else. Several of one case must be alike.

    Whoever does not agree judges anew. All are confirmed or none.
    """
    firsts = HitJudgement.objects.in_bulk(judgement_ids)
    if len(firsts) < len(judgement_ids):
        raise Refused(_("This judgement no longer waits for a second person. Look at it again."))
    seen = {firsts[pk].hit_id: "" for pk in judgement_ids}
    application, hits, reason = _open_hits(seen, reason, by, at, case_id)
    found = judgements.of_hits(hits, at)
    return [
        _confirm(application, standing, pk, reason, by, at)
        for standing, pk in zip(found, judgement_ids, strict=True)
    ]


def _confirm(
    application: Application | None,
    standing: Standing,
    judgement_id: int,
    reason: str,
    by: User,
    at: datetime,
) -> HitConfirmation:
    first = standing.judgement
    if first is None or first.pk != judgement_id or standing.state != HitState.UNCONFIRMED:
        raise Refused(_("This judgement no longer waits for a second person. Look at it again."))
    if first.by_id == by.pk:
        raise Refused(_("You judged this; somebody else must confirm it."))
    Event.objects.create(
        **_about(application, standing),
        action=Action.CONFIRM_JUDGEMENT,
        by=by,
        at=at,
        data={
            **judgements.hit_facts(standing.hit),
            "judgement": first.pk,
            "first": first.by.name,
            "reason": reason,
        },
    )
    return HitConfirmation.objects.create(judgement=first, first_by=first.by, reason=reason, by=by, at=at)


@transaction.atomic
def revoke(hit_id: int, *, reason: str, by: User, at: datetime, case_id: int | None = None) -> HitJudgement:
    """Take back what is remembered of a hit: from now on it counts in no case, and this hit is open again."""
    application, hits, reason = _open_hits({hit_id: ""}, reason, by, at, case_id)
    standing = judgements.of_hits(hits, at)[0]
    if not standing.is_remembered:
        raise Refused(_("Nothing is remembered about this possible match any more."))
    Event.objects.create(
        **_about(application, standing),
        action=Action.REVOKE_JUDGEMENT,
        by=by,
        at=at,
        data={**assessment.remembered_facts(standing), "why": reason},
    )
    return _record(standing, Judgement.UNSURE, reason, needs_second=False, by=by, at=at)


def _about(application: Application | None, standing: Standing) -> dict[str, Any]:
    """Return whom an event about a hit is about: the case it is judged in, and a company or an account."""
    party = standing.hit.party
    return {"application": application, "organisation": party.company, "account": party.account}


def refusals_to_judge(application: Application | None, by: User, at: datetime) -> list[Reason]:
    """Return why `by` can't judge a hit now; none means they can. `application` is the case it is judged in:
    one in review, or one under whose licence something may still be shipped."""
    if application is None:
        return [] if has(by, Permission.REVIEW) else [_("Your role does not allow this.")]
    if may(by, Permission.REVIEW, application) and is_under_live_licence(application, at):
        return []
    return refusals_in_review(application, by)


def is_under_live_licence(application: Application, at: datetime) -> bool:
    licence: Licence | None = getattr(application, "licence", None)
    return licence is not None and licence.is_live(at)


def _open_hits(
    seen: Mapping[int, str], reason: str, by: User, at: datetime, case_id: int | None
) -> tuple[Application | None, list[ScreeningHit], str]:
    """Return the case, locked, with its hits in the order asked for, and the reason without blanks around.

    Raises Refused unless `by` may judge now, the hits are of one case and alike, and say what was seen.
    """
    party = Party.objects.get(hits=next(iter(seen)))
    application_id = party.application_id or case_id
    application = Application.objects.lock(application_id) if application_id else None
    if reasons := refusals_to_judge(application, by, at):
        raise Refused(*reasons)
    if not reason.strip():
        raise Refused(_("Give the reason for your judgement."))
    of_party = ScreeningHit.objects.filter(party=party, gone_at=None)
    rows = ScreeningHit.objects.of(application) if application else of_party
    rows = rows.select_for_update(of=("self",)).select_related("party")
    found = {hit.pk: hit for hit in rows.filter(pk__in=seen)}
    if found.keys() != seen.keys() or any(_has_changed(found[pk], mark) for pk, mark in seen.items()):
        raise Refused(
            _("The party or the listed entry has changed since you opened this page. Look at it again.")
        )
    hits = [found[pk] for pk in seen]
    if not all(judgements.are_alike(hits[0], hit) for hit in hits):
        raise Refused(_("Only the same party against the same entry can be judged together."))
    return application, hits, reason.strip()


def _has_changed(hit: ScreeningHit, mark: str) -> bool:
    """Say whether the hit says something else than was looked at, or its party is not yet compared anew."""
    return (mark != "" and hit.seen != mark) or hit.party_digest != parties.digest(hit.party)
