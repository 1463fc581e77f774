"""At the dock papers come one after the other: the page speaks of the one held up last, or of none."""

import io

import pytest
import segno
from playwright.sync_api import expect

from licensing import schedule
from licensing.models import LicenceStatus
from tests.factories import LicenceLineFactory, UserFactory
from tests.journeys.test_verify_without_network import kept, verdict
from tests.licensing.test_offline_tokens import token_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def licence(settings, live_server):
    settings.PORTAL_URL = live_server.url
    return LicenceLineFactory().licence


@pytest.fixture
def phone(page, live_server, sign_in, licence):
    """A customs officer's telephone with the list of states."""
    schedule.make_snapshot()
    sign_in(page, UserFactory(customs=True), "en")
    page.set_viewport_size({"width": 375, "height": 700})
    kept(page, live_server)
    return page


def typed(phone, address):
    phone.fill("#id_token", address)
    phone.click("#verify-form button")


def picture_of_nothing():
    picture = io.BytesIO()
    segno.make("x").save(picture, kind="png", scale=1)
    return {"name": "none.png", "mimeType": "image/png", "buffer": picture.getvalue()[:60]}


def test_a_picture_without_a_code_leaves_no_verdict_of_the_paper_before(phone, licence):
    phone.context.set_offline(True)
    typed(phone, token_of(licence))
    expect(verdict(phone)).to_contain_text("VALID")

    phone.set_input_files("#picture", picture_of_nothing())

    expect(phone.locator("[data-place=note]")).to_contain_text("No code was found")
    expect(verdict(phone)).to_have_count(0)
    expect(phone.locator("[data-place=result]")).to_be_hidden()


def test_nothing_typed_leaves_no_verdict_of_the_paper_before_and_says_what_to_do(phone, licence):
    phone.context.set_offline(True)
    typed(phone, token_of(licence))
    expect(verdict(phone)).to_contain_text("VALID")

    typed(phone, " ")

    expect(phone.locator("[data-place=note]")).to_contain_text("Scan the QR code, or paste what it says.")
    expect(verdict(phone)).to_have_count(0)


def test_the_camera_starts_without_a_verdict_of_the_paper_before(phone, licence):
    phone.context.set_offline(True)
    typed(phone, token_of(licence))
    expect(verdict(phone)).to_contain_text("VALID")

    phone.click("#scan")

    expect(verdict(phone)).to_have_count(0)


def test_an_answer_about_the_paper_before_comes_too_late(phone, licence):
    other = LicenceLineFactory().licence
    type(licence).objects.filter(pk=other.pk).update(**{"status": LicenceStatus.REVOKED})
    first, second = token_of(licence), token_of(other)
    held = []
    hold_back_the_first = lambda route: route.continue_() if held else held.append(route)  # noqa: E731
    phone.route("**/V/*", hold_back_the_first)

    with phone.expect_request("**/V/*"):
        typed(phone, first)
    typed(phone, second)
    expect(phone.locator("[data-place=result]")).to_contain_text(other.reference)
    with phone.expect_response("**/V/*"):
        held[0].continue_()
    phone.wait_for_load_state("networkidle")

    expect(verdict(phone)).to_contain_text("NOT VALID")
    expect(phone.locator("[data-place=result]")).not_to_contain_text(licence.reference)


def test_without_a_network_a_form_is_filled_in_since_nothing_can_be_written_off(phone, licence):
    phone.context.set_offline(True)

    typed(phone, token_of(licence))

    expect(phone.locator("[data-place=next]")).to_contain_text("fill in a form")
