"""An exporter files a whole application in a browser, and sees what becomes of it."""

import re

import pytest
from playwright.sync_api import expect

from licensing.models import Application, ApplicationStatus, EndUseQuestion
from tests.factories import (
    ApplicationFactory,
    ListedEntityFactory,
    ListVersionFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db(transaction=True)

CERTIFICATE = {"name": "certificado.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 certificado"}
PAGES = (
    "form",
    "form/about",
    "form/goods",
    "form/goods/new",
    "form/parties",
    "form/parties/new",
    "form/route",
    "form/end-use",
    "form/documents",
    "check",
    "withdraw",
    "copy",
)


def press(page, locator):
    """Press a button or follow a link as the keyboard does."""
    locator.focus()
    page.keyboard.press("Enter")


def save(page, name="Save and continue"):
    press(page, page.get_by_role("button", name=name))


def choose(page, question, answer):
    """Answer a group of radios by its question."""
    page.get_by_role("group", name=re.compile(question)).get_by_label(answer, exact=True).check()


def add_party(page, role, name):
    press(page, page.get_by_role("button", name=re.compile("Add (the first|another) party")))
    page.get_by_label("Role in this transaction").select_option(label=role)
    choose(page, "Company or person", "Company or organisation")
    page.get_by_label("Full legal name").fill(name)
    page.get_by_label("City").fill("Kioto")
    page.get_by_label("Country", exact=True).select_option(label="Japan")
    save(page, "Save party")


def fill_goods(page):
    press(page, page.get_by_role("button", name="Add the first line"))
    page.get_by_label("Description").fill("Láser de corte de 4 kW")
    page.get_by_label("HS code").fill("8456.11")
    choose(page, "control list", "Yes, under this entry")
    page.get_by_label("Control list entry").fill("6A005")
    page.get_by_label("Quantity").fill("-10")
    page.get_by_label("Unit", exact=True).select_option(label="units")
    page.get_by_label("Value", exact=True).fill("48,000")
    page.get_by_label("Currency").select_option("USD")
    page.get_by_label("Country of origin").select_option(label="Germany")
    save(page, "Save line")
    expect(page.get_by_role("alert")).to_contain_text("Write a number above zero")
    expect(page.get_by_label("Description")).to_have_value("Láser de corte de 4 kW")
    page.get_by_label("Quantity").fill("10")
    save(page, "Save line")
    expect(page.get_by_role("table")).to_contain_text("USD\N{NO-BREAK SPACE}48,000.00")


def test_an_exporter_files_an_application_and_sees_it_compared_with_the_lists(
    page, live_server, sign_in, celery_worker, assert_good, complaints
):
    ListedEntityFactory(version=ListVersionFactory())
    exporter = UserFactory(exporter=True, name="Ana Pérez", language="en")
    sign_in(page, exporter, "en")
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(f"{live_server.url}/applications/")
    press(page, page.get_by_role("button", name="Start a new application"))
    choose(page, "What will you do", "Export")
    save(page, "Start application")
    expect(page.get_by_text("1 of 6 sections is complete.")).to_be_visible()

    press(page, page.get_by_role("link", name="About the application"))
    save(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Goods")
    fill_goods(page)
    press(page, page.get_by_role("button", name="Continue"))
    add_party(page, "Consignee", "Osaka Trading")
    add_party(page, "End user", "Kyoto Glass Works")
    press(page, page.get_by_role("button", name="Continue"))

    page.get_by_label("Country of dispatch").select_option(label="Panama")
    page.get_by_label("Country of final destination").select_option(label="Japan")
    choose(page, "Means of transport", "Sea")
    page.get_by_label("Port, airport or crossing of exit").select_option("PABLB")
    save(page)

    page.get_by_label(re.compile("What will the goods be used for")).fill("Corte de vidrio para lentes.")
    for question in EndUseQuestion:
        page.locator(f"input[name={question.value}][value=no]").check()
    save(page)

    choose(page, "What is it", "End-user certificate")
    page.get_by_label("File").set_input_files(CERTIFICATE)
    save(page, "Add document")
    expect(page.get_by_role("link", name="certificado.pdf", exact=True)).to_be_visible()
    press(page, page.get_by_role("button", name="Continue"))

    expect(page.get_by_role("heading", level=1)).to_have_text("Check your answers")
    assert_good(page)
    page.get_by_label(re.compile("I declare")).check()
    save(page, "Submit application")
    expect(page.get_by_text("All parties and your company have been compared with the lists.")).to_be_visible(
        timeout=20000
    )
    expect(page.get_by_text("An officer of the authority takes the application on.")).to_be_visible()
    assert_good(page)
    application = Application.objects.get()
    assert application.status == ApplicationStatus.SUBMITTED
    assert application.screenings.get().finished_at is not None
    assert complaints == []


@pytest.mark.parametrize("language", ["es", "en"])
def test_every_page_of_the_exporter_is_accessible_and_fits_a_phone(
    page, live_server, sign_in, assert_good, complaints, language
):
    exporter = UserFactory(exporter=True)
    own = {"organisation": exporter.organisation, "created_by": exporter}
    draft = ApplicationFactory(complete=True, **own)
    draft.parties.update(name="Gesellschaft für Donaudampfschifffahrtselektrizitätenhauptbetriebswerk" * 2)
    moving = ApplicationFactory(in_review=True, **own)
    sign_in(page, exporter, language)
    page.set_viewport_size({"width": 1280, "height": 900})
    paths = ["/applications/", "/applications/new/", f"/applications/{moving.reference}/"]
    paths += [f"/applications/{draft.reference}/{name}/" for name in PAGES]
    paths += [
        f"/applications/{draft.reference}/form/goods/{draft.goods.get().pk}/",
        f"/applications/{draft.reference}/form/parties/{draft.parties.first().pk}/remove/",
    ]
    for path in paths:
        assert page.goto(live_server.url + path).status == 200, path
        assert_good(page)
    page.goto(f"{live_server.url}/applications/{draft.reference}/form/goods/new/")
    page.locator("form[method=post] button.govuk-button").last.click()
    expect(page.locator(".govuk-error-summary")).to_be_visible()
    assert_good(page)
    assert complaints == []


def test_the_form_works_without_scripts(browser, live_server, sign_in):
    exporter = UserFactory(exporter=True)
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, exporter, "en")
    page.goto(f"{live_server.url}/applications/new/")
    page.get_by_label("Export", exact=True).check()
    page.get_by_role("button", name="Start application").click()
    page.get_by_role("link", name="End use").click()
    page.get_by_label(re.compile("What will the goods be used for")).fill("Corte de vidrio")
    page.get_by_role("button", name="Save unfinished").click()
    expect(page.get_by_text("Answer every question about the end use.")).to_be_visible()
    assert Application.objects.get().end_use == "Corte de vidrio"
    context.close()
