"""Goods under no code are looked through for what a new edition added: hints, found once, by a worker."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import Error, IntegrityError, transaction
from django.urls import reverse

from licensing import new_editions, newly_listed
from licensing.impact import Kind, digest
from licensing.models import (
    ApplicationStatus,
    EditionNotice,
    EditionSearch,
    GoodsLine,
    Job,
    LicenceStatus,
    OutboxJob,
    PossibleListing,
)
from licensing.tasks import run_job
from screening.control import parser_of
from screening.control.load import load
from tests.factories import (
    NOON,
    ApplicationFactory,
    GoodsAssessmentFactory,
    GoodsLineFactory,
    LicenceFactory,
)
from tests.people import client_of
from tests.screening.control.files import eu_json

LATER = NOON + timedelta(days=1)
OLD = {"3A001": "3A001 Toy circuits that tick", "2B001": "2B001 Wax presses"}
NEW = {
    "3A001": "3A001 Toy circuits that tick",
    "2B001": "2B001 Wax presses\n2B001.a Hydraulic wax presses with magnetic bearings",
    "3A504": "3A504 Cryogenic amplifiers for quantum drums",
}
GOODS = "Cryogenic amplifiers for quantum drums"


@pytest.fixture
def editions(db, tmp_path):
    def take(content, at):
        path = tmp_path / "list"
        path.write_bytes(content)
        return load("eu-annex1-json", parser_of("eu-annex1-json"), path, by_name="Prueba", at=at)

    old = take(eu_json(OLD), NOON)
    new_editions.tell(at=NOON)
    return old, take(eu_json(NEW, valid_from="2026-02-01"), LATER)


def goods(code="", description=GOODS, **application):
    application = {"status": ApplicationStatus.SUBMITTED, "submitted_at": NOON, **application}
    return GoodsLineFactory(
        application=ApplicationFactory(**application),
        control_code=code,
        description=description,
        manufacturer="",
        model="",
    )


def look_through(at=LATER):
    """Do as the clock and the workers until nothing is left to do; return who was promised letters."""
    new_editions.tell(at=at)
    while job := OutboxJob.objects.filter(job=Job.EDITION_GOODS, done_at=None).first():
        newly_listed.carry_on(**job.arguments, at=at)
        OutboxJob.objects.filter(pk=job.pk).update(done_at=at)
    return new_editions.tell(at=at)


def found(editions, **options):
    return [(one.goods, one.code) for one in digest(*editions, LATER, **options).possible]


def test_goods_under_no_code_are_met_by_an_added_code_that_describes_them(editions):
    like, unlike = goods(), goods(description="Camisas de algodón para hombre")

    look_through()

    assert found(editions) == [(like, "3A504")]
    assert EditionSearch.objects.get().looked_at_count == 2
    assert unlike.pk not in PossibleListing.objects.values_list("line_id", flat=True)


@pytest.mark.parametrize(("claimed", "is_found"), [("EAR99", True), ("No aplica", True), ("2B001", False)])
def test_what_no_list_has_is_no_code_and_goods_under_a_code_are_left_to_their_code(
    editions, claimed, is_found
):
    goods(claimed)

    look_through()

    assert bool(found(editions)) is is_found


def test_a_paragraph_added_to_an_entry_is_met_where_nothing_is_liker(editions):
    line = goods(description="Hydraulic wax presses with magnetic bearings")
    goods(description="Toy circuits that tick, pressed in wax")

    look_through()

    assert found(editions) == [(line, "2B001.a")]


def test_goods_like_a_code_that_was_there_before_are_not_met(editions):
    goods(description="Toy circuits that tick")

    look_through()

    assert found(editions) == []


def test_goods_that_officers_found_not_to_be_listed_are_looked_at_again(editions):
    line = goods("2B001")
    GoodsAssessmentFactory(line=line, codes=[], reason="Otra cosa.")

    look_through()

    assert found(editions) == [(line, "3A504")]
    assert found(editions, for_exporters=True) == []  # its company still claims 2B001 and knows of no finding


def test_what_officers_found_in_an_open_case_is_not_told_by_silence(editions):
    line = goods()
    GoodsAssessmentFactory(line=line, codes=["2B001"])

    look_through()

    assert found(editions) == []
    assert found(editions, for_exporters=True) == [(line, "3A504")]


def test_goods_that_say_something_else_meanwhile_are_no_longer_met(editions):
    line = goods(status="draft", submitted_at=None)
    look_through()
    assert found(editions, for_exporters=True) == [(line, "3A504")]

    GoodsLine.objects.filter(pk=line.pk).update(description="Camisas")

    assert found(editions, for_exporters=True) == []


def test_drafts_are_for_their_company_alone_and_the_library_holds_goods_once(editions):
    company = ApplicationFactory().organisation
    goods(organisation=company, status="refused")
    newest = goods(organisation=company, status="refused", description=GOODS.upper())
    draft = goods(status="draft", submitted_at=None)

    look_through()

    [one] = digest(*editions, LATER).possible
    assert (one.goods, one.times, one.kind, one.licence) == (newest, 2, Kind.POSSIBLE, None)
    assert {line for line, _code in found(editions, for_exporters=True)} == {newest, draft}


def test_goods_under_a_live_licence_are_told_by_the_licence(editions):
    live, revoked = LicenceFactory(), LicenceFactory(status=LicenceStatus.REVOKED)
    for licence in (live, revoked):
        licence.application.goods.update(control_code="2B001")
        GoodsLineFactory(application=licence.application, control_code="", description=GOODS)
        licence.application.__class__.objects.filter(pk=licence.application_id).update(
            status=ApplicationStatus.APPROVED
        )

    look_through()

    assert {one.licence for one in digest(*editions, LATER).possible} == {live, None}


def test_letters_wait_for_the_search_and_say_it_is_to_be_assessed(editions, officer):
    line = goods()
    assert new_editions.tell(at=LATER) == []
    assert not EditionNotice.objects.filter(edition=editions[1]).exists()

    [notice] = look_through()
    for job in OutboxJob.objects.filter(job=Job.EDITION):
        run_job(job.pk)

    assert notice.companies_count == 1
    letters = {letter.to[0]: letter.body for letter in mail.outbox}
    told = letters[line.application.created_by.email]
    assert "puede estar ahora en la lista, en 3A504: por evaluar" in told
    assert "sin código y por evaluar, pueden estar ahora en la lista: 1" in letters[officer.email]


def test_letters_do_not_wait_for_a_search_that_never_ends(editions):
    goods()
    new_editions.tell(at=LATER)

    assert new_editions.tell(at=LATER + newly_listed.PATIENCE) == []
    [notice] = new_editions.tell(at=LATER + newly_listed.PATIENCE + timedelta(seconds=1))

    assert notice.companies_count == 0


def test_the_search_goes_in_parts_and_a_part_that_runs_twice_finds_once(editions, monkeypatch):
    monkeypatch.setattr(newly_listed, "LINES_AT_A_TIME", 2)
    for _each in range(5):
        goods()
    new_editions.tell(at=LATER)
    search = EditionSearch.objects.get()

    for _each in range(2):
        newly_listed.carry_on(search.pk, 0, at=LATER)

    assert PossibleListing.objects.count() == 2
    assert OutboxJob.objects.filter(job=Job.EDITION_GOODS).count() == 2
    look_through()
    search.refresh_from_db()
    assert (PossibleListing.objects.count(), search.looked_at_count, search.done_at) == (5, 5, LATER)


def test_the_page_tells_what_was_found_and_how_far_the_search_is(editions, officer):
    line = goods()
    address = reverse("control-impact", args=["eu-dual-use"])

    def page():
        return client_of(officer).get(address, {"kind": "possible"}).content.decode()

    assert "No se revisaron los bienes sin código" in page()
    new_editions.tell(at=LATER)
    assert "Todavía se revisan" in page()
    look_through()

    html = page()
    assert "Puede estar ahora en la lista, en " in html and ": por evaluar" in html
    assert line.application.reference in html
    assert reverse("control-entry", args=["eu-dual-use", editions[1].pk, "3A504"]) in html
    assert "lo que no se encontró no queda descartado" in html


def test_the_database_keeps_what_was_found(editions):
    goods()
    draft = goods(status="draft", submitted_at=None)
    look_through()

    with pytest.raises(Error), transaction.atomic():
        PossibleListing.objects.update(code="2B001")
    with pytest.raises(Error), transaction.atomic():
        PossibleListing.objects.exclude(line=draft).delete()
    with pytest.raises(IntegrityError, match="a_search_for_goods_is_for_codes"), transaction.atomic():
        EditionSearch.objects.update(codes=[])
    draft.delete()
    assert PossibleListing.objects.count() == 1
