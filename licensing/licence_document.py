"""Make the licence as a document that is signed, printed and shown at the border."""

import io
import json
from datetime import datetime

import pikepdf
from django.db import transaction

from licensing import documents, licence_sheet, licence_token, pdf, seal, signing
from licensing.licence_sheet import Facts
from licensing.models import Action, Event, Licence, LicenceDocument

MEDIA_TYPE = "application/pdf"


class Overtaken(Exception):
    """Another edition was made meanwhile; try again."""


def make(licence_id: int, *, at: datetime) -> None:
    """Make, sign, seal and keep the licence's document. Does nothing if the newest edition says the same
    already and is signed with a key that still counts.

    The slow part runs before the licence's row is locked, so that customs never waits for it.
    Raises licence_sheet.TooLong for a licence no document can hold, seal.NoSeal if nothing can be sealed,
    signing.NoKey if nothing can be signed.
    """
    licence = licence_sheet.LICENCES.get(pk=licence_id)
    facts, state, edition = licence_sheet.facts_of(licence), licence.state(at), licence.documents.count() + 1
    if _newest_says(licence_id, facts):
        return
    token, kid = licence_token.make(facts, as_json(facts), edition=edition, state=state, at=at)
    file = documents.keep(io.BytesIO(seal.apply(draw(facts, token), at=at)), media_type=MEDIA_TYPE, at=at)
    with transaction.atomic():
        licence = Licence.objects.lock(licence_id)
        if _newest_says(licence_id, facts):  # another worker was quicker
            return
        if licence.documents.count() + 1 != edition:
            raise Overtaken(f"{licence}, edition {edition}")
        LicenceDocument.objects.create(
            licence=licence, file=file, edition=edition, token=token, kid=kid, made_at=at
        )
        Event.objects.create(
            application_id=licence.application_id,
            licence=licence,
            action=Action.RENDER,
            by=None,
            at=at,
            after={"edition": edition, "sha256": file.sha256, "kid": kid},
        )


def draw(facts: Facts, token: str = "") -> bytes:
    """Return the document, not yet sealed: the same bytes for the same facts and token.

    Without a token it is a draft, whose QR code leads to the check by number and code.
    """
    return pdf.render(
        "documents/licence.html",
        licence_sheet.sheet_of(facts, token),
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
    if newest is None or not signing.is_trusted(newest.kid):
        return False
    return facts_in(documents.read(newest.file)) == facts
