"""What people of the demonstration do, each by the action that the pages call."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from licensing import assessment, goods_checks
from licensing.actions import (
    advice,
    applications,
    casework,
    classification,
    customs,
    decisions,
    drafts,
    hits,
    ledger,
    licences,
)
from licensing.actions.messages import Declared, Message
from licensing.classification import digest
from licensing.country import pack
from licensing.models import Application, Judgement, Licence, Opinion, Organisation, Screening, User
from screening.control import catalogue
from screening.control_models import ControlEdition

SCREENING_TAKES = timedelta(seconds=20)
NOT_LISTED = (
    "Ninguna entrada las describe; el uso y el usuario final declarados no piden licencia por otra vía."
)

BELOW_THRESHOLDS = "Los valores de nuestra ficha técnica quedan por debajo de los que pide la lista."


@dataclass(frozen=True, slots=True)
class Stage:
    """On which application, who, and when."""

    application: Application
    by: User
    at: datetime

    @property
    def who_and_when(self) -> dict[str, Any]:
        return {"by": self.by, "at": self.at}

    @property
    def licence(self) -> Licence:
        return Licence.objects.get(application=self.application)


def submit(stage: Stage) -> None:
    say_why_not(stage)
    applications.submit(stage.application.pk, **stage.who_and_when)
    screening = Screening.objects.filter(application=stage.application).latest("asked_at")
    assessment.screen(screening.pk, at=stage.at + SCREENING_TAKES)


def say_why_not(stage: Stage) -> None:
    """Answer what is asked about goods that resemble listed ones."""
    goods_checks.check(stage.application, stage.at)
    for asked in goods_checks.asked(stage.application):
        if asked.check and asked.is_open:
            drafts.say_why_not(
                stage.application.pk,
                asked.line.pk,
                reason=BELOW_THRESHOLDS,
                seen=asked.check.goods_digest,
                **stage.who_and_when,
            )


def withdraw(stage: Stage) -> None:
    applications.withdraw(stage.application.pk, **stage.who_and_when)


def take_on(stage: Stage) -> None:
    casework.take_on(stage.application.pk, **stage.who_and_when)


def judge_all(stage: Stage, *, judgement: Judgement, reason: str) -> None:
    for party in stage.application.parties.all():
        for hit in party.hits.filter(gone_at=None):
            hits.judge(hit.pk, judgement=judgement, reason=reason, **stage.who_and_when)


def consult(stage: Stage, *, body: str, question: str) -> None:
    due_on = pack().working_days_after(pack().legal_day(stage.at), pack().consultation_working_days)
    casework.consult(
        stage.application.pk,
        Organisation.objects.get(body_code=body),
        question=question,
        due_on=due_on,
        **stage.who_and_when,
    )


def advise(stage: Stage, *, opinion: Opinion, answer: str) -> None:
    question = stage.application.consultations.waiting().get(body=stage.by.organisation)
    advice.give(question.pk, opinion=opinion, answer=answer, **stage.who_and_when)


def request_information(stage: Stage, *, question: str) -> None:
    casework.request_information(stage.application.pk, question=question, **stage.who_and_when)


def assess_goods(stage: Stage) -> None:
    """Assess each line as the exporter claims, or as not listed."""
    edition = ControlEdition.objects.in_force(stage.at).get(list__code=catalogue.LIST)
    for line in stage.application.goods.all():
        claimed = line.control_code
        reason = f"La ficha técnica corresponde a {claimed}." if claimed else NOT_LISTED
        classification.assess(
            line.pk,
            codes=[claimed] if claimed else [],
            edition_id=edition.pk,
            reason=reason,
            seen=digest(line),
            **stage.who_and_when,
        )


def recommend(stage: Stage, **recommendation: Any) -> None:
    assess_goods(stage)
    casework.recommend(stage.application.pk, **recommendation, **stage.who_and_when)


def approve(stage: Stage, *, reasons: str) -> None:
    decisions.approve(stage.application.pk, reasons=reasons, **stage.who_and_when)


def refuse(stage: Stage, *, reasons: str) -> None:
    decisions.refuse(stage.application.pk, reasons=reasons, **stage.who_and_when)


def suspend(stage: Stage, *, reasons: str) -> None:
    licences.suspend(stage.licence.pk, reasons=reasons, **stage.who_and_when)


def revoke(stage: Stage, *, reasons: str) -> None:
    licences.revoke(stage.licence.pk, reasons=reasons, **stage.who_and_when)


def record_usage(stage: Stage, *, declaration: str, used: Sequence[tuple[int, str, str]]) -> None:
    customs.record_usage(
        stage.licence.reference,
        client_key=f"{declaration}-1",
        declaration=declaration,
        used=[customs.UsedLine(number, Decimal(quantity), unit) for number, quantity, unit in used],
        **stage.who_and_when,
    )


def depart(stage: Stage, *, declaration: str, gone: tuple[int, str, str], days_late: int) -> None:
    number, quantity, unit = gone
    left_at = stage.at - timedelta(days=days_late) if days_late else None
    ledger.depart(
        Message(f"{declaration}-1", declaration, left_at=left_at),
        [Declared(1, stage.licence.reference, number, Decimal(quantity), unit)],
        **stage.who_and_when,
    )
