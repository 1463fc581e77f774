"""Administrators bring a list in, two of them let a shorter one in, and an officer sees what changed."""

import pytest
from django.urls import reverse
from django.utils import timezone

from screening import fetching
from screening.models import ImportRun, ListVersion
from tests.factories import UserFactory
from tests.screening.files import un_organisation, un_person, un_text
from tests.screening.publisher import publishing

UN = "un-consolidated"
PEOPLE = [un_person(number, f"FANTASIA QUIMERA {number}") for number in range(1, 11)]
LONG = un_organisation(20, "COMPANIA-FICTICIA-CON-UN-NOMBRE-QUE-NO-ACABA-NUNCA DE COMERCIO INTERNACIONAL")
CHANGED = un_person(1, "FANTASIA QUIMERA 1", inside="<COMMENTS1>Inventada para una prueba.</COMMENTS1>")
SHORTER = [CHANGED, *PEOPLE[1:5], LONG]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def lists_where_the_worker_finds_them(settings, shared_folder):
    settings.SCREENING_FOLDER = shared_folder / "lists"


def upload(page, url, text, name, failing=False):
    page.goto(url + reverse("list-upload"))
    page.get_by_label("Lista", exact=True).select_option(UN)
    page.get_by_label("Archivo", exact=True).set_input_files(
        {"name": name, "mimeType": "application/xml", "buffer": text.encode()}
    )
    page.get_by_role("button", name="Subir e importar").click()
    page.locator("#runs .app-chip", has_text="Denegada" if failing else "Importada").first.wait_for()


def see(page, url, languages, check):
    """Look at a page in both languages; the test goes on in the last."""
    for language in languages:
        page.context.add_cookies([{"name": "language", "value": language, "url": url}])
        page.reload()
        check(page)


def test_a_list_comes_in_shrinks_and_goes_back(
    page, live_server, sign_in, assert_good, celery_worker, complaints
):
    first = UserFactory(administrator=True, name="Ana Primera")
    second = UserFactory(administrator=True, name="Luis Segundo")
    officer = UserFactory(name="Olga Analista")
    both = ("en", "es")

    # One administrator uploads two editions; the second is refused, as it is much shorter.
    sign_in(page, first)
    page.goto(live_server.url + reverse("list-upload"))
    page.get_by_role("button", name="Subir e importar").click()
    page.get_by_role("alert").wait_for()
    see(page, live_server.url, both, assert_good)
    upload(page, live_server.url, un_text(*PEOPLE), "enero.xml")
    upload(page, live_server.url, un_text(*SHORTER, dated="2026-02-02"), "febrero.xml", failing=True)
    see(page, live_server.url, both, assert_good)

    # It asks for an exception, and cannot agree alone.
    page.get_by_role("link", name="Solicitar que se admita").click()
    see(page, live_server.url, both, assert_good)
    page.get_by_label("Razón").fill("Naciones Unidas retiró a la mitad.")
    page.get_by_role("button", name="Solicitar").click()
    page.get_by_role("link", name="admitir febrero.xml").click()
    see(page, live_server.url, both, assert_good)
    assert page.get_by_role("button", name="Registrar").count() == 0

    # Another agrees.
    sign_in(page, second)
    page.goto(live_server.url + "/")
    see(page, live_server.url, both, assert_good)
    page.get_by_role("link", name="admitir febrero.xml").click()
    see(page, live_server.url, both, assert_good)
    page.get_by_label("Apruebo: que entre en vigencia").check()
    page.get_by_label("Razón").fill("Comprobado con el comunicado.")
    page.get_by_role("button", name="Registrar la decisión").click()
    page.wait_for_url("**" + reverse("list", args=[UN]))
    wait_for_versions(page, 2)
    see(page, live_server.url, both, assert_good)
    assert ListVersion.objects.get(in_force_to=None).imported_by_name == "Ana Primera + Luis Segundo"

    # An officer sees what changed, and all that the list says of an entry.
    sign_in(page, officer)
    page.goto(live_server.url + reverse("list", args=[UN]))
    assert page.get_by_role("link", name="Volver a poner en vigencia").count() == 0
    page.get_by_role("link", name="Qué cambió").click()
    page.get_by_text("Inventada para una prueba.").wait_for()
    see(page, live_server.url, both, assert_good)
    page.get_by_role("link", name="FANTASIA QUIMERA 1", exact=True).click()
    see(page, live_server.url, both, assert_good)
    page.get_by_role("link", name="Edición 2026-02-01").click()
    assert page.get_by_text("Inventada para una prueba.").count() == 0

    # The two put the first edition back.
    sign_in(page, second)
    page.goto(live_server.url + reverse("list", args=[UN]))
    page.get_by_role("link", name="Volver a poner en vigencia").click()
    see(page, live_server.url, both, assert_good)
    page.get_by_label("Razón").fill("El comunicado era falso.")
    page.get_by_role("button", name="Solicitar").click()
    sign_in(page, first)
    page.goto(live_server.url + reverse("list", args=[UN]))
    page.get_by_role("link", name="la edición 2026-02-01 vuelve a estar vigente").click()
    page.get_by_label("Apruebo: que entre en vigencia").check()
    page.get_by_label("Razón").fill("De acuerdo.")
    with page.expect_navigation():
        page.get_by_role("button", name="Registrar la decisión").click()
    wait_for_versions(page, 3)
    see(page, live_server.url, both, assert_good)
    assert ListVersion.objects.get(in_force_to=None).entities_count == 10
    assert complaints == []


def wait_for_versions(page, count):
    """Ask again until the worker has put the version in force."""
    for _try in range(60):
        if ListVersion.objects.count() == count and not ImportRun.objects.filter(
            state__in=["waiting", "running"]
        ):
            page.reload()
            return
        page.wait_for_timeout(250)
    raise AssertionError(list(ImportRun.objects.values("state", "refusal", "file_name")))


def test_a_look_at_the_publisher_that_fails_is_told_on_the_page(
    page, live_server, sign_in, assert_good, settings
):
    with publishing() as publisher:
        settings.SCREENING_FETCH = {UN: publisher.address}
        publisher.body = un_text(*PEOPLE).encode()
        fetching.fetch(UN, at=timezone.now(), by_name="")
        publisher.status = 503
        fetching.fetch(UN, at=timezone.now(), by_name="Ana Primera")
        sign_in(page, UserFactory(administrator=True))
        page.goto(live_server.url + reverse("list", args=[UN]))
        page.get_by_text("respondió con el estado 503").first.wait_for()
        see(page, live_server.url, ("en", "es"), assert_good)
        page.get_by_role("button", name="Descargar ahora").click()
        page.get_by_text("Se está consultando la dirección").wait_for()
