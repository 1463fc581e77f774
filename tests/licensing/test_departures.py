"""A late report of goods that left is judged by how licence and goods stood as they left."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.utils.translation import override
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from licensing import history, tasks, workflow
from licensing.actions import detentions, ledger, licences
from licensing.actions.messages import Declared, Message
from licensing.models import (
    CHANGES_OF_STATUS,
    Action,
    DetentionVerdict,
    Irregularity,
    Job,
    Licence,
    LicenceState,
    LicenceStatus,
    OutboxJob,
)
from licensing.terms import Given, Shipment
from licensing.workflow import perform
from tests.amending import ask, filer_of, granted, issue, looked_into, recommended
from tests.factories import NOON, LicenceFactory, LicenceLineFactory, UserFactory, conditioned

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english():
    with override("en"):
        yield


def day(number):
    """Return a moment so many days after the licences of these tests were issued."""
    return NOON + timedelta(days=number)


REPORTED = day(30)


@pytest.fixture
def line():
    return LicenceLineFactory(granted=Decimal(10))


@pytest.fixture
def siga():
    return UserFactory(system=True)


@pytest.fixture
def deciders():
    return UserFactory(decider=True), UserFactory(decider=True)


def depart(line, left_at, by, quantity=1, key="d1", declaration="DUCA-1", **shipment):
    message = Message(key, declaration, shipment=Shipment(**shipment), left_at=left_at)
    gone = [Declared(1, str(line.licence), line.number, Decimal(quantity), line.unit)]
    return ledger.depart(message, gone, by=by, at=REPORTED)[0]


def irregular(usage):
    """Return the reasons by code and state, and check that officers see the same."""
    [told] = usage.answer["lines"]
    kept = [reason for one in usage.irregularities.all() for reason in one.reasons]
    assert [reason["code"] for reason in kept] == [reason["code"] for reason in told["irregular"]]
    return [(reason["code"], reason.get("state")) for reason in kept]


def change(act, licence, by, at):
    return getattr(licences, act)(licence.pk, reasons="x", by=by, at=at)


def balances(line):
    line.refresh_from_db()
    return line.used, line.reserved


class TestWhatWasDecidedSince:
    @pytest.fixture
    def stopped(self, line, deciders):
        """Suspended on day 10, let go on again on day 15, stopped again on day 20, revoked on day 22."""
        first, second = deciders
        change("suspend", line.licence, first, day(10))
        change("reinstate", line.licence, second, day(15))
        change("suspend", line.licence, first, day(20))
        change("revoke", line.licence, second, day(22))
        return line

    @pytest.mark.parametrize("left", [5, 16])
    def test_goods_that_left_while_it_was_in_force_are_covered(self, stopped, siga, left):
        usage = depart(stopped, day(left), siga)

        assert irregular(usage) == []
        assert balances(stopped) == (1, 0)

    @pytest.mark.parametrize(("left", "state"), [(12, "suspended"), (21, "suspended"), (23, "revoked")])
    def test_goods_that_left_while_it_was_not_are_irregular(self, stopped, siga, left, state):
        usage = depart(stopped, day(left), siga)

        assert irregular(usage) == [("not-in-force", state)]
        assert usage.irregularities.get().state == state
        assert balances(stopped) == (1, 0)

    def test_a_suspension_that_was_lifted_counts_for_what_left_during_it(self, line, siga, deciders):
        change("suspend", line.licence, deciders[0], day(10))
        change("reinstate", line.licence, deciders[1], day(15))

        assert irregular(depart(line, day(12), siga)) == [("not-in-force", "suspended")]

    def test_a_decision_counts_from_its_moment_on(self, line, siga, deciders):
        change("suspend", line.licence, deciders[0], day(10))
        just_before = day(10) - timedelta(microseconds=1)

        assert irregular(depart(line, just_before, siga)) == []
        after = depart(line, day(10), siga, key="d2", declaration="DUCA-2")
        assert irregular(after) == [("not-in-force", "suspended")]

    def test_what_was_given_back_covered_what_had_left(self, line, siga, deciders):
        licences.ask_surrender(line.licence.pk, reasons="x", by=filer_of(line.licence), at=day(9))
        change("surrender", line.licence, deciders[0], day(10))

        assert irregular(depart(line, day(9), siga)) == []
        after = depart(line, day(11), siga, key="d2", declaration="DUCA-2")
        assert irregular(after) == [("not-in-force", "surrendered")]

    def test_without_a_moment_it_is_the_state_at_the_report(self, line, siga, deciders):
        change("suspend", line.licence, deciders[0], day(10))

        usage = depart(line, None, siga)

        assert irregular(usage) == [("not-in-force", "suspended")]
        assert "can't be used: suspended" in usage.irregularities.get().reasons[0]["detail"]


class TestPeriod:
    def test_goods_that_left_before_it_expired_are_covered(self, siga):
        line = LicenceLineFactory(licence__valid_to=day(10).date())

        assert irregular(depart(line, day(9), siga)) == []
        after = depart(line, day(12), siga, key="d2", declaration="DUCA-2")
        assert irregular(after) == [("not-in-force", "expired")]

    def test_goods_that_left_before_it_began_are_irregular(self, siga):
        line = LicenceLineFactory(licence__starts_at=day(5))

        assert irregular(depart(line, day(4), siga)) == [("not-in-force", "not-yet-valid")]

    def test_nothing_is_covered_by_a_licence_that_was_issued_later_that_day(self, siga):
        """Its period counts from the morning of its first day; nobody had it before noon."""
        line = LicenceLineFactory(licence__valid_from=NOON.date())
        morning = NOON - timedelta(hours=2)
        assert line.licence.starts_at < morning

        assert irregular(depart(line, morning, siga)) == [("not-in-force", "not-yet-valid")]

    def test_a_line_used_up_since_is_no_state(self, line, siga):
        assert irregular(depart(line, day(5), siga, quantity=10)) == []

        usage = depart(line, day(4), siga, key="d2", declaration="DUCA-2")

        assert irregular(usage) == [("not-enough", None)]
        assert usage.irregularities.get().state == "valid"


class TestReplaced:
    @pytest.fixture
    def old(self):
        return granted(granted=Decimal(10), value=Decimal(1000))

    @pytest.fixture
    def new(self, old):
        return issue(recommended(old.licence, quantity=Decimal(20)), at=day(10)).lines.get()

    def test_goods_that_left_before_count_on_the_newest_and_are_covered(self, old, new, siga):
        newest = issue(recommended(new.licence, quantity=Decimal(25)), at=day(15)).lines.get()

        assert irregular(depart(old, day(9), siga, quantity=3)) == []
        assert balances(newest) == (3, 0)

    def test_goods_that_left_after_it_was_replaced_are_irregular(self, old, new, siga):
        usage = depart(old, day(11), siga)

        assert irregular(usage) == [("licence-replaced", "replaced")]
        assert usage.irregularities.get().reasons[0]["replaced_by"] == new.licence.reference
        assert balances(new) == (1, 0)

    def test_a_report_that_names_the_new_one_is_judged_by_the_old_one_at_that_time(self, old, siga, deciders):
        change("suspend", old.licence, deciders[0], day(3))
        change("reinstate", old.licence, deciders[1], day(5))
        old.licence.refresh_from_db()
        new = issue(recommended(old.licence, quantity=Decimal(20)), at=day(10)).lines.get()

        assert irregular(depart(new, day(6), siga)) == []
        during = depart(new, day(4), siga, key="d2", declaration="DUCA-2")
        assert irregular(during) == [("not-in-force", "suspended")]
        assert old.licence.reference in during.irregularities.get().reasons[0]["detail"]
        assert balances(new) == (2, 0)

    def test_before_the_first_of_them_nothing_was_in_force(self, new, siga):
        assert irregular(depart(new, day(-1), siga)) == [("not-in-force", "not-yet-valid")]

    def test_a_line_that_the_old_one_had_not_covered_nothing(self, old, siga):
        case = ask(old.licence)
        old_goods = case.goods.get()
        old_goods.pk, old_goods.number = None, 2
        old_goods.save()
        new = issue(looked_into(case), at=day(10))
        added = new.lines.get(number=2)

        usage = depart(added, day(9), siga)

        assert irregular(usage) == [("not-in-force", "not-yet-valid")]
        assert new.reference in usage.irregularities.get().reasons[0]["detail"]

    def test_conditions_are_those_of_the_licence_that_counted(self, siga):
        first = conditioned(Given(ports=("PABLB",)), most=Decimal(2)).lines.get()
        type(first.goods).objects.filter(pk=first.goods_id).update(quantity=first.granted)
        issue(recommended(first.licence), at=day(10))

        assert irregular(depart(first, day(9), siga, port="PABLB")) == []
        elsewhere = depart(first, day(9), siga, key="d2", declaration="DUCA-2", port="PAMIT")
        assert irregular(elsewhere) == [("other-port", None)]
        more = depart(first, day(9), siga, quantity=3, key="d3", declaration="DUCA-3", port="PABLB")
        assert irregular(more) == [("over-limit", None)]


class TestDetained:
    @pytest.fixture
    def let_go(self, line, deciders):
        """Kept back on day 5, let go on day 8."""
        kept, _is_new = detentions.detain(
            number="",
            declaration="DUCA-1",
            port="PABLB",
            goods="Dos cajas",
            question="¿Las cubre?",
            photos=(),
            once="o1",
            by=UserFactory(customs=True),
            at=day(5),
        )
        first, second = deciders
        answer = detentions.answer(
            kept.pk, verdict=DetentionVerdict.RELEASE, reasons="Está en regla.", by=first, at=day(7)
        )
        detentions.confirm_release(answer.pk, by=second, at=day(8))

    @pytest.mark.parametrize(("left", "codes"), [(4, []), (6, ["detained"]), (7, ["detained"]), (8, [])])
    def test_goods_may_not_have_left_while_they_were_kept(self, line, let_go, siga, left, codes):
        usage = depart(line, day(left), siga)

        assert [code for code, _state in irregular(usage)] == codes


class TestWhatOfficersRead:
    @pytest.fixture
    def told(self, line, siga, deciders):
        change("suspend", line.licence, deciders[0], day(10))
        change("reinstate", line.licence, deciders[1], day(15))
        depart(line, day(12), siga)
        return Irregularity.objects.get()

    @pytest.mark.parametrize(
        ("language", "sentence", "fact"),
        [
            ("en", "could not be used: suspended", "State of the licence when the goods left: Suspended."),
            (
                "es",
                "no podía usarse: suspendida",
                "Estado de la licencia cuando salieron las mercancías: Suspendida.",
            ),
        ],
    )
    def test_the_letter_says_the_state_at_the_departure(self, told, deciders, language, sentence, fact):
        reader = deciders[0]
        type(reader).objects.filter(pk=reader.pk).update(language=language)
        for job in OutboxJob.objects.filter(job=Job.NOTIFY, arguments__user_id=reader.pk):
            tasks.run_job(job.pk)

        [letter] = [one for one in mail.outbox if told.usage.declaration in one.body]

        assert sentence in letter.body
        assert fact in letter.body

    def test_only_a_licence_has_a_state(self, told):
        told.pk, told.licence, told.line, told.counted, told.item = None, None, None, 0, 2

        with pytest.raises(IntegrityError, match="state_at_departure_is_a_licences"), transaction.atomic():
            told.save()


def test_the_acts_that_make_history_are_those_of_the_workflow():
    changing = {
        action
        for action, transition in workflow.TRANSITIONS.items()
        if isinstance(transition.target, LicenceStatus)
    }
    assert set(CHANGES_OF_STATUS) == changing


ACTS = (Action.SUSPEND, Action.HOLD, Action.REINSTATE, Action.REVOKE)
MOMENTS = st.integers(0, 12)


class AnyHistory(TestCase):
    """Whatever is done to a licence, in whatever order its moments are: the test keeps its own timeline."""

    @settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(st.lists(st.tuples(st.sampled_from(ACTS), MOMENTS), max_size=8))
    def test_the_status_at_a_moment_is_what_the_acts_until_then_made_of_it(self, acts):
        first, second = UserFactory(decider=True), UserFactory(decider=True)
        licence = LicenceFactory()
        timeline, latest = [(0, LicenceStatus.ACTIVE)], 0
        for act, moment in acts:
            allowed = workflow.TRANSITIONS[act]
            if licence.status not in allowed.sources:
                continue
            if act in (Action.REINSTATE, Action.REVOKE) and self._was_held(licence):
                continue  # that takes a judged hit, which has nothing to do with time
            by = None if act == Action.HOLD else first if act == Action.SUSPEND else second
            perform(licence, act, by=by, at=day(moment))
            latest = max(latest, moment)  # who waited for the lock may bear an earlier moment
            timeline.append((latest, LicenceStatus(licence.status)))
        licence = Licence.objects.get(pk=licence.pk)

        for moment in range(14):
            expected = [status for since, status in timeline if since <= moment][-1]
            assert history.status_at(licence, day(moment)) == expected
        assert history.status_at(licence, day(0) - timedelta(seconds=1)) is None
        assert history.state_at(licence, day(-1)) == LicenceState.NOT_YET

    def _was_held(self, licence):
        return licence.events.filter(action=Action.HOLD).exists()
