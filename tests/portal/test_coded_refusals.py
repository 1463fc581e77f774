"""Whatever is refused is refused with a code, also where nothing is written off."""

import base64

import pytest
from django.utils import timezone

from licensing.actions import corrections, detentions
from licensing.models import DetentionVerdict, LedgerEntry
from portal.api import examples
from tests.factories import LicenceLineFactory, UserFactory
from tests.portal.machines import Machine, message

pytestmark = pytest.mark.django_db

DETENTION = {**examples.DETENTION, "licence": "PA-L-1999-000001", "photos": []}


@pytest.fixture
def machine():
    return Machine()


@pytest.fixture
def line():
    return LicenceLineFactory(granted=10)


def reasons(answer):
    """Return the codes of a refusal, whose words are those of the whole."""
    assert answer.status_code == 409
    body = answer.json()
    assert body["detail"] == " ".join(reason["detail"] for reason in body["reasons"])
    return [reason["code"] for reason in body["reasons"]]


def correct(machine, **said):
    return machine.send("corrections", {"id": "c-1", "message": "siga-1", "reason": "No salió.", **said})


def test_a_correction_of_nothing(machine, line):
    machine.report(line.licence, message("4"))

    assert reasons(correct(machine, message="siga-9")) == ["nothing-to-correct"]
    assert reasons(correct(machine, item=2)) == ["nothing-to-correct"]


def test_a_correction_that_does_not_say_of_what(machine, line):
    other = LicenceLineFactory(licence=line.licence, granted=10)
    both = message("1")
    both["lines"] += message("2", line=other.number)["lines"]
    machine.report(line.licence, both)

    assert reasons(correct(machine)) == ["item-not-said"]


def test_a_correction_that_was_asked_for_or_made_already(machine, line):
    machine.report(line.licence, message("4"))
    correct(machine)
    assert reasons(correct(machine, id="c-2")) == ["already-asked"]

    proposed = corrections.propose_reversal(
        LedgerEntry.objects.get().pk, reason="No salió.", by=UserFactory(decider=True), at=timezone.now()
    )
    corrections.confirm(proposed.pk, by=UserFactory(decider=True), at=timezone.now())
    assert reasons(correct(machine, id="c-2")) == ["already-corrected"]


def test_the_books_of_a_day_to_come(machine):
    assert reasons(machine.send("reconciliations", {"day": "2999-01-01", "lines": []})) == ["day-to-come"]


def test_a_photo_of_another_kind(machine):
    script = base64.b64encode(b"<script>").decode()

    answer = machine.send("detentions", {**DETENTION, "photos": [{"name": "a.png", "content": script}]})

    assert reasons(answer) == ["other-file-kind"]


def test_a_photo_that_is_too_large(machine, settings):
    settings.UPLOAD_LIMIT_BYTES = 8

    answer = machine.send("detentions", {**DETENTION, "photos": [examples.PHOTO]})

    assert reasons(answer) == ["file-too-large"]


def test_a_note_about_goods_that_are_gone(machine):
    number = machine.send("detentions", DETENTION).json()["detention"]
    at = timezone.now()
    answered = detentions.answer(
        number, verdict=DetentionVerdict.RELEASE, reasons="Todo en orden.", by=UserFactory(), at=at
    )
    detentions.confirm_release(answered.pk, by=UserFactory(), at=at)

    answer = machine.send(f"detentions/{number}/notes", {"id": "n-1", "text": "Se van.", "photos": []})

    assert reasons(answer) == ["already-released"]


@pytest.mark.parametrize("operation", ["form-blocks", "detentions"])
@pytest.mark.parametrize("port", ["XXXXX", "pablb", "US NYC"])
def test_a_port_that_is_none_is_a_wrong_field_wherever_it_stands(machine, operation, port):
    sent = {"form-blocks": {"count": 1}, "detentions": DETENTION}[operation]

    answer = machine.send(operation, {**sent, "port": port[:5]})

    assert answer.status_code == 422
    [error] = answer.json()["errors"]
    assert (error["pointer"], error["code"]) == ("#/port", "port")
    assert "UN/LOCODE" in error["detail"]
