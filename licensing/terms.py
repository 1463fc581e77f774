"""Conditions as data: what an officer sets, how the licence words it, and what it says against a shipment."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple

from django.db.models import F, Sum, prefetch_related_objects
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from licensing import chains
from licensing.bookings import Reasons, in_words, reason
from licensing.country import Text, pack
from licensing.errors import ReasonCode
from licensing.models import (
    LedgerEntry,
    Licence,
    LicenceLine,
    Recommendation,
    ShipmentLimit,
    Terms,
)
from licensing.models.applications import PartyRole
from licensing.references import read_reference
from licensing.units import one_or_more, plain, unit_name
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


class Limit(NamedTuple):
    """How much of a line may leave with one declaration."""

    line: int  # its number
    most: Decimal
    unit: str  # UN/ECE Recommendation 20


class Stated(NamedTuple):
    """What a licence asks of every shipment; an empty field asks nothing."""

    ports: Sequence[str]
    regimes: Sequence[str]
    first_day: date | None
    last_day: date | None
    named_consignee: bool
    quantity_tolerance: Decimal
    value_tolerance: Decimal
    limits: Sequence[Limit]


class ClauseKind(StrEnum):
    """What a condition is about, as machines read it."""

    PORT = "port"
    REGIME = "regime"
    CONSIGNEE = "consignee"
    FIRST_DAY = "first-day"
    LAST_DAY = "last-day"
    MOST_PER_DECLARATION = "most-per-declaration"
    QUANTITY_TOLERANCE = "quantity-tolerance"
    VALUE_TOLERANCE = "value-tolerance"


class Clause(NamedTuple):
    """One condition: what satisfies it, and how it reads."""

    kind: ClauseKind
    values: Sequence[str]  # codes, names, a day or an amount; of codes and names any one will do
    text: Text
    unit: str = ""  # UN/ECE Recommendation 20, where the value is an amount
    line: int | None = None  # where it is about one line alone


PER_CENT = "P1"  # UN/ECE Recommendation 20


def stated(terms: Terms, limits: Sequence[Limit]) -> Stated:
    return Stated(
        terms.ports,
        terms.regimes,
        terms.first_day,
        terms.last_day,
        terms.named_consignee,
        terms.quantity_tolerance,
        terms.value_tolerance,
        limits,
    )


def clauses(stated: Stated, receivers: Iterable[str]) -> list[Clause]:
    """Return each condition by itself. `receivers` are the names that the licence names as such."""
    receivers = list(dict.fromkeys(receivers))
    found = [
        Clause(ClauseKind.PORT, stated.ports, _ports(stated)) if stated.ports else None,
        Clause(ClauseKind.REGIME, stated.regimes, _regimes(stated)) if stated.regimes else None,
        Clause(ClauseKind.FIRST_DAY, [str(stated.first_day)], _from(stated.first_day))
        if stated.first_day
        else None,
        Clause(ClauseKind.LAST_DAY, [str(stated.last_day)], _until(stated.last_day))
        if stated.last_day
        else None,
        Clause(ClauseKind.CONSIGNEE, receivers, NAMED_ONLY) if stated.named_consignee else None,
        *(
            Clause(ClauseKind.MOST_PER_DECLARATION, [plain(one.most)], _limit(one), one.unit, one.line)
            for one in stated.limits
        ),
        _tolerated(ClauseKind.QUANTITY_TOLERANCE, stated.quantity_tolerance, Text("cantidad", "quantity")),
        _tolerated(ClauseKind.VALUE_TOLERANCE, stated.value_tolerance, Text("valor", "value")),
    ]
    return [clause for clause in found if clause]


def stated_of(licence: Licence) -> Stated | None:
    """Return what a licence asks of every shipment, None where that is nothing. Reads its terms, once, and
    its lines."""
    terms = _terms_of(licence)
    if terms is None:
        return None
    most = {limit.goods_id: limit.most for limit in terms.limits.all()}
    lines = [line for line in licence.lines.all() if line.goods_id in most] if most else []
    return stated(terms, [Limit(line.number, most[line.goods_id], line.unit) for line in lines])


def clauses_of(licence: Licence) -> list[Clause]:
    """Return each condition of a licence that is data. Reads its parties too."""
    asked = stated_of(licence)
    if asked is None:
        return []
    parties = sorted(licence.application.parties.all(), key=lambda party: party.pk)
    return clauses(asked, [party.name for party in parties if party.role in RECEIVERS])


def _tolerated(kind: ClauseKind, per_cent: Decimal, of: Text) -> Clause | None:
    if not per_cent:
        return None
    amount = plain(per_cent)
    text = Text(f"Tolerancia: {amount} % en {of.es}.", f"Tolerance: {amount} % in {of.en}.")
    return Clause(kind, [amount], text, PER_CENT)


NAMED_ONLY = Text(
    "Solo al consignatario o usuario final que aquí se nombra.",
    "Only to the consignee or end user named here.",
)


def in_words_of_both(terms: Terms) -> list[Text]:
    """Return one sentence for each condition, as the licence prints them."""
    limits = [Limit(limit.goods.number, limit.most, limit.goods.unit) for limit in terms.limits.all()]
    set_here = stated(terms, limits)
    said = [
        _ports(set_here) if set_here.ports else None,
        _regimes(set_here) if set_here.regimes else None,
        _days(set_here),
        NAMED_ONLY if set_here.named_consignee else None,
        *(_limit(limit) for limit in set_here.limits),
        _tolerance(set_here),
    ]
    return [sentence for sentence in said if sentence]


def _ports(stated: Stated) -> Text:
    ports = ", ".join(pack().port_name(code) for code in stated.ports)
    return Text(f"Sale solo por: {ports}.", f"Leaves only through: {ports}.")


def _regimes(stated: Stated) -> Text:
    regimes = [pack().regime_name(code) for code in stated.regimes]
    return Text(
        f"Solo bajo el régimen: {', '.join(one.es for one in regimes)}.",
        f"Only under the customs procedure: {', '.join(one.en for one in regimes)}.",
    )


def _days(stated: Stated) -> Text | None:
    first, last = stated.first_day, stated.last_day
    if first and last:
        return Text(f"Sale entre el {first} y el {last}.", f"Leaves between {first} and {last}.")
    if first:
        return _from(first)
    return _until(last) if last else None


def _from(first: date) -> Text:
    return Text(f"No sale antes del {first}.", f"Leaves no earlier than {first}.")


def _until(last: date) -> Text:
    return Text(f"Sale a más tardar el {last}.", f"Leaves by {last}.")


def _limit(limit: Limit) -> Text:
    most, spanish, english = plain(limit.most), *_names(limit)
    return Text(
        f"Línea {limit.line}: {most} {spanish} como máximo por declaración.",
        f"Line {limit.line}: at most {most} {english} with each declaration.",
    )


def _names(limit: Limit) -> tuple[str, str]:
    return unit_name(limit.unit, "es", limit.most), unit_name(limit.unit, "en", limit.most)


def _tolerance(stated: Stated) -> Text | None:
    quantity, value = plain(stated.quantity_tolerance), plain(stated.value_tolerance)
    if not stated.quantity_tolerance and not stated.value_tolerance:
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


def against_amount(
    line: LicenceLine, declaration: str, amount: Decimal, *, account: LicenceLine | None = None
) -> Reasons:
    """Return what the conditions say against so much of a line with one declaration, its parts together.

    `account` is the line that carries on the account of `line`, if that is another.
    """
    terms = _terms_of(line.licence)
    limit = (
        next((one for one in terms.limits.all() if one.goods_id == line.goods_id), None) if terms else None
    )
    if limit is None:
        return []
    before = _moved_with(account or line, declaration)
    if before + amount <= limit.most:
        return []
    words = ngettext(
        "Line %(line)d: at most %(most)s may leave with one declaration; this would make %(asked)s.",
        "Line %(line)d: at most %(most)s may leave with one declaration; this would make %(asked)s.",
        one_or_more(limit.most),
    )
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
