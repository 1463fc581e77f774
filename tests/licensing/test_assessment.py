"""Every party is compared with every list; a judgement stands until the entry or the party changes."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction

from licensing import assessment, judgements, parties, schedule
from licensing.judgements import HitState
from licensing.models import Screening, ScreeningHit
from screening.models import ListVersion
from tests.factories import (
    NOON,
    ApplicationFactory,
    CalibrationFactory,
    HitConfirmationFactory,
    ListedEntityFactory,
    ListVersionFactory,
    PartyFactory,
)

pytestmark = pytest.mark.django_db

LISTED = "Compañía Ficticia Listada"


def new_edition(source="un", **entity):
    """Put a new edition of a list in force that names one entity."""
    version = ListVersionFactory.build(source=source)
    ListVersion.objects.filter(source=source, in_force_to=None).update(in_force_to=NOON)
    version.in_force_from = NOON
    version.save()
    return ListedEntityFactory(version=version, source_id="7", **entity)


def screened(application, at=NOON):
    screening = assessment.ask(application, at=at)
    assessment.screen(screening.pk, at=at)
    screening.refresh_from_db()
    return screening


def with_end_user(name):
    application = ApplicationFactory(status="submitted", submitted_at=NOON)
    PartyFactory(application=application, role="carrier", name="Naviera Tranquila")
    PartyFactory(application=application, name=name)
    return application


def test_a_listed_party_is_found_and_the_hit_explains_itself():
    entity = new_edition()
    application = with_end_user("Compania Ficticia Listada")

    screening = screened(application)

    hit = ScreeningHit.objects.get()
    assert (hit.party_name, hit.listed_name) == ("Compania Ficticia Listada", LISTED)
    assert (hit.source, hit.source_id, hit.entity) == ("un", "7", entity)
    assert hit.reasons
    assert (screening.parties_done, screening.parties_total) == (3, 3)
    assert screening.finished_at == NOON
    assert screening.list_versions == [entity.version_id]


def test_every_name_of_a_party_is_compared_whatever_its_role():
    new_edition()
    application = ApplicationFactory(status="submitted", submitted_at=NOON)
    PartyFactory(application=application, role="bank", name="Banco Sereno", other_names=[LISTED])

    screened(application)

    assert ScreeningHit.objects.get().party_name == LISTED


def test_screening_again_finds_the_same_hit_once():
    new_edition()
    application = with_end_user(LISTED)

    screened(application)
    screened(application, NOON + timedelta(hours=1))

    assert ScreeningHit.objects.count() == 1


def judged_different(application):
    """Judge the one hit of the application, by two people as its points demand."""
    hit = ScreeningHit.objects.of(application).get()
    HitConfirmationFactory(judgement__hit=hit)
    return hit


def state(application, at=NOON + timedelta(days=1)):
    return judgements.of_case(application, at)[0].state


def test_a_judgement_stands_while_the_entry_says_the_same():
    entity = new_edition()
    application = with_end_user(LISTED)
    screened(application)
    judged_different(application)

    again = new_edition(digest=entity.digest)
    screened(application, NOON + timedelta(days=1))

    assert (state(application), ScreeningHit.objects.get().entity) == (HitState.DIFFERENT, again)


def test_a_judgement_is_asked_for_again_when_the_entry_changes():
    new_edition()
    application = with_end_user(LISTED)
    screened(application)
    judged_different(application)

    new_edition()
    screened(application, NOON + timedelta(days=1))

    assert state(application) == HitState.OPEN


def test_a_judgement_is_asked_for_again_when_the_party_changes():
    new_edition()
    application = with_end_user(LISTED)
    screened(application)
    hit = judged_different(application)

    hit.party.country = "IR"
    hit.party.save()
    screened(application, NOON + timedelta(days=1))

    assert state(application) == HitState.OPEN


def test_a_hit_that_is_found_no_more_stays_on_record_but_waits_for_nobody():
    new_edition()
    application = with_end_user(LISTED)
    screened(application)

    new_edition(primary_name="Alguien Completamente Distinto")
    screened(application, NOON + timedelta(days=1))

    assert ScreeningHit.objects.get().gone_at == NOON + timedelta(days=1)
    assert not ScreeningHit.objects.of(application).exists()


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_the_same_comparison_find_the_same_once():
    """The parties are held until both workers wait for them."""
    new_edition()
    application = with_end_user(LISTED)
    screening = assessment.ask(application, at=NOON)

    def work():
        try:
            assessment.screen(screening.pk, at=NOON)
        finally:
            connection.close()

    with ThreadPoolExecutor() as pool:
        with transaction.atomic():
            list(application.parties.select_for_update())
            workers = [pool.submit(work) for _worker in range(2)]
            for worker in workers:
                with pytest.raises(TimeoutError):
                    worker.result(timeout=0.3)
        for worker in workers:
            worker.result(timeout=20)

    screening.refresh_from_db()
    assert (screening.finished_at, screening.parties_done) == (NOON, 3)
    assert ScreeningHit.objects.count() == 1


def test_without_a_list_the_screening_says_so_and_is_never_finished():
    screening = screened(with_end_user(LISTED))

    assert screening.failure == "no-list-in-force"
    assert screening.finished_at is None


def test_parties_changed_meanwhile_are_compared_as_they_are_now():
    new_edition()
    application = with_end_user("Naviera Serena")
    screening = assessment.ask(application, at=NOON)
    application.parties.update(name=LISTED)

    assessment.screen(screening.pk, at=NOON)

    screening.refresh_from_db()
    assert screening.finished_at is None
    assert Screening.objects.count() == 2


def test_a_new_list_brings_every_open_application_up_again():
    new_edition(primary_name="Alguien Completamente Distinto")
    application = with_end_user(LISTED)
    screened(application)
    closed = ApplicationFactory(status="refused", submitted_at=NOON)

    schedule.screen_after_new_lists()
    assert application.screenings.count() == 1, "nothing is new yet"
    new_edition(source="ofac")
    schedule.screen_after_new_lists()
    schedule.screen_after_new_lists()

    assert application.screenings.count() == 2
    assert not closed.screenings.exists()


def test_what_counts_as_a_hit_is_what_the_administrator_stored_and_is_kept_with_the_screening():
    new_edition()
    application = with_end_user("Compania Ficticia Listadas")
    screened(application)
    points = ScreeningHit.objects.of(application).get().points
    CalibrationFactory(worth=points + 1, medium_from=99, high_from=100, at=NOON)

    screening = screened(application, NOON + timedelta(hours=1))

    assert not ScreeningHit.objects.of(application).exists()
    assert screening.thresholds == f"{points + 1} 99.0 100.0 high"


def test_other_thresholds_bring_every_open_application_up_again():
    new_edition(primary_name="Alguien Completamente Distinto")
    application = with_end_user(LISTED)
    screened(application)
    assert assessment.is_current(application, at=NOON)

    CalibrationFactory(worth=75, at=NOON)

    assert not assessment.is_current(application, at=NOON)
    schedule.screen_after_new_lists()
    assert application.screenings.count() == 2


def test_a_role_says_nothing_of_who_a_party_is():
    one, other = PartyFactory.build(role="bank"), PartyFactory.build(role="carrier")

    assert parties.digest(one) == parties.digest(other)
    assert parties.digest(one) != parties.digest(PartyFactory.build(role="bank", city="Osaka"))
