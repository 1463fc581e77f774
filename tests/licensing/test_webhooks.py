"""Customs systems hear what happens to licences: in order, for three days, and nobody waits for another."""

import base64
import hashlib
import hmac
import json
import threading
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from licensing import tasks, webhooks
from licensing.actions import licences
from licensing.actions import webhooks as acts
from licensing.errors import Refused
from licensing.models import (
    Action,
    Event,
    Job,
    LicenceNews,
    NewsKind,
    OrganisationKind,
    OutboxJob,
    WebhookEndpoint,
    WebhookMessage,
)
from tests.factories import NOON, LicenceFactory, LicenceLineFactory, OrganisationFactory, UserFactory
from tests.people import client_of

pytestmark = pytest.mark.django_db


class Hook:
    """A customs system's address: keeps what came, answers what it is told to."""

    def __init__(self):
        self.received, self.answer = [], lambda body: 204
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                hook.received.append((dict(self.headers), body))
                self.send_response(hook.answer(json.loads(body)))
                self.send_header("Location", "http://127.0.0.1:1/elsewhere")
                self.end_headers()

            def log_message(self, *_args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/hook?port=balboa"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def types(self, licence=None):
        bodies = [json.loads(body) for _headers, body in self.received]
        return [body["type"] for body in bodies if licence is None or body["data"]["licence"] == str(licence)]


@contextmanager
def hooked():
    hook = Hook()
    try:
        yield hook
    finally:
        hook.server.shutdown()
        hook.server.server_close()


@pytest.fixture
def hook(settings):
    settings.WEBHOOK_NETWORKS = ["127.0.0.0/8"]
    with hooked() as hook:
        yield hook


@pytest.fixture
def administrator():
    return UserFactory(administrator=True)


@pytest.fixture
def told(hook, administrator):
    """An endpoint at the hook, with its secret."""
    return add(hook, administrator)


def add(hook, administrator):
    customs = OrganisationFactory(kind=OrganisationKind.CUSTOMS)
    return acts.add(customs, hook.address, by=administrator, at=NOON)


def go(at=NOON):
    """What the clock and the workers do."""
    webhooks.note_ends(at)
    webhooks.spread(at)
    return sum(webhooks.deliver(endpoint, at) for endpoint in webhooks.busy(at))


def news(licence, kind=NewsKind.SUSPENDED, at=NOON):
    return LicenceNews.objects.create(licence=licence, kind=kind, at=at)


# --- what is told ------------------------------------------------------------------------------------


def test_it_is_signed_as_the_standard_says(told, hook):
    licence = LicenceFactory()
    go()

    _endpoint, secret = told
    ((headers, body),) = hook.received
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.{body}".encode()
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{digest}"
    assert len(key) == 32
    assert headers["webhook-timestamp"] == str(int(NOON.timestamp()))
    said = json.loads(body)
    assert said["type"] == "licence.issued"
    assert said["data"]["licence"] == licence.reference


def test_every_change_of_status_is_told_in_its_order(told, hook):
    licence, decider, other = LicenceFactory(), UserFactory(decider=True), UserFactory(decider=True)
    go()

    licences.suspend(licence.pk, reasons="Posible desvío.", by=decider, at=NOON)
    licences.reinstate(licence.pk, reasons="Aclarado.", by=other, at=NOON)
    licences.suspend(licence.pk, reasons="Otra vez.", by=decider, at=NOON)
    licences.revoke(licence.pk, reasons="Comprobado.", by=other, at=NOON)
    go()

    assert hook.types() == [
        "licence.issued",
        "licence.suspended",
        "licence.reinstated",
        "licence.suspended",
        "licence.revoked",
    ]


def test_a_change_that_is_rolled_back_is_never_told(told, hook):
    licence = LicenceFactory()
    go()
    with connection.cursor() as cursor:
        cursor.execute("SAVEPOINT before")
        cursor.execute("UPDATE licensing_licence SET status = 'revoked' WHERE id = %s", [licence.pk])
        cursor.execute("ROLLBACK TO SAVEPOINT before")
    go()

    assert hook.types() == ["licence.issued"]


def test_that_a_licence_has_expired_is_told_once(told, hook):
    licence = LicenceFactory(starts_at=NOON - timedelta(days=9), ends_at=NOON - timedelta(hours=1))

    go()
    go()

    assert hook.types(licence).count("licence.expired") == 1


@pytest.mark.django_db(transaction=True)
def test_that_a_licence_is_used_up_is_told_once(told, hook):
    now = timezone.now()
    line = LicenceLineFactory(granted=Decimal(5), used=Decimal(5), licence__starts_at=NOON)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO licensing_licencechange (licence_id, what, xact, at) VALUES (%s, 'balance', 1, %s)",
            [line.licence_id, now],
        )

    go(now + timedelta(seconds=1))
    go(now + timedelta(seconds=2))

    assert hook.types(line.licence).count("licence.exhausted") == 1


def test_what_happened_before_an_address_was_added_is_not_told(hook, administrator):
    LicenceFactory()
    go()
    add(hook, administrator)

    go()

    assert hook.types() == []


# --- tried again -------------------------------------------------------------------------------------


def test_what_is_not_taken_is_tried_again_later_with_the_same_id(told, hook):
    LicenceFactory()
    hook.answer = lambda body: 500
    go()
    assert go(NOON + timedelta(seconds=4)) == 0
    hook.answer = lambda body: 204

    assert go(NOON + timedelta(seconds=6)) == 1

    first, second = (headers["webhook-id"] for headers, _body in hook.received)
    assert first == second
    assert WebhookMessage.objects.get().delivered_at


def test_it_is_tried_for_three_days_and_then_left_to_a_person(told, hook, administrator):
    licence = LicenceFactory()
    hook.answer = lambda body: 500
    at = NOON
    while WebhookMessage.objects.dead().count() == 0 and at < NOON + timedelta(days=4):
        go(at)
        at += timedelta(hours=1)

    message = WebhookMessage.objects.get()
    assert timedelta(days=2) < message.dead_at - NOON <= timedelta(days=3)
    assert message.failure == "HTTP 500"
    assert 7 <= message.tries <= 12
    hook.answer = lambda body: 204
    acts.send_again(message.pk, by=administrator, at=at)
    assert go(at) == 1
    assert Event.objects.filter(action=Action.RESEND_WEBHOOK).count() == 1
    assert hook.types(licence)[-1] == "licence.issued"


def test_of_one_licence_the_next_message_waits_for_the_one_before(told, hook):
    licence = LicenceFactory()
    hook.answer = lambda body: 500 if body["type"] == "licence.issued" else 204
    go()
    news(licence)

    go(NOON + timedelta(seconds=1))
    assert hook.types() == ["licence.issued"]

    hook.answer = lambda body: 204
    go(NOON + timedelta(seconds=10))
    assert hook.types() == ["licence.issued", "licence.issued", "licence.suspended"]


def test_a_message_that_is_never_taken_delays_no_other_licence(told, hook):
    poison, other = LicenceFactory(), LicenceFactory()
    hook.answer = lambda body: 422 if body["data"]["licence"] == poison.reference else 204

    go()

    assert hook.types(other) == ["licence.issued"]


def test_an_address_that_does_not_answer_delays_no_other(told, hook, administrator):
    with hooked() as dead:
        add(dead, administrator)
    licence = LicenceFactory()

    go()

    assert hook.types(licence) == ["licence.issued"]
    silent = WebhookEndpoint.objects.get(address=dead.address)
    assert silent.failures == 1
    assert silent.resume_at > NOON
    assert silent.pk not in webhooks.busy(NOON)


def test_two_workers_are_never_at_one_address(told, hook):
    endpoint, _secret = told
    LicenceFactory()
    webhooks.spread(NOON)
    WebhookEndpoint.objects.update(lease_ends_at=NOON + timedelta(seconds=30))

    assert webhooks.busy(NOON) == []
    assert webhooks.deliver(endpoint.pk, NOON) == 0
    assert webhooks.deliver(endpoint.pk, NOON + timedelta(seconds=31)) == 1


def test_a_redirect_is_not_followed(told, hook):
    LicenceFactory()
    hook.answer = lambda body: 302

    go()

    assert WebhookMessage.objects.get().failure == "HTTP 302"
    assert len(hook.received) == 1


# --- where it may go ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1/hook",
        "https://127.0.0.1/hook",
        "https://localhost/hook",
        "https://[::1]/hook",
        "https://10.0.0.5/hook",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::ffff:127.0.0.1]/hook",
        "https://0.0.0.0/hook",
        "https://user:password@203.0.113.7/hook",
        "ftp://203.0.113.7/hook",
        "file:///etc/passwd",
        "https:///hook",
        "https://224.0.0.1/hook",
        "http://203.0.113.7/hook",
        "https://2130706433/hook",
    ],
)
def test_no_address_within_our_own_network_is_called(address, administrator):
    with pytest.raises(Refused):
        acts.add(OrganisationFactory(kind=OrganisationKind.CUSTOMS), address, by=administrator, at=NOON)
    assert not WebhookEndpoint.objects.exists()


def test_an_address_is_checked_each_time_it_is_called(told, hook, settings):
    LicenceFactory()
    settings.WEBHOOK_NETWORKS = []

    go()

    assert hook.received == []
    assert WebhookMessage.objects.get().failure == "unsafe address"


# --- who may -----------------------------------------------------------------------------------------


def test_the_secret_is_stored_encrypted_and_shown_once(hook, administrator):
    client = client_of(administrator)
    customs = OrganisationFactory(kind=OrganisationKind.CUSTOMS)

    shown = client.post(
        "/administration/webhooks/", {"organisation": customs.pk, "address": hook.address}
    ).content.decode()

    endpoint = WebhookEndpoint.objects.get()
    secret = webhooks.unlock(endpoint.secret)
    assert secret in shown
    assert secret not in endpoint.secret
    assert secret not in client.get("/administration/webhooks/").content.decode()


def test_an_administrator_sends_again_what_was_given_up(told, hook, administrator):
    licence = LicenceFactory()
    webhooks.spread(NOON)
    WebhookMessage.objects.update(dead_at=NOON, failure="HTTP 500")
    client = client_of(administrator)
    message = WebhookMessage.objects.get()

    page = client.get("/administration/webhooks/").content.decode()
    assert licence.reference in page and "HTTP 500" in page
    client.post(f"/administration/webhooks/messages/{message.pk}/send/")

    assert WebhookMessage.objects.open().count() == 1


def test_what_was_given_up_earlier_of_the_same_licence_goes_first(told, hook, administrator):
    licence, other = LicenceFactory(), LicenceFactory()
    news(licence)
    news(licence, NewsKind.REVOKED)
    webhooks.spread(NOON)
    WebhookMessage.objects.update(dead_at=NOON)
    first, second, third = WebhookMessage.objects.filter(licence=licence).order_by("pk")

    acts.send_again(second.pk, by=administrator, at=NOON)
    while go():
        pass

    assert hook.types() == ["licence.issued", "licence.suspended"]
    assert set(WebhookMessage.objects.dead()) == {third, *WebhookMessage.objects.filter(licence=other)}
    sent = {event.data["message"] for event in Event.objects.filter(action=Action.RESEND_WEBHOOK)}
    assert sent == {first.key, second.key}


def test_a_disabled_address_is_told_nothing_more(told, hook, administrator):
    endpoint, _secret = told
    client_of(administrator).post(f"/administration/webhooks/{endpoint.pk}/disable/")
    LicenceFactory()

    go()

    assert hook.received == []
    with pytest.raises(Refused):
        acts.disable(endpoint.pk, by=administrator, at=NOON)


def test_an_address_is_added_once(told, hook, administrator):
    endpoint, _secret = told
    with pytest.raises(Refused):
        acts.add(endpoint.organisation, hook.address, by=administrator, at=NOON)


@pytest.mark.parametrize("role", ["customs", "decider", "exporter"])
def test_nobody_else_may(role, hook, settings):
    user = UserFactory(**{role: True})
    with pytest.raises(Refused):
        acts.add(OrganisationFactory(kind=OrganisationKind.CUSTOMS), hook.address, by=user, at=NOON)
    assert client_of(user).get("/administration/webhooks/").status_code == 403
    assert Client().get("/administration/webhooks/").status_code == 302


def test_only_customs_is_told(hook, administrator):
    with pytest.raises(Refused):
        acts.add(OrganisationFactory(), hook.address, by=administrator, at=NOON)


# --- that it wants no more ---------------------------------------------------------------------------


def gone(body):
    return 410


def test_an_address_that_is_gone_is_told_nothing_more_and_what_waits_is_given_up(told, hook):
    first, second = LicenceFactory(), LicenceFactory()
    news(first)
    hook.answer = gone

    go()

    endpoint = WebhookEndpoint.objects.get()
    assert len(hook.received) == 1 and endpoint.gone_at
    messages = WebhookMessage.objects.all()
    assert {(one.dead_at, one.failure) for one in messages} == {(endpoint.gone_at, "HTTP 410")}
    assert sorted(one.tries for one in messages) == [0, 0, 1]
    news(second)
    for hours in range(1, 80):
        go(NOON + timedelta(hours=hours))
    assert len(hook.received) == 1
    assert WebhookMessage.objects.count() == 3


def test_administrators_hear_once_that_an_address_is_gone(told, hook, administrator, mailoutbox):
    other = UserFactory(administrator=True, language="es")
    UserFactory(administrator=True, is_active=False, disabled_by=administrator, disabled_at=NOON)
    UserFactory(decider=True)
    LicenceFactory.create_batch(2)
    hook.answer = gone

    go()
    webhooks.end(told[0].pk, NOON)

    event = Event.objects.get(action=Action.END_WEBHOOK)
    assert (event.by, event.organisation, event.data["address"]) == (None, told[0].organisation, hook.address)
    jobs = OutboxJob.objects.filter(job=Job.NOTIFY, arguments__event_id=event.pk)
    assert {job.arguments["user_id"] for job in jobs} == {administrator.pk, other.pk}
    assert len(jobs) == 2
    for job in jobs:
        tasks.run_job(job.pk)
    for letter in mailoutbox:
        assert hook.address in letter.body and told[0].organisation.name in letter.body
        assert "/administration/webhooks/" in letter.body
    assert "Un sistema de aduanas ya no quiere mensajes" in [letter.subject for letter in mailoutbox]


def test_what_was_made_while_an_address_answered_so_is_given_up_too(told, hook):
    licence = LicenceFactory()
    webhooks.spread(NOON)
    WebhookEndpoint.objects.update(gone_at=NOON)

    webhooks.spread(NOON + timedelta(seconds=5))

    message = WebhookMessage.objects.get(licence=licence)
    assert (message.dead_at, message.failure) == (NOON + timedelta(seconds=5), "HTTP 410")


def test_other_addresses_are_told_as_ever(told, hook, administrator):
    with hooked() as other:
        add(other, administrator)
        licence = LicenceFactory()
        hook.answer = gone

        go()
        news(licence)
        go(NOON + timedelta(seconds=1))

        assert other.types() == ["licence.issued", "licence.suspended"]
    assert hook.types() == ["licence.issued"]


def test_what_is_gone_stays_in_sight_and_may_be_added_again(told, hook, administrator):
    endpoint, _secret = told
    LicenceFactory()
    hook.answer = gone
    go()
    client, message = client_of(administrator, "en"), WebhookMessage.objects.get()

    page = client.get("/administration/webhooks/").content.decode()

    assert "Wants no more" in page and "HTTP 410" in page
    assert f"/administration/webhooks/{endpoint.pk}/disable/" not in page
    assert f"/administration/webhooks/messages/{message.pk}/send/" not in page
    with pytest.raises(Refused):
        acts.send_again(message.pk, by=administrator, at=NOON)
    with pytest.raises(Refused):
        acts.disable(endpoint.pk, by=administrator, at=NOON)
    hook.answer = lambda body: 204
    acts.add(endpoint.organisation, hook.address, by=administrator, at=NOON)
    LicenceFactory()
    go()
    assert len(hook.types()) == 2
