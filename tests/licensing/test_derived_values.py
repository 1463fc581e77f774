"""The value of what leaves where customs declares none: the quantity at the licence's own price."""

from decimal import Decimal

import pytest
from django.db.models import Sum
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from licensing.actions import corrections, customs, ledger
from licensing.actions.customs import UsedLine
from licensing.actions.messages import Declared, Message, Part
from licensing.models import Irregularity, LedgerEntry, LicenceLine, Usage
from tests.amending import amended, granted
from tests.factories import LicenceLineFactory, UserFactory

pytestmark = pytest.mark.django_db

RECORDED = Usage.Outcome.RECORDED


@pytest.fixture
def siga():
    return UserFactory(system=True)


@pytest.fixture
def line():
    """Twenty units for 310,000, and one more by a tolerance of 5 % in quantity."""
    return LicenceLineFactory(granted=Decimal(20), value=Decimal(310000), quantity_tolerance=Decimal(5))


def item(line, quantity, **more):
    return Declared(1, str(line.licence), line.number, Decimal(quantity), line.unit, **more)


def use(line, quantity, by, key="u1"):
    usage, _new = customs.record_usage(
        str(line.licence),
        client_key=key,
        declaration=key,
        used=[UsedLine(line.number, Decimal(quantity), line.unit)],
        by=by,
        at=timezone.now(),
    )
    return usage


def reserve(line, quantity, by, key="r1", **more):
    return ledger.reserve(Message(key, key), [item(line, quantity, **more)], by=by, at=timezone.now())[0]


def depart(line, quantity, by, key="d1", declaration="", **more):
    message = Message(key, declaration or key)
    return ledger.depart(message, [item(line, quantity, **more)], by=by, at=timezone.now())[0]


def entries(line):
    return [(one.value, one.reserved_value) for one in line.entries.order_by("pk")]


def test_two_of_twenty_are_worth_a_tenth_whatever_the_tolerance(line, siga):
    assert use(line, 2, siga).outcome == RECORDED
    assert reserve(line, 2, siga).outcome == RECORDED
    assert depart(line, 2, siga).outcome == RECORDED

    assert entries(line) == [(31000, 0), (0, 31000), (31000, 0)]


def test_what_the_tolerance_lets_leave_is_worth_what_value_remains(line, siga):
    use(line, 20, siga)

    assert use(line, 1, siga, key="u2").outcome == RECORDED

    assert entries(line) == [(310000, 0), (0, 0)]


def test_a_tolerance_in_value_is_taken_at_the_same_price(siga):
    line = LicenceLineFactory(
        granted=Decimal(20),
        value=Decimal(310000),
        quantity_tolerance=Decimal(5),
        value_tolerance=Decimal(3),
    )
    use(line, 20, siga)

    use(line, 1, siga, key="u2")

    assert entries(line) == [(310000, 0), (9300, 0)]


@pytest.mark.parametrize("act", [use, reserve, depart])
def test_what_others_declared_too_dear_refuses_nothing_that_is_granted(line, siga, act):
    reserve(line, 2, siga, key="dear", value=Decimal(309000))

    assert act(line, 2, siga).outcome == RECORDED
    assert act(line, 2, siga, key="k2").outcome == RECORDED

    assert [sum(one) for one in entries(line)] == [309000, 1000, 0]
    assert not Irregularity.objects.exists()


def test_what_others_declared_too_cheap_makes_nothing_dearer(line, siga):
    reserve(line, 19, siga, key="cheap", value=Decimal(190000))

    use(line, 1, siga)

    assert entries(line) == [(0, 190000), (15500, 0)]


def test_a_declared_value_is_still_held_against_what_remains(line, siga):
    use(line, 19, siga)

    usage = reserve(line, 1, siga, value=Decimal("15500.01"))

    assert [reason["code"] for reason in usage.answer["reasons"]] == ["not-enough-value"]
    depart(line, 1, siga, value=Decimal("15500.01"))
    assert Irregularity.objects.get().reasons[0]["code"] == "not-enough-value"
    assert entries(line)[-1] == (15500, 0)


def test_what_had_left_takes_the_value_kept_for_it_and_the_price_of_the_rest(line, siga):
    reserve(line, 2, siga, key="DUCA-7", value=Decimal(20000))

    depart(line, 3, siga, declaration="DUCA-7")

    assert entries(line)[-1] == (20000 + 15500, -20000)


def test_an_amended_licence_has_a_price_of_its_own(siga):
    line = granted(granted=Decimal(10), value=Decimal(1000))
    use(line, 4, siga)
    new = amended(line.licence, quantity=Decimal(20), value=Decimal(3000)).lines.get()

    use(new, 2, siga, key="u2")

    new.refresh_from_db()
    assert (new.used, new.used_value) == (6, 400 + 300)


def test_parts_of_the_largest_line_there_can_be_add_up_to_its_value(siga):
    line = LicenceLine(
        granted=Decimal("99999999999999.9999"), value=Decimal("9999999999999999.99"), unit="KGM"
    )
    third = Decimal("33333333333333.3333")

    parts = [line.value_of(third, beyond=third * turn) for turn in range(3)]

    assert sum(parts) == line.value


AMOUNTS = st.decimals(Decimal("0.01"), Decimal(4), places=2)
DECLARATIONS = st.sampled_from(["D-1", "D-2", "D-3"])
ACTS = st.one_of(
    st.tuples(st.just("use"), AMOUNTS),
    st.tuples(st.just("reserve"), AMOUNTS, DECLARATIONS),
    st.tuples(st.just("adjust"), AMOUNTS, DECLARATIONS),
    st.tuples(st.just("post"), AMOUNTS, DECLARATIONS),
    st.tuples(st.just("release"), AMOUNTS, DECLARATIONS),
    st.tuples(st.just("depart"), AMOUNTS, DECLARATIONS),
    st.tuples(st.just("correct")),
)


class AnyHistory(TestCase):
    """Nobody ever declares a value: it refuses nothing, exceeds nothing, and the books agree to the cent."""

    @settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(
        st.decimals(Decimal("0.01"), Decimal(5000), places=2),
        st.sampled_from([Decimal(0), Decimal(5), Decimal("12.5")]),
        st.sampled_from([Decimal(0), Decimal(5)]),
        st.lists(ACTS, min_size=3, max_size=14),
    )
    def test_derived_values_stay_within_what_is_granted(self, value, in_quantity, in_value, acts):
        self.siga, self.turn = UserFactory(system=True), 0
        self.deciders = UserFactory(decider=True), UserFactory(decider=True)
        self.line = LicenceLineFactory(
            granted=Decimal(10),
            unit="KGM",
            value=value,
            quantity_tolerance=in_quantity,
            value_tolerance=in_value,
        )
        for act, *said in acts:
            self.turn += 1
            getattr(self, act)(*said)
            self.check()
        if self.line.used + self.line.reserved < 10:
            use(self.line, 10 - self.line.used - self.line.reserved, self.siga, key="rest")
            self.check()

    def use(self, amount):
        fits = amount <= self.line.remaining
        assert (use(self.line, amount, self.siga, key=f"m{self.turn}").outcome == RECORDED) == fits

    def told(self, act, declaration, *said, **more):
        message = Message(f"m{self.turn}", declaration, version=self.turn)
        usage, _new = act(message, *said, by=self.siga, at=timezone.now(), **more)
        for reason in usage.answer.get("reasons", ()):
            assert reason["code"] != "not-enough-value"
        return usage

    def reserve(self, amount, declaration):
        self.told(ledger.reserve, declaration, [item(self.line, amount)])

    def adjust(self, amount, declaration):
        self.told(ledger.adjust, declaration, [item(self.line, amount)])

    def post(self, amount, declaration):
        self.told(ledger.post, declaration, [Part(1, amount, "KGM")], last=False)

    def release(self, amount, declaration):
        self.told(ledger.release, declaration, [Part(1, amount, "KGM")])

    def depart(self, amount, declaration):
        self.told(ledger.depart, declaration, [item(self.line, amount)])
        codes = {reason["code"] for one in Irregularity.objects.all() for reason in one.reasons}
        assert codes <= {"not-enough"}

    def correct(self):
        open_entries = LedgerEntry.objects.filter(
            line=self.line, kind__in=corrections.REVERSIBLE, corrections=None
        )
        if entry := open_entries.order_by("pk").first():
            first, second = self.deciders
            proposed = corrections.propose_reversal(entry.pk, reason="x", by=first, at=timezone.now())
            corrections.confirm(proposed.pk, by=second, at=timezone.now())

    def check(self):
        self.line.refresh_from_db()
        line = self.line
        most = line.value + line.value * line.value_tolerance / 100
        assert 0 <= line.used_value + line.reserved_value <= most
        sums = line.entries.aggregate(
            used=Sum("quantity"), used_value=Sum("value"), reserved_value=Sum("reserved_value")
        )
        assert {name: total or 0 for name, total in sums.items()} == {
            name: getattr(line, name) for name in sums
        }
        kept = line.reservations.aggregate(value=Sum("open_value"))
        assert (kept["value"] or 0) == line.reserved_value
