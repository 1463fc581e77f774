"""What an exporter writes into an application before it is handed in, and while we wait for an answer."""

from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _

from licensing import documents, references
from licensing.errors import Refused
from licensing.models import (
    Action,
    Application,
    ApplicationKind,
    ApplicationStatus,
    Document,
    DocumentKind,
    EndUseDeclaration,
    Event,
    GoodsLine,
    Party,
    User,
)
from licensing.permissions import Permission, has, may

EDITABLE = (ApplicationStatus.DRAFT, ApplicationStatus.INFORMATION_REQUESTED)
LINES_AT_MOST = 200
PARTIES_AT_MOST = 60
DOCUMENTS_AT_MOST = 40


@transaction.atomic
def start(kind: ApplicationKind, *, by: User, at: datetime) -> Application:
    """Begin a draft for the user's organisation, with their own details as the contact."""
    if not has(by, Permission.APPLY) or by.organisation is None:
        raise Refused(_("Your role does not allow this."))
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
    Event.objects.create(application=application, action=Action.START, by=by, at=at, after={"kind": kind})
    return application


@transaction.atomic
def save(application_id: int, *, by: User, at: datetime, **fields: Any) -> Application:
    """Write fields of the application itself (about, route, end use in words)."""
    application = _editable(application_id, by)
    _write(application, application, fields, by=by, at=at)
    return application


@transaction.atomic
def put_goods(
    application_id: int, line_id: int | None, *, by: User, at: datetime, **fields: Any
) -> GoodsLine:
    """Add a line of goods, or change line `line_id`."""
    application = _editable(application_id, by)
    if line_id is None:
        if application.goods.count() >= LINES_AT_MOST:
            raise Refused(
                _("An application can have at most %(count)d lines of goods.") % {"count": LINES_AT_MOST}
            )
        last = application.goods.aggregate(last=models.Max("number"))["last"] or 0
        line = GoodsLine(application=application, number=last + 1)
    else:
        line = application.goods.get(pk=line_id)
    _write(application, line, fields, by=by, at=at)
    return line


@transaction.atomic
def put_party(application_id: int, party_id: int | None, *, by: User, at: datetime, **fields: Any) -> Party:
    """Add a party, or change party `party_id`."""
    application = _editable(application_id, by)
    if party_id is None:
        if application.parties.count() >= PARTIES_AT_MOST:
            raise Refused(
                _("An application can have at most %(count)d parties.") % {"count": PARTIES_AT_MOST}
            )
        party = Party(application=application)
    else:
        party = application.parties.get(pk=party_id)
    _write(application, party, fields, by=by, at=at)
    return party


@transaction.atomic
def drop_goods(application_id: int, line_id: int, *, by: User, at: datetime) -> None:
    application = _draft(application_id, by)
    _drop(application, application.goods.get(pk=line_id), by=by, at=at)


@transaction.atomic
def drop_party(application_id: int, party_id: int, *, by: User, at: datetime) -> None:
    application = _draft(application_id, by)
    _drop(application, application.parties.get(pk=party_id), by=by, at=at)


@transaction.atomic
def declare(
    application_id: int, *, end_use: str, answers: dict[str, tuple[bool, str]], by: User, at: datetime
) -> Application:
    """Write the end use and the answers given so far: question -> (yes or no, explanation)."""
    application = _editable(application_id, by)
    _write(application, application, {"end_use": end_use}, by=by, at=at)
    for question, (answer, explanation) in answers.items():
        declaration = application.declarations.filter(question=question).first() or EndUseDeclaration(
            application=application, question=question
        )
        _write(application, declaration, {"answer": answer, "explanation": explanation}, by=by, at=at)
    return application


@transaction.atomic
def add_document(
    application_id: int, upload: documents.Upload, *, kind: DocumentKind, by: User, at: datetime
) -> Document:
    """Keep a file with the application. Raises Refused if it is empty, too large or not of a kind we take."""
    application = _editable(application_id, by)
    if application.documents.count() >= DOCUMENTS_AT_MOST:
        raise Refused(
            _("An application can have at most %(count)d documents.") % {"count": DOCUMENTS_AT_MOST}
        )
    file = documents.keep_upload(upload, at=at)
    known = application.documents.filter(kind=kind, file=file).first()
    if known:
        raise Refused(_("This file is already there as “%(name)s”.") % {"name": known.name})
    document = Document(application=application)
    fields = {"kind": kind, "name": upload.name, "file_id": file.pk, "added_by_id": by.pk, "added_at": at}
    _write(application, document, fields, by=by, at=at)
    return document


@transaction.atomic
def drop_document(application_id: int, document_id: int, *, by: User, at: datetime) -> None:
    """Take a document out of a draft. The file itself stays: another application may have the same."""
    application = _draft(application_id, by)
    _drop(application, application.documents.get(pk=document_id), by=by, at=at)


def _editable(application_id: int, by: User) -> Application:
    application = Application.objects.lock(application_id)
    if not may(by, Permission.APPLY, application):
        raise Refused(_("Your role does not allow this."))
    if application.status not in EDITABLE:
        raise Refused(
            _("%(reference)s has been handed in, so it can no longer be changed.")
            % {"reference": application.reference}
        )
    return application


def _draft(application_id: int, by: User) -> Application:
    """Nothing is deleted once it was handed in: it can only be corrected."""
    application = _editable(application_id, by)
    if application.status != ApplicationStatus.DRAFT:
        raise Refused(_("What was handed in can be corrected but not removed."))
    return application


def _write(
    application: Application, row: models.Model, fields: dict[str, Any], *, by: User, at: datetime
) -> None:
    """Set the fields, store the row, and log which of them changed from what to what."""
    before = {name: getattr(row, name) for name in fields}
    for name, value in fields.items():
        setattr(row, name, value)
    added = row.pk is None
    row.save()
    changed = [name for name, value in fields.items() if added or before[name] != value]
    application.saved_at = at
    application.save(update_fields=["saved_at"])
    if changed:
        Event.objects.create(
            application=application,
            action=Action.EDIT,
            by=by,
            at=at,
            before={} if added else {name: _plain(before[name]) for name in changed},
            after={name: _plain(fields[name]) for name in changed},
            data=_what(row),
        )


def _drop(application: Application, row: models.Model, *, by: User, at: datetime) -> None:
    before = {
        field.attname: _plain(field.value_from_object(row))
        for field in row._meta.concrete_fields
        if field.attname not in ("id", "application_id")
    }
    Event.objects.create(
        application=application, action=Action.EDIT, by=by, at=at, before=before, data=_what(row)
    )
    row.delete()
    application.saved_at = at
    application.save(update_fields=["saved_at"])


def _what(row: models.Model) -> dict[str, Any]:
    return {"what": row._meta.model_name, "id": row.pk}


def _plain(value: Any) -> Any:
    """Return the value as JSON can hold it without loss: decimals and dates as text."""
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value if isinstance(value, str | bool | int | None) else str(value)
