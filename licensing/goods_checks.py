"""What exporters are asked about goods that resemble listed ones although they name no entry for them.

The machine decides nothing: it asks, and an officer reads what was asked and answered. Where it cannot look,
because no edition is in force or its index is still being built, nothing is asked and nobody is held up.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from licensing import precedents
from licensing.classification import answered, asked_at, digest, goods_of
from licensing.models import (
    WITH_EXPORTER,
    Application,
    GoodsCheck,
    GoodsLine,
    GoodsSuggestion,
    SuggestionAnswer,
)
from screening.classification import edition_ready, suggest
from screening.classification.answers import Answer
from screening.control_models import ControlEdition

LINES_AT_ONCE = 40  # a line takes up to half a second where the machine is busy, and somebody waits
NAMED = 3  # entries that a question names at most
NEARLY = 0.8  # what is worth less than this share of the likeliest is not named
EXACT = Decimal("0.001")  # of an alarm


@dataclass(frozen=True, slots=True)
class Asked:
    """A line of goods with what was asked about what it says now."""

    line: GoodsLine
    check: GoodsCheck | None  # None: the goods were not checked as they are now
    answers: tuple[GoodsSuggestion, ...] = ()  # why the entries asked about do not fit
    open_codes: tuple[str, ...] = ()  # those without a reason

    @property
    def is_open(self) -> bool:
        return bool(self.open_codes)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Return what the exporter says, each reason once."""
        return tuple(dict.fromkeys(answer.reason for answer in self.answers))


def to_ask_about(answer: Answer) -> tuple[str, ...]:
    """Return the entries that goods resemble although the exporter names none, or only what is unlike
    everything found: the likeliest first, () where there is nothing to ask."""
    if not answer.may_be_listed or any(not claim.is_far for claim in answer.claims):
        return ()
    return tuple(one.code for one in answer.suggestions[:NAMED] if one.score >= NEARLY)


def check(application: Application, at: datetime) -> None:
    """Look at the lines that were not looked at as they are now, by the edition that counts for the case.

    Repeating it adds nothing. What cannot be looked at is left: the officer sees so.
    """
    if application.status not in WITH_EXPORTER:
        return
    moment = asked_at(application, at)
    edition = edition_ready(moment)
    lines = _unchecked(application.goods.all(), edition)[:LINES_AT_ONCE] if edition else []
    if edition and lines:
        _keep(application, edition, _look_at(lines, application, moment), at)


def _unchecked(lines: Iterable[GoodsLine], edition: ControlEdition) -> list[GoodsLine]:
    lines = list(lines)
    rows = GoodsCheck.objects.filter(line__in=lines, edition=edition)
    done = set(rows.values_list("line_id", "goods_digest"))
    return [line for line in lines if (line.pk, digest(line)) not in done]


def _look_at(lines: list[GoodsLine], application: Application, moment: datetime) -> list[GoodsCheck]:
    """Ask as the page of the exporter does, who must not be asked about what another company's goods say."""
    library = precedents.of_company(application.organisation, moment, but=application)
    told = [past.precedent for past in library.values()]
    found = []
    for line in lines:
        answer = suggest(goods_of(line), at=moment, language="es", precedents=told)
        found.append(
            GoodsCheck(
                line=line,
                edition_id=answer.edition_id,
                alarm=Decimal(answer.alarm).quantize(EXACT),
                codes=list(to_ask_about(answer)),
                goods_digest=digest(line),
            )
        )
    return found


@transaction.atomic
def _keep(application: Application, edition: ControlEdition, found: list[GoodsCheck], at: datetime) -> None:
    """Keep what was found of lines that are still there; whoever looked at the same time found the same."""
    if Application.objects.lock(application.pk).status not in WITH_EXPORTER:
        return
    there = set(application.goods.values_list("pk", flat=True))
    kept = [row for row in found if row.line_id in there and row.edition_id == edition.pk]
    for row in kept:
        row.at = at
    GoodsCheck.objects.bulk_create(kept, ignore_conflicts=True)


def asked(application: Application) -> list[Asked]:
    """Return for every line what was asked about what it says now, and what was answered."""
    return _asked_about(list(application.goods.all()))


def asked_of(line: GoodsLine) -> Asked:
    return _asked_about([line])[0]


def _asked_about(lines: list[GoodsLine]) -> list[Asked]:
    newest = {
        (row.line_id, row.goods_digest): row
        for row in GoodsCheck.objects.filter(line__in=lines)
        .select_related("edition__list")
        .order_by("at", "pk")
    }
    checks = {line.pk: newest.get((line.pk, digest(line))) for line in lines}
    given = answered([line for line in lines if (one := checks[line.pk]) and one.codes])
    return [_asked(line, checks[line.pk], given.get(line.pk, [])) for line in lines]


def _asked(line: GoodsLine, check: GoodsCheck | None, given: list[GoodsSuggestion]) -> Asked:
    if check is None:
        return Asked(line, None)
    answers = tuple(
        row
        for row in given
        if row.code in check.codes
        and row.answer == SuggestionAnswer.REJECTED
        and row.goods_digest == check.goods_digest
    )
    told = {row.code for row in answers}
    return Asked(line, check, answers, tuple(code for code in check.codes if code not in told))
