"""A licence is amended by another that takes its place: with the commit, in the books, and for good."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import override

from licensing import chains, terms
from licensing.actions import amendments, applications, corrections, customs, drafts, ledger, licences
from licensing.actions.customs import UsedLine
from licensing.actions.ledger import Declared, Message, Part
from licensing.errors import ReasonCode, Refused
from licensing.models import (
    Action,
    Amendment,
    Application,
    ApplicationStatus,
    EntryKind,
    Irregularity,
    LedgerEntry,
    Licence,
    LicenceState,
    LicenceStatus,
    OutboxJob,
    Reservation,
    Usage,
)
from tests.amending import CHANGES, amended, ask, filer_of, granted, issue, looked_into, recommended
from tests.factories import (
    DocumentFactory,
    LicenceLineFactory,
    PartyFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english():
    with override("en"):
        yield


FOUR = ("used", "reserved", "used_value", "reserved_value")


@pytest.fixture
def line():
    return granted(granted=Decimal(10), value=Decimal(1000))


@pytest.fixture
def siga():
    return UserFactory(system=True)


def now():
    return timezone.now()


def use(line, quantity, by, key="u1"):
    used = [UsedLine(line.number, Decimal(quantity), line.unit)]
    return customs.record_usage(
        str(line.licence), client_key=key, declaration=f"D-{key}", used=used, by=by, at=now()
    )


def reserve(line, quantity, by, key="r1", declaration="", item=1):
    kept = [Declared(item, str(line.licence), line.number, Decimal(quantity), line.unit)]
    return ledger.reserve(Message(key, declaration or f"D-{key}"), kept, by=by, at=now())


def post(declaration, by, key="p1", item=1, quantity=None):
    parts = [Part(item, quantity)]
    return ledger.post(Message(key, declaration), parts, last=False, by=by, at=now())


def depart(line, quantity, by, declaration, key="d1"):
    left = [Declared(1, str(line.licence), line.number, Decimal(quantity), line.unit)]
    return ledger.depart(Message(key, declaration), left, by=by, at=now())


def balances(line):
    line.refresh_from_db()
    return tuple(getattr(line, name) for name in FOUR)


def whole(*lines):
    """Say that each line is the sum of its entries, and look at what the database looks at in the end."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    for line in lines:
        sums = LedgerEntry.objects.filter(line=line).aggregate(
            used=Sum("quantity"), reserved=Sum("reserved"), v=Sum("value"), r=Sum("reserved_value")
        )
        assert balances(line) == tuple(total or 0 for total in sums.values())
    return True


# --- asking ---------------------------------------------------------------------------------------------


def test_a_draft_begins_with_all_that_the_licence_says(line):
    source = line.licence.application
    PartyFactory(application=source, other_names=["KGW"])
    DocumentFactory(application=source)
    line.goods.serial_numbers = ["A-1"]
    line.goods.save()
    Application.objects.filter(pk=source.pk).update(own_reference="PO 7", end_use="Corte de vidrio.")

    case = ask(line.licence)

    assert (case.status, case.own_reference, case.end_use) == ("draft", "PO 7", "Corte de vidrio.")
    assert case.submitted_at is None and case.case_officer is None
    assert case.goods.get().serial_numbers == ["A-1"]
    assert [party.name for party in case.parties.all()] == [party.name for party in source.parties.all()]
    assert case.declarations.count() == source.declarations.count() > 0
    assert [one.file for one in case.documents.all()] == [one.file for one in source.documents.all()]
    assert case.amendment.changes == CHANGES
    assert [one.line for one in case.amendment.lines.all()] == [line]
    assert line.licence.application.goods.count() == 1  # copied, not taken away


def test_the_same_page_sent_twice_begins_one_draft(line):
    by, once = filer_of(line.licence), "w0rd"
    first, second = (
        amendments.start(line.licence.pk, changes=CHANGES, by=by, at=now(), once=once) for _ in range(2)
    )

    assert first == second
    assert Amendment.objects.count() == 1


def test_a_licence_has_one_open_amendment(line):
    case = ask(line.licence)

    with pytest.raises(Refused, match=case.reference):
        ask(line.licence)
    other = ask(granted().licence)
    with pytest.raises(DatabaseError), transaction.atomic():
        Amendment.objects.filter(application=other).update(licence=line.licence)


def test_the_database_knows_that_a_licence_has_one_open_amendment(line):
    case = ask(line.licence)
    second = Application.objects.get(pk=case.pk)
    second.pk, second.reference = None, "PA-2"
    second.save()

    with pytest.raises(IntegrityError, match="a_licence_has_one_open_amendment"), transaction.atomic():
        Amendment.objects.create(
            application=second, licence=line.licence, changes="x", by=case.created_by, at=now()
        )


def test_one_that_is_withdrawn_makes_room_for_another(line):
    case = ask(line.licence)

    applications.withdraw(case.pk, by=case.created_by, at=now())

    assert not Amendment.objects.get(application=case).is_open
    assert ask(line.licence)


def test_only_its_holder_has_a_licence_amended_and_says_what_changes(line):
    with pytest.raises(Refused):
        amendments.start(line.licence.pk, changes="x", by=UserFactory(exporter=True), at=now())
    with pytest.raises(Refused):
        amendments.start(line.licence.pk, changes=" ", by=filer_of(line.licence), at=now())
    stranger = ask(LicenceLineFactory().licence)
    stranger.pk, stranger.reference = None, "PA-3"
    stranger.save()
    with pytest.raises(IntegrityError, match="a draft of the holder"), transaction.atomic():
        Amendment.objects.create(
            application=stranger, licence=line.licence, changes="x", by=stranger.created_by, at=now()
        )


def test_only_a_licence_in_force_is_amended(line):
    with pytest.raises(Refused):
        amendments.start(
            line.licence.pk, changes="x", by=filer_of(line.licence), at=line.licence.ends_at + timedelta(1)
        )
    licences.suspend(line.licence.pk, reasons="x", by=UserFactory(decider=True), at=now())

    with pytest.raises(Refused):
        ask(line.licence)


def test_a_licence_that_is_given_back_is_not_amended_nor_the_other_way_round(line):
    other = LicenceLineFactory()
    by = filer_of(line.licence)
    licences.ask_surrender(line.licence.pk, reasons="x", by=by, at=now())
    with pytest.raises(Refused):
        ask(line.licence)
    ask(other.licence)

    with pytest.raises(Refused, match="amendment"):
        licences.ask_surrender(other.licence.pk, reasons="x", by=filer_of(other.licence), at=now())


def test_what_changes_can_be_said_anew_until_it_is_handed_in(line):
    case = ask(line.licence)

    amendments.reword(case.pk, changes="Otra cosa.", by=case.created_by, at=now())

    assert Amendment.objects.get(application=case).changes == "Otra cosa."
    assert case.events.filter(action=Action.EDIT, data__what="amendment").exists()
    Application.objects.filter(pk=case.pk).update(status=ApplicationStatus.SUBMITTED, submitted_at=now())
    with pytest.raises(Refused):
        amendments.reword(case.pk, changes="Tarde.", by=case.created_by, at=now())


def test_a_line_taken_out_can_be_put_back(line):
    case = ask(line.licence)
    drafts.drop_goods(case.pk, case.goods.get().pk, by=case.created_by, at=now())
    assert not case.amendment.lines.exists()

    for _twice in range(2):
        amendments.put_back(case.pk, line.pk, by=case.created_by, at=now())

    assert [one.line for one in case.amendment.lines.all()] == [line]
    assert case.goods.get().description == line.goods.description


# --- what fits ------------------------------------------------------------------------------------------


def refused_to_submit(case):
    with pytest.raises(Refused) as refused:
        applications.submit(case.pk, by=case.created_by, at=now())
    return str(refused.value)


def refused_to_issue(case):
    with pytest.raises(Refused) as refused, transaction.atomic():
        issue(case)
    return str(refused.value)


def test_less_than_has_left_can_be_neither_handed_in_nor_granted(line, siga):
    use(line, 6, siga)

    assert "asks for 5 units in all, but 6 units have left already" in refused_to_submit(
        ask(line.licence, quantity=Decimal(5))
    )
    assert "600" in refused_to_issue(waiting(line, value=Decimal(500)))


def test_of_one_unit_it_is_said_that_it_has_left(line, siga):
    use(line, 1, siga)

    said = refused_to_submit(ask(line.licence, quantity=Decimal("0.5")))

    assert "in all, but 1 unit has left already" in said


def waiting(line, **goods):
    """Return an amendment that waits for its decision, in the place of one that is open."""
    Amendment.objects.filter(licence=line.licence).update(is_open=False)
    return recommended(line.licence, **goods)


def test_a_line_of_which_something_left_can_be_neither_left_out_nor_measured_otherwise(line, siga):
    use(line, 1, siga)
    case = ask(line.licence)
    drafts.drop_goods(case.pk, case.goods.get().pk, by=case.created_by, at=now())
    assert "can't be left out: 1 unit of it has left or is reserved." in refused_to_submit(case)

    assert "must stay in units" in refused_to_issue(waiting(line, unit="KGM"))


def test_a_line_of_which_nothing_left_may_be_left_out(line, siga):
    second = LicenceLineFactory(licence=line.licence)
    case = ask(line.licence)
    drafts.drop_goods(case.pk, case.goods.get(amends__line=second).pk, by=case.created_by, at=now())

    new = issue(looked_into(case)).lines.get()

    assert new.continues == line
    depart(second, 2, siga, "DUCA-1")
    assert Irregularity.objects.get().counted == 0
    assert whole(line, second, new)


def test_what_is_reserved_must_fit_and_the_declarations_are_named(line, siga):
    use(line, 2, siga)
    reserve(line, 3, siga, key="r1", declaration="DUCA-1")
    reserve(line, 3, siga, key="r2", declaration="DUCA-2")

    said = refused_to_issue(waiting(line, quantity=Decimal(7)))

    assert "DUCA-1, DUCA-2" in said and "8 units" in said
    assert line.licence.status == LicenceStatus.ACTIVE
    ledger.release(Message("x1", "DUCA-2"), [], by=siga, at=now())
    assert issue(Application.objects.get(amendment__is_open=True))


def test_what_is_reserved_stops_nobody_from_handing_in(line, siga):
    reserve(line, 3, siga)
    case = ask(line.licence, quantity=Decimal(1))

    applications.submit(case.pk, by=case.created_by, at=now())

    assert Application.objects.get(pk=case.pk).status == ApplicationStatus.SUBMITTED


def test_a_licence_that_was_stopped_meanwhile_is_not_replaced(line):
    case = recommended(line.licence)
    licences.suspend(line.licence.pk, reasons="x", by=UserFactory(decider=True), at=now())

    assert "Suspended" in refused_to_issue(case)


def limited_to(case, most):
    """Let at most so much of its goods leave with one declaration."""
    given = terms.Given(limits={case.goods.get().pk: Decimal(most)})
    terms.store(case.recommendations.get(), given)
    return case


def test_a_reservation_beyond_the_new_limit_of_a_declaration_is_in_the_way(line, siga):
    reserve(line, 6, siga, declaration="DUCA-1")

    said = refused_to_issue(limited_to(recommended(line.licence, quantity=Decimal(20)), 5))

    assert "DUCA-1" in said and "more than the 5" in said


def test_what_left_with_a_declaration_before_counts_towards_its_limit(line, siga):
    use(line, 3, siga, key="u1")
    new = issue(limited_to(recommended(line.licence, quantity=Decimal(20)), 5)).lines.get()

    usage, _is_new = reserve(new, 3, siga, declaration="D-u1")

    assert [reason["code"] for reason in usage.answer["reasons"]] == [ReasonCode.OVER_LIMIT]
    assert reserve(new, 2, siga, key="r2", declaration="D-u1")[0].outcome == Usage.Outcome.RECORDED


# --- taking the place -----------------------------------------------------------------------------------


def test_the_new_licence_takes_the_place_of_the_old(line):
    new = amended(line.licence, quantity=Decimal(20))

    old = Licence.objects.get(pk=line.licence.pk)
    assert (old.status, old.state(now()), old.is_live(now())) == ("replaced", LicenceState.REPLACED, False)
    assert (new.replaces, new.reference != old.reference) == (old, True)
    assert old.replacement == new
    assert new.state(now()) == LicenceState.VALID
    assert chains.of(old) == chains.of(new) == [old, new]
    event = old.events.get(action=Action.REPLACE)
    assert event.data["replacement"] == new.reference and event.by is None
    told = OutboxJob.objects.filter(arguments__event_id=event.pk)
    assert {job.arguments["user_id"] for job in told} <= {
        user.pk for user in line.licence.holder.users.all()
    } and told.exists()
    assert whole(line, new.lines.get())


def test_what_has_left_counts_on_the_new_line_and_once(line, siga):
    use(line, 4, siga)

    new = amended(line.licence, quantity=Decimal(20), value=Decimal(2000)).lines.get()

    assert balances(line) == (0, 0, 0, 0)
    assert balances(new) == (4, 0, 400, 0)
    assert new.remaining == 16
    assert whole(line, new)
    assert LedgerEntry.objects.aggregate(all=Sum("quantity"))["all"] == 4


def test_a_truck_on_its_way_is_not_stopped(line, siga):
    usage, _new = reserve(line, 3, siga, declaration="DUCA-1")
    before = Reservation.objects.get()

    new = amended(line.licence, quantity=Decimal(20)).lines.get()

    moved = Reservation.objects.open().get()
    assert (moved.line, moved.open_quantity, moved.item) == (new, 3, 1)
    assert (moved.expires_at, moved.usage) == (before.expires_at, usage)
    assert balances(line) == (0, 0, 0, 0)
    answer, _new = post("DUCA-1", siga)
    assert answer.outcome == Usage.Outcome.RECORDED
    assert answer.answer["lines"][0]["licence"] == str(new.licence)
    assert balances(new) == (3, 0, 300, 0)
    assert whole(line, new)


def test_nothing_is_reserved_or_written_off_under_the_old_number(line, siga):
    new = amended(line.licence)

    for usage, _is_new in (use(line, 1, siga), reserve(line, 1, siga)):
        assert usage.outcome == Usage.Outcome.REFUSED
        [reason] = usage.answer["reasons"]
        assert reason["code"] == ReasonCode.LICENCE_REPLACED
        assert reason["replaced_by"] == new.reference and new.reference in reason["detail"]


def test_what_was_answered_before_is_answered_again(line, siga):
    first, _is_new = use(line, 1, siga)
    amended(line.licence)

    again, is_new = use(line, 1, siga)

    assert (again, is_new, again.outcome) == (first, False, Usage.Outcome.RECORDED)


def test_an_adjustment_names_the_new_licence(line, siga):
    reserve(line, 3, siga, declaration="DUCA-1")
    new = amended(line.licence, quantity=Decimal(20)).lines.get()

    def adjust(line, key):
        items = [Declared(1, str(line.licence), line.number, Decimal(5), line.unit)]
        return ledger.adjust(Message(key, "DUCA-1", version=2), items, by=siga, at=now())[0]

    assert adjust(line, "a1").answer["reasons"][0]["code"] == ReasonCode.LICENCE_REPLACED
    assert adjust(new, "a2").outcome == Usage.Outcome.RECORDED
    assert balances(new) == (0, 5, 0, 250)
    assert whole(line, new)


def test_goods_that_left_under_the_old_number_count_on_the_new_line_and_are_irregular(line, siga):
    reserve(line, 3, siga, declaration="DUCA-1")
    new = amended(line.licence, quantity=Decimal(20)).lines.get()

    usage, _is_new = depart(line, 4, siga, "DUCA-1")

    assert usage.outcome == Usage.Outcome.RECORDED
    irregular = Irregularity.objects.get()
    assert [reason["code"] for reason in irregular.reasons] == [ReasonCode.LICENCE_REPLACED]
    assert (irregular.number, irregular.line, irregular.counted) == (str(line.licence), new, 4)
    assert balances(new)[:2] == (4, 0)
    assert whole(line, new)


def test_a_chain_is_followed_to_its_end(line, siga):
    use(line, 1, siga)
    second = amended(line.licence, quantity=Decimal(20)).lines.get()
    reserve(second, 2, siga, declaration="DUCA-2")
    third = amended(second.licence, quantity=Decimal(30)).lines.get()

    depart(line, 1, siga, "DUCA-9")

    assert balances(third)[:2] == (2, 2)
    assert line.licence.__class__.objects.get(pk=line.licence.pk).replacement == third.licence
    assert [str(one) for one in chains.of(second.licence)] == [
        str(one.licence) for one in (line, second, third)
    ]
    assert whole(line, second, third)


def test_an_entry_of_the_old_line_is_reversed_where_it_counts(line, siga):
    use(line, 4, siga)
    wrong = LedgerEntry.objects.get(kind=EntryKind.USE)
    new = amended(line.licence, quantity=Decimal(20)).lines.get()
    correction = corrections.propose_reversal(
        wrong.pk, reason="Se anotó dos veces.", by=UserFactory(decider=True), at=now()
    )

    corrections.confirm(correction.pk, by=UserFactory(decider=True), at=now())

    assert balances(line) == balances(new) == (0, 0, 0, 0)
    assert whole(line, new)
    assert LedgerEntry.objects.aggregate(all=Sum("quantity"))["all"] == 0


def test_goods_without_an_amendment_replace_nothing(line):
    other = LicenceLineFactory(licence__holder=line.licence.holder).licence

    with pytest.raises(DatabaseError), transaction.atomic():
        Licence.objects.filter(pk=other.pk).update(replaces=line.licence)


# --- what the database refuses ----------------------------------------------------------------------------


def test_a_licence_is_replaced_by_no_other_way(line):
    with pytest.raises(IntegrityError, match="what is replaced has its replacement"), transaction.atomic():
        Licence.objects.filter(pk=line.licence.pk).update(status=LicenceStatus.REPLACED)


def test_replaced_is_for_good(line):
    new = amended(line.licence)

    for change in ({"status": LicenceStatus.ACTIVE}, {"status": LicenceStatus.SUSPENDED}):
        with pytest.raises(IntegrityError, match="a replacement stays"), transaction.atomic():
            Licence.objects.filter(pk=line.licence.pk).update(**change)
    with pytest.raises(IntegrityError, match="a replacement stays"), transaction.atomic():
        Licence.objects.filter(pk=new.pk).update(replaces=None)
    with pytest.raises(IntegrityError, match="a replacement stays"), transaction.atomic():
        new.lines.update(continues=None)


def test_nothing_stays_on_a_replaced_line_nor_comes_back(line):
    amended(line.licence)

    for balance in FOUR:
        with pytest.raises(IntegrityError, match="nothing_stays_on_a_replaced_line"), transaction.atomic():
            type(line).objects.filter(pk=line.pk).update(**{balance: Decimal(1)})
    with pytest.raises(IntegrityError, match="a replacement stays"), transaction.atomic():
        type(line).objects.filter(pk=line.pk).update(is_replaced=False)


def test_what_is_carried_over_arrives(line):
    with pytest.raises(IntegrityError, match="what is carried over arrives"), transaction.atomic():
        LedgerEntry.objects.create(line=line, kind=EntryKind.CARRY, quantity=Decimal(1), at=now())
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_an_amendment_and_its_lines_stay(line):
    case = ask(line.licence)
    amendment = case.amendment
    applications.withdraw(case.pk, by=case.created_by, at=now())

    with pytest.raises(DatabaseError), transaction.atomic():
        Amendment.objects.filter(pk=amendment.pk).update(is_open=True)
    with pytest.raises(DatabaseError), transaction.atomic():
        amendment.lines.update(line=LicenceLineFactory())
    with pytest.raises(DatabaseError), transaction.atomic():
        amendment.lines.all()._raw_delete("default")
    with pytest.raises(DatabaseError), transaction.atomic():
        Amendment.objects.filter(pk=amendment.pk)._raw_delete("default")
