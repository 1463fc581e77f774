"""Setting the thresholds of screening: by an administrator, as a new version, with the reason."""

from dataclasses import asdict
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from licensing import calibration
from licensing.errors import Reason, Refused
from licensing.models import Action, Calibration, Event, User
from licensing.models.judgements import LEAST_WORTH, LONGEST_MEMORY, MOST_WORTH
from licensing.permissions import Permission, has
from screening import locks


@transaction.atomic
def save(
    *,
    worth: Decimal,
    medium_from: Decimal,
    high_from: Decimal,
    two_people_from: str,
    remembered_days: int,
    seen: int,
    reason: str,
    by: User,
    at: datetime,
) -> Calibration:
    """Store a new version of the thresholds; open cases are then screened again.

    Points are of 100, with one decimal; `two_people_from` is a Band or "". `seen` is the number of the
    version (0: none) that the administrator looked at, so that nobody overwrites what they have not read.
    """
    if not has(by, Permission.CALIBRATE):
        raise Refused(_("Your role does not allow this."))
    if reasons := refusals(worth, medium_from, high_from, remembered_days):
        raise Refused(*reasons)
    if not reason.strip():
        raise Refused(_("Give the reason."))
    locks.wait_for("calibration")
    before = calibration.in_force(at)
    if before.number != seen:
        raise Refused(_("Somebody else has stored thresholds meanwhile. Look at them first."))
    version = Calibration.objects.create(
        number=before.number + 1,
        worth=worth,
        medium_from=medium_from,
        high_from=high_from,
        two_people_from=two_people_from,
        remembered_days=remembered_days,
        reason=reason.strip(),
        by=by,
        at=at,
    )
    Event.objects.create(
        calibration=version,
        action=Action.CALIBRATE,
        by=by,
        at=at,
        before=asdict(before),
        after=asdict(calibration.thresholds_of(version)),
        data={"reason": reason.strip()},
    )
    return version


def refusals(worth: Decimal, medium_from: Decimal, high_from: Decimal, remembered_days: int) -> list[Reason]:
    """Return what is wrong with thresholds; none means they can be stored."""
    wrong: list[Reason] = []
    if not LEAST_WORTH <= worth <= MOST_WORTH or high_from > MOST_WORTH:
        wrong.append(
            _("Choose points from %(least)d to %(most)d.") % {"least": LEAST_WORTH, "most": MOST_WORTH}
        )
    if not worth <= medium_from <= high_from:
        wrong.append(_("Each band must start where the one below it starts, or above."))
    if not 0 <= remembered_days <= LONGEST_MEMORY:
        wrong.append(
            _("Choose 0 to %(longest)d days. 0 means that nothing is remembered.")
            % {"longest": LONGEST_MEMORY}
        )
    return wrong
