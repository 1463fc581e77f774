"""The ledger: never more than granted, never twice, never half, whatever happens at once."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from decimal import Decimal
from functools import partial

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run_machine

from licensing.actions import customs, licences
from licensing.actions.customs import UsedLine
from licensing.errors import Refused
from licensing.models import Licence, LicenceLine, Usage, User
from tests.factories import LicenceLineFactory, UserFactory

RECORDED, REFUSED = Usage.Outcome.RECORDED, Usage.Outcome.REFUSED


@pytest.fixture
def system(db):
    return UserFactory(system=True)


@pytest.fixture
def line(db):
    return LicenceLineFactory(granted=Decimal(10))


def write_off(
    line: LicenceLine, by: User, quantity: object = 4, *, key: str = "1", declaration: str = "D-1"
) -> tuple[Usage, bool]:
    used = [UsedLine(line.number, Decimal(str(quantity)), line.unit)]
    return report(line.licence, by, used, key=key, declaration=declaration)


def report(licence: Licence, by: User, used, *, key: str = "1", declaration: str = "D-1"):
    return customs.record_usage(
        licence.reference, client_key=key, declaration=declaration, used=used, by=by, at=timezone.now()
    )


def test_a_message_known_already_changes_nothing(line, system):
    first, is_new = write_off(line, system)
    second, is_new_again = write_off(line, system)

    assert (first, is_new, is_new_again) == (second, True, False)
    line.refresh_from_db()
    assert line.used == 4


def test_lines_may_come_in_another_order_with_a_repeat(line, system):
    other = LicenceLineFactory(licence=line.licence)
    used = [UsedLine(1, Decimal(1), "C62"), UsedLine(2, Decimal(2), "C62")]

    report(line.licence, system, used)
    _usage, is_new = report(line.licence, system, used[::-1])

    assert not is_new
    line.refresh_from_db(), other.refresh_from_db()
    assert (line.used, other.used) == (1, 2)


@pytest.mark.parametrize(("quantity", "declaration"), [(5, "D-1"), (4, "D-2")])
def test_a_known_id_with_another_body_is_refused(line, system, quantity, declaration):
    write_off(line, system)

    with pytest.raises(Refused) as refused:
        write_off(line, system, quantity, declaration=declaration)

    assert refused.value.code == "id-reused"


def test_who_may_not_report_is_refused(line):
    with pytest.raises(Refused) as refused:
        write_off(line, UserFactory(decider=True))

    assert refused.value.code == "not-allowed"
    assert not Usage.objects.exists()


@pytest.mark.parametrize("quantity", [-1, 0])
def test_nothing_can_be_put_back_by_a_negative_quantity(line, system, quantity):
    write_off(line, system)

    usage, _is_new = write_off(line, system, quantity, key="2")

    assert usage.answer["reasons"][0]["code"] == "not-positive"
    line.refresh_from_db()
    assert line.used == 4


def test_a_message_without_lines_is_refused(line, system):
    usage, _is_new = report(line.licence, system, [])

    assert usage.answer["reasons"][0]["code"] == "nothing-asked"


def test_the_database_itself_refuses_an_overdraft(line):
    with pytest.raises(IntegrityError, match="no_line_is_overdrawn"), transaction.atomic():
        LicenceLine.objects.filter(pk=line.pk).update(used=Decimal("10.0001"))


def test_the_database_keeps_one_row_a_message(line, system):
    usage, _is_new = write_off(line, system)
    usage.pk = None

    with pytest.raises(IntegrityError, match="a_message_counts_once"), transaction.atomic():
        usage.save(force_insert=True)


class Ledger(RuleBasedStateMachine):
    """Random reports, repeats, clashes and suspensions, beside a model that fits into twenty lines."""

    quantities = st.decimals(min_value="0.0001", max_value="40", places=4)
    keys = st.sampled_from([f"k{number}" for number in range(8)])

    @initialize(granted=st.lists(quantities, min_size=1, max_size=3))
    def grant(self, granted):
        first = LicenceLineFactory(unit="KGM", granted=granted[0])
        rest = [LicenceLineFactory(licence=first.licence, unit="KGM", granted=one) for one in granted[1:]]
        self.lines, self.licence = [first, *rest], first.licence
        self.system = UserFactory(system=True)
        self.deciders = [UserFactory(decider=True), UserFactory(decider=True)]
        self.granted, self.used = granted, [Decimal(0)] * len(granted)
        self.suspended, self.answers = False, {}

    @rule(key=keys, data=st.data())
    def send(self, key, data):
        numbers = data.draw(st.sets(st.integers(1, len(self.granted)), min_size=1))
        asked = [(number, data.draw(self.quantities)) for number in sorted(numbers)]
        used = [UsedLine(number, quantity, "KGM") for number, quantity in asked]
        if key in self.answers and self.answers[key][0] != asked:
            with pytest.raises(Refused):
                report(self.licence, self.system, used, key=key)
            return
        usage, is_new = report(self.licence, self.system, used, key=key)
        assert is_new == (key not in self.answers)
        expected = self.answers.get(key, (asked, self.expected(asked)))[1]
        assert usage.outcome == expected
        if is_new and expected == RECORDED:
            for number, quantity in asked:
                self.used[number - 1] += quantity
        self.answers[key] = (asked, expected)

    @precondition(lambda self: self.answers)
    @rule(data=st.data())
    def repeat(self, data):
        key = data.draw(st.sampled_from(sorted(self.answers)))
        asked, outcome = self.answers[key]
        usage, is_new = report(
            self.licence,
            self.system,
            [UsedLine(number, quantity, "KGM") for number, quantity in asked],
            key=key,
        )
        assert (usage.outcome, is_new) == (outcome, False)

    @rule()
    def suspend_or_reinstate(self):
        change = licences.reinstate if self.suspended else licences.suspend
        change(self.licence.pk, reasons="x", by=self.deciders[self.suspended], at=timezone.now())
        self.suspended = not self.suspended

    def expected(self, asked) -> str:
        fits = all(quantity <= self.granted[number - 1] - self.used[number - 1] for number, quantity in asked)
        return RECORDED if fits and not self.suspended else REFUSED

    @invariant()
    def balances_are_those_of_the_model(self):
        for line, used in zip(self.lines, self.used, strict=True):
            line.refresh_from_db()
            assert line.used == used <= line.granted
            assert (line.entries.aggregate(sum=Sum("quantity"))["sum"] or 0) == used


def test_the_ledger_follows_its_model(db):
    class InItsOwnTransaction(Ledger):
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
            max_examples=15,
            stateful_step_count=20,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


class Held:
    """Do `work` in a transaction of another thread, and commit it only when told."""

    def __init__(self, work: Callable[[], object]) -> None:
        self.done, self.go = threading.Event(), threading.Event()
        self.result = elsewhere(lambda: self.hold(work))
        assert self.done.wait(10)

    def hold(self, work: Callable[[], object]) -> object:
        with transaction.atomic():
            result = work()
            self.done.set()
            assert self.go.wait(10)
        return result

    def commit(self) -> object:
        self.go.set()
        return self.result.result(10)


def elsewhere(work: Callable[[], object]) -> Future:
    """Run `work` in a thread with a connection of its own."""

    def run():
        try:
            return work()
        finally:
            connection.close()

    pool = ThreadPoolExecutor(1)
    result = pool.submit(run)
    pool.shutdown(wait=False)
    return result


def wait_until_somebody_waits_for_a_lock() -> None:
    deadline = time.monotonic() + 10
    with connection.cursor() as cursor:
        while True:
            cursor.execute(
                "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid)"
                " WHERE NOT granted AND datname = current_database()"
            )
            if cursor.fetchone()[0]:
                return
            assert time.monotonic() < deadline, "nobody waits"
            time.sleep(0.01)


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    """The order is forced: one transaction holds, the other must wait for it."""

    def test_a_second_write_off_waits_and_sees_what_the_first_left(self, line, system):
        first = Held(lambda: write_off(line, system, 7, key="first"))
        second = elsewhere(lambda: write_off(line, system, 7, key="second"))
        wait_until_somebody_waits_for_a_lock()

        assert not second.done()
        first.commit()

        usage, _is_new = second.result(10)
        assert usage.outcome == REFUSED
        assert usage.answer["reasons"][0]["remaining"] == "3"

    def test_the_same_message_twice_at_once_counts_once(self, line, system):
        first = Held(lambda: write_off(line, system, 4))
        second = elsewhere(lambda: write_off(line, system, 4))
        wait_until_somebody_waits_for_a_lock()

        recorded, _is_new = first.commit()

        assert second.result(10) == (recorded, False)
        line.refresh_from_db()
        assert line.used == 4

    def test_a_write_off_waits_for_a_suspension_and_is_refused(self, line, system):
        decider = UserFactory(decider=True)
        suspension = Held(
            lambda: licences.suspend(line.licence_id, reasons="x", by=decider, at=timezone.now())
        )
        late = elsewhere(lambda: write_off(line, system))
        wait_until_somebody_waits_for_a_lock()

        suspension.commit()

        usage, _is_new = late.result(10)
        assert usage.answer["reasons"][0]["state"] == "suspended"

    def test_eight_at_once_use_exactly_what_was_granted(self, line, system):
        other = LicenceLineFactory(licence=line.licence, granted=Decimal(1000))
        line = LicenceLineFactory(licence=line.licence, unit="KGM", granted=Decimal(100))
        forth = [UsedLine(line.number, Decimal("0.5"), "KGM"), UsedLine(other.number, Decimal(1), "C62")]

        def fifty(worker: int) -> list[str]:
            ways = [forth, forth[::-1]]
            return [
                # Every fifth message is sent by two workers.
                report(
                    line.licence, system, ways[turn % 2], key=f"{turn if turn % 5 == 0 else worker}/{turn}"
                )[0].outcome
                for turn in range(50)
            ]

        outcomes = sum((one.result(60) for one in [elsewhere(partial(fifty, n)) for n in range(8)]), [])

        line.refresh_from_db(), other.refresh_from_db()
        recorded = Usage.objects.filter(outcome=RECORDED)
        assert len(outcomes) == 400
        assert recorded.count() == 200
        assert (line.used, other.used) == (100, 200)
        assert line.entries.aggregate(sum=Sum("quantity"))["sum"] == 100
        assert Usage.objects.filter(outcome=REFUSED).count() == 40 * 8 + 10 - 200
