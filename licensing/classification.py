"""What is said about the classification of a line of goods: what it rests on, and what counts of it."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from licensing.models import (
    Application,
    ApplicationStatus,
    GoodsAssessment,
    GoodsLine,
    GoodsSuggestion,
    SuggestionAnswer,
)
from screening.classification.answers import Goods
from screening.codes import normalise_code
from screening.control.wording import base
from screening.control_models import ControlEdition, EntryVersion


@dataclass(frozen=True, slots=True)
class Assessed:
    """A line of goods with the assessment that counts; None while it waits for one."""

    line: GoodsLine
    assessment: GoodsAssessment | None
    overtaken: GoodsAssessment | None = None  # of what the line said before it was corrected


@dataclass(frozen=True, slots=True)
class Weighed:
    """One suggested entry and what the exporter made of it."""

    code: str
    place: int  # among what was suggested, from 1
    answer: SuggestionAnswer = SuggestionAnswer.NONE
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """What was suggested for a line under one edition."""

    edition_id: int
    weighed: tuple[Weighed, ...] = ()


def goods_of(line: GoodsLine) -> Goods:
    """Return the line as the search for entries takes it."""
    return Goods(
        description=line.description,
        hs_code=line.hs_code,
        claimed=(line.control_code,) if line.control_code else (),
        maker=" ".join(filter(None, (line.manufacturer, line.model))),
    )


def digest(line: GoodsLine) -> str:
    """Return the sha256 of all that says what the goods are."""
    said = [line.description, line.hs_code, line.control_code, line.manufacturer, line.model]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


def asked_at(application: Application, at: datetime) -> datetime:
    """Return the moment whose editions count for the case: when it was handed in, or now where none was."""
    filed = application.submitted_at
    return filed if filed and ControlEdition.objects.in_force(filed).exists() else at


def editions_of(application: Application, at: datetime) -> list[ControlEdition]:
    """Return the editions that the case is assessed by: a newer one never rewrites what was handed in."""
    editions = ControlEdition.objects.in_force(asked_at(application, at)).select_related("list")
    return list(editions.order_by("list__code"))


def assessed(application: Application) -> list[Assessed]:
    """Return every line with its newest assessment, where that is about what the line says now."""
    lines = list(application.goods.all())
    newest = _newest(GoodsAssessment.objects.filter(line__in=lines).select_related("by", "edition__list"))
    found = []
    for line in lines:
        last = newest.get(line.pk)
        counts = last is not None and last.goods_digest == digest(line)
        found.append(Assessed(line, last if counts else None, None if counts else last))
    return found


def codes_that_count(
    lines: Iterable[GoodsLine], *, for_exporters: bool = False
) -> dict[int, tuple[str, ...]]:
    """Return by line the codes its goods go by: what an officer found of what the line says now, also where
    that is none, else what the exporter claims.

    `for_exporters`, what an officer found counts only where the application was approved: of any other the
    exporter does not hear it.
    """
    lines = list(lines)
    assessments = GoodsAssessment.objects.filter(line__in=lines)
    if for_exporters:
        assessments = assessments.filter(line__application__status=ApplicationStatus.APPROVED)
    newest = _newest(assessments)
    found = {}
    for line in lines:
        last = newest.get(line.pk)
        if last is not None and last.goods_digest == digest(line):
            found[line.pk] = tuple(last.codes)
        else:
            found[line.pk] = (normalise_code(line.control_code),) if line.control_code else ()
    return found


def _newest(rows: QuerySet[GoodsAssessment]) -> dict[int, GoodsAssessment]:
    return {row.line_id: row for row in rows.order_by("at", "pk")}


def answered(lines: Iterable[GoodsLine]) -> dict[int, list[GoodsSuggestion]]:
    """Return by line what was suggested to the exporter, the newest row of each code, in the order shown."""
    newest: dict[tuple[int, str], GoodsSuggestion] = {}
    rows = GoodsSuggestion.objects.filter(line__in=list(lines)).select_related("edition", "by")
    for row in rows.order_by("at", "pk"):
        newest[row.line_id, row.code] = row
    by_line: dict[int, list[GoodsSuggestion]] = {}
    for row in sorted(newest.values(), key=lambda row: row.place):
        by_line.setdefault(row.line_id, []).append(row)
    return by_line


def unknown_codes(edition: ControlEdition, codes: Iterable[str]) -> list[str]:
    """Return those that the edition does not have. A catalogue has few paragraphs, so there the entry at the
    top suffices."""
    wanted = list(codes)
    looked_up = {code: base(code) if edition.is_catalogue else code for code in wanted}
    known = set(edition.versions.filter(code__in=set(looked_up.values())).values_list("code", flat=True))
    return [code for code in wanted if looked_up[code] not in known]


def known_bases(codes: Iterable[str]) -> frozenset[str]:
    """Return which codes at the top of `codes` any edition of any list has: "EAR99" is no code."""
    wanted = {base(code) for code in codes}
    return frozenset(EntryVersion.objects.filter(code__in=wanted).values_list("code", flat=True).distinct())


def read_codes(typed: str) -> list[str]:
    """Return the codes of a text such as "5a002a1; 5D002", each once, as the list writes them."""
    parts = typed.replace(";", ",").replace("\n", ",").split(",")
    return list(dict.fromkeys(normalise_code(part) for part in parts if part.strip()))
