"""What went wrong between licensing and customs in the systems of other countries, each as a rule of ours.

The numbers follow the list of faults the portal was designed against.
"""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from licensing.actions import licences
from licensing.models import Irregularity, LedgerEntry, LicenceChange, PartyRole
from licensing.units import converted, units
from portal.celery import app
from tests.factories import LicenceFactory, LicenceLineFactory, OrganisationFactory, PartyFactory, UserFactory
from tests.people import client_of
from tests.portal.machines import Machine, message

DAY = timedelta(days=1)
LONG = "Compañía Nacional de Óptica «Ñandú» & Hijos #4, " + "Avenida de los Mártires, " * 5 + "S. A."


@pytest.fixture
def machine(db):
    return Machine()


@pytest.fixture
def line(db):
    return LicenceLineFactory(granted=Decimal(10), value=Decimal(1000))


def moved(line, quantity="4", *, id="m-1", item=1, **more) -> dict:
    one = {"item": item, "licence": str(line.licence), "line": line.number, "quantity": quantity}
    return {"id": id, "declaration": "PABLB-1", "lines": [{**one, "unit": line.unit, **more}]}


def codes(response) -> list[str]:
    return [reason["code"] for reason in response.json()["reasons"]]


def test_1_a_suspended_licence_is_told_to_customs_and_clears_nothing_more(machine, line):
    licences.suspend(line.licence_id, reasons="x", by=UserFactory(decider=True), at=timezone.now())

    assert machine.licence(line.licence).json()["state"] == "suspended"
    assert codes(machine.send("reservations", moved(line))) == ["not-in-force"]
    assert LicenceChange.objects.filter(licence=line.licence, what="status").exists()


@pytest.mark.parametrize(
    ("code", "kind", "factor"),
    [("LTR", "volume", "0.001"), ("MTQ", "volume", "1"), ("KGM", "mass", "1"), ("TNE", "mass", "1000")],
)
def test_2_a_unit_is_what_recommendation_20_says_it_is(code, kind, factor):
    assert (units()[code].kind, units()[code].factor) == (kind, Decimal(factor))


def test_2_litres_are_never_taken_for_pieces_or_cubic_metres():
    assert converted(Decimal(1500), "LTR", "MTQ") == Decimal("1.5")
    assert converted(Decimal(1), "LTR", "C62") is None


def test_3_every_fault_of_a_message_is_reported_not_the_first_or_the_last(machine, line):
    wrong = moved(line, "-1", value="1.234", currency="USD")
    wrong["lines"][0]["unit"] = ""
    wrong["version"] = 0

    response = machine.send("reservations", wrong)

    pointed = {error["pointer"] for error in response.json()["errors"]}
    assert response.status_code == 422
    assert {"#/version", "#/lines/0/quantity", "#/lines/0/value", "#/lines/0/unit"} <= pointed


@pytest.mark.parametrize("ended", ["expired", "used up", "revoked"])
def test_4_what_has_left_is_recorded_whatever_the_state_of_the_licence(machine, ended):
    now = timezone.now()
    dates = {"starts_at": now - 2 * DAY, "ends_at": now - DAY} if ended == "expired" else {}
    line = LicenceLineFactory(licence=LicenceFactory(**dates), used=Decimal(10 if ended == "used up" else 0))
    if ended == "revoked":
        licences.suspend(line.licence_id, reasons="x", by=UserFactory(decider=True), at=now)
        licences.revoke(line.licence_id, reasons="x", by=UserFactory(decider=True), at=now)

    assert machine.send("departures", moved(line)).status_code == 201
    assert Irregularity.objects.get().quantity == 4


def test_5_a_quantity_is_never_cut_or_rounded(machine, line):
    by_weight = LicenceLineFactory(unit="KGM", granted=Decimal("3.3333"))

    pieces = machine.report(line.licence, message("1.5"))
    weight = machine.report(by_weight.licence, message("0.1234", id="siga-2", unit="KGM"))

    assert codes(pieces) == ["too-fine"]
    assert weight.json()["lines"][0]["remaining"] == "3.2099"
    assert LedgerEntry.objects.get().quantity == Decimal("0.1234")


def test_6_names_reach_customs_as_they_were_written(machine):
    licence = LicenceFactory(decision__application__organisation=OrganisationFactory(name=LONG))
    PartyFactory(application=licence.application, role=PartyRole.CONSIGNEE, name=LONG)

    told = machine.licence(licence).json()

    assert told["holder"]["name"] == LONG
    assert LONG in [party["name"] for party in told["parties"]]


def test_7_a_line_is_known_by_its_number_not_by_its_place(machine, line):
    third = LicenceLineFactory(licence=line.licence, number=3, granted=Decimal(10))
    both = message("1", line=3)
    both["lines"] += message("2", line=1)["lines"]

    assert machine.report(line.licence, both).status_code == 201

    line.refresh_from_db()
    third.refresh_from_db()
    assert (line.used, third.used) == (2, 1)


def test_8_customs_does_not_wait_for_mail(machine, line, settings):
    settings.EMAIL_BACKEND = "tests.portal.test_faults_of_customs_links.NoMail"

    licences.suspend(line.licence_id, reasons="x", by=UserFactory(decider=True), at=timezone.now())

    assert machine.licence(line.licence).json()["state"] == "suspended"
    assert not mail.outbox


class NoMail:
    """A mail server that signs nobody in."""

    def __init__(self, *_args: object, **_kwargs: object) -> None:
        raise ConnectionError


def test_9_what_left_without_cover_stands_before_officers_without_a_setting(machine, line, officer):
    machine.send("departures", moved(line, "12"))

    listed = client_of(officer).get(reverse("irregularities")).content.decode()

    assert str(line.licence) in listed


def test_10_no_message_of_the_queue_is_code():
    assert (app.conf.accept_content, app.conf.task_serializer) == (["json"], "json")


@pytest.mark.parametrize(
    ("quantity", "value", "reason", "rest"),
    [
        ("11", "1", "not-enough", {"remaining": "10"}),
        ("1", "1001", "not-enough-value", {"remaining_value": "1000"}),
    ],
)
def test_11_beyond_quantity_or_value_is_refused_and_the_balance_told(
    machine, line, quantity, value, reason, rest
):
    response = machine.send("reservations", moved(line, quantity, value=value, currency=line.currency))

    assert (response.status_code, codes(response)) == (409, [reason])
    assert rest.items() <= response.json()["reasons"][0].items()


def test_12_a_declaration_names_the_licence_and_the_portal_does_the_rest(machine, line):
    assert machine.send("reservations", moved(line)).status_code == 201
    left = {"id": "p-1", "declaration": "PABLB-1", "lines": [{"item": 1, "quantity": "3", "unit": line.unit}]}
    assert machine.send("postings", {**left, "last": True}).status_code == 201

    [shown] = machine.licence(line.licence).json()["lines"]
    assert (shown["used"], shown["reserved"], shown["remaining"]) == ("3", "0", "7")
