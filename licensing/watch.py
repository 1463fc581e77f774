"""Never stop watching: bring everybody who is watched up to new lists and thresholds.

Where only lists changed, only what changed is compared: `screening.watch` says which parties resemble a new
or changed entry, and those, with the ones that resembled an entry that changed or went, are screened anew.
All others keep what was found, which now rests on the new versions too. Both ways find the same.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import islice

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from licensing import assessment, calibration, watched
from licensing.calibration import Thresholds
from licensing.models import (
    Application,
    ApplicationStatus,
    Party,
    Screening,
    ScreeningHit,
    WatchRun,
    WatchScope,
)
from licensing.parties import digest, digest_of_case
from screening import changed, search, watch
from screening.matcher import SURE_OF_THE_NAME, Subject
from screening.models import ListedEntity, RelationKind

ONLY_ONE = 0x57415443  # an advisory lock of PostgreSQL: only one process watches at a time
AT_ONCE = 200  # cases or parties a transaction


def follow(*, at: datetime) -> WatchRun | None:
    """Bring everybody up to the lists and thresholds of `at`. Return the run; None if nothing had changed,
    no list is in force, or another process is at it. Safe to repeat, also after a crash."""
    with _only_one() as alone:
        if not alone:
            return None
        watched.follow_accounts()
        versions, thresholds = assessment.versions_in_force(at), calibration.in_force(at)
        if not versions:
            return None
        base = WatchRun.objects.newest_finished()
        run = None if _rests_on(base, versions, thresholds) else _run(base, versions, thresholds, at)
        _catch_up(versions, thresholds, at)
        return run


@contextmanager
def _only_one() -> Iterator[bool]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [ONLY_ONE])
        alone: bool = cursor.fetchone()[0]
        try:
            yield alone
        finally:
            if alone:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [ONLY_ONE])


def _rests_on(run: WatchRun | None, versions: Collection[int], thresholds: Thresholds) -> bool:
    return run is not None and set(run.list_versions) == versions and run.thresholds == thresholds.key


def _run(base: WatchRun | None, versions: set[int], thresholds: Thresholds, at: datetime) -> WatchRun:
    by_changes = base is not None and base.thresholds == thresholds.key
    run = WatchRun.objects.create(
        scope=WatchScope.CHANGES if by_changes else WatchScope.EVERYTHING,
        list_versions=sorted(versions),
        thresholds=thresholds.key,
        started_at=at,
        watched=Party.objects.watched(at).count(),
    )
    if base is not None and by_changes:
        _follow_changes(run, base, thresholds, at)
    run.finished_at = timezone.now() if timezone.now() > at else at
    run.save()
    return run


def _follow_changes(run: WatchRun, base: WatchRun, thresholds: Thresholds, at: datetime) -> None:
    """Compare again whoever a change concerns; say of everybody else that it concerned them not."""
    changes = changed.between(base.list_versions, run.list_versions)
    run.changed_entries = len(changes.keys)
    stamps = {party.pk: digest(party) for party in Party.objects.watched(at).iterator()}
    concerned = _concerned(changes, stamps, thresholds, at)
    people = _covered_people(base, stamps, at)
    for party_id in sorted(concerned & people):
        run.compared += 1
        run.alerts += assessment.screen_party(party_id, thresholds, at)[1]
    _carry_people(people - concerned, base, run)
    if concerned:
        search.prepare(at)
    cases = Application.objects.watched(at).order_by("pk").values_list("pk", flat=True)
    for chunk in _chunks(cases.iterator(), AT_ONCE):
        _follow_in_cases(chunk, concerned, base, run, thresholds, at)
    _refer_to(run.list_versions)


def _concerned(
    changes: changed.Changed, stamps: Mapping[int, str], thresholds: Thresholds, at: datetime
) -> set[int]:
    """Return the ids of the parties that resemble an entry as it is now, or resembled it as it was.

    `stamps` has the digest of each party that is watched.
    """
    if len(changes.entities) > len(stamps):  # then it is quicker to ask for each party
        return set(stamps)
    entries = search.subjects_of(ListedEntity.objects.filter(pk__in=changes.entities))
    index = watch.index_of(stamps, assessment.subjects_of)
    concerned = {party for party, _entity in index.affected(entries, thresholds.worth)}
    standing = ScreeningHit.objects.filter(gone_at=None, party__in=Party.objects.watched(at))
    rows = standing.values_list("party_id", "source", "source_id")
    concerned |= {party for party, *key in rows.iterator() if tuple(key) in changes.keys}
    return concerned | _with_owners_among(changes, standing)


def _with_owners_among(changes: changed.Changed, standing: QuerySet[ScreeningHit]) -> set[int]:
    """Return the ids of the parties that resemble an entry whose owners, as its list names them, are listed
    since, or no longer: what is found of them says so."""
    owned = standing.filter(entity__relations__contains=[{"kind": RelationKind.OWNED_BY}])
    owners: dict[str, set[int]] = {}
    for party, relations in owned.values_list("party_id", "entity__relations").iterator():
        for name in search.owners_named(relations):
            owners.setdefault(name, set()).add(party)
    if not owners:
        return set()
    names = list(owners)
    index = watch.PartyIndex.of((number, Subject((name,))) for number, name in enumerate(names))
    entries = search.subjects_of(ListedEntity.objects.filter(pk__in=(*changes.entities, *changes.before)))
    listed = ((entity, Subject(entry.names)) for entity, entry in entries)  # as search asks about owners
    return {
        party
        for number, _entity in index.affected(listed, SURE_OF_THE_NAME)
        for party in owners[names[number]]
    }


def _covered_people(base: WatchRun, stamps: Mapping[int, str], at: datetime) -> set[int]:
    """Return the companies and accounts that were compared, as `stamps` has them, with what `base` rests on.

    Who changes meanwhile is compared in full at the end of the run.
    """
    rows = Party.objects.watched(at).filter(
        application=None, screened_versions=base.list_versions, screened_thresholds=base.thresholds
    )
    known = rows.values_list("pk", "screened_digest")
    return {pk for pk, compared_as in known.iterator() if compared_as == stamps.get(pk)}


def _chunks(numbers: Iterable[int], size: int) -> Iterator[tuple[int, ...]]:
    rest = iter(numbers)
    while chunk := tuple(islice(rest, size)):
        yield chunk


def _carry_people(party_ids: Collection[int], base: WatchRun, run: WatchRun) -> None:
    for chunk in _chunks(sorted(party_ids), 10 * AT_ONCE):
        Party.objects.filter(pk__in=chunk, screened_versions=base.list_versions).update(
            screened_versions=run.list_versions
        )


@transaction.atomic
def _follow_in_cases(
    case_ids: Sequence[int],
    concerned: Collection[int],
    base: WatchRun,
    run: WatchRun,
    thresholds: Thresholds,
    at: datetime,
) -> None:
    """Store for each case that was up to `base` a comparison that rests on the versions of `run`."""
    cases = Application.objects.select_for_update(of=("self",)).filter(pk__in=case_ids).order_by("pk")
    carried = []
    for case in cases.select_related("organisation").prefetch_related("parties"):
        newest = Screening.objects.newest_of(case)
        now = digest_of_case(case)
        if newest is None or not newest.covers(now, set(base.list_versions), base.thresholds):
            continue
        own = sorted(party.pk for party in case.parties.all() if party.pk in concerned)
        for party_id in own:
            run.alerts += assessment.screen_party(party_id, thresholds, at)[1]
        run.compared += len(own)
        carried.append(_finished(case, newest, run, at))
    Screening.objects.bulk_create(carried)


def _finished(case: Application, before: Screening, run: WatchRun, at: datetime) -> Screening:
    return Screening(
        application=case,
        parties_digest=before.parties_digest,
        parties_total=before.parties_total,
        parties_done=before.parties_total,
        list_versions=run.list_versions,
        thresholds=run.thresholds,
        asked_at=at,
        finished_at=at,
    )


def _refer_to(versions: Collection[int]) -> None:
    """Let what was found refer to the entries in force, where they say the same as those it was found in."""
    there = ListedEntity.objects.filter(
        version__in=versions,
        version__source=OuterRef("source"),
        source_id=OuterRef("source_id"),
        digest=OuterRef("entity_digest"),
    )
    found = ScreeningHit.objects.filter(gone_at=None).exclude(entity__version__in=versions)
    found = found.annotate(there=Subquery(there.values("pk")[:1])).filter(there__isnull=False)
    found.update(entity_id=F("there"))


def _catch_up(versions: Collection[int], thresholds: Thresholds, at: datetime) -> None:
    """Compare whoever is still not up to the lists and thresholds: in full, a case by a job of its own."""
    rows = Party.objects.watched(at).filter(application=None)
    for party in rows.iterator():
        said = (party.screened_digest, set(party.screened_versions), party.screened_thresholds)
        if said != (digest(party), versions, thresholds.key):
            assessment.screen_party(party.pk, thresholds, at)
    for pk in _perhaps_behind(versions, thresholds, at).values_list("pk", flat=True):
        _ask_if_needed(pk, at)


def _perhaps_behind(versions: Collection[int], thresholds: Thresholds, at: datetime) -> QuerySet[Application]:
    """Return the open cases, whose parties may change, and the closed ones that were not yet compared."""
    newest = Screening.objects.filter(application=OuterRef("pk")).order_by("-asked_at", "-pk")
    compared = Screening.objects.filter(
        pk=OuterRef("newest"),
        list_versions=sorted(versions),
        thresholds=thresholds.key,
        finished_at__isnull=False,
    )
    cases = Application.objects.watched(at).annotate(newest=Subquery(newest.values("pk")[:1]))
    return cases.filter(~Q(status=ApplicationStatus.APPROVED) | ~Exists(compared))


@transaction.atomic
def _ask_if_needed(application_id: int, at: datetime) -> None:
    application = Application.objects.lock(application_id)
    if not assessment.is_current(application, at=at):
        assessment.ask(application, at=at)
