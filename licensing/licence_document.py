"""Make the licence as a document that is signed, printed and shown at the border."""

import io
import json
from datetime import datetime

import pikepdf
from django.db import transaction

from licensing import documents, licence_sheet, pdf, seal
from licensing.licence_sheet import Facts
from licensing.models import Action, Event, Licence, LicenceDocument

MEDIA_TYPE = "application/pdf"


def make(licence_id: int, *, at: datetime) -> None:
    """Make, seal and keep the licence's document. Does nothing if the newest edition says the same already.

    The slow part runs before the licence's row is locked, so that customs never waits for it.
    Raises licence_sheet.TooLong for a licence no document can hold, seal.NoSeal if nothing can be sealed.
    """
    facts = licence_sheet.facts_of(licence_sheet.LICENCES.get(pk=licence_id))
    if _newest_says(licence_id, facts):
        return
    file = documents.keep(io.BytesIO(seal.apply(draw(facts), at=at)), media_type=MEDIA_TYPE, at=at)
    with transaction.atomic():
        licence = Licence.objects.lock(licence_id)
        if _newest_says(licence_id, facts):  # another worker was quicker
            return
        edition = licence.documents.count() + 1
        LicenceDocument.objects.create(licence=licence, file=file, edition=edition, made_at=at)
        Event.objects.create(
            application_id=licence.application_id,
            licence=licence,
            action=Action.RENDER,
            by=None,
            at=at,
            after={"edition": edition, "sha256": file.sha256},
        )


def draw(facts: Facts) -> bytes:
    """Return the document, not yet sealed: the same bytes for the same facts."""
    return pdf.render(
        "documents/licence.html",
        licence_sheet.sheet_of(facts),
        data=pdf.Attachment("licencia.json", "Datos de la licencia", as_json(facts)),
        made_at=datetime.fromisoformat(facts["issued_at"]),
    )


def as_json(facts: Facts) -> bytes:
    return json.dumps(facts, ensure_ascii=False, indent=1, sort_keys=True).encode()


def facts_in(content: bytes) -> Facts:
    """Return the facts that a document made here carries for machines."""
    with pikepdf.open(io.BytesIO(content)) as document:
        facts: Facts = json.loads(document.attachments["licencia.json"].get_file().read_bytes())
        return facts


def _newest_says(licence_id: int, facts: Facts) -> bool:
    newest = (
        LicenceDocument.objects.filter(licence=licence_id).select_related("file").order_by("edition").last()
    )
    return newest is not None and facts_in(documents.read(newest.file)) == facts
