"""How the goods of a case are assessed, line by line, as the pages of officers show it."""

from dataclasses import dataclass

from licensing.classification import answered, assessed, digest
from licensing.models import (
    Application,
    ApplicationStatus,
    GoodsAssessment,
    GoodsLine,
    GoodsSuggestion,
    SuggestionAnswer,
)
from portal.control_pages import address
from portal.suggested import regimes_of
from screening.control.lists import name_of
from screening.control.wording import base
from screening.control_models import ControlEdition


@dataclass(frozen=True, slots=True)
class Entry:
    code: str
    url: str
    regimes: list[str]


@dataclass(frozen=True, slots=True)
class Row:
    """A line of goods with the assessment that counts and what the exporter answered."""

    line: GoodsLine
    assessment: GoodsAssessment | None
    overtaken: GoodsAssessment | None
    list_name: str
    entries: list[Entry]
    answers: list[GoodsSuggestion]


def rows(application: Application) -> list[Row]:
    found = assessed(application)
    given = answered(one.line for one in found)
    return [
        Row(
            one.line,
            one.assessment,
            one.overtaken,
            str(name_of(one.assessment.edition.list)) if one.assessment else "",
            entries(one.assessment.edition, one.assessment.codes) if one.assessment else [],
            [row for row in given.get(one.line.pk, []) if _counts(row, one.line)],
        )
        for one in found
    ]


def _counts(row: GoodsSuggestion, line: GoodsLine) -> bool:
    """Say whether the exporter answered about what the line says now."""
    return row.answer != SuggestionAnswer.NONE and row.goods_digest == digest(line)


def entries(edition: ControlEdition, codes: list[str]) -> list[Entry]:
    """Return the codes with their pages and regimes; a paragraph a catalogue lacks leads to its entry."""
    regimes = regimes_of(edition, map(base, codes))
    wanted = {*codes, *map(base, codes)}
    known = set(edition.versions.filter(code__in=wanted).values_list("code", flat=True))
    return [
        Entry(code, address(edition, code if code in known else base(code)), regimes.get(base(code), []))
        for code in codes
    ]


def may_be_assessed(application: Application) -> bool:
    return application.status == ApplicationStatus.IN_REVIEW
