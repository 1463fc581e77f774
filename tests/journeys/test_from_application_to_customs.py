"""One application travels the whole way on real parts: browser, worker, lists, two officers, PDF, customs.

And one whose end user is on a list under an alias goes no further than the hit lets it.
"""

import json
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import expect

from licensing.actions.accounts import digest
from licensing.models import Application, ApplicationStatus, Licence
from screening.control import catalogue
from tests.factories import ApiKeyFactory, OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)

SECRET = "istmo_a-secret-that-only-this-test-knows"
CERTIFICATE = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
LISTS = Path(__file__).resolve().parents[2] / "screening" / "demonstration"
SLOW = 30_000  # milliseconds a worker may take on a busy machine


@pytest.fixture
def list_in_force(transactional_db):
    """A list in the format of the United Nations, of whose parties one is also called “El Inventado”; and the
    catalogue of dual-use goods."""
    call_command("import_list", "demo-un", str(LISTS / "un_fictional.xml"), verbosity=0)
    catalogue.load(by_name="Prueba", at=timezone.now())


@pytest.fixture
def people():
    company = OrganisationFactory(name="Óptica del Istmo, S. A.")
    return {
        "exporter": UserFactory(exporter=True, organisation=company, name="Ana Pérez"),
        "officer": UserFactory(name="Luis Castillo", office="Oficial de licencias"),
        "decider": UserFactory(decider=True, name="María Herrera", office="Viceministra"),
    }


class Journey:
    """What the people of this story do, each step as its person would."""

    def __init__(self, page, live_server, sign_in, people):
        self.page, self.url, self.people = page, live_server.url, people
        self._sign_in = sign_in
        self.reference = ""

    def as_(self, who, path=""):
        if who:
            self._sign_in(self.page, self.people[who])
        self.page.goto(self.url + path)

    def type(self, **fields):
        for name, value in fields.items():
            field = self.page.locator(f"[name='{name}']").first
            if field.evaluate("element => element.tagName") == "SELECT":
                field.select_option(value)
            elif field.get_attribute("type") == "radio":
                self.page.locator(f"[name='{name}'][value='{value}']").check()
            else:
                field.fill(value)

    def press(self, name):
        self.page.get_by_role("button", name=name, exact=True).click()

    def open(self, section):
        self.page.goto(f"{self.url}/applications/{self.reference}/form/{section}")

    def starts_an_application(self):
        self.as_("exporter", "/applications/new/")
        self.type(kind="export")
        self.page.locator("main form button.govuk-button").first.click()
        self.page.wait_for_url("**/form/**")
        self.reference = Application.objects.get().reference

    def fills_it_in(self, end_user):
        self.open("about/")
        self.type(own_reference="Pedido 77", contact_name="Ana Pérez", contact_email="ana@example.org")
        self.press("Guardar y continuar")
        self.open("goods/new/")
        self.type(description="Láser de corte de 4 kW", hs_code="8456.11", listed="yes")
        self.type(control_code="6A005", quantity="10", unit="C62", value="48,000.00", currency="USD")
        self.type(origin="DE", manufacturer="Laserwerk", model="LC-4000")
        self.press("Guardar línea")
        for role, name in (("consignee", "Kyoto Glass Works"), ("end-user", end_user)):
            self.open("parties/new/")
            self.type(role=role, kind="organisation", name=name, city="Kioto", country="JP")
            self.press("Guardar parte")
        self.open("route/")
        self.type(dispatched_from="PA", destination="JP", transport_mode="sea", port_of_loading="PABLB")
        self.press("Guardar y continuar")
        self.open("end-use/")
        self.type(end_use="Corte de vidrio para lentes civiles en la planta de Kioto.")
        for question in ("wmd", "military", "informed", "onward", "unusual"):
            self.type(**{question: "no"})
        self.press("Guardar y continuar")
        self.open("documents/")
        self.type(kind="end-user-certificate")
        certificate = {"name": "certificado.pdf", "mimeType": "application/pdf", "buffer": CERTIFICATE}
        self.page.locator("input[type=file]").set_input_files(files=[certificate])
        self.press("Agregar documento")

    def submits_it(self):
        self.page.goto(f"{self.url}/applications/{self.reference}/check/")
        self.page.locator("main input[type=checkbox]").check()
        self.press("Presentar solicitud")
        self.page.wait_for_url(f"**/applications/{self.reference}/")

    def case(self, who=None, step=""):
        self.as_(who, f"/cases/{self.reference}/{step}")

    def assesses_the_goods(self):
        line = self.application.goods.get()
        self.case("officer", f"goods/{line.pk}/")
        self.type(listed="yes", codes="6A005", reason="Láser continuo de más de 1 kW.")
        self.press("Registrar la clasificación")

    def recommends(self, outcome="approve"):
        self.case("officer", "recommend/")
        self.type(outcome=outcome, reasons="Uso civil comprobado con el fabricante.")
        if outcome == "approve":
            self.type(months="12", conditions="Informe de entrega en 60 días.")
        self.page.locator("main form button.govuk-button").last.click()

    def decides(self, act="approve"):
        self.case("decider", "decision/")
        self.type(act=act, reasons="De acuerdo con la recomendación.")
        self.page.locator("main form button.govuk-button").last.click()

    @property
    def application(self):
        return Application.objects.get(reference=self.reference)


@pytest.fixture
def journey(page, live_server, sign_in, people, list_in_force, celery_worker):
    return Journey(page, live_server, sign_in, people)


def ask(live_server, path, body=None):
    """Speak to the API as a customs system does; return the status and what it says."""
    request = Request(
        f"{live_server.url}/api/v1{path}",
        data=json.dumps(body).encode() if body else None,
        headers={"Authorization": f"Bearer {SECRET}", "Content-Type": "application/json"},
    )
    try:
        with urlopen(request, timeout=20) as answer:
            return answer.status, json.load(answer)
    except HTTPError as refusal:
        with refusal:
            return refusal.code, json.load(refusal)


def test_a_clean_application_becomes_a_licence_that_customs_draws_down_to_zero(
    journey, page, live_server, complaints
):
    ApiKeyFactory(digest=digest(SECRET))
    journey.starts_an_application()
    journey.fills_it_in(end_user="Kyoto Lens Institute")
    journey.submits_it()

    journey.case("officer")
    journey.press("Asignarse el caso")
    expect(page.get_by_text("Sin coincidencias").first).to_be_visible(timeout=SLOW)
    journey.assesses_the_goods()
    journey.recommends()
    assert journey.application.status == ApplicationStatus.RECOMMENDED
    journey.decides()

    licence = Licence.objects.get(application=journey.application)
    journey.as_("exporter", f"/licences/{licence.reference}/")
    document = page.locator(f"a[href='/licences/{licence.reference}/document/']")
    expect(document).to_be_visible(timeout=SLOW)
    file = page.request.get(live_server.url + document.get_attribute("href"))
    assert file.body().startswith(b"%PDF-")
    assert complaints == []

    status, answer = ask(live_server, f"/licences/{licence.reference}")
    assert (status, answer["state"], answer["lines"][0]["remaining"]) == (200, "valid", "10")
    usages = f"/licences/{licence.reference}/usages"
    first = {"id": "siga-1", "declaration": "DUCA-1", "lines": [{"line": 1, "quantity": "4", "unit": "C62"}]}
    rest = {"id": "siga-2", "declaration": "DUCA-2", "lines": [{"line": 1, "quantity": "6", "unit": "C62"}]}
    more = {"id": "siga-3", "declaration": "DUCA-3", "lines": [{"line": 1, "quantity": "1", "unit": "C62"}]}
    recorded = ask(live_server, usages, first)
    assert recorded[0] == 201
    assert ask(live_server, usages, first) == recorded
    assert ask(live_server, usages, {**first, "declaration": "DUCA-9"})[0] == 422
    assert ask(live_server, usages, rest)[0] == 201
    assert ask(live_server, usages, more)[0] == 409
    assert ask(live_server, f"/licences/{licence.reference}")[1]["state"] == "exhausted"


def test_an_end_user_listed_under_an_alias_is_not_approved_before_the_hit_is_judged(journey, page):
    journey.starts_an_application()
    journey.fills_it_in(end_user="El Inventado")
    journey.submits_it()

    journey.case("officer")
    journey.press("Asignarse el caso")
    expect(page.get_by_text("BALDOMERO", exact=False).first).to_be_visible(timeout=SLOW)
    journey.case("officer", "recommend/")
    expect(page.get_by_text("Resuelva primero 1 posible coincidencia.").first).to_be_visible()
    expect(page.locator("[name='outcome']")).to_have_count(0)

    hit = journey.application.parties.get(role="end-user").hits.get()
    journey.case("officer", f"hits/{hit.pk}/")
    journey.type(judgement="same", reason="Mismo alias, misma ciudad.")
    journey.press("Registrar la valoración")
    journey.assesses_the_goods()
    journey.recommends()
    assert journey.application.status == ApplicationStatus.IN_REVIEW

    journey.recommends(outcome="refuse")
    journey.decides(act="refuse")
    assert journey.application.status == ApplicationStatus.REFUSED
    assert not Licence.objects.exists()
