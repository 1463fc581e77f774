"""Who of an application resembles whom of earlier ones, under another name or with other facts."""

from collections.abc import Collection
from datetime import datetime
from heapq import nlargest

from django.db import transaction

from licensing import assessment, calibration, watched
from licensing.models import Application, ApplicationStatus, LookAlike, Party
from screening import watch
from screening.matcher import Subject, compare
from screening.watch import PartyIndex

SHOWN = 5  # of each party, the likeliest
INDEX = "look-alikes"


def find(application_id: int, *, at: datetime) -> None:
    """Store whom the parties of the application, and the company that applies, resemble. Safe to repeat.

    Only who was screened is looked among. The very same facts in another case are the same party, not one
    that looks like it.
    """
    index = _index()  # building it may take longer than a transaction that holds a lock may idle
    _find(application_id, index, at)


def _index() -> PartyIndex:
    drafts = Party.objects.filter(application__status=ApplicationStatus.DRAFT)
    among = Party.objects.exclude(screened_digest="").filter(account=None).exclude(pk__in=drafts)
    stamps = dict(among.values_list("pk", "screened_digest"))
    return watch.index_of(stamps, assessment.subjects_of, name=INDEX)


@transaction.atomic
def _find(application_id: int, index: PartyIndex, at: datetime) -> None:
    application = Application.objects.lock(application_id)
    own = [*application.parties.order_by("pk"), watched.company(application.organisation)]
    worth = calibration.in_force(at).medium_from
    LookAlike.objects.filter(party__in=own).delete()
    for party in own:
        subject = assessment.subject_of(party)
        pairs = {other for other, _party in index.affected([(party.pk, subject)], worth)}
        _store(party, subject, pairs - {one.pk for one in own}, worth, at)


def _store(party: Party, subject: Subject, others: Collection[int], worth: float, at: datetime) -> None:
    """Store the likeliest of `others`, of those that say the same of themselves the newest only."""
    newest = {other.screened_digest: other for other in Party.objects.filter(pk__in=others).order_by("pk")}
    newest.pop(party.screened_digest, None)
    likely = nlargest(
        SHOWN,
        (
            (compare(subject, assessment.subject_of(other), worth=worth).points, other.pk)
            for other in newest.values()
        ),
    )
    LookAlike.objects.bulk_create(
        [LookAlike(party=party, other_id=other, points=points, found_at=at) for points, other in likely]
    )
