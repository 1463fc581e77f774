"""A licence is amended: what its holder, the officers and whoever reads its books see of it."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from licensing import terms
from licensing.actions import asked_corrections, corrections, customs
from licensing.actions.customs import UsedLine
from licensing.country import pack
from licensing.models import Application, LedgerEntry, Licence, OrganisationKind
from licensing.terms import Given
from tests.amending import amended, ask, filer_of, granted, issue, looked_into
from tests.factories import OrganisationFactory, RecommendationFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)

RESALE, CUSTODY = "No se revende sin permiso de la autoridad.", "Se guarda bajo llave hasta su embarque."


@pytest.fixture
def licence():
    """Return a licence under conditions, which replaced an earlier one; its first shipment was expected."""
    line = granted(granted=Decimal(10), value=Decimal(48000))
    case = as_recommended(ask(line.licence), RESALE, ports=("PABLB",), quantity_tolerance=Decimal(5))
    licence = issue(case)
    past = pack().legal_day(timezone.now()) - timedelta(days=3)
    Application.objects.filter(pk=licence.application_id).update(dispatch_on=past)
    return licence


def as_recommended(case, *conditions, **given):
    case = looked_into(case)
    newest = RecommendationFactory(application=case, conditions=list(conditions), months=6, at=timezone.now())
    terms.store(newest, Given(**given))
    return case


def test_a_licence_is_amended_before_everybodys_eyes(
    page, live_server, sign_in, assert_good, complaints, licence
):
    holder = filer_of(licence)
    sign_in(page, holder)
    page.goto(live_server.url + reverse("licence-amend", args=[licence]))
    assert_good(page)
    page.get_by_label("¿Qué cambia y por qué?").fill("Doce unidades más y otro puerto.")
    page.get_by_role("button", name="Crear el borrador").click()
    expect(page.get_by_text("La fecha del primer embarque ya pasó")).to_be_visible()
    assert_good(page)

    case = licence.amendments.get().application
    case.goods.update(quantity=Decimal(22), value=Decimal(105600))
    as_recommended(case, CUSTODY, ports=("PAMIT",), quantity_tolerance=Decimal(5))
    sign_in(page, UserFactory())
    page.goto(live_server.url + reverse("case", args=[case]))
    compared = page.get_by_role("region", name="Qué dice hoy la licencia y qué diría")
    quantity = compared.get_by_role("row", name="Cantidad Cambia Línea 1")
    expect(quantity).to_contain_text("10 unidades")
    expect(quantity).to_contain_text("22 unidades")
    expect(compared.get_by_role("row", name="Tolerancia en cantidad")).not_to_contain_text("Cambia")
    assert_good(page)

    sign_in(page, UserFactory(decider=True), "en")
    page.goto(live_server.url + reverse("case-decide", args=[case]))
    compared = page.get_by_role("region", name="What the licence says today, and what it would say")
    expect(compared.get_by_role("row", name="Ports")).to_contain_text("Manzanillo")
    assert_good(page)
    page.get_by_role("radio", name="Approve").check()
    page.get_by_label("Reasons").fill("Agreed.")
    page.get_by_role("button", name="Record the decision").click()
    new = Licence.objects.get(replaces=licence)

    sign_in(page, holder)
    page.goto(live_server.url + reverse("licence", args=[new]))
    assert_good(page)
    expect(page.get_by_text(f"emitió la licencia, que reemplazó a {licence}.")).to_be_visible()
    page.get_by_role("link", name=f"Abrir la licencia {licence}", exact=True).click()
    assert_good(page)
    page.get_by_role("link", name=f"Abrir la licencia {new}", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(new.reference)
    assert complaints == []


def test_the_number_of_a_licence_is_on_one_line_on_a_phone(page, live_server, sign_in, licence):
    sign_in(page, filer_of(licence))
    page.set_viewport_size({"width": 320, "height": 800})

    for name in ("licence", "licence-amend", "licence-ledger", "licence-give-back"):
        page.goto(live_server.url + reverse(name, args=[licence]))
        found = page.evaluate(LINES_OF_NUMBERS)
        assert found and set(found) == {1}, (name, found)


# On how many lines each number in the page's main part stands.
LINES_OF_NUMBERS = """() => {
  const words = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
  const found = [];
  while (words.nextNode()) {
    for (const match of words.currentNode.data.matchAll(/PA-L-[0-9]{4}-[0-9]+/g)) {
      const range = document.createRange();
      range.setStart(words.currentNode, match.index);
      range.setEnd(words.currentNode, match.index + match[0].length);
      const tops = [...range.getClientRects()].filter(box => box.width > 1).map(box => Math.round(box.top));
      if (tops.length) found.push(new Set(tops).size);
    }
  }
  return found;
}"""


@pytest.fixture
def reversed_once():
    """Return a licence of whose two entries one was reversed, and customs asks for the other."""
    licence = amended(granted(granted=Decimal(10), value=Decimal(48000)).licence)
    system = UserFactory(system=True, organisation=OrganisationFactory(kind=OrganisationKind.CUSTOMS))
    for key in ("k1", "k2"):
        customs.record_usage(
            str(licence),
            client_key=key,
            declaration=f"PABLB-{key}",
            used=[UsedLine(1, Decimal(1), "C62")],
            by=system,
            at=timezone.now(),
        )
    wrong, _other = LedgerEntry.objects.filter(kind="use").order_by("pk")
    proposed = corrections.propose_reversal(
        wrong.pk, reason="Volvió el contenedor.", by=UserFactory(decider=True), at=timezone.now()
    )
    corrections.confirm(proposed.pk, by=UserFactory(decider=True), at=timezone.now())
    asked_corrections.ask(
        message="k2", item=None, reason="No salió.", once="c1", by=system, at=timezone.now()
    )
    return licence


def test_the_books_say_what_was_taken_back_and_who_is_asked_for_more(
    page, live_server, sign_in, assert_good, reversed_once
):
    licence = reversed_once
    sign_in(page, filer_of(licence))
    page.goto(live_server.url + reverse("licence-ledger", args=[licence]))
    expect(page.get_by_role("cell", name="\N{MINUS SIGN}1 unidad", exact=True)).to_be_visible()
    assert_good(page)

    sign_in(page, UserFactory())
    page.goto(live_server.url)
    expect(page.get_by_text("No salió.")).to_have_count(0)
    page.goto(live_server.url + reverse("licence", args=[licence]))
    expect(page.get_by_text("De cada una se ocupan oficiales que deciden")).to_be_visible()
    assert_good(page)

    sign_in(page, UserFactory(decider=True))
    page.goto(live_server.url)
    expect(page.get_by_text("No salió.")).to_be_visible()
    assert_good(page)
    page.get_by_role("link", name="revertir 1 unidad").click()
    assert_good(page)


def test_administrators_read_what_is_told(page, live_server, sign_in, assert_good):
    sign_in(page, UserFactory(administrator=True))
    page.goto(live_server.url + reverse("webhooks"))
    expect(page.get_by_text("fue reemplazada por otra")).to_be_visible()
    assert_good(page)
