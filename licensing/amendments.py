"""What stands against putting an amended licence in the place of the one in force: the books must fit."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from licensing import terms
from licensing.bookings import in_words
from licensing.errors import Reason
from licensing.models import (
    Amendment,
    Application,
    ApplicationStatus,
    GoodsLine,
    LicenceLine,
    LicenceStatus,
    Reservation,
    Terms,
)
from licensing.models.licences import with_tolerance
from licensing.units import decimals_of, one_or_more, plain, unit_name

ZERO = Decimal(0)


def of(application: Application) -> Amendment | None:
    """Return what the application amends, asked for once for each application in hand."""
    return getattr(application, "amendment", None)


def lines_of(amendment: Amendment) -> dict[int, GoodsLine]:
    """Return by the id of a line of the licence the goods that take its place."""
    rows = amendment.lines.select_related("goods")
    return {row.line_id: row.goods for row in rows}


def left_out(amendment: Amendment) -> list[LicenceLine]:
    """Return the lines of the licence that nothing takes the place of."""
    kept = amendment.lines.values("line")
    return list(LicenceLine.objects.filter(licence=amendment.licence_id).exclude(pk__in=kept))


def against_state(amendment: Amendment) -> list[Reason]:
    licence = amendment.licence
    if licence.status == LicenceStatus.ACTIVE:
        return []
    return [
        _("Licence %(licence)s is in the state “%(state)s”, so nothing can take its place now.")
        % {"licence": licence.reference, "state": licence.get_status_display()}
    ]


def against_books(amendment: Amendment, *, with_reservations: bool) -> list[Reason]:
    """Return what the books of the licence say against the goods asked for: what has left, and what is
    reserved, must fit into them. Lock licence and lines first where it matters."""
    goods_of, set_terms = lines_of(amendment), _recommended(amendment.application)
    reasons: list[Reason] = []
    for line in LicenceLine.objects.filter(licence=amendment.licence_id).select_related("licence"):
        asked = goods_of.get(line.pk)
        reserved = line.reserved if with_reservations else ZERO
        if not line.used and not reserved:
            continue
        if asked is None:
            reasons.append(_left_out(line))
        elif (asked.unit, asked.currency) != (line.unit, line.currency):
            reasons.append(_otherwise_measured(line, asked))
        else:
            reasons += _too_little(line, asked, set_terms, with_reservations=with_reservations)
            reasons += _over_limit(line, asked, set_terms) if with_reservations else []
    return reasons


def _recommended(application: Application) -> Terms | None:
    """Return the conditions that the new licence would have; None while nothing is recommended."""
    if application.status != ApplicationStatus.RECOMMENDED:
        return None
    recommendation = application.recommendations.latest()
    return terms.of(recommendation) or Terms(recommendation=recommendation)


def _left_out(line: LicenceLine) -> Reason:
    words = ngettext(
        "Line %(line)d of licence %(licence)s can't be left out: %(moved)s of it has left or is reserved.",
        "Line %(line)d of licence %(licence)s can't be left out: %(moved)s of it have left or are reserved.",
        one_or_more(line.used + line.reserved),
    )
    moved = in_words(line.used + line.reserved, line.unit)
    return words % {"line": line.number, "licence": line.licence.reference, "moved": moved}


def _otherwise_measured(line: LicenceLine, asked: GoodsLine) -> Reason:
    words = _("Line %(line)d must stay in %(unit)s and %(currency)s: part of it has left or is reserved.")
    return words % {
        "line": asked.number,
        "unit": unit_name(line.unit, get_language() or "es"),
        "currency": line.currency,
    }


def _too_little(
    line: LicenceLine, asked: GoodsLine, set_terms: Terms | None, *, with_reservations: bool
) -> Iterator[Reason]:
    tolerances = set_terms or line
    most = with_tolerance(asked.quantity, tolerances.quantity_tolerance, decimals_of(asked.unit))
    most_value = with_tolerance(asked.value, tolerances.value_tolerance, 2)
    if line.used > most or line.used_value > most_value:
        yield from _below_used(line, asked, most, most_value)
    elif with_reservations and (
        line.used + line.reserved > most or line.used_value + line.reserved_value > most_value
    ):
        yield _below_reserved(line, asked)


def _below_used(line: LicenceLine, asked: GoodsLine, most: Decimal, most_value: Decimal) -> Iterator[Reason]:
    if line.used > most:
        words = ngettext(
            "Line %(line)d asks for %(asked)s in all, but %(used)s has left already.",
            "Line %(line)d asks for %(asked)s in all, but %(used)s have left already.",
            one_or_more(line.used),
        )
        yield (
            words
            % {
                "line": asked.number,
                "asked": in_words(asked.quantity, line.unit),
                "used": in_words(line.used, line.unit),
            }
        )
    if line.used_value > most_value:
        words = _(
            "Line %(line)d asks for a value of %(asked)s %(currency)s in all, but %(used)s have left already."
        )
        yield (
            words
            % {
                "line": asked.number,
                "asked": plain(asked.value),
                "currency": line.currency,
                "used": plain(line.used_value),
            }
        )


def _below_reserved(line: LicenceLine, asked: GoodsLine) -> Reason:
    declarations = sorted({one.declaration for one in _open(line)})
    words = ngettext(
        "Line %(line)d has no room for what customs reserved for the declaration %(declarations)s: it asks"
        " for %(asked)s (%(value)s) in all, and what has left or is reserved is %(moved)s (%(moved_value)s)."
        " Grant as much, or wait until it has left or is released.",
        "Line %(line)d has no room for what customs reserved for the declarations %(declarations)s: it asks"
        " for %(asked)s (%(value)s) in all, and what has left or is reserved is %(moved)s (%(moved_value)s)."
        " Grant as much, or wait until they have left or are released.",
        len(declarations),
    )
    return words % {
        "line": asked.number,
        "declarations": ", ".join(declarations),
        "asked": in_words(asked.quantity, line.unit),
        "value": f"{plain(asked.value)} {line.currency}",
        "moved": in_words(line.used + line.reserved, line.unit),
        "moved_value": f"{plain(line.used_value + line.reserved_value)} {line.currency}",
    }


def _over_limit(line: LicenceLine, asked: GoodsLine, set_terms: Terms | None) -> list[Reason]:
    """Return the declarations whose reservation the new limit of one shipment no longer allows."""
    limit = set_terms.limits.filter(goods=asked).first() if set_terms and set_terms.pk else None
    if limit is None:
        return []
    kept: dict[str, Decimal] = defaultdict(Decimal)
    for one in _open(line):
        kept[one.declaration] += one.open_quantity
    return [
        _over_limit_in_words(quantity)
        % {
            "line": asked.number,
            "kept": in_words(quantity, line.unit),
            "declaration": declaration,
            "most": in_words(limit.most, line.unit),
        }
        for declaration, quantity in sorted(kept.items())
        if quantity > limit.most
    ]


def _over_limit_in_words(kept: Decimal) -> str:
    return ngettext(
        "Line %(line)d: %(kept)s is reserved for the declaration %(declaration)s, more than the %(most)s"
        " that may now leave with one declaration.",
        "Line %(line)d: %(kept)s are reserved for the declaration %(declaration)s, more than the %(most)s"
        " that may now leave with one declaration.",
        one_or_more(kept),
    )


def _open(line: LicenceLine) -> list[Reservation]:
    return list(Reservation.objects.open().filter(line=line).order_by("pk"))
