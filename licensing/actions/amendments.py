"""What a holder does to have a licence amended: begins a draft with all that the licence's application says,
and says what changes."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _

from licensing import edits, references
from licensing.actions import drafts
from licensing.country import pack
from licensing.errors import Refused
from licensing.models import (
    Action,
    AmendedLine,
    Amendment,
    Application,
    Event,
    GoodsLine,
    Licence,
    LicenceStatus,
    SurrenderRequest,
    User,
)
from licensing.permissions import Permission, may

# What belongs to one application and not to its content.
OWN_FIELDS = (
    "id",
    "reference",
    "status",
    "created_by",
    "created_at",
    "saved_at",
    "submitted_at",
    "case_officer",
)
GOODS_FIELDS = tuple(
    field.name
    for field in GoodsLine._meta.concrete_fields
    if field.name not in ("id", "application", "number")
)


@transaction.atomic
def start(licence_id: int, *, changes: str, by: User, at: datetime, once: str = "") -> Application:
    """Begin a draft that amends the licence, with everything its application says, and say what changes. Only
    the date of the first shipment is left empty where it is past.

    `once` is a random word of the page it was asked on: asked again with it, that draft is the answer.
    """
    licence = Licence.objects.lock(licence_id)
    if not may(by, Permission.APPLY, licence):
        raise Refused(_("Your role does not allow this."), code="not-allowed")
    said = {"kind": licence.application.kind, "amends": licence.reference, "changes": changes.strip()}
    if begun := edits.begun(by, once, said):
        return begun
    if reasons := against_start(licence, at):
        raise Refused(*reasons)
    _check(changes)
    application = _copy(licence.application, by, at)
    amendment = Amendment.objects.create(
        application=application, licence=licence, changes=changes.strip(), by=by, at=at
    )
    _link(amendment, licence)
    Event.objects.create(
        application=application, action=Action.START, by=by, at=at, after=said, data={"once": once}
    )
    return application


def against_start(licence: Licence, at: datetime) -> list[str]:
    """Return why no amendment of the licence can be asked for now; nothing means it can."""
    if licence.status != LicenceStatus.ACTIVE or not licence.is_live(at):
        return [_("Only a licence that is in force can be amended.")]
    if SurrenderRequest.objects.filter(licence=licence).exists():
        return [_("This licence has been given back, so it can't be amended.")]
    if known := open_of(licence):
        words = _("An amendment of %(licence)s is open already: %(application)s.")
        return [words % {"licence": licence.reference, "application": known.application.reference}]
    return []


def open_of(licence: Licence) -> Amendment | None:
    return licence.amendments.filter(is_open=True).select_related("application").first()


@transaction.atomic
def reword(
    application_id: int, *, changes: str, by: User, at: datetime, seen: int | None = None
) -> Amendment:
    """Say anew what changes, and why. Raises edits.Overtaken if somebody else did meanwhile."""
    application = drafts.editable(application_id, by)
    _check(changes)
    amendment = Amendment.objects.select_for_update().get(application=application)
    edits.write(application, amendment, {"changes": changes.strip()}, by=by, at=at, seen=seen)
    return amendment


@transaction.atomic
def put_back(application_id: int, line_id: int, *, by: User, at: datetime) -> GoodsLine:
    """Take a line of the licence into the draft again that was taken out of it. One that is there already is
    what was wanted."""
    application = drafts.editable(application_id, by)
    amendment = Amendment.objects.get(application=application)
    if there := amendment.lines.filter(line=line_id).select_related("goods").first():
        return there.goods
    line = amendment.licence.lines.select_related("goods").filter(pk=line_id).first()
    if line is None:
        raise Refused(_("The licence has no such line."))
    fields = {name: getattr(line.goods, name) for name in GOODS_FIELDS}
    goods = drafts.put_goods(application_id, None, by=by, at=at, **fields)
    AmendedLine.objects.create(amendment=amendment, goods=goods, line=line)
    return goods


def _check(changes: str) -> None:
    if not changes.strip():
        raise Refused(_("Write what changes, and why."))


def _copy(source: Application, by: User, at: datetime) -> Application:
    kept = {
        field.name: getattr(source, field.name)
        for field in Application._meta.concrete_fields
        if field.name not in OWN_FIELDS
    }
    if _is_past(source, at):
        kept["dispatch_on"] = None
    application = Application.objects.create(
        reference=references.application_reference(at), created_by=by, created_at=at, saved_at=at, **kept
    )
    rows: tuple[models.QuerySet[Any], ...] = (
        source.goods.all(),
        source.parties.order_by("pk"),
        source.declarations.order_by("pk"),
        source.documents.order_by("pk"),
    )
    for of_it in rows:
        of_it.model.objects.bulk_create(_copies(of_it, application))
    return application


def _is_past(source: Application, at: datetime) -> bool:
    """Say whether the first shipment was expected before `at`: nobody can expect it any more."""
    return source.dispatch_on is not None and source.dispatch_on < pack().legal_day(at)


def _copies(rows: Iterable[Any], application: Application) -> Iterable[Any]:
    for row in rows:
        row.pk, row.application = None, application
        yield row


def _link(amendment: Amendment, licence: Licence) -> None:
    lines = {line.goods.number: line for line in licence.lines.select_related("goods")}
    AmendedLine.objects.bulk_create(
        AmendedLine(amendment=amendment, goods=goods, line=lines[goods.number])
        for goods in amendment.application.goods.all()
        if goods.number in lines
    )
