"""Which ways of the goods fit which kind of transaction."""

from collections.abc import Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from licensing.country import pack
from licensing.models import ApplicationKind

LEAVES = (ApplicationKind.EXPORT, ApplicationKind.RE_EXPORT)
PASSES = (ApplicationKind.TRANSIT, ApplicationKind.TRANSHIPMENT)


def contradiction_of_destination(kind: str, dispatched_from: str, destination: str) -> Promise | None:
    """Return why goods of this kind of transaction cannot go there, None if they can or it is not yet said.

    Goods that pass through may come back to the country they left: from one of its coasts to the other.
    What is brokered may come into the own country, but has to cross a border.
    """
    if not destination:
        return None
    if destination == pack().code and kind in (*LEAVES, *PASSES):
        return _(
            "With this kind of transaction the goods leave this country for good:"
            " choose the other country in which they will stay, for example Costa Rica."
        )
    if destination == dispatched_from and kind not in PASSES:
        return _(
            "The goods cannot stay in the country from which they leave:"
            " choose another one, for example Costa Rica."
        )
    return None


def contradiction_of_transit(kind: str, dispatched_from: str, destination: str, code: str) -> Promise | None:
    """Return why the country `code` cannot lie on the way, None if it can.

    The own country lies on the way of what passes through it, and may lie on that of what is brokered.
    """
    if code == destination:
        return _("This is the final destination. Write here only countries before it, for example Mexico.")
    if code == dispatched_from:
        return _("The goods leave from this country. Write here only countries after it, for example Mexico.")
    if code == pack().code and kind in LEAVES:
        return _("The goods leave this country. Write here only countries after it, for example Mexico.")
    return None


def is_possible(kind: str, dispatched_from: str, destination: str, on_the_way: Sequence[str]) -> bool:
    return not contradiction_of_destination(kind, dispatched_from, destination) and not any(
        contradiction_of_transit(kind, dispatched_from, destination, code) for code in on_the_way
    )
