"""Access tokens by OAuth 2: who gets one, what it opens, at the portal and at the border, and until when."""

import hashlib
import logging
import re
from base64 import b64encode
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings as settings_of_django
from django.db import connection
from django.test import Client
from django.utils import timezone

from licensing.actions import accounts
from licensing.actions.tokens import TOKEN_START
from licensing.models import AccessToken, Action, ApiScope, Event, Role
from licensing.tasks import sweep
from portal.api.access import look_up
from portal.border.application import Border
from portal.border.lookup import Lookup
from portal.border.shares import Shares
from tests.factories import AccessTokenFactory, LicenceLineFactory, UserFactory
from tests.people import client_of
from tests.portal.machines import FORM, TOKEN, Machine, message
from tests.portal.test_border import MANY, ask

pytestmark = pytest.mark.django_db(transaction=True)

DESCRIBED = re.compile(r"[\x20-\x21\x23-\x5b\x5d-\x7e]+")  # RFC 6749, section 5.2


@pytest.fixture
def machine():
    return Machine()


@pytest.fixture
def licence():
    return LicenceLineFactory().licence


@pytest.fixture
def border():
    made = Border(
        Lookup(connection.settings_dict), Shares(MANY, MANY), Shares(MANY, MANY), trusts_proxy=False
    )
    yield made
    if kept := getattr(made.lookup.own, "statements", None):
        kept.own.close()


@pytest.fixture(params=["portal", "border"])
def asked(request, border):
    """Return what asks one of the two applications about a licence."""
    if request.param == "portal":
        return lambda licence, headers: Client().get(f"/api/v1/licences/{licence}", headers=headers)
    return lambda licence, headers: ask(border, f"/api/v1/licences/{licence}", **headers)


@pytest.fixture(params=["portal", "border"])
def desk(request, border, monkeypatch):
    """Let every machine ask the one or the other application for its tokens."""

    def at_the_border(machine, form, content_type=FORM, **headers):
        said = {"Accept-Language": machine.headers["Accept-Language"], **headers}
        return ask(border, TOKEN, "post", sent={"data": form, "content_type": content_type}, **said)

    if request.param == "border":
        monkeypatch.setattr(Machine, "post_form", at_the_border)
    return request.param


@pytest.mark.usefixtures("desk")
class TestIssuing:
    @pytest.mark.parametrize("way", ["header", "form", "header, and the id in the form"])
    def test_a_key_is_exchanged_for_a_token(self, machine, way):
        whole = {"client_id": machine.key.prefix, "client_secret": machine.secret}
        answer = {
            "header": lambda: machine.token(),
            "form": lambda: machine.token(authorization="", **whole),
            "header, and the id in the form": lambda: machine.token(client_id=machine.key.prefix),
        }[way]()

        said = answer.json()
        assert answer.status_code == 200
        assert said["token_type"] == "Bearer"
        assert said["expires_in"] == 900
        assert said["scope"].split() == list(machine.key.scopes)
        assert re.fullmatch(TOKEN_START + r"[\w-]{43}", said["access_token"])

    def test_nobody_on_the_way_keeps_the_answer(self, machine):
        for answer in (machine.token(), machine.token(scope="everything")):
            assert (answer["Cache-Control"], answer["Pragma"]) == ("no-store", "no-cache")
            assert answer["Content-Type"] == "application/json"

    def test_only_the_digest_is_stored(self, machine):
        secret = machine.token().json()["access_token"]

        [token] = AccessToken.objects.all()
        assert bytes(token.digest) == hashlib.sha256(secret.encode()).digest()
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT one::text FROM licensing_accesstoken one"
                " UNION ALL SELECT one::text FROM licensing_event one"
            )
            rows = [text for (text,) in cursor.fetchall()]
        assert len(rows) == 2
        assert not any(secret.removeprefix(TOKEN_START) in text for text in rows)

    def test_it_is_in_the_record(self, machine):
        machine.token(scope=ApiScope.READ_LICENCES)

        event = Event.objects.get(action=Action.ISSUE_TOKEN)
        assert (event.account, event.by) == (machine.key.account, machine.key.account)
        assert event.data == {"key": machine.key.prefix, "scopes": ["licences:read"]}
        machine.key.refresh_from_db()
        assert machine.key.last_used_at is not None

    def test_it_never_outlives_its_key(self):
        machine = Machine(expires_at=timezone.now() + timedelta(seconds=60))

        assert 0 < machine.token().json()["expires_in"] <= 60

    def test_its_life_is_a_setting(self, machine, settings):
        settings.OAUTH_TOKEN_LIFETIME = timedelta(minutes=2)

        assert machine.token().json()["expires_in"] == 120


def basic(text):
    return "Basic " + b64encode(text.encode()).decode()


@pytest.mark.usefixtures("desk")
class TestRefusing:
    @pytest.mark.parametrize(
        "authorization",
        [
            "",
            "Basic",
            "Basic !!!",
            "Basic /////w==",  # no UTF-8
            "Bearer {secret}",
            "Basic {nobody}",
            "Basic {no_secret}",
            "Basic {other}",
        ],
    )
    def test_who_is_no_client_hears_so(self, machine, authorization):
        said = authorization.format(
            secret=machine.secret,
            nobody=basic(f"{machine.key.prefix}:istmo_guess")[6:],
            no_secret=basic(f"{machine.key.prefix}:")[6:],
            other=basic(f"istmo_000000:{machine.secret}")[6:],
        )

        answer = machine.token(authorization=said)

        assert answer.status_code == 401
        assert answer.json()["error"] == "invalid_client"
        assert answer["WWW-Authenticate"] == 'Basic realm="Istmo API", charset="UTF-8"'
        assert not AccessToken.objects.exists()

    def test_a_key_that_opens_nothing_is_no_client(self, machine, administrator):
        expired = Machine(expires_at=timezone.now() - timedelta(seconds=1))
        accounts.revoke_key(machine.key.pk, by=administrator, at=timezone.now())

        for one in (expired, machine):
            assert one.token().json()["error"] == "invalid_client"

    def test_a_token_is_no_clients_secret(self, machine):
        token = machine.token().json()["access_token"]

        answer = machine.token(authorization=basic(f"{machine.key.prefix}:{token}"))

        assert answer.json()["error"] == "invalid_client"

    @pytest.mark.parametrize(
        ("form", "error"),
        [
            ("", "invalid_request"),
            ("grant_type=", "invalid_request"),
            ("grant_type=password", "unsupported_grant_type"),
            ("grant_type=authorization_code&code=1", "unsupported_grant_type"),
            ("grant_type=client_credentials&grant_type=client_credentials", "invalid_request"),
            ("grant_type=client_credentials&scope=licences:read&scope=usages:write", "invalid_request"),
            ("grant_type=client_credentials&client_secret=other", "invalid_request"),
            ("grant_type=client_credentials&client_id=other", "invalid_request"),
            ("grant_type=client_credentials&scope=%FF", "invalid_request"),
            ("grant_type=client_credentials&" + "&".join(f"a{n}=1" for n in range(30)), "invalid_request"),
            ("grant_type=client_credentials&scope=everything", "invalid_scope"),
            ("grant_type=client_credentials&scope=licences:read++usages:write", "invalid_scope"),
            ("grant_type=client_credentials&scope=%00", "invalid_scope"),
        ],
    )
    def test_what_is_wrong_is_called_what_the_standard_calls_it(self, machine, form, error):
        answer = machine.post_form(form, Authorization=machine.as_client)

        assert (answer.status_code, answer.json()["error"]) == (400, error)
        assert not AccessToken.objects.exists()

    def test_a_form_is_sent_as_one(self, machine):
        form = {"grant_type": "client_credentials"}
        answer = machine.post_form(form, "application/json", Authorization=machine.as_client)

        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")

    def test_a_form_has_an_end(self, machine):
        answer = machine.token(scope="a" * 9000)

        assert answer.status_code == 413
        assert answer.json()["type"].endswith("#too-large")

    def test_it_is_asked_by_post(self, machine, border):
        for answer in (machine.get(TOKEN), ask(border, TOKEN, **machine.headers)):
            assert (answer.status_code, answer["Allow"]) == (405, "POST")
            assert answer.json()["type"].endswith("#method-not-allowed")

    def test_it_answers_in_json_alone(self, machine):
        answer = machine.token(headers={"Accept": "text/html"})

        assert answer.status_code == 406
        assert answer.json()["type"].endswith("#not-acceptable")

    def test_it_is_said_in_both_languages_and_in_the_signs_that_the_standard_allows(self):
        asked = [
            lambda machine: machine.token(scope="everything"),
            lambda machine: machine.token(authorization=""),
            lambda machine: machine.token(authorization="Basic eDp5"),
            lambda machine: machine.token(client_secret="x"),
            lambda machine: machine.token(grant_type=""),
            lambda machine: machine.token(grant_type="password"),
        ]
        for one in asked:
            english, spanish = one(Machine("en")).json(), one(Machine("es")).json()
            assert english["error_description"] == english["detail"] == spanish["error_description"]
            assert DESCRIBED.fullmatch(english["error_description"])
            assert spanish["detail"] != english["detail"]

    def test_each_failure_is_one_line_in_the_log_without_what_was_sent(self, machine, caplog):
        with caplog.at_level(logging.WARNING, "portal.api.grants"):
            machine.token(authorization="", client_id="typed-id", client_secret="typed-secret")
            machine.token(scope="typed-scope")

        told = [record.getMessage() for record in caplog.records if record.name == "portal.api.grants"]
        assert len(told) == 2
        assert told[0].startswith("No token for an unknown client: invalid_client, ")
        assert told[1].startswith(f"No token for key {machine.key.pk}: invalid_scope, ")
        assert "typed" not in caplog.text


class TestScopes:
    def test_a_token_has_no_more_than_its_key(self):
        machine = Machine(scopes=[ApiScope.READ_LICENCES])

        assert machine.token().json()["scope"] == "licences:read"
        assert machine.token(scope="usages:write").json()["error"] == "invalid_scope"

    def test_a_token_does_what_was_asked_for_and_nothing_else(self, asked, machine, licence):
        reading, writing = machine.by_token(scope="licences:read"), machine.by_token(scope="usages:write")

        assert asked(licence, reading).status_code == 200
        refused = asked(licence, writing)
        assert refused.status_code == 403
        assert refused.json()["detail"] == "This key lacks the scope licences:read."
        assert machine.report(licence, message(), **reading).status_code == 403
        assert machine.report(licence, message(), **writing).status_code == 201

    def test_a_scope_is_worth_nothing_if_the_account_may_not(self, asked, licence):
        machine = Machine(account=UserFactory(role=Role.ADVISER))

        assert asked(licence, machine.by_token()).status_code == 403


def over(machine):
    """Return headers with a token that is over this second."""
    secret = f"{TOKEN_START}over"
    now = timezone.now()
    AccessTokenFactory(
        key=machine.key,
        digest=accounts.digest(secret),
        issued_at=now - timedelta(minutes=15),
        expires_at=now,
    )
    return {**machine.headers, "Authorization": f"Bearer {secret}"}


class TestItsEnd:
    def test_it_opens_for_minutes(self, machine, licence):
        headers = machine.by_token()
        [token] = AccessToken.objects.all()

        def status_at(moment):
            with time_machine.travel(moment, tick=False):
                return Client().get(f"/api/v1/licences/{licence}", headers=headers).status_code

        assert status_at(token.expires_at - timedelta(seconds=1)) == 200
        assert status_at(token.expires_at) == 401

    def test_an_expired_one_is_refused_and_says_what_to_do(self, asked, machine, licence):
        headers = over(machine)

        answer = asked(licence, headers)
        assert answer.status_code == 401
        assert answer["WWW-Authenticate"] == 'Bearer realm="Istmo API", error="invalid_token"'
        assert (
            answer.json()["detail"] == "This access token is unknown, expired or revoked. Ask for a new one."
        )

    def test_it_ends_at_once_with_its_key(self, asked, machine, licence, administrator):
        headers = machine.by_token()
        assert asked(licence, headers).status_code == 200

        accounts.revoke_key(machine.key.pk, by=administrator, at=timezone.now())

        assert asked(licence, headers).status_code == 401

    def test_it_ends_at_once_with_its_account(self, asked, machine, licence, administrator):
        headers = machine.by_token()
        assert asked(licence, headers).status_code == 200

        accounts.disable(machine.key.account_id, by=administrator, at=timezone.now(), reason="Fin.")

        assert asked(licence, headers).status_code == 401

    def test_it_ends_with_a_key_whose_time_is_over(self, asked, machine, licence):
        headers = machine.by_token()
        machine.key.expires_at = timezone.now() - timedelta(seconds=1)
        machine.key.save()

        assert asked(licence, headers).status_code == 401

    def test_the_sweep_takes_those_that_are_over_and_no_other(self, machine):
        machine.token()
        over(machine)

        sweep()

        [live] = AccessToken.objects.all()
        assert live.expires_at > timezone.now()


class TestCounting:
    def test_all_tokens_of_a_client_count_for_it_at_the_portal(self, machine, licence, settings):
        settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "DEFAULT_THROTTLE_RATES": {"key": "2/h"}}
        headers = [machine.headers, machine.by_token(), machine.by_token()]

        answers = [Client().get(f"/api/v1/licences/{licence}", headers=one) for one in headers]

        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert Machine().licence(licence).status_code == 200

    def test_all_tokens_of_a_client_count_for_it_at_the_border(self, border, machine, licence):
        border.shares = Shares(1, MANY)
        first, second = machine.by_token(), machine.by_token()
        for headers in (first, second):  # each comes as a stranger's once
            assert ask(border, f"/api/v1/licences/{licence}", **headers).status_code == 200

        asked = [ask(border, f"/api/v1/licences/{licence}", **one) for one in (first, second, first)]

        assert [answer.status_code for answer in asked] == [200, 200, 429]
        assert ask(border, f"/api/v1/licences/{licence}", **Machine().by_token()).status_code == 200

    @pytest.mark.usefixtures("desk")
    def test_guesses_from_one_address_come_to_an_end(self, machine, settings):
        settings.OAUTH_RATES = {"address": "3/h", "guess": "100/h", "client": "100/h"}

        answers = [machine.token(authorization=basic(f"istmo_{n}:x")) for n in range(4)]

        assert [answer.status_code for answer in answers] == [401, 401, 401, 429]
        assert 0 < int(answers[3]["Retry-After"]) <= 3600

    def test_guesses_at_one_client_shut_it_out_from_that_address_only(self, machine, settings):
        settings.OAUTH_RATES = {"address": "100/h", "guess": "2/h", "client": "100/h"}
        settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "NUM_PROXIES": 1}
        guess, elsewhere = basic(f"{machine.key.prefix}:x"), {"X-Forwarded-For": "192.0.2.7"}

        answers = [machine.token(authorization=guess, headers=elsewhere) for _ in range(3)]

        assert [answer.status_code for answer in answers] == [401, 401, 429]
        assert machine.token().status_code == 200

    def test_the_border_believes_its_proxy_about_addresses(self, border, machine, settings):
        settings.OAUTH_RATES = {"address": "1/h", "guess": "100/h", "client": "100/h"}
        border.trusts_proxy = True
        sent = {"data": "grant_type=client_credentials", "content_type": FORM}

        def from_address(address):
            said = {"Authorization": machine.as_client, "X-Forwarded-For": address}
            return ask(border, TOKEN, "post", sent=sent, **said).status_code

        assert [from_address(one) for one in ("192.0.2.1", "192.0.2.1", "192.0.2.2")] == [200, 429, 200]

    def test_the_border_remembers_no_more_names_than_there_is_room(self, border, monkeypatch):
        monkeypatch.setattr("portal.border.issuing.REMEMBERED", 2)
        memory = border.issuing.memory

        counted = [memory.count(name, 60, 1) for name in ("a", "a", "b", "a", "c", "b")]

        assert counted == [1, 2, 1, 3, 1, 1]

    @pytest.mark.usefixtures("desk")
    def test_a_client_gets_so_many_and_no_more(self, machine, settings):
        settings.OAUTH_RATES = {"address": "100/h", "guess": "100/h", "client": "2/h"}

        assert [machine.token().status_code for _ in range(3)] == [200, 200, 429]
        assert Machine().token().status_code == 200

    @pytest.mark.usefixtures("desk")
    def test_tokens_are_issued_without_redis(self, asked, machine, licence, settings, tmp_path):
        settings.CACHES = {
            "default": {**settings.CACHES["default"], "LOCATION": f"unix://{tmp_path}/nobody-listens.sock"}
        }

        assert asked(licence, machine.by_token()).status_code == 200


def test_the_border_asks_one_statement_for_a_token_too(border, machine, licence):
    headers = machine.by_token()
    ask(border, f"/api/v1/licences/{licence}", **headers)
    executed = []
    statements = border.lookup.own.statements
    execute = statements.execute
    statements.execute = lambda *given: executed.append(given[0]) or execute(*given)

    assert ask(border, f"/api/v1/licences/{licence}", **headers).status_code == 200

    assert len(executed) == 1


def test_both_applications_answer_a_client_alike(border, machine):
    sent = {"data": "grant_type=client_credentials", "content_type": FORM}
    for said in ({"Authorization": machine.as_client}, {"Authorization": "Basic x"}):
        ordinary = machine.post_form(sent["data"], **said)
        lean = ask(border, TOKEN, "post", sent=sent, **{**machine.headers, **said})

        first, second = ordinary.json(), lean.json()
        changing = {"access_token": ""}
        assert ordinary.status_code == lean.status_code
        assert {**first, **changing} == {**second, **changing}
        for name in ("Cache-Control", "Pragma", "Content-Type", "Content-Language", "WWW-Authenticate"):
            assert ordinary.headers.get(name) == lean.headers.get(name), name


def test_without_its_database_the_border_says_when_to_ask_again(border, machine, monkeypatch):
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "PORT", "1")
    sent = {"data": "grant_type=client_credentials", "content_type": FORM}

    answer = ask(border, TOKEN, "post", sent=sent, Authorization=machine.as_client)

    monkeypatch.undo()
    assert (answer.status_code, answer["Retry-After"]) == (503, "2")


def test_the_proxy_sends_clients_to_the_border_first_and_to_the_portal_if_it_is_away():
    written = (settings_of_django.BASE_DIR / "portal/deploy/nginx.conf").read_text(encoding="utf-8")

    desks = re.findall(r"location = /api/v1/oauth/token \{(.*?)\}", written, flags=re.DOTALL)

    assert len(desks) == 2
    for desk in desks:
        assert "proxy_pass $border;" in desk
        assert "error_page 502 504 = @ordinary;" in desk


def test_a_token_comes_with_its_key_and_account_and_no_further_question(machine, django_assert_num_queries):
    secret = machine.token().json()["access_token"]

    with django_assert_num_queries(0):  # the one that is prepared is not in Django's log
        access = look_up(secret, timezone.now())
        assert (access.key, access.key.account.role) == (machine.key, Role.CUSTOMS_SYSTEM)


def test_the_server_describes_itself():
    answer = Client().get("/.well-known/oauth-authorization-server")

    said = answer.json()
    assert answer["Content-Type"] == "application/json"
    assert said["token_endpoint"] == f"{said['issuer']}{TOKEN}"
    assert said["grant_types_supported"] == ["client_credentials"]
    assert set(said["scopes_supported"]) == set(ApiScope.values)
    assert said["response_types_supported"] == []
    assert said["tls_client_certificate_bound_access_tokens"] is False
    assert set(said["token_endpoint_auth_methods_supported"]) == {"client_secret_basic", "client_secret_post"}


def test_issued_tokens_do_not_bury_what_was_done_to_the_account(machine, administrator):
    machine.token()

    page = client_of(administrator).get(f"/administration/accounts/{machine.key.account_id}/")

    assert "Issue access token" not in page.content.decode()
