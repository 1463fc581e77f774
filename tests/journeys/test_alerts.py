"""A new list names somebody under a live licence: officers hear of it, the licence waits, two settle it."""

from datetime import UTC, datetime

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from licensing import assessment, watch
from licensing.models import (
    Application,
    ApplicationStatus,
    Job,
    LicenceStatus,
    OutboxJob,
    PartyRole,
    Screening,
)
from screening.models import ListVersion
from tests.factories import (
    LicenceLineFactory,
    ListedEntityFactory,
    ListVersionFactory,
    PartyFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db(transaction=True)

NAME = "Quimera Metalúrgica Boreal"


@pytest.fixture
def licence(db):
    ListVersionFactory(source="demo-un", in_force_from=datetime(2026, 1, 1, tzinfo=UTC))
    line = LicenceLineFactory()
    PartyFactory(application=line.licence.application, role=PartyRole.BANK, name=NAME)
    Application.objects.filter(licence=line.licence).update(status=ApplicationStatus.APPROVED)
    Screening.objects.update(thresholds="")  # made before the party was there
    watch.follow(at=timezone.now())
    for job in OutboxJob.objects.filter(job=Job.SCREEN_APPLICATION):
        assessment.screen(**job.arguments, at=timezone.now())
    return line.licence


def a_new_edition_names(name):
    now = timezone.now()
    ListVersion.objects.filter(in_force_to=None).update(in_force_to=now)
    version = ListVersionFactory(source="demo-un", in_force_from=now)
    ListedEntityFactory(version=version, primary_name=name, reference="QDe.900", programmes=["QUIMERA"])
    watch.follow(at=timezone.now())


def test_officers_settle_what_a_new_list_says_of_a_live_licence(
    page, live_server, sign_in, licence, assert_good, complaints
):
    marta = UserFactory(language="en", name="Marta Ríos")
    ivan = UserFactory(language="en", name="Iván Solís", decider=True)
    a_new_edition_names(NAME)
    licence.refresh_from_db()
    assert licence.status == LicenceStatus.SUSPENDED

    # The first officer finds the alert on the first page and says that it is somebody else
    sign_in(page, marta, "en")
    page.goto(live_server.url)
    assert_good(page)
    page.get_by_role("navigation", name="Sections").get_by_role("link", name="Alerts").click()
    expect(page.get_by_text(licence.reference)).to_be_visible()
    assert_good(page)
    page.get_by_role("link", name=f"{NAME} – {NAME}").click()
    page.get_by_label("Somebody else").check()
    page.get_by_label("Reason").fill("Otro registro mercantil.")
    page.get_by_role("button", name="Record the judgement").click()

    # The second confirms it and reinstates the licence, which was not possible before
    sign_in(page, ivan, "en")
    page.goto(f"{live_server.url}/licences/{licence.reference}/")
    expect(page.get_by_text("Judge 1 possible match first.")).to_be_visible()
    assert_good(page)
    page.get_by_role("link", name=f"{NAME} – {NAME}").click()
    page.get_by_label("Somebody else: I confirm it").check()
    page.get_by_label("Reason").fill("De acuerdo.")
    page.get_by_role("button", name="Record the judgement").click()
    page.goto(f"{live_server.url}/licences/{licence.reference}/")
    page.get_by_role("button", name="Reinstate licence").click()
    page.get_by_label("Reasons").fill("Se aclaró.")
    page.get_by_role("button", name="Reinstate licence").click()
    expect(page.get_by_text("The licence is in force again.")).to_be_visible()
    assert complaints == []


def test_a_company_on_a_list_is_settled_on_its_own_page(
    page, live_server, sign_in, licence, assert_good, complaints
):
    officer = UserFactory(language="es", name="Marta Ríos")
    a_new_edition_names(licence.holder.name)

    sign_in(page, officer, "es")
    page.goto(f"{live_server.url}/alerts/")
    expect(page.get_by_role("heading", name="Alertas", exact=True)).to_be_visible()
    assert_good(page)
    page.get_by_role("link", name=licence.holder.name).first.click()
    expect(page.get_by_text("Afecta a una licencia")).to_be_visible()
    assert_good(page)
    page.get_by_label("Es la misma de la lista").check()
    page.get_by_label("Razón").fill("Mismo RUC.")
    page.get_by_role("button", name="Registrar la valoración").click()
    expect(page.get_by_role("heading", name="Alertas", exact=True)).to_be_visible()
    assert complaints == []
