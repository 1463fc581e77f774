"""What the licence will say that takes the place of another, beside what that one says: for officers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from licensing import amendments, terms
from licensing.actions.decisions import granting, period
from licensing.classification import codes_that_count
from licensing.models import (
    Amendment,
    Application,
    ApplicationStatus,
    Licence,
    LicenceLine,
    Outcome,
    Recommendation,
)
from licensing.terms import Clause, ClauseKind
from portal.templatetags.portal import legal_date, money, quantity

LABELS = {
    ClauseKind.PORT: gettext_lazy("Ports"),
    ClauseKind.REGIME: gettext_lazy("Customs procedures"),
    ClauseKind.FIRST_DAY: gettext_lazy("First day"),
    ClauseKind.LAST_DAY: gettext_lazy("Last day"),
    ClauseKind.CONSIGNEE: gettext_lazy("Who may receive"),
    ClauseKind.MOST_PER_DECLARATION: gettext_lazy("Most with one declaration"),
    ClauseKind.QUANTITY_TOLERANCE: gettext_lazy("Tolerance in quantity"),
    ClauseKind.VALUE_TOLERANCE: gettext_lazy("Tolerance in value"),
}

Worded = dict[tuple[str, str], str]  # by label and side, as Row has them


@dataclass(frozen=True, slots=True)
class Row:
    label: str
    side: str  # of which line, or under what supposition; "" where it is about the whole licence
    before: str  # "" if it says nothing
    after: str

    @property
    def differs(self) -> bool:
        return self.before != self.after


@dataclass(frozen=True, slots=True)
class Comparison:
    rows: list[Row]
    is_issued: bool

    @property
    def different(self) -> int:
        return sum(row.differs for row in self.rows)


def of_case(application: Application, at: datetime) -> Comparison | None:
    """Return what the licence says today and what it will say as recommended, if it is decided at `at`; once
    it is issued, what both say. None where the application amends no licence, or no approval is recommended.
    """
    amendment = amendments.of(application)
    if amendment is None:
        return None
    issued: Licence | None = getattr(application, "licence", None)
    recommendation = issued.decision.recommendation if issued else _recommended(application)
    if recommendation is None:
        return None
    days = (issued.valid_from, issued.valid_to) if issued else period(recommendation.months or 0, at)
    rows = [
        *_period(amendment.licence, days, "" if issued else _("if it is decided today")),
        *_lines(amendment, _new_lines(application, issued)),
        *_conditions(amendment.licence.decision.recommendation, recommendation),
        *_terms(amendment, recommendation),
    ]
    return Comparison(rows, issued is not None)


def _recommended(application: Application) -> Recommendation | None:
    if application.status != ApplicationStatus.RECOMMENDED:
        return None
    newest: Recommendation = application.recommendations.latest()
    return newest if newest.outcome == Outcome.APPROVE else None


def _new_lines(application: Application, issued: Licence | None) -> list[LicenceLine]:
    """Return the lines of the new licence: those it has, or those it would be issued with."""
    if issued:
        return list(issued.lines.all())
    goods = list(application.goods.all())
    codes = codes_that_count(goods)
    return [granting(Licence(), one, codes=codes[one.pk]) for one in goods]


def _period(licence: Licence, days: tuple[date, date], supposed: str) -> Iterator[Row]:
    first, last = days
    yield Row(_("Valid from"), supposed, legal_date(licence.valid_from), legal_date(first))
    yield Row(_("Valid to"), supposed, legal_date(licence.valid_to), legal_date(last))


def _lines(amendment: Amendment, new: list[LicenceLine]) -> Iterator[Row]:
    old = {link.goods_id: link.line for link in amendment.lines.select_related("line")}
    for line in new:
        before = old.get(line.goods_id)
        words = _("Line %(number)s") if before else _("Line %(number)s, a new one")
        yield from _line(words % {"number": line.number}, before, line)
    for line in amendments.left_out(amendment):
        yield from _line(_("Line %(number)s, left out") % {"number": line.number}, line, None)


def _line(side: str, before: LicenceLine | None, after: LicenceLine | None) -> Iterator[Row]:
    """Return how much may leave of a line, and what else is another than before."""
    told, tells = _worded(before), _worded(after)
    rows = [Row(label, side, told[label], words) for label, words in tells.items()]
    return (row for row in rows if row.differs or row.label in (_("Quantity"), _("Value")))


def _worded(line: LicenceLine | None) -> dict[str, str]:
    return {
        _("Description"): line.description if line else "",
        _("HS code"): line.hs_code if line else "",
        _("Control list entry"): line.control_code if line else "",
        _("Quantity"): quantity(line.granted, line.unit) if line else "",
        _("Value"): money(line.value, line.currency) if line else "",
    }


def _conditions(before: Recommendation, after: Recommendation) -> Iterator[Row]:
    """Return each condition once, those of the licence today first."""
    for words in dict.fromkeys([*before.conditions, *after.conditions]):
        yield Row(
            _("Condition"),
            "",
            words if words in before.conditions else "",
            words if words in after.conditions else "",
        )


def _terms(amendment: Amendment, recommendation: Recommendation) -> list[Row]:
    """Return the conditions that customs' systems check, in the order of the licence."""
    licence = amendment.licence
    links = amendment.lines.select_related("line", "goods")
    numbers = {link.line.number: link.goods.number for link in links}
    before = _clauses(licence.decision.recommendation, licence.application, numbers)
    after = _clauses(recommendation, amendment.application, {})
    return [Row(*key, before.get(key, ""), after.get(key, "")) for key in dict.fromkeys([*after, *before])]


def _clauses(recommendation: Recommendation, application: Application, numbers: Mapping[int, int]) -> Worded:
    """Return each condition that is data, in words. `numbers`: of a line by the one it has here."""
    stated = terms.stated_by(recommendation)
    found = terms.clauses(stated, terms.receivers_of(application)) if stated else []
    return {_key(clause, numbers): _in_words(clause) for clause in found}


def _key(clause: Clause, numbers: Mapping[int, int]) -> tuple[str, str]:
    label = str(LABELS[clause.kind])
    if clause.line is None:
        return label, ""
    return label, _("Line %(number)s") % {"number": numbers.get(clause.line, clause.line)}


def _in_words(clause: Clause) -> str:
    """Return the sentence of the licence; where it speaks of those named, with their names."""
    sentence = str(clause.text)
    return "\n".join([sentence, *clause.values]) if clause.kind == ClauseKind.CONSIGNEE else sentence
