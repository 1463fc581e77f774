"""People hear once of a new edition of a control list that touches goods of theirs."""

from datetime import date, timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, ProgrammingError, transaction

from licensing import new_editions
from licensing.impact import Kind, digest, library
from licensing.models import Application, ApplicationStatus, EditionNotice, Job, OutboxJob
from licensing.tasks import run_job
from screening.control import catalogue, parser_of
from screening.control.editions import Changes
from screening.control.load import load
from screening.control_models import ControlEdition, ControlList
from tests.factories import (
    NOON,
    ApplicationFactory,
    GoodsAssessmentFactory,
    GoodsLineFactory,
    LicenceFactory,
    UserFactory,
)
from tests.screening.control.files import ccl, eu_json

LATER = NOON + timedelta(days=1)
BEFORE = {"3A001": "3A001 A\n3A001.a One", "2B001": "2B001 B"}
AFTER = {"3A001": "3A001 A\n3A001.a Uno", "2B001": "2B001 B"}


@pytest.fixture
def take(db, tmp_path):
    def take_it(source, content, at=NOON, **options):
        path = tmp_path / "list"
        path.write_bytes(content)
        return load(source, parser_of(source), path, by_name="Prueba", at=at, **options)

    return take_it


@pytest.fixture
def editions(take):
    old = take("eu-annex1-json", eu_json(BEFORE))
    new_editions.tell(at=NOON)
    return old, take("eu-annex1-json", eu_json(AFTER, valid_from="2026-02-01"), at=LATER)


def goods(code="3A001.a", description="Reloj", **application):
    application = {"status": ApplicationStatus.SUBMITTED, "submitted_at": NOON, **application}
    return GoodsLineFactory(
        application=ApplicationFactory(**application), control_code=code, description=description
    )


def promised():
    return OutboxJob.objects.filter(job=Job.EDITION)


def readers():
    return sorted(job.arguments["user_id"] for job in promised())


def test_companies_touched_and_officers_are_promised_a_letter_and_nobody_else(
    editions, officer, decider, administrator, customs_officer
):
    touched, free = goods(), goods("2B001")
    gone = UserFactory(
        exporter=True, organisation=touched.application.organisation, is_active=False,
        disabled_by=administrator, disabled_at=NOON,
    )  # fmt: skip

    [notice] = new_editions.tell(at=LATER)

    assert readers() == sorted([touched.application.created_by_id, officer.pk, decider.pk])
    assert gone.pk not in readers() and free.application.created_by_id not in readers()
    assert (notice.companies_count, notice.previous) == (1, editions[0])


def test_an_edition_is_told_of_once(editions, officer):
    new_editions.tell(at=LATER)
    new_editions.tell(at=LATER + timedelta(minutes=1))

    assert promised().count() == 1
    assert EditionNotice.objects.count() == 2  # of the first edition too, of which nobody hears


def test_the_first_edition_of_a_list_and_another_language_are_no_news(take, officer):
    take("eu-annex1-json", eu_json(BEFORE))

    new_editions.tell(at=NOON)

    assert not promised().exists()
    assert EditionNotice.objects.get().previous is None


def test_of_a_list_of_another_law_officers_alone_are_told(take, officer):
    line = goods("3A001.a")
    take("us-ccl", ccl(), dated=date(2026, 1, 15))
    new_editions.tell(at=NOON)
    take("us-ccl", ccl().replace(b"Ticking", b"Tocking"), at=LATER, dated=date(2026, 2, 1))

    new_editions.tell(at=LATER)

    assert readers() == [officer.pk]
    assert line.application.created_by_id not in readers()


def test_an_edition_that_came_and_went_unnoticed_is_skipped(editions, take, officer):
    goods()
    newest = take("eu-annex1-json", eu_json(BEFORE, valid_from="2026-02-02"), at=LATER + timedelta(minutes=1))

    [notice] = new_editions.tell(at=LATER + timedelta(minutes=2))

    assert (notice.edition, notice.previous) == (newest, editions[0])
    assert notice.companies_count == 0  # what changed was changed back


def letters(at=LATER):
    new_editions.tell(at=at)
    for job in promised():
        run_job(job.pk)
    return {letter.to[0]: letter for letter in mail.outbox}


def test_a_company_reads_which_of_its_goods_are_touched_and_no_others(editions):
    mine, other = goods(), goods(description="Tambor ajeno")
    goods(
        description="Borrador mío",
        organisation=mine.application.organisation,
        status="draft",
        submitted_at=None,
    )

    letter = letters()[mine.application.created_by.email]

    assert "2026-02-01" in letter.subject
    assert mine.application.reference in letter.body and "Reloj" in letter.body
    assert "Borrador mío" in letter.body  # its own drafts are among what it described before
    assert "Tambor ajeno" not in letter.body and other.application.reference not in letter.body


def test_a_letter_to_a_company_does_not_tell_what_officers_found_in_an_open_case(editions, officer):
    found_only, claimed_too, contradicted = goods(""), goods(description="Reclamado"), goods()
    GoodsAssessmentFactory(line=found_only, codes=["3A001.a"])
    GoodsAssessmentFactory(line=claimed_too, codes=["3A001.a.7"])
    GoodsAssessmentFactory(line=contradicted, codes=[], reason="Otra cosa.")

    sent = letters()

    assert found_only.application.created_by.email not in sent
    assert "3A001.a," in sent[claimed_too.application.created_by.email].body
    assert "3A001.a.7" not in sent[claimed_too.application.created_by.email].body
    assert contradicted.application.created_by.email in sent
    assert "abiertas: 2" in sent[officer.email].body  # officers read by what officers found


@pytest.mark.parametrize(("status", "is_told"), [("approved", True), ("refused", False)])
def test_of_closed_cases_a_company_is_told_by_what_officers_found_where_it_got_a_licence(
    editions, status, is_told
):
    line = goods("", status=status)
    GoodsAssessmentFactory(line=line, codes=["3A001.a"])

    assert (line.application.created_by.email in letters()) is is_told


def test_officers_read_how_many_by_kind_and_no_draft_is_counted(editions, officer):
    goods()
    goods(description="Otro", status="draft", submitted_at=None)
    licence = LicenceFactory()
    GoodsLineFactory(application=licence.application, control_code="3A001.a")
    Application.objects.filter(pk=licence.application_id).update(status=ApplicationStatus.APPROVED)

    body = letters()[officer.email].body

    assert "vigentes: 1" in body
    assert "abiertas: 1" in body
    assert "empresas: 0" in body
    assert f"?from={editions[0].pk}&to={editions[1].pk}" in body


def test_everybody_reads_in_their_own_language(editions):
    officer = UserFactory(language="en")

    assert letters()[officer.email].subject.startswith("New edition of a control list")


def test_a_company_whose_goods_are_gone_meanwhile_gets_no_letter(editions):
    line = goods(status="draft", submitted_at=None)
    new_editions.tell(at=LATER)
    line.delete()

    assert letters() == {}


def test_a_letter_that_is_sent_twice_says_the_same(editions, officer):
    new_editions.tell(at=LATER)
    notice = EditionNotice.objects.get(edition=editions[1])

    for _each in range(2):
        new_editions.send(notice, officer, at=LATER)

    assert mail.outbox[0].body == mail.outbox[1].body


def test_the_database_refuses_to_change_or_forget_that_people_were_told(editions):
    new_editions.tell(at=LATER)

    with pytest.raises((IntegrityError, ProgrammingError)), transaction.atomic():
        EditionNotice.objects.update(companies_count=7)
    with pytest.raises((IntegrityError, ProgrammingError)), transaction.atomic():
        EditionNotice.objects.all()._raw_delete("default")
    with pytest.raises(IntegrityError, match="a_first_edition_touches_nobody"), transaction.atomic():
        EditionNotice.objects.create(edition=catalogue_of(), companies_count=1, at=NOON)


def catalogue_of():
    """Return an edition that nobody was told of."""
    made = ControlList.objects.create(code="pa-national", jurisdiction="PA", name="X")
    return ControlEdition.objects.create(
        list=made,
        label="1",
        valid_from=NOON.date(),
        codes_count=1,
        provisions_count=1,
        in_force_from=NOON,
        imported_at=NOON,
        imported_by_name="Prueba",
    )


# --- the digest ---


def test_the_library_holds_each_goods_once_and_its_newest_line(db):
    company = ApplicationFactory().organisation
    for text in ("Reloj  de cuarzo", "reloj de Cuarzo"):
        newest = goods(description=text, organisation=company, status="refused")
    goods(organisation=company, description="Otro", status="draft", submitted_at=None)
    changes = Changes((), (), (), ("3A001.a",))

    [item] = library(changes, NOON)

    assert (item.goods, item.times, item.kind) == (newest, 2, Kind.LIBRARY)
    assert len(library(changes, NOON, for_exporters=True)) == 2
    assert library(Changes((), (), (), ()), NOON) == []


def test_beside_the_catalogue_only_codes_at_the_top_are_compared(db, take):
    before = catalogue.load(by_name="Prueba", at=NOON)
    after = take("eu-annex1-json", eu_json(BEFORE), at=LATER, agreed_by_name="Otra persona")
    kept, gone = goods("3A001.a"), goods("5A002.a")

    found = digest(before, after, LATER)

    assert [one.goods for one in found.touched] == [gone]
    assert kept.application not in [one.application for one in found.everything]


def test_a_company_sees_its_own_part_of_a_digest(editions):
    one, other = goods(), goods()

    found = digest(*editions, LATER)

    assert len(found.companies) == 2
    own = found.for_company(one.application.organisation_id)
    assert [item.goods for item in own.everything] == [one] and other not in own.touched


def test_a_new_edition_leaves_every_case_and_decision_as_it_was(editions):
    goods()
    before = list(Application.objects.order_by("pk").values())

    new_editions.tell(at=LATER)

    assert list(Application.objects.order_by("pk").values()) == before
