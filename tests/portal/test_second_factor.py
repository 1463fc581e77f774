"""The second factor: who needs one, that no session goes without, and how it is kept."""

import re

import pytest
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.contrib.auth import SESSION_KEY
from django.core import mail
from django.urls import reverse

from licensing.models import Role
from licensing.permissions import SECOND_FACTOR
from tests.factories import PASSWORD, UserFactory
from tests.people import client_of, give_second_factor
from tests.portal.signing_in import NEW, ask_for_reset, choose, code, give_code, give_password, link_in

PEOPLE = [role for role in Role if role != Role.CUSTOMS_SYSTEM]
PAGES = {
    Role.EXPORTER_FILER: "applications",
    Role.EXPORTER_ADMINISTRATOR: "company",
    Role.CASE_OFFICER: "queue",
    Role.DECIDING_OFFICER: "queue",
    Role.ADVISER: "consultations",
    Role.CUSTOMS_OFFICER: "licence-search",
    Role.ADMINISTRATOR: "accounts",
}


def reauthenticate(client):
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})


def activate(client):
    """Set up an authenticator app as a person does, and return the answer."""
    reauthenticate(client)
    page = client.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    return client.post(reverse("mfa_activate_totp"), {"code": code(secret)}), secret


def test_everybody_but_exporters_needs_one():
    assert {role for role in PEOPLE if role not in SECOND_FACTOR} == {
        Role.EXPORTER_FILER,
        Role.EXPORTER_ADMINISTRATOR,
    }


@pytest.mark.parametrize("role", sorted(SECOND_FACTOR))
@pytest.mark.parametrize("address", ["home", "page", "usersessions_list", "mfa_view_recovery_codes"])
def test_without_one_nothing_opens_but_setting_it_up(client, db, role, address):
    user = UserFactory(role=role)
    give_password(client, user.email)

    answer = client.get(reverse(PAGES[role] if address == "page" else address))

    assert answer.status_code == 302
    assert answer.url == reverse("mfa_activate_totp")


@pytest.mark.parametrize("role", sorted(SECOND_FACTOR))
def test_the_password_alone_signs_nobody_in_who_has_one(client, db, role):
    user = UserFactory(role=role)
    give_second_factor(user)

    answer = give_password(client, user.email)

    assert answer.url == reverse("mfa_authenticate")
    assert SESSION_KEY not in client.session
    assert client.get(reverse(PAGES[role])).status_code == 302


@pytest.mark.parametrize("role", sorted(SECOND_FACTOR))
def test_password_and_code_open_the_page(client, db, role):
    user = UserFactory(role=role)
    give_second_factor(user)
    give_password(client, user.email)

    give_code(client)

    assert client.get("/").status_code == 200


def test_a_wrong_code_does_not(client, officer):
    give_second_factor(officer)
    give_password(client, officer.email)

    give_code(client, "000000" if code() != "000000" else "000001")

    assert SESSION_KEY not in client.session


def test_a_code_works_once(client, officer):
    give_second_factor(officer)
    give_password(client, officer.email)
    used = code()
    give_code(client, used)
    client.post(reverse("account_logout"))
    give_password(client, officer.email)

    give_code(client, used)

    assert SESSION_KEY not in client.session


@pytest.mark.parametrize("steps", [-2, 2])
def test_a_code_of_another_minute_does_not_work(client, officer, steps):
    give_second_factor(officer)
    give_password(client, officer.email)

    give_code(client, code(steps=steps))

    assert SESSION_KEY not in client.session


def test_guessing_codes_is_stopped(client, officer):
    give_second_factor(officer)
    give_password(client, officer.email)
    for guess in range(5):
        give_code(client, f"00000{guess}")

    give_code(client)

    assert SESSION_KEY not in client.session


def test_a_session_from_before_another_browser_set_one_up_opens_nothing(client, officer, db):
    give_password(client, officer.email)
    give_second_factor(officer)

    for name in (
        "queue",
        "home",
        "mfa_index",
        "mfa_add_webauthn",
        "account_change_password",
        "usersessions_list",
    ):
        answer = client.get(reverse(name))
        assert answer.status_code == 302, name
        assert answer.url.startswith(reverse("mfa_reauthenticate")), name


def test_that_session_cannot_slip_in_a_factor_of_its_own_by_the_password(client, officer):
    give_password(client, officer.email)
    give_second_factor(officer)

    reauthenticate(client)
    client.post(reverse("mfa_generate_recovery_codes"))

    assert Authenticator.objects.filter(user=officer).count() == 1
    assert client.get(reverse("mfa_add_webauthn")).url.startswith(reverse("mfa_reauthenticate"))


def test_that_session_goes_on_once_it_has_shown_the_factor(client, officer):
    give_password(client, officer.email)
    give_second_factor(officer)

    answer = client.post(reverse("mfa_reauthenticate"), {"code": code(), "next": "/queue/"})

    assert answer.url == "/queue/"
    assert client.get(reverse("queue")).status_code == 200


def test_whoever_has_only_a_key_is_asked_for_the_key(client, officer):
    give_password(client, officer.email)
    Authenticator.objects.create(user=officer, type=Authenticator.Type.WEBAUTHN, data={"name": "Llave"})

    assert client.get(reverse("queue")).url.startswith(reverse("mfa_reauthenticate_webauthn"))


def test_the_same_holds_for_an_exporter_who_chose_to_have_one(client, exporter):
    give_password(client, exporter.email)
    assert client.get(reverse("applications")).status_code == 200

    give_second_factor(exporter)

    assert client.get(reverse("applications")).status_code == 302


def test_a_proof_of_a_factor_that_is_gone_counts_no_more(officer):
    client = client_of(officer)
    assert client.get(reverse("queue")).status_code == 200

    Authenticator.objects.filter(user=officer).delete()
    give_second_factor(officer)

    assert client.get(reverse("queue")).status_code == 302


def test_a_proof_of_somebody_else_does_not_count(officer, decider):
    client = client_of(officer)
    session = client.session
    records = session[AUTHENTICATION_METHODS_SESSION_KEY]
    records[1]["id"] = give_second_factor(decider).pk
    session[AUTHENTICATION_METHODS_SESSION_KEY] = records
    session.save()

    assert client.get(reverse("queue")).status_code == 302


def test_setting_up_the_app_opens_the_pages_and_shows_recovery_codes(client, officer):
    give_password(client, officer.email)

    answer, _secret = activate(client)

    assert answer.url == reverse("mfa_view_recovery_codes")
    assert len(client.get(answer.url).context["unused_codes"]) == 10
    assert client.get(reverse("queue")).status_code == 200


def test_the_code_that_set_it_up_signs_nobody_in(client, officer):
    give_password(client, officer.email)
    _answer, secret = activate(client)
    used = code(secret)
    client.post(reverse("account_logout"))
    give_password(client, officer.email)

    give_code(client, used)

    assert SESSION_KEY not in client.session


def test_the_owner_hears_of_it(
    client,
    officer,
    django_capture_on_commit_callbacks,
    letters_go_at_once,
):
    give_password(client, officer.email)
    with django_capture_on_commit_callbacks(execute=True):
        activate(client)

    assert [officer.email] in [letter.to for letter in mail.outbox]
    assert "127.0.0.1" in mail.outbox[0].body


def test_setting_up_asks_for_the_password_again(client, officer):
    give_password(client, officer.email)

    assert client.get(reverse("mfa_activate_totp")).url.startswith(reverse("account_reauthenticate"))


def test_the_secret_is_sealed_in_the_database(officer):
    stored = give_second_factor(officer).data["secret"]

    assert "JBSWY3DP" not in stored


def test_a_secret_sealed_with_the_former_key_is_still_read(client, officer, settings):
    give_second_factor(officer)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another" * 10
    give_password(client, officer.email)

    give_code(client)

    assert SESSION_KEY in client.session


@pytest.mark.parametrize("role", sorted(SECOND_FACTOR))
def test_the_last_one_stays(db, role):
    user = UserFactory(role=role)
    client = client_of(user)
    reauthenticate(client)

    page = client.post(reverse("mfa_deactivate_totp"))

    assert page.status_code == 200
    assert page.context["form"].errors
    assert Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()


def test_the_last_key_stays(officer):
    client = client_of(officer)
    key = Authenticator.objects.create(user=officer, type=Authenticator.Type.WEBAUTHN, data={"name": "Llave"})
    Authenticator.objects.filter(user=officer, type=Authenticator.Type.TOTP).update(
        type=Authenticator.Type.RECOVERY_CODES
    )
    reauthenticate(client)

    client.post(reverse("mfa_remove_webauthn", args=[key.pk]))

    assert Authenticator.objects.filter(pk=key.pk).exists()


def test_one_of_two_may_go(officer):
    client = client_of(officer)
    Authenticator.objects.create(user=officer, type=Authenticator.Type.WEBAUTHN, data={"name": "Llave"})
    reauthenticate(client)

    client.post(reverse("mfa_deactivate_totp"))

    assert not Authenticator.objects.filter(user=officer, type=Authenticator.Type.TOTP).exists()


def test_an_exporter_may_do_without(exporter):
    give_second_factor(exporter)
    client = client_of(exporter)
    client.post(reverse("mfa_reauthenticate"), {"code": code()})

    client.post(reverse("mfa_deactivate_totp"))

    assert not Authenticator.objects.filter(user=exporter).exists()


@pytest.mark.parametrize(
    "name",
    ["mfa_deactivate_totp", "mfa_generate_recovery_codes", "mfa_add_webauthn", "mfa_view_recovery_codes"],
)
def test_changing_factors_asks_again_who_it_is(officer, name):
    client = client_of(officer)
    RecoveryCodes.activate(officer)

    answer = client.get(reverse(name))

    assert answer.status_code == 302
    assert "reauthenticate" in answer.url


def test_a_recovery_code_works_once(client, officer):
    give_second_factor(officer)
    one = RecoveryCodes.activate(officer).get_unused_codes()[0]
    give_password(client, officer.email)
    give_code(client, one)
    assert client.get(reverse("queue")).status_code == 200
    client.post(reverse("account_logout"))
    give_password(client, officer.email)

    give_code(client, one)

    assert SESSION_KEY not in client.session


def test_a_new_password_by_letter_does_not_get_around_it(client, officer, letters_go_at_once):
    give_second_factor(officer)
    ask_for_reset(client, officer.email)
    choose(client, link_in(mail.outbox[0]))
    assert SESSION_KEY not in client.session

    answer = give_password(client, officer.email, NEW)

    assert answer.url == reverse("mfa_authenticate")
    assert SESSION_KEY not in client.session


def test_the_pages_for_setting_up_name_no_foreign_host(client, officer):
    give_password(client, officer.email)
    reauthenticate(client)
    html = client.get(reverse("mfa_activate_totp")).content.decode()

    assert not re.findall(r'(?:src|href)="https?://', html)
