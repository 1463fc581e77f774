"""Proposed corrections stand where officers work, and a reversal says what it reverses and why."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from licensing.actions import asked_corrections, corrections, customs, ledger
from licensing.actions.customs import UsedLine
from licensing.actions.messages import Declared, Message
from licensing.models import Correction, Irregularity, LedgerEntry, OrganisationKind, SigningKey
from tests.factories import LicenceLineFactory, OrganisationFactory, UserFactory
from tests.people import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def line():
    line = LicenceLineFactory(granted=Decimal(10))
    customs.record_usage(
        str(line.licence),
        client_key="k1",
        declaration="PABLB-77",
        used=[UsedLine(line.number, Decimal(4), line.unit)],
        by=UserFactory(system=True, organisation=OrganisationFactory(kind=OrganisationKind.CUSTOMS)),
        at=timezone.now(),
    )
    return line


@pytest.fixture
def first():
    return UserFactory(decider=True, name="Ana Castillo")


@pytest.fixture
def proposed(line, first):
    entry = LedgerEntry.objects.get()
    return corrections.propose_reversal(
        entry.pk, reason="The container came back.", by=first, at=timezone.now()
    )


def page(user, address):
    return client_of(user, "en").get(address).content.decode()


@pytest.mark.parametrize("who", [{"decider": True}, {}])
def test_a_proposed_reversal_stands_with_licence_and_case(line, proposed, who):
    licence, officer = line.licence, UserFactory(**who)

    for address in (f"/licences/{licence}/", f"/cases/{licence.application.reference}/"):
        shown = page(officer, address)
        assert f"/licences/{licence}/ledger/{proposed.entry_id}/" in shown, address
        assert "The container came back." in shown and "proposed by Ana Castillo" in shown
        assert "A deciding officer confirms each, another than who proposed it." in shown


def test_it_stands_in_the_work_list_of_those_alone_who_can_confirm_it(line, first, proposed):
    address = f"/licences/{line.licence}/ledger/{proposed.entry_id}/"

    assert address in page(UserFactory(decider=True), "/")
    assert address not in page(first, "/")
    assert address not in page(UserFactory(), "/")


def test_what_customs_asks_for_stands_in_the_work_list_of_those_alone_who_can_answer(line):
    entry = LedgerEntry.objects.get()
    said = {"message": "k1", "item": None, "reason": "Eran tres, no cuatro.", "once": "c-1"}
    asked_corrections.ask(**said, by=entry.usage.client, at=timezone.now())
    address = f"/licences/{line.licence}/ledger/{entry.pk}/"

    assert address in page(UserFactory(decider=True), "/")
    assert address not in page(UserFactory(), "/")
    for where in (f"/licences/{line.licence}/", f"/cases/{line.licence.application.reference}/"):
        shown = page(UserFactory(), where)
        assert address in shown and "Eran tres, no cuatro." in shown
        assert "Deciding officers act on each" in shown
    others = LicenceLineFactory().licence
    assert "Eran tres, no cuatro." not in page(UserFactory(), f"/licences/{others}/")
    holder = UserFactory(exporter=True, organisation=line.licence.holder)
    assert "Eran tres, no cuatro." not in page(holder, f"/licences/{line.licence}/")


def test_neither_holder_nor_customs_see_what_is_only_proposed(line, proposed):
    for user in (UserFactory(exporter=True, organisation=line.licence.holder), UserFactory(customs=True)):
        assert "The container came back." not in page(user, f"/licences/{line.licence}/")


def test_what_is_confirmed_or_written_anew_waits_no_more(line, first, proposed):
    now = timezone.now()
    newer = corrections.propose_reversal(proposed.entry_id, reason="Said better.", by=first, at=now)
    assert list(Correction.objects.waiting()) == [newer]

    corrections.confirm(newer.pk, by=UserFactory(decider=True), at=now)

    assert not Correction.objects.waiting().exists()


def test_a_proposed_settlement_waits_there_too(line, first):
    gone = [Declared(1, str(line.licence), 1, Decimal(12), "C62")]
    system = UserFactory(system=True)
    ledger.depart(Message("d", "PABLB-99"), gone, by=system, at=timezone.now())
    irregular = Irregularity.objects.get()
    corrections.propose_settlement(irregular.pk, reason="Another licence.", by=first, at=timezone.now())

    shown = page(UserFactory(decider=True), "/")

    assert f"/alerts/departures/{irregular.pk}/" in shown and "declaration PABLB-99, item 1" in shown


def test_a_reversal_says_what_it_reverses_and_officers_read_why(line, first, proposed):
    second = UserFactory(decider=True, name="Rubén Sosa")
    corrections.confirm(proposed.pk, by=second, at=timezone.now())
    books = f"/licences/{line.licence}/ledger/"

    shown = page(second, books)
    assert "Reverses: Written off" in shown and "declaration PABLB-77" in shown
    assert "The container came back." in shown
    assert "Proposed by Ana Castillo, confirmed by Rubén Sosa" in shown

    holders = page(UserFactory(exporter=True, organisation=line.licence.holder), books)
    assert "Reverses: Written off" in holders
    assert "The container came back." not in holders


# --- menus -------------------------------------------------------------------------------------------


def test_the_first_page_of_customs_leads_to_what_works_without_a_network():
    shown = page(UserFactory(customs=True), "/")

    for address in ("/verify/", "/verify/without-network/", "/customs/forms/"):
        assert f'href="{address}"' in shown


@pytest.mark.parametrize("who", [{"decider": True}, {}])
def test_officers_have_detained_goods_in_their_menu(who):
    assert 'href="/detentions/"' in page(UserFactory(**who), "/queue/")


def test_an_administrator_sees_keys_that_wait_for_a_second_and_messages_given_up():
    asker = UserFactory(administrator=True)
    now = timezone.now()
    key = SigningKey.objects.create(
        kid="0" * 16,
        name="HSM",
        public_key=b"1",
        starts_at=now,
        ends_at=now + timedelta(days=9),
        reason="x",
        by=asker,
        at=now,
    )

    shown = page(UserFactory(administrator=True), "/")

    assert f"/administration/signing-keys/{key.pk}/" in shown
    assert 'href="/administration/webhooks/"' in shown and "Messages to customs given up" in shown
    assert f"/administration/signing-keys/{key.pk}/" not in page(asker, "/")
