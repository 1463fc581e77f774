"""Two officers settle possible matches: by keys, alike ones together, from memory, and after a change."""

from datetime import UTC, date, datetime

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from licensing import assessment, judgements
from licensing.judgements import HitState
from licensing.models import ApplicationStatus, Calibration, HitConfirmation, HitJudgement, PartyRole
from screening.models import ListVersion
from tests.factories import (
    ApplicationFactory,
    GoodsAssessmentFactory,
    HitConfirmationFactory,
    HitJudgementFactory,
    ListedEntityFactory,
    ListedNameFactory,
    ListVersionFactory,
    OrganisationFactory,
    PartyFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db(transaction=True)

LONG_NAME = "Sociedad Anónima de Importación y Reexportación de Equipos Electromecánicos del Istmo"
LISTED = "Zahrani Brothers Trading"


def edition(source, day, **facts):
    """Put a new edition of a list in force, which names one company."""
    now = timezone.now()
    ListVersion.objects.filter(source=source, in_force_to=None).update(in_force_to=now)
    version = ListVersionFactory(
        source=source,
        edition=day.isoformat(),
        published_on=day,
        in_force_from=now
        if ListVersion.objects.filter(source=source).exists()
        else datetime(2026, 1, 1, tzinfo=UTC),
    )
    told = {"countries": ["SY"], "programmes": ["SYRIA"], "reference": "QDe.101", **facts}
    entity = ListedEntityFactory(
        version=version, source_id="101", primary_name="Zahrani Trading Company", **told
    )
    ListedNameFactory(entity=entity, name=LISTED, kind="alias")
    return entity


@pytest.fixture
def lists(db):
    return edition("demo-un", date(2026, 3, 1)), edition("demo-ofac", date(2026, 3, 2))


def case_with(*roles, **party):
    """A case in review in which the same company, under a listed name, has these roles."""
    case = ApplicationFactory(
        complete=True,
        organisation=OrganisationFactory(name=LONG_NAME),
        status=ApplicationStatus.IN_REVIEW,
        submitted_at=timezone.now(),
    )
    facts = {"name": "Hermanos Al-Zahrani Trading S.A.", "other_names": [LISTED], "country": "AE", **party}
    GoodsAssessmentFactory(line=case.goods.get())
    for role in roles:
        PartyFactory(application=case, role=role, city="Dubái", **facts)
    screen(case)
    return case


def screen(case):
    screening = assessment.ask(case, at=timezone.now())
    assessment.screen(screening.pk, at=timezone.now())


def states(case):
    return [one.state for one in judgements.of_case(case, timezone.now())]


def first_hit(case):
    return judgements.of_case(case, timezone.now())[0].hit


@pytest.fixture
def marta(db):
    return UserFactory(language="en", name="Marta Ríos")


@pytest.fixture
def ivan(db):
    return UserFactory(language="en", name="Iván Solís", decider=True)


def test_two_officers_settle_a_match_of_the_high_band(
    page, live_server, sign_in, lists, marta, ivan, assert_good, complaints
):
    ListVersion.objects.filter(source="demo-ofac").update(in_force_to=timezone.now())
    case = case_with(PartyRole.BANK)
    address = f"{live_server.url}/cases/{case.reference}/"

    # The first officer says that it is somebody else; that is not enough
    sign_in(page, marta, "en")
    page.goto(address)
    page.get_by_label("Somebody else").check()
    page.get_by_label("Reason").fill("Otro país y otro registro mercantil.")
    page.get_by_role("button", name="Record the judgement").click()
    expect(page.get_by_text("1 judgement waits for a second person.").first).to_be_visible()
    expect(page.get_by_role("button", name="Recommend")).to_be_disabled()
    assert_good(page)

    # Who judged can't confirm; the page asks for somebody else
    page.goto(f"{address}hits/{first_hit(case).pk}/")
    expect(page.get_by_text("somebody else must confirm it").first).to_be_visible()
    expect(page.get_by_label("Somebody else: I confirm it")).to_have_count(0)

    # The second finds it on the first page, confirms it, and the case goes on
    sign_in(page, ivan, "en")
    page.goto(live_server.url)
    assert_good(page)
    page.get_by_role("link", name=case.reference).click()
    expect(page.get_by_text("Marta Ríos says: somebody else. Do you agree?")).to_be_visible()
    assert_good(page)
    page.get_by_label("Somebody else: I confirm it").check()
    page.get_by_label("Reason").fill("De acuerdo: son otra ciudad y otro dueño.")
    page.get_by_role("button", name="Record the judgement").click()
    expect(page.get_by_text("The judgement is confirmed.")).to_be_visible()
    expect(page.get_by_text("Judged by Marta Ríos, confirmed by Iván Solís").first).to_be_visible()
    expect(page.get_by_role("link", name="Recommend")).to_have_count(0)  # a button that is a link
    expect(page.get_by_role("button", name="Recommend")).to_be_enabled()
    assert_good(page)
    assert HitConfirmation.objects.get().by == ivan
    assert complaints == []


def test_alike_matches_are_settled_together_and_each_is_recorded(
    page, live_server, sign_in, lists, marta, ivan, assert_good, complaints
):
    case = case_with(PartyRole.BANK, PartyRole.AGENT)
    assert len(states(case)) == 4, "two roles in two lists"
    sign_in(page, marta, "en")
    page.goto(f"{live_server.url}/cases/{case.reference}/")
    assert_good(page)

    page.get_by_role("link", name="Settle these 4 alike together").first.click()
    ticked = page.locator("input[name=together]:checked")
    expect(ticked).to_have_count(3)
    assert_good(page)
    ticked.last.uncheck()
    page.get_by_label("Somebody else").check()
    page.get_by_label("Reason").fill("Otro giro.")
    page.get_by_role("button", name="Record the judgement").click()

    expect(page.get_by_text("3 judgements are recorded.")).to_be_visible()
    assert sorted(states(case)) == [HitState.OPEN] + [HitState.UNCONFIRMED] * 3
    assert case.events.filter(action="judge").count() == 3

    # The second person confirms them together
    sign_in(page, ivan, "en")
    waiting = HitJudgement.objects.order_by("pk").first().hit
    page.goto(f"{live_server.url}/cases/{case.reference}/hits/{waiting.pk}/?together=1")
    expect(page.locator("input[name=together]:checked")).to_have_count(2)
    page.get_by_label("Somebody else: I confirm it").check()
    page.get_by_label("Reason").fill("De acuerdo.")
    page.get_by_role("button", name="Record the judgement").click()
    expect(page.get_by_text("3 judgements are confirmed.")).to_be_visible()
    assert sorted(states(case)) == [HitState.DIFFERENT] * 3 + [HitState.OPEN]
    assert complaints == []


def test_matches_are_settled_with_the_keyboard_alone(page, live_server, sign_in, lists, marta):
    case = case_with(PartyRole.BANK)
    first, second = (one.hit for one in judgements.of_case(case, timezone.now()))
    sign_in(page, marta, "en")
    page.goto(f"{live_server.url}/cases/{case.reference}/hits/{first.pk}/")

    # To the next and back
    page.keyboard.press("j")
    expect(page).to_have_url(f"{live_server.url}/cases/{case.reference}/hits/{second.pk}/")
    page.keyboard.press("k")
    expect(page).to_have_url(f"{live_server.url}/cases/{case.reference}/hits/{first.pk}/")

    # A key chooses and leads to the reason; Escape goes back
    page.keyboard.press("3")
    expect(page.get_by_label("Not sure")).to_be_checked()
    expect(page.get_by_label("Reason")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("1")
    expect(page.get_by_label("The same as the listed one")).to_be_checked()
    page.keyboard.type("Mismo registro, 12345.")
    page.keyboard.press("Control+Enter")

    # It is recorded, and the next one opens with the focus in it
    expect(page).to_have_url(f"{live_server.url}/cases/{case.reference}/hits/{second.pk}/")
    row = HitJudgement.objects.get()
    assert (row.hit, row.judgement, row.reason) == (first, "same", "Mismo registro, 12345.")
    page.keyboard.press("2")
    expect(page.get_by_label("Somebody else")).to_be_checked()

    # Nothing is typed into the page, and without a reason it says so
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Give the reason for your judgement.").first).to_be_visible()


@pytest.mark.parametrize("language", ["es", "en"])
def test_a_judgement_is_remembered_and_comes_back_with_what_changed(
    page, live_server, sign_in, lists, marta, ivan, assert_good, complaints, language
):
    un, ofac = lists
    old = case_with(PartyRole.BANK)
    for one in judgements.of_case(old, timezone.now()):
        HitConfirmationFactory(
            judgement=HitJudgementFactory(hit=one.hit, by=marta, at=timezone.now()), by=ivan
        )
    new = case_with(PartyRole.BROKER)
    words = {"es": "Valorada antes: es otra", "en": "Judged before: somebody else"}[language]
    sign_in(page, marta, language)

    # The same party in another exporter's case counts as judged, and says by whom and where
    page.goto(f"{live_server.url}/cases/{new.reference}/")
    expect(page.get_by_text(words).first).to_be_visible()
    expect(page.locator("#found").get_by_text(old.reference).first).to_be_visible()
    assert states(new) == [HitState.DIFFERENT] * 2
    assert_good(page)
    page.goto(f"{live_server.url}/cases/{new.reference}/hits/{first_hit(new).pk}/")
    assert_good(page)

    # The list says something else of it: it is open again, with what changed
    entity = edition(first_hit(new).source, date(2026, 4, 1), countries=["SY", "LB"], remarks="Nuevo dueño.")
    screen(new)
    assert states(new).count(HitState.OPEN) == 1
    changed = next(one.hit for one in judgements.of_case(new, timezone.now()) if not one.is_settled)
    assert changed.entity == entity
    page.goto(f"{live_server.url}/cases/{new.reference}/hits/{changed.pk}/")
    table = page.locator(".app-changes")
    expect(table.get_by_text("Nuevo dueño.")).to_be_visible()
    expect(table.locator("ins").filter(has_text={"es": "Líbano", "en": "Lebanon"}[language])).to_be_visible()
    assert table.locator("tbody tr").count() == 2
    assert_good(page)

    # What is still remembered can be revoked, for a reason
    kept = next(one.hit for one in judgements.of_case(new, timezone.now()) if one.is_remembered)
    page.goto(f"{live_server.url}/cases/{new.reference}/hits/{kept.pk}/")
    page.locator("[data-reason]").fill("El dueño es otro.")
    page.locator(".app-judge__form button").click()
    expect(page.locator(".govuk-notification-banner, .app-notice").first).to_be_visible()
    assert HitState.UNSURE in states(new)
    assert un.pk != ofac.pk
    assert complaints == []


def test_a_party_known_as_listed_is_a_warning(page, live_server, sign_in, lists, marta, assert_good):
    old = case_with(PartyRole.BANK)
    for one in judgements.of_case(old, timezone.now()):
        HitJudgementFactory(hit=one.hit, judgement="same", by=marta, at=timezone.now())
    new = case_with(PartyRole.BROKER)
    sign_in(page, marta, "en")

    page.goto(f"{live_server.url}/cases/{new.reference}/")

    expect(page.get_by_text("Known as listed").first).to_be_visible()
    expect(page.get_by_text("Judge 2 possible matches first.")).to_be_visible()
    assert_good(page)


@pytest.mark.parametrize("language", ["es", "en"])
def test_a_match_is_accessible_in_whatever_state(
    page, live_server, sign_in, lists, marta, ivan, assert_good, complaints, language
):
    case = case_with(PartyRole.BANK, PartyRole.AGENT)
    open_one, unconfirmed, confirmed, listed = (one.hit for one in judgements.of_case(case, timezone.now()))
    HitJudgementFactory(hit=unconfirmed, by=marta, reason="x" * 300, at=timezone.now())
    HitConfirmationFactory(judgement=HitJudgementFactory(hit=confirmed, by=marta, at=timezone.now()), by=ivan)
    HitJudgementFactory(hit=listed, judgement="same", by=marta, at=timezone.now())
    sign_in(page, ivan, language)

    for hit in (open_one, unconfirmed, confirmed, listed):
        page.goto(f"{live_server.url}/cases/{case.reference}/hits/{hit.pk}/?together=1")
        assert_good(page)
    page.locator(".app-judge__form button").click()
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    assert_good(page)
    assert complaints == []


def test_two_people_settle_a_match_without_scripts(browser, live_server, sign_in, lists, marta, ivan):
    ListVersion.objects.filter(source="demo-ofac").update(in_force_to=timezone.now())
    case = case_with(PartyRole.BANK)
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    for officer, answer in ((marta, "Somebody else"), (ivan, "Somebody else: I confirm it")):
        sign_in(page, officer, "en")
        page.goto(f"{live_server.url}/cases/{case.reference}/hits/{first_hit(case).pk}/")
        page.get_by_label(answer).check()
        page.get_by_label("Reason").fill("Otra dirección.")
        page.get_by_role("button", name="Record the judgement").click()

    assert states(case) == [HitState.DIFFERENT]
    context.close()


@pytest.mark.parametrize("language", ["es", "en"])
def test_thresholds_are_stored_after_their_consequences_were_shown(
    page, live_server, sign_in, lists, marta, assert_good, complaints, language
):
    case = case_with(PartyRole.BANK)
    HitJudgementFactory(hit=first_hit(case), judgement="same", by=marta, at=timezone.now())
    sign_in(page, UserFactory(administrator=True, language=language), language)
    page.goto(f"{live_server.url}/administration/thresholds/")
    assert_good(page)

    page.locator("[name=worth]").fill("99")
    page.locator("[name=medium_from]").fill("99")
    page.locator("[name=high_from]").fill("99.5")
    page.locator("form[method=get] button").click()
    notice = page.locator("#consequences ~ .app-notice--bad")
    expect(notice).to_contain_text("1 ")
    assert_good(page)

    page.locator("[name=reason]").fill("Demasiadas coincidencias.")
    page.locator("form[method=post][action*=thresholds] button").click()
    expect(page.locator(".app-timeline")).to_contain_text("Demasiadas coincidencias.")
    assert Calibration.objects.get().number == 1
    assert not assessment.is_current(case, at=timezone.now())
    assert_good(page)
    assert complaints == []
