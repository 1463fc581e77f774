"""Who gets into the API, and what those hear who don't."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from redis.exceptions import RedisError
from rest_framework.permissions import AllowAny
from rest_framework.views import APIView

from licensing.actions import accounts
from licensing.models import ApiScope, Role
from portal.api.access import Nobody, note_use
from tests.factories import LicenceLineFactory, UserFactory
from tests.portal.machines import Machine, message

PROBLEM = "application/problem+json"


@pytest.fixture
def licence(db):
    return LicenceLineFactory().licence


@pytest.fixture
def machine(db):
    return Machine()


@pytest.mark.parametrize("header", ["Authorization", "X-Api-Key"])
def test_a_key_opens_in_either_header(licence, machine, header):
    value = machine.headers["Authorization"] if header == "Authorization" else machine.secret

    response = Client().get(f"/api/v1/licences/{licence}", headers={header: value})

    assert response.status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer istmo_wrong"},
        {"Authorization": "Bearer"},
        {"Authorization": "Basic aWdub3JlOm1l"},
        {"X-Api-Key": "\xf1and\xfa"},
        {"X-Api-Key": "x" * 5000},
    ],
)
def test_without_a_good_key_the_answer_is_401_and_says_how(licence, headers):
    response = Client().get(f"/api/v1/licences/{licence}", headers=headers)

    assert response.status_code == 401
    assert response["Content-Type"] == PROBLEM
    assert response["WWW-Authenticate"].startswith("Bearer realm=")
    assert response.json()["type"].endswith("#not-authenticated")


def test_a_signed_in_person_is_nobody_to_the_api(licence, officer):
    client = Client()
    client.force_login(officer)

    assert client.get(f"/api/v1/licences/{licence}").status_code == 401


def test_a_revoked_key_is_refused_at_once(licence, machine, administrator):
    assert machine.licence(licence).status_code == 200

    accounts.revoke_key(machine.key.pk, by=administrator, at=timezone.now())

    assert machine.licence(licence).status_code == 401
    assert machine.report(licence, message()).status_code == 401
    assert not licence.usages.exists()


def test_a_disabled_account_takes_its_keys_with_it(licence, machine, administrator):
    accounts.disable(machine.key.account_id, by=administrator, at=timezone.now(), reason="Sustituido.")

    assert machine.licence(licence).status_code == 401


def test_an_expired_key_is_refused(licence):
    assert Machine(expires_at=timezone.now() - timedelta(seconds=1)).licence(licence).status_code == 401


@pytest.mark.parametrize(
    ("scope", "reads", "writes"), [(ApiScope.READ_LICENCES, 200, 403), (ApiScope.WRITE_USAGES, 403, 201)]
)
def test_a_key_does_what_its_scopes_say_and_nothing_else(licence, scope, reads, writes):
    machine = Machine(scopes=[scope])

    assert machine.licence(licence).status_code == reads
    assert machine.report(licence, message()).status_code == writes


def test_a_missing_scope_is_named(licence):
    response = Machine(scopes=[ApiScope.READ_LICENCES]).report(licence, message())

    assert response["Content-Type"] == PROBLEM
    assert response.json()["detail"] == "This key lacks the scope usages:write."


def test_a_scope_is_worth_nothing_if_the_account_may_not(licence):
    machine = Machine(account=UserFactory(role=Role.ADVISER))

    assert machine.licence(licence).status_code == 403


def test_a_view_that_names_no_scope_answers_nobody():
    assert APIView.permission_classes == [Nobody]
    assert not issubclass(Nobody, AllowAny)
    assert Nobody().has_permission(None, None) is False


def test_the_use_of_a_key_is_noted_once_a_minute(licence, machine):
    machine.licence(licence)
    machine.key.refresh_from_db()
    first = machine.key.last_used_at
    assert first is not None

    machine.licence(licence)
    machine.key.refresh_from_db()
    assert machine.key.last_used_at == first

    later = first + timedelta(minutes=2)
    note_use(machine.key, later)
    machine.key.refresh_from_db()
    assert machine.key.last_used_at == later


def test_too_many_requests_are_told_when_to_come_back(licence, machine, settings):
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "DEFAULT_THROTTLE_RATES": {"key": "2/h"}}

    answers = [machine.licence(licence) for _ in range(3)]

    assert [response.status_code for response in answers] == [200, 200, 429]
    assert 0 < int(answers[2]["Retry-After"]) <= 3600
    assert answers[2].json()["type"].endswith("#too-many-requests")
    assert Machine().licence(licence).status_code == 200, "another key has a count of its own"


def test_the_border_works_without_redis(licence, machine, settings, tmp_path):
    settings.CACHES = {
        "default": {**settings.CACHES["default"], "LOCATION": f"unix://{tmp_path}/nobody-listens.sock"}
    }
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "DEFAULT_THROTTLE_RATES": {"key": "1/h"}}
    with pytest.raises(RedisError):
        cache.get("anything")

    assert [machine.licence(licence).status_code for _ in range(3)] == [200, 200, 200]
    assert machine.report(licence, message()).status_code == 201
