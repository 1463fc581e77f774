"""What an exporter writes into an application before it is handed in, and while we wait for an answer."""

from datetime import datetime
from typing import Any, cast

from django.db import models, transaction
from django.utils.translation import gettext as _

from licensing import documents, edits, goods_checks, references
from licensing.classification import Offer, Weighed, answered, digest
from licensing.errors import Refused
from licensing.models import (
    WITH_EXPORTER,
    Action,
    Application,
    ApplicationKind,
    ApplicationStatus,
    Document,
    DocumentKind,
    EndUseDeclaration,
    Event,
    GoodsLine,
    GoodsSuggestion,
    Party,
    SuggestionAnswer,
    User,
)
from licensing.permissions import Permission, has, may

LINES_AT_MOST = 200
PARTIES_AT_MOST = 60
DOCUMENTS_AT_MOST = 40

# What an earlier application says that a later one of the same business usually says too.
COPIED_FIELDS = (
    "organisation",
    "kind",
    "contact_name",
    "contact_email",
    "contact_phone",
    "dispatched_from",
    "destination",
    "transport_mode",
    "port_of_loading",
    "port_of_discharge",
    "transit_countries",
    "end_use",
)


@transaction.atomic
def start(kind: ApplicationKind, *, by: User, at: datetime, once: str = "") -> Application:
    """Begin a draft for the user's organisation, with their own details as the contact.

    `once` is a random word of the page it was asked on: asked again with it, that draft is the answer.
    """
    if not has(by, Permission.APPLY) or by.organisation is None:
        raise Refused(_("Your role does not allow this."))
    if begun := edits.begun(by, once, {"kind": kind}):
        return begun
    application = Application.objects.create(
        reference=references.application_reference(at),
        organisation=by.organisation,
        kind=kind,
        contact_name=by.name,
        contact_email=by.email,
        contact_phone=by.organisation.phone,
        created_by=by,
        created_at=at,
        saved_at=at,
    )
    Event.objects.create(
        application=application, action=Action.START, by=by, at=at, after={"kind": kind}, data={"once": once}
    )
    return application


@transaction.atomic
def copy(application_id: int, *, by: User, at: datetime, once: str = "") -> Application:
    """Begin a draft with what an earlier application said: about, goods, parties, route, end use in words.

    What belongs to one shipment is left out: own reference, date, serial numbers, the answers about the end
    use (they are declared each time) and all documents but technical ones.
    """
    source = Application.objects.lock(application_id)
    if not may(by, Permission.APPLY, source):
        raise Refused(_("Your role does not allow this."))
    said = {"kind": source.kind, "copied_from": source.reference}
    if begun := edits.begun(by, once, said):
        return begun
    kept = {field: getattr(source, field) for field in COPIED_FIELDS}
    application = Application.objects.create(
        reference=references.application_reference(at), created_by=by, created_at=at, saved_at=at, **kept
    )
    for rows in (
        source.goods.all(),
        source.parties.all(),
        source.documents.filter(kind=DocumentKind.TECHNICAL),
    ):
        _copy_rows(rows, application)
    Event.objects.create(
        application=application, action=Action.START, by=by, at=at, after=said, data={"once": once}
    )
    return application


@transaction.atomic
def save(
    application_id: int, *, by: User, at: datetime, seen: int | None = None, **fields: Any
) -> Application:
    """Write fields of the application itself (about, route). Raises edits.Overtaken, as the next ones do."""
    application = editable(application_id, by)
    edits.write(application, application, fields, by=by, at=at, seen=seen)
    return application


@transaction.atomic
def put_goods(
    application_id: int,
    line_id: int | None,
    *,
    by: User,
    at: datetime,
    once: str = "",
    seen: int | None = None,
    offer: Offer | None = None,
    **fields: Any,
) -> GoodsLine:
    """Add a line of goods, or change line `line_id`. A line asked for again with the same `once` is there.

    `offer` is what the page suggested for it, with what the exporter made of that.
    """
    application = editable(application_id, by)
    if line_id is None:
        if there := edits.added(application, application.goods, once, fields):
            return cast(GoodsLine, there)
        if application.goods.count() >= LINES_AT_MOST:
            raise Refused(
                _("An application can have at most %(count)d lines of goods.") % {"count": LINES_AT_MOST}
            )
        last = application.goods.aggregate(last=models.Max("number"))["last"] or 0
        line = GoodsLine(application=application, number=last + 1)
    else:
        line = _one(application.goods, line_id)
    edits.write(application, line, fields, by=by, at=at, once=once, seen=seen)
    if offer:
        _keep(application, line, offer, by, at)
    return line


def _keep(application: Application, line: GoodsLine, offer: Offer, by: User, at: datetime) -> None:
    """Keep what was suggested and answered, unless the newest rows say the same already."""
    said = digest(line)
    newest = {row.code: row for row in answered([line]).get(line.pk, ())}
    for one in offer.weighed:
        last = newest.get(one.code)
        now = (offer.edition_id, one.answer, one.reason, said)
        if last and (last.edition_id, last.answer, last.reason, last.goods_digest) == now:
            continue
        row = GoodsSuggestion(
            line=line, edition_id=offer.edition_id, place=one.place, goods_digest=said, by=by, at=at
        )
        told = {"code": one.code, "answer": one.answer, "reason": one.reason}
        if one.answer == SuggestionAnswer.NONE:
            for name, value in told.items():
                setattr(row, name, value)
            row.save()
        else:
            edits.write(application, row, told, by=by, at=at)


@transaction.atomic
def say_why_not(
    application_id: int, line_id: int, *, reason: str, seen: str, by: User, at: datetime
) -> GoodsLine:
    """Keep why the entries that the portal asks about do not fit a line of goods.

    `seen` is the digest of the line that was asked about: of goods changed meanwhile it is asked anew. A
    question that was answered already is left as it is. Raises Refused.
    """
    application = editable(application_id, by)
    line: GoodsLine = _one(application.goods, line_id)
    asked = goods_checks.asked_of(line)
    if asked.check is None or digest(line) != seen:
        raise Refused(_("The goods changed meanwhile. Look at them again, and at what is asked about them."))
    if not reason.strip():
        raise Refused(_("Give the reason."))
    weighed = [
        Weighed(code, place, SuggestionAnswer.REJECTED, reason.strip())
        for place, code in enumerate(asked.check.codes, start=1)
        if code in asked.open_codes
    ]
    _keep(application, line, Offer(asked.check.edition_id, tuple(weighed)), by, at)
    return line


@transaction.atomic
def put_party(
    application_id: int,
    party_id: int | None,
    *,
    by: User,
    at: datetime,
    once: str = "",
    seen: int | None = None,
    **fields: Any,
) -> Party:
    """Add a party, or change party `party_id`. A party asked for again with the same `once` is there."""
    application = editable(application_id, by)
    if party_id is None:
        if there := edits.added(application, application.parties, once, fields):
            return cast(Party, there)
        if application.parties.count() >= PARTIES_AT_MOST:
            raise Refused(
                _("An application can have at most %(count)d parties.") % {"count": PARTIES_AT_MOST}
            )
        party = Party(application=application)
    else:
        party = _one(application.parties, party_id)
    edits.write(application, party, fields, by=by, at=at, once=once, seen=seen)
    return party


@transaction.atomic
def drop_goods(application_id: int, line_id: int, *, by: User, at: datetime) -> None:
    application = _draft(application_id, by)
    edits.drop(application, application.goods.filter(pk=line_id).first(), by=by, at=at)


@transaction.atomic
def drop_party(application_id: int, party_id: int, *, by: User, at: datetime) -> None:
    application = _draft(application_id, by)
    edits.drop(application, application.parties.filter(pk=party_id).first(), by=by, at=at)


@transaction.atomic
def declare(
    application_id: int,
    *,
    end_use: str,
    answers: dict[str, tuple[bool, str]],
    by: User,
    at: datetime,
    seen: int | None = None,
) -> Application:
    """Write the end use and the answers given so far: question -> (yes or no, explanation)."""
    application = editable(application_id, by)
    edits.write(application, application, {"end_use": end_use}, by=by, at=at, seen=seen)
    for question, (answer, explanation) in answers.items():
        declaration = application.declarations.filter(question=question).first() or EndUseDeclaration(
            application=application, question=question
        )
        said = {"answer": answer, "explanation": explanation}
        edits.write(application, declaration, said, by=by, at=at, seen=seen)
    return application


@transaction.atomic
def add_document(
    application_id: int,
    upload: documents.Upload,
    *,
    kind: DocumentKind,
    by: User,
    at: datetime,
    once: str = "",
) -> Document:
    """Keep a file with the application. Raises Refused if it is empty, too large or not of a kind we take."""
    application = editable(application_id, by)
    if application.documents.count() >= DOCUMENTS_AT_MOST:
        raise Refused(
            _("An application can have at most %(count)d documents.") % {"count": DOCUMENTS_AT_MOST}
        )
    file = documents.keep_upload(upload, at=at)
    known = application.documents.filter(kind=kind, file=file).first()
    if known and once and edits.of_page(application, once).filter(data__id=known.pk).exists():
        return known
    if known:
        raise Refused(_("This file is already there as “%(name)s”.") % {"name": known.name})
    document = Document(application=application)
    name = documents.shown_name(upload.name, file.media_type)
    fields = {"kind": kind, "name": name, "file_id": file.pk, "added_by_id": by.pk, "added_at": at}
    edits.write(application, document, fields, by=by, at=at, once=once)
    return document


@transaction.atomic
def drop_document(application_id: int, document_id: int, *, by: User, at: datetime) -> None:
    """Take a document out of a draft. The file itself stays: another application may have the same."""
    application = _draft(application_id, by)
    edits.drop(application, application.documents.filter(pk=document_id).first(), by=by, at=at)


def editable(application_id: int, by: User) -> Application:
    """Return the application, locked. Raises Refused unless `by` may change it now."""
    application = Application.objects.lock(application_id)
    if not may(by, Permission.APPLY, application):
        raise Refused(_("Your role does not allow this."))
    if application.status not in WITH_EXPORTER:
        raise Refused(
            _("%(reference)s has been handed in, so it can no longer be changed.")
            % {"reference": application.reference}
        )
    return application


def _draft(application_id: int, by: User) -> Application:
    """Nothing is deleted once it was handed in: it can only be corrected."""
    application = editable(application_id, by)
    if application.status != ApplicationStatus.DRAFT:
        raise Refused(_("What was handed in can be corrected but not removed."))
    return application


def _one(rows: Any, pk: int) -> Any:
    row = rows.filter(pk=pk).first()
    if row is None:
        raise Refused(_("This has been removed meanwhile. Add it again if it is needed."))
    return row


def _copy_rows(rows: Any, application: Application) -> None:
    copies = []
    for row in rows:
        row.pk, row.application = None, application
        if isinstance(row, GoodsLine):
            row.serial_numbers = []
        copies.append(row)
    rows.model.objects.bulk_create(copies)
