"""Conditions as data: what an officer sets, how the licence words it, and what it says against a shipment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import F, Sum, prefetch_related_objects
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from licensing import chains
from licensing.bookings import Reasons, in_words, reason
from licensing.country import Text, pack
from licensing.errors import ReasonCode
from licensing.models import (
    GoodsLine,
    LedgerEntry,
    Licence,
    LicenceLine,
    Recommendation,
    ShipmentLimit,
    Terms,
)
from licensing.models.applications import PartyRole
from licensing.references import read_reference
from licensing.units import plain, unit_name
from screening.asked_often import Question
from screening.names import comparable

ZERO = Decimal(0)
# Asked with every message; a decision has at most one of them.
TERMS = Question(lambda decision: Terms.objects.filter(recommendation__decision=decision), 2**62)
# Who may receive what leaves, where only those named may.
RECEIVERS = (PartyRole.CONSIGNEE, PartyRole.END_USER, PartyRole.ULTIMATE_END_USER)


@dataclass(frozen=True, slots=True)
class Given:
    """What an officer sets for a licence to be; an empty one sets nothing."""

    ports: tuple[str, ...] = ()
    regimes: tuple[str, ...] = ()
    first_day: date | None = None
    last_day: date | None = None
    named_consignee: bool = False
    quantity_tolerance: Decimal = ZERO
    value_tolerance: Decimal = ZERO
    limits: Mapping[int, Decimal] = field(default_factory=dict)  # by the id of the goods, in their unit

    @property
    def is_empty(self) -> bool:
        return self == Given()


@dataclass(frozen=True, slots=True)
class Shipment:
    """What customs says of a shipment beside its goods; "" where it says nothing."""

    port: str = ""  # UN/LOCODE
    regime: str = ""
    consignee: str = ""

    @property
    def said(self) -> tuple[str, ...]:
        """Return what tells two messages apart; nothing where nothing was said."""
        told = (self.port, self.regime, self.consignee)
        return told if any(told) else ()


def store(recommendation: Recommendation, given: Given) -> Terms | None:
    """Keep what was set, with the recommendation; None where nothing was."""
    if given.is_empty:
        return None
    terms = Terms.objects.create(
        recommendation=recommendation,
        ports=list(given.ports),
        regimes=list(given.regimes),
        first_day=given.first_day,
        last_day=given.last_day,
        named_consignee=given.named_consignee,
        quantity_tolerance=given.quantity_tolerance,
        value_tolerance=given.value_tolerance,
    )
    ShipmentLimit.objects.bulk_create(
        ShipmentLimit(terms=terms, goods_id=goods, most=most) for goods, most in given.limits.items()
    )
    return terms


def of(recommendation: Recommendation) -> Terms | None:
    rows = Terms.objects.prefetch_related("limits__goods")
    return rows.filter(recommendation=recommendation).first()


def in_words_of_both(terms: Terms) -> list[Text]:
    """Return one sentence for each condition, as the licence prints them."""
    country = pack()
    ports = ", ".join(country.port_name(code) for code in terms.ports)
    regimes = [country.regime_name(code) for code in terms.regimes]
    said = [
        Text(f"Sale solo por: {ports}.", f"Leaves only through: {ports}.") if ports else None,
        Text(
            f"Solo bajo el régimen: {', '.join(one.es for one in regimes)}.",
            f"Only under the customs procedure: {', '.join(one.en for one in regimes)}.",
        )
        if regimes
        else None,
        _days(terms),
        Text(
            "Solo al consignatario o usuario final que aquí se nombra.",
            "Only to the consignee or end user named here.",
        )
        if terms.named_consignee
        else None,
        *(_limit(limit.goods, limit.most) for limit in terms.limits.all()),
        _tolerance(terms),
    ]
    return [sentence for sentence in said if sentence]


def _days(terms: Terms) -> Text | None:
    first, last = terms.first_day, terms.last_day
    if first and last:
        return Text(f"Sale entre el {first} y el {last}.", f"Leaves between {first} and {last}.")
    if first:
        return Text(f"No sale antes del {first}.", f"Leaves no earlier than {first}.")
    return Text(f"Sale a más tardar el {last}.", f"Leaves by {last}.") if last else None


def _limit(goods: GoodsLine, most: Decimal) -> Text:
    unit = Text(unit_name(goods.unit, "es", most), unit_name(goods.unit, "en", most))
    return Text(
        f"Línea {goods.number}: {plain(most)} {unit.es} como máximo por declaración.",
        f"Line {goods.number}: at most {plain(most)} {unit.en} with each declaration.",
    )


def _tolerance(terms: Terms) -> Text | None:
    quantity, value = plain(terms.quantity_tolerance), plain(terms.value_tolerance)
    if not terms.quantity_tolerance and not terms.value_tolerance:
        return None
    return Text(
        f"Tolerancia: {quantity} % en cantidad y {value} % en valor.",
        f"Tolerance: {quantity} % in quantity and {value} % in value.",
    )


def against_shipment(licence: Licence, shipment: Shipment, at: datetime) -> Reasons:
    """Return what the licence's conditions say against a shipment, whatever its goods.

    What a condition asks for and customs did not say is a reason too: nothing is taken for granted.
    """
    terms = _terms_of(licence)
    if terms is None:
        return []
    return [
        *_against_port(terms, shipment.port),
        *_against_regime(terms, shipment.regime),
        *against_day(licence, at),
        *_against_consignee(terms, licence, shipment.consignee),
    ]


def against_day(licence: Licence, at: datetime) -> Reasons:
    """Return what the conditions say against anything leaving at `at`."""
    terms = _terms_of(licence)
    return _against_days(terms, pack().legal_day(at)) if terms else []


def against_amount(line: LicenceLine, declaration: str, amount: Decimal) -> Reasons:
    """Return what the conditions say against so much of a line with one declaration, its parts together."""
    terms = _terms_of(line.licence)
    limit = (
        next((one for one in terms.limits.all() if one.goods_id == line.goods_id), None) if terms else None
    )
    if limit is None:
        return []
    before = _moved_with(line, declaration)
    if before + amount <= limit.most:
        return []
    words = _("Line %(line)d: at most %(most)s may leave with one declaration; this would make %(asked)s.")
    said = {
        "line": line.number,
        "most": in_words(limit.most, line.unit),
        "asked": in_words(before + amount, line.unit),
    }
    return [reason(ReasonCode.OVER_LIMIT, line.number, words % said)]


def _moved_with(line: LicenceLine, declaration: str) -> Decimal:
    """Return what is booked of a line for a declaration, in whatever spelling: reserved, left, reversed."""
    wrong = F("confirmation__correction__entry__usage__declaration")  # of an entry that reverses another
    named = Coalesce(F("usage__declaration"), wrong, F("declaration"))
    # What left under a licence that this one replaced left with the declaration all the same.
    moved = LedgerEntry.objects.filter(line__in=chains.lines_until(line)).values_list(named).order_by()
    sums = moved.annotate(total=Sum("quantity") + Sum("reserved"))
    wanted = read_reference(declaration)
    return sum((total for name, total in sums if read_reference(name) == wanted), ZERO)


def _terms_of(licence: Licence) -> Terms | None:
    """Return the conditions, asked for once for each licence in hand."""
    if not hasattr(licence, "known_terms"):
        found = TERMS.ask(licence.decision_id)
        prefetch_related_objects(found, "limits")
        known: Any = found[0] if found else None
        licence.known_terms = known  # type: ignore[attr-defined]
    kept: Terms | None = licence.known_terms  # type: ignore[attr-defined]
    return kept


def _against_port(terms: Terms, port: str) -> Reasons:
    if not terms.ports or port in terms.ports:
        return []
    ports = ", ".join(pack().port_name(code) for code in terms.ports)
    if not port:
        words = _("Say through which port it leaves. The licence allows: %(ports)s.")
        return [{"code": ReasonCode.PORT_NOT_SAID, "detail": words % {"ports": ports}}]
    words = _("It may not leave through %(port)s. The licence allows: %(ports)s.")
    return [
        {"code": ReasonCode.OTHER_PORT, "detail": words % {"port": pack().port_name(port), "ports": ports}}
    ]


def _against_regime(terms: Terms, regime: str) -> Reasons:
    if not terms.regimes or regime in terms.regimes:
        return []
    regimes = ", ".join(str(pack().regime_name(code)) for code in terms.regimes)
    if not regime:
        words = _("Say under which customs procedure it leaves. The licence allows: %(regimes)s.")
        return [{"code": ReasonCode.REGIME_NOT_SAID, "detail": words % {"regimes": regimes}}]
    words = _("It may not leave under the procedure “%(regime)s”. The licence allows: %(regimes)s.")
    said = {"regime": pack().regime_name(regime), "regimes": regimes}
    return [{"code": ReasonCode.OTHER_REGIME, "detail": words % said}]


def _against_days(terms: Terms, today: date) -> Reasons:
    if terms.first_day and today < terms.first_day:
        words = _("The licence lets goods leave from %(day)s on.")
        return [{"code": ReasonCode.TOO_EARLY, "detail": words % {"day": terms.first_day.isoformat()}}]
    if terms.last_day and today > terms.last_day:
        words = _("The licence let goods leave until %(day)s.")
        return [{"code": ReasonCode.TOO_LATE, "detail": words % {"day": terms.last_day.isoformat()}}]
    return []


def _against_consignee(terms: Terms, licence: Licence, consignee: str) -> Reasons:
    if not terms.named_consignee:
        return []
    parties = licence.application.parties.filter(role__in=RECEIVERS)
    named = {comparable(party.name).spelled for party in parties}
    if consignee.strip() and comparable(consignee).spelled in named:
        return []
    names = "; ".join(dict.fromkeys(party.name for party in parties))
    if not consignee.strip():
        words = _("Say who receives the goods. The licence allows: %(names)s.")
        return [{"code": ReasonCode.CONSIGNEE_NOT_SAID, "detail": one_stop(words % {"names": names})}]
    words = _("“%(consignee)s” may not receive the goods. The licence allows: %(names)s.")
    detail = one_stop(words % {"consignee": consignee, "names": names})
    return [{"code": ReasonCode.OTHER_CONSIGNEE, "detail": detail}]


def one_stop(sentence: str) -> str:
    """Return a sentence that ends with one full stop, also where a name at its end brings its own."""
    return sentence.removesuffix("..") + "." if sentence.endswith("..") else sentence
