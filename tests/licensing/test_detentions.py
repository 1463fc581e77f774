"""Goods that customs keeps back: asked at the dock, answered against a clock, let go by two people."""

from datetime import timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from django.core import mail
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from licensing import tasks
from licensing.actions import customs, detentions
from licensing.actions.customs import UsedLine
from licensing.country import pack
from licensing.documents import Upload
from licensing.errors import Refused
from licensing.models import (
    Action,
    Detention,
    DetentionConfirmation,
    DetentionState,
    DetentionVerdict,
    Event,
    Job,
    OutboxJob,
    Usage,
)
from tests.factories import NOON, LicenceLineFactory, UserFactory

pytestmark = pytest.mark.django_db

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20


@pytest.fixture
def line(db):
    return LicenceLineFactory(granted=Decimal(10))


@pytest.fixture
def dock(db):
    return UserFactory(customs=True)


def detain(by, number="", declaration="PABLB-1", once="o1", photos=(), at=None):
    return detentions.detain(
        number=number,
        declaration=declaration,
        port="PABLB",
        goods="Dos cajas sin marcas",
        question="¿Cubre la licencia estas cajas?",
        photos=photos,
        once=once,
        by=by,
        at=at or timezone.now(),
    )


def seen(detention):
    return Detention.objects.in_full().get(pk=detention.pk)


def propose(detention, by, verdict=DetentionVerdict.RELEASE):
    return detentions.answer(
        detention.pk, verdict=verdict, reasons="Está en regla.", by=by, at=timezone.now()
    )


def write_off(line, by, declaration="PABLB-1", key="k1"):
    usage, _is_new = customs.record_usage(
        str(line.licence),
        client_key=key,
        declaration=declaration,
        used=[UsedLine(line.number, Decimal(1), line.unit)],
        by=by,
        at=timezone.now(),
    )
    return usage


def test_the_answer_is_due_in_the_hours_of_the_country(dock):
    detention, is_new = detain(dock, at=NOON)

    assert is_new
    assert detention.due_at == NOON + timedelta(hours=pack().detention_hours)
    assert seen(detention).state == DetentionState.WAITING


def test_pressing_twice_detains_once(dock):
    first, _new = detain(dock)
    second, is_new = detain(dock)

    assert (second.pk, is_new) == (first.pk, False)
    assert first.notes.count() == 1


def test_the_licence_is_found_and_an_unknown_number_is_kept(dock, line):
    known, _new = detain(dock, number=f" {line.licence} ".lower())
    unknown, _new = detain(dock, number="PA-L-1999-000001", once="o2")

    assert known.licence == line.licence
    assert (unknown.licence, unknown.number) == (None, "PA-L-1999-000001")


def test_only_customs_detains_and_only_officers_answer(dock, line):
    with pytest.raises(Refused):
        detain(UserFactory())
    detention, _new = detain(dock)
    with pytest.raises(Refused):
        propose(detention, dock)


def test_nothing_of_a_detained_declaration_is_written_off(dock, line):
    detention, _new = detain(dock, number=str(line.licence))

    refused = write_off(line, dock)
    other = write_off(line, dock, declaration="PABLB-2", key="k2")

    assert refused.outcome == Usage.Outcome.REFUSED
    assert refused.answer["reasons"][0]["code"] == "detained"
    assert other.outcome == Usage.Outcome.RECORDED


def test_letting_go_takes_two_officers(dock, line):
    detention, _new = detain(dock, number=str(line.licence))
    officer = UserFactory()
    proposed = propose(detention, officer)
    assert seen(detention).state == DetentionState.PROPOSED
    assert write_off(line, dock).outcome == Usage.Outcome.REFUSED
    with pytest.raises(Refused):
        detentions.confirm_release(proposed.pk, by=officer, at=timezone.now())

    detentions.confirm_release(proposed.pk, by=UserFactory(), at=timezone.now())

    assert seen(detention).state == DetentionState.RELEASED
    assert write_off(line, dock, key="k2").outcome == Usage.Outcome.RECORDED


def test_keeping_holds_at_once_and_may_be_thought_over(dock):
    detention, _new = detain(dock)
    propose(detention, UserFactory(), DetentionVerdict.KEEP)
    assert seen(detention).state == DetentionState.KEPT
    assert not Detention.objects.waiting().exists()

    proposed = propose(detention, UserFactory())

    assert Detention.objects.waiting().exists()
    detentions.confirm_release(proposed.pk, by=UserFactory(), at=timezone.now())
    assert not Detention.objects.unreleased().exists()


def test_only_the_newest_answer_is_confirmed(dock):
    detention, _new = detain(dock)
    old = propose(detention, UserFactory())
    propose(detention, UserFactory(), DetentionVerdict.KEEP)

    with pytest.raises(Refused, match="Otra respuesta"):
        detentions.confirm_release(old.pk, by=UserFactory(), at=timezone.now())
    with pytest.raises(IntegrityError, match="only the newest answer is confirmed"), transaction.atomic():
        DetentionConfirmation.objects.create(answer=old, first_by=old.by, by=UserFactory(), at=NOON)


def test_the_database_lets_nobody_confirm_their_own(dock):
    detention, _new = detain(dock)
    proposed = propose(detention, UserFactory())

    with pytest.raises(IntegrityError, match="two_people_let_detained_goods_go"), transaction.atomic():
        DetentionConfirmation.objects.create(answer=proposed, first_by=proposed.by, by=proposed.by, at=NOON)
    with pytest.raises(IntegrityError, match="the first person is who answered"), transaction.atomic():
        DetentionConfirmation.objects.create(answer=proposed, first_by=UserFactory(), by=proposed.by, at=NOON)


def test_the_database_confirms_no_keeping(dock):
    detention, _new = detain(dock)
    kept = propose(detention, UserFactory(), DetentionVerdict.KEEP)

    with pytest.raises(IntegrityError, match="only letting go takes a second person"), transaction.atomic():
        DetentionConfirmation.objects.create(answer=kept, first_by=kept.by, by=UserFactory(), at=NOON)


def test_goods_that_have_gone_are_answered_no_more(dock):
    detention, _new = detain(dock)
    proposed = propose(detention, UserFactory())
    detentions.confirm_release(proposed.pk, by=UserFactory(), at=timezone.now())

    with pytest.raises(Refused):
        propose(detention, UserFactory(), DetentionVerdict.KEEP)
    with pytest.raises(Refused):
        detentions.add_note(detention.pk, text="x", photos=[], by=dock, at=timezone.now())
    with pytest.raises(IntegrityError, match="goods let go are gone"), transaction.atomic():
        detention.answers.create(verdict="keep", reasons="x", by=UserFactory(), at=NOON)


def test_nothing_of_the_record_changes(dock):
    detention, _new = detain(dock)

    for statement in ("UPDATE licensing_detention SET goods = 'x'", "DELETE FROM licensing_detentionnote"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_photos_go_with_what_is_said(dock):
    photos = [Upload(f"foto{n}.png", len(PNG), BytesIO(PNG + bytes([n]))) for n in range(2)]

    detention, _new = detain(dock, photos=photos)

    kept = detention.notes.get().photos.all()
    assert [photo.name for photo in kept] == ["foto0.png", "foto1.png"]


def test_a_file_of_another_kind_detains_nothing(dock):
    with pytest.raises(Refused), transaction.atomic():
        detain(dock, photos=[Upload("x.exe", 4, BytesIO(b"MZ\0\0"))])

    assert not Detention.objects.exists()


def letters():
    """Send what is promised and return who got what."""
    mail.outbox.clear()
    for job in OutboxJob.objects.filter(job=Job.NOTIFY, done_at=None):
        tasks.run_job(job.pk)
    return {(letter.to[0], letter.subject) for letter in mail.outbox}


def test_each_side_hears_of_the_other(dock):
    officer, decider = UserFactory(), UserFactory(decider=True)
    detention, _new = detain(dock)
    assert {to for to, _subject in letters()} == {officer.email, decider.email}

    detentions.add_note(detention.pk, text="Otra foto", photos=[], by=dock, at=timezone.now())
    assert {to for to, _subject in letters()} == {officer.email, decider.email}
    detentions.add_note(detention.pk, text="¿De quién?", photos=[], by=officer, at=timezone.now())
    assert {to for to, _subject in letters()} == {dock.email}

    proposed = propose(detention, officer)
    assert {to for to, _subject in letters()} == {decider.email}
    detentions.confirm_release(proposed.pk, by=decider, at=timezone.now())
    assert {to for to, _subject in letters()} == {dock.email}


def test_a_late_answer_is_reminded_of_once(dock):
    UserFactory()
    detention, _new = detain(dock, at=NOON)
    letters()

    assert detentions.remind(at=detention.due_at - timedelta(seconds=1)) == 0
    assert detentions.remind(at=detention.due_at) == 1
    assert detentions.remind(at=detention.due_at + timedelta(days=1)) == 0
    assert len(letters()) == 1
    assert Event.objects.get(action=Action.REMIND_OF_DETENTION).by is None


def test_what_is_to_be_kept_is_not_reminded_of(dock):
    detention, _new = detain(dock, at=NOON)
    propose(detention, UserFactory(), DetentionVerdict.KEEP)

    assert detentions.remind(at=detention.due_at) == 0


def test_customs_of_another_service_and_exporters_see_nothing(dock):
    detain(dock)

    assert Detention.objects.visible_to(UserFactory(customs=True)).count() == 0
    assert Detention.objects.visible_to(UserFactory(exporter=True)).count() == 0
    assert Detention.objects.visible_to(UserFactory(administrator=True)).count() == 0
    assert Detention.objects.visible_to(dock).count() == 1
    assert Detention.objects.visible_to(UserFactory()).count() == 1


@pytest.mark.parametrize("language", ["es", "en"])
def test_every_letter_says_which_goods_and_leads_to_their_page(dock, language):
    officer = UserFactory(language=language)
    type(dock).objects.filter(pk=dock.pk).update(language=language)
    detention, _new = detain(dock, at=NOON)
    detentions.remind(at=detention.due_at)
    detentions.add_note(detention.pk, text="Otra & foto", photos=[], by=dock, at=NOON)
    proposed = propose(detention, officer)
    detentions.confirm_release(proposed.pk, by=UserFactory(language=language), at=NOON)
    letters()

    assert mail.outbox
    for letter in mail.outbox:
        assert "PABLB-1" in letter.subject and len(letter.subject) <= 60
        assert f"/detentions/{detention.pk}/" in letter.body
        assert not {"None", "{{", "{%", "&amp;"} & set(letter.body.split())
    assert any("Otra & foto" in letter.body for letter in mail.outbox)


@pytest.mark.parametrize("spelled", ["pablb-1", "PABLB–1", " PABLB - 1", "ＰABLB-1", "PABLB－１"])
def test_a_detained_declaration_is_the_same_however_it_is_written(dock, line, spelled):
    detain(dock, number=str(line.licence))

    assert write_off(line, dock, declaration=spelled).outcome == Usage.Outcome.REFUSED


@pytest.mark.parametrize("declaration", ["ß" * 31, "ﷺ" * 5, "1" * 61])
def test_a_declaration_that_is_too_long_in_its_one_form_is_told(dock, declaration):
    with pytest.raises(Refused, match="60"):
        detain(dock, declaration=declaration)
