"""Signing in with a password, choosing a new one, and what the letters say."""

import re

import pytest
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.hashers import identify_hasher
from django.core import mail
from django.test import Client
from django.urls import reverse

from licensing import letters
from portal import accounts
from tests.factories import NOON, PASSWORD, UserFactory
from tests.people import client_of
from tests.portal.signing_in import NEW, ask_for_reset, choose, give_password, link_in


def signed_in(client):
    return SESSION_KEY in client.session


def test_an_exporter_signs_in_with_address_and_password(client, exporter):
    answer = give_password(client, exporter.email.upper())

    assert answer.url == "/"
    assert signed_in(client)


def test_the_password_is_kept_by_argon2(exporter):
    assert identify_hasher(exporter.password).algorithm == "argon2"


def test_the_session_has_another_id_after_signing_in(client, exporter):
    client.get(reverse("account_login"))
    session = client.session
    session["something"] = 1
    session.save()
    before = session.session_key
    client.cookies["session"] = before

    give_password(client, exporter.email)

    assert client.session.session_key != before


def test_signing_out_clears_the_session(client, exporter):
    give_password(client, exporter.email)

    client.post(reverse("account_logout"))

    assert not signed_in(client)
    assert client.get(reverse("applications")).status_code == 302


def test_nobody_signs_up(client, db):
    assert client.get(reverse("account_signup")).status_code == 403
    answer = client.post(
        reverse("account_signup"), {"email": "x@example.org", "password1": NEW, "password2": NEW}
    )
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "next", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:1"]
)
def test_signing_in_leads_nobody_off_this_host(client, exporter, next):
    assert give_password(client, exporter.email, next=next).url == "/"


def test_signing_in_leads_back_to_the_page_asked_for(client, exporter):
    assert give_password(client, exporter.email, next="/licences/").url == "/licences/"


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(client, exporter):
    def answer_to(email):
        html = give_password(client, email, "not the password at all").content.decode()
        return re.sub(r'value="[^"]*"|"X-CSRFToken": "[^"]*"', "", html.replace(email, ""))

    assert answer_to(exporter.email) == answer_to("nadie@example.org")


def test_a_reset_answers_the_same_for_an_unknown_address(client, exporter, letters_go_at_once):
    known, unknown = ask_for_reset(client, exporter.email), ask_for_reset(client, "nadie@example.org")

    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    assert [letter.to for letter in mail.outbox] == [[exporter.email]]


def test_the_letter_leads_once_to_a_new_password(client, exporter, letters_go_at_once):
    ask_for_reset(client, exporter.email)
    link = link_in(mail.outbox[0])

    choose(client, link)

    exporter.refresh_from_db()
    assert exporter.check_password(NEW)
    assert not signed_in(client)
    assert client.get(link, follow=True).context["token_fail"]


def test_the_letter_speaks_the_language_of_its_reader(client, letters_go_at_once, db):
    ask_for_reset(client, UserFactory(exporter=True, language="en").email)
    ask_for_reset(client, UserFactory(exporter=True, language="es").email)

    assert "Good day" in mail.outbox[0].body
    assert "Good day" not in mail.outbox[1].body


def test_the_link_is_made_of_our_own_address_whatever_host_was_asked(
    client, exporter, letters_go_at_once, settings
):
    settings.PORTAL_URL = "https://licencias.example"
    ask_for_reset(client, exporter.email)

    assert "https://licencias.example/accounts/password/reset/key/" in mail.outbox[0].body


def test_a_new_password_ends_the_other_sessions(client, exporter, letters_go_at_once):
    elsewhere = client_of(exporter)
    assert elsewhere.get(reverse("applications")).status_code == 200

    ask_for_reset(client, exporter.email)
    choose(client, link_in(mail.outbox[0]))

    assert elsewhere.get(reverse("applications")).status_code == 302


def test_the_owner_hears_of_a_changed_password(exporter, letters_go_at_once):
    client = client_of(exporter)

    client.post(
        reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    )

    exporter.refresh_from_db()
    assert exporter.check_password(NEW)
    assert [letter.to for letter in mail.outbox] == [[exporter.email]]
    assert client.get(reverse("applications")).status_code == 302  # signed out here too


@pytest.mark.parametrize("weak", ["once letras", "qwerty123456", "persona-99@example.org"])
def test_a_weak_password_is_refused_with_the_reason(client, exporter, letters_go_at_once, weak):
    ask_for_reset(client, exporter.email)

    answer = choose(client, link_in(mail.outbox[0]), weak)

    assert answer.status_code == 200
    assert answer.context["form"].errors["password1"]


def test_a_machine_gets_no_letter_and_no_session(client, letters_go_at_once, db):
    machine = UserFactory(system=True)

    ask_for_reset(client, machine.email)
    answer = give_password(client, machine.email)

    assert mail.outbox == []
    assert answer.status_code == 200
    assert not signed_in(client)
    assert client_of(machine).get("/").status_code == 403


def test_a_disabled_account_gets_no_letter(client, administrator, letters_go_at_once):
    user = UserFactory(
        exporter=True, is_active=False, disabled_by=administrator, disabled_at=administrator.created_at
    )

    letters.promise(user, letters.NEW_PASSWORD, at=NOON)

    assert mail.outbox == []


def test_after_five_wrong_passwords_the_address_rests_and_the_right_one_is_refused_too(client, exporter):
    for _time in range(5):
        give_password(client, exporter.email, "not the password at all")

    answer = give_password(client, exporter.email)

    assert not signed_in(client)
    assert answer.status_code == 429
    assert answer.context["form"].non_field_errors()


def test_a_strangers_wrong_passwords_do_not_lock_the_owner_out(client, exporter):
    stranger = Client(REMOTE_ADDR="203.0.113.9")
    for _time in range(9):
        give_password(stranger, exporter.email, "not the password at all")

    assert give_password(stranger, exporter.email).status_code == 429
    give_password(client, exporter.email)

    assert signed_in(client)


def test_guessing_from_many_networks_at_once_is_stopped_for_a_while(client, exporter, monkeypatch):
    monkeypatch.setattr(accounts, "TRIES_AT_ONE_ACCOUNT", "3/d")
    for number in range(3):
        give_password(Client(REMOTE_ADDR=f"203.0.113.{number}"), exporter.email, "not the password at all")

    answer = give_password(client, exporter.email.upper())

    assert answer.status_code == 429
    assert not signed_in(client)


def test_one_address_that_rests_does_not_stop_others(client, exporter):
    other = UserFactory(exporter=True)
    for _time in range(6):
        give_password(client, exporter.email, "not the password at all")

    give_password(client, other.email)

    assert signed_in(client)


def test_too_many_requests_get_a_page_that_says_so(client, db):
    for _time in range(30):
        give_password(client, "nadie@example.org", "x")

    answer = give_password(client, "nadie@example.org", "x")

    assert answer.status_code == 429
    assert "429" in answer.content.decode()
    assert "portal.css" in answer.content.decode()


def test_the_address_in_the_link_is_filled_in(client, db):
    html = client.get(reverse("account_login"), {"email": 'a"><script>@example.org'}).content.decode()

    assert "a&quot;&gt;&lt;script&gt;@example.org" in html


def test_what_is_typed_is_shown_again_after_a_mistake_but_never_the_password(client, db):
    html = give_password(client, "ana@example.org", "geheim-geheim").content.decode()

    assert "ana@example.org" in html
    assert "geheim" not in html
