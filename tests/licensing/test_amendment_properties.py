"""Whatever customs reports and however often the licence is amended meanwhile: what is used and reserved over
the whole chain is what was reported, once, and never more than is granted. The test keeps its own books."""

from collections import defaultdict
from decimal import Decimal

from django.db import connection, transaction
from django.db.models import Sum
from django.utils import timezone
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from licensing import chains
from licensing.actions import customs, ledger
from licensing.actions.customs import UsedLine
from licensing.actions.ledger import Declared, Message, Part
from licensing.errors import Refused
from licensing.models import LedgerEntry, Licence, LicenceLine, Reservation, Usage
from tests.amending import amended, granted
from tests.factories import UserFactory

QUANTITIES = st.decimals(Decimal("0.25"), Decimal(8), places=2)
DECLARATIONS = st.integers(0, 2)
ACTS = st.one_of(
    st.tuples(st.just("use"), QUANTITIES),
    st.tuples(st.just("reserve"), QUANTITIES, DECLARATIONS),
    st.tuples(st.just("post"), DECLARATIONS, st.sampled_from([None, Decimal("0.5")])),
    st.tuples(st.just("release"), DECLARATIONS),
    st.tuples(st.just("depart_under_the_old_number"), QUANTITIES, DECLARATIONS),
    st.tuples(st.just("amend"), st.decimals(Decimal(4), Decimal(25), places=1)),
    st.tuples(st.just("amend"), st.just(Decimal(25))),
)


class Books:
    """What the test knows: from the answers alone."""

    def __init__(self):
        self.first = self.line = granted(granted=Decimal(10), value=Decimal(1000), unit="KGM")
        type(self.line.goods).objects.filter(pk=self.line.goods_id).update(unit="KGM")
        self.system = UserFactory(system=True)
        self.used, self.reserved, self.turn = Decimal(0), defaultdict(Decimal), 0

    def key(self):
        self.turn += 1
        return f"m{self.turn}"

    def message(self, declaration):
        return Message(self.key(), f"D-{declaration}", version=self.turn)

    def declared(self, line, quantity):
        return [Declared(1, str(line.licence), line.number, quantity, "KGM")]

    def use(self, quantity):
        usage, _new = customs.record_usage(
            str(self.line.licence),
            client_key=self.key(),
            declaration="D-USE",
            used=[UsedLine(self.line.number, quantity, "KGM")],
            by=self.system,
            at=timezone.now(),
        )
        self.used += quantity if recorded(usage) else 0

    def reserve(self, quantity, declaration):
        items = self.declared(self.line, quantity)
        usage, _new = ledger.reserve(self.message(declaration), items, by=self.system, at=timezone.now())
        self.reserved[declaration] += quantity if recorded(usage) else 0

    def post(self, declaration, quantity):
        parts = [Part(1, quantity)]
        usage, _new = ledger.post(
            self.message(declaration), parts, last=False, by=self.system, at=timezone.now()
        )
        if recorded(usage):
            posted = self.reserved[declaration] if quantity is None else quantity
            self.reserved[declaration] -= posted
            self.used += posted

    def release(self, declaration):
        usage, _new = ledger.release(self.message(declaration), [], by=self.system, at=timezone.now())
        if recorded(usage):
            self.reserved[declaration] = Decimal(0)

    def depart_under_the_old_number(self, quantity, declaration):
        items = self.declared(self.first, quantity)
        usage, _new = ledger.depart(self.message(declaration), items, by=self.system, at=timezone.now())
        counted = Decimal(usage.answer["lines"][0]["counted"])
        self.reserved[declaration] -= min(counted, self.reserved[declaration])
        self.used += counted

    def amend(self, quantity):
        licence = Licence.objects.get(pk=self.line.licence_id)
        fits = self.used + sum(self.reserved.values()) <= quantity
        try:
            with transaction.atomic():
                self.line = amended(licence, quantity=quantity).lines.get()
        except Refused:
            assert not fits
            event("an amendment that does not fit")
        else:
            assert fits
            event("amended")

    def check(self):
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        chain = chains.of(Licence.objects.get(pk=self.first.licence_id))
        lines = LicenceLine.objects.filter(licence__in=chain)
        reserved = sum(self.reserved.values())
        balances = lines.aggregate(used=Sum("used"), reserved=Sum("reserved"))
        entries = LedgerEntry.objects.filter(line__in=lines)
        moved = entries.aggregate(used=Sum("quantity"), reserved=Sum("reserved"))
        opened = Reservation.objects.open().filter(line__in=lines).aggregate(all=Sum("open_quantity"))
        assert (balances["used"], balances["reserved"]) == (self.used, reserved)
        assert (moved["used"] or 0, moved["reserved"] or 0) == (self.used, reserved)
        assert (opened["all"] or 0) == reserved
        self.line.refresh_from_db()
        assert self.used + reserved == self.line.used + self.line.reserved <= self.line.granted


def recorded(usage):
    return usage.outcome == Usage.Outcome.RECORDED


class AnyHistory(TestCase):
    @settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(st.lists(ACTS, min_size=3, max_size=12))
    def test_the_books_of_the_chain_are_what_was_reported(self, acts):
        books = Books()
        for act, *said in acts:
            getattr(books, act)(*said)
            books.check()
