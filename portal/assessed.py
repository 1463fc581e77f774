"""How the goods of a case are assessed, line by line, as the pages of officers show it."""

from dataclasses import dataclass

from licensing import goods_checks
from licensing.classification import answered, assessed, digest
from licensing.goods_checks import Asked
from licensing.models import (
    Application,
    ApplicationStatus,
    GoodsAssessment,
    GoodsLine,
    GoodsSuggestion,
    SuggestionAnswer,
)
from portal.asked import entries_of, likelihood
from portal.control_pages import Line, address
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
class Checked:
    """What the search found of a line before it was handed in, and what its exporter was asked and said."""

    asked: Asked
    likelihood: str  # in words
    list_name: str
    entries: list[Line]  # that the exporter was asked about


@dataclass(frozen=True, slots=True)
class Row:
    """A line of goods with the assessment that counts and what the exporter answered."""

    line: GoodsLine
    assessment: GoodsAssessment | None
    overtaken: GoodsAssessment | None
    list_name: str
    entries: list[Entry]
    answers: list[GoodsSuggestion]  # to suggestions that no question was about
    checked: Checked | None  # None: nobody looked before it was handed in


def rows(application: Application) -> list[Row]:
    found = assessed(application)
    given = answered(one.line for one in found)
    asked = {one.line.pk: one for one in goods_checks.asked(application)}
    return [
        Row(
            one.line,
            one.assessment,
            one.overtaken,
            str(name_of(one.assessment.edition.list)) if one.assessment else "",
            entries(one.assessment.edition, one.assessment.codes) if one.assessment else [],
            [
                row
                for row in given.get(one.line.pk, [])
                if _counts(row, one.line) and row not in asked[one.line.pk].answers
            ],
            checked(asked[one.line.pk]),
        )
        for one in found
    ]


def checked(asked: Asked) -> Checked | None:
    if asked.check is None:
        return None
    words = str(likelihood(asked.check.alarm))
    return Checked(
        asked,
        words,
        str(name_of(asked.check.edition.list)),
        entries_of(asked, tuple(asked.check.codes)),
    )


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
