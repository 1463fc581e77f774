"""What a licence was at a moment of the past, by its acts, which are only ever added."""

from datetime import datetime

from licensing.models import CHANGES_OF_STATUS, Licence, LicenceLine, LicenceState, LicenceStatus
from licensing.models.licences import state_of


def status_at(licence: Licence, at: datetime) -> LicenceStatus | None:
    """Return the status that the licence had at `at`; None before it was issued.

    Acts follow one another as they got the licence's lock. One that waited for it may bear an earlier moment
    than the act before, and then counts from that act's moment on.
    """
    if at < licence.issued_at:
        return None
    later = licence.events.filter(action__in=CHANGES_OF_STATUS, at__gt=at).order_by("pk").first()
    return LicenceStatus(later.before["status"] if later else licence.status)


def state_at(licence: Licence, at: datetime) -> LicenceState:
    """Return what its status and its period made of the licence at `at`; balances are only known of now."""
    status = status_at(licence, at)
    if status is None:
        return LicenceState.NOT_YET
    state = state_of(status, licence.starts_at, licence.ends_at, licence.lines.all(), at)
    return LicenceState.VALID if state == LicenceState.EXHAUSTED else state


def line_at(line: LicenceLine, at: datetime) -> LicenceLine | None:
    """Return the line that bore the account of `line` at `at`: itself or, if its licence was issued later,
    one that it continues. None if there was none yet."""
    bearing: LicenceLine | None = line
    while bearing and at < bearing.licence.issued_at:
        bearing = bearing.continues
    return bearing
