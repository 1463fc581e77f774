"""The answer to "is a licence needed?", made ready for pages and machines."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import get_language

from licensing import determination
from licensing.classification import codes_that_count
from licensing.country import pack
from licensing.determination import Answer, Asked, Match, Outcome
from licensing.determination_words import VERDICTS, sentence
from licensing.judgements import HitState, Standing
from licensing.models import Application, GoodsLine
from portal.templatetags.portal import ATTENTION, BAD, INFO, PLAIN
from screening.control.general_licences import GeneralLicence
from screening.control.grounds import Basis, Ground, Weight
from screening.control_models import CatchAllRule, ControlEdition

TONES = {
    Outcome.NEEDED: BAD,
    Outcome.PERSON: ATTENTION,
    Outcome.GENERAL: INFO,
    Outcome.QUESTIONS: PLAIN,
}
SIGNS = {Weight.NEEDED: "warning", Weight.PERSON: "ask", Weight.FACT: "info"}

STRICTEST = tuple(Outcome)  # as the enumeration has them


@dataclass(frozen=True, slots=True)
class Step:
    """A ground in words."""

    code: str
    weight: Weight
    sign: str  # name of an icon
    text: str
    basis: str


@dataclass(frozen=True, slots=True)
class General:
    code: str
    conditions: list[str]


@dataclass(frozen=True, slots=True)
class Shown:
    outcome: Outcome
    tone: str
    word: Promise
    reason: Promise
    steps: list[Step]
    foreign: list[Step]
    general: list[General]
    questions: list[Promise]
    line: GoodsLine | None = None


def shown(answer: Answer, line: GoodsLine | None = None) -> Shown:
    verdict = VERDICTS[answer.outcome]
    return Shown(
        answer.outcome,
        TONES[answer.outcome],
        verdict.word,
        verdict.reason,
        [_step(ground) for ground in answer.grounds],
        [_step(ground) for ground in answer.foreign],
        [_general(licence) for licence in answer.general],
        [question.label for question in answer.open_questions],
        line,
    )


def _step(ground: Ground) -> Step:
    return Step(ground.code, ground.weight, SIGNS[ground.weight], sentence(ground), str(ground.basis))


def _general(licence: GeneralLicence) -> General:
    return General(licence.code, [getattr(one, _language()) for one in licence.conditions])


def of_application(application: Application, at: datetime) -> list[Shown]:
    """Return the answer for each line of goods as the exporter may see it."""
    return [shown(answer, line) for line, answer in determination.of_application(application, pack(), at)]


def of_case(application: Application, at: datetime, standings: Iterable[Standing]) -> list[Shown]:
    """Return the same as officers see it: with what the lists of sanctions say of the end users."""
    match = _match(standings)
    lines = list(application.goods.all())
    found = codes_that_count(lines)
    # One question for each entry that officers found; of the answers the strictest is the line's.
    asked = [
        (line, replace(one, code=code, end_user_match=match))
        for line, one in zip(lines, determination.asked_of(application, lines), strict=True)
        for code in found[line.pk] or ("",)
    ]
    answers = answer_all([one for _line, one in asked], determination.moment_of(application, at))
    strictest: dict[int, Answer] = {}
    for (line, _one), answer in zip(asked, answers, strict=True):
        known = strictest.get(line.pk)
        if known is None or STRICTEST.index(answer.outcome) < STRICTEST.index(known.outcome):
            strictest[line.pk] = answer
    return [shown(strictest[line.pk], line) for line in lines]


@dataclass(frozen=True, slots=True)
class Editions:
    """The editions that a case rests on, and those that have come since."""

    at: datetime
    was_filed: bool
    now: list[tuple[ControlEdition, str]]  # with its list by name
    newer: list[ControlEdition]
    catch_all: list[CatchAllRule]


def editions_of(application: Application, at: datetime) -> Editions:
    moment = determination.moment_of(application, at)
    own = ControlEdition.objects.filter(list__code__in=pack().determining.lists).select_related("list")
    rests_on = list(own.in_force(moment).order_by("list__code"))
    in_force = list(own.in_force(at).order_by("list__code"))
    return Editions(
        moment,
        application.submitted_at is not None,
        [(edition, str(Basis(edition))) for edition in rests_on],
        [edition for edition in in_force if rests_on and edition not in rests_on],
        catch_all(rests_on),
    )


def catch_all(editions: Iterable[ControlEdition]) -> list[CatchAllRule]:
    """Return what the editions ask beside their entries, in the reader's language, each question once."""
    rules = CatchAllRule.objects.filter(edition__in=list(editions), language=_language())
    found = rules.order_by("edition__list__code", "position")
    return list({rule.code: rule for rule in found}.values())


def _language() -> str:
    return "en" if (get_language() or "es").startswith("en") else "es"


def answer_all(asked: list[Asked], at: datetime) -> list[Answer]:
    law = determination.law_at(at, asked, pack())
    return [determination.determine(one, law, pack()) for one in asked]


def _match(standings: Iterable[Standing]) -> Match:
    states = {one.state for one in standings if one.hit.party.role in determination.END_USERS}
    if HitState.SAME in states:
        return Match.SAME
    return Match.OPEN if states - {HitState.DIFFERENT} else Match.NOT_ASKED
