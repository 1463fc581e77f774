"""What customs systems ask to be reversed, and what officers make of it."""

from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from licensing.actions import asked_corrections, corrections
from licensing.errors import Refused
from licensing.models import (
    Action,
    ApiScope,
    Correction,
    CorrectionRefusal,
    CorrectionRequest,
    Event,
    LedgerEntry,
)
from portal.api import examples
from portal.api.corrections import told
from tests.factories import LicenceLineFactory, OrganisationFactory, UserFactory
from tests.people import client_of
from tests.portal.machines import Machine, message

pytestmark = pytest.mark.django_db


@pytest.fixture
def machine():
    return Machine()


@pytest.fixture
def line():
    return LicenceLineFactory(granted=Decimal(10))


@pytest.fixture
def written_off(machine, line):
    assert machine.report(line.licence, message("4")).status_code == 201
    return LedgerEntry.objects.get()


def asked(*, id="c-1", of="siga-1", reason="Eran tres, no cuatro.", **more) -> dict:
    return {"id": id, "message": of, "reason": reason, **more}


def state(machine, number=None) -> str:
    number = number or CorrectionRequest.objects.get().pk
    return machine.get(f"/api/v1/corrections/{number}").json()["state"]


def page(entry) -> str:
    return reverse("licence-ledger-entry", args=[entry.line.licence.reference, entry.pk])


def agree(entry):
    first, second = UserFactory(decider=True), UserFactory(decider=True)
    proposed = corrections.propose_reversal(entry.pk, reason="x", by=first, at=timezone.now())
    yield
    corrections.confirm(proposed.pk, by=second, at=timezone.now())
    yield


class TestAsking:
    def test_asking_moves_nothing(self, machine, written_off, line):
        answer = machine.send("corrections", asked())

        line.refresh_from_db()
        assert (answer.status_code, answer.json()["state"], line.used) == (201, "waiting", 4)
        assert (answer.json()["quantity"], answer.json()["item"]) == ("4", 1)

    def test_two_officers_make_it_true_and_the_system_follows(self, machine, written_off, line):
        machine.send("corrections", asked())
        steps = agree(written_off)

        next(steps)
        assert state(machine) == "proposed"
        next(steps)

        line.refresh_from_db()
        assert (state(machine), line.used) == ("corrected", 0)

    def test_a_repeat_gets_what_became_of_it_and_asks_nothing_anew(self, machine, written_off):
        machine.send("corrections", asked())
        list(agree(written_off))

        again = machine.send("corrections", asked())

        assert (again.status_code, again["Idempotency-Replayed"]) == (201, "true")
        assert (again.json()["state"], CorrectionRequest.objects.count()) == ("corrected", 1)

    def test_another_message_under_the_same_id_is_refused(self, machine, written_off):
        machine.send("corrections", asked())

        answer = machine.send("corrections", asked(reason="Otra cosa."))

        assert (answer.status_code, answer.json()["type"].partition("#")[2]) == (422, "id-reused")

    def test_what_is_asked_for_already_waits_for_its_answer(self, machine, written_off):
        machine.send("corrections", asked())

        assert machine.send("corrections", asked(id="c-2")).status_code == 409
        assert CorrectionRequest.objects.count() == 1

    def test_what_is_reversed_is_not_reversed_again(self, machine, written_off):
        list(agree(written_off))

        assert machine.send("corrections", asked()).status_code == 409

    def test_of_several_items_it_says_which(self, machine, line):
        LicenceLineFactory(licence=line.licence, granted=Decimal(10))
        both = message("1")
        both["lines"] += message("2", line=2)["lines"]
        machine.report(line.licence, both)

        assert machine.send("corrections", asked()).status_code == 409
        second = machine.send("corrections", asked(id="c-2", item=2)).json()

        assert (second["line"], second["item"], second["quantity"]) == (2, 2, "2")

    def test_a_reservation_is_released_not_corrected(self, machine, line):
        item = {"item": 1, "licence": str(line.licence), "line": 1, "quantity": "1", "unit": "C62"}
        machine.send("reservations", {"id": "r-1", "declaration": "D", "lines": [item]})

        assert machine.send("corrections", asked(of="r-1")).status_code == 409

    @pytest.mark.parametrize(
        ("change", "pointer"),
        [({"reason": " "}, "#/reason"), ({"item": 0}, "#/item"), ({"id": "ñ"}, "#/id"), ({"x": 1}, "#/x")],
    )
    def test_a_wrong_field_is_pointed_at(self, machine, written_off, change, pointer):
        answer = machine.send("corrections", {**asked(), **change})

        assert answer.status_code == 422
        assert pointer in [error["pointer"] for error in answer.json()["errors"]]


class TestWhoMay:
    def test_another_service_neither_asks_nor_sees(self, machine, written_off):
        machine.send("corrections", asked())
        other = Machine(account=UserFactory(system=True, organisation=OrganisationFactory(kind="customs")))

        assert other.send("corrections", asked(id="c-9")).status_code == 409
        assert other.get(f"/api/v1/corrections/{CorrectionRequest.objects.get().pk}").status_code == 404

    def test_it_takes_the_scope(self, machine, written_off):
        reader = Machine(scopes=[ApiScope.READ_LICENCES])

        assert reader.send("corrections", asked()).status_code == 403

    def test_only_a_deciding_officer_declines(self, machine, written_off, officer):
        machine.send("corrections", asked())
        request = CorrectionRequest.objects.get()

        with pytest.raises(Refused):
            asked_corrections.decline(request.pk, reason="x", by=officer, at=timezone.now())

    @pytest.mark.parametrize("number", ["x", "0", "9" * 30, "١"])
    def test_a_number_of_nothing_is_not_found(self, machine, number):
        assert machine.get(f"/api/v1/corrections/{number}").status_code == 404


class TestOfficers:
    def test_it_stands_in_the_work_list_until_somebody_acts(self, machine, written_off, decider):
        machine.send("corrections", asked())
        client = client_of(decider)
        assert page(written_off) in client.get("/").content.decode()
        assert "Eran tres, no cuatro." in client.get(page(written_off)).content.decode()

        asked_corrections.decline(
            CorrectionRequest.objects.get().pk, reason="Son cuatro.", by=decider, at=timezone.now()
        )

        assert page(written_off) not in client.get("/").content.decode()

    def test_who_declines_says_why_and_customs_reads_it(self, machine, written_off, decider, line):
        machine.send("corrections", asked())
        client = client_of(decider)

        empty = client.post(page(written_off), {"act": "decline", "refusal": " "})
        assert "error-summary" in empty.content.decode() and state(machine) == "waiting"
        client.post(page(written_off), {"act": "decline", "refusal": "La báscula dice cuatro."})

        told_now = machine.get(f"/api/v1/corrections/{CorrectionRequest.objects.get().pk}").json()
        assert (told_now["state"], told_now["answer"]["reason"]) == ("declined", "La báscula dice cuatro.")
        line.refresh_from_db()
        assert line.used == 4
        shown = client.get(page(written_off)).content.decode()
        assert "Eran tres, no cuatro." in shown and "La báscula dice cuatro." in shown

    def test_declined_it_may_be_asked_for_again(self, machine, written_off, decider):
        machine.send("corrections", asked())
        first = CorrectionRequest.objects.get()
        asked_corrections.decline(first.pk, reason="No.", by=decider, at=timezone.now())

        assert machine.send("corrections", asked(id="c-2", reason="Con foto.")).status_code == 201
        with pytest.raises(Refused):
            asked_corrections.decline(first.pk, reason="No.", by=decider, at=timezone.now())

    def test_who_comes_late_is_told_that_it_is_answered(self, machine, written_off, decider):
        client = client_of(decider)

        answer = client.post(page(written_off), {"act": "decline", "refusal": "x"}, follow=True)

        assert answer.status_code == 200
        assert not CorrectionRefusal.objects.exists() and not Correction.objects.exists()

    def test_both_steps_stand_in_the_history(self, machine, written_off, decider):
        machine.send("corrections", asked())
        asked_corrections.decline(
            CorrectionRequest.objects.get().pk, reason="No.", by=decider, at=timezone.now()
        )

        actions = Event.objects.filter(action__in=[Action.ASK_CORRECTION, Action.DECLINE_CORRECTION])
        assert [event.data["reason"] for event in actions.order_by("pk")] == ["Eran tres, no cuatro.", "No."]


class TestDatabase:
    def test_what_was_asked_and_answered_stays(self, machine, written_off, decider):
        machine.send("corrections", asked())
        request = CorrectionRequest.objects.get()
        refusal = asked_corrections.decline(request.pk, reason="No.", by=decider, at=timezone.now())

        for row in (request, refusal):
            with pytest.raises(DatabaseError), transaction.atomic():
                type(row).objects.filter(pk=row.pk).update(reason="y")
            with pytest.raises(DatabaseError), transaction.atomic():
                type(row).objects.filter(pk=row.pk).delete()

    def test_an_id_stands_for_one_request(self, machine, written_off):
        machine.send("corrections", asked())
        first = CorrectionRequest.objects.get()

        with pytest.raises(IntegrityError, match="a_correction_is_asked_for_once"), transaction.atomic():
            CorrectionRequest.objects.create(
                entry=written_off, once=first.once, reason="x", by=first.by, at=first.at
            )


def test_the_examples_have_the_fields_that_are_answered(machine, written_off, decider):
    machine.send("corrections", asked())
    request = CorrectionRequest.objects.get()

    assert set(told(request)) == set(examples.CORRECTION_ASKED) == set(examples.CORRECTION_DECLINED)
    assert set(examples.CORRECTION) <= {"id", "message", "item", "reason"}
