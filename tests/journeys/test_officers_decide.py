"""Officers, an adviser and a deciding officer take a case with a possible match to its licence."""

from datetime import UTC, date, datetime

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from licensing import assessment
from licensing.models import (
    Application,
    ApplicationStatus,
    Decision,
    PartyRole,
    Recommendation,
    ScreeningHit,
)
from tests.factories import (
    NOON,
    ApplicationFactory,
    ConsultationFactory,
    GoodsAssessmentFactory,
    ListedEntityFactory,
    ListedNameFactory,
    ListVersionFactory,
    OrganisationFactory,
    PartyFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db(transaction=True)

LONG_NAME = "Sociedad Anónima de Importación y Reexportación de Equipos Electromecánicos del Istmo"


@pytest.fixture
def listed():
    version = ListVersionFactory(
        source="demo-un",
        edition="2026-03-01",
        published_on=date(2026, 3, 1),
        in_force_from=datetime(2026, 3, 1, tzinfo=UTC),
    )
    entity = ListedEntityFactory(
        version=version, primary_name="Zahrani Trading Company", countries=["SY"], reference="QDe.101"
    )
    ListedNameFactory(entity=entity, name="Zahrani Brothers Trading", kind="alias")
    return entity


@pytest.fixture
def case(listed):
    """A submitted case whose ultimate end user is like a listed one under its alias."""
    case = ApplicationFactory(
        complete=True,
        organisation=OrganisationFactory(name=LONG_NAME, tax_id="155612345-2-2016"),
        status=ApplicationStatus.SUBMITTED,
        submitted_at=timezone.now(),
        transit_countries=["ES"],
    )
    GoodsAssessmentFactory(line=case.goods.get())
    PartyFactory(
        application=case,
        role=PartyRole.ULTIMATE_END_USER,
        name="Hermanos Al-Zahrani Trading S.A.",
        other_names=["Zahrani Brothers Trading"],
        country="AE",
    )
    screening = assessment.ask(case, at=timezone.now())
    assessment.screen(screening.pk, at=timezone.now())
    assert ScreeningHit.objects.of(case).count() == 1
    return case


@pytest.mark.parametrize("language", ["es", "en"])
def test_every_page_of_a_case_is_accessible_in_both_languages(
    page, live_server, sign_in, case, assert_good, complaints, language
):
    officer = UserFactory(language=language)
    Application.objects.update(status=ApplicationStatus.IN_REVIEW, case_officer=officer)
    hit = ScreeningHit.objects.get()
    asked = ConsultationFactory(application=case)
    taken_back = {"withdrawn_by": officer, "withdrawn_at": NOON}
    ConsultationFactory(application=case, body__name="Ministerio de Ambiente", **taken_back)
    sign_in(page, officer, language)
    cases = f"/cases/{case.reference}"

    for address in (
        "/queue/?status=in-review",
        "/queue/?q=nobody",
        f"{cases}/",
        f"{cases}/hits/{hit.pk}/",
        f"{cases}/consult/",
        f"{cases}/questions/{asked.pk}/withdraw/",
        f"{cases}/request-information/",
        f"{cases}/recommend/",
    ):
        page.goto(live_server.url + address)
        assert_good(page)
    assert complaints == []


@pytest.mark.parametrize("language", ["es", "en"])
def test_a_form_with_mistakes_is_accessible_in_both_languages(
    page, live_server, sign_in, case, assert_good, language
):
    Application.objects.update(status=ApplicationStatus.IN_REVIEW)
    sign_in(page, UserFactory(language=language), language)
    page.goto(f"{live_server.url}/cases/{case.reference}/consult/")

    page.locator("main form button").click()

    expect(page.locator(".govuk-error-summary")).to_be_focused()
    assert_good(page)


def test_a_case_with_a_possible_match_is_judged_asked_about_recommended_and_decided_by_two(
    page, live_server, sign_in, case, assert_good, complaints
):
    officer = UserFactory(language="en", name="Marta Ríos")
    decider = UserFactory(decider=True, language="en", name="Iván Solís")
    adviser = UserFactory(adviser=True, language="en")
    hit = ScreeningHit.objects.get()

    # The officer takes the case on; nothing can be recommended before the match is judged
    sign_in(page, officer, "en")
    page.goto(live_server.url + "/queue/")
    page.get_by_role("link", name=case.reference).click()
    page.get_by_role("button", name="Take on the case").click()
    expect(page.get_by_text("The case is yours.")).to_be_visible()
    expect(page.get_by_role("button", name="Recommend")).to_be_disabled()
    expect(page.get_by_text("Judge 1 possible match first.")).to_be_visible()

    # The key 2 answers, and the answer needs its reason
    page.get_by_role("link", name=f"{hit.party_name} – {hit.listed_name}").click()
    page.get_by_label("Not sure").check()
    page.keyboard.press("2")
    expect(page.get_by_label("Somebody else")).to_be_checked()
    page.get_by_role("button", name="Record the judgement").click()
    expect(page.get_by_text("Give the reason for your judgement.").first).to_be_visible()
    expect(page.get_by_label("Somebody else")).to_be_checked()
    page.get_by_label("Reason").fill("Otro país y otro registro mercantil.")
    page.get_by_role("button", name="Record the judgement").click()
    expect(page.get_by_text("1 judgement waits for a second person.").first).to_be_visible()

    # The names are so alike that somebody else must agree
    sign_in(page, decider, "en")
    page.goto(f"{live_server.url}/cases/{case.reference}/")
    page.get_by_label("Somebody else: I confirm it").check()
    page.get_by_label("Reason").fill("De acuerdo: otra empresa.")
    page.get_by_role("button", name="Record the judgement").click()
    expect(page.get_by_text("Officers judged every possible match to be somebody else.")).to_be_visible()
    sign_in(page, officer, "en")
    page.goto(f"{live_server.url}/cases/{case.reference}/")

    # A body is asked and answers
    page.get_by_role("button", name="Ask for an opinion").click()
    page.get_by_label("Body").select_option(label=adviser.organisation.name)
    page.get_by_label("Question").fill("¿Tiene objeción a este destino?")
    page.get_by_role("button", name="Ask for an opinion").click()
    expect(page.get_by_text(f"{adviser.organisation.name} has been asked.")).to_be_visible()

    sign_in(page, adviser, "en")
    page.goto(live_server.url + "/consultations/")
    assert_good(page)
    page.get_by_role("link", name=case.reference).click()
    assert_good(page)
    page.get_by_label("No objection with conditions").check()
    page.get_by_label("Reasons and conditions").fill("Informar la instalación.")
    page.get_by_role("button", name="Give the opinion").click()
    expect(page.get_by_text("Your body's opinion is given.")).to_be_visible()
    assert_good(page)

    # The officer recommends
    sign_in(page, officer, "en")
    page.goto(f"{live_server.url}/cases/{case.reference}/")
    page.get_by_role("button", name="Recommend").click()
    page.get_by_label("Approve").check()
    page.get_by_label("Reasons").fill("Uso civil comprobado.")
    page.get_by_label("Conditions").fill("Informar la instalación en 30 días.")
    page.get_by_role("button", name="Recommend").click()
    expect(page.get_by_text("The recommendation is made.")).to_be_visible()
    assert Recommendation.objects.get().by == officer

    # Somebody else decides
    sign_in(page, decider, "en")
    page.goto(f"{live_server.url}/cases/{case.reference}/")
    page.get_by_role("button", name="Approve and issue the licence").click()
    expect(page.get_by_text("Informar la instalación en 30 días.").first).to_be_visible()
    assert_good(page)
    expect(page.get_by_label("Approve and issue the licence")).to_be_checked()
    page.get_by_label("Reasons").fill("De acuerdo.")
    page.get_by_role("button", name="Record the decision").click()
    expect(page.get_by_text("The application is approved and the licence issued.").first).to_be_visible()
    assert_good(page)
    assert Decision.objects.get().by == decider
    assert hit.judgements.get().confirmation.by == decider
    assert complaints == []


def test_whoever_recommended_reads_why_they_can_not_decide(page, live_server, sign_in, assert_good):
    ListVersionFactory()
    decider = UserFactory(decider=True, language="en")
    case = ApplicationFactory(recommended=True, recommendation__by=decider)
    sign_in(page, decider, "en")

    page.goto(f"{live_server.url}/cases/{case.reference}/decision/")

    expect(page.get_by_text("You recommended this; somebody else must decide.").first).to_be_visible()
    expect(page.get_by_label("Approve and issue the licence")).to_have_count(0)
    assert_good(page)


def test_the_queue_is_walked_with_j_k_and_enter(page, live_server, sign_in):
    ListVersionFactory()
    cases = [ApplicationFactory(in_review=True) for _n in range(3)]
    sign_in(page, UserFactory(language="en"), "en")
    page.goto(live_server.url + "/queue/")

    page.locator(".app-table-scroll").focus()
    for key in ("j", "j", "j", "k"):
        page.keyboard.press(key)
    expect(page.get_by_role("link", name=cases[1].reference)).to_be_focused()
    page.keyboard.press("Enter")

    expect(page).to_have_url(f"{live_server.url}/cases/{cases[1].reference}/")


def test_screening_again_is_followed_on_the_page_until_the_worker_is_done(
    page, live_server, sign_in, case, celery_worker, complaints
):
    Application.objects.update(status=ApplicationStatus.IN_REVIEW)
    sign_in(page, UserFactory(language="en"), "en")
    page.goto(f"{live_server.url}/cases/{case.reference}/")

    page.get_by_role("button", name="Screen again").click()

    expect(page.get_by_text("1 possible match waits for a judgement.")).to_be_visible(timeout=20_000)
    assert complaints == []


def test_officers_work_without_scripts(browser, live_server, sign_in, case):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, UserFactory(language="en"), "en")
    page.goto(f"{live_server.url}/cases/{case.reference}/")

    page.get_by_role("button", name="Take on the case").click()
    page.get_by_label("Somebody else").check()
    page.get_by_label("Reason").fill("Otro país.")
    page.get_by_role("button", name="Record the judgement").click()

    expect(page.get_by_text("The judgement is recorded.")).to_be_visible()
    context.close()
