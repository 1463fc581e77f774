"""The daily letter to administrators about sanctions lists that are older than they may be."""

from datetime import datetime

from django.db import transaction

from licensing import letters, outbox
from licensing.country import pack
from licensing.models import Job, ListAlarm, User
from licensing.permissions import Permission, roles_with
from screening import freshness


@transaction.atomic
def warn(*, at: datetime) -> ListAlarm | None:
    """Promise the letters of this legal day if a list is too old; return the alarm, None if there is none.

    Asking again the same day changes nothing.
    """
    today = pack().legal_day(at)
    late = [one.source for one in freshness.late(at, today)]
    if not late:
        return None
    alarm, is_new = ListAlarm.objects.get_or_create(day=today, defaults={"sources": late, "at": at})
    for user in administrators() if is_new else []:
        outbox.put(Job.ALARM, at=at, alarm_id=alarm.pk, user_id=user.pk)
    return alarm


def administrators() -> list[User]:
    """Return everybody who can do something about a list."""
    return list(User.objects.filter(role__in=roles_with(Permission.RUN_LISTS), is_active=True).order_by("pk"))


def send(alarm: ListAlarm, user: User, *, at: datetime) -> None:
    """Tell `user` which lists of the alarm are too old still; send nothing if none is any more."""
    ages = {one.source: one for one in freshness.of_all(at, pack().legal_day(at))}
    late = [ages[source] for source in alarm.sources if source in ages and ages[source].is_late]
    if late:
        letters.write(user, "emails/old-lists.txt", late=late)
