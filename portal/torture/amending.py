"""How a made-up licence comes to be amended: asked for by its holder and looked into, up to the decision."""

import io
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import screening
from licensing import assessment
from licensing.actions import amendments, applications, casework, drafts
from licensing.documents import Upload
from licensing.models import (
    Application,
    ApplicationStatus,
    DocumentKind,
    EndUseQuestion,
    Licence,
    Outcome,
    Screening,
    User,
)
from portal.demonstration import play
from portal.demonstration.paper import paper
from portal.made_up import MARK
from screening import imports
from screening.control import catalogue
from screening.control_models import ControlEdition
from screening.models import ListVersion

MORE, MORE_VALUE = Decimal(100_000), Decimal(10_000)  # of each line than was granted
LIST, FILE = "demo-un", "un_fictional.xml"
MONTHS = 12
NO = (False, "")


def bring_to_decision(licence: Licence, *, holder: User, officer: User, at: datetime) -> Application:
    """Return the amendment of a licence in force as it waits for its decision. It asks for more of each line,
    so that all that has left or is reserved fits.

    One that is on its way already is taken from where it stands.
    """
    make_decidable(at)
    known = amendments.open_of(licence)
    case = known.application if known else amendments.start(licence.pk, changes=MARK, by=holder, at=at)
    if case.status == ApplicationStatus.DRAFT:
        _fill_in(case, licence, holder, at)
        applications.submit(case.pk, by=holder, at=at)
        case.refresh_from_db()
    _compare(case, at)
    if case.status == ApplicationStatus.SUBMITTED:
        case = casework.take_on(case.pk, by=officer, at=at)
    if case.status == ApplicationStatus.IN_REVIEW:
        stage = play.Stage(case, officer, at)
        play.recommend(stage, outcome=Outcome.APPROVE, reasons=MARK, months=MONTHS, conditions=[])
    return case


def make_decidable(at: datetime) -> None:
    """Put a list and the catalogue in force, unless there are any: nothing is decided without."""
    if not ListVersion.objects.in_force(at).exists():
        path = Path(screening.__file__).parent / "demonstration" / FILE
        imports.carry_out(imports.ask(LIST, path, by_name=MARK, at=at).pk, at=at)
    if not ControlEdition.objects.in_force(at).filter(list__code=catalogue.LIST).exists():
        catalogue.load(by_name=MARK, at=at)


def _fill_in(case: Application, licence: Licence, holder: User, at: datetime) -> None:
    """Write what an application needs and a made-up one lacks, and what is asked for."""
    drafts.save(case.pk, contact_name=holder.name, contact_email=holder.email, by=holder, at=at)
    answers = dict.fromkeys(EndUseQuestion.values, NO)
    drafts.declare(case.pk, end_use=MARK, answers=answers, by=holder, at=at)
    if not case.documents.exists():
        content = paper(MARK, [case.reference])
        upload = Upload("inventado.pdf", len(content), io.BytesIO(content))
        kind = DocumentKind.END_USER_CERTIFICATE
        drafts.add_document(case.pk, upload, kind=kind, by=holder, at=at)
    granted = {line.number: line for line in licence.lines.all()}
    for goods in case.goods.all():
        line = granted[goods.number]
        quantity, value = line.granted + MORE, line.value + MORE_VALUE
        drafts.put_goods(case.pk, goods.pk, by=holder, at=at, quantity=quantity, value=value)


def _compare(case: Application, at: datetime) -> None:
    newest = Screening.objects.newest_of(case)
    if newest is None or newest.finished_at is None:
        screening_id = (newest or assessment.ask(case, at=at)).pk
        assessment.screen(screening_id, at=at)
