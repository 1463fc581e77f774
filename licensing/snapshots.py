"""What every licence is worth at a moment, in one signed file that a port keeps for when the network is down.

The clock asks every minute. A new one is made when something changed or the newest is five minutes old, and
never so often that making them takes more than a tenth of the time: then it is a little older, and
says how old. A port may not rely on one that is over.
"""

import hashlib
import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import groupby
from time import monotonic
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from licensing import signing
from licensing.country import pack
from licensing.licence_token import STATES
from licensing.models import Licence, LicenceChange, LicenceLine, LicenceStatus, StatusSnapshot
from licensing.models.licences import LicenceState
from licensing.units import plain

FORMAT = 1
AT_LEAST_EVERY = timedelta(minutes=5)
KEPT = 3  # snapshots; a port may be fetching the last but one
SHARE = 10  # of the time between two, one part may be work
SAID_AFTER_ITS_END = timedelta(days=60)  # a licence that ended is still said to have ended
ROWS_AT_ONCE = 5000

log = logging.getLogger(__name__)


def newest(at: datetime) -> StatusSnapshot | None:
    """Return the newest snapshot, unless it is over."""
    return StatusSnapshot.objects.filter(expires_at__gt=at).order_by("-issued_at", "-pk").first()


@transaction.atomic
def make_if_due(at: datetime) -> StatusSnapshot | None:
    """Make a snapshot if it is time for one. Returns None if not, or if another worker is at it.

    Raises signing.NoKey.
    """
    if not _alone():
        return None
    last, horizon = newest(at), _horizon()
    return _make(at, horizon) if last is None or _is_due(last, horizon, at) else None


def _is_due(last: StatusSnapshot, horizon: int, at: datetime) -> bool:
    age = at - last.issued_at
    if age < last.made_in * SHARE:
        return False
    changed = LicenceChange.objects.filter(xact__gte=last.horizon, xact__lt=horizon).exists()
    return changed or age >= AT_LEAST_EVERY


def _make(at: datetime, horizon: int) -> StatusSnapshot:
    started = monotonic()
    expires_at = at + timedelta(hours=pack().snapshot_hours)
    rows = list(_rows(at))
    content = [FORMAT, int(at.timestamp()), int(expires_at.timestamp()), rows]
    signed, _kid = signing.sign(content, signing.SNAPSHOT, at=at)
    snapshot = StatusSnapshot.objects.create(
        content=signed,
        sha256=hashlib.sha256(signed).hexdigest(),
        licences_count=len(rows),
        horizon=horizon,
        issued_at=at,
        expires_at=expires_at,
        made_in=timedelta(seconds=monotonic() - started),
    )
    kept = StatusSnapshot.objects.order_by("-issued_at", "-pk").values_list("pk", flat=True)[:KEPT]
    StatusSnapshot.objects.exclude(pk__in=list(kept)).delete()
    log.info("Snapshot of %s licences in %.1f s", len(rows), snapshot.made_in.total_seconds())
    return snapshot


def _rows(at: datetime) -> Iterator[list[Any]]:
    """Yield a row for each licence: its number, its state, and of each line what remains."""
    for _licence, lines in groupby(_lines(at).iterator(ROWS_AT_ONCE), key=lambda line: line.licence_id):
        of_it = list(lines)
        licence = of_it[0].licence
        remaining = [[line.number, plain(line.remaining), line.unit] for line in of_it]
        yield [licence.reference, STATES.index(state_of(licence, of_it, at)), remaining]


def _lines(at: datetime) -> QuerySet[LicenceLine]:
    recent = LicenceLine.objects.filter(licence__ends_at__gt=at - SAID_AFTER_ITS_END)
    return recent.select_related("licence").order_by("licence_id", "number")


def state_of(licence: Licence, lines: list[LicenceLine], at: datetime) -> LicenceState:
    """Say what `Licence.state` says, of lines that were read already."""
    if licence.status == LicenceStatus.ACTIVE and licence.starts_at <= at < licence.ends_at:
        return LicenceState.EXHAUSTED if all(line.is_used_up for line in lines) else LicenceState.VALID
    return licence.state(at)


def _alone() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended('status-snapshot', 0))")
        (taken,) = cursor.fetchone()
    return bool(taken)


def _horizon() -> int:
    """Return the oldest transaction still running: what older ones changed is seen from now on."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        (oldest,) = cursor.fetchone()
    return int(oldest)
