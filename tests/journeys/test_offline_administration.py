"""Pages around work without a network: signing keys, addresses that are told, books, forms of a port."""

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from licensing import signing
from licensing.actions import forms, keys, reconciliations
from licensing.models import LicenceNews, OrganisationKind, WebhookEndpoint, WebhookMessage
from tests.factories import NOON, LicenceLineFactory, OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


def public_pem():
    key = load_pem_private_key(signing.new_key_pem(), None).public_key()
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize("width", [320, 1280])
def test_administrators_see_keys_and_addresses(page, live_server, sign_in, assert_good, language, width):
    page.set_viewport_size({"width": width, "height": 800})
    administrator = UserFactory(administrator=True)
    key = keys.propose(
        name="Llave de firma 2027 del organismo emisor",
        public_key=public_pem(),
        starts_at=NOON,
        ends_at=NOON + timedelta(days=9999),
        reason="La anterior termina en enero.",
        by=UserFactory(administrator=True),
        at=NOON,
    )
    customs = OrganisationFactory(kind=OrganisationKind.CUSTOMS)
    endpoint = WebhookEndpoint.objects.create(
        organisation=customs,
        address="https://aduanas.example.org/un/camino/muy/largo/hasta/el/sistema?puerto=balboa",
        secret="",
        created_by=administrator,
        created_at=NOON,
        resume_at=NOON,
        lease_ends_at=NOON,
    )
    licence = LicenceLineFactory().licence
    news = LicenceNews.objects.create(licence=licence, kind="suspended", at=NOON)
    WebhookMessage.objects.create(
        endpoint=endpoint,
        licence=licence,
        news=news,
        key="msg_1",
        body="{}",
        created_at=NOON,
        first_at=NOON,
        due_at=NOON,
        dead_at=NOON,
        failure="HTTP 500",
    )
    sign_in(page, administrator, language)

    for path in ("signing-keys/", "signing-keys/new/", f"signing-keys/{key.pk}/", "webhooks/"):
        page.goto(f"{live_server.url}/administration/{path}")
        assert_good(page)


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize("width", [320, 1280])
def test_officers_see_books_and_customs_its_forms(page, live_server, sign_in, assert_good, language, width):
    page.set_viewport_size({"width": width, "height": 800})
    officer = UserFactory(customs=True)
    line = LicenceLineFactory()
    total = reconciliations.Total(line.licence.reference, 1, "PABLB-2026-0009481", line.granted, line.unit)
    book = reconciliations.compare(NOON.date(), [total], by=officer, at=NOON)
    block = forms.take("PABLB", 3, by=officer, at=NOON)

    sign_in(page, UserFactory(), language)
    for path in ("alerts/books/", f"alerts/books/{book.pk}/"):
        page.goto(f"{live_server.url}/{path}")
        assert_good(page)
    sign_in(page, officer, language)
    for path in ("customs/forms/", f"customs/forms/{block.pk}/"):
        page.goto(f"{live_server.url}/{path}")
        assert_good(page)
