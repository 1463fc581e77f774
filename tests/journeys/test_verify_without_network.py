"""At the dock without a network: the telephone verifies the paper alone, and no changed code passes."""

import io
import random

import pytest
import segno
from django.utils import timezone
from playwright.sync_api import Error, expect

from licensing import schedule, signing, snapshots
from licensing.models import LicenceStatus
from portal.offline import verify_token
from tests.factories import LicenceLineFactory, UserFactory
from tests.licensing.test_offline_tokens import MUTATIONS, changes, token_of
from tests.licensing.test_terms import issued

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def licence(settings, live_server):
    settings.PORTAL_URL = live_server.url
    line = LicenceLineFactory(granted="480", used="80.5")
    return line.licence


@pytest.fixture
def address(licence):
    """What the QR code on the paper says."""
    return token_of(licence)


@pytest.fixture
def phone(page):
    page.set_viewport_size({"width": 375, "height": 700})
    return page


def kept(phone, live_server):
    """Open the verify page with a network, and wait until the device keeps it."""
    phone.goto(f"{live_server.url}/verify/")
    phone.wait_for_selector("#verify[data-ready]")
    phone.evaluate("() => navigator.serviceWorker.ready.then(() => null)")
    phone.wait_for_function("() => caches.keys().then(names => names.length > 1)")
    phone.wait_for_function(
        "() => navigator.serviceWorker.getRegistrations().then(all => "
        "all.length === 2 && all.every(one => one.active?.state === 'activated'))"
    )


def opened(phone, address):
    """Open an address with the network off. On a busy machine Chromium now and then asks the network before
    it has started the worker that serves the address; whoever meets that opens it again."""
    for tries_left in (2, 1, 0):
        try:
            phone.goto(address)
            return
        except Error as error:
            if "ERR_INTERNET_DISCONNECTED" not in str(error) or not tries_left:
                raise
            phone.wait_for_timeout(500)


def verdict(phone):
    return phone.locator("[data-place=verdict] .app-verdict")


@pytest.mark.parametrize("language", ["es", "en"])
def test_with_the_network_off_the_paper_is_verified_and_the_list_says_what_remains(
    phone, live_server, sign_in, assert_good, complaints, licence, address, language
):
    schedule.make_snapshot()
    sign_in(phone, UserFactory(customs=True), language)
    kept(phone, live_server)
    assert_good(phone)
    assert complaints == []

    phone.context.set_offline(True)
    opened(phone, address)  # as the telephone's own camera opens it

    expect(verdict(phone)).to_have_class("app-verdict app-verdict--good")
    expect(phone.locator("[data-place=result]")).to_contain_text(licence.reference)
    expect(phone.locator("[data-cell=remaining]")).to_contain_text("399.5")
    expect(verdict(phone)).to_be_in_viewport()
    assert_good(phone)


def test_a_suspension_in_the_list_stops_the_goods_with_the_network_off(
    phone, live_server, sign_in, licence, address
):
    type(licence).objects.filter(pk=licence.pk).update(**{"status": LicenceStatus.SUSPENDED})
    schedule.make_snapshot()
    sign_in(phone, UserFactory(customs=True), "en")
    kept(phone, live_server)

    phone.context.set_offline(True)
    opened(phone, address)

    expect(verdict(phone)).to_contain_text("NOT VALID")
    expect(verdict(phone)).to_contain_text("suspended")


def test_a_list_that_is_over_makes_the_page_ask(phone, live_server, sign_in, address):
    schedule.make_snapshot()
    sign_in(phone, UserFactory(customs=True), "en")
    kept(phone, live_server)
    phone.context.set_offline(True)

    phone.clock.set_fixed_time(snapshots.StatusSnapshot.objects.get().expires_at)
    opened(phone, address)

    expect(verdict(phone)).to_have_class("app-verdict app-verdict--ask")
    expect(phone.locator("[data-place=next]")).to_contain_text("by telephone")


def test_the_public_learns_that_it_is_genuine_and_to_ask(
    phone, live_server, sign_in, assert_good, licence, address
):
    phone.context.add_cookies([{"name": "language", "value": "en", "url": live_server.url}])
    kept(phone, live_server)
    phone.context.set_offline(True)

    phone.reload()
    phone.fill("#id_token", address)
    phone.click("#verify-form button")

    expect(verdict(phone)).to_contain_text("ASK")
    expect(phone.locator("[data-place=fresh]")).to_contain_text("no list of states")
    assert_good(phone)


def test_a_picture_of_the_code_is_read_on_the_device(phone, live_server, address):
    kept(phone, live_server)
    phone.context.set_offline(True)
    picture = io.BytesIO()
    segno.make(address, error="q", micro=False).save(picture, kind="png", scale=4)

    phone.set_input_files(
        "#picture", {"name": "code.png", "mimeType": "image/png", "buffer": picture.getvalue()}
    )

    expect(phone.locator("#id_token")).to_have_value(address)
    expect(verdict(phone)).to_be_visible()


def test_a_picture_without_a_code_says_so(phone, live_server):
    phone.context.add_cookies([{"name": "language", "value": "en", "url": live_server.url}])
    kept(phone, live_server)
    picture = io.BytesIO()
    segno.make("x").save(picture, kind="png", scale=1)

    phone.set_input_files(
        "#picture", {"name": "none.png", "mimeType": "image/png", "buffer": picture.getvalue()[:60]}
    )

    expect(phone.locator("[data-place=note]")).to_contain_text("No code was found")


def test_with_a_network_the_authority_answers(phone, live_server, licence, address):
    type(licence).objects.filter(pk=licence.pk).update(**{"status": LicenceStatus.REVOKED})
    phone.context.add_cookies([{"name": "language", "value": "en", "url": live_server.url}])
    kept(phone, live_server)

    phone.fill("#id_token", address)
    phone.click("#verify-form button")

    expect(verdict(phone)).to_contain_text("NOT VALID")
    expect(phone.locator("[data-place=source]")).to_contain_text("The authority answered")


def test_the_procedure_for_when_nothing_works_opens_with_the_network_off(phone, live_server, assert_good):
    kept(phone, live_server)
    phone.context.set_offline(True)

    phone.goto(f"{live_server.url}/verify/without-network/")

    expect(phone.locator("h1")).to_be_visible()
    assert_good(phone)


def test_ten_thousand_changed_codes_are_all_refused_by_the_browser(phone, live_server, address):
    token = address.rpartition("/")[2]
    changed = list(changes(token, random.Random(15), MUTATIONS))
    kept(phone, live_server)
    phone.context.set_offline(True)

    answers = phone.evaluate(
        """async ([genuine, changed]) => {
            const { verifyToken } = await import(document.querySelector("script[src*=verify]").src);
            const { keys } = JSON.parse(document.getElementById("verify-facts").textContent);
            const refused = (error) => error.code ?? String(error);
            const read = (one) => verifyToken(one, keys).then(() => "genuine", refused);
            return [await read(genuine), await Promise.all(changed.map(read))];
        }""",
        [token, changed],
    )

    assert answers[0] == "genuine"
    assert len(answers[1]) == MUTATIONS
    assert set(answers[1]) <= {"unreadable", "unknown-key", "wrong-signature", "unknown-format"}


def test_browser_and_script_read_the_same(phone, live_server, address):
    keys = phone.request.get(f"{live_server.url}/api/v1/keys").text()
    token = verify_token.verify(address, verify_token.read_keys(keys))
    kept(phone, live_server)

    read = phone.evaluate(
        """async (address) => {
            const { verifyToken } = await import(document.querySelector("script[src*=verify]").src);
            const { keys } = JSON.parse(document.getElementById("verify-facts").textContent);
            return verifyToken(address, keys);
        }""",
        address,
    )

    assert read["number"] == token.number
    assert (read["validFrom"], read["validTo"]) == (token.valid_from.isoformat(), token.valid_to.isoformat())
    assert read["dataSha256"] == token.data_sha256
    assert [line["quantity"] for line in read["lines"]] == [line.quantity for line in token.lines]
    assert signing.is_trusted(token.kid)


@pytest.mark.parametrize("language", ["es", "en"])
def test_with_the_network_off_the_list_says_consignee_ports_and_limits(
    phone, live_server, sign_in, assert_good, settings, language
):
    settings.PORTAL_URL = live_server.url
    licence = issued(ports=("PABLB",), most="5", named_consignee=True)
    snapshots.make_if_due(timezone.now())
    sign_in(phone, UserFactory(customs=True), language)
    kept(phone, live_server)
    phone.context.set_offline(True)

    # As a messenger breaks it.
    broken = token_of(licence)
    phone.locator("#id_token").fill(f"{broken[:70].lower()}\n {broken[70:]}")
    phone.locator("#verify-form button").click()

    result = phone.locator("[data-place=result]")
    receiver = licence.application.parties.get(role="consignee").name
    for said in (receiver, "Balboa (PABLB)", {"es": "Como máximo 5", "en": "At most 5"}[language]):
        expect(result.get_by_text(said).first).to_be_visible()
    expect(result.locator("[data-asked=regimes]")).to_be_hidden()
    assert_good(phone)


def test_a_code_that_can_not_be_read_is_not_red(phone, live_server, address):
    kept(phone, live_server)
    phone.context.set_offline(True)

    phone.locator("#id_token").fill(address[:-4])
    phone.locator("#verify-form button").click()

    expect(verdict(phone)).to_contain_text("Escanéelo de nuevo")
    expect(verdict(phone)).to_contain_text("PREGUNTE")
