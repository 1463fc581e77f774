"""Nobody whom we deal with is out of sight of the lists: cases, live licences, companies, people."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connections, transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st

from licensing import alerts, assessment, calibration, watch, watched
from licensing.actions import hits, licences
from licensing.country import pack
from licensing.errors import Refused
from licensing.models import (
    Action,
    Application,
    ApplicationStatus,
    Band,
    Event,
    Job,
    Judgement,
    LicenceStatus,
    OrganisationKind,
    OutboxJob,
    Party,
    PartyKind,
    PartyRole,
    Screening,
    ScreeningHit,
    WatchRun,
    WatchScope,
)
from licensing.workflow import refusals
from screening import changed
from screening.models import ListVersion
from tests.factories import (
    NOON,
    ApplicationFactory,
    CalibrationFactory,
    LicenceFactory,
    ListedEntityFactory,
    ListVersionFactory,
    OrganisationFactory,
    PartyFactory,
    UserFactory,
)

LATER, LATEST = NOON + timedelta(hours=1), NOON + timedelta(hours=2)
LISTED = "Zanahoria Quimera Fabricaciones"
NEAR = "Zanahoria Quimerra Fabricacion"  # a slip of the pen away


def put_in_force(names, at, source="demo-un"):
    """Put a version of a list in force that has an entry of each name, by its source id."""
    ListVersion.objects.filter(source=source, in_force_to=None).update(in_force_to=at)
    version = ListVersionFactory(source=source, in_force_from=at, in_force_to=None, imported_at=at)
    for source_id, name in names.items():
        ListedEntityFactory(
            version=version, source_id=source_id, primary_name=name, digest=f"{source_id}:{name}"
        )
    return version


@pytest.fixture
def nobody(db):
    """A list that names nobody of us, everybody compared with it."""
    put_in_force({"1": "Somebody Far Away"}, NOON - timedelta(days=1))
    calm(NOON)


def calm(at):
    """Watch, and let the workers do what is asked of them."""
    run = watch.follow(at=at)
    for job in OutboxJob.objects.filter(job=Job.SCREEN_APPLICATION, done_at=None):
        assessment.screen(**job.arguments, at=at)
        OutboxJob.objects.filter(pk=job.pk).update(done_at=at)
    return run


def licence_with(name, **facts):
    licence = LicenceFactory()
    PartyFactory(application=licence.application, name=name, role=PartyRole.END_USER, **facts)
    Application.objects.filter(licence=licence).update(status=ApplicationStatus.APPROVED)
    Screening.objects.filter(application=licence.application).update(thresholds="")  # before it had the party
    return licence


def found():
    """What is found of whom: everything a list change may alter, in an order of its own."""
    rows = ScreeningHit.objects.filter(gone_at=None).select_related("entity__version")
    return sorted(
        (
            row.party_id,
            row.source,
            row.source_id,
            row.entity_id,
            row.entity_digest,
            row.party_digest,
            row.points,
            row.listed_name,
            str(row.reasons),
        )
        for row in rows
    )


class TestWhoIsWatched:
    def test_a_company_that_applies_is_found(self, nobody):
        company = OrganisationFactory(name=NEAR)
        put_in_force({"1": LISTED}, LATER)

        watch.follow(at=LATER)

        [hit] = ScreeningHit.objects.filter(gone_at=None)
        assert (hit.party.company, hit.party.role) == (company, PartyRole.APPLICANT)

    def test_a_person_with_an_account_is_found(self, nobody):
        user = UserFactory(exporter=True, name="Quimerico Zanahoriano Rábanos")
        put_in_force({"1": "Quimerico Zanahoriano Rabanos"}, LATER)

        watch.follow(at=LATER)

        [hit] = ScreeningHit.objects.filter(gone_at=None)
        assert (hit.party.account, hit.party.kind) == (user, PartyKind.PERSON)

    def test_a_party_under_a_live_licence_is_found(self, nobody):
        licence = licence_with(NEAR)
        calm(NOON)
        put_in_force({"1": LISTED}, LATER)

        watch.follow(at=LATER)

        [hit] = ScreeningHit.objects.filter(gone_at=None)
        assert hit.party.application == licence.application

    @pytest.mark.parametrize("status", [LicenceStatus.ACTIVE, LicenceStatus.SUSPENDED])
    def test_also_while_the_licence_is_suspended(self, nobody, status):
        licence = licence_with(NEAR)
        type(licence).objects.update(status=status)
        calm(NOON)
        put_in_force({"1": LISTED}, LATER)

        watch.follow(at=LATER)

        assert ScreeningHit.objects.filter(gone_at=None).count() == 1

    def test_not_under_a_licence_that_is_over(self, nobody):
        licence = licence_with(NEAR)
        type(licence).objects.update(status=LicenceStatus.REVOKED)
        put_in_force({"1": LISTED}, LATER)

        calm(LATER)

        assert not ScreeningHit.objects.exists()

    def test_a_new_company_is_compared_though_no_list_changed(self, nobody):
        put_in_force({"1": LISTED}, LATER)
        watch.follow(at=LATER)
        OrganisationFactory(name=NEAR)

        watch.follow(at=LATEST)

        assert ScreeningHit.objects.filter(gone_at=None).count() == 1

    def test_a_company_that_changes_its_name_is_compared_anew(self, nobody):
        company = OrganisationFactory(name="Jardines del Sol")
        put_in_force({"1": LISTED}, LATER)
        watch.follow(at=LATER)
        type(company).objects.filter(pk=company.pk).update(name=NEAR)

        watch.follow(at=LATEST)

        assert ScreeningHit.objects.get(gone_at=None).party.company == company

    def test_ministries_and_machines_are_not(self, nobody):
        OrganisationFactory(kind=OrganisationKind.BODY, name=NEAR)
        UserFactory(system=True, name=NEAR)
        put_in_force({"1": LISTED}, LATER)

        watch.follow(at=LATER)

        assert not ScreeningHit.objects.exists()

    def test_the_database_keeps_a_party_to_one_owner(self, db):
        party = PartyFactory()
        with pytest.raises(IntegrityError), transaction.atomic():
            Party.objects.filter(pk=party.pk).update(company=party.application.organisation)

    def test_following_the_accounts_again_changes_nothing(self, db):
        OrganisationFactory()
        UserFactory()
        assert watched.follow_accounts() > 0
        assert watched.follow_accounts() == 0


class TestOnlyWhatChanged:
    def test_whom_no_change_concerns_is_not_compared_anew(self, nobody):
        licence_with("Jardines del Sol")
        licence_with(NEAR)
        calm(NOON)
        put_in_force({"1": "Somebody Far Away", "2": LISTED}, LATER)

        run = watch.follow(at=LATER)

        assert (run.scope, run.changed_entries, run.compared, run.alerts) == (WatchScope.CHANGES, 1, 1, 1)

    def test_but_rests_on_the_new_version_too(self, nobody):
        case = ApplicationFactory(in_review=True)
        calm(NOON)
        version = put_in_force({"1": "Somebody Far Away", "2": LISTED}, LATER)

        watch.follow(at=LATER)

        newest = Screening.objects.newest_of(case)
        assert (newest.list_versions, newest.finished_at) == ([version.pk], LATER)
        assert not OutboxJob.objects.filter(job=Job.SCREEN_APPLICATION, done_at=None).exists()

    def test_an_entry_that_went_takes_what_was_found_with_it(self, nobody):
        licence_with(NEAR)
        put_in_force({"1": LISTED}, LATER)
        calm(LATER)
        put_in_force({"2": "Somebody Far Away"}, LATEST)

        watch.follow(at=LATEST)

        assert not ScreeningHit.objects.filter(gone_at=None).exists()

    def test_other_thresholds_compare_everybody(self, nobody):
        licence_with(NEAR)
        calm(NOON)
        CalibrationFactory(at=NOON, worth=72)

        assert watch.follow(at=LATER).scope == WatchScope.EVERYTHING

    def test_a_case_whose_parties_changed_meanwhile_is_compared_in_full(self, nobody):
        case = ApplicationFactory(in_review=True)
        calm(NOON)
        case.parties.update(name=NEAR)
        put_in_force({"1": LISTED}, LATER)

        watch.follow(at=LATER)

        assert OutboxJob.objects.filter(job=Job.SCREEN_APPLICATION, done_at=None).count() == 1

    def test_without_a_list_nothing_rests_on_anything(self, db):
        licence_with(NEAR)
        assert watch.follow(at=NOON) is None
        assert not WatchRun.objects.exists()

    def test_nothing_new_leaves_no_trace(self, nobody):
        assert watch.follow(at=LATER) is None
        assert WatchRun.objects.count() == 1

    def test_two_at_once_are_one(self, nobody):
        put_in_force({"1": LISTED}, LATER)
        other = connections["default"].copy()
        try:
            with other.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_lock(%s)", [watch.ONLY_ONE])
            assert watch.follow(at=LATER) is None
            with other.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [watch.ONLY_ONE])
        finally:
            other.close()
        assert watch.follow(at=LATER) is not None

    def test_one_that_was_interrupted_is_done_again(self, nobody):
        licence_with(NEAR)
        calm(NOON)
        put_in_force({"1": LISTED}, LATER)
        WatchRun.objects.create(scope=WatchScope.CHANGES, list_versions=[1], thresholds="", started_at=LATER)

        watch.follow(at=LATEST)

        assert ScreeningHit.objects.filter(gone_at=None).count() == 1


WORDS = ("Zanahoria", "Quimera", "Fabricaciones", "Hortensia", "Astilleros", "Quimerra", "Óptica", "Istmo")
NAMES = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join)
ENTRIES = st.dictionaries(st.sampled_from("abcde"), NAMES, max_size=5)


@how(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    parties=st.lists(NAMES, min_size=1, max_size=4),
    companies=st.lists(NAMES, max_size=3),
    editions=st.lists(ENTRIES, min_size=2, max_size=4),
)
def test_following_the_changes_finds_what_comparing_everybody_finds(db, parties, companies, editions):
    with transaction.atomic():
        for name in companies:
            OrganisationFactory(name=name)
        for name in parties:
            licence_with(name)
        for number, entries in enumerate(editions):
            at = NOON + timedelta(minutes=number)
            put_in_force({"0": "Somebody Far Away", **entries}, at)
            calm(at)
        by_changes = found()
        Screening.objects.update(thresholds="")  # as if nothing had been compared
        WatchRun.objects.update(thresholds="")
        Party.objects.update(screened_thresholds="")

        calm(at)

        assert by_changes == found()
        transaction.set_rollback(True)


class TestAlerts:
    @pytest.fixture
    def licence(self, nobody):
        licence = licence_with(NEAR)
        calm(NOON)
        put_in_force({"1": LISTED}, LATER)
        return licence

    def test_officers_hear_of_a_match_under_a_live_licence(self, licence, decider, exporter):
        watch.follow(at=LATER)

        event = Event.objects.get(action=Action.ALERT)
        assert (event.licence, event.by, event.data["listed"]) == (licence, None, LISTED)
        told = OutboxJob.objects.filter(job=Job.NOTIFY, arguments__event_id=event.pk)
        people = {row.arguments["user_id"] for row in told}
        assert decider.pk in people
        assert exporter.pk not in people

    def test_once_however_often_it_is_looked_at(self, licence):
        watch.follow(at=LATER)
        [hit] = ScreeningHit.objects.all()
        assessment.screen_party(hit.party_id, calibration.in_force(LATEST), LATEST)

        assert Event.objects.filter(action=Action.ALERT).count() == 1

    def test_an_open_case_raises_none_since_its_officer_judges_it_anyway(self, nobody):
        case = ApplicationFactory(in_review=True)
        PartyFactory(application=case, name=NEAR)
        put_in_force({"1": LISTED}, LATER)

        calm(LATER)

        assert ScreeningHit.objects.of(case).count() == 1
        assert not Event.objects.filter(action=Action.ALERT).exists()

    def test_a_licence_is_held_from_the_band_of_the_policy_on(self, licence):
        Party.objects.filter(application=licence.application).update(name=LISTED)
        calm(LATER)

        licence.refresh_from_db()
        assert licence.status == LicenceStatus.SUSPENDED
        assert Event.objects.get(action=Action.HOLD).by is None

    def test_and_not_below(self, licence):
        watch.follow(at=LATER)

        assert ScreeningHit.objects.get().points < calibration.in_force(LATER).high_from
        assert pack().judging.hold_from == Band.HIGH
        licence.refresh_from_db()
        assert licence.status == LicenceStatus.ACTIVE

    def test_a_listed_holder_stops_its_licences(self, nobody):
        licence = licence_with("Jardines del Sol")
        type(licence.holder).objects.filter(pk=licence.holder_id).update(name=LISTED)
        put_in_force({"1": LISTED}, LATER)

        calm(LATER)

        licence.refresh_from_db()
        assert licence.status == LicenceStatus.SUSPENDED

    def test_it_is_open_until_it_is_settled(self, licence, officer):
        watch.follow(at=LATER)
        [alert] = alerts.open_ones(LATER)

        hits.judge(alert.hit.pk, judgement=Judgement.DIFFERENT, reason="Otra ciudad.", by=officer, at=LATEST)

        assert alerts.open_ones(LATEST) == []

    def test_a_true_one_is_open_until_the_licence_is_stopped(self, licence, officer, decider):
        watch.follow(at=LATER)
        [alert] = alerts.open_ones(LATER)
        hits.judge(alert.hit.pk, judgement=Judgement.SAME, reason="Es la misma.", by=officer, at=LATEST)
        assert [one.licences for one in alerts.open_ones(LATEST)] == [(licence,)]

        licences.suspend(licence.pk, reasons="Está en la lista.", by=decider, at=LATEST)

        assert alerts.open_ones(LATEST) == []

    def test_under_a_licence_that_is_over_nothing_is_judged(self, licence, officer):
        watch.follow(at=LATER)
        type(licence).objects.update(status=LicenceStatus.REVOKED)

        with pytest.raises(Refused):
            hits.judge(
                ScreeningHit.objects.get().pk,
                judgement=Judgement.DIFFERENT,
                reason="Otra.",
                by=officer,
                at=LATEST,
            )

    def test_an_exporter_judges_nothing(self, licence, exporter):
        watch.follow(at=LATER)
        with pytest.raises(Refused):
            hits.judge(
                ScreeningHit.objects.get().pk,
                judgement=Judgement.DIFFERENT,
                reason="Soy otro.",
                by=exporter,
                at=LATEST,
            )


class TestAHeldLicence:
    @pytest.fixture
    def held(self, nobody):
        licence = licence_with(LISTED)
        calm(NOON)
        put_in_force({"1": LISTED}, LATER)
        calm(LATER)
        licence.refresh_from_db()
        return licence

    @pytest.fixture
    def hit(self, held):
        return ScreeningHit.objects.get()

    def judge(self, hit, judgement, by):
        return hits.judge(hit.pk, judgement=judgement, reason="Visto.", by=by, at=LATEST)

    def test_is_not_reinstated_while_the_match_is_open(self, held, decider):
        with pytest.raises(Refused, match="posible"):
            licences.reinstate(held.pk, reasons="Sigue.", by=decider, at=LATEST)

    def test_is_reinstated_once_two_people_say_it_is_somebody_else(self, held, hit, officer, decider):
        judged = self.judge(hit, Judgement.DIFFERENT, officer)
        hits.confirm([judged.pk], reason="De acuerdo.", by=UserFactory(), at=LATEST)

        licences.reinstate(held.pk, reasons="Es otra.", by=decider, at=LATEST)

        held.refresh_from_db()
        assert held.status == LicenceStatus.ACTIVE

    def test_is_never_reinstated_when_it_is_the_listed_one(self, held, hit, officer, decider):
        self.judge(hit, Judgement.SAME, officer)
        with pytest.raises(Refused):
            licences.reinstate(held.pk, reasons="Sigue.", by=decider, at=LATEST)

    def test_is_revoked_by_somebody_else_than_who_judged(self, held, hit, decider):
        self.judge(hit, Judgement.SAME, decider)

        assert refusals(held, Action.REVOKE, decider, LATEST)
        licences.revoke(held.pk, reasons="Está en la lista.", by=UserFactory(decider=True), at=LATEST)

    def test_is_not_revoked_before_anybody_judged(self, held, hit, decider):
        assert refusals(held, Action.REVOKE, decider, LATEST)

    def test_no_person_can_hold_as_the_portal_does(self, nobody, decider):
        assert refusals(LicenceFactory(), Action.HOLD, decider, LATER)


def test_what_changed_between_versions_is_told_by_what_entries_say(db):
    one = put_in_force({"a": "Alpha", "b": "Beta", "c": "Gamma"}, NOON)
    two = put_in_force({"a": "Alpha", "b": "Beta Nova", "d": "Delta"}, LATER)

    found = changed.between([one.pk], [two.pk])

    assert found.keys == {("demo-un", "b"), ("demo-un", "c"), ("demo-un", "d")}
    assert len(found.entities) == 2
