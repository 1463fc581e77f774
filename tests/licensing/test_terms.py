"""Conditions as data: recommended, decided, printed, and checked against what customs reports."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from licensing import terms
from licensing.actions import casework, customs, decisions, detentions, ledger
from licensing.actions.customs import UsedLine
from licensing.actions.ledger import Declared, Message, Part
from licensing.country import pack
from licensing.errors import Refused
from licensing.models import Irregularity, Licence, Outcome, ShipmentLimit, Terms, Usage
from licensing.terms import Given, Shipment
from tests.factories import ApplicationFactory, ListVersionFactory, UserFactory

pytestmark = pytest.mark.django_db


def issued(**given):
    """Return a licence whose officers set these conditions; `most` is a limit of its only line."""
    now = timezone.now()
    ListVersionFactory()
    case = ApplicationFactory(in_review=True)
    most = given.pop("most", None)
    limits = {case.goods.get().pk: Decimal(most)} if most else {}
    casework.recommend(
        case.pk,
        outcome=Outcome.APPROVE,
        reasons="x",
        months=12,
        conditions=["Avise al llegar."],
        by=UserFactory(),
        at=now,
        given=Given(limits=limits, **given),
    )
    return decisions.approve(case.pk, reasons="x", by=UserFactory(decider=True), at=now)


@pytest.fixture
def system(db):
    return UserFactory(system=True)


def reserve(licence, system, quantity=1, key="r1", declaration="D1", item=1, **said):
    message = Message(key, declaration, shipment=Shipment(**said))
    items = [Declared(item, str(licence), 1, Decimal(quantity), "C62")]
    return ledger.reserve(message, items, by=system, at=timezone.now())[0]


def codes(usage):
    return [reason["code"] for reason in usage.answer.get("reasons", [])]


def test_a_licence_prints_its_conditions_in_both_languages(db):
    licence = issued(ports=("PABLB",), regimes=("re-export",), named_consignee=True, most=4)

    assert licence.conditions[0] == "Avise al llegar."
    assert "Sale solo por: Balboa (PABLB).\nLeaves only through: Balboa (PABLB)." in licence.conditions
    assert any("como máximo por declaración" in words for words in licence.conditions)
    assert len(licence.conditions) == 5


def test_without_conditions_nothing_more_is_asked(system):
    licence = issued()

    assert not Terms.objects.exists()
    assert reserve(licence, system).outcome == Usage.Outcome.RECORDED


def test_goods_leave_only_through_the_ports_named(system):
    licence = issued(ports=("PABLB",))

    assert codes(reserve(licence, system)) == ["port-not-said"]
    assert codes(reserve(licence, system, key="r2", port="PAMIT")) == ["other-port"]
    assert reserve(licence, system, key="r3", port="PABLB").outcome == Usage.Outcome.RECORDED


def test_goods_leave_only_under_the_procedures_named(system):
    licence = issued(regimes=("re-export",))

    assert codes(reserve(licence, system)) == ["regime-not-said"]
    assert codes(reserve(licence, system, key="r2", regime="transit")) == ["other-regime"]
    assert reserve(licence, system, key="r3", regime="re-export").outcome == Usage.Outcome.RECORDED


def test_goods_go_only_to_whom_the_licence_names_however_it_is_written(system):
    licence = issued(named_consignee=True)
    name = licence.application.parties.filter(role="consignee").get().name

    assert codes(reserve(licence, system)) == ["consignee-not-said"]
    assert codes(reserve(licence, system, key="r2", consignee="Otra Empresa, S. A.")) == ["other-consignee"]
    usage = reserve(licence, system, key="r3", consignee=f"  {name.upper()} ")
    assert usage.outcome == Usage.Outcome.RECORDED


def test_goods_leave_within_the_days_set_also_after_they_were_reserved(system, time_machine):
    now = timezone.now()
    today = pack().legal_day(now)
    licence = issued(last_day=today)
    reserve(licence, system)
    time_machine.move_to(now + timedelta(days=1))

    usage, _new = ledger.post(Message("p1", "D1"), [Part(1)], last=True, by=system, at=timezone.now())

    assert codes(usage) == ["too-late"]
    assert codes(reserve(licence, system, key="r2", declaration="D2")) == ["too-late"]


def test_nothing_leaves_before_the_first_day(system):
    licence = issued(first_day=pack().legal_day(timezone.now()) + timedelta(days=1))

    assert codes(reserve(licence, system)) == ["too-early"]


def test_a_shipment_takes_no_more_than_its_limit_whatever_its_parts(system):
    licence = issued(most=4)

    assert codes(reserve(licence, system, quantity=5)) == ["over-limit"]
    assert reserve(licence, system, quantity=3, key="r2").outcome == Usage.Outcome.RECORDED
    assert codes(reserve(licence, system, quantity=2, key="r3", item=2)) == ["over-limit"]
    assert reserve(licence, system, quantity=4, key="r4", declaration="D2").outcome == Usage.Outcome.RECORDED


def test_two_items_of_one_message_count_together(system):
    licence = issued(most=4)
    items = [Declared(item, str(licence), 1, Decimal(3), "C62") for item in (1, 2)]

    usage, _new = ledger.reserve(Message("r1", "D1"), items, by=system, at=timezone.now())

    assert codes(usage) == ["over-limit"]


def test_what_is_adjusted_is_not_counted_twice(system):
    licence = issued(most=4)
    reserve(licence, system, quantity=3)

    items = [Declared(1, str(licence), 1, Decimal(4), "C62")]
    usage, _new = ledger.adjust(Message("a1", "D1", 2), items, by=system, at=timezone.now())

    assert usage.outcome == Usage.Outcome.RECORDED


def test_a_write_off_in_one_step_keeps_the_conditions_too(system):
    licence = issued(ports=("PABLB",), most=4)

    def write_off(key, quantity, **said):
        usage, _new = customs.record_usage(
            str(licence),
            client_key=key,
            declaration="D1",
            used=[UsedLine(1, Decimal(quantity), "C62")],
            by=system,
            at=timezone.now(),
            shipment=Shipment(**said),
        )
        return usage

    assert codes(write_off("u1", 1)) == ["port-not-said"]
    assert codes(write_off("u2", 5, port="PABLB")) == ["over-limit"]
    assert write_off("u3", 3, port="PABLB").outcome == Usage.Outcome.RECORDED
    assert codes(write_off("u4", 2, port="PABLB")) == ["over-limit"]


def test_goods_that_left_against_a_condition_are_counted_and_officers_told(system):
    licence = issued(ports=("PABLB",))
    gone = [Declared(1, str(licence), 1, Decimal(2), "C62")]

    usage, _new = ledger.depart(
        Message("d1", "D1", shipment=Shipment(port="PAMIT")), gone, by=system, at=timezone.now()
    )

    assert usage.outcome == Usage.Outcome.RECORDED
    irregular = Irregularity.objects.get()
    assert [reason["code"] for reason in irregular.reasons] == ["other-port"]
    assert irregular.counted == 2


def test_a_tolerance_lets_so_much_more_leave(system):
    licence = issued(quantity_tolerance=Decimal(10), value_tolerance=Decimal(10))

    assert reserve(licence, system, quantity=11).outcome == Usage.Outcome.RECORDED
    assert codes(reserve(licence, system, key="r2", declaration="D2")) == ["not-enough"]


def test_the_same_message_from_another_port_is_another_message(system):
    licence = issued(ports=("PABLB", "PAMIT"))
    reserve(licence, system, port="PABLB")

    with pytest.raises(Refused, match="id"):
        reserve(licence, system, port="PAMIT")


def test_a_refusal_has_no_conditions(db):
    ListVersionFactory()
    case = ApplicationFactory(in_review=True)
    casework.recommend(
        case.pk,
        outcome=Outcome.REFUSE,
        reasons="x",
        months=None,
        conditions=[],
        by=UserFactory(),
        at=timezone.now(),
        given=Given(ports=("PABLB",)),
    )

    assert not Terms.objects.exists()


def test_the_database_lets_no_condition_change_or_follow_the_decision(db):
    licence = issued(ports=("PABLB",))
    kept = Terms.objects.get()
    with pytest.raises(DatabaseError), transaction.atomic():
        Terms.objects.filter(pk=kept.pk).update(ports=[])
    with pytest.raises(IntegrityError, match="no condition after the decision"), transaction.atomic():
        ShipmentLimit.objects.create(terms=kept, goods=licence.application.goods.get(), most=1)
    free = issued()
    with pytest.raises(IntegrityError, match="no condition after the decision"), transaction.atomic():
        terms.store(free.decision.recommendation, Given(ports=("PABLB",)))


def test_detained_goods_are_neither_reserved_nor_posted(system):

    licence = issued()
    reserve(licence, system)
    detentions.detain(
        number=str(licence),
        declaration="D1",
        port="PABLB",
        goods="x",
        question="x",
        photos=[],
        once="o",
        by=UserFactory(customs=True),
        at=timezone.now(),
    )

    posted, _new = ledger.post(Message("p1", "D1"), [Part(1)], last=True, by=system, at=timezone.now())

    assert codes(posted) == ["detained"]
    assert codes(reserve(licence, system, key="r2", item=2)) == ["detained"]
    assert Licence.objects.get().lines.get().used == 0


@pytest.mark.parametrize("spelled", ["d-1", "D–1", " D - 1 "])
def test_a_declaration_is_the_same_however_it_is_written(system, spelled):
    licence = issued(most=4)
    reserve(licence, system, quantity=3, declaration="D-1")

    assert codes(reserve(licence, system, quantity=2, key="r2", declaration=spelled)) == ["over-limit"]


def test_a_tolerance_lets_whole_pieces_leave(system):
    licence = issued(quantity_tolerance=Decimal(15))

    assert licence.lines.get().granted == 10
    assert licence.lines.get().remaining == 11
