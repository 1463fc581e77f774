"""The ledger in two steps: reserved, posted, released, run out, reported late, set right by two people."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Sum
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run_machine

from licensing import bookings
from licensing.actions import corrections, customs, ledger, licences, run_outs
from licensing.actions.customs import UsedLine
from licensing.actions.messages import Declared, Message, Part
from licensing.country import pack
from licensing.errors import Refused
from licensing.models import (
    Action,
    Correction,
    CorrectionConfirmation,
    EntryKind,
    Event,
    Irregularity,
    Job,
    LedgerEntry,
    LicenceChange,
    LicenceLine,
    LicenceState,
    OutboxJob,
    Reservation,
    Usage,
)
from licensing.schedule import let_reservations_run_out
from tests.factories import LicenceLineFactory, UserFactory

RECORDED, REFUSED = Usage.Outcome.RECORDED, Usage.Outcome.REFUSED


@pytest.fixture
def system(db):
    return UserFactory(system=True)


@pytest.fixture
def line(db):
    return LicenceLineFactory(granted=Decimal(10), value=Decimal(1000))


@pytest.fixture
def deciders(db):
    return UserFactory(decider=True), UserFactory(decider=True)


def item(line: LicenceLine, quantity: object = 4, number: int = 1, unit: str = "", **more) -> Declared:
    amount = Decimal(str(quantity))
    return Declared(number, str(line.licence), line.number, amount, unit or line.unit, **more)


def reserve(by, *items, key="r1", declaration="D-1", version=1, at=None):
    message = Message(key, declaration, version)
    return ledger.reserve(message, items, by=by, at=at or timezone.now())[0]


def adjust(by, *items, key="a1", version=2):
    return ledger.adjust(Message(key, "D-1", version), items, by=by, at=timezone.now())[0]


def post(by, *parts, key="p1", version=1, last=False, declaration="D-1"):
    message = Message(key, declaration, version)
    return ledger.post(message, parts or (Part(1),), last=last, by=by, at=timezone.now())[0]


def release(by, *parts, key="x1", declaration="D-1"):
    return ledger.release(Message(key, declaration), parts, by=by, at=timezone.now())[0]


def depart(by, *items, key="d1", declaration="D-1", version=1):
    return ledger.depart(Message(key, declaration, version), items, by=by, at=timezone.now())[0]


def balances(line: LicenceLine) -> tuple[int, int]:
    line.refresh_from_db()
    return line.reserved, line.used


def values(line: LicenceLine) -> tuple[str, str]:
    line.refresh_from_db()
    return str(line.reserved_value), str(line.used_value)


def codes(usage: Usage) -> list[str]:
    assert usage.outcome == REFUSED
    return [reason["code"] for reason in usage.answer["reasons"]]


class TestTwoSteps:
    def test_what_is_reserved_is_used_when_it_leaves(self, line, system):
        reserve(system, item(line))
        assert balances(line) == (4, 0)

        post(system)

        assert balances(line) == (0, 4)
        assert values(line) == ("0.00", "400.00")

    def test_it_may_leave_in_parts(self, line, system):
        reserve(system, item(line))

        post(system, Part(1, Decimal(1)))
        second = post(system, Part(1, Decimal(2)), key="p2", version=2)

        assert balances(line) == (1, 3)
        assert second.answer["lines"][0]["reserved"] == "1"

    def test_the_last_part_releases_the_rest(self, line, system):
        reserve(system, item(line))

        post(system, Part(1, Decimal(1)), last=True)

        assert balances(line) == (0, 1)
        assert values(line) == ("0.00", "100.00")

    def test_no_more_leaves_than_is_reserved(self, line, system):
        reserve(system, item(line))

        usage = post(system, Part(1, Decimal(5)))

        assert codes(usage) == ["more-than-reserved"]
        assert balances(line) == (4, 0)

    def test_a_reservation_is_posted_once(self, line, system):
        reserve(system, item(line))
        post(system)

        assert codes(post(system, key="p2", version=2)) == ["no-reservation"]

    def test_what_is_reserved_is_kept_from_others(self, line, system):
        reserve(system, item(line, 7))

        other = reserve(system, item(line, 4), key="r2", declaration="D-2")

        assert codes(other) == ["not-enough"]
        assert other.answer["reasons"][0]["remaining"] == "3"

    def test_a_licence_wholly_reserved_is_still_in_force(self, line, system):
        reserve(system, item(line, 10))

        assert line.licence.state(timezone.now()) == LicenceState.VALID

    def test_the_single_step_takes_what_is_not_reserved(self, line, system):
        reserve(system, item(line, 7))

        usage, _new = customs.record_usage(
            str(line.licence),
            client_key="u1",
            declaration="D-9",
            used=[UsedLine(1, Decimal(4), "C62")],
            by=system,
            at=timezone.now(),
        )

        assert codes(usage) == ["not-enough"]


class TestAllOrNothing:
    def test_one_line_that_lacks_refuses_all(self, line, system):
        other = LicenceLineFactory(granted=Decimal(1))

        usage = reserve(system, item(line, 4), item(other, 2, number=2))

        assert codes(usage) == ["not-enough"]
        assert usage.answer["reasons"][0]["item"] == 2
        assert (balances(line), balances(other)) == ((0, 0), (0, 0))
        assert not Reservation.objects.exists() and not LedgerEntry.objects.exists()

    def test_two_items_of_one_line_count_together(self, line, system):
        assert codes(reserve(system, item(line, 6), item(line, 6, number=2))) == ["not-enough"]

    def test_licences_and_lines_are_locked_in_the_order_of_their_ids(self, line, system):
        other = LicenceLineFactory()

        usage = reserve(system, item(other), item(line, number=2))

        assert usage.outcome == RECORDED
        assert {one.licence_id for one in Event.objects.filter(action=Action.RESERVE)} == {
            line.licence_id,
            other.licence_id,
        }


class TestCountedOnce:
    def test_a_repeat_gets_the_first_answer_whatever_happened_since(self, line, system):
        first = reserve(system, item(line, 11))
        LicenceLineFactory(licence=line.licence)

        again, is_new = ledger.reserve(Message("r1", "D-1"), [item(line, 11)], by=system, at=timezone.now())

        assert (again, is_new) == (first, False)
        assert codes(again) == ["not-enough"]

    def test_the_same_id_with_another_body_or_another_kind_is_refused(self, line, system):
        reserve(system, item(line))

        for other in (lambda: reserve(system, item(line, 5)), lambda: release(system, key="r1")):
            with pytest.raises(Refused) as refused:
                other()
            assert refused.value.code == "id-reused"

    def test_ids_belong_to_their_client(self, line, system):
        reserve(system, item(line))

        reserve(UserFactory(system=True), item(line), declaration="D-2")

        assert balances(line) == (8, 0)

    def test_the_same_movement_under_another_id_counts_once(self, line, system):
        reserve(system, item(line))
        colleague = UserFactory(system=True, organisation=system.organisation)

        usage = reserve(colleague, item(line), key="other")

        assert codes(usage) == ["already-recorded"]
        assert balances(line) == (4, 0)

    def test_an_item_has_one_reservation_at_a_time(self, line, system):
        reserve(system, item(line))

        assert codes(reserve(system, item(line), key="r2", version=2)) == ["already-reserved"]

    def test_the_database_itself_counts_a_movement_once(self, line, system):
        reserve(system, item(line))
        entry = LedgerEntry.objects.get()
        entry.pk = None
        entry.usage = release(system)

        with pytest.raises(IntegrityError, match="a_movement_counts_once"), transaction.atomic():
            entry.save(force_insert=True)

    def test_the_same_declaration_of_another_system_is_another(self, line, system):
        reserve(system, item(line))

        assert reserve(UserFactory(system=True), item(line), key="r1").outcome == RECORDED


class TestGivingBack:
    def test_a_release_gives_back(self, line, system):
        reserve(system, item(line, 4), item(line, 3, number=2))

        release(system, Part(1))
        assert balances(line) == (3, 0)
        release(system, key="x2")

        assert (balances(line), values(line)) == ((0, 0), ("0.00", "0.00"))

    def test_what_is_not_reserved_is_refused_with_an_explanation(self, system, line):
        usage = release(system)

        assert codes(usage) == ["no-reservation"]

    def test_a_suspended_licence_gives_back_and_lets_nothing_leave(self, line, system, deciders):
        reserve(system, item(line))
        licences.suspend(line.licence_id, reasons="x", by=deciders[0], at=timezone.now())

        assert codes(post(system)) == ["not-in-force"]
        assert release(system).outcome == RECORDED
        assert balances(line) == (0, 0)

    def test_an_adjustment_is_a_release_and_a_new_reservation(self, line, system):
        reserve(system, item(line, 6))

        usage = adjust(system, item(line, 9))

        assert usage.outcome == RECORDED
        assert balances(line) == (9, 0)
        assert list(LedgerEntry.objects.order_by("pk").values_list("kind", flat=True)) == [
            "reserve",
            "release",
            "reserve",
        ]

    def test_an_adjustment_that_does_not_fit_leaves_all_as_it_was(self, line, system):
        reserve(system, item(line, 6))

        assert codes(adjust(system, item(line, 11))) == ["not-enough"]
        assert balances(line) == (6, 0)
        assert post(system, Part(1, Decimal(6))).outcome == RECORDED

    def test_an_adjustment_needs_a_higher_version(self, line, system):
        reserve(system, item(line, 6))

        assert codes(adjust(system, item(line, 5), version=1)) == ["already-recorded"]

    def test_what_does_not_leave_in_time_is_given_back_by_the_clock(self, line, system):
        days = timedelta(days=pack().reservation_days)
        reserve(system, item(line), at=timezone.now() - days)
        reserve(system, item(line, 1), key="r2", declaration="D-2")

        let_reservations_run_out()
        let_reservations_run_out()

        assert balances(line) == (1, 0)
        assert Event.objects.get(action=Action.RUN_OUT).data["quantity"] == "4"
        assert codes(post(system)) == ["no-reservation"]


class TestValue:
    def test_the_value_is_bounded_too(self, line, system):
        usage = reserve(system, item(line, 1, value=Decimal("1000.01")))

        assert codes(usage) == ["not-enough-value"]

    def test_another_currency_is_refused(self, line, system):
        assert codes(reserve(system, item(line, 1, value=Decimal(1), currency="XXX"))) == ["other-currency"]

    def test_parts_add_up_to_the_whole_and_the_last_takes_what_rounding_left(self, system):
        line = LicenceLineFactory(granted=Decimal(3), value=Decimal("100.00"))

        for turn in range(3):
            reserve(system, item(line, 1), key=f"r{turn}", declaration=f"D-{turn}")

        made = Reservation.objects.order_by("pk").values_list("value", flat=True)
        assert [str(value) for value in made] == ["33.33", "33.33", "33.34"]
        assert values(line) == ("100.00", "0.00")

    def test_what_leaves_may_be_worth_less_than_what_was_reserved(self, line, system):
        reserve(system, item(line, 4))

        post(system, Part(1, value=Decimal(350)))

        assert values(line) == ("0.00", "350.00")

    def test_more_may_leave_only_where_a_condition_says_so(self, system):
        line = LicenceLineFactory(
            granted=Decimal(10), quantity_tolerance=Decimal(5), unit="KGM", value=Decimal(1000)
        )

        assert codes(reserve(system, item(line, "10.5001"))) == ["not-enough"]
        assert reserve(system, item(line, "10.5"), key="r2").outcome == RECORDED

    @pytest.mark.parametrize(
        ("change", "constraint"),
        [
            ({"reserved": Decimal("10.0001")}, "no_line_is_overdrawn"),
            ({"reserved": Decimal(-1), "used": Decimal(2)}, "no_line_is_overdrawn"),
            ({"used_value": Decimal("1000.01")}, "no_line_is_overdrawn_in_value"),
            ({"quantity_tolerance": Decimal(5)}, "a tolerance stays"),
        ],
    )
    def test_the_database_itself_refuses_it(self, line, change, constraint):
        with pytest.raises(DatabaseError, match=constraint), transaction.atomic():
            LicenceLine.objects.filter(pk=line.pk).update(**change)


class TestUnits:
    def test_like_units_are_converted(self, system):
        line = LicenceLineFactory(granted=Decimal(1000), unit="KGM")

        reserve(system, item(line, "0.25", unit="TNE"))

        assert balances(line) == (250, 0)

    def test_unlike_units_are_refused_with_an_explanation(self, system):
        line = LicenceLineFactory(granted=Decimal(1000), unit="KGM")

        usage = reserve(system, item(line, 1, unit="LTR"))

        assert codes(usage) == ["other-unit"]
        assert "LTR" in usage.answer["reasons"][0]["detail"]

    def test_what_can_only_be_counted_must_come_out_whole(self, system):
        line = LicenceLineFactory(granted=Decimal(10), unit="DZN")

        assert codes(reserve(system, item(line, 3, unit="C62"))) == ["too-fine"]
        assert reserve(system, item(line, 24, unit="C62"), key="r2").outcome == RECORDED


class TestWhatHasLeft:
    def test_it_takes_what_was_reserved_for_it(self, line, system):
        reserve(system, item(line, 8))

        usage = depart(system, item(line, 8))

        assert usage.outcome == RECORDED
        assert balances(line) == (0, 8)
        assert not Irregularity.objects.exists()

    def test_more_than_remains_is_recorded_and_goes_to_the_officers(self, line, system, deciders):
        depart(system, item(line, 12))

        [irregular] = Irregularity.objects.open()
        assert balances(line) == (0, 10)
        assert (irregular.quantity, irregular.counted) == (12, 10)
        assert irregular.reasons[0]["code"] == "not-enough"
        jobs = OutboxJob.objects.filter(job=Job.NOTIFY)
        assert {job.arguments["user_id"] for job in jobs} >= {one.pk for one in deciders}

    def test_a_stopped_licence_hears_of_it_all_the_same(self, line, system, deciders):
        licences.suspend(line.licence_id, reasons="x", by=deciders[0], at=timezone.now())

        depart(system, item(line, 3))

        assert balances(line) == (0, 3)
        assert Irregularity.objects.get().reasons[0]["state"] == "suspended"

    def test_even_an_unknown_licence_or_unit_is_recorded(self, line, system):
        depart(
            system,
            Declared(1, "NO-SUCH", 7, Decimal(2), "C62"),
            item(line, 2, number=2, unit="LTR"),
        )

        assert balances(line) == (0, 0)
        assert [one.reasons[0]["code"] for one in Irregularity.objects.order_by("item")] == [
            "unknown-licence",
            "other-unit",
        ]

    def test_it_counts_once(self, line, system):
        depart(system, item(line, 3))

        assert codes(depart(system, item(line, 3), key="d2")) == ["already-recorded"]
        assert balances(line) == (0, 3)


class TestSettingRight:
    @pytest.fixture
    def entry(self, line, system):
        depart(system, item(line, 12))
        return LedgerEntry.objects.get()

    def test_a_reversal_takes_two_people_and_moves_nothing_before(self, line, entry, deciders):
        first, second = deciders
        proposed = corrections.propose_reversal(
            entry.pk, reason="Contado doble.", by=first, at=timezone.now()
        )
        assert balances(line) == (0, 10)

        with pytest.raises(Refused):
            corrections.confirm(proposed.pk, by=first, at=timezone.now())
        corrections.confirm(proposed.pk, by=second, at=timezone.now())

        assert (balances(line), values(line)) == ((0, 0), ("0.00", "0.00"))
        assert line.entries.latest("pk").kind == "correct"

    def test_an_entry_is_reversed_once(self, entry, deciders):
        first, second = deciders
        proposed = corrections.propose_reversal(entry.pk, reason="x", by=first, at=timezone.now())
        corrections.confirm(proposed.pk, by=second, at=timezone.now())

        with pytest.raises(Refused):
            corrections.propose_reversal(entry.pk, reason="x", by=first, at=timezone.now())
        with pytest.raises(Refused):
            corrections.confirm(proposed.pk, by=second, at=timezone.now())

    def test_only_who_decides_corrects_and_says_why(self, entry, deciders, officer):
        for by, reason in ((officer, "x"), (deciders[0], " ")):
            with pytest.raises(Refused):
                corrections.propose_reversal(entry.pk, reason=reason, by=by, at=timezone.now())

    def test_an_irregularity_leaves_the_list_when_two_people_settled_it(self, entry, deciders):
        irregular = Irregularity.objects.get()
        proposed = corrections.propose_settlement(
            irregular.pk, reason="Licencia PA-L-2 cubre el resto.", by=deciders[0], at=timezone.now()
        )
        assert Irregularity.objects.open().exists()

        corrections.confirm(proposed.pk, by=deciders[1], at=timezone.now())

        assert not Irregularity.objects.open().exists()

    def test_the_newest_proposal_counts(self, entry, deciders):
        old = corrections.propose_reversal(entry.pk, reason="x", by=deciders[0], at=timezone.now())
        corrections.propose_reversal(entry.pk, reason="y", by=deciders[1], at=timezone.now())

        with pytest.raises(Refused):
            corrections.confirm(old.pk, by=deciders[1], at=timezone.now())

    def test_the_database_itself_wants_two_people(self, entry, deciders):
        at = timezone.now()
        proposed = Correction.objects.create(entry=entry, reason="x", by=deciders[0], at=at)

        for first_by, match in ((deciders[0], "two_people_correct"), (deciders[1], "who proposed")):
            with pytest.raises(IntegrityError, match=match), transaction.atomic():
                CorrectionConfirmation.objects.create(
                    correction=proposed, first_by=first_by, by=deciders[0], at=at
                )

    def test_the_database_itself_reverses_exactly(self, entry, deciders):
        at = timezone.now()
        proposed = Correction.objects.create(entry=entry, reason="x", by=deciders[0], at=at)
        confirmed = CorrectionConfirmation.objects.create(
            correction=proposed, first_by=deciders[0], by=deciders[1], at=at
        )

        with pytest.raises(IntegrityError, match="reversed exactly"), transaction.atomic():
            LedgerEntry.objects.create(
                line=entry.line, kind="correct", quantity=-1, confirmation=confirmed, at=at
            )


def test_a_reservation_only_shrinks(line, system):
    reserve(system, item(line))
    post(system, Part(1, Decimal(1)))

    with pytest.raises(DatabaseError, match="only shrinks"), transaction.atomic():
        Reservation.objects.update(open_quantity=4)


def test_who_may_not_report_is_refused(line):
    with pytest.raises(Refused) as refused:
        reserve(UserFactory(decider=True), item(line))

    assert refused.value.code == "not-allowed"


def test_every_change_of_a_licence_is_noted_by_the_database(line, system, deciders):
    reserve(system, item(line))
    licences.suspend(line.licence_id, reasons="x", by=deciders[0], at=timezone.now())

    noted = LicenceChange.objects.filter(licence=line.licence).order_by("pk")
    assert list(noted.values_list("what", flat=True)) == ["issued", "balance", "status"]


class TwoSteps(RuleBasedStateMachine):
    """Random messages about two lines, beside a model of dictionaries that knows neither locks nor rows."""

    quantities = st.decimals(min_value="0.0001", max_value="12", places=4)
    declarations = st.sampled_from(["D-1", "D-2", "D-3"])
    numbers = st.sampled_from([1, 2])

    @initialize(granted=st.lists(quantities, min_size=2, max_size=2))
    def grant(self, granted):
        first = LicenceLineFactory(unit="KGM", granted=granted[0], value=Decimal(500))
        second = LicenceLineFactory(licence=first.licence, unit="KGM", granted=granted[1], value=Decimal(7))
        self.lines = {1: first, 2: second}
        self.granted = dict(enumerate(granted, start=1))
        self.used, self.over = {1: Decimal(0), 2: Decimal(0)}, Decimal(0)
        self.held: dict[tuple[str, int], tuple[int, Decimal]] = {}  # line and what is open, by item
        self.system = UserFactory(system=True)
        self.deciders = [UserFactory(decider=True), UserFactory(decider=True)]
        self.suspended, self.turn, self.sent = False, 0, []
        self.counted: list[tuple[int, Decimal, int]] = []  # entry, quantity, line: what may be reversed

    def reserved(self, number: int) -> Decimal:
        return sum((amount for line, amount in self.held.values() if line == number), Decimal(0))

    def left(self, number: int) -> Decimal:
        return self.granted[number] - self.used[number] - self.reserved(number)

    def send(self, act, declaration, *content, **more) -> Usage:
        """Send a message with an id and a version of its own, and the same once more."""
        self.turn += 1
        message = Message(f"k{self.turn}", declaration, self.turn)

        def again():
            return act(message, *content, by=self.system, at=timezone.now(), **more)

        usage, is_new = again()
        assert is_new
        assert again() == (usage, False)
        self.sent.append((usage, again))
        return usage

    @rule(declaration=declarations, number=numbers, quantity=quantities, item_number=numbers)
    def reserve(self, declaration, number, quantity, item_number):
        usage = self.send(ledger.reserve, declaration, [item(self.lines[number], quantity, item_number)])
        key = (declaration, item_number)
        fits = key not in self.held and quantity <= self.left(number) and not self.suspended
        assert usage.outcome == (RECORDED if fits else REFUSED)
        if fits:
            self.held[key] = (number, quantity)

    @rule(declaration=declarations, number=numbers, quantity=quantities)
    def adjust(self, declaration, number, quantity):
        usage = self.send(ledger.adjust, declaration, [item(self.lines[number], quantity)])
        own = {key: held for key, held in self.held.items() if key[0] == declaration}
        given_back = sum((amount for line, amount in own.values() if line == number), Decimal(0))
        fits = own and quantity <= self.left(number) + given_back and not self.suspended
        assert usage.outcome == (RECORDED if fits else REFUSED)
        if fits:
            self.held = {key: held for key, held in self.held.items() if key not in own}
            self.held[declaration, 1] = (number, quantity)

    @rule(declaration=declarations, item_number=numbers, quantity=quantities, last=st.booleans())
    def post(self, declaration, item_number, quantity, last):
        part = Part(item_number, quantity, "KGM")
        usage = self.send(ledger.post, declaration, [part], last=last)
        number, open_amount = self.held.get((declaration, item_number), (0, Decimal(0)))
        fits = quantity <= open_amount and not self.suspended
        assert usage.outcome == (RECORDED if fits else REFUSED)
        if fits:
            self.shrink((declaration, item_number), open_amount if last else quantity)
            self.count(usage, number, quantity)

    @rule(declaration=declarations, item_number=numbers)
    def release(self, declaration, item_number):
        usage = self.send(ledger.release, declaration, [Part(item_number)])
        assert usage.outcome == (RECORDED if (declaration, item_number) in self.held else REFUSED)
        self.held.pop((declaration, item_number), None)

    @rule(declaration=declarations, number=numbers, quantity=quantities, item_number=numbers)
    def depart(self, declaration, number, quantity, item_number):
        usage = self.send(ledger.depart, declaration, [item(self.lines[number], quantity, item_number)])
        assert usage.outcome == RECORDED
        line, open_amount = self.held.get((declaration, item_number), (number, Decimal(0)))
        own = open_amount if line == number else Decimal(0)
        counted = min(quantity, own + self.left(number))
        if own:
            self.shrink((declaration, item_number), min(counted, own))
        self.over += quantity - counted
        if counted:
            self.count(usage, number, counted)

    @rule()
    def suspend_or_reinstate(self):
        change = licences.reinstate if self.suspended else licences.suspend
        licence = self.lines[1].licence_id
        change(licence, reasons="x", by=self.deciders[self.suspended], at=timezone.now())
        self.suspended = not self.suspended

    @precondition(lambda self: self.counted)
    @rule(data=st.data())
    def reverse(self, data):
        found = data.draw(st.sampled_from(self.counted))
        entry, quantity, number = found
        first, second = self.deciders
        proposed = corrections.propose_reversal(entry, reason="x", by=first, at=timezone.now())
        corrections.confirm(proposed.pk, by=second, at=timezone.now())
        self.counted.remove(found)
        self.used[number] -= quantity

    @precondition(lambda self: self.held)
    @rule()
    def all_reservations_run_out(self):
        later = timezone.now() + timedelta(days=pack().reservation_days + 1)
        assert run_outs.run_out_all(later) == len(self.held)
        self.held.clear()

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def repeat(self, data):
        usage, again = data.draw(st.sampled_from(self.sent))
        repeated, is_new = again()
        assert (repeated, repeated.answer, is_new) == (usage, usage.answer, False)

    def shrink(self, key, amount):
        number, open_amount = self.held.pop(key)
        if amount < open_amount:
            self.held[key] = (number, open_amount - amount)

    def count(self, usage, number, quantity):
        self.used[number] += quantity
        entry = usage.entries.get(quantity__gt=0)
        self.counted.append((entry.pk, quantity, number))

    @invariant()
    def books_are_those_of_the_model(self):
        for number, line in self.lines.items():
            assert balances(line) == (self.reserved(number), self.used[number])
            sums = line.entries.aggregate(
                used=Sum("quantity"),
                reserved=Sum("reserved"),
                used_value=Sum("value"),
                reserved_value=Sum("reserved_value"),
            )
            assert {name: value or 0 for name, value in sums.items()} == {
                name: getattr(line, name) for name in sums
            }
            open_sum = line.reservations.aggregate(amount=Sum("open_quantity"), value=Sum("open_value"))
            assert (open_sum["amount"] or 0, open_sum["value"] or 0) == (line.reserved, line.reserved_value)
            assert 0 <= line.used + line.reserved <= line.granted
        over = sum((one.quantity - one.counted for one in Irregularity.objects.all()), Decimal(0))
        assert over == self.over


def test_the_ledger_in_two_steps_follows_its_model(db):
    class InItsOwnTransaction(TwoSteps):
        def __init__(self):
            super().__init__()
            self.undone = transaction.atomic()
            self.undone.__enter__()

        def teardown(self):
            transaction.set_rollback(True)
            self.undone.__exit__(None, None, None)

    run_machine(
        InItsOwnTransaction,
        settings=settings(
            max_examples=20,
            stateful_step_count=25,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_nothing_is_posted_by_a_statement_that_sees_the_licence_stopped(line, system, deciders):
    """Even if what was read before were wrong, the statement that changes the balance asks for the state."""
    licences.suspend(line.licence_id, reasons="x", by=deciders[0], at=timezone.now())
    reservation_free = [bookings.Move(line, EntryKind.USE, quantity=Decimal(1))]

    with pytest.raises(Refused), transaction.atomic():
        bookings.book(reservation_free, movement=None, at=timezone.now())

    assert balances(line) == (0, 0)
    assert connection.in_atomic_block
