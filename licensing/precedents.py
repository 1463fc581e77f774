"""Goods that were classified before, for the search for entries to look at.

Officers see what was decided about anybody's goods; an exporter only goods of the own company. `at` says
which editions count: one decided under another is heeded only if its entries say the same.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from licensing.classification import digest, goods_of
from licensing.models import CLOSED, Application, ApplicationStatus, GoodsAssessment, GoodsLine, Organisation
from screening.classification.answers import Precedent
from screening.control_models import ControlEdition, EntryVersion

MOST = 2000  # the newest: older ones seldom rest on an edition that still says the same


@dataclass(frozen=True, slots=True)
class Past:
    """A line classified before, and what the search is told of it."""

    line: GoodsLine
    codes: tuple[str, ...]
    assessment: GoodsAssessment | None  # None where only the exporter named a code
    precedent: Precedent


Library = dict[str, Past]  # by the key of the precedent
Found = tuple[GoodsLine, tuple[str, ...], GoodsAssessment | None]


def decided(at: datetime, *, but: Application | None = None) -> Library:
    """Return the goods of every decided application, the newest first; without those of `but`."""
    closed = (ApplicationStatus.APPROVED, ApplicationStatus.REFUSED)
    lines = GoodsLine.objects.filter(application__status__in=closed, assessments__isnull=False)
    return _library(lines.exclude(application=but) if but else lines, at)


def of_company(company: Organisation, at: datetime, *, but: Application | None = None) -> Library:
    """Return the company's own goods that were handed in before: by what was decided, or else by the code the
    company named. What officers say of an application that is not approved is not told."""
    handed_in = Application.objects.filter(organisation=company).exclude(
        status__in=[ApplicationStatus.DRAFT, ApplicationStatus.WITHDRAWN]
    )
    lines = GoodsLine.objects.filter(application__in=handed_in.exclude(pk=but.pk) if but else handed_in)
    return _library(lines, at, told=(ApplicationStatus.APPROVED,), claims_count=True)


def _library(
    lines: QuerySet[GoodsLine], at: datetime, *, told: Iterable[str] = CLOSED, claims_count: bool = False
) -> Library:
    """`told` are the statuses of applications whose assessment the reader may hear; where `claims_count`, the
    code that the exporter names stands in for it."""
    newest = list(
        lines.distinct()
        .select_related("application__organisation")
        .order_by("-application__submitted_at", "pk")[:MOST]
    )
    assessed = _assessed(newest)
    found: list[Found] = []
    for line in newest:
        last = assessed.get(line.pk) if line.application.status in told else None
        if last:
            found.append((line, tuple(last.codes), last))
        elif claims_count and line.control_code:
            found.append((line, (line.control_code,), None))
    return _checked(found, at)


def _assessed(lines: list[GoodsLine]) -> dict[int, GoodsAssessment]:
    rows = GoodsAssessment.objects.filter(line__in=lines).select_related("edition", "by").order_by("at", "pk")
    by_line = {line.pk: line for line in lines}
    return {row.line_id: row for row in rows if row.goods_digest == digest(by_line[row.line_id])}


def _checked(found: list[Found], at: datetime) -> Library:
    """Check each again that rests on another edition than that in force at `at`: it counts where each of its
    entries says the same there, and is left out otherwise. "Not listed" cannot be checked so."""
    now = {edition.list_id: edition for edition in ControlEdition.objects.in_force(at)}
    others = {last.edition_id for _line, _codes, last in found if last} - {one.pk for one in now.values()}
    said = _digests([*others, *(one.pk for one in now.values())] if others else [], found)
    library: Library = {}
    for line, codes, last in found:
        current = now.get(last.edition.list_id) if last else None
        if last and not (current and _still_holds(codes, last, current, said)):
            continue
        key = f"{line.application.reference}/{line.number}"
        edition_id = current.pk if current else None
        told = Precedent(key, goods_of(line).text, codes, edition_id, is_decided=last is not None)
        library[key] = Past(line, codes, last, told)
    return library


def _still_holds(
    codes: tuple[str, ...], last: GoodsAssessment, current: ControlEdition, said: dict[tuple[int, str], str]
) -> bool:
    if current.pk == last.edition_id:
        return True
    return bool(codes) and all(
        (text := said.get((last.edition_id, code))) and text == said.get((current.pk, code)) for code in codes
    )


def _digests(editions: Iterable[int], found: list[Found]) -> dict[tuple[int, str], str]:
    wanted = {code for _line, codes, _last in found for code in codes}
    rows = EntryVersion.objects.filter(edition__in=list(editions), code__in=wanted)
    return {(row.edition_id, row.code): row.digest for row in rows}
