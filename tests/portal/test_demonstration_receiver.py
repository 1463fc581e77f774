"""The demonstration's own receiver: it is told, checks signatures, and is nowhere else."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from licensing import redis_server, webhooks
from licensing.models import LicenceNews, NewsKind, OrganisationKind, WebhookEndpoint, WebhookMessage
from portal.demonstration import people, receiver
from tests.factories import LicenceFactory, OrganisationFactory, UserFactory
from tests.people import client_of

pytestmark = pytest.mark.django_db

PAGE, RECEIVER = "/demo/webhooks/", "/demo/webhooks/receiver/"


@pytest.fixture
def endpoint(settings):
    settings.PORTAL_ENV, settings.PORTAL_URL = "demo", "http://127.0.0.1:8099"
    settings.WEBHOOK_NETWORKS = ["127.0.0.0/8"]
    redis_server.ask(lambda server: server.delete(receiver.LIST))
    UserFactory(administrator=True, email=people.ADMINISTRATOR)
    OrganisationFactory(kind=OrganisationKind.CUSTOMS)
    receiver.register(timezone.now())
    return WebhookEndpoint.objects.live().get()


def message(endpoint):
    LicenceNews.objects.create(licence=LicenceFactory(), kind=NewsKind.SUSPENDED, at=timezone.now())
    webhooks.spread(timezone.now())
    return WebhookMessage.objects.latest("pk")


def send(endpoint, one, *, body=None, at=None, secret=None):
    at = at or timezone.now()
    headers = {
        "webhook-id": one.key,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": webhooks.sign(secret or webhooks.unlock(endpoint.secret), one.key, at, one.body),
    }
    sent = body or one.body
    return Client().post(RECEIVER, sent, content_type="application/json", headers=headers).status_code


def page():
    return Client(headers={"Cookie": "language=en"}).get(PAGE).content.decode()


def test_a_message_arrives_and_its_signature_is_verified(endpoint):
    one = message(endpoint)

    assert send(endpoint, one) == 204

    shown = page()
    assert ">Verified<" in shown and "licence.suspended" in shown
    assert json.loads(one.body)["data"]["licence"] in shown and one.key in shown


@pytest.mark.parametrize(
    "wrong",
    [
        {"body": "{}"},
        {"secret": webhooks.new_secret()},
        {"at": timezone.now() - timedelta(hours=1)},
        {"body": "[" * 2000},
    ],
)
def test_what_is_changed_old_or_of_somebody_else_is_not_ours(endpoint, wrong):
    assert send(endpoint, message(endpoint), **wrong) == 401

    assert ">Not ours<" in page() and ">Verified<" not in page()


def test_only_the_last_are_kept_and_long_ones_refused(endpoint):
    one = message(endpoint)
    for _time in range(receiver.KEPT + 3):
        send(endpoint, one)

    assert len(receiver.received()) == receiver.KEPT
    assert send(endpoint, one, body="x" * (receiver.LARGEST + 1)) == 413


def test_another_port_takes_the_place_of_the_one_before(endpoint, settings):
    settings.PORTAL_URL = "http://127.0.0.1:8098"

    receiver.register(timezone.now())
    receiver.register(timezone.now())

    assert WebhookEndpoint.objects.live().get().address == f"http://127.0.0.1:8098{RECEIVER}"


def test_the_administrators_page_leads_to_it(endpoint):
    administrator = client_of(UserFactory(administrator=True))

    assert f'href="{PAGE}"' in administrator.get("/administration/webhooks/").content.decode()


@pytest.mark.parametrize("env", ["production", "test"])
def test_there_is_none_outside_the_demonstration(settings, env):
    settings.PORTAL_ENV = env

    assert Client().get(PAGE).status_code == 404
    assert Client().post(RECEIVER, "{}", content_type="application/json").status_code == 404
