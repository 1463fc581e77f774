"""Getting in, in a real browser: password, authenticator app, passkey, and every page about one's account."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.conf import settings
from django.core.cache import cache
from django.urls import reverse

from licensing.models import ApiScope, Role
from tests.factories import PASSWORD, ApiKeyFactory, UserFactory
from tests.people import give_second_factor
from tests.portal.signing_in import code

pytestmark = pytest.mark.django_db(transaction=True)

LANGUAGES = ("es", "en")
FORM = "form.app-card"


@pytest.fixture
def at(live_server):
    """Return the whole address of a page by its name."""
    return lambda name, *arguments: (
        live_server.url.replace("127.0.0.1", "localhost") + reverse(name, args=arguments)
    )


@pytest.fixture
def passkey(page):
    """Give the browser a device that keeps passkeys and confirms its owner at once."""
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    return device.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]


def speak(page, at, language):
    page.context.add_cookies([{"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": at("home")}])


def give_password(page, at, user):
    page.goto(at("account_login"))
    page.fill("#id_login", user.email)
    page.fill("#id_password", PASSWORD)
    page.click(f"{FORM} button.govuk-button")


def give_code(page, value):
    page.fill("#id_code", value)
    page.click(f"{FORM} button.govuk-button")


def sign_out(page, at):
    page.goto(at("account_logout"))
    page.click("main button.govuk-button")


def confirm_with_password(page):
    page.wait_for_url("**/reauthenticate/**")
    page.fill("#id_password", PASSWORD)
    page.click(f"{FORM} button.govuk-button")


def set_up_app(page, at):
    """Set the authenticator app up as its page says, and return the secret it showed."""
    page.wait_for_url("**/reauthenticate/**")
    confirm_with_password(page)
    page.wait_for_url("**/totp/activate/**")
    secret = page.inner_text("#authenticator_secret")
    give_code(page, code(secret))
    page.wait_for_url("**/recovery-codes/**")
    return secret


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_officer_sets_up_the_app_and_signs_in_with_it(
    page, at, officer, complaints, assert_good, language
):
    speak(page, at, language)
    page.goto(at("queue"))
    assert_good(page)
    page.fill("#id_login", officer.email)
    page.fill("#id_password", PASSWORD)
    page.click(f"{FORM} button.govuk-button")
    secret = set_up_app(page, at)
    assert page.locator(".app-codes li").count() == 10
    assert_good(page)

    sign_out(page, at)
    cache.clear()  # as if the half minute of the code had passed
    give_password(page, at, officer)
    page.wait_for_url("**/2fa/authenticate/**")
    assert_good(page)
    give_code(page, code(secret))
    page.wait_for_url(at("home"))

    assert officer.name in page.inner_text("main")
    assert_good(page)
    assert complaints == []


def test_an_officer_adds_a_passkey_and_signs_in_with_nothing_else(
    page, at, officer, complaints, assert_good, passkey
):
    give_password(page, at, officer)
    set_up_app(page, at)
    page.goto(at("mfa_add_webauthn"))
    assert_good(page)
    page.fill("#id_name", "Teléfono")
    page.check("#id_passwordless")
    page.click("#mfa_webauthn_add")
    page.wait_for_url(at("mfa_index"))
    assert Authenticator.objects.filter(user=officer, type=Authenticator.Type.WEBAUTHN).count() == 1

    sign_out(page, at)
    page.goto(at("account_login"))
    page.click("#passkey_login")
    page.wait_for_url(at("home"))

    page.goto(at("queue"))
    assert page.url == at("queue")
    assert complaints == []


def test_a_passkey_alone_can_be_the_second_factor(page, at, officer, passkey):
    give_password(page, at, officer)
    page.goto(at("mfa_add_webauthn"))
    confirm_with_password(page)
    page.wait_for_url("**/webauthn/add/**")
    page.fill("#id_name", "Llave")
    page.click("#mfa_webauthn_add")
    page.wait_for_url("**/recovery-codes/**")

    sign_out(page, at)
    give_password(page, at, officer)
    page.wait_for_url("**/2fa/authenticate/**")
    page.click("#mfa_webauthn_authenticate")
    page.wait_for_url(at("home"))

    page.goto(at("queue"))
    assert page.url == at("queue")


def test_without_scripts_the_app_signs_in_all_the_same(browser, at, officer):
    give_second_factor(officer)
    page = browser.new_context(java_script_enabled=False).new_page()
    give_password(page, at, officer)
    give_code(page, code())
    page.wait_for_url(at("home"))

    page.goto(at("queue"))
    assert page.url == at("queue")
    page.context.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_mistake_at_the_door_is_told_and_nothing_typed_is_lost(page, at, officer, assert_good, language):
    speak(page, at, language)
    page.goto(at("account_login"))
    page.fill("#id_login", officer.email)
    page.fill("#id_password", "not the password")
    page.click(f"{FORM} button.govuk-button")

    assert page.locator(".govuk-error-summary").is_visible()
    assert page.input_value("#id_login") == officer.email
    assert_good(page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_for_those_who_are_out_are_good(page, at, assert_good, complaints, language):
    speak(page, at, language)
    for name in (
        "home",
        "account_login",
        "account_reset_password",
        "account_reset_password_done",
        "account_inactive",
    ):
        page.goto(at(name))
        assert_good(page)
    page.goto(at("account_reset_password_from_key", "1", "c-wrong"))
    assert_good(page)
    assert complaints == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_about_ones_own_account_are_good(
    page, at, live_server, sign_in, officer, assert_good, complaints, language
):
    sign_in(page, officer, language)
    RecoveryCodes.activate(officer)
    names = [
        "mfa_index",
        "mfa_list_webauthn",
        "usersessions_list",
        "account_change_password",
        "account_logout",
    ]
    for name in names:
        page.goto(live_server.url + reverse(name))
        assert_good(page)
    page.goto(live_server.url + reverse("mfa_deactivate_totp"))
    assert_good(page)
    confirm_with_password(page)
    for name in (
        "mfa_deactivate_totp",
        "mfa_generate_recovery_codes",
        "mfa_view_recovery_codes",
        "mfa_add_webauthn",
    ):
        page.goto(live_server.url + reverse(name))
        assert_good(page)
    page.goto(live_server.url + reverse("mfa_reauthenticate"))
    assert_good(page)
    assert complaints == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_administrators_pages_are_good(
    page, live_server, sign_in, administrator, assert_good, complaints, language
):
    key = ApiKeyFactory(scopes=[ApiScope.READ_LICENCES])
    manager = UserFactory(role=Role.EXPORTER_ADMINISTRATOR)
    sign_in(page, administrator, language)
    for name, arguments in (
        ("home", []),
        ("accounts", []),
        ("account-new", []),
        ("account", [key.account_id]),
        ("account", [manager.pk]),
        ("organisations", []),
        ("organisation-new", []),
        ("lists", []),
    ):
        page.goto(live_server.url + reverse(name, args=arguments))
        assert_good(page)
    page.goto(live_server.url + reverse("organisation-new"))
    page.click("main form button.govuk-button")
    assert page.locator(".govuk-error-summary").is_visible()
    assert_good(page)
    sign_in(page, manager, language)
    page.goto(live_server.url + reverse("company"))
    assert_good(page)
    assert complaints == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "role", [role for role in Role if role not in (Role.CUSTOMS_SYSTEM, Role.ADMINISTRATOR)]
)
def test_everybodys_first_page_is_good(page, live_server, sign_in, assert_good, complaints, role, language):
    sign_in(page, UserFactory(role=role), language)

    page.goto(live_server.url)

    assert_good(page)
    assert complaints == []


def test_a_new_key_is_copied_from_the_page_that_shows_it_once(
    page, live_server, sign_in, administrator, assert_good
):
    machine = UserFactory(system=True)
    sign_in(page, administrator)
    page.goto(live_server.url + reverse("account", args=[machine.pk]))
    page.fill("#id_name", "Manzanillo")
    page.click("form[action$='keys/'] button")

    assert page.inner_text("#secret").startswith("istmo_")
    assert page.locator("[data-copy=secret]").is_visible()
    assert_good(page)


def test_somebody_who_is_disabled_is_out_at_the_next_click(
    page, live_server, sign_in, exporter, administrator
):
    sign_in(page, exporter)
    page.goto(live_server.url + reverse("applications"))
    sign_in(other := page.context.browser.new_context().new_page(), administrator)
    other.goto(live_server.url + reverse("account", args=[exporter.pk]))
    other.fill("#id_reason", "Se fue.")
    other.click("form[action$='disable/'] button")
    other.wait_for_load_state()

    page.reload()

    assert reverse("account_login") in page.url
    other.context.close()
