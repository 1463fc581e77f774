"""Look an application over by machine: compare its parties with the lists.

It only ever adds findings for officers to judge; it never changes a status.
"""

from collections.abc import Collection, Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import transaction

from licensing import alerts, calibration, judgements, outbox, watched
from licensing.calibration import Thresholds
from licensing.country import pack
from licensing.judgements import Standing
from licensing.models import Action, Application, Event, Job, Party, Screening, ScreeningHit
from licensing.parties import digest, digest_of_case
from screening import search
from screening.matcher import Subject
from screening.models import ListVersion


def ask(application: Application, *, at: datetime) -> Screening:
    """Promise a comparison of all parties, and the company that applies, as they are now with all lists.
    Call it in a transaction."""
    screening = Screening.objects.create(
        application=application,
        parties_digest=digest_of_case(application),
        parties_total=application.parties.count() + 1,  # and the company that applies
        asked_at=at,
    )
    outbox.put(Job.SCREEN_APPLICATION, at=at, screening_id=screening.pk)
    return screening


def is_current(application: Application, *, at: datetime) -> bool:
    """Say whether the newest comparison is finished, or under way, with the parties, lists and
    thresholds of now."""
    latest = Screening.objects.newest_of(application)
    if latest is None or latest.failure:
        return False
    now = digest_of_case(application)
    under_way = latest.finished_at is None and latest.parties_digest == now
    return under_way or latest.covers(now, versions_in_force(at), calibration.in_force(at).key)


def screen(screening_id: int, *, at: datetime) -> None:
    """Compare every party and store what is found. Safe to repeat, even at once; progress shows as it goes.

    Without a list in force it fails closed: it says so on the screening and finds nothing "clean".
    What changed meanwhile (lists or parties) makes the comparison start over as a new one.
    """
    screening = Screening.objects.select_related("application__organisation").get(pk=screening_id)
    if screening.finished_at is not None or screening != Screening.objects.newest_of(screening.application):
        return
    # Another worker may be at the same: what it has finished stays finished.
    unfinished = Screening.objects.filter(pk=screening_id, finished_at=None)
    unfinished.update(parties_done=0, failure="")
    thresholds = calibration.in_force(at)
    versions = set()
    application = screening.application
    company = watched.company(application.organisation)
    parties = [*application.parties.order_by("pk").values_list("pk", flat=True), company.pk]
    try:
        for done, party_id in enumerate(parties, start=1):
            versions |= screen_party(party_id, thresholds, at)[0]
            unfinished.filter(parties_total__gte=done).update(parties_done=done)
    except search.NoListInForce:
        unfinished.update(failure="no-list-in-force")
        return
    _finish(screening, versions, thresholds, at)


def give_up(screening_id: int) -> None:
    """Say that no worker could finish it. It no longer counts as under way, so it is asked for again."""
    Screening.objects.filter(pk=screening_id, finished_at=None).update(failure="given-up")


def screen_party(party_id: int, thresholds: Thresholds, at: datetime) -> tuple[set[int], int]:
    """Store what the lists say of the party, and alert officers if we deal with it already.

    Returns the ids of the list versions it was searched in, and how many alerts that raised. Who calls it in
    a transaction calls `search.prepare` before that.
    """
    search.prepare(at)
    return _screen_party(party_id, thresholds, at)


@transaction.atomic
def _screen_party(party_id: int, thresholds: Thresholds, at: datetime) -> tuple[set[int], int]:
    party = Party.objects.select_for_update(of=("self",)).get(pk=party_id)
    screened = search.screen(subject_of(party), at=at, worth=thresholds.worth)
    found = [hit for match in screened.matches if (hit := _store(party, match, at))]
    keys = {(match.version.source, match.entity.source_id) for match in screened.matches}
    for hit in party.hits.filter(gone_at=None):
        if (hit.source, hit.source_id) not in keys:
            hit.gone_at = at
            hit.save(update_fields=["gone_at"])
    versions = {version.pk for version in screened.versions}
    party.screened_digest, party.screened_thresholds = digest(party), thresholds.key
    party.screened_versions = sorted(versions)
    party.save(update_fields=["screened_digest", "screened_thresholds", "screened_versions"])
    return versions, alerts.raise_for(party, found, thresholds, at)


def _store(party: Party, match: search.Match, at: datetime) -> ScreeningHit | None:
    """Store the hit as it is now; return it if it is new, or says something new.

    What stands of its judgements follows from what entry and party say.
    """
    facts = {
        "entity": match.entity,
        "entity_digest": match.entity.digest,
        "party_digest": digest(party),
        "points": match.score.points,
        "party_name": match.score.matched_name,
        "listed_name": match.score.listed_name,
        "reasons": [asdict(reason) for reason in match.score.reasons],
        "gone_at": None,
    }
    hit = (
        ScreeningHit.objects.select_for_update()
        .filter(party=party, source=match.version.source, source_id=match.entity.source_id)
        .first()
    )
    if hit is None:
        return ScreeningHit.objects.create(
            party=party,
            source=match.version.source,
            source_id=match.entity.source_id,
            found_at=at,
            **facts,
        )
    said, says = (hit.entity_digest, hit.party_digest), (facts["entity_digest"], facts["party_digest"])
    is_news = said != says or hit.gone_at is not None
    if said != says:
        facts["found_at"] = at
    for name, value in facts.items():
        setattr(hit, name, value)
    hit.save(update_fields=list(facts))
    return hit if is_news else None


@transaction.atomic
def _finish(screening: Screening, versions: set[int], thresholds: Thresholds, at: datetime) -> None:
    application = Application.objects.lock(screening.application_id)
    same_parties = screening.parties_digest == digest_of_case(application)
    if same_parties and versions == versions_in_force(at):
        Screening.objects.filter(pk=screening.pk, finished_at=None).update(
            finished_at=at,
            list_versions=sorted(versions),
            thresholds=thresholds.key,
            parties_done=screening.parties_total,
            failure="",
        )
        remember(application, at=at)
        outbox.put(Job.FIND_LOOK_ALIKES, at=at, application_id=application.pk)
    elif screening == Screening.objects.newest_of(application):
        ask(application, at=at)


def remember(application: Application, *, at: datetime) -> None:
    """Log, once each, which hits stand on a judgement of another case. Call it in a transaction."""
    remembered = [one for one in judgements.of_case(application, at) if one.is_remembered]
    if not remembered:
        return
    logged = set(
        application.events.filter(action=Action.REMEMBER_JUDGEMENT).values_list(
            "data__hit", "data__judgement"
        )
    )
    for one in remembered:
        if one.judgement and (one.hit.pk, one.judgement.pk) not in logged:
            Event.objects.create(
                application=application, action=Action.REMEMBER_JUDGEMENT, at=at, data=remembered_facts(one)
            )


def remembered_facts(standing: Standing) -> dict[str, Any]:
    """Return what an event about a remembered judgement says of it."""
    judgement, confirmation = standing.judgement, standing.confirmation
    if judgement is None:
        raise ValueError(f"Nothing is remembered of {standing.hit}")
    people = [judgement.by.name, *([confirmation.by.name] if confirmation else [])]
    return {
        **judgements.hit_facts(standing.hit),
        "judgement": judgement.pk,
        "people": people,
        "judged_on": pack().legal_day(judgement.at).isoformat(),
        "reference": judgement.hit.party.case_reference,
        "reason": judgement.reason,
    }


def subject_of(party: Party) -> Subject:
    return Subject(
        names=party.names(),
        countries=frozenset({party.country} - {""}),
        kind=party.kind,
        dates_of_birth=(party.born_on.isoformat(),) if party.born_on else (),
        identifiers=(party.registration_number,) if party.registration_number else (),
        addresses=(", ".join(party.address_lines()),) if party.street else (),
    )


def subjects_of(party_ids: Collection[int]) -> Iterator[tuple[int, Subject]]:
    """Yield these parties by their numbers, as an index over parties takes them."""
    parties = Party.objects.filter(pk__in=party_ids).order_by("pk")
    return ((party.pk, subject_of(party)) for party in parties.iterator())


def versions_in_force(at: datetime) -> set[int]:
    """Return the ids of the list versions in force."""
    return set(ListVersion.objects.in_force(at).values_list("pk", flat=True))


def has_lists(*, at: datetime) -> bool:
    return bool(versions_in_force(at))
