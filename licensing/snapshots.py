"""What every licence is worth at a moment, in one signed file that a port keeps for when the network is down.

The clock asks every minute. A new one is made when something changed or the newest is five minutes old, and
never so often that making them takes more than a tenth of the time: then it is a little older, and
says how old. A port may not rely on one that is over.
"""

import hashlib
import logging
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import groupby, islice
from time import monotonic
from typing import Any

from django.db import connection, transaction
from django.db.models import F, QuerySet

from licensing import chains, signing
from licensing.country import pack
from licensing.licence_token import EPOCH, STATES
from licensing.models import (
    Application,
    Licence,
    LicenceChange,
    LicenceLine,
    LicenceStatus,
    Party,
    StatusSnapshot,
    Terms,
)
from licensing.models.licences import LicenceState
from licensing.terms import RECEIVERS
from licensing.units import plain

FORMAT = 2
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
    """Yield a row for each licence: its number, its state, of each line what remains, and, of a licence in
    force, what it asks for beside the goods; of one that was replaced, by which."""
    each = groupby(_lines(at).iterator(ROWS_AT_ONCE), key=lambda line: line.licence_id)
    licences = (list(lines) for _licence, lines in each)
    while some := list(islice(licences, ROWS_AT_ONCE)):
        states = [state_of(lines[0].licence, lines, at) for lines in some]
        in_force = [lines for lines, state in zip(some, states, strict=True) if state == LicenceState.VALID]
        asked = _asked(in_force) | _replaced_by([lines[0].licence for lines in some])
        for lines, state in zip(some, states, strict=True):
            licence = lines[0].licence
            remaining = [[line.number, plain(line.remaining), line.unit] for line in lines]
            yield [licence.reference, STATES.index(state), remaining, asked.get(licence.pk, {})]


# What a licence asks for, by the numbers it is said under; none is ever given to another.
RECEIVING, DESTINATION, PORTS, REGIMES, FIRST_DAY, LAST_DAY, NAMED_ONLY, MOST, CONDITIONS = range(1, 10)
REPLACED_BY = 10  # of a licence that was replaced, the number of the one that counts


def _asked(licences: list[list[LicenceLine]]) -> dict[int, dict[int, Any]]:
    """Return by licence, each given by its lines, what it asks for beside the goods."""
    applications = [lines[0].licence.application_id for lines in licences]
    receivers: dict[int, list[str]] = defaultdict(list)
    parties = Party.objects.filter(application__in=applications, role__in=RECEIVERS).order_by("pk")
    for application, name in parties.values_list("application", "name"):
        receivers[application].append(name)
    destinations = dict(Application.objects.filter(pk__in=applications).values_list("pk", "destination"))
    decisions = [lines[0].licence.decision_id for lines in licences]
    terms = {
        one.of_decision: one
        for one in Terms.objects.filter(recommendation__decision__in=decisions)
        .annotate(of_decision=F("recommendation__decision"))
        .prefetch_related("limits")
    }
    return {
        lines[0].licence_id: _said(
            {
                RECEIVING: receivers[lines[0].licence.application_id],
                DESTINATION: destinations[lines[0].licence.application_id],
                CONDITIONS: len(lines[0].licence.conditions),
            },
            terms.get(lines[0].licence.decision_id),
            lines,
        )
        for lines in licences
    }


def _replaced_by(licences: list[Licence]) -> dict[int, dict[int, Any]]:
    """Return by licence, where it was replaced, the number of the one that counts now."""
    replaced = {one.reference: one.pk for one in licences if one.status == LicenceStatus.REPLACED}
    newest = chains.newest(replaced) if replaced else {}
    return {replaced[number]: {REPLACED_BY: later} for number, later in newest.items()}


def _said(asked: dict[int, Any], terms: Terms | None, lines: list[LicenceLine]) -> dict[int, Any]:
    if terms:
        most = {limit.goods_id: plain(limit.most) for limit in terms.limits.all()}
        asked |= {
            PORTS: terms.ports,
            REGIMES: terms.regimes,
            FIRST_DAY: (terms.first_day - EPOCH).days if terms.first_day else 0,
            LAST_DAY: (terms.last_day - EPOCH).days if terms.last_day else 0,
            NAMED_ONLY: int(terms.named_consignee),
            MOST: [[line.number, most[line.goods_id]] for line in lines if line.goods_id in most],
        }
    return {name: said for name, said in asked.items() if said}


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
