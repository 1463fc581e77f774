"""Goods that customs keeps back: one asks at the dock, the authority answers against a clock.

That goods are kept holds at once, one person may say so. That they may go takes two.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from licensing import bookings, counted, documents, notifications, thumbnails
from licensing.country import pack
from licensing.documents import Upload
from licensing.errors import ReasonCode, Refused
from licensing.models import (
    Action,
    Detention,
    DetentionAnswer,
    DetentionConfirmation,
    DetentionNote,
    DetentionPhoto,
    DetentionReminder,
    DetentionState,
    DetentionVerdict,
    Event,
    Licence,
    User,
)
from licensing.permissions import Permission, has
from licensing.references import read_licence_number, read_reference
from licensing.units import plain
from screening import locks

MOST_PHOTOS = 6  # of one note
LONGEST_DECLARATION = 60  # characters, in the one form of it


@transaction.atomic
def detain(
    *,
    number: str,
    declaration: str,
    port: str,
    goods: str,
    question: str,
    photos: Sequence[Upload],
    once: str,
    by: User,
    at: datetime,
) -> tuple[Detention, bool]:
    """Keep goods back and ask the authority. Return the detention, and whether it is new.

    `number` is the licence as presented, "" where there is none; one we don't know is kept as it is. From the
    commit on nothing is written off for this declaration. The same `once` changes nothing.
    """
    if not has(by, Permission.REPORT_USAGE):
        raise Refused(_("Your role does not allow this."), code="not-allowed")
    if known := Detention.objects.filter(by=by, once=once).first():
        return known, False
    if not question.strip() or not goods.strip() or not declaration.strip():
        raise Refused(_("Say what the goods are, of which declaration, and what you want to know."))
    declaration = read_reference(declaration)  # however somebody else writes it
    if len(declaration) > LONGEST_DECLARATION:
        words = _("Write the number of the declaration in at most %(most)d letters and digits.")
        raise Refused(words % {"most": LONGEST_DECLARATION})
    pictures = _pictures(photos)  # before anything is locked: it takes its time
    locks.wait_for(f"detention of {by.pk} {once}")
    if known := Detention.objects.filter(by=by, once=once).first():
        return known, False
    reference = read_licence_number(number)
    licence = bookings.locked([reference]).get(reference)
    detention = Detention.objects.create(
        licence=licence,
        number=reference[:30],
        declaration=declaration,
        port=port,
        goods=goods.strip(),
        once=once,
        by=by,
        at=at,
        due_at=at + timedelta(hours=pack().detention_hours),
    )
    _write(detention, question, pictures, by, at)
    _log(Action.DETAIN, detention, by, at, question=question.strip(), counted=_counted(declaration))
    return detention, True


def _counted(declaration: str) -> list[dict[str, Any]]:
    """Return what an event says was counted for the declaration until then."""
    return [
        {
            "licence": one.line.licence.reference,
            "line": one.line.number,
            "quantity": plain(one.quantity),
            "unit": one.line.unit,
            "has_left": one.has_left,
            "at": one.at.isoformat(),
        }
        for one in counted.for_declaration(declaration)
    ]


def repeats(
    detention: Detention,
    *,
    number: str,
    declaration: str,
    port: str,
    goods: str,
    question: str,
    photos: Sequence[Upload],
) -> bool:
    """Say whether a detention was asked for just so."""
    stored = (detention.number, detention.declaration, detention.port, detention.goods)
    asked = (read_licence_number(number)[:30], read_reference(declaration), port, goods.strip())
    first = detention.notes.order_by("pk").first()
    return stored == asked and first is not None and repeats_note(first, text=question, photos=photos)


def repeats_note(note: DetentionNote, *, text: str, photos: Sequence[Upload]) -> bool:
    """Say whether a note says just this, with just these pictures."""
    kept = set(note.photos.values_list("file__sha256", flat=True))
    return note.text == text.strip() and kept == {_digest(photo) for photo in photos}


def _digest(photo: Upload) -> str:
    photo.stream.seek(0)
    digest = hashlib.sha256()
    while chunk := photo.stream.read(documents.CHUNK):
        digest.update(chunk)
    photo.stream.seek(0)
    return digest.hexdigest()


@transaction.atomic
def add_note(
    detention_id: int, *, text: str, photos: Sequence[Upload], by: User, at: datetime, once: str = ""
) -> DetentionNote:
    """Tell the other side something more, as long as the goods are here. The same `once` changes nothing, and
    returns the note it stood for first."""
    if not has(by, Permission.REPORT_USAGE) and not has(by, Permission.REVIEW):
        raise Refused(_("Your role does not allow this."), code="not-allowed")
    pictures = _pictures(photos)
    if once:
        locks.wait_for(f"note of {by.pk} {once}")
        if known := DetentionNote.objects.filter(by=by, once=once).first():
            return known
    detention = _locked(detention_id)
    _check_still_here(detention)
    if not text.strip():
        raise Refused(_("Write what the other side should know."))
    note = _write(detention, text, pictures, by, at, once)
    _log(Action.NOTE_DETENTION, detention, by, at, note=note.text)
    return note


@transaction.atomic
def answer(
    detention_id: int, *, verdict: DetentionVerdict, reasons: str, by: User, at: datetime
) -> DetentionAnswer:
    """Answer about the goods. "Keep" holds at once; "let go" only once somebody else has confirmed it."""
    detention = _locked(detention_id)
    _check_officer(by)
    _check_still_here(detention)
    if not reasons.strip():
        raise Refused(_("Give the reasons."))
    row = DetentionAnswer.objects.create(
        detention=detention, verdict=verdict, reasons=reasons.strip(), by=by, at=at
    )
    _log(Action.ANSWER_DETENTION, detention, by, at, verdict=str(verdict), reason=row.reasons)
    return row


@transaction.atomic
def confirm_release(answer_id: int, *, by: User, at: datetime) -> DetentionConfirmation:
    """Let the goods go, as somebody else proposed."""
    row = DetentionAnswer.objects.select_related("by").get(pk=answer_id)
    detention = _locked(row.detention_id)
    _check_officer(by)
    _check_still_here(detention)
    if row.verdict != DetentionVerdict.RELEASE or detention.newest_answer != row:
        raise Refused(_("Another answer took the place of this one. Look at that."))
    if row.by_id == by.pk:
        raise Refused(_("You proposed this; somebody else must confirm it."))
    confirmation = DetentionConfirmation.objects.create(answer=row, first_by=row.by, by=by, at=at)
    _log(Action.RELEASE_DETENTION, detention, by, at, reason=row.reasons, first=row.by.name)
    return confirmation


def remind(*, at: datetime) -> int:
    """Tell officers, once, of every question whose answer is late. Return how many."""
    late = Detention.objects.late(at).filter(reminder=None).values_list("pk", flat=True)
    return sum(_remind(pk, at) for pk in late)


@transaction.atomic
def _remind(detention_id: int, at: datetime) -> bool:
    detention = _locked(detention_id)
    _reminder, is_new = DetentionReminder.objects.get_or_create(detention=detention, defaults={"at": at})
    if is_new:
        _log(Action.REMIND_OF_DETENTION, detention, None, at)
    return is_new


def _locked(detention_id: int) -> Detention:
    """Return the detention with its answers, for one at a time. Its rows never change, so a lock by name."""
    locks.wait_for(f"detention {detention_id}")
    return Detention.objects.in_full().get(pk=detention_id)


def _check_officer(by: User) -> None:
    if not has(by, Permission.REVIEW):
        raise Refused(_("Your role does not allow this."), code="not-allowed")


def _check_still_here(detention: Detention) -> None:
    if detention.state == DetentionState.RELEASED:
        raise Refused(_("These goods have been let go already."), code=ReasonCode.ALREADY_RELEASED)


def _pictures(photos: Sequence[Upload]) -> list[tuple[Upload, bytes | None]]:
    """Return each file with its small picture, where it has one."""
    if len(photos) > MOST_PHOTOS:
        raise Refused(_("Send at most %(most)d files at a time.") % {"most": MOST_PHOTOS})
    return [(photo, thumbnails.of(photo)) for photo in photos]


def _write(
    detention: Detention,
    text: str,
    pictures: list[tuple[Upload, bytes | None]],
    by: User,
    at: datetime,
    once: str = "",
) -> DetentionNote:
    note = DetentionNote.objects.create(detention=detention, text=text.strip(), once=once, by=by, at=at)
    for photo, small in pictures:
        file = documents.keep_upload(photo, at=at)
        thumbnail = small and documents.keep(BytesIO(small), media_type=thumbnails.MEDIA_TYPE, at=at)
        name = documents.shown_name(photo.name, file.media_type)
        DetentionPhoto.objects.get_or_create(
            note=note, file=file, defaults={"name": name, "thumbnail": thumbnail or None}
        )
    return note


def _log(action: Action, detention: Detention, by: User | None, at: datetime, **data: Any) -> None:
    licence: Licence | None = detention.licence
    event = Event.objects.create(
        application_id=licence.application_id if licence else None,
        licence=licence,
        account=None if licence else detention.by,
        action=action,
        by=by,
        at=at,
        data={"detention": detention.pk, "declaration": detention.declaration, **data},
    )
    notifications.announce(event)
